"""Intervals by resampling questions (Efron's percentile bootstrap), paired differences, percentiles.

Seeded: the same input gives the same output.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 1000
SEED = 20180409
_BLOCK = 200_000  # values drawn at a time, which bounds memory at a few megabytes

Interval = tuple[float, float]


def mean_interval(values: ArrayLike, *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = SEED) -> Interval | None:
    """Interval of a mean.

    Args:
        values: One per question, shape (n,).
        level: Share of resampled means inside.
        resamples: Number of resamples.
        seed: Of the random numbers.

    Returns:
        Low and high end, or None without values.
    """
    data = np.asarray(values, dtype=float)
    return bounds(_resampled(data, resamples, seed), level) if len(data) else None


def paired_interval(
    new: Sequence[float], old: Sequence[float], *, level: float = 0.95, resamples: int = RESAMPLES, seed: int = SEED
) -> Interval | None:
    """Interval of the mean difference ``new - old`` of the same questions; None without questions."""
    return mean_interval(np.asarray(new, float) - np.asarray(old, float), level=level, resamples=resamples, seed=seed)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which ``share`` (0 to 100) per cent lie, between neighbours linearly; None without values."""
    return float(np.percentile(np.asarray(values, dtype=float), share)) if len(values) else None


def _resampled(data: NDArray[np.float64], resamples: int, seed: int) -> NDArray[np.float64]:
    """Means over resampled questions (the last axis), shape (..., resamples)."""
    generator = np.random.default_rng(seed)
    n = data.shape[-1]
    step = max(1, _BLOCK // n)
    parts = []
    for first in range(0, resamples, step):
        drawn = generator.integers(0, n, (min(step, resamples - first), n))
        parts.append(data[..., drawn].mean(axis=-1))
    return np.concatenate(parts, axis=-1)


def bounds(values: ArrayLike, level: float = 0.95) -> Interval:
    """The ends between which ``level`` of the resampled values lie."""
    low, high = np.percentile(np.asarray(values, dtype=float), [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)
