"""Which of two events came first: the day of each is asked for by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answers.deeds import is_past
from rag.answers.several.parts import Part
from rag.answers.several.union import join_answers
from rag.answers.times.event_dates import AUXILIARY, Ask, asking, day_of, one_telling
from rag.reports.date_text import format_range
from rag.types import Answer, Question, RetrievedPassage

_F = re.IGNORECASE
_ORDER = r"(?P<order>first|earlier|last|later)"
_WHICH = re.compile(
    rf"^.*?\b(?:which|what|who)\b(?P<asked>(?:\s+[\w'’-]+){{0,6}}?)\s+{_ORDER}\s*[,:;–—-]?\s+(?:was\s+it\s+)?"
    r"(?P<one>[^,;?]+?),?\s+or\s+(?P<other>[^;?]+)$",
    _F,
)
_ONLY_ORDER = re.compile(r"(?:came|comes|happened|happens|occurred|took\s+place|takes\s+place|is|are|was|were)?", _F)
_NOT_EVENTS = re.compile(r"^\W*(?:or|and|of|in|on|at|by|round|time|week|month|year|day|the\s+(?:first|last))\b", _F)


@dataclass(frozen=True, slots=True)
class Rivals:
    """Two events of which one came first.

    Attributes:
        one: Words of an event, or of whom or what it befell.
        other: Those of the other.
        first: Whether the first is asked for, the later otherwise.
        verb: What befell both ("opened", "was elected", "did the army take"), or "" where the words name the events themselves.
    """

    one: str
    other: str
    first: bool
    verb: str = ""


def find_rivals(query: str) -> Rivals | None:
    """The two events whose order a question asks for.

    Args:
        query: The question made whole.

    Returns:
        The events, or None for any other question.
    """
    match = _WHICH.match(query.strip().rstrip("?!. "))
    if match is None or _NOT_EVENTS.match(match["one"]) or len(re.findall(r"\bor\b", query, _F)) != 1:
        return None
    first = match["order"].lower() in ("first", "earlier")
    return Rivals(match["one"].strip(), match["other"].strip(), first, _verb(match["asked"].strip()))


def _verb(asked: str) -> str:
    """The verb in "(which) hospital opened (first)", "(who) was elected (first)"; "" where none is seen."""
    words = re.sub(r"^of\s+the\s+(?:\w+\s+)?\w+\s*", "", asked)
    auxiliary = AUXILIARY.search(words)
    told = [m.start() for m in re.finditer(r"[\w'’-]+", words) if is_past(m[0])]
    if len(told) > 1 and told[0] == 0:
        told = told[1:]  # "armed group fell"
    verb = words[auxiliary.start() if auxiliary else told[0] if told else len(words) :]
    return "" if _ONLY_ORDER.fullmatch(verb) else verb


def _event(thing: str, verb: str) -> str:
    if verb.lower().startswith("did "):
        return f"when {verb} {thing}"
    return f"when {thing} {verb}" if verb else thing


def tell_precedence(question: Question, ask: Ask, passages: Sequence[RetrievedPassage]) -> Answer | None:
    """The one of two events that came first, or last, with the days of both.

    Args:
        question: As understood.
        ask: Answers the questions for the two days.
        passages: Retrieved for the question, best first, to be listed with the answer.

    Returns:
        The answer; None where the question asks for no such thing or the days of both are not told or do not differ.
    """
    rivals = find_rivals(question.query)
    if rivals is None:
        return None
    events = _event(rivals.one, rivals.verb), _event(rivals.other, rivals.verb)
    one = day_of(asking(events[0], rivals.other), ask, question.filters)
    other = day_of(asking(events[1], rivals.one), ask, question.filters) if one else None
    if one is None or other is None or one_telling(one, other) or one.on.overlaps(other.on):
        return None
    earlier = one.on < other.on
    short = rivals.one if earlier == rivals.first else rivals.other
    answers = [d.answer for d in (one, other) if d.answer is not None]
    joined = join_answers(question, [Part("")] * len(answers), answers, passages)
    days = f"{rivals.one}: {format_range(one.on)}; {rivals.other}: {format_range(other.on)}."
    return replace(joined, answer=f"{short}: {joined.answer}", short_answer=short, reason=days)
