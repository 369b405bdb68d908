from __future__ import annotations

import numpy as np
import pytest

from eval.calibrate import Examples, balanced, calibrate, choose_threshold, cross_validated, fit_logistic
from eval.selective import auroc
from rag.answers.evidence import FEATURES


def test_fit_finds_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20_000, 2))
    p = 1 / (1 + np.exp(-(-1.0 + 2.0 * x[:, 0] - 0.5 * x[:, 1])))
    labels = (rng.random(len(x)) < p).astype(int)
    model = fit_logistic(x, labels, np.ones(len(x)), l2=1e-6)
    assert model.bias == pytest.approx(-1.0, abs=0.08)
    assert model.weights == pytest.approx((2.0, -0.5), abs=0.08)


def test_fit_survives_data_that_can_be_parted() -> None:
    model = fit_logistic(np.array([[0.0], [1.0]]), np.array([0, 1]), np.ones(2), l2=1.0)
    assert 0 < model.weights[0] < 10


def test_classes_weigh_the_same_when_balanced() -> None:
    labels = np.array([1, 0, 0, 0])
    weights = balanced(labels)
    assert weights[labels == 1].sum() == pytest.approx(weights[labels == 0].sum())
    assert balanced(np.array([0, 0])).tolist() == [1.0, 1.0]


def test_threshold_refuses_no_more_than_allowed() -> None:
    confidence = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.05])
    answerable = np.array([True] * 10 + [False])
    threshold = choose_threshold(confidence, answerable, 0.2)
    assert threshold == pytest.approx(0.3)
    assert (confidence[answerable] < threshold).mean() == pytest.approx(0.2)
    assert choose_threshold(confidence, np.zeros(11, dtype=bool), 0.2) == 0.0


def examples() -> Examples:
    """Eighty questions of six sentences; the first sentence of each answerable one stands out by its first feature."""
    rng = np.random.default_rng(1)
    n_questions, n_each = 80, 6
    features = rng.random((n_questions * n_each, len(FEATURES)))
    question = np.repeat(np.arange(n_questions), n_each)
    answerable = np.arange(n_questions) % 4 != 0
    positive = np.zeros(len(features), dtype=int)
    for index in range(n_questions):
        if answerable[index]:
            positive[index * n_each] = 1
            features[index * n_each, 0] += 1.5
    return Examples(features, positive, question, answerable)


def test_model_prefers_the_feature_that_tells_evidence() -> None:
    data = examples()
    model, confidence, right = calibrate(data, 1.0)
    assert model.weights[0] == max(model.weights) > 0
    assert right[data.answerable].mean() > 0.9
    assert not right[~data.answerable].any()
    assert confidence[data.answerable].mean() > confidence[~data.answerable].mean() + 0.3


def test_unseen_questions_are_told_apart_too() -> None:
    data = examples()
    unseen = cross_validated(data, 1.0)
    assert (auroc(data.answerable, unseen) or 0) > 0.9
    assert unseen.tolist() == cross_validated(data, 1.0).tolist()
