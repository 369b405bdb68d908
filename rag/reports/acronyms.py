"""Abbreviations and the long names a text gives them.

Initials are compared as by Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text"
(2003): each letter of the abbreviation, from the last to the first, must be found in the long name in order, the first at the
beginning of a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.reports.spelling import fold


@dataclass(frozen=True, slots=True)
class AcronymPair:
    """An abbreviation and the long name a text gives it, both as written."""

    short: str
    long: str


_BRACKET = re.compile(r"\(([^()\n]{2,160})\)")
_SHORT = re.compile(r"(?:[A-Z][A-Za-z]?\.?){1,2}(?:[A-Z0-9]\.?-?){1,8}s?|[A-Z]{2,10}")
_LONG_WORD = re.compile(r"[^\W_]+(?:['’‘`][^\W_]+)*")
_CONNECTIVE = re.compile(
    r"\s*(?:,|;|\bor\b|\balso\b|\bknown(?:\sin\s\w+)? as\b|\bcalled\b)\s*"
    r"(?:(?:or|also|(?:also )?known(?:\sin\s\w+)? as|called|formerly|a\.?k\.?a\.?)\s)?\s*",
    re.IGNORECASE,
)
_TRIVIAL = frozenset("of the and for in de du des la le les et al el wal wa ul to a an on sur pour l d".split())
_LANGUAGE_TAIL = re.compile(
    r"\s+(?:in|from)\s(?:its\s)?(?:French|English|Arabic|Spanish|Portuguese|Hausa|German|Italian)(?:\s.*)?\Z"
)


def find_acronyms(text: str) -> list[AcronymPair]:
    """Find abbreviations with the long names a text gives them, either one in brackets after the other.

    Aliases inside one bracket are all taken: "JNIM (Jama'at ..., or Group for ...)".

    Args:
        text: Any text.

    Returns:
        Pairs in order, each once.
    """
    pairs: dict[AcronymPair, None] = {}
    for match in _BRACKET.finditer(text):
        inside = match[1].strip()
        before = text[max(0, match.start() - 200) : match.start()].rstrip()
        if "\n" in before:
            before = before.rsplit("\n", 1)[1]
        last = before.rsplit(None, 1)[-1].strip("\"'“”‘’,") if before else ""
        if _SHORT.fullmatch(last) and len(last) <= 12:
            for pair in _explained(last, inside):
                pairs[pair] = None
            continue
        for part in _parts(inside):
            if _SHORT.fullmatch(part) and len(part) <= 12 and (long := _long_form(part, before)):
                pairs[AcronymPair(part, long)] = None
    return list(pairs)


def _parts(inside: str) -> list[str]:
    return [_LANGUAGE_TAIL.sub("", part).strip(" \"'“”‘’") for part in _CONNECTIVE.split(inside) if part and part.strip()]


def _explained(short: str, inside: str) -> list[AcronymPair]:
    """Pairs of "SHORT (long, or other long, or OTHER in French)"."""
    found = []
    matched = False
    for part in _parts(inside):
        part = re.sub(r"^(?:the|a|an)\s+", "", part)
        words = _LONG_WORD.findall(part)
        capital = sum(word[0].isupper() for word in words)
        if not words or (not part[0].isupper() and not matched):
            continue
        good = len(words) >= 2 and _initials(short, part) and capital >= 2
        alias = matched and capital >= 1 and (capital * 2 >= len([w for w in words if w not in _TRIVIAL]) or len(words) == 1)
        abbreviation = bool(_SHORT.fullmatch(part)) and part != short
        if good or alias or abbreviation:
            found.append(AcronymPair(short, part))
        matched = matched or good or (capital >= 2 and len(words) >= 3 and _loosely(short, words))
        if not found and matched:
            found.append(AcronymPair(short, part))
    return found


def _loosely(short: str, words: Sequence[str]) -> bool:
    """Whether at least two thirds of the letters begin words in order: transliterations differ in their small words."""
    letters = [c for c in fold(short) if c.isalpha()]
    initials = iter([fold(word)[:1] for word in words])
    hits = sum(1 for letter in letters if any(initial == letter for initial in initials))
    return hits * 3 >= len(letters) * 2 - 1


def _initials(short: str, long: str) -> bool:
    words = _LONG_WORD.findall(long)
    return _schwartz_hearst(short, long) and len(words) <= len(short) * 2 + 5


def _schwartz_hearst(short: str, long: str) -> bool:
    s, text = [c for c in fold(short) if c.isalnum()], fold(long)
    position = len(text) - 1
    for index in range(len(s) - 1, -1, -1):
        while position >= 0 and (text[position] != s[index] or (index == 0 and position > 0 and text[position - 1].isalnum())):
            position -= 1
        if position < 0:
            return False
        position -= 1
    return True


def _long_form(short: str, before: str) -> str:
    """The long name at the end of ``before`` that ``short`` abbreviates, or ""."""
    words = list(_LONG_WORD.finditer(before))[-(len(short) * 2 + 5) :]
    letters = [c for c in fold(short) if c.isalpha()]
    if not words or len(letters) < 2:
        return ""
    best = ""
    for match in reversed(words):
        phrase = before[match.start() :]
        if re.search(r"[.;:!?]\s", phrase):
            break
        word = match[0]
        if not word[0].isupper() or fold(word)[0] != letters[0]:
            continue
        content = [w for w in _LONG_WORD.findall(phrase) if fold(w) not in _TRIVIAL]
        capitals = sum(w[0].isupper() for w in content)
        if len(content) >= 2 and capitals * 2 > len(content) and _schwartz_hearst(short, phrase) and _covers(letters, phrase):
            best = phrase
            break
    return best


def _covers(letters: Sequence[str], phrase: str) -> bool:
    """Most capitalised words give a letter, so that "Mali (M)" or half a sentence is no long form."""
    initials = [fold(w)[0] for w in _LONG_WORD.findall(phrase) if w[0].isupper()]
    hits = sum(letter in letters for letter in initials)
    return hits * 3 >= len(initials) * 2
