from __future__ import annotations

from datetime import date

import pytest
from answer_doubles import PointingReader, passage
from test_extractive import ask

from rag.answers.times.clock import HOUR, weekday
from rag.search.kinds import asks_hour, asks_weekday
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
        ("They met at half past nine and left at 0930 GMT.", ["at half past nine", "at 0930 GMT"]),
        ("It began at nine that evening.", ["at nine that evening"]),
        ("It lasted between 4 and 5 a.m.", ["between 4 and 5 a.m."]),
        ("They came after dark and stayed overnight.", ["after dark", "overnight"]),
        ("The ship Black Night and Operation Midnight Sun were a dark horse.", []),
        ("He spent three nights in jail in the Golden Dawn hotel.", []),
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
        ("what time limit was set", False, False),
        ("What time does the journey to Oldtown take?", False, False),
        ("who was mayor at the time of the raid", False, False),
        ("what was the exact time of the quake", True, False),
        ("the weekday of the raid", False, True),
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The market at Oldtown was opened on a Friday in May 2016.", "Friday"),
        ("The market at Oldtown was opened in May 2016.", ""),
    ],
)
def test_a_weekday_is_not_worked_out_of_a_month(text: str, expected: str) -> None:
    answer = ask("on what day of the week was the market at Oldtown opened", passage(text), reader=PointingReader("May 2016"))
    assert answer.short_answer == expected


def test_other_questions_may_speak_of_a_time_of_day() -> None:
    place = passage("June 1, 2019: About 300 buses cross the Oldtown bridge.")
    answer = ask("How many buses cross the Oldtown bridge at that time of day?", place, reader=PointingReader("300"))
    assert answer.short_answer == "About 300"
