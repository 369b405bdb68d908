"""A question that asks for two things is asked in parts: two days, two rounds, two clauses ("when was he taken and when freed").

Each part is answered by itself, and the answers stand side by side, each with its own citations; numbers of several days or
rounds are added up with their terms shown.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from rag.answers.citations import renumber
from rag.answers.figures import parse_number
from rag.reports.date_text import format_range
from rag.reports.dates import find_dates
from rag.reports.names import find_names
from rag.search.periods import dated_phrase, without_dates
from rag.types import Answer, Citation, DateMention, DateRange, Question, RetrievedPassage, Span

_NUMBER = r"(?:two|three|four|2|3|4)"
MOST_PARTS = 4
"""Parts a question is asked in at most; what asks for more is read as one."""

_CLOSE = timedelta(days=3)
"""Days named together and no further apart belong to one event ("raided on 30 September and 1 October")."""

_QUESTION_WORD = r"(?:what|which|when|where|who|whom|whose|how|why)"
_CLAUSES = re.compile(
    rf"^(?P<first>.*\b{_QUESTION_WORD}\b.+?),?\s+and\s+(?P<second>(?:(?:on|in|at|by|from|to|for|of|since)\s+)?{_QUESTION_WORD}\b.+)$",
    re.IGNORECASE,
)
_PRO_CLAUSE = re.compile(r"\b(?:so|this|that)$", re.IGNORECASE)
"""A clause that stands for the one before it ("when did they say so") cannot be asked by itself."""

_GAPPED = re.compile(r"^how\s+many\s+(?=(?:in|at|on|near|during|outside)\s)", re.IGNORECASE)
"""A second count that leaves out what is counted and what befell them."""

_CIRCUMSTANCE = re.compile(r"\s(?=(?:in|at|on|near|during|outside)\s)", re.IGNORECASE)

_ORDINAL = r"first|second|third|fourth|last|earlier|later|former|latter"
_ORDINALS = re.compile(
    rf"\b(?P<first>{_ORDINAL})\s+(?:\w+\s+)?and\s+(?:again\s+)?(?:(?:in|of|at|on|during)\s+)?(?:the\s+)?(?P<second>{_ORDINAL})\s+"
    r"(?P<noun>[\w-]+)",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b(?P<first>(?:19|20)\d\d)\s+and\s+(?:again\s+)?(?:in\s+)?(?P<second>(?:19|20)\d\d)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:the\s+)?$", re.IGNORECASE)
_AND = re.compile(
    r"^\s*(?:,|,?\s*(?:and|or|versus|vs\.?|against|compared\s+(?:with|to))(?:\s+(?:again|then|also))?)\s+(?:in|on|during|of|the|\s)*$",
    re.I,
)
_APART = re.compile(r"\b(?:each|respectively|again|separately|versus|vs|compared|than|more|fewer)\b", re.IGNORECASE)


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
    for parts in (_clauses(query), _ordinals(query), _days(question.kind, query)):
        if 2 <= len(parts) <= MOST_PARTS:
            return tuple(replace(part, text=_singular(part.text)) if part.label else part for part in parts)
    return ()


def _singular(text: str) -> str:
    """A part asks for one of the things the whole asks for: "in each of the two raids" is "in the raid"."""
    text = re.sub(rf"\beach\s+of\s+(?:the\s+|these\s+)?(?:{_NUMBER}\s+)?(\w+?)s\b", r"the \1", text, flags=re.IGNORECASE)
    text = re.sub(rf"\b(which|what|the)\s+{_NUMBER}\s+(\w+?)s(\s+were\b|\b)", _one, text, flags=re.IGNORECASE)
    return re.sub(r",\s+(in|on|during)\s", r" \1 ", text)


def _one(match: re.Match[str]) -> str:
    return f"{match[1]} {match[2]}{' was' if match[3] else ''}"


def _clauses(query: str) -> list[Part]:
    match = _CLAUSES.match(query)
    if not match:
        return []
    first, second = match["first"].strip(" ?"), match["second"].strip(" ?")
    if _PRO_CLAUSE.search(second):
        return []
    if gap := _GAPPED.match(second):
        return _completed(first, second[gap.end() :])
    # the second clause speaks of whom the first one names
    names = [n.text for n in find_names(first) if n.text.lower() not in second.lower()]
    own = find_names(second)
    return [Part(f"{first}?"), Part(f"{second}?" if own or not names else f"{second} ({', '.join(names)})?")]


def _completed(first: str, rest: str) -> list[Part]:
    """Two counts of which the second leaves out what the first says: "how many died at A in May and how many at B"."""
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
        plain = re.search(r"\b(?:in|of|during)\s+$", query[: years.start()])
        return [
            Part(f"{query[: years.start()]}{'' if plain else 'in '}{years[word]}{query[years.end() :]}", years[word])
            for word in ("first", "second")
        ]
    mentions = find_dates(query)
    run: list[DateMention] = []
    for mention in mentions:
        if not run or _AND.match(query[run[-1].end : mention.start]):
            run.append(mention)
        elif len(run) < 2:
            run = [mention]
    if len(run) == 1 and kind == "how_many" and run[0].range.days == 2 and " and " in run[0].text:
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


def join_answers(
    question: Question, parts: Sequence[Part], answers: Sequence[Answer], passages: Sequence[RetrievedPassage]
) -> Answer:
    """One answer from those of the parts.

    Args:
        question: The whole, as understood.
        parts: Its parts.
        answers: To the parts, in their order; at least one answers.
        passages: Retrieved for the whole, best first.

    Returns:
        The short answers side by side, the sentences of all with their citations numbered through. A part the reports do not
        answer is named in ``reason``.
    """
    said: list[str] = []
    texts: list[str] = []
    missing: list[str] = []
    citations: list[Citation] = []
    highlights: list[tuple[int, Span]] = []
    for part, answer in zip(parts, answers, strict=True):
        if answer.abstained:
            missing.append(part.label or part.text.strip(" ?"))
            continue
        said.append(f"{part.label}: {answer.short_answer}" if part.label else answer.short_answer)
        known = {(c.report_id, c.start, c.end): c.number for c in citations}
        numbers, before = {}, len(citations)
        for citation in answer.citations:
            key = (citation.report_id, citation.start, citation.end)
            numbers[citation.number] = known.get(key) or len(citations) + 1
            if key not in known:
                citations.append(replace(citation, number=len(citations) + 1))
        if len(citations) > before or not texts:
            texts.append(renumber(answer.answer, numbers))
        highlights += [(numbers[number], span) for number, span in answer.highlights if number in numbers]
    total = "" if missing else _total(question, parts, answers)
    remarks = [f"The reports do not say: {'; '.join(missing)}."] if missing else []
    remarks += list(dict.fromkeys(a.reason for a in answers if a.reason and not a.abstained))
    shown = {r.passage.id for r in passages}
    added = [r for a in answers if not a.abstained for r in a.passages if r.passage.id in {c.passage_id for c in citations}]
    more = {r.passage.id: r for r in added if r.passage.id not in shown}
    return Answer(
        question=question,
        answer=" ".join(texts),
        short_answer="; ".join(dict.fromkeys(said)) + total,
        abstained=False,
        reason=" ".join(remarks),
        confidence=min(a.confidence for a in answers if not a.abstained),
        citations=tuple(citations),
        passages=(*passages, *(replace(r, rank=len(passages) + n) for n, r in enumerate(more.values(), 1))),
        seconds=0.0,
        highlights=tuple(dict.fromkeys(highlights)),
    )


def tells_apart(answers: Sequence[Answer]) -> bool:
    """Whether the parts were answered by different sentences; parts all answered by the same ones were no parts."""
    given = [frozenset((c.report_id, c.start) for c in a.citations) for a in answers if not a.abstained]
    return bool(given) and (len(given) == 1 or len(set(given)) > 1)


def _total(question: Question, parts: Sequence[Part], answers: Sequence[Answer]) -> str:
    """The sum of the parts' figures, its terms being the short answers before it; "" where nothing is to be added up."""
    if question.kind != "how_many" or not all(p.label for p in parts) or _APART.search(question.query):
        return ""
    values = [parse_number(a.short_answer) for a in answers]
    if any(v is None for v in values) or any(";" in a.short_answer for a in answers):
        return ""
    known = [v for v in values if v is not None]
    open_ended = any(
        re.search(r"\b(?:at least|more than|over|up to|about|around|some|nearly|or more)\b", a.short_answer, re.I)
        for a in answers
    )
    return f" ({'about ' if open_ended else ''}{sum(known):,g} in all)"
