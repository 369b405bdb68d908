from __future__ import annotations

import numpy as np
import pytest

from eval import selective
from rag.models.reading_scores import auroc

ANSWERABLE = [True, True, True, False, False]
ABSTAINED = [False, True, False, True, False]


def test_abstention_worked_by_hand() -> None:
    assert selective.abstention_precision(ANSWERABLE, ABSTAINED) == 0.5
    assert selective.abstention_recall(ANSWERABLE, ABSTAINED) == 0.5
    assert selective.wrong_refusals(ANSWERABLE, ABSTAINED) == pytest.approx(1 / 3)


def test_abstention_is_undefined_where_its_side_is_empty() -> None:
    assert selective.abstention_precision([True], [False]) is None
    assert selective.abstention_recall([True], [True]) is None
    assert selective.wrong_refusals([False], [True]) is None
    assert auroc([True, True], [0.1, 0.2]) is None
    assert selective.risk_coverage_area([], []) is None
    assert selective.calibration_error([], []) is None


def test_auroc_counts_ties_half() -> None:
    # Pairs: (.9,.5) won, (.9,.1) won, (.5,.5) tied, (.5,.1) won.
    assert auroc([True, True, False, False], [0.9, 0.5, 0.5, 0.1]) == pytest.approx(3.5 / 4)


@pytest.mark.parametrize("seed", range(5))
def test_auroc_equals_the_count_over_all_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels, scores = rng.random(60) < 0.4, rng.integers(0, 8, 60) / 8
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[labels] for b in scores[~labels]]
    assert auroc(labels, scores) == pytest.approx(np.mean(pairs))


def test_risk_coverage_worked_by_hand() -> None:
    coverage, risk = selective.risk_coverage([0.2, 0.9, 0.6, 0.4], [False, True, False, True])
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3, 2 / 4])
    assert selective.risk_coverage_area([0.2, 0.9, 0.6, 0.4], [False, True, False, True]) == pytest.approx(
        (0 + 1 / 2 + 1 / 3 + 1 / 2) / 4
    )


def test_risk_of_equal_confidence_does_not_depend_on_order() -> None:
    first = selective.risk_coverage_area([0.5, 0.5, 0.5], [True, False, False])
    second = selective.risk_coverage_area([0.5, 0.5, 0.5], [False, False, True])
    assert first == second == pytest.approx(2 / 3)


def test_calibration_bins_worked_by_hand() -> None:
    bins = selective.calibration_bins([0.05, 0.95, 0.91, 1.0], [False, True, False, True], 10)
    assert [(b.low, b.n) for b in bins] == [(0.0, 1), (0.9, 3)]
    assert bins[1].accuracy == pytest.approx(2 / 3)
    assert bins[1].confidence == pytest.approx((0.95 + 0.91 + 1.0) / 3)
    expected = (0.05 + 3 * abs((0.95 + 0.91 + 1.0) / 3 - 2 / 3)) / 4
    assert selective.calibration_error([0.05, 0.95, 0.91, 1.0], [False, True, False, True]) == pytest.approx(expected)
