"""Passages made of one line, and what answers must hold to, for tests of answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.models.reader import PartReading, Reading
from rag.reports.dates import find_dates
from rag.reports.sentences import split_sentences
from rag.types import Citation, DateRange, Passage, RetrievedPassage


def passage(
    text: str, on: date | None = date(2018, 4, 6), *, start: int = 0, report: str = "mali.txt", **changes: object
) -> Passage:
    """A passage whose report's stored text is ``start`` filler characters and then ``text``."""
    values: dict[str, object] = {
        "id": f"{report}-{start}",
        "report_id": report,
        "report": report,
        "title": "Land: A Title",
        "country": "Land",
        "published_on": on,
        "entry": 1,
        "on": DateRange(on, on) if on else None,
        "place": "",
        "is_lead": False,
        "start": start,
        "end": start + len(text),
        "text": text,
        "sentences": tuple(split_sentences(text, start)),
        "dates": tuple(find_dates(text, on, start)),
    }
    return Passage(**(values | changes))  # type: ignore[arg-type]


def retrieved(*passages: Passage) -> list[RetrievedPassage]:
    """A ranking of passages with falling scores."""
    return [RetrievedPassage(p, n, 1.0 - 0.1 * n) for n, p in enumerate(passages, 1)]


class PointingReader:
    """Reads by a table of answers: points at the first that stands in a sentence, surely; elsewhere it finds nothing."""

    def __init__(self, *answers: str) -> None:
        self.answers = answers

    def read(self, question: str, passages: Sequence[Passage], parts: Sequence[Sequence[tuple[int, int]]]) -> list[Reading]:
        return [self._read(n, p.text, parts[n]) for n, p in enumerate(passages)]

    def _read(self, n: int, text: str, parts: Sequence[tuple[int, int]]) -> Reading:
        found = [self._point(text, start, end) for start, end in parts]
        best = max(found, key=lambda f: f.margin)
        sure = best.margin > 0
        return Reading(
            n, best.start, best.end, best.margin, 0.0, 4.0 if sure else -4.0, (0, 0, 0, 0), 0.9 if sure else 0.1, tuple(found)
        )

    def _point(self, text: str, start: int, end: int) -> PartReading:
        for answer in self.answers:
            at = text.find(answer, start, end)
            if at >= 0:
                return PartReading(at, at + len(answer), 8.0)
        return PartReading(start, start + 1, -8.0)


def cited_numbers(answer: str) -> list[int]:
    """Numbers of all marks in the order they stand, repeats included."""
    return [int(number) for mark in re.findall(r"\[([\d, ]+)\]", answer) for number in mark.split(",")]


def misquoted(citations: Sequence[Citation], texts: dict[str, str]) -> list[Citation]:
    """Citations whose quotation differs from the stored text, given by report id."""
    return [c for c in citations if texts.get(c.report_id, "")[c.start : c.end] != c.quote]
