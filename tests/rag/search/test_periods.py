from __future__ import annotations

from datetime import date

import pytest

from rag.search.periods import question_days
from rag.types import DateRange

COVERAGE = DateRange(date(2016, 3, 1), date(2018, 8, 31))
FIRST, LAST = date.min, date.max


def ranges(text: str, coverage: DateRange | None = COVERAGE) -> list[tuple[date, date]]:
    return [(d.range.start, d.range.end) for d in question_days(text, coverage, date(2026, 1, 1)).dates]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("from 3 to 8 april 2018", date(2018, 4, 3), date(2018, 4, 8)),
        ("from january 2018 to march 2018", date(2018, 1, 1), date(2018, 3, 31)),
        ("between march and may 2018", date(2018, 3, 1), date(2018, 5, 31)),
        ("from april 2018 onwards", date(2018, 4, 1), LAST),
        ("april 2018 or later", date(2018, 4, 1), LAST),
        ("on or after april 6 2018", date(2018, 4, 6), LAST),
        ("not before april 2018", date(2018, 4, 1), LAST),
        ("later than may 2018", date(2018, 6, 1), LAST),
        ("on or before april 6 2018", FIRST, date(2018, 4, 6)),
        ("no later than may 2018", FIRST, date(2018, 5, 31)),
        ("earlier than 2016", FIRST, date(2015, 12, 31)),
        ("prior to march 2018", FIRST, date(2018, 2, 28)),
        ("ahead of march 2018", FIRST, date(2018, 2, 28)),
        ("hurt by the november 2017 rockets", date(2017, 11, 1), date(2017, 11, 30)),
        ("by the end of november 2017 how many", FIRST, date(2017, 11, 30)),
        ("after the raid of april 6 2018", date(2018, 4, 7), LAST),
        ("after the coup of august 2017", date(2017, 8, 1), LAST),
        ("before the attack on the camp on april 6 2018", FIRST, date(2018, 4, 5)),
        ("the day after the raid of april 6 2018", date(2018, 4, 7), date(2018, 4, 7)),
        ("ten days before the ambush of 12 april 2018", date(2018, 4, 2), date(2018, 4, 2)),
        ("around 3 may 2018", date(2018, 4, 30), date(2018, 5, 6)),
        ("friday the 6th of april 2018", date(2018, 4, 6), date(2018, 4, 6)),
        ("06/04/2018", date(2018, 4, 6), date(2018, 4, 6)),
        ("4/13/2018", date(2018, 4, 13), date(2018, 4, 13)),
        ("6/4/18", date(2018, 4, 6), date(2018, 4, 6)),
        ("q1 2018", date(2018, 1, 1), date(2018, 3, 31)),
        ("in late 2017", date(2017, 9, 1), date(2017, 12, 31)),
        ("during the summer of 2017", date(2017, 6, 1), date(2017, 8, 31)),
        ("last spring", date(2018, 3, 1), date(2018, 5, 31)),
        ("the week of april 2 2018", date(2018, 4, 2), date(2018, 4, 8)),
    ],
)
def test_every_usual_form_is_read(text: str, start: date, end: date) -> None:
    assert ranges(f"what happened {text}?") == [(start, end)]


def test_day_without_a_year_is_looked_for_in_every_year_covered() -> None:
    assert ranges("what happened on the 5th of april") == [(date(y, 4, 5), date(y, 4, 5)) for y in (2016, 2017, 2018)]
    assert ranges("attacks in november") == [(date(y, 11, 1), date(y, 11, 30)) for y in (2016, 2017)]
    assert ranges("attacks in november", DateRange(date(2017, 6, 1), date(2018, 5, 1))) == [
        (date(2017, 11, 1), date(2017, 11, 30))
    ]
    assert ranges("attacks in november", None) == []


def test_a_year_given_is_not_looked_for_elsewhere() -> None:
    assert ranges("in april or may 2018") == [(date(2018, 4, 1), date(2018, 4, 30)), (date(2018, 5, 1), date(2018, 5, 31))]


@pytest.mark.parametrize(
    ("text", "as_of"),
    [
        ("as of april 2018 how many", date(2018, 4, 30)),
        ("how many were known by april 6, 2018", date(2018, 4, 6)),
        ("as at 30 june 2018", date(2018, 6, 30)),
    ],
)
def test_as_of_is_no_day_of_the_event(text: str, as_of: date) -> None:
    asked = question_days(text, COVERAGE)
    assert (asked.as_of, asked.dates) == (as_of, ())


def test_relative_days_count_from_the_as_of_day() -> None:
    asked = question_days("as of march 10 2017 what happened last month", COVERAGE, date(2026, 1, 1))
    assert [d.range for d in asked.dates] == [DateRange(date(2017, 2, 1), date(2017, 2, 28))]
