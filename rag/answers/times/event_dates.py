"""The day of an event that a question speaks of: asked as a *when* of its own, and for two events the days that go together."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.answers.evidence import name_share
from rag.reports.dates import find_dates
from rag.reports.names import find_names
from rag.search.kinds import ATTACKS, AUXILIARIES
from rag.types import Answer, DateRange, Filters

_F = re.IGNORECASE
AUXILIARY = re.compile(rf"\b(?!(?<=\d\s)may\b)(?:{AUXILIARIES})\b", _F)
_POINTS_BACK = re.compile(r"\b(?:there|it|its|they|them|their|he|she|him|his|her|same|again)\b", _F)
_PLAIN_EVENTS = (
    rf"{ATTACKS}|killing|siege|coup|mutiny|fight|fighting|"
    r"crash|fire|flood|drought|famine|earthquake|storm|accident|disaster|outbreak|riot|unrest|revolt|uprising|war|"
    r"truce|ceasefire|treaty|accord|deal|pact|summit|talks|vote|referendum|round|run-?off|campaign|oath|decree|law|ban|order|verdict|"
    r"trial|sentence|ruling|arrest|capture|release|rescue|escape|murder|death|birth|burial|funeral|wedding|marriage|bankruptcy|fall|"
    r"loss|discovery|start|end|beginning|launch|split|merger|sale|return|arrival|departure|closure|removal|withdrawal|visit|march|"
    r"protest|speech|claim|conference|appearance|disappearance|debut|independence"
)
_EVENT = re.compile(
    rf"(?:\b(?:{_PLAIN_EVENTS})(?:e?s)?|"
    r"(?:\b(?:the|an?|its|his|her|their)|['’]s?)\s(?:[^\s,]+\s)*?"
    r"(?!(?:(?:sub)?station|nation|location|section|position|junction|destination|plantation|settlement|department|apartment|"
    r"government|parliament|monument|document|regiment|building|crossing|king|ring|wing|spring|morning|evening)s?\b)"
    r"\w{2,}(?:[st]ion|ment|ing)s?)(?:\s+(?:there|here|\d{4}))?$",
    _F,
)
"""A noun for what happens; of those told by their ending alone only what an article or an owner stands before."""

_HEAD_ENDS = re.compile(
    r"[,(]|\s(?:[a-z]+ed\s+)?(?:of|in|on|at|by|to|from|for|near|against|between|with|under|that|which|who)\s", _F
)
_CLAUSE = re.compile(r"when\s|(?!(?:what|which|who|whom|how|where|why)\b).*?" + AUXILIARY.pattern, _F)
_MOST_OF_YEAR = 366
_MONTH_DAYS = 31
_SOON = timedelta(days=31)

Ask = Callable[[str, Filters], Answer]
"""Answers a question of its own under filters."""


@dataclass(frozen=True, slots=True)
class EventDay:
    """The days of an event and the answer that tells them, None where the question itself does."""

    on: DateRange
    answer: Answer | None


def day_of(asked: str, ask: Ask, filters: Filters) -> EventDay | None:
    """The days of an event.

    Args:
        asked: Of ``asking``.
        ask: Answers questions.
        filters: Under which it is asked.

    Returns:
        The days; None where the reports do not tell them.
    """
    if (given := _date_alone(asked)) is not None:
        return EventDay(given, None)
    answer = ask(asked, filters)
    meant = [d.range for d in answer.question.dates if d.range.days <= _MOST_OF_YEAR]
    day = None if answer.abstained or not answer.citations or not _names_it(answer) else _day(answer)
    if meant and (day is None or not any(d.overlaps(day.on) for d in meant)):
        return EventDay(meant[0], None)  # as the question gives it
    if day is None or day.on.is_day or day.on.days > _MOST_OF_YEAR or day.on.end > date.max - _SOON:
        return day
    # what was reported soon afterwards tells the day of what later reports only place in its month
    soon = min(day.on.end + _SOON, filters.as_of or date.max)
    exact = ask(asked, replace(filters, as_of=soon))
    nearer = None if exact.abstained or not exact.citations or not _names_it(exact) else _day(exact)
    return nearer if nearer and nearer.on.is_day and day.on.contains(nearer.on) else day


def _names_it(answer: Answer) -> bool:
    """Whether the passage that tells the day holds every name of the event."""
    cited = answer.citations[0]
    passage = next((r.passage for r in answer.passages if r.passage.id == cited.passage_id), None)
    text = f"{passage.title} {passage.place} {passage.text}" if passage else cited.quote
    return name_share(answer.question, text) == 1.0


def _day(answer: Answer) -> EventDay | None:
    found = find_dates(answer.short_answer)
    if found:
        return EventDay(found[0].range, answer)
    on = answer.citations[0].date
    return EventDay(DateRange(on, on), answer) if on else None


def asking(event: str, other: str) -> str:
    """An event as a question for its day.

    Args:
        event: Its words, a clause that opens with "when", or a date.
        other: Words of the event beside it, whose names say what this one calls "there" or "it".

    Returns:
        The question; a date stays as it is.
    """
    event = event.strip(" ,")
    if _date_alone(event) is not None:
        return event
    opening = AUXILIARY.match(event)
    if re.match(r"when\b", event, _F):
        asked = event
    else:
        asked = f"when {event}" if opening or AUXILIARY.search(event) else f"when was {event}"
    names = [n.text for n in find_names(other) if n.text.lower() not in event.lower()]
    if names and (not find_names(event) or re.search(r"\bthere\b", event, _F)) and _POINTS_BACK.search(event):
        asked += f" ({', '.join(names)})"
    return f"{asked}?"


def is_event(text: str) -> bool:
    """Whether words can have a day of their own.

    Args:
        text: One side of "between ... and ...".

    Returns:
        True for a date, a clause, or a noun for what happens with what belongs to it; False for a place or a thing.
    """
    if _date_alone(text) is not None or _CLAUSE.match(text):
        return True
    # a year alone is also that of a budget or a turnout
    dated = any(d.range.days <= _MONTH_DAYS for d in find_dates(text))
    return dated or bool(_EVENT.search(_HEAD_ENDS.split(text, maxsplit=1)[0]))


def both_days(start: str, end: str, forward: bool | None, ask: Ask, filters: Filters) -> tuple[EventDay, EventDay] | None:
    """The days of both events; where they do not go together, one is looked for again near the other, and then the other.

    Args:
        start: The event counted from, of ``asking``.
        end: The other one.
        forward: Whether the other one is said to be later; None where nothing says which comes first.
        ask: Answers questions.
        filters: Under which they are asked.

    Returns:
        Both, in the order given; None where one is not told or they cannot be the two meant.
    """
    first, second = day_of(start, ask, filters), day_of(end, ask, filters)
    if first and second and _go_together(first, second, forward):
        return first, second
    near = day_of(end, ask, _beside(first.on, forward, filters)) if first else None
    if first and near and _go_together(first, near, forward):
        return first, near
    back = None if forward is None else not forward
    near = day_of(start, ask, _beside(second.on, back, filters)) if second else None
    if near and second and _go_together(near, second, forward):
        return near, second
    if first is None or second is None or one_telling(first, second) or not _in_order(first.on, second.on, forward):
        return None
    return first, second


def _beside(on: DateRange, forward: bool | None, filters: Filters) -> Filters:
    """Filters to the year after an event's days, or before them, or around them."""
    since = _moved(on.start, 0 if forward else -_MOST_OF_YEAR)
    until = _moved(on.end, 0 if forward is False else _MOST_OF_YEAR)
    return replace(filters, since=max(since, filters.since or date.min), until=min(until, filters.until or date.max))


def _moved(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _go_together(first: EventDay, second: EventDay, forward: bool | None) -> bool:
    """Whether two days are exact, in their order, of two sentences and within a year: events of one story."""
    exact = first.on.is_day and second.on.is_day and not one_telling(first, second)
    return exact and _in_order(first.on, second.on, forward) and abs(middle(second.on) - middle(first.on)) <= _MOST_OF_YEAR


def _in_order(first: DateRange, second: DateRange, forward: bool | None) -> bool:
    return forward is None or (second.end >= first.start if forward else second.start <= first.end)


def one_telling(first: EventDay, second: EventDay) -> bool:
    """Whether both days are one and told by the same sentence: then the two events were not told apart."""
    if first.answer is None or second.answer is None:
        return first.on == second.on
    one, other = first.answer.citations[0], second.answer.citations[0]
    return first.on == second.on and (one.report_id, one.start) == (other.report_id, other.start)


def middle(days: DateRange) -> float:
    """The middle of a range, as an ordinal day."""
    return (days.start.toordinal() + days.end.toordinal()) / 2


def _date_alone(text: str) -> DateRange | None:
    found = find_dates(text)
    if len(found) != 1 or re.sub(r"\W|\b(?:the|on|in)\b", "", text[: found[0].start] + text[found[0].end :], flags=_F):
        return None
    return found[0].range
