"""Who holds an office: a president, a minister or a colonel asked for is whom a sentence calls by that title.

The reader knows that a person is asked for, and takes the two colonels of the next sentence as gladly as the prime minister.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answers.evidence import ScoredSentence
from rag.reports.countries import country_of
from rag.reports.names import find_names, fold
from rag.search.kinds import AUXILIARIES, QUESTION_WORD
from rag.types import Question, Span

HOLDER = 4.0
"""Added to the score of a sentence that names a holder of the office: fifty times as likely."""

_LOOKED_AT = 20
"""Sentences, best first, in which holders are looked for."""

_TITLES = (
    r"vice[ -]presidents?",
    r"presidents?|heads?\s+of\s+state",
    r"prime\s+ministers?|premiers?|heads?\s+of\s+(?:the\s+)?government",
    r"ministers?",
    r"governors?",
    r"mayors?",
    r"prefects?",
    r"ambassadors?",
    r"spokes(?:m[ae]n|wom[ae]n|persons?)",
    r"chiefs?\s+of\s+(?:the\s+)?(?:general\s+)?staff",
    r"secretar(?:y|ies)[ -]general",
    r"prosecutors?",
    r"judges?",
    r"generals?(?!\s+(?!who\b|that\b|of\b|in\b|from\b|is\b|was\b|were\b)(?-i:[a-z]))",
    r"colonels?",
    r"majors?(?!\s+(?!who\b|that\b|of\b|in\b|from\b|is\b|was\b|were\b)(?-i:[a-z]))",
    r"captains?",
    r"lieutenants?",
    r"bishops?",
    r"priests?",
    r"imams?",
    r"kings?",
    r"sultans?",
)
"""Titles that stand beside a name, one pattern for those that mean the same; a chief or a leader is as often told by a verb, and
"a major attack" has no major."""

_ANY = "|".join(_TITLES)
_TITLE = re.compile(rf"\b(?:{_ANY})\b", re.IGNORECASE)
_MINISTER = re.compile(r"ministers?", re.IGNORECASE)
_SORTS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _TITLES)
_WORD = rf"(?:(?!(?:{AUXILIARIES}|the|an?|that|who|whom|which|of|by|to|from|with|did)\b)[\w'’-]+\s+)"
_ASKED = re.compile(
    rf"(?:\bwho\s+(?:is|was|were|are|becomes?|became)\s+(?:the\s+)?|\b(?:which|what)\s+(?:of\s+the\s+)?|"
    rf"\bnames?\s+(?:of\s+)?(?:the\s+|an?\s+)?|\b(?:as|be|become|became)\s+(?:the\s+)?){_WORD}{{0,3}}?"
    rf"(?P<title>{_ANY})\b(?!['’]s\b|-)",
    re.IGNORECASE,
)
_OPENS = re.compile(rf"^\s*(?:the\s+|both\s+)?{_WORD}{{0,2}}?(?P<title>{_ANY})\b(?!['’]s\b|-)", re.IGNORECASE)
"""A search that opens with the office: "prime ministers detained in the coup"."""

_PORTFOLIO_AFTER = re.compile(r"\s+(?:of|for)\s+(?:the\s+)?(?P<what>\w{4,})", re.IGNORECASE)
_PORTFOLIO_BEFORE = re.compile(r"\b(?P<what>\w{4,})\s+$", re.IGNORECASE)
_STEM = 5
"""Letters by which a portfolio is known in any spelling: "defence", "defense"."""

_TITLED = re.compile(r"(?:\s+of\s+[A-Z][\w'’-]+)?,?\s+", re.IGNORECASE)
_AFTER_TITLE = re.compile(r"(?:\s+(?:of|for|in|at|to)\s+[^,.;:()]{1,40})?,\s+")
"""What stands between an office and its holder's name: "president of Chad, Idriss", "a prime minister for the year, Idriss"."""

_BEFORE_TITLE = re.compile(
    r"(?:,\s+(?:the|its|their|his|her|a|an|who\s+(?:is|was)|former|then)\s+|"
    r"\s+(?:is|was|became|(?:has|had)\s+(?:since\s+)?(?:become|been))\s+|\s*\(\s*)"
    r"(?:(?!and\b|by\b|with\b)[\w'’-]+\s+){0,4}",
    re.IGNORECASE,
)
"""What stands between a holder's name and the office: "Idriss, the country's president", "Idriss has become president"."""


@dataclass(frozen=True, slots=True)
class Office:
    """An office asked for.

    Attributes:
        sort: Its pattern, which holds every title that means the same.
        portfolio: Opening letters of what a minister is minister of, or "".
    """

    sort: re.Pattern[str]
    portfolio: str = ""


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
    match = _ASKED.search(query) or (None if QUESTION_WORD.search(query) else _OPENS.match(query))
    if match is None:
        return None
    title = _TITLE.search(query, match.start("title"))
    sort = next((s for s in _SORTS if title and s.fullmatch(title.group())), None)
    return Office(sort, _portfolio(query, title)) if sort and title else None


def _portfolio(text: str, title: re.Match[str]) -> str:
    """Of a minister whose title stands in a text, what for."""
    if not _MINISTER.fullmatch(title.group()):
        return ""
    found = _PORTFOLIO_AFTER.match(text, title.end()) or _PORTFOLIO_BEFORE.search(text[: title.start()])
    return "" if found is None or country_of(found["what"]) else fold(found["what"])[:_STEM]


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
        if not office.sort.fullmatch(title.group()) or (office.portfolio and _portfolio(text, title) != office.portfolio):
            continue
        end = title.end()
        if office.portfolio and (after := _PORTFOLIO_AFTER.match(text, end)):
            end = after.end()
        for name in names:
            own = _TITLE.match(name.text)  # "Colonel Orr" may be found with the rank
            start = name.start + (own.end() + 1 if own and own.end() < len(name.text) else 0)
            span = Span(start, name.end)
            behind = start >= end and any(p.fullmatch(text[end:start]) for p in (_TITLED, _AFTER_TITLE))
            if behind or (name.end <= title.start() and _BEFORE_TITLE.fullmatch(text[name.end : title.start()])):
                found.append(span)
    return sorted(set(found), key=lambda s: s.start)


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
    raised = [replace(s, score=s.score + HOLDER * bool(holders(question, s, office))) for s in scored[:_LOOKED_AT]]
    return [*sorted(raised, key=lambda s: -s.score), *scored[_LOOKED_AT:]]


def holders(question: Question, sentence: ScoredSentence, office: Office) -> list[Span]:
    """The names, new to the question, that a sentence gives an office: spans in stored text."""
    asked, base = fold(question.query), sentence.span.start
    found = find_holders(sentence.text, office)
    return [Span(base + s.start, base + s.end) for s in found if fold(sentence.text[s.start : s.end]) not in asked]
