"""A question that asks for two things is asked in parts: two days, two rounds, two clauses ("when was he taken and when freed").

Each part is answered by itself, and the answers stand side by side, each with its own citations; numbers of several days or
rounds are added up with their terms shown.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import timedelta

from rag.answers.several.coordination import coordinated, with_year
from rag.answers.several.pairs import paired
from rag.reports.date_text import format_range
from rag.reports.dates import find_dates
from rag.reports.names import find_names
from rag.search.kinds import ATTACKS, AUXILIARIES, QUESTION_WORD
from rag.search.periods import dated_phrase, without_dates
from rag.types import DateMention, DateRange, Question

_NUMBER = r"(?:two|three|four|2|3|4)"
MOST_PARTS = 4
"""Parts a question is asked in at most; what asks for more is read as one."""

_CLOSE = timedelta(days=3)
"""Days named together and no further apart belong to one event ("raided on 30 September and 1 October")."""

_QUESTION_WORD = QUESTION_WORD.pattern
_LEADS = r"(?:on|in|at|by|from|to|for|of|since|with|under)"
_CLAUSES = re.compile(
    rf"^(?P<first>.*\b{_QUESTION_WORD}\b.+?),?\s+and\s+(?P<second>(?:{_LEADS}\s+)?{_QUESTION_WORD}\b.*)$", re.IGNORECASE
)
_BARE = re.compile(
    rf"(?:{_LEADS}\s+(?:when|where|whom?|what|which|(?:what|which|whose|how)(?:\s+(?!(?:{AUXILIARIES}|he|she|it|they|the)\b|[a-z]+ed\b)[\w'’-]+)"
    r"{1,2})|when|where|why|how(?:\s+(?:long|often))?|whom?|(?:what|which)\s+(?:year|month|day|date|time|country|town|city|place))",
    re.IGNORECASE,
)
"""A second question without its clause: "and why", "and in which year"."""

_MORE = re.compile(rf",\s+(?P<bare>{_BARE.pattern})$", re.IGNORECASE)
_ASKS = re.compile(
    rf"\b(?:{_LEADS}\s+{_QUESTION_WORD}\s+(?:[\w'’-]+\s+){{0,3}}?(?=(?:{AUXILIARIES})\b)|(?:how\s+(?:many|much|long)|{_QUESTION_WORD})\b)\s*",
    re.IGNORECASE,
)
"""What asks in a clause: without it the clause states."""

_PRONOUN = re.compile(r"\b(?:he|she|it|they|him|her|his|its|them|their)\b", re.IGNORECASE)
_LEFT_OUT = re.compile(
    r"(?:who|what)\s+(?!(?:resigned|died|fell|came|went|retired|surrendered|happened)\b)[\w'’-]+", re.IGNORECASE
)
"""A first clause that may leave what it is done to to the second: "who bought (and who sold the mill)"."""

_OBJECT = re.compile(rf"(?:who|what)\s+(?!(?:{AUXILIARIES})\b)[\w'’-]+\s+(?=(?:the|an?|(?-i:[A-Z])[\w'’-]*)\b)", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:the|an?|this|that|these|those|in|at|on|near|of|to|from|by|with|after|before|since)\b", re.IGNORECASE)
_SHARED = re.compile(r"\s(?=(?:in|at|on|near|during|outside|after|before|since)\s)", re.IGNORECASE)
_EVENT = f"{ATTACKS}|coup|fight|operation|election|vote|protest|accident"
_PRO_CLAUSE = re.compile(r"\b(?:so|this|that)$", re.IGNORECASE)
"""A clause that stands for the one before it ("when did they say so") cannot be asked by itself."""

_ACCOUNTS = re.compile(r"\bversions?\b|\b(?:accounts|sources)\b[^?]{0,20}\b(?:agree|disagree|differ)\b", re.IGNORECASE)
_WHICH = re.compile(
    r"\b(?:which|what)\s+(?!(?:of|two|three|four|\d+|is|are|was|were|did|does|do|has|have|had)\b)(?:[\w'’-]+\s+)?[\w'’-]+"
    r"(?=\s+(?:[a-z]+ed|took|held|hit|lost|won|led|left|fought|struck|was|were|is|are|did|has|had)\b)",
    re.IGNORECASE,
)
_WHICH_ONE = re.compile(r"^which\s+one\b", re.IGNORECASE)
_GAPPED = re.compile(r"^how\s+many\s+(?:more\s+|others?\s+)?(?=(?:in|at|on|near|during|outside)\s)", re.IGNORECASE)
"""A second count that leaves out what is counted and what befell them."""

_CIRCUMSTANCE = re.compile(r"\s(?=(?:in|at|on|near|during|outside)\s)", re.IGNORECASE)

_ORDINAL = r"first|second|third|fourth|last|earlier|later|former|latter"
_ORDINALS = re.compile(
    rf"\b(?P<first>{_ORDINAL})\s+(?:\w+\s+)?and\s+(?:again\s+)?(?:(?:in|of|at|on|during)\s+)?(?:the\s+)?(?P<second>{_ORDINAL})\s+"
    r"(?P<noun>[\w-]+)",
    re.IGNORECASE,
)
_YEAR = r"(?:19|20)\d\d"
_YEARS = re.compile(rf"\b{_YEAR}(?:,\s+(?:in\s+)?{_YEAR})*,?\s+and\s+(?:again\s+)?(?:in\s+)?{_YEAR}\b", re.IGNORECASE)
_TWO_DAYS = re.compile(r"(?:[a-z]+\s+)?\d{1,2}(?:st|nd|rd|th)?\s+and\s+\d", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_AND = re.compile(
    r"^\s*(?:,|,?\s*(?:and|or|versus|vs\.?|against|compared\s+(?:with|to))(?:\s+(?:again|then|also))?)\s+(?:in|on|during|of|the|\s)*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A question of its own.

    Attributes:
        text: What is asked.
        label: What sets it apart from the other parts ("August 2018"), or "" where its own words do.
    """

    text: str
    label: str = ""


def split_question(question: Question) -> tuple[Part, ...]:
    """The parts of a question.

    Args:
        question: As understood.

    Returns:
        Two or more parts, or nothing for a question that is one.
    """
    query = question.query.strip()
    if _ACCOUNTS.search(query):
        return ()  # accounts of one thing stand in the same sentences
    divided = [Part(text, label) for text, label in coordinated(query)]
    for parts in (
        [Part(text, label) for text, label in paired(query)],
        _clauses(query),
        _ordinals(query),
        divided,
        _days(question.kind, query),
    ):
        if 2 <= len(parts) <= MOST_PARTS:
            return tuple(_singular(part) if part.label else part for part in parts)
    return ()


def _singular(part: Part) -> Part:
    """A part asks for one of the things the whole asks for: "in each of the two raids" is "in the raid"."""
    text = re.sub(rf"\beach\s+of\s+(?:the\s+|these\s+)?(?:{_NUMBER}\s+)?(\w+?)s\b", r"the \1", part.text, flags=re.IGNORECASE)
    one = re.sub(rf"\b(which|what|the)\s+{_NUMBER}\s+(\w+?)ies\b", r"\1 \2y", text, flags=re.IGNORECASE)
    one = re.sub(rf"\b(which|what|the)\s+{_NUMBER}\s+(\w+?)s\b", r"\1 \2", one, flags=re.IGNORECASE)
    if one != text:
        one = re.sub(r"\bwere\b", "was", one, count=1)
    day = re.escape(part.label)
    one = re.sub(rf"\b({_EVENT})e?s(?=,?\s(?:(?:of|in|on|during)\s)?{day})", r"\1", one, flags=re.IGNORECASE)
    return replace(part, text=re.sub(r",\s+(in|on|during)\s", r" \1 ", one))


def _clauses(query: str) -> list[Part]:
    match = _CLAUSES.match(query)
    if not match:
        return []
    first, second = match["first"].strip(" ?"), match["second"].strip(" ?")
    if _PRO_CLAUSE.search(second):
        return []
    if _BARE.fullmatch(second):
        asked = [second]
        while more := _MORE.search(first):
            first, asked = first[: more.start()], [more["bare"], *asked]
        stated = _stated(first)
        return [Part(f"{first}?"), *(Part(f"{word} {stated}?") for word in asked)] if stated else []
    if gap := _GAPPED.match(second):
        return _completed(first, second[gap.end() :])
    second = with_year(second, first)
    if (kind := _WHICH.search(first)) and _WHICH_ONE.match(second):
        second = _WHICH_ONE.sub(kind[0], second)
    # the second clause speaks of whom the first one names
    names = [n.text for n in find_names(first) if n.text.lower() not in second.lower()]
    meant = ", ".join(names)
    if not names and _PRONOUN.search(second):
        meant = re.sub(rf"^(?:{AUXILIARIES})\s+", "", _stated(first), flags=re.IGNORECASE)
    own = find_names(second)
    return [Part(f"{_whole(first, second)}?"), Part(f"{second}?" if own or not meant else f"{second} ({meant})?")]


def _stated(clause: str) -> str:
    """A clause without what it asks: "which banks merged in May" is "banks merged in May"."""
    # a "who" left in it would be read as what is asked
    return re.sub(r"\bwhom?\b", "that", _ASKS.sub("", clause, count=1), flags=re.IGNORECASE).strip(" ,:")


def _whole(first: str, second: str) -> str:
    """A first clause with what it leaves to the second: "who bought and who sold the mill", "who won and who lost in May"."""
    if _LEFT_OUT.fullmatch(first) and (verb := _OBJECT.match(second)):
        return f"{first} {second[verb.end() :]}"
    if _POINTS.search(first) or _PRONOUN.search(f"{first} {second}") or find_names(first) or find_dates(first):
        return first
    shared = _SHARED.search(second)
    return f"{first}{second[shared.start() :]}" if shared else first


def _completed(first: str, rest: str) -> list[Part]:
    """Two counts of which the second leaves out what the first says: "how many died at A in May and how many at B"."""
    rest = with_year(rest, first)
    own, others = find_dates(first), find_dates(rest)
    head = _CIRCUMSTANCE.split(first, maxsplit=1)[0]
    if others and not find_names(rest):
        head = without_dates(first)  # another day, the same place
    day = "" if others or not own else f" {dated_phrase(own[-1])}"
    return [Part(f"{first}{'' if own or not others else ' ' + dated_phrase(others[-1])}?"), Part(f"{head} {rest}{day}?")]


def _ordinals(query: str) -> list[Part]:
    match = _ORDINALS.search(query)
    if not match or match["first"].lower() == match["second"].lower():
        return []
    return [
        Part(f"{query[: match.start()]}{match[word]} {match['noun']}{query[match.end() :]}", f"{match[word]} {match['noun']}")
        for word in ("first", "second")
    ]


def _days(kind: str, query: str) -> list[Part]:
    years = _YEARS.search(query)
    if years and not _BETWEEN.search(query[: years.start()]):
        plain = re.search(r"\b(?:in|of|during)\s+$", query[: years.start()], re.IGNORECASE)
        return [
            Part(f"{query[: years.start()]}{'' if plain else 'in '}{year}{query[years.end() :]}", year)
            for year in re.findall(_YEAR, years[0])
        ]
    mentions = find_dates(query)
    run: list[DateMention] = []
    for mention in mentions:
        if not run or _AND.match(query[run[-1].end : mention.start]):
            run.append(mention)
        elif len(run) < 2:
            run = [mention]
    if len(run) == 1 and _TWO_DAYS.match(run[0].text) and (kind == "how_many" or run[0].range.days > _CLOSE.days):
        days = [DateRange(run[0].range.start, run[0].range.start), DateRange(run[0].range.end, run[0].range.end)]
    elif len(run) >= 2:
        days = [mention.range for mention in run]
        near = all(later.start - earlier.end <= _CLOSE for earlier, later in itertools.pairwise(days))
        if near and kind != "how_many" and all(d.is_day for d in days):
            return []
    else:
        return []
    if _BETWEEN.search(query[: run[0].start]):
        return []
    start, end = run[0].start, run[-1].end
    return [Part(f"{query[:start]}{format_range(d)}{query[end:]}", format_range(d)) for d in days]
