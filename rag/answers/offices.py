"""Who holds an office: a president, a minister or a colonel asked for is whom a sentence calls by that title.

The reader knows that a person is asked for, and takes the two colonels of the next sentence as gladly as the prime minister.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answers.deeds import is_past
from rag.answers.evidence import FEATURES, ScoredSentence, Value, raised
from rag.reports.countries import country_of
from rag.reports.names import find_names, fold
from rag.search.kinds import AUXILIARIES, QUESTION_WORD
from rag.types import Question, Span

HOLDER = 4.0
"""Added to the score of a sentence that names a holder of the office: fifty times as likely."""

_LOOKED_AT = 20
"""Sentences, best first, in which holders are looked for."""

_NAMES = FEATURES.index("names")
_F = re.IGNORECASE
_OFFICES = {
    "president": r"presidents?|heads?\s+of\s+state",
    "prime minister": r"prime\s+ministers?|heads?\s+of\s+(?:the\s+)?government",
    "minister": r"(?<!prime\s)ministers?",
    "governor": r"governors?(?!\s+general)",
    "mayor": r"mayors?",
    "prefect": r"prefects?",
    "ambassador": r"ambassadors?",
    "spokesman": r"spokes(?:m[ae]n|wom[ae]n|persons?)",
    "chief of staff": r"chiefs?\s+of\s+(?:the\s+)?(?:(?:general|army|defen[cs]e)\s+)?staff",
    "secretary-general": r"secretar(?:y|ies)[ -]general",
    "prosecutor": r"prosecutors?",
    "judge": r"judges?",
    "general": (
        r"(?<!attorney\s)(?<!attorney-)(?<!director\s)(?<!director-)(?<!surgeon\s)(?<!consul\s)(?<!inspector\s)(?<!governor\s)"
        r"(?<!secretary\s)(?<!secretary-)(?:(?:lieutenant|major|brigadier)[ -])?generals?"
    ),
    "colonel": r"(?:lieutenant[ -])?colonels?",
    "major": r"majors?(?![ -]general)",
    "captain": r"captains?",
    "lieutenant": r"lieutenants?(?![ -](?:colonel|general|governor))",
    "bishop": r"(?:arch)?bishops?",
    "priest": r"priests?",
    "imam": r"imams?",
    "king": r"kings?",
    "sultan": r"sultans?",
}
"""Offices with the titles that stand beside a name; a chief or a leader is as often told by a verb."""

_NO_TITLE = (
    r"(?!['’]s?\b|s['’]|-)(?!\s+(?:election|strike|secretary|manager|assembly|amnesty|staff|conclusion|idea|public|population|rule|"
    r"practice|information|terms|cit(?:y|ies)|attacks?|roads?|dams?|powers?|donors?|shareholders?|events?|incidents?|battles?|"
    r"offensives?|operations?|problems?|part(?:y|ies)|towns?|changes?|roles?|leagues?|groups?|(?-i:Electric|Motors|Assembly|League|"
    r"Council|Staff|Street|Port))\b)"
)
"""What may not follow: "the president's lawyer", "a general strike" and "a major attack" have nobody of that title."""

_ANY = "|".join(f"(?:{pattern})" for pattern in _OFFICES.values())
_TITLE = re.compile(rf"\b(?P<late>(?:deputy|vice|former|ex|late|then)[ -](?:\w+\s+)?)?(?:{_ANY})\b{_NO_TITLE}", _F)
_SORTS = {name: re.compile(rf"(?:.*[ -])?(?:{pattern})", _F) for name, pattern in _OFFICES.items()}
_WORD = rf"(?:(?!(?:{AUXILIARIES}|the|an?|that|who|whom|which|of|by|to|from|with|did)\b)[\w'’-]+\s+)"
_BEING = r"serv|act|elect|nam|appoint|sw(?:ear|or)|install|head|lead|led|govern|rul|succe|replac|took|tak|reign|s[ia]t"
_ASKS = (
    re.compile(rf"\bwho\s+(?:is|was|were|are)\s+(?:the\s+)?{_WORD}{{0,3}}?$", _F),
    re.compile(rf"\bwho\s+(?:\w+\s+){{0,2}}?(?:becomes?|became|be)\s+(?:the\s+)?{_WORD}{{0,2}}?$", _F),
    re.compile(rf"\bwho\b[^,;?]*?\b(?:{_BEING})\w*\s+(?:[^,;?]*?\s)?(?:as|in\s+as)\s+{_WORD}{{0,2}}?$", _F),
    re.compile(rf"\b(?:which|what)\s+(?:of\s+the\s+)?{_WORD}{{0,2}}?$", _F),
    re.compile(rf"\bnames?\s+(?:of\s+)?(?:the\s+|an?\s+)?{_WORD}{{0,3}}?$", _F),
)
"""What may stand before an office that is asked for."""

_OPENS = re.compile(rf"^\s*(?:the\s+|both\s+)?{_WORD}{{0,2}}?$", _F)
"""The same of a search without question words: "prime ministers detained in the coup"."""

_RELATIVE = re.compile(r"(?:\s+(?:of|for)\s+(?:the\s+)?\w+)?\s+(?:who|whom|whose)\b", _F)
"""A question word that asks nothing: "minister who spoke of the dead"."""

_NO_PORTFOLIO = frozenset("which what four three former first last other senior acting cabinet several these those".split())
_PORTFOLIO_AFTER = re.compile(r"\s+(?:of|for)\s+(?:the\s+)?(?P<what>\w{4,})", _F)
_PORTFOLIO_BEFORE = re.compile(r"\b(?P<what>\w{4,})\s+$", _F)
_STEM = 4
"""Letters by which a portfolio is known in most spellings: "defence", "defense"; "labour", "labor"."""

_REALM_AFTER = re.compile(r"\s+of\s+(?:the\s+)?(?P<realm>(?-i:[A-Z])[\w’'-]*)", _F)
_REALM_BEFORE = re.compile(r"\b(?P<realm>(?-i:[A-Z])[\w-]*)(?:['’]s)?\s+(?:(?-i:[a-z])\w+\s+)?$", _F)
_OF_BODY = re.compile(
    r"\s+of\s+(?:the\s+)?(?!(?:republic|country|state|nation|transition|government|junta|island|region|province|city|town|kingdom|"
    r"union|defen[cs]e|foreign|justice|finance|interior|health|security|economy)\b)(?-i:[a-z])\w+",
    _F,
)
"""A society's or a chamber's president is not the country's."""

_AFTER_TITLE = re.compile(r"(?:\s+(?:of|for)\s+[^,.;:()]{1,40})?,\s+", _F)
"""What stands between an office and its holder's name: "president of the land, Ada Sol"."""

_CLOSES = re.compile(r"\s*(?:[,.;:)]|$)")
_BEFORE_TITLE = re.compile(
    r"(?:,\s+(?:(?:the|its|their|his|her|an?|who\s+(?:is|was|serves\s+as|served\s+as))\s+)?|"
    r"\s+(?:is|was|became|(?:has|had)\s+(?:since\s+)?(?:become|been))\s+|\s*\(\s*)"
    r"(?:(?!(?:and|by|with|to|of|for|in|at|from|near|under|on)\b)[\w'’-]+\s+){0,4}",
    _F,
)
"""What stands between a holder's name and the office: "Ada Sol, the country's president", "Ada Sol has become president"."""

_ONE_RANK = rf"(?:{_ANY}|col|gen|maj|capt|lt|sgt|mr|mrs|ms|dr)"
_RANK = re.compile(rf"(?:{_ONE_RANK}\.?\s+)+", _F)
_RANK_ALONE = re.compile(_ONE_RANK, _F)


@dataclass(frozen=True, slots=True)
class Office:
    """An office asked for.

    Attributes:
        name: Of ``_OFFICES``.
        portfolio: Opening letters of what a minister is minister of, or "".
        country: Whose office it is, or "".
        several: Whether more than one holder is asked for.
        past: Whether a deputy or a former one is asked for in so many words.
    """

    name: str
    portfolio: str = ""
    country: str = ""
    several: bool = False
    past: bool = False


def asked_office(question: Question) -> Office | None:
    """The office whose holder a question asks for.

    Args:
        question: As understood.

    Returns:
        The office, or None.
    """
    if question.kind not in ("who", "what", "list"):
        return None
    query = question.query
    worded = QUESTION_WORD.search(query) is not None
    for title in _TITLE.finditer(query):
        before, after = query[: title.start()], query[title.end() :]
        opens = _OPENS.match(before) and (not worded or _RELATIVE.match(after))
        if not opens and not any(p.search(before) for p in _ASKS):
            continue
        # "Who is President Sol?" asks for no president's name
        if re.match(r"\s+[A-Z]", after) or any(query.find(n, title.end()) == title.end() + 1 for n in question.names):
            return None
        country = next(filter(None, map(country_of, question.names)), "")
        plural = bool(re.search(r"(?:s|men)$", title.group(), _F))
        return Office(_name(title), _portfolio(query, title), country, plural, bool(title["late"]))
    return None


def _name(title: re.Match[str]) -> str:
    return next(name for name, sort in _SORTS.items() if sort.fullmatch(title.group()))


def _portfolio(text: str, title: re.Match[str]) -> str:
    """Of a minister whose title stands in a text, what for."""
    if _name(title) != "minister":
        return ""
    found = _PORTFOLIO_AFTER.match(text, title.end()) or _PORTFOLIO_BEFORE.search(text[: title.start()])
    what = fold(found["what"]) if found else ""
    return "" if not what or what in _NO_PORTFOLIO or is_past(what) or country_of(what) else what[:_STEM]


def _country(text: str, title: re.Match[str]) -> str:
    """Whose an office is that stands in a text: "president of Nobo", "Nobo's president"."""
    found = _REALM_AFTER.match(text, title.end()) or _REALM_BEFORE.search(text[: title.start()])
    return country_of(found["realm"]) if found else ""


def find_holders(text: str, office: Office) -> list[Span]:
    """The names that a text gives an office.

    Args:
        text: A sentence.
        office: Asked for.

    Returns:
        Their spans in the text, in order.
    """
    names = find_names(text)
    found: list[Span] = []
    for title in _TITLE.finditer(text):
        if _name(title) != office.name or (title["late"] and not office.past) or _OF_BODY.match(text, title.end()):
            continue
        country = _country(text, title)
        if (office.country and country and office.country != country) or (
            office.portfolio and _portfolio(text, title) != office.portfolio
        ):
            continue
        after = _PORTFOLIO_AFTER.match(text, title.end()) if office.portfolio else None
        end = after.end() if after else title.end()
        for name in names:
            if (span := _held(text, name.start, name.end, title, end)) is not None:
                found.append(span)
    return sorted(set(found), key=lambda s: s.start)


def _held(text: str, start: int, stop: int, title: re.Match[str], end: int) -> Span | None:
    """The part of a name that a title, which ends at ``end`` with its portfolio, is given to; None where it is not."""
    if stop <= title.start():
        is_told = _BEFORE_TITLE.fullmatch(text[stop : title.start()]) and not text[stop:].startswith(("'s", "’s"))
        return None if not is_told or country_of(text[start:stop]) else _bare(text, start, stop)
    if start <= end < stop:
        # "French President Ada Sol" is one run of capitals
        return _bare(text, end + 1, stop) if text[end] == " " else None
    if start < end or country_of(text[start:stop]):
        return None
    between = text[end:start]
    joined = (
        between == " " or _RANK.fullmatch(between.lstrip()) or (_AFTER_TITLE.fullmatch(between) and _CLOSES.match(text, stop))
    )
    return _bare(text, start, stop) if joined else None


def _bare(text: str, start: int, stop: int) -> Span | None:
    """A name without the ranks before it; None where nothing with a capital is left."""
    rank = _RANK.match(text, start, stop)
    start = rank.end() if rank else start
    return Span(start, stop) if start < stop and text[start].isupper() and not _RANK_ALONE.fullmatch(text, start, stop) else None


def with_holders(question: Question, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Sentences for a question for an office's holder, those that name one raised.

    Args:
        question: As understood.
        scored: Sentences, most probable first.

    Returns:
        The sentences, most probable first.
    """
    office = asked_office(question)
    if office is None:
        return list(scored)
    # whoever holds it elsewhere is not asked for
    least = scored[0].features[_NAMES] if scored else 0.0
    return raised(scored, lambda s: HOLDER * (s.features[_NAMES] >= least and bool(_holders(question, s, office))), _LOOKED_AT)


def held_value(question: Question, sentence: ScoredSentence) -> Value | None:
    """The holder of the office asked for, where a sentence names one and the reader points elsewhere.

    Args:
        question: As understood.
        sentence: An answering sentence.

    Returns:
        The name; None where no office or several holders are asked for, none is named, or the reader points at one already.
    """
    office = asked_office(question)
    found = [] if office is None or office.several else _holders(question, sentence, office)
    read = sentence.read
    if not found or (read and any(s.start < read.end and read.start < s.end for s in found)):
        return None
    return Value(sentence.slice(found[0]), found[0])


def _holders(question: Question, sentence: ScoredSentence, office: Office) -> list[Span]:
    """The names, new to the question, that a sentence gives an office: spans in stored text."""
    asked, base = fold(question.query), sentence.span.start
    found = find_holders(sentence.text, office)
    return [Span(base + s.start, base + s.end) for s in found if fold(sentence.text[s.start : s.end]) not in asked]
