"""Days told from an event: "the day after the raid on the market" is looked up, since the reports know when the raid was."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.reports.date_text import format_range
from rag.reports.date_words import shifted
from rag.reports.dates import find_dates
from rag.search.evidence import name_evidence
from rag.search.periods import DISTANCE, distance
from rag.types import DateMention, DateRange, Question, RetrievedPassage

_F = re.IGNORECASE
_DISTANCE = re.compile(rf"{DISTANCE}(?P<event>[^,;?]+)", _F)
_HOW_FAR = re.compile(r"\bhow\s+(?:many|long)\s*$", _F)
_ENDS = re.compile(r"\s+(?:what|who|whom|which|where|when|why|how|did|was there|were there|is there)\b", _F)
_LED = re.compile(r"\b(?:in|on|during|within|at)\s+$", _F)
_LONGEST = 160
"""Characters of the longest event looked up."""

CANDIDATES = 5
"""Passages that may tell the event."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An event that a question counts from.

    Attributes:
        start: First character of the expression ("two days after the raid") in the question.
        end: One past its last.
        event: The words of the event ("the raid").
        step: Units to go, negative for "before".
        unit: "day", "week", "month" and so on.
    """

    start: int
    end: int
    event: str
    step: int
    unit: str


def find_anchor(text: str, dates: Sequence[DateMention]) -> Anchor | None:
    """The event a question counts its day from, if it does and no date tells it already.

    Args:
        text: The question.
        dates: Days found in it.

    Returns:
        The first such event, or None.
    """
    for match in _DISTANCE.finditer(text):
        if _HOW_FAR.search(text[: match.start()]):
            continue
        # "on May 4, 2018, the day after the raid" is told already
        if any(d.start < match.start("event") and not text[d.end : match.start()].strip(" ,") for d in dates):
            continue
        event = match["event"]
        if stop := _ENDS.search(event):
            event = event[: stop.start()]
        event = event.strip(" .!")
        if not event or len(event) > _LONGEST:
            continue
        return Anchor(match.start(), match.start("event") + len(event), event, *distance(match))
    return None


def event_day(question: Question, found: Sequence[RetrievedPassage], rarity: Callable[[str], float]) -> date | None:
    """The day on which the passages found for an event say that it happened.

    Args:
        question: The event's words, understood.
        found: Passages for them, best first.
        rarity: Weight of a name.

    Returns:
        The day with most of the scores behind it; None where no passage holds all names of the event and tells one day.
    """
    weights = [rarity(name) for name in question.names]
    votes: dict[date, float] = defaultdict(float)
    for place, retrieved in enumerate(found[:CANDIDATES]):
        passage = retrieved.passage
        if question.names and name_evidence(question.forms, passage, weights) < 0.99:
            continue
        if _counts_from(retrieved):
            continue  # it counts from the event itself: "this came two days after the raid"
        day = _told(retrieved)
        if day is None or (question.dates and not any(d.range.contains(DateRange(day, day)) for d in question.dates)):
            continue
        votes[day] += retrieved.score / (1 + place)
    return max(votes, key=lambda day: (votes[day], -day.toordinal())) if votes else None


def _counts_from(retrieved: RetrievedPassage) -> bool:
    passage, sentence = retrieved.passage, retrieved.best_sentence
    text = passage.text[sentence.start - passage.start : sentence.end - passage.start] if sentence else ""
    return any(match["n"].lower() != "a" for match in _DISTANCE.finditer(text))


def _told(retrieved: RetrievedPassage) -> date | None:
    passage, sentence = retrieved.passage, retrieved.best_sentence
    if sentence is not None:
        days = [d.range for d in passage.dates_in(sentence) if d.range.is_day]
        if len(days) == 1:
            return days[0].start
    return passage.on.start if passage.on and passage.on.is_day and not passage.is_lead else None


def anchored(anchor: Anchor, text: str, day: date) -> DateMention:
    """The day meant, as a mention at the place of the whole expression.

    Args:
        anchor: In the question.
        text: The question.
        day: Of the event.

    Returns:
        The mention.
    """
    days = shifted(DateRange(day, day), anchor.step, anchor.unit)
    return DateMention(anchor.start, anchor.end, text[anchor.start : anchor.end], days, "relative")


def spell_out(question: Question) -> Question:
    """Write the day beside every distance from an event, so that search and reader see what is meant.

    Args:
        question: With its dates.

    Returns:
        "What happened on May 4, 2018, the day after the raid" for "what happened the day after the raid"; the question as it is
        when it holds no such distance.
    """
    query = question.query
    dates: list[DateMention] = []
    added = 0
    for mention in question.dates:
        start = mention.start + added
        if mention.kind == "relative" and _DISTANCE.match(mention.text):
            days = format_range(mention.range)
            told = f"{'on' if mention.range.is_day else 'from' if ' to ' in days else 'in'} {days}"
            # The event looked up stays, its words find the report; a date it was counted from only leads to other events.
            kept = "" if find_dates(mention.text) else f", {mention.text}"
            head = _LED.sub("", query[:start])
            query = head + told + kept + query[start + len(mention.text) :]
            added += len(told) + len(kept) - len(mention.text) - (start - len(head))
            start = len(head)
            dates.append(replace(mention, start=start, end=start + len(told) + len(kept)))
        else:
            dates.append(replace(mention, start=start, end=mention.end + added))
    return replace(question, query=query, dates=tuple(dates), understood_as=query) if added else question
