from __future__ import annotations

import pytest

from rag.answers.polarity import contradicted, denied_stems, denies, leaves_room_for_denial, opposed
from rag.answers.words import stem


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The army did not hold the town.", "The army held the town, which nobody had attacked; it holds it."),
        ("The men were identified.", "The men were not identified."),
        ("The men were identified.", "The men remained unidentified."),
        ("The bombing was claimed.", "Nobody has claimed the bombing."),
        ("The group claimed the raid.", "The group denied that it claimed the raid."),
        ("No soldiers were killed.", "Three soldiers were killed."),
        ("The clinic received insulin.", "The clinic has yet to receive insulin."),
    ],
)
def test_a_turned_statement_contradicts(claim: str, source: str) -> None:
    assert contradicted(claim, [source])


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("No one was hurt.", "Nobody was hurt."),
        ("The attackers are unidentified.", "The attackers have not been identified."),
        ("The raid killed two.", "The raid killed two, and it is not known who led it."),
        ("It was not only a raid.", "It was a raid."),
        ("It was the deadliest raid on the coast.", "No earlier raid on the coast had killed so many."),
        ("The soldiers may not enter the town.", "It is a town which no soldier may enter."),
        ("They do not speak the language.", "They speak neither the language nor its dialects."),
        ("Lessons are in Arabic instead of French.", "Lessons must no longer be in French but in Arabic."),
        ("The clinic has not received insulin.", "The clinic has yet to receive insulin."),
        ("The law is void.", "The court ruled that the law is void."),
        ("The gate was hit.", "It was not just the gate that was hit."),
        ("Residents had first spoken of ten dead.", "The army says 14 dead, not ten."),
    ],
)
def test_the_same_said_otherwise_does_not(claim: str, source: str) -> None:
    assert contradicted(claim, [source]) == []


def test_denial_ends_with_its_clause() -> None:
    denied, stated = denied_stems("They did not stop, but the army followed.")
    assert "stop" in denied
    assert "armi" in stated


def test_a_word_whose_opposite_is_said_is_found_unless_it_is_said_too() -> None:
    assert opposed("The army left Corvo.", "The army entered Corvo.")
    assert opposed("It fell before dawn.", "It fell after dawn.")
    assert opposed("The army left Corvo.", "The army entered Corvo and left it.") == []
    assert opposed("The army held Corvo.", "The army held Corvo.") == []


def test_a_plain_statement_leaves_no_room_for_a_denial() -> None:
    assert denies("The army did not hold the town.")
    for text in ("", "...", "It was not only the army.", "It was not long before they came.", "They came not far from here."):
        assert not denies(text, refusing=True), text
    assert not denies("They refused to come.")
    assert denies("They refused to come.", refusing=True)
    assert not denies("They refused to come.", refusing=True, but=[stem("refuse")])
    assert not leaves_room_for_denial("Three men drove to the coast.")
    for text in ("Nobody drove.", "The trucks are useless.", "Too many men drove.", "The post was undefended.", "They refused."):
        assert leaves_room_for_denial(text), text
