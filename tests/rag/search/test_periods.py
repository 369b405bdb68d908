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
        ("after 2016 and before 2018", date(2017, 1, 1), date(2017, 12, 31)),
        ("before 2018 and after 2016", date(2017, 1, 1), date(2017, 12, 31)),
        ("later than may 2016 and earlier than may 2017", date(2016, 6, 1), date(2017, 4, 30)),
        ("since 2016 and up to 2017", date(2016, 1, 1), date(2017, 12, 31)),
        ("after the raid of 3 may 2017 and before the attack of 5 june 2017", date(2017, 5, 4), date(2017, 6, 4)),
        ("after May and before june 2017", date(2016, 6, 1), date(2017, 5, 31)),
        ("in 2017 and after", date(2017, 1, 1), LAST),
        ("in 2017 and before in mali", FIRST, date(2017, 12, 31)),
        ("from january to march in 2017", date(2017, 1, 1), date(2017, 3, 31)),
        ("before the end of 2017", FIRST, date(2017, 12, 31)),
        ("before the end of may 2017", FIRST, date(2017, 5, 31)),
        ("before the start of 2017", FIRST, date(2016, 12, 31)),
        ("after the start of 2017", date(2017, 1, 1), LAST),
        ("after the beginning of may 2017", date(2017, 5, 1), LAST),
        ("after the end of 2017", date(2018, 1, 1), LAST),
        ("twenty one days after the raid of 3 may 2018", date(2018, 5, 24), date(2018, 5, 24)),
        ("from 2018-04-06", date(2018, 4, 6), LAST),
        ("this past month", date(2018, 7, 31), date(2018, 8, 31)),
        ("in the 2017 floods", date(2017, 1, 1), date(2017, 12, 31)),
        ("election 2017 turnout", date(2017, 1, 1), date(2017, 12, 31)),
        ("in mali's 2017 vote", date(2017, 1, 1), date(2017, 12, 31)),
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


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("before 2016 and after 2018", [(FIRST, date(2015, 12, 31)), (date(2019, 1, 1), LAST)]),
        ("after 3 may 2018 or before 3 may 2017", [(date(2018, 5, 4), LAST), (FIRST, date(2017, 5, 2))]),
        ("before 2016 and later than 2018", [(FIRST, date(2015, 12, 31)), (date(2019, 1, 1), LAST)]),
        (
            "after may 2016 and what happened before june 2018",
            [(date(2016, 6, 1), LAST), (FIRST, date(2018, 5, 31))],
        ),
        ("q1 and q2 2017", [(date(2017, 1, 1), date(2017, 3, 31)), (date(2017, 4, 1), date(2017, 6, 30))]),
    ],
)
def test_ends_that_do_not_meet_stay_two(text: str, wanted: list[tuple[date, date]]) -> None:
    assert ranges(f"what happened {text}?") == wanted


@pytest.mark.parametrize("words", ["from {} to {}", "between {} and {}"])
def test_months_from_one_to_another_end_in_every_year(words: str) -> None:
    wanted = [(date(y, 4, 1), date(y, 6, 30)) for y in (2016, 2017, 2018)]
    assert ranges(f"what happened {words.format('April', 'June')}") == wanted


def test_days_from_one_to_another_end_in_every_year() -> None:
    wanted = [(date(y, 5, 3), date(y, 6, 5)) for y in (2016, 2017, 2018)]
    assert ranges("what happened from 3 May to 5 June") == wanted
    wanted = [(date(y, 5, 4), date(y, 6, 4)) for y in (2016, 2017, 2018)]
    assert ranges("what happened after 3 May and before 5 June") == wanted


def test_a_day_most_years_lack_is_looked_for_in_those_that_have_it() -> None:
    coverage = DateRange(date(2015, 1, 1), date(2021, 1, 1))
    assert ranges("on the 29th of february", coverage) == [(date(y, 2, 29), date(y, 2, 29)) for y in (2016, 2020)]


@pytest.mark.parametrize(("text", "month", "day"), [("january 2", 1, 2), ("december 31", 12, 31), ("december 28", 12, 28)])
def test_the_first_and_last_days_of_a_year_are_found_in_every_year(text: str, month: int, day: int) -> None:
    coverage = DateRange(date(2016, 1, 1), date(2018, 12, 31))
    assert ranges(f"on {text}", coverage) == [(date(y, month, day), date(y, month, day)) for y in (2016, 2017, 2018)]


def test_a_month_that_opens_stays_open() -> None:
    assert ranges("what happened from mid-May") == [(date(y, 5, 11), LAST) for y in (2016, 2017, 2018)]


@pytest.mark.parametrize(
    "text",
    [
        "2017 fighters",
        "resolution 2017",
        "$2017",
        "camp-2017",
        "the other 2000 dead",
        "a year before the big 2017 battle",
        "after mali's 2017 vote",
    ],
)
def test_four_digits_that_count_or_date_another_event_are_no_year(text: str) -> None:
    assert ranges(text) == []


def test_a_year_given_is_not_looked_for_elsewhere() -> None:
    assert ranges("in april or may 2018") == [(date(2018, 4, 1), date(2018, 4, 30)), (date(2018, 5, 1), date(2018, 5, 31))]


@pytest.mark.parametrize(
    ("text", "as_of"),
    [
        ("as of april 2018 how many", date(2018, 4, 30)),
        ("how many were known by april 6, 2018", date(2018, 4, 6)),
        ("as at 30 june 2018", date(2018, 6, 30)),
        ("as at 2017", date(2017, 12, 31)),
        ("as of yesterday how many", date(2018, 8, 30)),
        ("as of last week how many", date(2018, 8, 26)),
        ("as of may how many", date(2018, 5, 31)),
        ("as of december how many", date(2017, 12, 31)),
        ("as of the end of may how many", date(2018, 5, 31)),
    ],
)
def test_as_of_is_no_day_of_the_event(text: str, as_of: date) -> None:
    asked = question_days(text, COVERAGE)
    assert (asked.as_of, asked.dates) == (as_of, ())


def test_relative_days_count_from_the_as_of_day() -> None:
    asked = question_days("as of march 10 2017 what happened last month", COVERAGE, date(2026, 1, 1))
    assert [d.range for d in asked.dates] == [DateRange(date(2017, 2, 1), date(2017, 2, 28))]
    asked = question_days("as of 3 may what happened last week", COVERAGE, date(2026, 1, 1))
    assert asked.as_of == date(2018, 5, 3)
    assert [d.range for d in asked.dates] == [DateRange(date(2018, 4, 23), date(2018, 4, 29))]
