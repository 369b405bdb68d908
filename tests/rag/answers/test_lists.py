from __future__ import annotations

import numpy as np
import pytest
from answer_doubles import PointingReader, passage, retrieved

from rag.answers.evidence import FEATURES, ScoredSentence, score_sentences
from rag.answers.lists import items_in, number_asked, whole_list_first
from rag.search.question import understand

TEXT = "The troops left Aland in May. Troops remain in Bland, Cland and Dland."


def scored(query: str, *answers: str) -> list[ScoredSentence]:
    place = passage(TEXT)
    parts = [[(s.start, s.end) for s in place.sentences]]
    readings = PointingReader(*answers).read(query, [place], parts)
    weights = [1.0 if name == "cover" else 0.0 for name in FEATURES]
    return score_sentences(understand(query), retrieved(place), np.zeros(4, np.float32), {}, lambda word: 1.0, weights, readings)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("which three camps were raided", 3),
        ("Name the two colonels", 2),
        ("in which countries are the troops", 2),
        ("names of the hostages freed", 2),
        ("which camp was raided", 0),
        ("who led the raid", 0),
    ],
)
def test_number_of_things_asked_for(query: str, number: int) -> None:
    assert number_asked(query) == number


@pytest.mark.parametrize(
    ("value", "items"), [("Aland", 1), ("Aland and Bland", 2), ("Bland, Cland and Dland", 3), ("two men", 1)]
)
def test_items_are_the_names_of_a_list(value: str, items: int) -> None:
    assert items_in(value) == items


def test_a_near_sentence_with_the_whole_list_comes_first() -> None:
    sentences = scored("from which countries did the troops leave in May", "Aland", "Bland, Cland and Dland")
    assert sentences[0].text.startswith("The troops left Aland")
    first, *rest = whole_list_first(understand("from which countries did the troops leave in May"), sentences)
    assert first.text.startswith("Troops remain")
    assert len(rest) == len(sentences) - 1


def test_one_thing_asked_for_changes_nothing() -> None:
    sentences = scored("from where did the troops leave in May", "Aland", "Bland, Cland and Dland")
    assert whole_list_first(understand("from where did the troops leave in May"), sentences) == sentences
