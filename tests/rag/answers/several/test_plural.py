from __future__ import annotations

import pytest
from answer_doubles import PointingReader, passage
from test_extractive import ask

from rag.answers.several.plural import asks_several
from rag.search.question import understand

ONE = passage("April 6, 2018: The mayor of Oldtown spoke of the Reds at length.", report="one.txt")
ROW = passage("April 7, 2018: At Oldtown the Reds, the Blues and the Greens fought.", report="row.txt")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("which two colonels were wrongly named", 2),
        ("Which groups fought at Oldtown?", 0),
        ("names of the men freed at Oldtown", 0),
        ("countries next to the eastern front", 0),
        ("In which countries are the troops now?", 0),
        ("what are the means used against them", 0),
    ],
)
def test_a_question_for_several_is_told_by_its_plural(text: str, number: int) -> None:
    assert asks_several(understand(text)) == number


@pytest.mark.parametrize(
    "text",
    [
        "who attacked the camp",
        "name of the officer killed at Oldtown",
        "what happened three days after the raid",
        "which army controls the towns",
        "what does the group want",
        "how many soldiers died",
        "what are the successive death tolls of the bombing",
        "why did the herders leave",
    ],
)
def test_a_question_for_one_is_not_one_for_several(text: str) -> None:
    assert asks_several(understand(text)) is None


def test_a_row_goes_before_a_single_thing_and_is_shown_whole() -> None:
    reader = PointingReader("Blues", "the Reds at")
    answer = ask("which groups fought at Oldtown", ONE, ROW, reader=reader)
    assert answer.short_answer == "the Reds, the Blues and the Greens"
    assert answer.citations[0].report == "row.txt"


def test_rows_can_be_switched_off() -> None:
    answer = ask("which groups fought at Oldtown", ROW, reader=PointingReader("Blues"), rows=False)
    assert answer.short_answer == "Blues"
