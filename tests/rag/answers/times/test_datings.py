from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from answer_doubles import passage, retrieved

from rag.answers.composition import Composition
from rag.answers.evidence import FEATURES, score_sentences
from rag.answers.times.datings import differing_dates
from rag.search.question import understand
from rag.types import Passage

RAID = "May 2, 2019: At Oldtown gunmen raided the camp."


def compose(text: str, *passages: Passage) -> Composition | None:
    question = understand(text)
    weights = [1.0 if name in ("cover", "context_cover", "typed") else 0.0 for name in FEATURES]
    scored = score_sentences(question, retrieved(*passages), np.zeros(4, np.float32), {}, lambda word: 1.0, weights)
    return differing_dates(question, scored, passages, lambda word: 1.0)


@pytest.mark.parametrize(
    "other",
    [
        "Some accounts give the date of the raid as May 3.",
        "A newspaper puts the raid on May 3.",
        "In Newtown an outlet wrote Friday, May 3.",
        "The agencies moved the raid to May 3.",
    ],
)
def test_a_second_date_given_for_the_event_is_shown_beside_its_own(other: str) -> None:
    found = compose("When was the camp at Oldtown raided?", passage(f"{RAID} {other}", date(2019, 5, 2)))
    assert found is not None
    assert found.short == "May 2, 2019; or: May 3, 2019"
    assert len(found.quotes) == 2


def test_two_dates_of_one_sentence_are_one_quote() -> None:
    told = passage("May 9, 2019: The raid on Oldtown is not forgotten. Some have May 2 and some May 3.", date(2019, 5, 9))
    found = compose("On what day was the raid on Oldtown?", told)
    assert found is not None
    assert found.short.endswith("May 2, 2019; or: May 3, 2019")


@pytest.mark.parametrize(
    "other", ["The army said on May 3 that it had counted ten dead.", "On May 3 the governor came to see the damage.", ""]
)
def test_the_day_on_which_something_was_said_or_done_is_no_second_date(other: str) -> None:
    assert compose("When was the camp at Oldtown raided?", passage(f"{RAID} {other}".strip(), date(2019, 5, 2))) is None


def test_a_question_for_no_date_is_not_answered_with_dates() -> None:
    told = passage(f"{RAID} A newspaper puts the raid on May 3.", date(2019, 5, 2))
    assert compose("Who raided the camp at Oldtown?", told) is None
