from __future__ import annotations

import pytest
from answer_doubles import PointingReader, passage
from test_extractive import ask

from rag.answers.offices import asked_office, find_holders
from rag.search.question import understand

BOTH = "There was a civilian president for the time being, Ada Sol, and a civilian prime minister, Bram Tey."


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("Who was the president?", BOTH, ["Ada Sol"]),
        ("Who was the prime minister that the guards arrested?", BOTH, ["Bram Tey"]),
        ("name the prime minister seized in May", "Prime Minister Bram Tey asked the men to sit down.", ["Bram Tey"]),
        ("heads of government held in the coup", "Prime Minister Bram Tey asked the men to sit down.", ["Bram Tey"]),
        ("which colonel led it", "The next day Colonel Cai Orr explained why.", ["Cai Orr"]),
        ("Who became head of state?", "Cai Orr has since become president himself.", ["Cai Orr"]),
        ("Who is the president?", "Ada Sol, the president of Nobo, spoke.", ["Ada Sol"]),
        (
            "who was the defence minister",
            "Dan Ulm, the defense minister, and an interior minister, Eva Lark, met.",
            ["Dan Ulm"],
        ),
        ("Who was the minister of the interior?", "The defense minister, Dan Ulm, spoke.", []),
        ("Who was the Nobo minister of defence?", "The minister of defense, Dan Ulm, spoke.", ["Dan Ulm"]),
        ("Who was the president?", "Two colonels of the guard, Cai Orr and Dan Ulm, were left out.", []),
        ("Who was the president?", "The president and Prime Minister Bram Tey were taken away.", []),
    ],
)
def test_holders_are_the_names_that_a_sentence_gives_the_office(query: str, text: str, expected: list[str]) -> None:
    office = asked_office(understand(query))
    assert office is not None
    assert [text[s.start : s.end] for s in find_holders(text, office)] == expected


@pytest.mark.parametrize(
    "query",
    [
        "what did the president say",
        "what was the president's plan",
        "when was the prime minister arrested",
        "what major attack happened in May",
        "what general conclusion was drawn",
        "who arrested the president",
        "how many colonels were there",
    ],
)
def test_an_office_that_is_only_spoken_of_is_not_asked_for(query: str) -> None:
    assert asked_office(understand(query)) is None


def test_the_holder_goes_before_the_names_of_others() -> None:
    seized = passage("June 1, 2019: At Oldtown the guards seized two of the colonels, Cai Orr and Dan Ulm.", report="a.txt")
    named = passage("June 1, 2019: At Oldtown the guards drove Prime Minister Bram Tey to the barracks.", report="b.txt")
    reader = PointingReader("Cai Orr", "barracks")
    answer = ask("who was the prime minister that the guards seized at Oldtown", seized, named, reader=reader)
    assert answer.short_answer == "Bram Tey"
    assert answer.citations[0].report == "b.txt"
