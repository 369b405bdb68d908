"""The first or last of several events: those that fit are put in the order of their own days, and the outermost one answers.

"First" and "last" order events only before a word for one ("the first attack on the camp") or beside a verb for one ("was first
raided"): first rounds, last weeks and first ladies are names of things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.answers.antecedents import cite_all
from rag.answers.events import Told
from rag.answers.several.gather import events_of
from rag.answers.times.event_dates import Ask
from rag.answers.words import content_words, related, same_class
from rag.reports.countries import country_of
from rag.reports.date_text import format_day, format_range
from rag.reports.names import fold
from rag.search.kinds import ATTACKS
from rag.search.terms import forms_of, holds
from rag.types import Answer, DateRange, Passage, Question, RetrievedPassage, Span

_F = re.IGNORECASE
_FIRST, _LAST = "first|earliest|oldest", "last|latest|most\\s+recent|newest"
_NOUN = f"{ATTACKS}|event|abduction|killing|airstrike|mine|murder|execution|shelling"
_VERB = (
    r"attacked|raided|ambushed|bombed|struck|hit|stormed|assaulted|overrun|shelled|killed|kidnapped|abducted|seized|captured|"
    r"blown\s+up|targeted|murdered"
)
_BEFORE_NOUN = re.compile(
    rf"\b(?:the\s+|its\s+|their\s+)?(?P<order>(?P<first>{_FIRST})|{_LAST})\s+(?P<kind>(?:(?!of\b|in\b|on\b|at\b|and\b|day|week|month|year)[\w'’-]+\s+){{0,3}}?)"
    rf"(?P<noun>{_NOUN})\b(?!\s+(?:victim|suspect|wave|squad|maker|site|toll))",
    _F,
)
_BESIDE_VERB = re.compile(
    rf"\b(?:(?P<order>(?P<first>first)|last|most\s+recently)\s+(?P<verb>{_VERB})|(?P<verb2>{_VERB})\s+(?P<order2>for\s+the\s+(?:(?P<first2>first)|last)\s+time|"
    r"(?:(?P<first3>first)|last)(?=\s*(?:\?|$|in\b|by\b|near\b|at\b))))",
    _F,
)
_ITSELF = re.compile(
    rf"\b(?:what|which)\s+(?:was|is|were)\s+(?:the|its|their)\s+(?:{_FIRST}|{_LAST})\b|^\W*(?:the\s+)?(?:{_FIRST}|{_LAST})\b", _F
)
"""A question for the event itself: "what was the last raid", "last raid on the camp"."""

_KINDS = ("when", "where", "what", "who", "how_many", "list")
_BOUND = re.compile(r"\b(?:before|after|since|until|till|by|prior\s+to)\s+[^,;?]*$", _F)
_ASKS_WHAT = re.compile(
    r"\b(?:which|what|reports?|reported|recorded|known|place|day|date|time|region|area|province|district|town|village|city)\b", _F
)
_DEADLY = re.compile(r"\b(?:deadly|fatal|lethal)\b", _F)
_STRUCK = ("kill", "wound", "attack", "kidnap", "bomb")
_ANY_EVENT = frozenset(("attack", "raid", "incid", "event", "assault", "strike", "clash"))
_WIDEST = 31
"""Days: a wider date expression does not place an event among others."""

_COVER = 0.75
"""Share of the question's words, by rarity, that an event must hold to fit."""


@dataclass(frozen=True, slots=True)
class Extreme:
    """What is asked of an order of events.

    Attributes:
        first: Whether the first is asked for, the last otherwise.
        rest: The question without the word for the order.
        event: The words of it that say which events are put in order.
        what: Stem of the word for the event.
    """

    first: bool
    rest: str
    event: str
    what: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event that fits: the sentence that tells it, its days, its place, and all that is said of it in one place."""

    told: Told
    on: DateRange
    place: str
    text: str


def find_extreme(query: str, kind: str) -> Extreme | None:
    """The order of events a question asks for.

    Args:
        query: The question made whole.
        kind: Of the question.

    Returns:
        What is asked, or None for any other question.
    """
    if kind not in _KINDS:
        return None
    if match := _BEFORE_NOUN.search(query):
        noun = content_words(match["noun"])
        event = f"{match['kind']}{match['noun']}{query[match.end() :]}"
        return Extreme(match["first"] is not None, f"{query[: match.start()]}the {event}", event, noun[0].stem)
    if kind in ("when", "where", "who") and (match := _BESIDE_VERB.search(query)):
        verb = match["verb"] or match["verb2"]
        first = any(match[name] for name in ("first", "first2", "first3"))
        rest = f"{query[: match.start()]}{verb}{query[match.end() :]}"
        return Extreme(first, rest, rest, content_words(verb)[0].stem)
    return None


def fitting_events(question: Question, asked: Extreme, passages: Sequence[Passage], idf: Callable[[str], float]) -> list[Event]:
    """The events of passages that are what a question orders, earliest first.

    Args:
        question: As understood.
        asked: What it asks of their order.
        passages: Where to look, all of them allowed by its filters.
        idf: Weight of a word, higher for rarer ones.

    Returns:
        Events of its days that hold its names and most of its other words.
    """
    words = _words(question, asked, idf)
    total = sum(words.values())
    countries = {c for n in question.names if (c := country_of(n))}
    names = [forms_of(question, i) for i, n in enumerate(question.names) if not country_of(n) and n not in _bound(question)]
    deadly = _DEADLY.search(question.query) is not None
    found: dict[tuple[str, int], Event] = {}
    for event in _events(passages):
        passage = event.told.passage
        if countries and country_of(passage.country) not in countries:
            continue
        if question.dates and not any(d.range.overlaps(event.on) and _inside(event.on, d.range) for d in question.dates):
            continue
        if question.filters.as_of and event.on.start > question.filters.as_of:
            continue
        folded = fold(f"{event.place} {event.text}")
        stems = frozenset(w.stem for w in content_words(f"{event.place} {event.text}"))
        if not all(any(holds(folded, form) for form in forms) for forms in names if forms):
            continue
        if not _is_such(asked.what, stems) or (deadly and not related("kill", stems)):
            continue
        if sum(weight * related(s, stems) for s, weight in words.items()) >= _COVER * total:
            found.setdefault((passage.report_id, event.told.span.start), event)
    return sorted(found.values(), key=lambda e: (e.on.start, e.on.end, e.told.passage.report, e.told.span.start))


def outermost(events: Sequence[Event], first: bool) -> Event | None:
    """The first or last of events, told by its day where one tells only its month.

    Args:
        events: That fit.
        first: Whether the first is wanted.

    Returns:
        The event, or None where there is none.
    """
    if not events:
        return None
    best = min(events, key=lambda e: (e.on.start, e.on.days)) if first else max(events, key=lambda e: (e.on.end, -e.on.days))
    exact = [e for e in events if e.on.days < best.on.days and best.on.contains(e.on)]
    return outermost(exact, first) or best


def dated_question(question: Question, asked: Extreme, event: Event) -> str:
    """The question with the event's day in the place of its order, for what else is asked of it."""
    rest = asked.rest.strip(" ?")
    held = f"{'on' if event.on.is_day else 'in'} {format_range(event.on)}"
    bound = _BOUND.search(rest)
    rest = rest[: bound.start()].strip() if bound and question.dates else rest
    return f"{rest} {held}?"


def tell_extreme(
    question: Question,
    asked: Extreme,
    events: Sequence[Event],
    ask: Ask,
    passages: Sequence[RetrievedPassage],
    *,
    whole: bool = True,
) -> Answer | None:
    """The outermost event as an answer: its day, its place, its sentence, or what else the question asks of it.

    Args:
        question: As understood.
        asked: What it asks of their order.
        events: That fit, earliest first.
        ask: Answers the question for something else once the event's day is known.
        passages: To be listed with the answer.
        whole: Whether a sentence that points back is quoted with the one before it.

    Returns:
        The answer; None where no event fits or the reports do not tell of it what is asked.
    """
    event = outermost(events, asked.first)
    if event is None:
        return None
    if question.kind not in ("when", "where") and not _ITSELF.search(question.query):
        answer = ask(dated_question(question, asked, event), question.filters)
        days = [c.happened or (DateRange(c.date, c.date) if c.date else None) for c in answer.citations[:1]]
        if answer.abstained or not any(d and d.overlaps(event.on) for d in days):
            return None
        return replace(answer, question=question, reason=" ".join([*_remarks(asked, events), answer.reason]).strip())
    told = event.told
    (citation,) = cite_all([(told.passage, told.span)], whole=whole)
    value, span = _value(question, event)
    remarks = _remarks(asked, events)
    if citation.happened and citation.date:
        remarks.append(f"Reported {format_day(citation.date)}.")
    shown = [*passages]
    if all(r.passage.id != told.passage.id for r in shown):
        shown.append(RetrievedPassage(told.passage, len(shown) + 1, 0.0))
    return Answer(
        question=question,
        answer=f"{citation.quote} [1]",
        short_answer=value,
        abstained=False,
        reason=" ".join(remarks),
        confidence=0.5,
        citations=(citation,),
        passages=tuple(shown),
        seconds=0.0,
        highlights=((1, span),) if span else (),
    )


def _remarks(asked: Extreme, events: Sequence[Event]) -> list[str]:
    days = len({e.on for e in events})
    if days < 2:
        return []
    order = "first" if asked.first else "last"
    return [f"The {order} of those told of on {days} days, {format_range(events[0].on)} to {format_range(events[-1].on)}."]


def _value(question: Question, event: Event) -> tuple[str, Span | None]:
    told, base = event.told, event.told.span.start
    if question.kind == "when":
        mention = next((d for d in told.passage.dates_in(told.span) if d.range == event.on), None)
        return format_range(event.on), Span(mention.start, mention.end) if mention else None
    if question.kind == "where" and event.place:
        at = told.text.find(event.place)
        return event.place, Span(base + at, base + at + len(event.place)) if at >= 0 else None
    opening = re.match(r"[A-Z][a-z]+ \d{1,2}, \d{4}:\s+", told.text)
    start = opening.end() if opening else 0
    return told.text[start:].strip(), Span(base + start, told.span.end)


def _bound(question: Question) -> str:
    """The words of a question that only bound its time: "before the May 2018 raid"."""
    match = _BOUND.search(question.query)
    return match[0] if match and any(d.start >= match.start() for d in question.dates) else ""


def _words(question: Question, asked: Extreme, idf: Callable[[str], float]) -> dict[str, float]:
    """What an event must be about, beside the word for it: weights by stem."""
    query = asked.event
    bound = _BOUND.search(query) if _bound(question) else None
    query = query[: bound.start()] if bound else query
    query = _DEADLY.sub(" ", _ASKS_WHAT.sub(" ", query))
    skipped = {w.stem for d in question.dates for w in content_words(d.text)}
    skipped |= {w.stem for n in question.names if country_of(n) for w in content_words(n)} | {asked.what}
    words = {w.stem: idf(query[w.start : w.end]) for w in content_words(query) if w.stem not in skipped}
    return {s: weight for s, weight in words.items() if not s.isdigit()}


def _inside(event: DateRange, wanted: DateRange) -> bool:
    """Whether an event lies in days asked for: one told only by its month must lie in them whole."""
    return wanted.contains(event)


def _is_such(what: str, stems: frozenset[str]) -> bool:
    if related(what, stems):
        return True
    return what in _ANY_EVENT and any(same_class(stem, kind) for stem in stems for kind in _STRUCK)


def _events(passages: Sequence[Passage]) -> list[Event]:
    """Every event of passages: those their entries tell in their own days, and every sentence with another day of its own."""
    found: list[Event] = []
    entries: dict[tuple[str, int], dict[int, tuple[Passage, Span]]] = {}
    for passage in passages:
        held = entries.setdefault((passage.report_id, passage.entry), {})
        held.update({span.start: (passage, span) for span in passage.sentences if span.start not in held})
    for sentences in entries.values():
        own: list[tuple[Passage, Span]] = []
        for start in sorted(sentences):
            passage, span = sentences[start]
            inside = [d.range for d in passage.dates_in(span) if d.range.days <= _WIDEST]
            other = next((d for d in inside if passage.on is None or not d.overlaps(passage.on)), None)
            if other is not None:
                told = Told(passage, span, other)
                found.append(Event(told, other, "", told.text))
            elif not passage.is_lead and passage.on is not None and passage.on.days <= _WIDEST:
                own.append((passage, span))
        found += [Event(Told(i.passage, i.span, i.on), i.on, i.place, i.text) for i in events_of(own, {})]
    return found
