"""Countries and the words that belong to them."""

from __future__ import annotations

import pytest

from rag.reports.countries import DEMONYMS, country_forms, country_of, governed_from


@pytest.mark.parametrize(
    ("word", "country"),
    [
        ("US", "United States"),
        ("U.S.", "United States"),
        ("Americans", "United States"),
        ("us", ""),
        ("Nigerien", "Niger"),
        ("Nigerians", "Nigeria"),
        ("Côte d’Ivoire", "Ivory Coast"),
        ("the Gambia", "Gambia"),
        ("Niger", "Niger"),
        ("car", ""),
        ("Gao", ""),
        ("", ""),
    ],
)
def test_the_country_behind_a_word(word: str, country: str) -> None:
    assert country_of(word) == country


def test_forms_of_a_country_start_with_its_name() -> None:
    assert country_forms("American")[:3] == ("United States", "American", "US")
    assert country_forms("Gao") == ()


def test_every_form_leads_back_to_its_country() -> None:
    assert {form: country_of(form) for forms in DEMONYMS.values() for form in forms} == {
        form: country for country, forms in DEMONYMS.items() for form in forms
    }
    assert all(country_of(country) == country for country in DEMONYMS)


@pytest.mark.parametrize(
    ("seat", "country"),
    [
        ("Paris", "France"),
        ("paris", "France"),
        ("N’Djaména", "Chad"),
        ("Ndjamena", "Chad"),
        ("The Hague", "Netherlands"),
        ("Gao", ""),
    ],
)
def test_a_seat_of_government_leads_to_its_country(seat: str, country: str) -> None:
    assert governed_from(seat) == country
    assert not country or country in DEMONYMS
