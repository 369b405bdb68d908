"""Whose day a date is: the sentence that tells the event asked about, and the day of that event among those it speaks of.

A date beside an event is easily taken for its own: "ten days later another post was attacked", "near the spot stormed two days
earlier", "nine days after the blast the dead are still being counted".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answers.evidence import FEATURES, ScoredSentence
from rag.answers.words import content_words, related
from rag.reports.date_words import shifted
from rag.search.periods import DISTANCE, distance
from rag.types import DateRange, Question, Span

_COVER, _DATE = FEATURES.index("cover"), FEATURES.index("date")
_LITTLE = 0.5
"""Share of the question's words, by rarity, below which a sentence with another day than its entry's may tell another event."""

_MORE = 0.3
"""Share of them by which a sentence must hold more to be the one that tells the event."""

_REACH = 6.0
"""Scores below the best one within which it is looked for; a date counts for much of a score where *when* is asked."""

_TIME_WORDS = frozenset("day date month year week time hour moment dai".split())
"""Stems by which a question says only that it asks for a time."""

_DISTANCE = re.compile(DISTANCE, re.IGNORECASE)
_EVENT_ENDS = re.compile(
    r"[,;:.()]|\s(?:was|were|is|are|has|had|have|did|came|still)\s|"
    r"(?<!\bin)(?<!\bof)(?<!\bon)(?<!\bat)(?<!\bto)(?<!\bby)(?<!\bnear)(?<!\bfrom)(?<!\bwith)(?<!\bfor)\s(?:the|an?)\s",
    re.IGNORECASE,
)
"""Where an event that is counted from ends: "nine days after the blast in the market | the dead ..."."""

_CLAUSE = re.compile(r"\b(?:that|which|who|whom|where|when|after|before|since)\b|[,;(]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Counted:
    """A day worked out from a sentence, and the words it was worked out from, stored-text offsets."""

    on: DateRange
    span: Span | None


def telling_first(question: Question, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Sentences with the one that tells the event before one that only has a date.

    Args:
        question: As understood; a *when*.
        scored: Most probable first.

    Returns:
        The same, in the same order but for one that may have come to the front.
    """
    if not scored or not _speaks_of_another_day(scored[0]) or scored[0].features[_COVER] >= _LITTLE:
        return list(scored)
    best = scored[0]
    rivals = [
        s
        for s in scored[1:]
        if s.score >= best.score - _REACH
        and s.features[_COVER] >= best.features[_COVER] + _MORE
        and s.features[_DATE] >= min(best.features[_DATE], 0.5)
        and (s.dates or _one_entry(s, best))
        and _holds_all_of(question, s, best)
    ]
    if not rivals:
        return list(scored)
    chosen = max(rivals, key=lambda s: (s.features[_COVER] * _REACH + s.score, -s.span.start))
    return [chosen, *(s for s in scored if s is not chosen)]


def day_told_beside(question: Question, sentence: ScoredSentence) -> Counted | None:
    """The day of the event asked about where the sentence dates another thing by it, or it by another thing.

    Args:
        question: As understood.
        sentence: That answers.

    Returns:
        The day; None where the date in the sentence, or its entry's, is the event's own.
    """
    passage = sentence.retrieved.passage
    asked = frozenset(w.stem for w in content_words(question.query))
    if passage.on is None or not passage.on.is_day:
        return None
    text = sentence.text
    for match in _DISTANCE.finditer(text):
        rest = text[match.end() :]
        end = _EVENT_ENDS.search(rest)
        event = rest[: end.start()] if end else rest
        held = _held(event, asked)
        if held and held >= _held(text[: match.start()] + " " + rest[len(event) :], asked):
            step, unit = distance(match)
            base = sentence.span.start
            return Counted(shifted(passage.on, -step, unit), Span(base + match.start(), base + match.end() + len(event.rstrip())))
    return _opening_day(sentence, asked)


def _opening_day(sentence: ScoredSentence, asked: frozenset[str]) -> Counted | None:
    """The entry's day where its opening sentence tells the event and another day stands in a clause beside it."""
    passage, text, base = sentence.retrieved.passage, sentence.text, sentence.span.start
    mentions = passage.dates_in(sentence.span)
    if passage.on is None or passage.is_lead or len(mentions) != 2 or mentions[0].start != base:
        return None
    own, other = mentions
    if not text[own.end - base :].startswith(":") or other.range.overlaps(passage.on) or other.kind != "relative":
        return None
    opens = [m.start() for m in _CLAUSE.finditer(text, own.end - base + 1, other.start - base)]
    if not opens:
        return None
    clause = text[opens[-1] :]
    if _held(clause, asked) >= _held(text[own.end - base : opens[-1]], asked):
        return None
    return Counted(passage.on, Span(own.start, own.end))


def _one_entry(first: ScoredSentence, second: ScoredSentence) -> bool:
    one, other = first.retrieved.passage, second.retrieved.passage
    return (one.report_id, one.entry) == (other.report_id, other.entry) and not one.is_lead


def _holds_all_of(question: Question, rival: ScoredSentence, best: ScoredSentence) -> bool:
    """Whether a sentence holds every word of the question that the best one does: what only that one says may be the event."""
    stems = {w.stem for w in content_words(best.text)}
    theirs = frozenset(w.stem for w in content_words(rival.text))
    asked = {w.stem for w in content_words(question.query)} - _TIME_WORDS
    return all(related(stem, theirs) for stem in asked & stems)


def _speaks_of_another_day(sentence: ScoredSentence) -> bool:
    passage = sentence.retrieved.passage
    return any(passage.on is None or not d.range.overlaps(passage.on) for d in passage.dates_in(sentence.span))


def _held(text: str, asked: frozenset[str]) -> float:
    return sum(related(w.stem, asked) for w in content_words(text))
