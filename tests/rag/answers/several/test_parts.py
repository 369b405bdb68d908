from __future__ import annotations

import pytest

from rag.answers.several.parts import split_question
from rag.search.kinds import question_kind
from rag.search.question import understand


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("guards killed in May 2019 and again in June 2019", ["May 2019", "June 2019"]),
        ("guards killed in May and June 2019", ["May 2019", "June 2019"]),
        ("how many guards died on May 5 and 6, 2019", ["May 5, 2019", "May 6, 2019"]),
        ("who won in the first and in the second round of the vote", ["first round", "second round"]),
        ("which leaders were removed in 2016 and 2019", ["2016", "2019"]),
        ("What was the turnout in 2016, 2018 and 2020?", ["2016", "2018", "2020"]),
        ("What was the turnout in 2016, in 2018 and in 2020?", ["2016", "2018", "2020"]),
        ("how many guards died in May 2018, in May 2019 and in June 2020", ["May 2018", "May 2019", "June 2020"]),
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


@pytest.mark.parametrize(
    ("text", "parts", "kinds"),
    [
        ("Who resigned and why?", ["Who resigned?", "why resigned?"], ["who", "why"]),
        ("who resigned and why", ["who resigned?", "why resigned?"], ["who", "why"]),
        ("Which mills merged and when?", ["Which mills merged?", "when mills merged?"], ["what", "when"]),
        ("Who won and in which year?", ["Who won?", "in which year won?"], ["who", "when"]),
        (
            "Who was arrested, when and where?",
            ["Who was arrested?", "when was arrested?", "where was arrested?"],
            ["who", "when", "where"],
        ),
        (
            "When was the mill founded and by whom?",
            ["When was the mill founded?", "by whom was the mill founded?"],
            ["when", "who"],
        ),
        (
            "For what crime was the miller sentenced, and to how many years?",
            ["For what crime was the miller sentenced?", "to how many years was the miller sentenced?"],
            ["what", "how_many"],
        ),
        (
            "Who is the man who shot the miller and why?",
            ["Who is the man who shot the miller?", "why is the man that shot the miller?"],
            ["who", "why"],
        ),
    ],
)
def test_a_bare_question_word_asks_of_what_the_first_clause_states(text: str, parts: list[str], kinds: list[str]) -> None:
    found = [p.text for p in split_question(understand(text))]
    assert found == parts
    assert [question_kind(p) for p in found] == kinds


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Who bought and who sold the mill?", ["Who bought the mill?", "who sold the mill?"]),
        (
            "What happened and how many people died in the Oldtown flood of 2002?",
            ["What happened in the Oldtown flood of 2002?", "how many people died in the Oldtown flood of 2002?"],
        ),
        (
            "How many people were killed and how many wounded in the crash in Oldtown on 3 May 2018?",
            [
                "How many people were killed in the crash in Oldtown on 3 May 2018?",
                "how many wounded in the crash in Oldtown on 3 May 2018?",
            ],
        ),
        (
            "Who resigned and who became the mayor?",
            ["Who resigned?", "who became the mayor?"],
        ),
        (
            "What happened to the train and how many died in Oldtown?",
            ["What happened to the train?", "how many died in Oldtown?"],
        ),
    ],
)
def test_a_first_clause_takes_what_it_leaves_to_the_second(text: str, parts: list[str]) -> None:
    assert [p.text for p in split_question(understand(text))] == parts


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("When was the mill founded and who is its owner?", "who is its owner (the mill founded)?"),
        ("Who raided the mill and how many people did they kill?", "how many people did they kill (raided the mill)?"),
    ],
)
def test_a_pronoun_without_a_name_is_told_what_the_first_clause_states(text: str, second: str) -> None:
    assert split_question(understand(text))[1].text == second


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
