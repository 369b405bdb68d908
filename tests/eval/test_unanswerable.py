from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from eval.types import EvalQuestion
from eval.unanswerable import alter
from rag.types import DateRange, Passage


def _question(text: str, **changes: object) -> EvalQuestion:
    return replace(EvalQuestion("q1", text, "how_many", answers=("three",)), **changes)  # type: ignore[arg-type]


def _held(passage_at: Callable[[str], Passage]) -> Passage:
    day = DateRange(date(2018, 5, 2), date(2018, 5, 2))
    return replace(passage_at("In the port town raiders burned three boats."), place="Porta", on=day)


def test_year_is_changed_to_one_the_reports_do_not_support(passage_at: Callable[[str], Passage]) -> None:
    held = _held(passage_at)
    made = alter([_question("how many boats were burned in the port town in May 2018")], lambda _: [held], [held], ["Porta"])
    (year,) = [a for a in made if a.how == "year"]
    assert "2018" not in year.question.question
    assert not year.question.answerable
    assert year.question.answers == ()
    assert year.source == "q1"


def test_place_is_changed_to_another_only_when_nothing_speaks_of_both(passage_at: Callable[[str], Passage]) -> None:
    held = _held(passage_at)
    question = _question("how many boats were burned in Porta")
    held = replace(held, text=held.text.replace("town", "Porta"))
    other = replace(held, id="other", place="Ulm", text="The fair began.")
    (made,) = alter([question], lambda _: [held], [held, other], ["Porta", "Ulm"])
    assert (made.how, made.question.question) == ("place", "how many boats were burned in Ulm")
    busy = replace(other, text="In Ulm boats were burned.")
    assert alter([question], lambda _: [held], [held, busy], ["Porta", "Ulm"]) == []


def test_roles_change_unless_the_evidence_speaks_of_the_other_too(passage_at: Callable[[str], Passage]) -> None:
    questions = [_question("how many soldiers died", id=f"q{n}") for n in range(9)]
    spoken_of = replace(_held(passage_at), text="Twelve soldiers died. The attackers fled from the villagers.")
    assert {a.how for a in alter(questions, lambda _: [spoken_of], [spoken_of], [])} == {"name"}
    silent = replace(spoken_of, text="Twelve soldiers died.")
    made = alter(questions, lambda _: [silent], [silent], [])
    texts = {a.question.question for a in made if a.how == "role"}
    assert texts
    assert texts <= {"how many attackers died", "how many civilians died"}


def test_name_is_asked_for_instead_of_a_number(passage_at: Callable[[str], Passage]) -> None:
    made = alter([_question("how many boatmen were killed at the mill")], lambda _: [], [], [])
    (name,) = [a.question.question for a in made if a.how == "name"]
    assert name.endswith("names of the boatmen who were killed at the mill")


def test_same_questions_are_made_every_time(passage_at: Callable[[str], Passage]) -> None:
    held = _held(passage_at)
    questions = [_question(f"how many boats were burned in town {n} in 2018", id=f"q{n}") for n in range(9)]

    def made(seed: int) -> list[str]:
        return [a.question.question for a in alter(questions, lambda _: [held], [], [], seed)]

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_unanswerable_questions_and_follow_ups_are_left_alone() -> None:
    questions = [_question("how many died in 2018", answerable=False), _question("how many died in 2018", kind="as_of")]
    assert alter(questions, lambda _: [], [], []) == []
