from __future__ import annotations

from datetime import date

import pytest

from rag.errors import UsageError
from rag.search.kinds import question_kind
from rag.search.question import MAX_CHARACTERS, clean_question, understand
from rag.settings import Understanding
from rag.types import DateRange, Filters, Turn


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("who ambushed US troops in October 2017", "who"),
        ("Which group attacked the hotel?", "who"),
        ("in which year was the coalition formed", "when"),
        ("what date did it happen", "when"),
        ("on which dates did the two sign", "when"),
        ("people killed at both camps", "how_many"),
        ("capture of the town date", "when"),
        ("is the list up to date", "yes_no"),
        ("By March 2017, did all five regions have a council?", "yes_no"),
        ("colonel malick karo, was he a member", "yes_no"),
        ("as of june 9 2017 was the missing man dead", "yes_no"),
        ("In October 2017, who was killed", "who"),
        ("as of june 9 2017 what was known of him", "what"),
        ("Of the two camps, which was hit first", "what"),
        ("Name the groups that, as of 2018, were active in the north", "list"),
        ("In 2017, was he named leader of which alliance?", "who"),
        ("The attack on the hotel, was carried out by which group?", "who"),
        ("loot from the post, may 2017 raid", "what"),
        ("how many peacekeepers died", "how_many"),
        ("gao bombing death toll jan 2017", "how_many"),
        ("convoy ambush march 2018 soldiers killed", "how_many"),
        ("market bombing number injured", "how_many"),
        ("what was hit and how were they killed", "how"),
        ("what took place at the market", "what"),
        ("How far is it from the border?", "how_much"),
        ("where was the hotel", "where"),
        ("which town was hit first", "where"),
        ("which groups merged in 2017", "list"),
        ("Name the five countries.", "list"),
        ("why did the talks fail", "why"),
        ("what was the reason for the raid", "why"),
        ("was the camp where they slept attacked", "yes_no"),
        ("did anyone claim it?", "yes_no"),
        ("what is a katiba", "what"),
        ("Who led the group when it lost its camp?", "who"),
        ("how many were in the town where the bus stopped", "how_many"),
        ("the town where it happened", "where"),
    ],
)
def test_kind_is_read_from_the_words(text: str, kind: str) -> None:
    assert question_kind(text) == kind


def test_control_and_invisible_characters_are_dropped() -> None:
    assert clean_question("  who\x00 \u200battacked\n\tKidal\u202e? ") == "who attacked Kidal?"


@pytest.mark.parametrize("text", ["", "   ", "?!…", "\x00\u200b"])
def test_question_without_words_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        clean_question(text)


def test_question_that_is_too_long_is_refused() -> None:
    assert clean_question("a" * MAX_CHARACTERS)
    with pytest.raises(UsageError, match="shorten it"):
        clean_question("a " * MAX_CHARACTERS)


def test_days_asked_for_are_found_whatever_the_case() -> None:
    question = understand("what happened in kidal in april 2018")
    assert [d.range for d in question.dates] == [DateRange(date(2018, 4, 1), date(2018, 4, 30))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("attacks since March 2018", DateRange(date(2018, 3, 1), date.max)),
        ("attacks after March 2018", DateRange(date(2018, 4, 1), date.max)),
        ("attacks before March 2018", DateRange(date.min, date(2018, 2, 28))),
        ("attacks until March 2018", DateRange(date.min, date(2018, 3, 31))),
    ],
)
def test_since_and_before_open_the_range(text: str, expected: DateRange) -> None:
    assert [d.range for d in understand(text).dates] == [expected]


def test_as_of_is_a_hard_limit_and_no_date_of_the_event() -> None:
    question = understand("as of March 2018 how many had died in Boni", filters=Filters(as_of=date(2019, 1, 1)))
    assert question.filters.as_of == date(2018, 3, 31)
    assert question.dates == ()


HISTORY = [Turn("user", "Who attacked the camp in Kidal on April 5, 2018?"), Turn("assistant", "Gunmen. [1]")]


def test_follow_up_is_shown_as_understood() -> None:
    question = understand("and how many were wounded?", HISTORY)
    assert question.text == "and how many were wounded?"
    assert question.understood_as == question.query == "how many were wounded (attacked the camp in Kidal on April 5, 2018)"
    assert question.kind == "how_many"
    assert [d.range for d in question.dates] == [DateRange(date(2018, 4, 5), date(2018, 4, 5))]


def test_follow_up_can_be_read_alone() -> None:
    question = understand("and how many were wounded?", HISTORY, options=Understanding(follow_ups=False))
    assert question.query == "and how many were wounded?"
    assert question.understood_as == ""
