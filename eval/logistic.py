"""Two small fits in plain numpy: logistic regression, and a listwise ranking."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fit_logistic(
    features: Floats, labels: NDArray[np.int_], weights: Floats | None = None, *, l2: float = 1.0, steps: int = 50
) -> tuple[float, Floats]:
    """Logistic regression by Newton's method (iteratively reweighted least squares).

    Args:
        features: Shape (n, d).
        labels: 0 or 1, shape (n,).
        weights: Of the examples, shape (n,); all 1 when None.
        l2: Penalty, half of it times the squared weights; the bias is free of it.
        steps: Most steps; it stops when nothing moves.

    Returns:
        Bias, and weights of shape (d,).
    """
    x = np.hstack([np.ones((len(features), 1)), features])
    worth = np.ones(len(x)) if weights is None else weights
    penalty = np.full(x.shape[1], l2)
    penalty[0] = 1e-6  # keeps the matrix regular when a class is missing
    beta = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (worth * (labels - p)) - penalty * beta
        curvature = (x * (worth * p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return float(beta[0]), beta[1:]


def fit_signed(
    features: Floats, labels: NDArray[np.int_], weights: Floats, signs: Sequence[int], *, l2: float = 1.0
) -> tuple[float, Floats]:
    """Logistic regression whose weights keep to known signs: the one furthest on the wrong side is dropped until none is.

    Features are scaled to unit spread for the fit, so that the penalty treats them alike; the weights returned are of the
    features as given.

    Args:
        features: Shape (n, d).
        labels: 0 or 1, shape (n,).
        weights: Of the examples, shape (n,).
        signs: 1 or -1 for each feature, 0 for either.
        l2: Penalty on squared weights of the scaled features.

    Returns:
        Bias, and weights of shape (d,); a dropped one is 0.
    """
    spread = features.std(axis=0)
    scale = np.where(spread > 1e-9, spread, 1.0)
    middle = features.mean(axis=0)
    scaled = (features - middle) / scale
    kept = spread > 1e-9
    wanted = np.asarray(signs)
    fitted = np.zeros(features.shape[1])
    while True:
        bias, found = fit_logistic(scaled[:, kept], labels, weights, l2=l2)
        fitted[:] = 0.0
        fitted[kept] = found
        wrong = np.where(fitted * wanted < 0, np.abs(fitted), 0.0)
        if not wrong.any():
            break
        kept[int(wrong.argmax())] = False
    given = fitted / scale
    return bias - float(given @ middle), given


def shares(scores: Floats) -> Floats:
    """Softmax."""
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), dtype=float)


def fit_listwise(lists: Sequence[tuple[Floats, NDArray[np.bool_]]], dim: int, l2: float = 1.0, steps: int = 60) -> Floats:
    """Weights that give the positives of each list the greatest share of its softmax (ListNet's top-one loss, Cao et al. 2007).

    Minimised is ``-sum(log(sum of the positives' shares)) + l2 / 2 * |w|^2`` by Newton's method with halved steps; the curvature
    of the lists' normalisers stands for the whole, which keeps each step downhill.

    Args:
        lists: Features of shape (items, dim) and which items are positive; each list has a positive.
        dim: Number of features.
        l2: Penalty; above 0.
        steps: Most steps; it stops when nothing moves.

    Returns:
        Weights of shape (dim,).
    """
    w = np.zeros(dim)
    loss = _listwise_loss(lists, w, l2)
    for _ in range(steps):
        gradient, curvature = l2 * w, l2 * np.eye(dim)
        for x, positive in lists:
            p = shares(x @ w)
            inside = np.where(positive, p, 0.0)
            gradient = gradient + x.T @ (p - inside / max(inside.sum(), 1e-300))
            mean = p @ x
            curvature = curvature + (x * p[:, None]).T @ x - np.outer(mean, mean)
        step = np.linalg.solve(curvature, gradient)
        scale = 1.0
        while scale > 1e-4 and _listwise_loss(lists, w - scale * step, l2) > loss:
            scale /= 2
        if scale <= 1e-4:
            break
        w = w - scale * step
        loss = _listwise_loss(lists, w, l2)
        if np.abs(scale * step).max() < 1e-6:
            break
    return w


def _listwise_loss(lists: Sequence[tuple[Floats, NDArray[np.bool_]]], w: Floats, l2: float) -> float:
    total = l2 / 2 * float(w @ w)
    for x, positive in lists:
        total -= float(np.log(max(shares(x @ w)[positive].sum(), 1e-300)))
    return total
