from __future__ import annotations

import pytest

from rag.answers.several.parts import split_question
from rag.search.question import understand


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("guards killed in May 2019 and again in June 2019", ["May 2019", "June 2019"]),
        ("guards killed in May and June 2019", ["May 2019", "June 2019"]),
        ("how many guards died on May 5 and 6, 2019", ["May 5, 2019", "May 6, 2019"]),
        ("who won in the first and in the second round of the vote", ["first round", "second round"]),
        ("which leaders were removed in 2016 and 2019", ["2016", "2019"]),
    ],
)
def test_days_and_rounds_are_asked_one_by_one(text: str, parts: list[str]) -> None:
    found = split_question(understand(text))
    assert [p.label for p in found] == parts
    assert all(p.label in p.text for p in found)


def test_two_clauses_are_two_questions_and_the_second_keeps_whom_the_first_names() -> None:
    first, second = split_question(understand("When was Ann Smith taken and where did she get out?"))
    assert first.text == "When was Ann Smith taken?"
    assert second.text == "where did she get out (Ann Smith)?"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "How many people died at Oldtown and how many at Newtown in June 2017?",
            ["How many people died at Oldtown in June 2017?", "How many people died at Newtown in June 2017?"],
        ),
        (
            "how many guards were killed at Oldtown in May 2019, and how many in June 2020",
            ["how many guards were killed at Oldtown in May 2019?", "how many guards were killed at Oldtown in June 2020?"],
        ),
        (
            "how many guards fell at Oldtown in May 2019 and how many at Newtown",
            ["how many guards fell at Oldtown in May 2019?", "how many guards fell at Newtown in May 2019?"],
        ),
    ],
)
def test_a_second_count_takes_what_it_leaves_out_from_the_first(text: str, parts: list[str]) -> None:
    assert [p.text for p in split_question(understand(text))] == parts


def test_a_part_asks_for_one_of_the_things() -> None:
    found = split_question(understand("how many died in each of the two raids in 2016 and 2019"))
    assert found[0].text == "how many died in the raid in 2016"


@pytest.mark.parametrize(
    "text",
    [
        "which camps were raided on 30 September and 1 October 2019",
        "how many soldiers were killed between 2016 and 2018",
        "who was behind it and when did they say so",
        "who attacked soldiers and police at Oldtown",
    ],
)
def test_one_question_stays_one(text: str) -> None:
    assert split_question(understand(text)) == ()
