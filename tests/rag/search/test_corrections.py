from __future__ import annotations

import pytest
from made_lexicon import made_lexicon

from rag.search.corrections import correct
from rag.search.lexicon import Lexicon
from rag.search.question import understand
from rag.settings import Understanding
from rag.types import Correction

TEXTS = (
    "Gunmen attacked the camp at Bandjagara. Hostages were taken near Niafunké by Boko Haram.",
    "Peacekeepers left Bandjagara in January 2018. The camps are empty.",
    "Soumaïla Cissé was freed.",
)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return made_lexicon(*TEXTS)


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("bandiagarra", "Bandjagara"),
        ("Niafounke", "Niafunké"),
        ("hostges", "Hostages"),
        ("pecekeepers", "Peacekeepers"),
        ("bokoharam", "Boko Haram"),
        ("Sumaila", "Soumaïla"),
    ],
)
def test_typing_error_is_corrected_and_told(lexicon: Lexicon, typed: str, used: str) -> None:
    assert correct(f"who saw {typed} then", lexicon) == (f"who saw {used} then", (Correction(typed, used),))


@pytest.mark.parametrize(
    "text",
    [
        "who attacked camps at bandjagara",  # in the reports, if only under another ending
        "who prolonged the headcount",  # English
        "was BNDJ there",  # an abbreviation
        "who is Zyxwvut",  # like nothing
        "what of January 2018 and 2018-01-03",
    ],
)
def test_what_is_no_typing_error_stays(lexicon: Lexicon, text: str) -> None:
    assert correct(text, lexicon) == (text, ())


def test_question_shows_what_it_was_understood_as(lexicon: Lexicon) -> None:
    question = understand("who attacked bandiagarra", lexicon=lexicon)
    assert question.text == "who attacked bandiagarra"
    assert question.query == question.understood_as == "who attacked Bandjagara"
    assert question.names == ("Bandjagara",)
    assert question.corrections == (Correction("bandiagarra", "Bandjagara"),)


def test_correction_can_be_switched_off(lexicon: Lexicon) -> None:
    question = understand("who attacked bandiagarra", lexicon=lexicon, options=Understanding(typos=False))
    assert question.query == "who attacked bandiagarra"
    assert question.corrections == ()


def test_long_gibberish_is_not_looked_at_word_by_word(lexicon: Lexicon) -> None:
    typed = " ".join(["bandiagarra"] * 100)
    assert len(correct(typed, lexicon)[1]) == 12
    assert correct("x" * 1999, lexicon) == ("x" * 1999, ())
