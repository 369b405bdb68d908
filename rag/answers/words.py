"""Content words of questions and sentences: stemmed, with their places; small classes of words that mean the same event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.reports.names import fold
from rag.search.kindred import near_words
from rag.search.terms import FUNCTION_WORDS as SEARCH_WORDS
from rag.search.terms import stem as index_stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")

FUNCTION_WORDS = SEARCH_WORDS | frozenset(
    "about after all also any because before between both can could doing done during each get got here just might more most no "
    "nor not off once only other out own same should some such through too under until upon very happen happened tell give name "
    "list please reports report say says said according".split()
)
"""Those search passes over, and others that say little in a sentence."""

# Words that report one and the same kind of outcome, by their stems; a language fact, not one of any corpus.
_CLASSES = (
    ("kill", "die", "dead", "death", "slain", "slai", "fatal", "murder", "casualti", "lost", "lose", "toll", "massacr"),
    ("wound", "injur", "hurt"),
    ("attack", "assault", "raid", "ambush", "storm", "hit", "strike", "struck"),
    ("kidnap", "abduct", "hostag", "seiz", "captur", "taken", "captiv"),
    ("bomb", "explos", "explod", "blast", "deton", "ied"),
    ("arrest", "detain", "captur", "custodi"),
    ("soldier", "troop", "servicemen", "servicem"),
    ("form", "found", "creat", "establish", "merg", "merger", "unit"),
    ("claim", "respons", "credit"),
    ("confirm", "verifi", "check", "prove", "proof"),
    ("arm", "weapon", "gun"),
    ("lai", "laid", "plant", "buri"),
    ("releas", "free", "freed", "liber"),
    ("send", "sent", "dispatch"),
    ("replac", "success", "successor", "succeed"),
    ("lead", "leader", "head", "command", "chief", "led"),
)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Porter stem of a word as written ("U.S." and "US" are one)."""
    return index_stem(fold(word).replace(".", ""))


@dataclass(frozen=True, slots=True)
class Word:
    """A content word: its stem and its characters in the text it was taken from."""

    stem: str
    start: int
    end: int


@lru_cache(maxsize=8192)
def content_words(text: str) -> tuple[Word, ...]:
    """Content words of a text in order; dotted acronyms are one word, possessives lose their ending."""
    words: list[Word] = []
    position = 0
    for dotted in [*_DOTTED.finditer(text), None]:
        stop = dotted.start() if dotted else len(text)
        for match in _WORD.finditer(text, position, stop):
            plain = re.sub(r"['’]s?$", "", match.group())
            acronym = plain.isupper() and len(plain) > 1 and not text.isupper()
            if acronym or plain.lower() not in FUNCTION_WORDS or _is_country_us(plain, text, match.end()):
                words.append(Word(stem(plain), match.start(), match.end()))
        if dotted:
            words.append(Word(stem(dotted.group()), dotted.start(), dotted.end()))
            position = dotted.end()
    return tuple(words)


def _is_country_us(word: str, text: str, end: int) -> bool:
    """Whether a lower-case "us" is the country: a noun follows it ("us troops"), which the pronoun does not allow."""
    following = _WORD.match(text, end + 1) if word == "us" else None
    return following is not None and following.group().lower() not in FUNCTION_WORDS


_MATES = {stem_: frozenset(s for group in _CLASSES if stem_ in group for s in group) for group in _CLASSES for stem_ in group}
"""The stems of a stem's classes, itself among them. Every sentence found is compared word by word: this is asked tens of
thousands of times for a question."""


def same_class(first: str, second: str) -> bool:
    """Whether two stems report the same kind of outcome ("dead" and "kill")."""
    return second in _MATES.get(first, ())


def related(stem_: str, stems: frozenset[str]) -> float:
    """1 when the stem is among the stems, 0.7 when one of its class is, else 0."""
    if stem_ in stems:
        return 1.0
    mates = _MATES.get(stem_)
    return 0.0 if mates is None or mates.isdisjoint(stems) else 0.7


NEAR = 0.8
"""What a word told by one near in meaning is worth; 1 by itself."""


def told(stem_: str, text: str) -> float:
    """Whether a text tells a word.

    Args:
        stem_: Of the word.
        text: A sentence, or some.

    Returns:
        1 where it stands there, or one of its class; ``NEAR`` where a word near in meaning does; 0 where none does.
    """
    stems = frozenset(w.stem for w in content_words(text))
    if related(stem_, stems) > 0:
        return 1.0
    if not near_words().get(stem_, {}).keys().isdisjoint(_WORD.findall(fold(text))):
        return NEAR
    return NEAR if any(stem_ in _near_stems(s) for s in stems) else 0.0


@lru_cache(maxsize=4096)
def _near_stems(stem_: str) -> frozenset[str]:
    return frozenset(stem(word) for word in near_words().get(stem_, ()))
