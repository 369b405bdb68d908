"""Declining: the one refusal, why, and the nearest the reports come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answers.citations import cite, nearest
from rag.answers.evidence import ScoredSentence, name_share
from rag.reports.date_text import format_day
from rag.types import NO_ANSWER, Answer, Citation, DateRange, Question, RetrievedPassage


def abstain(
    question: Question,
    kept: tuple[RetrievedPassage, ...],
    scored: Sequence[ScoredSentence],
    confidence: float,
    coverage: DateRange | None,
) -> Answer:
    """The answer that declines.

    Args:
        question: As understood.
        kept: Passages listed with the answer, best first.
        scored: Sentences, best first.
        confidence: In the best sentence, 0 to 1.
        coverage: First and last day the library's reports speak of.

    Returns:
        ``NO_ANSWER`` with a reason and the nearest evidence as its one citation.
    """
    near = cite(scored[0].retrieved.passage, scored[0].span, 1) if scored else nearest(kept)
    answer = NO_ANSWER
    if near is not None:
        where = f"{near.report}, {format_day(near.date)}" if near.date else near.report
        answer = f"{NO_ANSWER} The nearest they come ({where}): {near.quote} [1]"
    return Answer(
        question=question,
        answer=answer,
        short_answer="",
        abstained=True,
        reason=find_reason(question, kept, near, coverage),
        confidence=confidence,
        citations=(near,) if near else (),
        passages=kept,
        seconds=0.0,
    )


def find_reason(question: Question, kept: Sequence[RetrievedPassage], near: Citation | None, coverage: DateRange | None) -> str:
    """Why nothing is answered, in one line: no reports, nothing with these names, not these days, or only something near."""
    if not kept:
        return "No report matches." if question.filters.is_empty else "No report matches within the filters."
    if question.dates and coverage:
        wanted = question.dates[0].range
        if not wanted.overlaps(coverage):
            covered = f"{format_day(coverage.start)} to {format_day(coverage.end)}"
            return f"The reports cover {covered}; the question asks about {question.dates[0].text}."
    missing = [
        name
        for place, name in enumerate(question.names)
        if all(name_share(_only(question, place), r.passage.title + " " + r.passage.text) == 0 for r in kept)
    ]
    if missing:
        return f"Nothing about {', '.join(missing)} was found."
    if question.dates and near and near.date and not question.dates[0].range.overlaps(DateRange(near.date, near.date)):
        return f"Nothing was found for {question.dates[0].text}; the nearest is of {format_day(near.date)}."
    return "The passages found do not answer it clearly enough."


def _only(question: Question, place: int) -> Question:
    return replace(question, names=question.names[place : place + 1], forms=question.forms[place : place + 1])
