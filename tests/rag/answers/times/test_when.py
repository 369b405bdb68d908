from __future__ import annotations

from datetime import date

import pytest
from answer_doubles import passage, retrieved

from rag.answers.evidence import FEATURES, ScoredSentence
from rag.answers.spans import Candidate
from rag.answers.times.when import telling_first
from rag.answers.value import find_value
from rag.search.question import understand
from rag.types import Passage, Span


def sentence(place: Passage, index: int, cover: float, score: float) -> ScoredSentence:
    features = tuple(cover if name == "cover" else 0.0 for name in FEATURES)
    return ScoredSentence(retrieved(place)[0], place.sentences[index], features, None, None, score)


ENTRY = passage(
    "May 2, 2019: At Oldtown three guards were kidnapped. It was ten days later that the post was attacked.", date(2019, 5, 2)
)


def test_the_sentence_that_tells_the_event_goes_before_one_with_another_day() -> None:
    question = understand("When were the guards kidnapped at Oldtown?")
    other, telling = sentence(ENTRY, 1, 0.0, 8.0), sentence(ENTRY, 0, 0.9, 6.0)
    assert telling_first(question, [other, telling])[0] is telling


def test_a_sentence_that_alone_holds_a_word_of_the_question_stays_first() -> None:
    question = understand("When was the post attacked that the guards were kidnapped from at Oldtown?")
    other, telling = sentence(ENTRY, 1, 0.2, 8.0), sentence(ENTRY, 0, 0.9, 6.0)
    assert telling_first(question, [other, telling])[0] is other


@pytest.mark.parametrize(
    ("text", "asked", "day"),
    [
        (
            "May 11, 2019: Nine days after the blast in Oldtown the dead are counted.",
            "blast in Oldtown",
            "May 2, 2019",
        ),
        ("May 11, 2019: Nine days after the blast in Oldtown a court opened.", "opening of the court", "May 11, 2019"),
        (
            "May 4, 2019: At Oldtown searchers found the missing guard near the post that had been stormed two days earlier.",
            "the missing guard was found",
            "May 4, 2019",
        ),
        (
            "May 4, 2019: At Oldtown searchers found the missing guard near the post that had been stormed two days earlier.",
            "the post was stormed",
            "May 2, 2019",
        ),
    ],
)
def test_the_day_told_is_the_one_of_the_event_asked_about(text: str, asked: str, day: str) -> None:
    on = date(2019, 5, int(text.split()[1].strip(",")))
    place = passage(text, on)
    base = place.sentences[0]
    last = place.dates_in(base)[-1]
    pointed = Candidate(Span(last.start, last.end), last.text, 1.0)
    scored = ScoredSentence(retrieved(place)[0], base, tuple(0.0 for _ in FEATURES), pointed, None, 1.0)
    assert find_value(understand(f"When was {asked}?"), scored).text == day
