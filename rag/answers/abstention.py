"""Declining: the one refusal, why, and the nearest the reports come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from rag.answers.antecedents import cite_all
from rag.answers.citations import nearest
from rag.answers.evidence import ScoredSentence
from rag.answers.holdings import MOST_LOOKED_AT, Holdings, days_of, speaks_of
from rag.answers.wanted import lacking
from rag.answers.words import content_words
from rag.reports.date_text import format_day, format_range
from rag.reports.names import fold
from rag.search.terms import forms_of
from rag.types import NO_ANSWER, Answer, DateRange, Passage, Question, RetrievedPassage


def abstain(
    question: Question,
    kept: tuple[RetrievedPassage, ...],
    scored: Sequence[ScoredSentence],
    confidence: float,
    coverage: DateRange | None,
    holdings: Holdings | None = None,
    *,
    whole: bool = True,
) -> Answer:
    """The answer that declines.

    Args:
        question: As understood.
        kept: Passages listed with the answer, best first.
        scored: Sentences, best first.
        confidence: In the best sentence, 0 to 1.
        coverage: First and last day the library's reports speak of.
        holdings: To look up what the whole library says; None speaks of what was found only.
        whole: Whether a nearest sentence that points back is quoted with the one before it.

    Returns:
        ``NO_ANSWER`` with a reason and the nearest evidence as its one citation.
    """
    told = _look_up(question, holdings) if holdings else {}
    best = _nearest_sentence(question, scored, told)
    near = cite_all([(best.retrieved.passage, best.span)], whole=whole)[0] if best else nearest(kept)
    passage = best.retrieved.passage if best else kept[0].passage if kept else None
    around = [s for s in scored if passage is not None and s.retrieved.passage.id == passage.id]
    lack = lacking(question, around) if around else ""
    answer = NO_ANSWER
    if near is not None:
        where = f"{near.report}, {format_day(near.date)}" if near.date else near.report
        answer = f"{NO_ANSWER} The nearest they come ({where}): {near.quote} [1]"
    return Answer(
        question=question,
        answer=answer,
        short_answer="",
        abstained=True,
        reason=find_reason(question, kept, passage, coverage, holdings, lack, told),
        confidence=confidence,
        citations=(near,) if near else (),
        passages=kept,
        seconds=0.0,
    )


def _forms(question: Question) -> dict[str, Sequence[str]]:
    return {name: forms_of(question, place) for place, name in enumerate(question.names)}


def _look_up(question: Question, holdings: Holdings) -> dict[str, list[Passage]]:
    """Passages of each name of the question, in the whole library."""
    return {name: holdings.about(forms, question.filters) for name, forms in _forms(question).items()}


def _nearest_sentence(
    question: Question, scored: Sequence[ScoredSentence], told: Mapping[str, Sequence[Passage]]
) -> ScoredSentence | None:
    """The best sentence; where the names are told of on other days only, the best one of the nearest of these."""
    best = scored[0] if scored else None
    day = _closest_day(question, told)
    if day is None:
        return best
    forms = _forms(question).values()
    passages = ((s, s.retrieved.passage) for s in scored)
    of_day = (s for s, p in passages if any(d.overlaps(day) for d in days_of(p)) and all(speaks_of(p, f) for f in forms))
    return next(of_day, best)


def find_reason(
    question: Question,
    kept: Sequence[RetrievedPassage],
    near: Passage | None,
    coverage: DateRange | None,
    holdings: Holdings | None = None,
    lack: str = "",
    told: Mapping[str, Sequence[Passage]] | None = None,
) -> str:
    """Why nothing is answered, in one line that is true of the whole library.

    Args:
        question: As understood.
        kept: Passages found, best first.
        near: The one the nearest evidence stands in.
        coverage: First and last day of the library.
        holdings: To look names, words and days up; without it only what was found is spoken of.
        lack: What the nearest passage lacks of what is wanted (``wanted.lacking``), or "".
        told: Passages of each name of the question, where they were looked up already.

    Returns:
        The first of these that holds: nothing matches, the days are outside the coverage, a name is in no report, names are
        never told of together, not on those days, a word is in no report, the nearest passage lacks the thing wanted; else that
        what was found is not clear enough.
    """
    if not kept:
        return "No report matches." if question.filters.is_empty else "No report matches within the filters."
    if question.dates and coverage and not any(d.range.overlaps(coverage) for d in question.dates):
        covered = f"{format_day(coverage.start)} to {format_day(coverage.end)}"
        return f"The reports cover {covered}; the question asks about {question.dates[0].text}."
    unclear = f"The nearest passage {lack}." if lack else _UNCLEAR
    if holdings is None:
        forms = _forms(question)
        missing = [name for name, known in forms.items() if not any(speaks_of(r.passage, known) for r in kept)]
        return f"Nothing about {_listed(missing)} was found." if missing else _misdated(question, kept, near) or unclear
    told = _look_up(question, holdings) if told is None else told
    if missing := [name for name, passages in told.items() if not passages]:
        where = "No report" if question.filters.is_empty else "Within the filters no report"
        return f"{where} speaks of {_listed(missing)}."
    return _apart(told) or _not_then(question, told) or _misdated(question, kept, near) or _unheard(question, holdings) or unclear


_UNCLEAR = "The passages found do not answer it clearly enough."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _together(told: Mapping[str, Sequence[Passage]]) -> list[Passage]:
    """Passages of the entries that tell of every name: an entry may be cut into several passages."""
    entries = [{(p.report_id, p.entry) for p in passages} for passages in told.values()]
    shared = set.intersection(*entries) if entries else set()
    return [p for passages in told.values() for p in passages if (p.report_id, p.entry) in shared]


def _apart(told: Mapping[str, Sequence[Passage]]) -> str:
    if len(told) < 2 or _together(told) or any(len(passages) >= MOST_LOOKED_AT for passages in told.values()):
        return ""
    names = list(told)
    whom = "both" if len(names) == 2 else "all"
    return f"The reports speak of {', '.join(names[:-1])} and of {names[-1]}, but in no entry of {whom}."


def _not_then(question: Question, told: Mapping[str, Sequence[Passage]]) -> str:
    """The names, but not on those days, with the day nearest to them."""
    closest = _closest_day(question, told)
    if closest is None:
        return ""
    meant = _meant(question)
    wanted = _during(meant[0]) if len(meant) == 1 else f"{'on' if meant[0].is_day else 'in'} {question.dates[0].text}"
    return f"The reports speak of {_joined(list(told))} {_during(closest)}, but not {wanted}."


def _meant(question: Question) -> list[DateRange]:
    """The days asked about: "April 7" without a year is one mention for each year covered, all at one place."""
    return [d.range for d in question.dates if d.start == question.dates[0].start]


def _closest_day(question: Question, told: Mapping[str, Sequence[Passage]]) -> DateRange | None:
    """The day nearest to those asked about on which all names are told of; None where it is one of them, or nothing tells."""
    if not question.dates or not told or any(len(passages) >= MOST_LOOKED_AT for passages in told.values()):
        return None
    meant = _meant(question)
    days = [day for passage in _together(told) for day in days_of(passage)]
    if not days or any(day.overlaps(one) for day in days for one in meant):
        return None
    return min(days, key=lambda day: (min(_apart_by(day, one) for one in meant), day.days, day.start))


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _apart_by(first: DateRange, second: DateRange) -> int:
    """Days between two ranges that do not overlap."""
    return (second.start - first.end).days if first.end < second.start else (first.start - second.end).days


def _during(days: DateRange) -> str:
    """A range with its preposition: "on April 6, 2018", "in April 2018", "from April 6, 2018 to April 8, 2018"."""
    if days.end == date.max:
        return f"from {format_day(days.start)} on"
    if days.start == date.min:
        return f"until {format_day(days.end)}"
    words = format_range(days)
    return f"on {words}" if days.is_day else f"from {words}" if " to " in words else f"in {words}"


def _misdated(question: Question, kept: Sequence[RetrievedPassage], near: Passage | None) -> str:
    """All that was found is of other days than those asked about."""
    if near is None or near.date is None or not question.dates:
        return ""
    if any(day.overlaps(d.range) for p in (near, *(r.passage for r in kept)) for day in days_of(p) for d in question.dates):
        return ""
    return f"Nothing was found for {question.dates[0].text}; the nearest is of {format_day(near.date)}."


def _unheard(question: Question, holdings: Holdings) -> str:
    """A word of the question that no report uses; names and days were looked up before."""
    skipped = {fold(w) for name in question.names for w in name.split()}
    dated = [(d.start, d.end) for d in question.dates]
    for word in content_words(question.query):
        text = question.query[word.start : word.end]
        known = fold(text) in skipped or any(a <= word.start < b for a, b in dated) or not text.isalpha()
        if not known and not holdings.has_word(text):
            return f"No report uses the word “{text}”."
    return ""
