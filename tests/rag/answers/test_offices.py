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
        ("interior minister who spoke of the dead", "The interior minister, Mo Baz, said that 12 died.", ["Mo Baz"]),
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
        ("who is the president", "French President Ada Sol visited Oldtown.", ["Ada Sol"]),
        ("who is the finance minister", "Minister of Finance Ken Ofori met the press.", ["Ken Ofori"]),
        ("who is the labour minister", "The labor minister Al Bo spoke.", ["Al Bo"]),
        ("who is the prime minister", "Deputy Prime Minister Bob Ray spoke.", []),
        ("which colonel led it", "Lieutenant Colonel Kofi Mensah led the men.", ["Kofi Mensah"]),
        ("which lieutenant led it", "Lieutenant Colonel Kofi Mensah led the men.", []),
        ("who is the army spokesman", "Army spokesman Col. Ali Said spoke.", ["Ali Said"]),
        ("who is the chief of staff", "The chief of staff, General Ali Said, spoke.", ["Ali Said"]),
        ("who is the president", "He met the president, Ken Ofori told reporters.", []),
        ("who is the president", "According to the president, Washington was to blame.", []),
        ("who is the president", "Bob Ray, the president's brother, was arrested.", []),
        ("who is the president of Chile", "Peru's former president Alan Rey met Chile's president, Eva Paz.", ["Eva Paz"]),
        ("who is the president", "The president of the chamber of commerce, Luis Vega, spoke.", []),
        ("who is the mayor", "Luis Vega, mayor of Lima, spoke.", ["Luis Vega"]),
        ("who was the general", "General Electric cut jobs.", []),
        ("which ministers resigned in June", "Health minister Ann Lee resigned.", ["Ann Lee"]),
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
        "What did he promise to do as mayor?",
        "Who attacked the town as the governor slept?",
        "Which party did he lead when he became prime minister?",
        "as president, who did he appoint?",
        "Who is President Sol?",
        "who was Captain Cook",
        "General Motors strike vote",
        "who is the director general of the agency",
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


@pytest.mark.parametrize(
    "query",
    [
        "which general seized power",
        "Who was the major killed in the strike?",
        "who took over as governor",
        "who became president",
    ],
)
def test_an_office_is_asked_for_in_many_ways(query: str) -> None:
    assert asked_office(understand(query)) is not None


def test_the_office_asked_for_can_be_switched_off() -> None:
    text = passage("June 1, 2019: At Oldtown the president, Ada Sol, spoke to Ann Lee.", report="a.txt")
    query, reader = "who was the president that spoke at Oldtown", PointingReader("Ann Lee")
    assert ask(query, text, reader=reader).short_answer == "Ada Sol"
    assert ask(query, text, reader=reader, offices=False).short_answer == "Ann Lee"
