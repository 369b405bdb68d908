from __future__ import annotations

from datetime import date

import pytest
from answer_doubles import passage, retrieved

from rag.answers.citations import cite
from rag.answers.times.extremes import dated_question, find_extreme, fitting_events, outermost, tell_extreme
from rag.search.question import understand
from rag.types import Answer, Filters, Question

FIRST = passage("May 2, 2019: At Oldtown gunmen raided the depot.", date(2019, 5, 2), report="one.txt", place="Oldtown")
SECOND = passage("June 13, 2019: At Oldtown the depot was raided again.", date(2019, 6, 13), report="two.txt", place="Oldtown")
ELSEWHERE = passage("April 1, 2019: At Newtown gunmen raided a shop.", date(2019, 4, 1), report="three.txt", place="Newtown")
LOOKING_BACK = passage(
    "July 9, 2019: The depot at Oldtown was raided in May 2019 and in June.", date(2019, 7, 9), report="four.txt", is_lead=True
)


def flat(word: str) -> float:
    return 1.0


def unasked(text: str, filters: Filters) -> Answer:
    raise AssertionError(f"asked {text!r}")


def told(text: str, *, as_of: date | None = None) -> Answer | None:
    question = understand(text, filters=Filters(as_of=as_of))
    asked = find_extreme(question.query, question.kind)
    assert asked is not None
    held = [p for p in (FIRST, SECOND, ELSEWHERE, LOOKING_BACK) if as_of is None or (p.date and p.date <= as_of)]
    return tell_extreme(question, asked, fitting_events(question, asked, held, flat), unasked, retrieved(FIRST))


@pytest.mark.parametrize(
    "text",
    [
        "who won the first round",
        "what happened last week at Oldtown",
        "when did the First Lady visit Oldtown",
        "when was the camp freed at last",
        "when did the last unit leave",
        "how many did they slay first",
        "was ISGS part of the first raid on Oldtown",
        "what did the first victim of the attack say",
        "who was the first to be freed",
    ],
)
def test_ordinary_uses_of_first_and_last_order_nothing(text: str) -> None:
    assert find_extreme(text, understand(text).kind) is None


@pytest.mark.parametrize(
    ("text", "first", "what"),
    [
        ("when was the first attack on Oldtown", True, "attack"),
        ("last deadly raid in Oldtown", False, "raid"),
        ("What was the most recent suicide bombing in Oldtown?", False, "bomb"),
        ("when was Oldtown first raided", True, "raid"),
        ("who was killed last?", False, "kill"),
    ],
)
def test_events_are_put_in_order_by_noun_or_verb(text: str, first: bool, what: str) -> None:
    asked = find_extreme(text, understand(text).kind)
    assert asked is not None
    assert (asked.first, asked.what) == (first, what)


def test_the_first_and_the_last_are_told_by_their_own_days() -> None:
    first, last = told("When was the first raid on the depot at Oldtown?"), told("When was the depot at Oldtown last raided?")
    assert first is not None
    assert last is not None
    assert (first.short_answer, first.citations[0].report) == ("May 2, 2019", "one.txt")
    assert (last.short_answer, last.citations[0].report) == ("June 13, 2019", "two.txt")


def test_the_last_one_as_of_a_day_is_the_last_reported_by_then() -> None:
    answer = told("When was the last raid on the depot at Oldtown?", as_of=date(2019, 5, 31))
    assert answer is not None
    assert answer.short_answer == "May 2, 2019"


def test_the_days_of_the_question_bound_the_order() -> None:
    answer = told("When was the last raid on the depot at Oldtown before June 2019?")
    assert answer is not None
    assert answer.short_answer == "May 2, 2019"


def test_what_is_answered_with_the_sentence_without_its_date() -> None:
    answer = told("What was the last raid on the depot at Oldtown?")
    assert answer is not None
    assert answer.short_answer == "At Oldtown the depot was raided again."


def test_nothing_that_fits_is_no_answer() -> None:
    assert told("When was the first raid on the harbour at Faraway?") is None


def test_what_else_is_asked_of_the_event_is_asked_with_its_day() -> None:
    question = understand("Who carried out the first raid on the depot at Oldtown?")
    asked = find_extreme(question.query, question.kind)
    assert asked is not None
    seen: list[str] = []

    def ask(text: str, filters: Filters) -> Answer:
        seen.append(text)
        citation = cite(FIRST, FIRST.sentences[0], 1)
        inner: Question = understand(text)
        return Answer(inner, citation.quote, "gunmen", False, "", 0.8, (citation,), (), 0.0)

    events = fitting_events(question, asked, [FIRST, SECOND], flat)
    answer = tell_extreme(question, asked, events, ask, ())
    assert answer is not None
    assert answer.short_answer == "gunmen"
    assert answer.question is question
    event = outermost(events, first=True)
    assert event is not None
    assert (
        seen == [dated_question(question, asked, event)] == ["Who carried out the raid on the depot at Oldtown on May 2, 2019?"]
    )
