"""Names: what in a text is one.

Nothing here knows a corpus; the only lists are countries and common English words. What belongs to names besides is passed on
from here: abbreviations (``rag.reports.acronyms``), countries (``rag.reports.countries``), spellings (``rag.reports.spelling``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.reports.acronyms import AcronymPair, find_acronyms
from rag.reports.countries import DEMONYMS, country_forms, country_of
from rag.reports.spelling import fold, phonetic_key, similar_names

__all__ = [
    "DEMONYMS",
    "AcronymPair",
    "NameMention",
    "country_forms",
    "country_of",
    "find_acronyms",
    "find_names",
    "fold",
    "phonetic_key",
    "similar_names",
]


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name found in a text.

    Attributes:
        start: First character.
        end: One past its last.
        text: As written.
    """

    start: int
    end: int
    text: str


_Token = tuple[int, int, str]
_BODIES = frozenset(
    "group movement front union council coalition committee alliance party army force forces organization organisation "
    "platform framework "
    "office fund agency bank centre center state province association federation congress rally assembly mission jihad "
    "qaeda".split()
)
_GAPS = (" ", "-", "\n", "\u00a0", "’", "'")
_ELIDED = re.compile(r"[dl]['’][^\W\d_]")
PARTICLES = frozenset("al el ag ad ash ould bin ben ibn abu bint de du des da di la le les wal wa ul und von van der dos".split())
"""Small words inside names of people and places."""

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’‘`-](?!(?:s|ll|re|ve|d|m|t)(?![^\W_]))[^\W_]+)*(?:['’](?:s|ll|re|ve|d|m|t)(?![^\W_]))?"
)
_CONTRACTED = re.compile(r"['’](?:s|ll|re|ve|d|m|t)\Z")
_COMMON = frozenset(
    "a an the this that these those it its he his she her they their we our you your i my in on at of by for from to with "
    "without within into onto over "
    "under after before since until during between among against about around across along near outside inside and or but "
    "nor so yet if when while where "
    "which who whom whose what why how as because although though despite however meanwhile also then there here now not "
    "no yes all any both each either "
    "every few many more most much neither none one only other others another same several some such two three four five "
    "six seven eight nine ten once "
    "twice first second third last next is are was were be been being has have had do does did will would can could may "
    "might must shall should than too "
    "very unless whether thus hence even still just later earlier soon often today yesterday tomorrow less least own once "
    "again further nearly "
    "almost perhaps according instead "
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)


_LONGEST_KEPT = 4000
"""Characters of the longest text whose names are kept: sentences and passages, no reports."""


def find_names(text: str) -> list[NameMention]:
    """Find the names in a text: capitalised words in a row, with small particles inside, and abbreviations.

    A capitalised word at the start of a sentence counts when it also stands capitalised elsewhere in the text, is followed by
    another capitalised word; in a text of three words or fewer it counts unless it is a common word.

    Args:
        text: A question, a passage or an entry.

    Returns:
        Mentions in order, not overlapping.
    """
    return list(_found(text) if len(text) <= _LONGEST_KEPT else _found.__wrapped__(text))


@lru_cache(maxsize=4096)
def _found(text: str) -> tuple[NameMention, ...]:
    # one question looks at the same sentence for what could answer, for its holders and for its value
    tokens = []
    for match in _TOKEN.finditer(text):
        word = _CONTRACTED.sub("", match[0])
        tokens.append((match.start(), match.start() + len(word), word))
    begins = [_begins_sentence(text, start) for start, _, _ in tokens]
    inside = {word for (_, _, word), begin in zip(tokens, begins, strict=True) if not begin and _is_capital(word)}
    lower = {word for _, _, word in tokens if word.islower()}
    found: list[NameMention] = []
    i = 0
    while i < len(tokens):
        stop = _name_end(text, tokens, begins, i)
        first = i
        if stop > i and begins[i] and len(tokens) > 3 and not _stands(tokens, i, stop, inside, lower):
            first = i + 1
        while first < stop and tokens[first][2].lower() in _COMMON and not tokens[first][2].isupper():
            first += 1
        if first < stop and (tokens[first][2][0].isupper() or tokens[first][2].lower() in PARTICLES):
            start, end = tokens[first][0], tokens[stop - 1][1]
            if any(tokens[k][2][0].isupper() for k in range(first, stop)):
                found.append(NameMention(start, end, text[start:end]))
        i = max(stop, i + 1)
    return tuple(found)


def _is_capital(word: str) -> bool:
    return word[0].isupper()


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 6) : start].rstrip(" \t\"'“‘(«*_#")
    return not before or before[-1] in ".!?:\n…"


def _name_end(text: str, tokens: Sequence[_Token], begins: Sequence[bool], i: int) -> int:
    """One past the last token of the name beginning at token ``i``, or ``i``."""
    word = tokens[i][2]
    if not _is_capital(word):
        starts = word in ("al", "el") and i + 1 < len(tokens) and _is_capital(tokens[i + 1][2])
        if not starts or text[tokens[i][1] : tokens[i + 1][0]] not in (" ", "-"):
            return i
    end = k = i + 1
    while k < len(tokens):
        gap = text[tokens[k - 1][1] : tokens[k][0]]
        is_initial = gap == ". " and len(tokens[k - 1][2]) == 1
        if not is_initial and (gap not in _GAPS or begins[k]):
            break
        word = tokens[k][2]
        if _is_capital(word) or _ELIDED.match(word):
            end = k + 1
        elif k - end >= 2 or not _goes_on(tokens, i, k):
            break
        k += 1
    return end


def _goes_on(tokens: Sequence[_Token], i: int, k: int) -> bool:
    """Whether the small word ``k`` may stand inside the name begun at ``i``."""
    word, before = tokens[k][2], tokens[k - 1][2]
    if word == "and":
        # "Group for the Support of Islam and Muslims", but "Mali and Niger" are two names
        return any(tokens[j][2] == "of" for j in range(max(i, k - 3), k)) and _leads_to_capital(tokens, k)
    if word == "the":
        return before in ("of", "for", "in") and _leads_to_capital(tokens, k)
    if word in ("for", "in"):
        # a body's purpose or realm: "Movement for ...", "Islamic State in the ...", but not "al Qaeda in Mali"
        the = word == "for" or (k + 1 < len(tokens) and tokens[k + 1][2] == "the")
        return the and fold(before) in _BODIES and _leads_to_capital(tokens, k)
    if word == "of":
        return _leads_to_capital(tokens, k)
    return word in PARTICLES


def _leads_to_capital(tokens: Sequence[_Token], k: int) -> bool:
    return any(_is_capital(tokens[j][2]) for j in range(k + 1, min(k + 3, len(tokens))))


def _stands(tokens: Sequence[_Token], i: int, stop: int, inside: set[str], lower: set[str]) -> bool:
    """Whether a sentence's first word is part of the name it begins."""
    word = tokens[i][2]
    if word.lower() in PARTICLES and stop > i + 1 and _is_capital(tokens[i + 1][2]):
        return True
    if word.isupper() and len(word.replace(".", "")) > 1:
        return True
    if word.lower() in _COMMON or word.lower() in lower:
        return False
    return word in inside or (stop > i + 1 and tokens[i + 1][2][0].isupper())
