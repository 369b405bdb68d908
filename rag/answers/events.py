"""One event in several tellings: which sentences of which entries speak of what a question asks about.

An entry tells an event from the sentence that names it on, until another place or day comes up; a lead may mention it in passing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rag.answers.evidence import ScoredSentence
from rag.answers.measures import asks_accounts, is_measure_word
from rag.answers.words import content_words, related
from rag.reports.names import find_names, fold
from rag.search.terms import forms_of, holds
from rag.types import DateRange, Passage, Question, Span

_NEAR_BEST = 0.5
"""A sentence names the event when it holds this share of what the best one holds of the question's words, by rarity."""

_LEAST = 0.3
"""The least share of the question's words, whatever the best one holds."""

WELL_PLACED = 8
"""Sentences nearest to the question that may tell its event outside the entries that name it throughout."""

_SAID_BEFORE = 3
"""Sentences before one of a lead that may have named its event."""

_CLOSE_DAYS = 31
"""A time asked for that is at most so long tells the event as its name does."""

_SLACK = timedelta(days=3)
"""Tellings of one event may date it this far apart: the day it happened, the day it was reported."""

_AT = re.compile(r"\b(?:at|in|near|outside|around|from|on|between|of|to)\s+(?:the\s+)?(?:\w+\s+of\s+)?$|\($", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that speaks of the event.

    Attributes:
        passage: Where it stands.
        span: In the report's stored text.
        on: Days it speaks of: a date of its own, else its entry's; None for a mention without one.
    """

    passage: Passage
    span: Span
    on: DateRange | None

    @property
    def text(self) -> str:
        return self.passage.text[self.span.start - self.passage.start : self.span.end - self.passage.start]

    @property
    def dates(self) -> list[tuple[int, int]]:
        """Date expressions inside, offsets in ``text``."""
        base = self.span.start
        return [(d.start - base, d.end - base) for d in self.passage.dates_in(self.span)]


def tellings(question: Question, passages: Sequence[Passage], idf: Callable[[str], float]) -> list[Told]:
    """The sentences of passages that speak of the question's event.

    Args:
        question: As understood.
        passages: Of any entries, in any order.
        idf: Weight of a word, higher for rarer ones.

    Returns:
        Sentences by report date, then in the order of the text.
    """
    asked = _anchors(question, idf)
    if not asked:
        return []
    entries: dict[tuple[str, int], dict[int, tuple[Passage, Span]]] = {}
    for passage in passages:
        sentences = entries.setdefault((passage.report_id, passage.entry), {})
        for span in passage.sentences:
            sentences.setdefault(span.start, (passage, span))
    forms = rarest_name(question, idf)
    walked = [_walk(question, [sentences[k] for k in sorted(sentences)], asked, forms) for sentences in entries.values()]
    if forms and not any(step.named for walk in walked for step in walk):
        walked = [_walk(question, [sentences[k] for k in sorted(sentences)], asked, ()) for sentences in entries.values()]
    best = max((step.goes_on for walk in walked for step in walk if step.timely and step.named), default=0.0)
    least = max(_LEAST, _NEAR_BEST * best)
    found = [told for walk in walked for told in _active(walk, least)]
    return sorted(found, key=lambda t: (str(t.passage.published_on), t.passage.report, t.span.start))


def well_placed(question: Question, scored: Sequence[ScoredSentence], idf: Callable[[str], float]) -> list[Told]:
    """The sentences nearest to the question that may speak of its event, for entries that stray to others.

    Args:
        question: As understood.
        scored: Sentences of the retrieved passages, most probable first.
        idf: Weight of a word, higher for rarer ones.

    Returns:
        Those of the first ``WELL_PLACED`` whose surroundings hold the rarest name, or any name and the time asked for, and whose
        time is not another.
    """
    forms = rarest_name(question, idf)
    if not forms:
        return []  # with no name to hold on to, near words are no sign of the same event
    wanted = [d.range for d in question.dates]
    found = []
    close = [w for w in wanted if w.days <= _CLOSE_DAYS]
    for sentence in scored[:WELL_PLACED]:
        passage = sentence.retrieved.passage
        # a lead goes from event to event, and an entry may end with a glance at another: only what was just said counts
        begins = [p.start for p in passage.sentences if p.start <= sentence.span.start][-_SAID_BEFORE - 1 :]
        context = Span(begins[0] if begins else sentence.span.start, sentence.span.end)
        text = passage.text[context.start - passage.start : context.end - passage.start]
        if passage.is_lead or passage.on is None:
            days = [d.range for d in passage.dates_in(context)]
            dated = any(w.overlaps(d) and d.days <= _CLOSE_DAYS for d in days for w in close)
            if close and days and not dated:
                continue  # speaks of other days, or of a year at large
        else:
            dated = any(w.contains(passage.on) for w in close)
        folded = fold(f"{passage.place} {text}")
        if dated and asks_accounts(question.query) and passage.report_id == scored[0].retrieved.passage.report_id:
            names: Sequence[str] = ()  # "the fight of the day before" may name nothing in a report that is about it
        else:
            names = [f for known in question.forms for f in known] if dated else forms
        if names and not any(holds(folded, form) for form in names):
            continue
        told = Told(passage, sentence.span, _time_of(passage, sentence.span, wanted))
        before = fold(f"{passage.place} {text[: len(text) - len(told.text)]}")
        if names and _brings_up(told.text, before) and not any(holds(fold(told.text), form) for form in names):
            continue
        if not wanted or told.on is None or any(same_time(told.on, w) for w in wanted):
            found.append(told)
    return found


def _time_of(passage: Passage, span: Span, wanted: Sequence[DateRange]) -> DateRange | None:
    """The days a sentence speaks of: one of its own that was asked for, else one that is not its entry's, else its entry's."""
    inside = [d.range for d in passage.dates_in(span)]
    own = not passage.is_lead and passage.on is not None
    met = next((r for r in inside if any(same_time(r, w) for w in wanted)), None)
    past = next((r for r in inside if passage.on is None or not same_time(r, passage.on)), None)
    return met or past or (passage.on if own else inside[0] if inside else None)


def same_time(first: DateRange | None, second: DateRange | None) -> bool:
    """Whether two tellings may mean one day: their days meet within ``_SLACK``; an undated one may mean any."""
    if first is None or second is None:
        return True
    # Ends are compared by their distance: those of open ranges ("since May") cannot be moved.
    return first.start - second.end <= _SLACK and second.start - first.end <= _SLACK


def _anchors(question: Question, idf: Callable[[str], float]) -> dict[str, float]:
    """The words that say which event is meant, with their weights: no dates, nothing of what is counted."""
    dated = {w.stem for d in question.dates for w in content_words(d.text)}
    words = [(w.stem, question.query[w.start : w.end]) for w in content_words(question.query) if w.stem not in dated]
    return {stem: idf(word) for stem, word in words if not is_measure_word(word) and not word.isdigit()}


@dataclass(frozen=True, slots=True)
class _Step:
    """A sentence on the walk through an entry.

    Attributes:
        told: The sentence.
        names: Share of the asked words it holds itself.
        goes_on: The same with the opening of its entry.
        named: Whether it or the opening of its entry holds the rarest name of the question; so where that has none.
        timely: Whether its time is not another than asked for.
        turns: Whether it names another time itself.
    """

    told: Told
    names: float
    goes_on: float
    named: bool
    timely: bool
    turns: bool


def rarest_name(question: Question, idf: Callable[[str], float], among: Sequence[int] | None = None) -> tuple[str, ...]:
    """The folded forms of the name that says most about which event is meant.

    Args:
        question: As understood.
        idf: Weight of a word, higher for rarer ones.
        among: Places in ``question.names`` to choose from; all when None.

    Returns:
        The forms; empty when there is no name to choose.
    """
    places = range(len(question.names)) if among is None else among
    if not places:
        return ()
    rarest = max(places, key=lambda i: idf(question.names[i]))
    return forms_of(question, rarest)


def _walk(
    question: Question, sentences: Sequence[tuple[Passage, Span]], asked: Mapping[str, float], forms: Sequence[str]
) -> list[_Step]:
    total = sum(asked.values()) or 1.0
    wanted = [d.range for d in question.dates]
    steps: list[_Step] = []
    opening, opened = frozenset[str](), False
    for index, (passage, span) in enumerate(sentences):
        inside = [d.range for d in passage.dates_in(span)]
        own = not passage.is_lead and passage.on is not None
        on = _time_of(passage, span, wanted)
        told = Told(passage, span, on)
        stems = frozenset(w.stem for w in content_words(f"{passage.place if own and index == 0 else ''} {told.text}"))
        folded = fold(f"{passage.place if own and index == 0 else ''} {told.text}")
        named = not forms or any(holds(folded, form) for form in forms)
        if index == 0 and own:
            opening, opened = stems, named
        names, goes_on = (
            sum(weight * related(stem, held) for stem, weight in asked.items()) / total for held in (stems, stems | opening)
        )
        timely = not wanted or on is None or any(same_time(on, w) for w in wanted)
        steps.append(_Step(told, names if named else 0.0, goes_on, named or opened, timely, bool(inside) and not timely))
    return steps


def _active(steps: Sequence[_Step], least: float) -> list[Told]:
    found: list[Told] = []
    active, known = False, ""
    on: DateRange | None = None
    for step in steps:
        told = step.told
        if step.names >= least and step.timely:
            active, on = True, told.on
        elif step.turns or _brings_up(told.text, known):
            active = False
        elif not found and not active and step.timely and step.named and step.goes_on >= least:
            active, on = True, told.on
        if active:
            found.append(Told(told.passage, told.span, on))
        known = f"{known} {fold(told.text)}" if active or not known else known
    return found


def _brings_up(text: str, known: str) -> bool:
    """Whether a sentence names a place that those before it did not."""
    return any(
        _AT.search(text[: name.start])
        and fold(name.text) not in known
        and not (text[: name.start].endswith("(") and name.text.isupper())  # a short form explained
        for name in find_names(text)
    )
