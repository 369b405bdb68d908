from __future__ import annotations

import pytest

from rag.answers.several.rows import find_row


def row(text: str, read: str, number: int = 0) -> str | None:
    start = text.index(read)
    found = find_row(text, start, start + len(read), number)
    return text[found.start : found.end] if found else None


@pytest.mark.parametrize(
    ("text", "read", "whole"),
    [
        ("Smugglers, poachers, miners and robbers were there.", "poachers, miners", "Smugglers, poachers, miners and robbers"),
        (
            "The band wants the mills, the bridges and the tolls of the valley, and it shares nothing.",
            "mills",
            "the mills, the bridges and the tolls of the valley",
        ),
        ("Troops stay in Arland, Borland and New Corland, and nobody leaves.", "Arland", "Arland, Borland and New Corland"),
        ("They freed Ann Smith, who is a nurse, and Bob Brown.", "Ann Smith", "Ann Smith, who is a nurse, and Bob Brown"),
        (
            "The law lets them search houses at night, to close roads and to shut markets.",
            "search houses",
            "search houses at night, to close roads and to shut markets",
        ),
        ("Two guards from Oldtown and a driver were killed.", "Two guards", "Two guards from Oldtown and a driver"),
        (
            "a raid in which Arlandish, Borlandish and Corlandish troops worked with them",
            "Borlandish and Corlandish",
            "Arlandish, Borlandish and Corlandish troops",
        ),
        (
            "It holds the barracks for the north, the school and a huge displaced population.",
            "barracks",
            "the barracks for the north, the school and a huge displaced population",
        ),
        ("Here (Oldtown and Newtown, both by the lake) posts burnt, and one man fled.", "Oldtown", "Oldtown and Newtown"),
    ],
)
def test_a_piece_of_a_row_gives_the_whole(text: str, read: str, whole: str) -> None:
    found = row(text, read)
    assert found is not None
    assert found.removeprefix("to ") == whole


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("In Oldtown gunmen came and shot the guard.", "gunmen"),
        ("Four becomes IV, Five becomes V, Six becomes VI and Seven becomes VII.", "Six"),
        ("The mayor signed, and so did three of the farmers.", "The mayor"),
        ("The mayor signed.", "mayor"),
        ("It shook the old fort, and the fire did the rest.", "fort"),
    ],
)
def test_clauses_side_by_side_are_no_row(text: str, read: str) -> None:
    assert row(text, read) is None


def test_a_row_is_cut_to_the_number_asked_for() -> None:
    text = "Two bands friendly to the mayor, Reds and Blues took it."
    assert row(text, "Reds", 2) == "Reds and Blues"
