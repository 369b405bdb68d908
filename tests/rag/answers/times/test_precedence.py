from __future__ import annotations

from datetime import date

import pytest
from answer_doubles import passage, retrieved

from rag.answers.citations import cite
from rag.answers.times.precedence import Rivals, find_rivals, tell_precedence
from rag.search.question import understand
from rag.types import Answer, Filters

RAID = passage("May 2, 2019: At Oldtown gunmen raided the depot.", date(2019, 5, 2), report="may.txt")
BLAST = passage("June 13, 2019: At Newtown a bomb killed three guards.", date(2019, 6, 13), report="june.txt")


def by_place(text: str, filters: Filters) -> Answer:
    place = RAID if "raid" in text else BLAST
    citation = cite(place, place.sentences[0], 1)
    short = "May 2, 2019" if place is RAID else "June 13, 2019"
    return Answer(understand(text), f"{citation.quote} [1]", short, False, "", 0.8, (citation,), tuple(retrieved(place)), 0.0)


@pytest.mark.parametrize(
    ("text", "rivals"),
    [
        ("Which came first, the bomb at A or the raid on B?", Rivals("the bomb at A", "the raid on B", True)),
        ("what happened later: the vote or the truce", Rivals("the vote", "the truce", False)),
        ("Which took place earlier, the vote or the truce?", Rivals("the vote", "the truce", True)),
        ("Which hospital opened first, Mercy or Grace?", Rivals("Mercy", "Grace", True, "opened")),
        ("Which hospital opened its doors first, Mercy or Grace?", Rivals("Mercy", "Grace", True, "opened its doors")),
        ("Who was elected first, Smith or Jones?", Rivals("Smith", "Jones", True, "was elected")),
        ("Who left office first, Smith or Jones?", Rivals("Smith", "Jones", True, "left office")),
        ("Which party conceded last, the Reds or the Blues?", Rivals("the Reds", "the Blues", False, "conceded")),
        ("Which armed group fell first, the Reds or the Blues?", Rivals("the Reds", "the Blues", True, "fell")),
        ("Which town did the army take first, A or B?", Rivals("A", "B", True, "did the army take")),
        ("who won in the first round, Smith or Jones?", None),
        ("what was the first or second raid on Oldtown", None),
    ],
)
def test_two_events_are_told_from_ordinary_uses_of_first(text: str, rivals: Rivals | None) -> None:
    assert find_rivals(text) == rivals


@pytest.mark.parametrize(("order", "short"), [("first", "the raid at Oldtown"), ("last", "the bomb at Newtown")])
def test_the_days_of_both_tell_which_came_first(order: str, short: str) -> None:
    question = understand(f"Which came {order}, the bomb at Newtown or the raid at Oldtown?")
    answer = tell_precedence(question, by_place, ())
    assert answer is not None
    assert answer.short_answer == short
    assert {c.report for c in answer.citations} == {"may.txt", "june.txt"}
    assert all(day in answer.reason for day in ("May 2, 2019", "June 13, 2019"))


def test_events_of_one_day_have_no_order() -> None:
    question = understand("Which came first, the raid at Oldtown or the raid at Newtown?")
    assert tell_precedence(question, by_place, ()) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Which mill opened first, Newtown or the raid mill?", ["when Newtown opened?", "when the raid mill opened?"]),
        (
            "Who was elected first, the mayor or the raid leader?",
            ["when the mayor was elected?", "when the raid leader was elected?"],
        ),
        (
            "Which town did the army take first, Newtown or the raid base?",
            ["when did the army take Newtown?", "when did the army take the raid base?"],
        ),
        ("Which came first, the bomb or the raid?", ["when was the bomb?", "when was the raid?"]),
    ],
)
def test_what_befell_both_is_asked_of_each(text: str, asked: list[str]) -> None:
    seen: list[str] = []

    def ask(text: str, filters: Filters) -> Answer:
        seen.append(text)
        return by_place(text, filters)

    assert tell_precedence(understand(text), ask, ()) is not None
    assert seen == asked
