from __future__ import annotations

import numpy as np
import pytest

from eval import bootstrap


def test_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).random(50)
    assert bootstrap.mean_interval(values) == bootstrap.mean_interval(values)
    assert bootstrap.mean_interval(values) != bootstrap.mean_interval(values, seed=7)


def test_interval_of_a_mean_is_near_the_normal_one() -> None:
    values = np.random.default_rng(2).normal(10.0, 2.0, 400)
    low, high = bootstrap.mean_interval(values, resamples=4000) or (0.0, 0.0)
    margin = 1.96 * values.std(ddof=1) / np.sqrt(len(values))
    assert low == pytest.approx(values.mean() - margin, abs=0.03)
    assert high == pytest.approx(values.mean() + margin, abs=0.03)


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert bootstrap.mean_interval([1.0, 1.0, 1.0]) == (1.0, 1.0)


def test_no_values_have_no_interval() -> None:
    assert bootstrap.mean_interval([]) is None
    assert bootstrap.paired_interval([], []) is None
    assert bootstrap.percentile([], 50) is None


def test_many_values_are_resampled_in_blocks() -> None:
    values = np.arange(150_000) % 2
    low, high = bootstrap.mean_interval(values, resamples=20) or (0.0, 0.0)
    assert 0.49 < low <= high < 0.51


def test_paired_interval_is_of_the_difference() -> None:
    old = np.random.default_rng(3).random(100)
    low, high = bootstrap.paired_interval(list(old + 0.25), list(old)) or (0.0, 0.0)
    assert low == pytest.approx(0.25)
    assert high == pytest.approx(0.25)


def test_percentiles_worked_by_hand() -> None:
    assert bootstrap.percentile([4.0, 1.0, 3.0, 2.0], 50) == 2.5
    assert bootstrap.percentile([1.0, 2.0, 3.0], 95) == pytest.approx(2.9)
