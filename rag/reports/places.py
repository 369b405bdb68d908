"""The place named at the opening of an entry: "In the north (Kidal) ...", "In Gao, ...", "... in the city of X"."""

from __future__ import annotations

import re

from rag.reports.countries import DEMONYMS, country_of
from rag.reports.spelling import fold

_LED = re.compile(
    r"\s*(?:\*\*|__)?\s*(?:Also\s|Again\s)?(?:In|On|At|Near|Outside|Around|Along|Across|Off|Inside|From|Over)\s(?P<before>[^().!?\n]{0,80})\((?P<inside>[^()\n]{2,90})\)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_][\w'’-]*")
_JOINERS = frozenset("al el ag ad ould de du des la le les of da dos san santa sur sous".split())
_CLASSED = re.compile(
    r"\b(?:city|cities|town|village|capital|region|province|district|department|port|oasis|camp|commune|area|state)\s(?:of|called|named)\s(?P<name>[^.,;:()\n]{2,60})"
)
_IN = re.compile(
    r"\s*(?:\*\*|__)?\s*(?:Also\s)?(?:[Ii]n|[Nn]ear|[Oo]utside|[Aa]t|[Aa]round)\s(?:the\s)?(?:(?:far\s)?(?:north|south|east|west|central|center|centre|upper|lower)\w*\s)?"
    r"(?P<name>[^.,;:()\n]{2,60})"
)
_TITLES = frozenset(
    "president general colonel major captain lieutenant minister prime king emir sheikh operation pope mr mrs dr imam "
    "governor mayor monday tuesday "
    "wednesday thursday friday saturday sunday january february march april may june july august september october "
    "november december".split()
)


def find_place(text: str, given: str = "", country: str = "") -> str:
    """The place an entry names at its opening.

    Args:
        text: The entry after its date, or the beginning of it.
        given: What stood in brackets beside the date, if anything.
        country: Of the report; it is not a place inside itself.

    Returns:
        The place's name, or "".
    """
    if given and (name := _first_name(given)):
        return name
    first = re.split(r"(?<=[^A-Z][.!?])\s", text[:400], maxsplit=1)[0]
    match = _LED.match(first)
    if match and len(match["before"].split()) <= 7:
        last = match["before"].split()[-1:] or [""]
        # "the CMA (Coordination of ...)" explains a name and gives no place
        if not (last[0].isupper() and len(last[0]) > 1) and (name := _first_name(match["inside"])) and not _same(name, country):
            return name
    if (
        (match := _IN.match(first))
        and match["name"][0].isupper()
        and (name := _first_name(match["name"]))
        and not _same(name, country)
    ):
        return name
    if (match := _CLASSED.search(first)) and (name := _first_name(match["name"])):
        return name
    return ""


def _same(name: str, country: str) -> bool:
    return fold(name) == fold(country) or (bool(country) and country_of(name) == country_of(country) != "")


def _first_name(phrase: str) -> str:
    """The first capitalised name of a phrase that is no abbreviation: "Akabar" of "Akabar near the Niger border"."""
    words: list[tuple[int, int]] = []
    end = 0
    for match in _NAME.finditer(phrase):
        word = match[0]
        joined = bool(words) and phrase[end : match.start()].strip("'’- ") == ""
        if words and (not joined or _ends_name(word)):
            break
        is_name = word[0].isupper() and not (word.isupper() and len(word) <= 5) and not _is_adjective(word)
        if is_name and not (words == [] and word.lower() in _TITLES):
            words.append(match.span())
            end = match.end()
            if country_of(word):
                break
        elif words and word in _JOINERS:
            words.append(match.span())
            end = match.end()
        elif words:
            break
    while words and phrase[slice(*words[-1])] in _JOINERS:
        words.pop()
    return phrase[words[0][0] : words[-1][1]] if words else ""


def _is_adjective(word: str) -> bool:
    country = country_of(word)
    return bool(country) and fold(word) != fold(country) and word in DEMONYMS[country][:1]


def _ends_name(word: str) -> bool:
    return word.lower() in _TITLES or (word[0].isupper() and bool(country_of(word))) or (word.isupper() and 1 < len(word) <= 5)
