"""Marks and quotations: pure, no model.

A mark is ``[n]`` in an answer, n being the number of a citation; ``[1][3]`` and ``[1, 3]`` are both read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.types import Citation, DateRange, Passage, RetrievedPassage, Span

_MARK = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")


def renumber(answer: str, numbers: Mapping[int, int]) -> str:
    """An answer with the numbers of its marks replaced; marks that are not named stay.

    Args:
        answer: Text with marks.
        numbers: New number by old.

    Returns:
        The text.
    """
    return _MARK.sub(
        lambda mark: "".join(f"[{numbers.get(int(n), int(n))}]" for n in mark.group(1).split(",")),
        answer,
    )


def cite(passage: Passage, span: Span, number: int) -> Citation:
    """The citation of a span that lies inside a passage.

    Args:
        passage: Where the quotation stands.
        span: Of the quotation, in the report's stored text.
        number: Of the mark, 1-based.

    Returns:
        The citation with its quote cut from the passage.

    Raises:
        ValueError: The span is empty or reaches outside the passage.
    """
    if not passage.start <= span.start < span.end <= passage.end:
        raise ValueError(f"quotation {span.start}-{span.end} does not lie in passage {passage.id}")
    return Citation(
        number=number,
        report=passage.report,
        report_id=passage.report_id,
        title=passage.title,
        date=passage.date,
        published_on=passage.published_on,
        quote=passage.text[span.start - passage.start : span.end - passage.start],
        start=span.start,
        end=span.end,
        passage_id=passage.id,
        happened=days_told(passage, span),
    )


def days_told(passage: Passage, span: Span) -> DateRange | None:
    """The days that words of a passage tell of, if they tell of one time only and that is not the entry's.

    Args:
        passage: Where they stand.
        span: Of the words, stored-text offsets.

    Returns:
        The days, or None.
    """
    told = {d.range for d in passage.dates_in(span)}
    # "in 2017, on the 4th of October": the narrowest of those that hold each other is the day meant
    narrowest = min(told, key=lambda days: (days.days, days), default=None)
    if narrowest is None or not all(days.contains(narrowest) for days in told):
        return None
    return None if passage.on is not None and narrowest.overlaps(passage.on) else narrowest


def nearest(retrieved: Sequence[RetrievedPassage], number: int = 1) -> Citation | None:
    """The nearest evidence as a citation: the best sentence of the best passage, or None when nothing was retrieved."""
    if not retrieved:
        return None
    best = retrieved[0]
    span = best.best_sentence or Span(best.passage.start, best.passage.end)
    return cite(best.passage, span, number)
