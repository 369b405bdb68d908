"""Marks and quotations: pure checks, no model.

A mark is ``[n]`` in an answer, n being the number of a citation; ``[1][3]`` and ``[1, 3]`` are both read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from rag.types import Citation, DateRange, Passage, RetrievedPassage, Span

_MARK = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")


def cited_numbers(answer: str) -> list[int]:
    """Numbers of all marks in the order they stand, repeats included."""
    return [int(number) for mark in _MARK.finditer(answer) for number in mark.group(1).split(",")]


def keep_known_marks(answer: str, known: Collection[int]) -> tuple[str, int]:
    """Remove marks that point to nothing.

    Args:
        answer: Text with marks.
        known: Numbers that exist.

    Returns:
        The text with only known marks, and how many invented numbers were removed.
    """
    invented = 0

    def keep(mark: re.Match[str]) -> str:
        nonlocal invented
        numbers = [int(n) for n in mark.group(1).split(",")]
        kept = [n for n in numbers if n in known]
        invented += len(numbers) - len(kept)
        return "".join(f"[{n}]" for n in kept)

    text = _MARK.sub(keep, answer)
    # A removed mark leaves its space before the full stop.
    return (re.sub(r"\s+(?=[.,;:!?])", "", text) if invented else text), invented


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
        happened=_happened(passage, span),
    )


def _happened(passage: Passage, span: Span) -> DateRange | None:
    """The days a quotation tells of, if it tells of one time only and that is not the entry's."""
    told = {d.range for d in passage.dates_in(span)}
    # "in 2017, on the 4th of October": the narrowest of those that hold each other is the day meant
    narrowest = min(told, key=lambda days: (days.days, days), default=None)
    if narrowest is None or not all(days.contains(narrowest) for days in told):
        return None
    return None if passage.on is not None and narrowest.overlaps(passage.on) else narrowest


def check_quotes(citations: Sequence[Citation], texts: dict[str, str]) -> list[str]:
    """What is wrong with quotations, measured against the stored texts.

    Args:
        citations: To check.
        texts: Stored text by report id.

    Returns:
        One line for each citation whose ``text[start:end]`` is not its quote; empty when all hold.
    """
    return [
        f"[{c.number}] {c.report} {c.start}-{c.end}: the stored text differs from the quotation"
        for c in citations
        if texts.get(c.report_id, "")[c.start : c.end] != c.quote
    ]


def nearest(retrieved: Sequence[RetrievedPassage], number: int = 1) -> Citation | None:
    """The nearest evidence as a citation: the best sentence of the best passage, or None when nothing was retrieved."""
    if not retrieved:
        return None
    best = retrieved[0]
    span = best.best_sentence or Span(best.passage.start, best.passage.end)
    return cite(best.passage, span, number)
