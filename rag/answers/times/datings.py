"""Differing dates of one event side by side, where a report says itself that it is dated in more than one way."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rag.answers.composition import DATES_DIFFER, Composition, Quote
from rag.answers.events import Told, rarest_name, same_time, tellings
from rag.answers.evidence import ScoredSentence
from rag.reports.date_text import format_range
from rag.reports.names import fold
from rag.search.kinds import asks_hour
from rag.search.terms import holds
from rag.types import DateMention, DateRange, Passage, Question, Span

_NEAR = 3
"""A sentence that gives a date follows within so many sentences of one that tells the event, or stands in its entry."""

_BEST = 3
"""Sentences nearest to the question of which one must stand in an entry whose dates differ."""

_APART = timedelta(days=14)
"""Dates further apart than this are of two events."""

_ASKS = re.compile(r"\b(?:what|which|all|both|different|differing)\s+(?:[\w-]+\s+)?(?:dates?|days?)\b", re.IGNORECASE)
_GIVES = re.compile(
    r"(?:\b(?:g[ai]ves?|ha[sd]|have|wrote|writes?|print(?:s|ed)?|some|others?)|"
    r"\b(?:puts?|dates?|dated|moves?|moved|places?|placed|sets?)\b(?:\s+[\w'’-]+){0,6}?\s+(?:on|to|at|in|for|as|from)(?:\s+the)?|"
    r"\bdate\b(?:\s+[\w'’-]+){0,5}?\s+(?:as|is|was))\s+$",
    re.IGNORECASE,
)
"""What stands before a date that is given as that of an event, not as the day on which something was said."""


@dataclass(frozen=True, slots=True)
class _Dating:
    """A date given for the event, and the sentence that gives it."""

    passage: Passage
    span: Span
    mention: DateMention


def asks_day(question: Question) -> bool:
    """Whether a question asks for the day of something, not for its hour."""
    return (question.kind == "when" and not asks_hour(question.query)) or bool(_ASKS.search(question.query))


def differing_dates(
    question: Question, scored: Sequence[ScoredSentence], passages: Sequence[Passage], idf: Callable[[str], float]
) -> Composition | None:
    """Compose an answer from differing dates.

    Args:
        question: As understood.
        scored: Sentences of the retrieved passages, most probable first.
        passages: Where to look for other tellings.
        idf: Weight of a word, higher for rarer ones.

    Returns:
        All dates, the entry's own first, or None when the question asks for no date or no report gives a second one.
    """
    if not scored or not asks_day(question):
        return None
    best = {(s.retrieved.passage.report_id, s.retrieved.passage.entry) for s in scored[:_BEST]}
    told = [t for t in tellings(question, passages, idf) if (t.passage.report_id, t.passage.entry) in best]
    given = _given(question, told, passages, idf)
    if not given:
        return None
    first = given[0]
    given = [d for d in given if _within(d.mention.range, first.mention.range)]
    own = _own(told, first)
    ranges: dict[DateRange, _Dating] = {}
    for dating in (*([own] if own else ()), *given):
        ranges.setdefault(dating.mention.range, dating)
    # a year that holds the day given is no other date
    chosen = [d for r, d in ranges.items() if not any(r != other and r.contains(other) for other in ranges)]
    if len(chosen) < 2:
        return None
    quotes: dict[tuple[str, int], Quote] = {}
    for dating in chosen:
        key = (dating.passage.report_id, dating.span.start)
        quote = quotes.get(key, Quote(dating.passage, dating.span))
        quotes[key] = Quote(quote.passage, quote.span, (*quote.values, Span(dating.mention.start, dating.mention.end)))
    short = "; or: ".join(format_range(d.mention.range) for d in chosen)
    return Composition(short, tuple(quotes.values()), DATES_DIFFER)


def _given(question: Question, told: Sequence[Told], passages: Sequence[Passage], idf: Callable[[str], float]) -> list[_Dating]:
    """The dates given for the event in sentences that tell it, or follow one that does in the same entry."""
    forms = rarest_name(question, idf)
    found: dict[tuple[str, int], _Dating] = {}
    for passage in passages:
        near = [t for t in told if (t.passage.report_id, t.passage.entry) == (passage.report_id, passage.entry)]
        for place, span in enumerate(passage.sentences if near else ()):
            before = passage.sentences[max(0, place - _NEAR) : place + 1]
            text = _text(passage, span)
            named = any(holds(fold(text), form) for form in forms)
            follows = any(t.span.start in {s.start for s in before} for t in near)
            for mention in passage.dates_in(span):
                if not _GIVES.search(passage.text[span.start - passage.start : mention.start - passage.start]):
                    continue
                # in its entry every sentence may date the event, if it dates it about then
                entrys = not passage.is_lead and any(t.on is not None and same_time(t.on, mention.range) for t in near)
                if named or follows or entrys:
                    found.setdefault((passage.report_id, mention.start), _Dating(passage, span, mention))
    return [found[key] for key in sorted(found)]


def _own(told: Sequence[Told], given: _Dating) -> _Dating | None:
    """The day of the entry that tells the event, if it is about the day given."""
    for telling in told:
        passage = telling.passage
        if passage.is_lead or passage.on is None or not _within(passage.on, given.mention.range):
            continue
        opening = next((d for d in passage.dates_in(telling.span) if d.range == passage.on), None)
        if opening is not None:
            return _Dating(passage, telling.span, opening)
    return None


def _within(first: DateRange, second: DateRange) -> bool:
    return abs(first.start - second.start) <= _APART or first.overlaps(second)


def _text(passage: Passage, span: Span) -> str:
    return passage.text[span.start - passage.start : span.end - passage.start]
