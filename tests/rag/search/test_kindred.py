from __future__ import annotations

import numpy as np
import pytest
from test_evidence import passage

from rag.search.kindred import MOST_NEAR, Kin, Kindred, kindred_evidence, kindred_of, near_words
from rag.search.kindred_table import make_table
from rag.search.terms import stem
from rag.types import Question


def question(text: str, *names: str) -> Question:
    return Question(text=text, query=text, kind="what", names=names)


def everywhere(word: str) -> int:
    return 3


@pytest.mark.parametrize(("word", "near"), [("salary", "wages"), ("ballots", "voting"), ("slain", "killed"), ("urban", "towns")])
def test_table_knows_other_words_for_common_ones(word: str, near: str) -> None:
    assert near in near_words()[stem(word)]


def test_a_rarer_word_near_in_meaning_is_worth_no_more_than_the_word_itself() -> None:
    found = kindred_of(question("salary"), {"salary": 2.0, "wages": 5.0}.__getitem__, lambda word: int(word == "wages"))
    assert found is not None
    assert found.weight == 2.0
    assert found.words[0].near[0][0] == "wages"
    assert found.words[0].near[0][1] < 2.0


def test_names_and_function_words_have_no_kin() -> None:
    assert kindred_of(question("who is at Lorry Station", "Lorry Station"), lambda word: 1.0, everywhere) is None


def test_words_the_library_does_not_hold_stand_for_nothing() -> None:
    assert kindred_of(question("salary"), lambda word: 1.0, lambda word: 0) is None


def test_only_the_likest_words_stand_for_one() -> None:
    found = kindred_of(question("killed"), lambda word: 1.0, everywhere)
    assert found is not None
    assert len(found.words[0].near) <= MOST_NEAR


def test_passage_is_met_by_the_best_of_several_words_once() -> None:
    kindred = Kindred((Kin("salary", (("wages", 0.8), ("pay", 0.7))),), 2.0)
    assert kindred_evidence(kindred, passage("The wages were low. Pay came late.")) == pytest.approx(0.4)
    assert kindred_evidence(kindred, passage("Pay came late.")) == pytest.approx(0.35)
    assert kindred_evidence(kindred, passage("Nothing was paid.")) == 0.0


def test_passage_with_the_word_itself_needs_no_other() -> None:
    kindred = Kindred((Kin("salary", (("pay", 0.7),)),), 1.0)
    assert kindred_evidence(kindred, passage("Salaries and other pay.")) == 0.0


def test_table_leaves_out_inflections_and_what_is_not_alike() -> None:
    vectors = np.array([[1, 0], [0.96, 0.28], [0.8, 0.6], [0, 1]], dtype=np.float32)
    assert make_table(["truck", "trucks", "lorry", "pear"], vectors) == {
        "lorri": {"trucks": 0.94, "truck": 0.8, "pear": 0.6},
        "pear": {"lorry": 0.6},
        "truck": {"lorry": 0.94},
    }
