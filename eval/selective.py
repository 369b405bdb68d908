"""Declining to answer: how well confidence tells what the reports answer, and what is gained by declining.

``answerable`` and ``abstained`` run over the same questions. Abstention is the positive class: precision is the share of
declined questions that indeed have no answer, recall the share of questions without an answer that were declined.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


def abstention_precision(answerable: ArrayLike, abstained: ArrayLike) -> float | None:
    """Unanswerable among declined; None when nothing was declined."""
    return _share(~_flags(answerable), _flags(abstained))


def abstention_recall(answerable: ArrayLike, abstained: ArrayLike) -> float | None:
    """Declined among unanswerable; None when every question is answerable."""
    return _share(_flags(abstained), ~_flags(answerable))


def wrong_refusals(answerable: ArrayLike, abstained: ArrayLike) -> float | None:
    """Declined among answerable; None when no question is answerable."""
    return _share(_flags(abstained), _flags(answerable))


def _flags(values: ArrayLike) -> NDArray[np.bool_]:
    return np.asarray(values, dtype=bool)


def _share(wanted: NDArray[np.bool_], among: NDArray[np.bool_]) -> float | None:
    return float(wanted[among].mean()) if among.any() else None


def risk_coverage(confidence: ArrayLike, correct: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The risk-coverage curve (El-Yaniv and Wiener 2010; Geifman and El-Yaniv 2017).

    Questions are answered in the order of confidence; equal confidence is answered in no particular order, so that their mean
    risk counts for each.

    Args:
        confidence: Per question.
        correct: Per question, whether the answer given (or withheld) is right; answering an unanswerable one never is.

    Returns:
        Coverage (1/n, 2/n ... 1) and the share of wrong answers among those answered, both of shape (n,).
    """
    scores = np.asarray(confidence, dtype=float)
    wrong = 1.0 - np.asarray(correct, dtype=float)
    n = len(scores)
    if n == 0:
        return np.empty(0), np.empty(0)
    order = np.argsort(-scores, kind="stable")
    _, inverse, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    share = np.bincount(inverse, weights=wrong) / counts
    expected = share[inverse][order]
    answered = np.arange(1, n + 1)
    return answered / n, np.cumsum(expected) / answered


def risk_coverage_area(confidence: ArrayLike, correct: ArrayLike) -> float | None:
    """Mean risk over all coverages, 0 to 1, lower is better; None without questions."""
    _, risk = risk_coverage(confidence, correct)
    return float(risk.mean()) if len(risk) else None


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Questions of similar confidence.

    Attributes:
        low: Lowest confidence of the bin's range.
        high: Highest.
        n: Questions in it.
        confidence: Their mean confidence.
        accuracy: Share of them answered rightly.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def calibration_bins(confidence: ArrayLike, correct: ArrayLike, n_bins: int = 10) -> list[CalibrationBin]:
    """Questions in bins of equal width; empty bins are left out."""
    scores, right = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=float)
    place = np.minimum((scores * n_bins).astype(int), n_bins - 1)
    return [
        CalibrationBin(b / n_bins, (b + 1) / n_bins, int(mask.sum()), float(scores[mask].mean()), float(right[mask].mean()))
        for b in range(n_bins)
        if (mask := place == b).any()
    ]


def calibration_error(confidence: ArrayLike, correct: ArrayLike, n_bins: int = 10) -> float | None:
    """Expected calibration error: mean gap between confidence and accuracy, weighted by bin size; None without questions."""
    bins = calibration_bins(confidence, correct, n_bins)
    total = sum(b.n for b in bins)
    return sum(b.n * abs(b.confidence - b.accuracy) for b in bins) / total if total else None
