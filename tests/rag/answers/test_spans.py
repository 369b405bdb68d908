from __future__ import annotations

import pytest
from answer_doubles import passage

from rag.answers.spans import NUMBER, candidates
from rag.search.question import understand

ENTRY = (
    "April 6, 2018: In the northeast (outside Gao) two gunmen opened fire on a vehicle and killed at least three "
    "peacekeepers from Niger."
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how many peacekeepers were killed near Gao", "at least three"),
        ("who opened fire on the vehicle", "two gunmen"),
        ("where was the vehicle attacked by gunmen", "Gao"),
        ("when were the peacekeepers killed", "April 6, 2018"),
    ],
)
def test_first_candidate_is_of_the_kind_asked_for(question: str, expected: str) -> None:
    place = passage(ENTRY, start=100)
    found = candidates(understand(question), place, place.sentences[0])
    assert found[0].text == expected
    assert place.text[found[0].span.start - 100 : found[0].span.end - 100] == expected


def test_why_is_the_clause_of_reason() -> None:
    place = passage("They withdrew because the road was mined, the army said.")
    (best, *_) = candidates(understand("why did they withdraw"), place, place.sentences[0])
    assert best.text.startswith("because the road was mined")


def test_sentence_without_a_number_offers_none() -> None:
    place = passage("Soldiers searched the town.")
    assert candidates(understand("how many soldiers searched the town"), place, place.sentences[0]) == []


def test_an_age_and_a_distance_count_nobody() -> None:
    place = passage("A 12-year-old girl was found 40km away with three girls.")
    found = candidates(understand("how many girls were found"), place, place.sentences[0])
    assert [c.text for c in found] == ["three"]
    assert "40km" in [c.text for c in candidates(understand("how far away was she"), place, place.sentences[0])]


def test_a_sum_keeps_its_currency() -> None:
    place = passage("The ransom was 5 million Nobo francs.")
    (best, *_) = candidates(understand("how much was the ransom"), place, place.sentences[0])
    assert best.text == "5 million Nobo francs"


def test_what_the_question_says_already_is_no_answer() -> None:
    place = passage("Boko Haram freed the girls after talks with Chad.")
    texts = [c.text for c in candidates(understand("who talked with Boko Haram"), place, place.sentences[0])]
    assert "Boko Haram" not in texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("about 60 men", "about 60"),
        ("more than a hundred dead", "more than a hundred"),
        ("13,000 peacekeepers", "13,000"),
        ("twenty-five people", "twenty-five"),
        ("$100 million a year", "$100 million"),
        ("dozens of cars", "dozens"),
        ("some 90 percent of it", "some 90 percent"),
        ("one hundred and fifty people", "one hundred and fifty"),
        ("two thousand three hundred people", "two thousand three hundred"),
        ("between 10 and 15 guards", "between 10 and 15"),
        ("10-15 guards", "10-15"),
        ("10–15 guards", "10–15"),
        ("some 10 to 15 guards", "some 10 to 15"),
        ("two or three guards", "two or three"),
        ("from 12 to 17", "12"),
        ("between 10 guards and 5 nurses", "10"),
        ("half a dozen guards", "half a dozen"),
        ("about 1\u00a0200 people", "about 1\u00a0200"),
        ("2,5 million people", "2,5 million"),
        ("$1.5m for the nurse", "$1.5m"),
        ("€2bn a year", "€2bn"),
        ("three and a half hours", "three and a half"),
        ("two-thirds of it", "two-thirds"),
        ("a 12-year-old girl", "12-year-old"),
        ("40km away", "40km"),
        ("Flight 447 killed 12", "12"),
        ("in Oldtown 30 men", "30"),
        ("took 30 to two hospitals", "30"),
        ("five to six guards", "five to six"),
    ],
)
def test_number_is_the_whole_expression(text: str, expected: str) -> None:
    match = NUMBER.search(text)
    assert match is not None
    assert match.group() == expected
