from __future__ import annotations

from datetime import date

import pytest
from answer_doubles import PointingReader, passage
from test_extractive import ask

from rag.answers.times.clock import HOUR, asks_hour, asks_weekday, weekday
from rag.types import DateRange


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The camp was rushed on Saturday at around four in the morning.", ["at around four in the morning"]),
        ("They overran the post at dawn and left before noon.", ["at dawn", "before noon"]),
        ("It began shortly before midnight.", ["shortly before midnight"]),
        ("It began at 5:30 a.m. and ended at 17h45.", ["at 5:30 a.m.", "at 17h45"]),
        ("In the early hours of the morning they came.", ["In the early hours of the morning"]),
        ("On Friday evening, after evening prayers, they left.", ["On Friday evening", "after evening prayers"]),
        ("In 2015 eight men came from the north.", []),
        ("Seven of the 30 men came in two cars.", []),
    ],
)
def test_times_of_day_are_found_whole(text: str, found: list[str]) -> None:
    assert [m.group() for m in HOUR.finditer(text)] == found


@pytest.mark.parametrize(
    ("query", "hour", "day"),
    [
        ("At what time did the raid begin?", True, False),
        ("by what part of the day was the camp retaken", True, False),
        ("what time of day did the rockets fall", True, False),
        ("which weekday was the raid", False, True),
        ("on what day of the week was the raid", False, True),
        ("on what day was the raid", False, False),
        ("what time of year is it dry", False, False),
        ("in what time period was it built", False, False),
    ],
)
def test_hour_and_weekday_are_told_from_the_day(query: str, hour: bool, day: bool) -> None:
    assert (asks_hour(query), asks_weekday(query)) == (hour, day)


def test_weekday_is_that_of_the_calendar() -> None:
    assert weekday(DateRange(date(2019, 6, 1), date(2019, 6, 1))) == "Saturday"
    assert weekday(DateRange(date(2019, 6, 1), date(2019, 6, 2))) == ""


RAID = "June 1, 2019: At Oldtown gunmen raided the post. They came at around four in the morning."


def test_an_hour_asked_for_is_told_or_nothing_is() -> None:
    told = ask("at what time was the post at Oldtown raided", passage(RAID), reader=PointingReader("four"))
    assert told.short_answer == "at around four in the morning"
    silent = passage("June 1, 2019: At Oldtown gunmen raided the post.")
    declined = ask("at what time was the post at Oldtown raided", silent, reader=PointingReader("June 1, 2019"))
    assert declined.abstained
    assert "gives no time of day" in declined.reason


def test_a_weekday_asked_for_is_worked_out_from_the_day() -> None:
    answer = ask("which weekday was the post at Oldtown raided", passage(RAID), reader=PointingReader("June 1, 2019"))
    assert answer.short_answer == "Saturday, June 1, 2019"
