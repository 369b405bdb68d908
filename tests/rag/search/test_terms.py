from __future__ import annotations

from datetime import date

import pytest

from rag.search.terms import NameBook, holds, lexical_terms, name_forms, share_of_words, words_of
from rag.types import DateMention, DateRange, Question

BOOK = NameBook(
    [("WFP", "World Food Programme"), ("PAM", "World Food Programme"), ("FAO", "Food and Agriculture Organization")],
    ["bandjagara", "bridge", "touareg", "malik", "mali", "programme", "kouffa"],
)


def terms(text: str, *names: str, dates: tuple[DateMention, ...] = (), known: frozenset[str] = frozenset()) -> list[str]:
    question = Question(text=text, query=text, names=names, dates=dates)
    return lexical_terms(question, BOOK, lambda term: int(term.lower() in known))


def test_function_words_are_left_out() -> None:
    known = frozenset({"rebuilt", "bridge", "three", "years"})
    assert terms("Who rebuilt the bridge in three years?", known=known) == ["rebuilt", "bridge", "three", "years"]


def test_question_of_function_words_alone_keeps_them() -> None:
    assert terms("who was it?") == ["who", "was", "it"]


def test_capitals_make_a_name_of_a_function_word() -> None:
    known = frozenset({"us", "who", "troops"})
    assert terms("Did US troops meet WHO staff", known=known | {"staff", "meet"})[:5] == ["US", "troops", "meet", "WHO", "staff"]
    assert "WHO" not in terms("WHO REBUILT THE BRIDGE", known=frozenset({"rebuilt", "bridge"}))


def test_dotted_abbreviation_is_one_word_and_looked_for_without_dots() -> None:
    assert words_of("the U.S. and the E.U.") == ["the", "U.S.", "and", "E.U."]
    assert terms("U.S. troops", known=frozenset({"u.s.", "troops"})) == ["U.S.", "troops", "US"]
    assert "U.S." in terms("US troops", known=frozenset({"us", "troops"}))


def test_day_becomes_month_day_and_year() -> None:
    day = DateMention(0, 10, "2018-04-06", DateRange(date(2018, 4, 6), date(2018, 4, 6)), "absolute")
    assert {"April", "6", "2018"} <= set(terms("attacks on 2018-04-06", dates=(day,)))


def test_month_becomes_month_and_year_and_a_year_nothing() -> None:
    month = DateMention(0, 7, "2018-04", DateRange(date(2018, 4, 1), date(2018, 4, 30)), "partial")
    year = DateMention(0, 4, "2016", DateRange(date(2016, 1, 1), date(2016, 12, 31)), "partial")
    found = terms("attacks then", dates=(month, year), known=frozenset({"attacks"}))
    assert found == ["attacks", "April", "2018"]


def test_abbreviation_brings_its_long_form_and_back() -> None:
    assert "World Food Programme" in terms("What did the WFP say?", "WFP")
    found = terms(
        "What did the World Food Programme say?", "World Food Programme", known=frozenset({"world", "food", "programme"})
    )
    assert {"WFP", "PAM"} <= set(found)
    assert BOOK.other_forms("the World Food Programme") == ["WFP", "PAM"]
    assert BOOK.other_forms("Unknown Agency") == []


def test_name_is_looked_for_under_its_other_spelling() -> None:
    assert "bandjagara" in terms("Who attacked Bandiagara?", "Bandiagara")
    assert "touareg" in terms("Which Tuareg groups signed?", "Tuareg", known=frozenset({"tuareg"}))


def test_unknown_word_in_small_letters_is_corrected_too() -> None:
    assert "bridge" in terms("who rebuilt the brigde", known=frozenset({"rebuilt"}))


def test_known_name_keeps_away_from_other_names() -> None:
    assert "malik" not in terms("Who governs Mali?", "Mali", known=frozenset({"mali"}))
    book = NameBook([], ["blake", "victori", "victoria", "indiana", "supper", "touareg"])
    assert [book.spellings(word, known=True) for word in ("Black", "Victoria", "Indian", "Super")] == [[]] * 4
    assert book.spellings("Tuareg", known=True) == ["touareg"]


def test_own_stem_is_no_other_spelling() -> None:
    assert NameBook([], ["norman", "bridg"]).spellings("Normans", known=True) == []
    assert "bridg" not in NameBook([], ["bridg"]).spellings("bridges", known=False)


@pytest.mark.parametrize("word", ["", "ab", "2018", "x-1"])
def test_short_words_and_numbers_have_no_other_spelling(word: str) -> None:
    assert BOOK.spellings(word, known=False) == []


def test_forms_of_a_name() -> None:
    assert name_forms("WFP", BOOK)[:2] == ("wfp", "world food programme")
    assert {"mali", "malian"} <= set(name_forms("Malian", BOOK))
    assert {"u.s.", "us", "american", "united states"} <= set(name_forms("U.S.", BOOK))
    assert "bandjagara" in name_forms("Bandiagara", BOOK)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Father Orr", "orr"),
        ("President Ada Sol", "ada sol"),
        ("Prime Minister Tey", "tey"),
        ("Operation Monsoon", "monsoon"),
        ("Mr. Ulm", "ulm"),
    ],
)
def test_a_title_before_a_name_may_be_left_out(name: str, form: str) -> None:
    assert form in name_forms(name, BOOK)


def test_a_title_alone_is_a_name_like_any_other() -> None:
    assert name_forms("Major", BOOK) == ("major",)


@pytest.mark.parametrize("name", ["Mrs May", "Mayor of London", "General Assembly", "King Street", "Chief Justice", "DR Congo"])
def test_what_only_looks_like_a_title_stays(name: str) -> None:
    assert not {"may", "of london", "assembly", "street", "justice", "congo"} & set(name_forms(name, BOOK))


def test_whole_words_are_found_with_plural_or_possessive() -> None:
    assert holds("two malians met", "malian")
    assert holds("mali's army", "mali")
    assert not holds("malice", "mali")
    assert not holds("somalian", "malian")
    assert holds("the u.s. army", "u.s.")


def test_share_of_words() -> None:
    assert share_of_words("the food bank of the world", "world food programme") == pytest.approx(2 / 3)
    assert share_of_words("anything", "of a") == 0.0
