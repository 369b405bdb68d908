from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from eval.check import check_questions
from eval.evalset import load_questions
from eval.feedback import export, question_of
from eval.types import EvalQuestion
from rag.library.feedback import Feedback, Quote
from rag.types import Filters, Turn

TEXT = "Raiders did it. Two boats and a raft were lost."
DOWN = Feedback(
    id="a1",
    at=datetime(2026, 3, 4, tzinfo=UTC),
    vote="down",
    question="who did it",
    kind="who",
    answer="Two boats [1]",
    short_answer="Two boats",
    citations=(Quote("r.txt", "Two boats and a raft were lost."),),
    expected=("raiders", "the raiders"),
    evidence=(Quote("r.txt", "Raiders did it."),),
)
UP = replace(DOWN, vote="up", expected=(), evidence=())


def made(feedback: Feedback) -> EvalQuestion:
    question = question_of(feedback)
    assert isinstance(question, EvalQuestion), question
    return question


def test_correction_becomes_a_question_that_the_reader_and_the_check_accept(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    declined = replace(DOWN, id="b2", question="who paid", expected=(), evidence=(), unanswerable=True)
    limited = replace(
        DOWN, id="c3", question="and who", history=(Turn("user", "what happened"),), filters=Filters(as_of=date(2018, 1, 1))
    )
    assert export([DOWN, declined, limited], path) == (3, [])
    questions = load_questions([path])
    assert [(q.id, q.kind, q.answerable) for q in questions] == [
        ("feedback-a1", "who", True),
        ("feedback-b2", "unanswerable", False),
        ("feedback-c3", "who", True),
    ]
    assert questions[2].filters == limited.filters
    assert questions[2].history == limited.history
    assert check_questions(questions, {"r.txt": TEXT}, {}).errors == ()


def test_items_of_a_list_are_each_required() -> None:
    question = made(replace(DOWN, kind="list", expected=("two boats", "a raft"), is_list=True))
    assert question.kind == "list"
    assert question.required == (("two boats",), ("a raft",))


def test_list_that_is_one_answer_is_an_ordinary_question() -> None:
    assert made(replace(DOWN, kind="list", is_list=True, expected=("a raft",))).kind == "what"


def test_thumbs_up_takes_the_answer_given_as_right() -> None:
    question = made(UP)
    assert question.answers == ("Two boats",)
    assert [e.quote for e in question.evidence] == ["Two boats and a raft were lost."]
    assert not made(replace(UP, abstained=True, short_answer="")).answerable


def test_yes_no_question_answered_otherwise_changes_its_kind() -> None:
    assert made(replace(DOWN, kind="yes_no")).kind == "what"
    assert made(replace(DOWN, kind="yes_no", expected=("No",))).kind == "yes_no"


@pytest.mark.parametrize(
    ("feedback", "why"),
    [
        (replace(DOWN, expected=(), evidence=()), "says nothing of what the answer should have been"),
        (replace(DOWN, evidence=()), "no words of a report"),
        (replace(DOWN, expected=()), "no answer is given"),
        (replace(UP, short_answer=""), "no answer is given"),
    ],
)
def test_judgement_without_answer_or_evidence_makes_no_question_and_says_why(
    tmp_path: Path, feedback: Feedback, why: str
) -> None:
    path = tmp_path / "q.jsonl"
    written, [line] = export([feedback], path)
    assert written == 0
    assert why in line
    assert not path.exists()


def test_question_saved_again_replaces_itself(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    export([DOWN], path)
    export([replace(DOWN, expected=("pirates",))], path)
    assert [q.answers for q in load_questions([path])] == [("pirates",)]
