from __future__ import annotations

import pytest

from rag.search.fusion import ranked, reciprocal_ranks, scale_by_best, weighted_sum


def test_best_lexical_score_becomes_one_and_zero_stays_zero() -> None:
    assert scale_by_best({"a": 8.0, "b": 2.0, "c": 0.0}) == {"a": 1.0, "b": 0.25, "c": 0.0}


def test_one_candidate_and_equal_scores_scale_to_one() -> None:
    assert scale_by_best({"a": 0.3}) == {"a": 1.0}
    assert scale_by_best({"a": 2.0, "b": 2.0}) == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize("scores", [{}, {"a": 0.0, "b": 0.0}, {"a": -1.0}])
def test_nothing_above_zero_scales_to_zero(scores: dict[str, float]) -> None:
    assert scale_by_best(scores) == dict.fromkeys(scores, 0.0)


def test_weighted_sum_by_hand() -> None:
    lexical = {"a": 1.0, "b": 0.5}
    dense = {"b": 0.8, "c": 0.6}
    fused = weighted_sum([(0.25, lexical), (0.75, dense)])
    assert fused == pytest.approx({"a": 0.25, "b": 0.725, "c": 0.45})
    assert ranked(fused) == ["b", "c", "a"]


def test_reciprocal_ranks_by_hand() -> None:
    # a: 1/61 + 1/62, b: 1/62 + 1/61, c: 1/63
    fused = reciprocal_ranks([["a", "b", "c"], ["b", "a"]])
    assert fused == pytest.approx({"a": 0.0325224, "b": 0.0325224, "c": 0.0158730}, abs=1e-6)
    assert ranked(fused) == ["a", "b", "c"]
    assert reciprocal_ranks([["a"]], k=0) == {"a": 1.0}
    assert reciprocal_ranks([]) == {}


def test_equal_scores_stand_in_the_order_of_ids() -> None:
    assert ranked({"z": 1.0, "a": 1.0, "m": 2.0}) == ["m", "a", "z"]
