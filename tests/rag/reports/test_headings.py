"""Headings told by their shape."""

from __future__ import annotations

import pytest

from rag.reports.headings import find_headings
from rag.reports.layout import find_paragraphs

PROSE = "The year was quiet, and the ferry ran on time all the while, so that nobody complained about anything at all."


def levels(*pieces: str) -> list[int]:
    text = "\n\n".join(pieces)
    return [paragraph.level for paragraph in find_headings(text, find_paragraphs(text))]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("## Results", 2),
        ("Results\n=======", 1),
        ("Results\n-------", 2),
        ("2.1 Results of the year", 3),
        ("THE RESULTS", 2),
        ("The Results Of The Year", 3),
    ],
)
def test_marked_lines_above_prose_are_headings(line: str, level: int) -> None:
    assert levels(PROSE, line, PROSE) == [0, level, 0]


@pytest.mark.parametrize("line", ["Nobody came.", "so it went", "It went on and on", "A list follows:", "12 men", "Title " * 20])
def test_other_short_lines_are_none(line: str) -> None:
    assert levels(PROSE, line, PROSE) == [0, 0, 0]


def test_the_first_line_needs_no_mark_but_prose_below() -> None:
    assert levels("A quiet year", PROSE) == [1, 0]
    assert levels("A quiet year") == [0]
    assert levels("A quiet year", "and more") == [0, 0]
