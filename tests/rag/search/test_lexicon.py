from __future__ import annotations

import pytest
from made_lexicon import made_lexicon

from rag.search.lexicon import Lexicon

TEXTS = (
    "Fighters of Red Lantern Company took the town of Marsabeto. The rescue came late.",
    "Near Marsabeto the Zubi Rescue Committee counted the dead of a raid by al Mizan.",
    "The Northern Relief Council (NRC) fed people in Oldwater and in western Kenya. A red truck burned.",
    "In the town the police of Kenya met US troops and spoke with the Northern Relief Council of the drought.",
)


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return made_lexicon(*TEXTS)


def names(lexicon: Lexicon, text: str) -> list[str]:
    return [name.text for name in lexicon.names(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("who took marsabeto", ["marsabeto"]),
        ("what did red lantern company take", ["red lantern company"]),
        ("who drove the red truck", []),
        ("raid of al mizan near marsabeto", ["al mizan", "marsabeto"]),
        ("where does the northern relief council work", ["northern relief council"]),
        ("nrc in oldwater", ["nrc", "oldwater"]),
        ("kenyan police", ["kenyan"]),
        ("did us troops come", ["us"]),
        ("did they help us", []),
        ("who came to the rescue in western kenya", ["kenya"]),
        ("marsabeto january 2018", ["marsabeto"]),
    ],
)
def test_names_are_told_in_small_letters(lexicon: Lexicon, text: str, expected: list[str]) -> None:
    assert names(lexicon, text) == expected


def test_names_in_capitals_that_no_report_has_are_kept(lexicon: Lexicon) -> None:
    assert names(lexicon, "Who shelled Qaryatu near Marsabeto?") == ["Qaryatu", "Marsabeto"]


def test_capitals_of_a_title_tell_nothing(lexicon: Lexicon) -> None:
    assert names(lexicon, "Which Fighters Took The Town Marsabeto Before Winter") == ["Marsabeto"]


def test_mentions_point_into_the_text(lexicon: Lexicon) -> None:
    text = "did red lantern company hit oldwater?"
    assert [text[name.start : name.end] for name in lexicon.names(text)] == names(lexicon, text)


def test_two_words_are_given_as_the_reports_write_them(lexicon: Lexicon) -> None:
    assert lexicon.together("al", "mizan") == "al Mizan"
    assert lexicon.together("al", "zubi") == ""
