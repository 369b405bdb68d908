"""What a question says was done, by rules of English: who asks when takes it for granted that it happened."""

from __future__ import annotations

import re

from rag.answers.words import content_words, stem
from rag.reports.names import fold
from rag.types import Question

_WORD = re.compile(r"[\w'’-]+")
_DOING = re.compile(
    r"\b(?:(?P<own>whose)|whom?|(?:which|what)\s+(?:\w+\s+){0,2}(?:groups?|organi[sz]ations?|factions?|militias?|movements?))\b(?P<rest>.*)",
    re.IGNORECASE,
)
_DID = re.compile(r"\b(?:did|does|do|will|would|could|can)\b(?P<rest>.*)", re.IGNORECASE)
_EMPTY = frozenset(map(stem, "carried committed perpetrated conducted staged launched mounted became become".split()))
"""Verbs that say nothing without the noun after them ("carried out the raid", "became head")."""

_REGULAR = re.compile(r"ed$")
_NOT_PAST = frozenset("hundred red bed need seed feed speed indeed".split())
_BESIDE = re.compile(r"(?<=\w)\s+(?:after|before|when|while|until|because|although|as\s+soon\s+as)\b", re.IGNORECASE)
"""What opens a clause that only says when or why."""

_ELSE = stem("else")
_IRREGULAR = frozenset(
    "arose awoke beat beaten began begun bent bet bit bitten bled blew blown bound bred broke broken brought built burnt "
    "bought came caught chose chosen cut dealt dug drew drawn drove driven ate eaten fallen fell fed felt fought flew flown "
    "forgot forgotten froze frozen gave given gone got grew grown heard held hid hidden hit hurt knelt knew known laid led "
    "lent let lit made meant met paid put ran rang read rode ridden risen rose run said sank sat saw seen sent set shook "
    "shaken shone shot shut slain slept sold spoke spoken spread stole stolen stood stuck struck swept sworn taken told "
    "took tore torn threw thrown went withdrawn withdrew won wore worn wrote written overran overrun overthrew overthrown "
    "fought taught thought sought found kept crept wept left lost quit split free".split()
)
_HAPPENS = frozenset("place occur happen begin start come".split())
_PARTICLES = frozenset("again back away off out up down over not ever first finally".split())
_OPENS_NOUN = frozenset(
    "the a an of in at on for from with by to its his her their this that these those and or as into over under after "
    "before around near outside between inside through during since until against among toward towards".split()
)


def asked_deed(question: Question, query: str, *, of_doer: bool) -> str:
    """The deed a question speaks of.

    Args:
        question: As understood.
        query: Its own words.
        of_doer: Whether it asks who did it; else when, where or why it was done.

    Returns:
        Stem of its verb, or "" where none can be told.
    """
    if of_doer:
        match = _DOING.search(query)
        if match is None:
            return ""
        rest = match["rest"]
        words = [w for w in content_words(rest) if not rest[w.start : w.end].endswith("ly") and w.stem != _ELSE]
        if match["own"]:
            words = words[1:]  # what is somebody's
        if words and words[0].stem in _EMPTY:
            words = words[1:]
        return words[0].stem if words and rest[words[0].start].islower() else ""
    names = {word for name in question.names for word in fold(name).split()}
    dated = [(d.start, d.end) for d in question.dates]
    if (match := _DID.search(query)) and (verb := _after_auxiliary(match, names, dated)):
        return verb
    told = _BESIDE.split(query)[0]
    words = [w for w in content_words(told) if told[w.start].islower() and not any(a <= w.start < b for a, b in dated)]
    past = [w.stem for w in words if is_past(told[w.start : w.end]) and fold(told[w.start : w.end]) not in names]
    return past[-1] if past else ""


def is_past(word: str) -> bool:
    """Whether a word has the form of a past tense or participle.

    Args:
        word: One word.

    Returns:
        True for "raided", "taken", "fled"; for some adjectives too ("armed"), never for a number.
    """
    plain = word.lower()
    return (bool(_REGULAR.search(plain)) and plain not in _NOT_PAST) or plain in _IRREGULAR


def _after_auxiliary(match: re.Match[str], names: set[str], dated: list[tuple[int, int]]) -> str:
    """The verb after "did": the last of the first plain words that neither open nor belong to the noun before them ("the defence
    minister resign"); "" for one that only says that something happened."""
    before, found = "", ""
    for word in _WORD.finditer(match["rest"]):
        start, text = match.start("rest") + word.start(), word[0]
        plain = fold(text)
        is_noun = before in _OPENS_NOUN or before.endswith(("'s", "’s", "s'", "s’")) or (plain[-1:] == "s" and plain[-2:] != "ss")
        is_plain = text[0].islower() and plain not in names and plain not in _OPENS_NOUN
        if is_plain and before and not is_noun and content_words(text) and not any(a <= start < b for a, b in dated):
            if plain not in _PARTICLES:
                found = plain
        elif found and not is_plain:
            break
        before = text.lower()
    return "" if found in _HAPPENS else stem(found) if found else ""
