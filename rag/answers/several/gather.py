"""Lists and counts over entries: every event that meets what a question asks, each with its own citation.

The same event told twice is one item. A count is the number of items shown, always.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rag.answers.composition import Composition, Quote
from rag.answers.events import rarest_name
from rag.answers.evidence import ScoredSentence
from rag.answers.figures import find_figures, parse_number
from rag.answers.words import content_words, same_class
from rag.reports.countries import country_of
from rag.reports.date_text import format_range
from rag.reports.names import fold
from rag.search.terms import holds
from rag.types import DateRange, Passage, Question, Span

MOST_ITEMS = 20
"""Items shown at most; what asks for more is answered with the best sentences instead."""

_SAME = timedelta(days=1)
"""Reports may date one event a day apart."""

_NUMBER = r"two|three|four|five|six|seven|eight|nine|ten|\d{1,2}"
_EVENTS = (
    r"attacks|raids|ambushes|bombings|blasts|explosions|incidents|events|clashes|kidnappings|abductions|massacres|assaults|killings|"
    r"shootings|battles|fights|strikes|operations"
)
_PLACES = r"places|towns|villages|cities|camps|bases|posts|locations"
_SEVERAL = re.compile(
    rf"(?:\b(?:which|what|list|name|show|give|all)\b(?:\s+(?:me|all|the|of))*\s+|^\s*)(?:(?P<number>{_NUMBER})\s+)?(?:[\w'’-]+\s+){{0,2}}?"
    rf"(?:(?P<events>{_EVENTS})|(?P<places>{_PLACES}))\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(rf"\bhow\s+many\s+(?:[\w'’-]+\s+)?(?P<events>{_EVENTS})\b", re.IGNORECASE)
_VIOLENT = ("kill", "wound", "attack", "kidnap", "bomb", "arrest")
_ARMS = frozenset("gunmen gunman shot shoot shell rocket grenad clash fought battl overran".split())
_STRUCK = frozenset("attack hit strike raid ambush assault bomb kill incid clash event violenc".split())
"""Stems that ask for any act of violence, whatever its kind."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants gathered.

    Attributes:
        places: Whether places are asked for, events otherwise.
        number: How many, or 0 when it does not say.
        counted: Whether it asks how many there are.
    """

    places: bool
    number: int
    counted: bool


@dataclass(frozen=True, slots=True)
class Item:
    """An event of an entry.

    Attributes:
        passage: Where its first sentence stands.
        span: Of that sentence, in the report's stored text.
        on: Days of the event.
        place: Where it happened, or "".
        text: All its sentences.
        score: Of its best sentence among all, higher is better.
    """

    passage: Passage
    span: Span
    on: DateRange
    place: str
    text: str
    score: float


def wanted(question: Question) -> Wanted | None:
    """What is to be gathered, or None when the question asks for one thing or says neither time nor place.

    Args:
        question: As understood.

    Returns:
        The wish, or None.
    """
    if question.kind == "yes_no" or not question.dates or max(d.range.days for d in question.dates) > 366:
        return None
    counted = _HOW_MANY.search(question.query)
    if counted:
        return Wanted(False, 0, True)
    several = _SEVERAL.search(question.query)
    if not several:
        return None
    number = int(parse_number(several["number"]) or 0) if several["number"] else 0
    return Wanted(several["places"] is not None, number, False)


def gather(
    question: Question,
    scored: Sequence[ScoredSentence],
    passages: Sequence[Passage],
    idf: Callable[[str], float],
    *,
    sure: bool = True,
) -> Composition | None:
    """Compose a list or a count of events.

    Args:
        question: As understood.
        scored: Sentences of the retrieved passages, most probable first.
        passages: Where to look.
        idf: Weight of a word, higher for rarer ones.
        sure: Whether the best sentence is sure enough to answer by itself.

    Returns:
        An item a quote, in the order of the events; None when the question asks for none or one sentence tells all.
    """
    wish = wanted(question)
    if wish is None or not scored or (sure and _told_at_once(wish, scored[0])):
        return None
    items = [i for i in _merged(_items(question, scored, passages, idf)) if i.place or not wish.places]
    if wish.number and len(items) > wish.number:
        items = sorted(items, key=lambda i: -i.score)[: wish.number]
    if not 2 - wish.counted <= len(items) <= MOST_ITEMS:
        return None
    items = sorted(items, key=lambda i: (i.on.start, i.on.end, i.passage.report, i.span.start))
    said = [_say(item, wish) for item in items]
    short = "; ".join(said)
    if wish.counted:
        short = f"{len(items)}: {short}"
    return Composition(
        short, tuple(Quote(i.passage, i.span, _values(i)) for i in items), "Gathered from the entries that tell of it."
    )


def _told_at_once(wish: Wanted, best: ScoredSentence) -> bool:
    """Whether the best sentence gives all by itself: so many names in a row, or the number asked for."""
    if wish.counted:
        return any(
            re.match(rf"\s+(?:[\w'’-]+\s+)?(?:{_EVENTS})\b", best.text[f.end :]) for f in find_figures(best.text, best.dates)
        )
    value = best.slice(best.read) if best.read else best.text
    told = 1 + len(re.findall(r",\s+(?:and\s+)?(?=[A-Z])|\band\s+(?=[A-Z])", value))
    return told >= max(2, wish.number)


def _items(
    question: Question, scored: Sequence[ScoredSentence], passages: Sequence[Passage], idf: Callable[[str], float]
) -> list[Item]:
    scores = {(s.retrieved.passage.report_id, s.span.start): s.score for s in scored}
    countries = {c for n in question.names if (c := country_of(n))}
    named = [i for i, n in enumerate(question.names) if not country_of(n)]
    places = rarest_name(question, idf, named)
    dated = {w.stem for d in question.dates for w in content_words(d.text)}
    asked = {w.stem for w in content_words(question.query)} - dated
    any_violence = bool(asked & _STRUCK)
    kinds = asked - {w.stem for n in question.names for w in content_words(n)}
    entries: dict[tuple[str, int], dict[int, tuple[Passage, Span]]] = {}
    for passage in passages:
        if passage.on is None or passage.is_lead or (countries and country_of(passage.country) not in countries):
            continue
        if any(d.range.contains(passage.on) for d in question.dates):
            sentences = entries.setdefault((passage.report_id, passage.entry), {})
            sentences.update({span.start: (passage, span) for span in passage.sentences if span.start not in sentences})
    found: list[Item] = []
    for sentences in entries.values():
        for item in events_of([sentences[k] for k in sorted(sentences)], scores):
            stems = {w.stem for w in content_words(item.text)}
            violent = bool(stems & _ARMS) or any(same_class(stem, kind) for stem in stems for kind in _VIOLENT)
            meets = (any_violence and violent) or any(s in stems or any(same_class(s, t) for t in stems) for s in kinds)
            if meets:
                found.append(item)
    # "in Gao" asks for what happened there, not for a road to it; a name that is nobody's place may stand anywhere
    there = [i for i in found if _is_at(i, places)]
    return there or [i for i in found if any(holds(fold(f"{i.place} {i.text}"), form) for form in places)]


def _is_at(item: Item, forms: Sequence[str]) -> bool:
    """Whether an event happened at one of the places; everywhere when none is named."""
    if item.place or not forms:
        return not forms or any(holds(fold(item.place), form) for form in forms)
    at = r"(?:\b(?:in|at|near|outside|around)\s+(?:the\s+)?(?:\w+\s+of\s+)?|\()"
    return any(re.search(rf"{at}{re.escape(form)}\b", fold(item.text)) for form in forms)


def events_of(sentences: Sequence[tuple[Passage, Span]], scores: dict[tuple[str, int], float]) -> list[Item]:
    """The events of an entry: the one it opens with, and one for each further place a sentence opens with."""
    found: list[Item] = []
    known = ""
    for passage, span in sentences:
        text = passage.text[span.start - passage.start : span.end - passage.start]
        score = scores.get((passage.report_id, span.start), -99.0)
        opening = _OPENS_AT.match(text)
        place = passage.place if not found else opening["place"] if opening and fold(opening["place"]) not in known else ""
        known = f"{known} {fold(passage.place)} {fold(text)}"
        if (found and not place) or passage.on is None:
            last = found[-1]
            found[-1] = Item(last.passage, last.span, last.on, last.place, f"{last.text} {text}", max(last.score, score))
        else:
            found.append(Item(passage, span, passage.on, place, text, score))
    return found


_OPENS_AT = re.compile(
    r"(?i:(?:(?:also|again|meanwhile),?\s+)?(?:at|in|near|outside|around)\s+(?:the\s+)?(?:(?:town|village|city|camp)\s+of\s+)?)"
    r"(?P<place>[A-Z][\w'’-]+(?:[\s-][A-Z][\w'’-]+){0,3})"
)
"""How a sentence opens that goes over to what happened elsewhere."""


def _merged(items: Sequence[Item]) -> list[Item]:
    """Items without those that tell an event again: the same place within a day; the better placed telling stays."""
    kept: list[Item] = []
    for item in sorted(items, key=lambda i: (-i.score, i.passage.report, i.span.start)):
        if not any(_same(item, other) for other in kept):
            kept.append(item)
    return kept


def _same(first: Item, second: Item) -> bool:
    if first.on.start - _SAME > second.on.end or second.on.start - _SAME > first.on.end:
        return False
    here, there = fold(first.place), fold(second.place)
    if here and there:
        return here in there or there in here
    ours, theirs = ({w.stem for w in content_words(i.text)} for i in (first, second))
    return len(ours & theirs) >= 0.5 * min(len(ours), len(theirs))


def _say(item: Item, wish: Wanted) -> str:
    if wish.places and item.place:
        return item.place
    return f"{item.place}, {format_range(item.on)}" if item.place else format_range(item.on)


def _values(item: Item) -> tuple[Span, ...]:
    """The place inside the quoted sentence, as its highlight."""
    text = item.passage.text[item.span.start - item.passage.start : item.span.end - item.passage.start]
    at = text.find(item.place) if item.place else -1
    return (Span(item.span.start + at, item.span.start + at + len(item.place)),) if at >= 0 else ()
