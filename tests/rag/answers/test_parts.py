from __future__ import annotations

import pytest
from answer_doubles import cited_numbers, misquoted, passage, retrieved

from rag.answers.citations import cite
from rag.answers.parts import Part, join_answers, split_question, tells_apart
from rag.search.question import understand
from rag.types import Answer, Passage

MAY = passage("May 2, 2019: At Oldtown a bomb killed three guards.", report="may.txt")
JUNE = passage("June 2, 2019: At Oldtown a bomb killed four guards.", report="june.txt")


def answer(text: str, short: str, place: Passage, *, abstained: bool = False) -> Answer:
    citation = cite(place, place.sentences[0], 1)
    return Answer(understand(text), f"{citation.quote} [1]", short, abstained, "", 0.8, (citation,), tuple(retrieved(place)), 0.0)


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


def test_joined_answer_numbers_its_citations_through_and_adds_up_the_terms() -> None:
    question = understand("how many guards died in May 2019 and June 2019")
    parts = [Part("a", "May 2019"), Part("b", "June 2019")]
    joined = join_answers(question, parts, [answer("a", "three", MAY), answer("b", "four", JUNE)], retrieved(MAY))
    assert joined.short_answer == "May 2019: three; June 2019: four (7 in all)"
    assert cited_numbers(joined.answer) == [c.number for c in joined.citations] == [1, 2]
    assert misquoted(joined.citations, {"may.txt": MAY.text, "june.txt": JUNE.text}) == []
    assert [r.passage.report for r in joined.passages] == ["may.txt", "june.txt"]


def test_a_sum_is_not_made_where_each_is_asked_for_or_a_term_is_no_number() -> None:
    parts = [Part("a", "May 2019"), Part("b", "June 2019")]
    each = understand("how many guards died each in May 2019 and June 2019")
    assert "in all" not in join_answers(each, parts, [answer("a", "three", MAY), answer("b", "four", JUNE)], ()).short_answer
    both = understand("how many guards died in May 2019 and June 2019")
    assert "in all" not in join_answers(both, parts, [answer("a", "dozens", MAY), answer("b", "four", JUNE)], ()).short_answer


def test_a_part_without_answer_is_named() -> None:
    question = understand("how many guards died in May 2019 and June 2019")
    parts = [Part("a", "May 2019"), Part("b", "June 2019")]
    joined = join_answers(question, parts, [answer("a", "", MAY, abstained=True), answer("b", "four", JUNE)], ())
    assert joined.reason == "The reports do not say: May 2019."
    assert joined.short_answer == "June 2019: four"


def test_parts_answered_by_the_same_sentence_were_no_parts() -> None:
    assert not tells_apart([answer("a", "three", MAY), answer("b", "three", MAY)])
    assert tells_apart([answer("a", "three", MAY), answer("b", "four", JUNE)])
    assert not tells_apart([answer("a", "", MAY, abstained=True)])
    assert not tells_apart([])
