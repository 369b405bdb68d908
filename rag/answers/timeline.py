"""Events in order of when they happened, the same event told by several reports in one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answers.citations import cite
from rag.answers.words import content_words, related
from rag.reports.names import fold
from rag.search.terms import holds
from rag.types import DateRange, Filters, Passage, Question, Span, TimelineRow

_SAME_EVENT = 0.72
"""Cosine of two sentences about overlapping days from which they tell the same event; chosen by reading dev rows."""

_SAME_PLACE = 0.5
"""The same, for sentences of two reports about the same few days of one place; chosen like the other."""

_FEW_DAYS = 3
"""Days of an event that a place and a date tell apart from others."""

_WIDEST = 31
"""Days: a wider date expression ("in 2017") does not place an event on a timeline."""

_MIN_COVER = 0.34
"""Share of the asked words (by rarity) a row's entry must hold to be about them."""


@dataclass(slots=True)
class _Event:
    on: DateRange
    passage: Passage
    span: Span
    vector: NDArray[np.float32] | None


def build_timeline(
    passages: Sequence[Passage],
    vectors: Mapping[str, NDArray[np.float32]],
    question: Question | None,
    filters: Filters,
    idf: Callable[[str], float],
) -> list[TimelineRow]:
    """Rows of events, earliest first.

    An event is a sentence with a day of its own: the first sentence of a dated entry, or any sentence that names a day, a range
    of days or a month other than its entry's. Sentences about overlapping days that say nearly the same are one row.

    Args:
        passages: Where to look.
        vectors: Sentence vectors by passage id, shape (sentences, dim), unit length.
        question: What the events must be about, or None for all.
        filters: The period rows must fall in.
        idf: Weight of a word, higher for rarer ones.

    Returns:
        Rows with all tellings cited, the earliest reported first.
    """
    events = [e for p in passages for e in _events(p, vectors.get(p.id)) if _in_period(e.on, filters)]
    if question is not None:
        dated = {w.stem for d in question.dates for w in content_words(d.text)}
        asked = {w.stem: idf(question.query[w.start : w.end]) for w in content_words(question.query) if w.stem not in dated}
        events = [e for e in events if _concerns(e, asked, question)]
    unique = {(e.passage.report_id, e.span.start): e for e in events}
    ordered = sorted(unique.values(), key=lambda e: (e.on.start, e.on.end, e.passage.report, e.span.start))
    return [_row(group) for group in _merge(ordered)]


def _events(passage: Passage, vectors: NDArray[np.float32] | None) -> list[_Event]:
    found = []
    for index, span in enumerate(passage.sentences):
        vector = vectors[index] if vectors is not None and index < len(vectors) else None
        inside = [d for d in passage.dates_in(span) if d.range.days <= _WIDEST]
        own = [d.range for d in inside if passage.on is None or not d.range.overlaps(passage.on)]
        opens = index == 0 and passage.on is not None and any(d.start == span.start for d in inside)
        if own:
            found.append(_Event(own[0], passage, span, vector))
        elif opens and passage.on is not None and not passage.is_lead:
            found.append(_Event(passage.on, passage, span, vector))
    return found


def _in_period(on: DateRange, filters: Filters) -> bool:
    return (filters.since is None or on.end >= filters.since) and (filters.until is None or on.start <= filters.until)


def _concerns(event: _Event, asked: Mapping[str, float], question: Question) -> bool:
    if question.dates and not any(d.range.overlaps(event.on) for d in question.dates):
        return False
    if not asked:
        return True
    text = event.passage.text[event.span.start - event.passage.start : event.span.end - event.passage.start]
    stems = frozenset(w.stem for w in content_words(f"{event.passage.place} {text}"))
    return sum(weight * related(s, stems) for s, weight in asked.items()) >= _MIN_COVER * sum(asked.values())


def _merge(events: Sequence[_Event]) -> list[list[_Event]]:
    groups: list[list[_Event]] = []
    for event in events:
        near = (group for group in reversed(groups) if (event.on.start - group[0].on.end).days <= _WIDEST)
        group = next((group for group in near if any(_same(event, other) for other in group)), None)
        if group is None:
            groups.append([event])
        else:
            group.append(event)
    return groups


def _same(first: _Event, second: _Event) -> bool:
    if not first.on.overlaps(second.on) or first.vector is None or second.vector is None:
        return False
    if first.passage.id == second.passage.id:
        return False
    near = float(first.vector @ second.vector)
    return near >= _SAME_EVENT or (near >= _SAME_PLACE and _one_place(first, second))


def _one_place(first: _Event, second: _Event) -> bool:
    """Whether two reports speak of the same days of the same place: the entry of one is about it, the other names it."""
    if first.passage.report_id == second.passage.report_id or max(first.on.days, second.on.days) > _FEW_DAYS:
        return False
    return any(
        bool(one.passage.place) and holds(fold(f"{other.passage.place} {_text(other)}"), fold(one.passage.place))
        for one, other in ((first, second), (second, first))
    )


def _text(event: _Event) -> str:
    return event.passage.text[event.span.start - event.passage.start : event.span.end - event.passage.start]


def _row(group: Sequence[_Event]) -> TimelineRow:
    told = sorted(group, key=lambda e: (str(e.passage.published_on), e.passage.report, e.span.start))
    narrowest = min(told, key=lambda e: e.on.days)
    citations = tuple(cite(e.passage, e.span, n) for n, e in enumerate(told, 1))
    return TimelineRow(narrowest.on, citations[0].quote, next((e.passage.place for e in told if e.passage.place), ""), citations)
