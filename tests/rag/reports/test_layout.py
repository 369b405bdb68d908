"""Paragraphs and the dates that open entries."""

from __future__ import annotations

from datetime import date

import pytest

from rag.reports.extracted import Heading
from rag.reports.layout import find_paragraphs, read_opening

ANCHOR = date(2016, 5, 9)


def paragraphs(text: str) -> list[str]:
    return [text[paragraph.start : paragraph.end] for paragraph in find_paragraphs(text)]


def test_blank_lines_part_paragraphs_and_wrapped_lines_do_not() -> None:
    line = "a line of prose that was wrapped at some seventy characters by a mailer"
    assert paragraphs(f"{line}\n{line}\n \u00a0\n  {line}  \n") == [f"{line}\n{line}", line]


def test_lines_longer_than_wrapping_makes_are_paragraphs() -> None:
    one, two = "One word. " * 20, "Two words. " * 20
    assert paragraphs(f"{one}\n{two}") == [one.strip(), two.strip()]


def test_a_line_ended_on_purpose_ends_its_paragraph() -> None:
    line = "a line of prose that was wrapped at some seventy characters by a mailer"
    assert paragraphs(f"{line}\nshort end\n{line}\n{line}") == [f"{line}\nshort end", f"{line}\n{line}"]


def test_items_and_headings_stand_alone() -> None:
    assert paragraphs("- one\n- two") == ["- one", "- two"]
    text = "Head\nbody of it\nmore body of it"
    first, *_ = find_paragraphs(text, [Heading(0, 4, 2)])
    assert (text[first.start : first.end], first.level) == ("Head", 2)


@pytest.mark.parametrize(
    "line",
    [
        "On May 6, 2016, the general said: nothing.",
        "May 6, 2016 was a calm day.",
        "May 2016 brought rain: much of it.",
        "6 men: nobody knew them.",
        "2016: a good year",
        "May 6, 2016, when it rained: a story",
        "12:30 a train came",
        "In May: rain",
    ],
)
def test_lines_that_open_no_entry(line: str) -> None:
    opening = read_opening(line, 0, ANCHOR)
    assert opening is None or opening.on.days > 1


def test_an_opening_tells_its_days_its_place_and_its_end() -> None:
    opening = read_opening("May 5-6, 2016 (Varn): Rain.", 0)
    assert opening is not None
    assert (opening.on.start.day, opening.on.end.day, opening.place, opening.sign) == (5, 6, "Varn", "colon")
    assert "May 5-6, 2016 (Varn): Rain."[opening.end :] == " Rain."


def test_a_day_without_year_is_the_one_nearest_to_its_neighbour() -> None:
    for line, year in (("May 20: x", 2016), ("December 30: x", 2015), ("January 4: x", 2016)):
        opening = read_opening(line, 0, ANCHOR)
        assert opening is not None
        assert opening.on.start.year == year
    assert read_opening("May 20: x", 0) is None
