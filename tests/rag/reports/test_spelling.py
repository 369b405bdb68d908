"""Spellings that are equal or alike."""

from __future__ import annotations

import pytest

from rag.reports.spelling import fold, phonetic_key, similar_names


def test_folding_takes_accents_quotes_and_case() -> None:
    assert fold("Jamâ’ah “Dine” Sœur–É") == 'jama\'ah "dine" soeur-e'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bandjagara", "Bandiagara"),
        ("Koufa", "Kouffa"),
        ("Tuareg", "Touareg"),
        ("Djibo", "Jibo"),
        ("Ouagadougou", "Wagadugu"),
        ("Qaeda", "Qaida"),
        ("Mourabitoun", "Murabitun"),
    ],
)
def test_transliterations_sound_alike(one: str, other: str) -> None:
    assert phonetic_key(one)[:4] == phonetic_key(other)[:4]
    assert similar_names(one, ["Timbuktu", other, "Menaka"])[0][0] == other


def test_similar_names_are_ranked_and_few() -> None:
    found = similar_names("Bandjagara", ["Bandiagara", "bandjagara", "Bandajara", "Bamako", "Niamey"], limit=2)
    assert [name for name, _ in found] == ["bandjagara", "Bandiagara"]
    assert found[0][1] == 1.0


@pytest.mark.parametrize(
    ("word", "other"), [("Mali", "Male"), ("Niger", "Nigeria"), ("ISGS", "ISWAP"), ("Go", "Gao"), ("Chad", "Chat")]
)
def test_short_and_distinct_names_are_not_similar(word: str, other: str) -> None:
    assert similar_names(word, [other]) == []
