from __future__ import annotations

import pytest

from rag.answers.words import NEAR, content_words, related, stem, told


def stems(text: str) -> list[str]:
    return [w.stem for w in content_words(text)]


def test_function_words_are_left_out_and_places_kept() -> None:
    text = "Who killed the soldiers?"
    assert [text[w.start : w.end] for w in content_words(text)] == ["killed", "soldiers"]


def test_dotted_acronym_is_the_word_without_dots() -> None:
    assert stems("U.S. troops") == stems("US troops")


def test_lower_case_us_is_the_country_before_a_noun_only() -> None:
    assert stems("us troops") == stems("US troops")
    assert stems("tell us who it was") == []


def test_possessive_is_the_name() -> None:
    assert stems("Mali’s army") == stems("Mali army")


def test_words_of_one_outcome_are_related_and_count_less_than_equal_ones() -> None:
    (dead,), (killed,) = stems("dead"), stems("killed")
    assert related(dead, frozenset({dead})) == 1.0
    assert 0 < related(dead, frozenset({killed})) < 1
    assert related(dead, frozenset(stems("wounded"))) == 0


@pytest.mark.parametrize(
    ("word", "text", "worth"),
    [
        ("freed", "They were released in May.", 1.0),
        ("murdered", "He was shot dead.", 1.0),
        ("married", "The wedding was in June.", NEAR),
        ("opened", "It rained all day.", 0.0),
    ],
)
def test_a_word_is_told_by_itself_its_class_or_one_near_in_meaning(word: str, text: str, worth: float) -> None:
    assert told(stem(word), text) == worth
