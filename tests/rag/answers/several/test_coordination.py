from __future__ import annotations

import pytest

from rag.answers.several.coordination import coordinated


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (
            "How many guards were lost at Oldtown in 2019 and at Newtown in 2020?",
            ["How many guards were lost at Oldtown in 2019?", "How many guards were lost at Newtown in 2020?"],
        ),
        (
            "how many guards were lost at Oldtown and at Newtown on 23 March 2020",
            ["how many guards were lost at Oldtown on March 23, 2020?", "how many guards were lost at Newtown on 23 March 2020?"],
        ),
        (
            "how many died at Oldtown in May 2019 and a month later at Newtown",
            ["how many died at Oldtown in May 2019?", "how many died at Newtown?"],
        ),
        (
            "mayor's score in round one and in the run-off, 2018",
            ["what was the mayor's score in round one in 2018?", "what was the mayor's score in the run-off, 2018?"],
        ),
        (
            "foreign soldiers in Oldland in February 2013 compared with October 2017",
            ["how many foreign soldiers in Oldland in February 2013?", "how many foreign soldiers in Oldland in October 2017?"],
        ),
        (
            "how many died by the bomb of May 2, 2019 versus the crash of May 25",
            [
                "how many died by the bomb of May 2, 2019?",
                "how many died by the crash of May 25 2019?",
            ],
        ),
        (
            "how many were killed at both Oldtown and Newtown",
            ["how many were killed at Oldtown", "how many were killed at Newtown"],
        ),
        (
            "How many people in Oldland and in Newland were infected?",
            ["How many people in Oldland were infected?", "How many people in Newland were infected?"],
        ),
        (
            "Which towns in the north and in the south flooded in 2013?",
            ["Which towns in the north flooded in 2013?", "Which towns in the south flooded in 2013?"],
        ),
        (
            "How many people in Oldland in 2019 and in Newland in 2020 were infected?",
            ["How many people in Oldland in 2019 were infected?", "How many people in Newland in 2020 were infected?"],
        ),
        (
            "how many guards in Oldtown and in the camp that was raided",
            ["how many guards in Oldtown?", "how many guards in the camp that was raided?"],
        ),
        (
            "On which dates did the mayor and the CMA sign?",
            ["On which date did the mayor sign?", "On which date did the CMA sign?"],
        ),
    ],
)
def test_each_circumstance_is_asked_by_itself(text: str, questions: list[str]) -> None:
    assert [asked for asked, _ in coordinated(text)] == questions


@pytest.mark.parametrize(
    "text",
    [
        "was the camp raided in May and in June",
        "who attacked soldiers and police at Oldtown",
        "how many soldiers were killed between 2016 and 2018",
        "who was behind the raid of May 2, 2019, and on what date did they say so",
        "how many were hurt by the bomb of 1 July 2018, mayor vs guards",
        "where have the two been at war with each other",
        "what was the turnout in 2016, in 2018 and in 2020",
        "which two groups stood behind both the siege and the shooting",
    ],
)
def test_one_circumstance_stays_one(text: str) -> None:
    assert coordinated(text) == []


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("how many died at Oldtown in 2019 and at Newtown in 2020", ["Oldtown in 2019", "Newtown in 2020"]),
        ("how many people in Oldland and in Newland were infected", ["Oldland", "Newland"]),
        ("how many guards died before 2018 and after 2018", ["before 2018", "after 2018"]),
    ],
)
def test_what_sets_them_apart_is_kept(text: str, labels: list[str]) -> None:
    assert [label for _, label in coordinated(text)] == labels
