from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from eval.calibrate import Example, centred, choose_threshold, cross_validated, fit, judge, label
from eval.logistic import fit_listwise, fit_logistic, fit_signed, shares
from eval.support import locate
from rag.answers.evidence import FEATURES, ScoredSentence
from rag.models.reading_scores import auroc
from rag.types import Passage, Question, Report, RetrievedPassage, Span


def test_fit_finds_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20_000, 2))
    p = 1 / (1 + np.exp(-(-1.0 + 2.0 * x[:, 0] - 0.5 * x[:, 1])))
    bias, weights = fit_logistic(x, (rng.random(len(x)) < p).astype(int), l2=1e-6)
    assert bias == pytest.approx(-1.0, abs=0.08)
    assert weights.tolist() == pytest.approx([2.0, -0.5], abs=0.08)


def test_fit_survives_data_that_can_be_parted() -> None:
    _, weights = fit_logistic(np.array([[0.0], [1.0]]), np.array([0, 1]), l2=1.0)
    assert 0 < weights[0] < 10


def test_fit_survives_a_missing_class() -> None:
    bias, _ = fit_logistic(np.array([[0.0], [1.0]]), np.array([0, 0]))
    assert bias < 0


def test_examples_count_as_much_as_they_weigh() -> None:
    x, y = np.array([[0.0], [1.0], [1.0]]), np.array([0, 1, 0])
    twice = fit_logistic(np.vstack([x, x[1:2]]), np.append(y, 1))
    weighed = fit_logistic(x, y, np.array([1.0, 2.0, 1.0]))
    assert twice[0] == pytest.approx(weighed[0])
    assert twice[1].tolist() == pytest.approx(weighed[1].tolist())


def test_feature_of_the_wrong_sign_is_dropped_and_the_rest_refitted() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(5_000, 3)) * [1.0, 10.0, 1.0] + [0.0, 5.0, 0.0]
    y = (rng.random(len(x)) < 1 / (1 + np.exp(-(x[:, 0] + 0.1 * x[:, 1] - x[:, 2])))).astype(int)
    bias, weights = fit_signed(x, y, np.ones(len(x)), (1, 1, 1), l2=1e-6)
    assert weights[2] == 0
    alone = fit_logistic(x[:, :2], y, l2=1e-9)
    assert [bias, *weights[:2]] == pytest.approx([alone[0], *alone[1]], abs=1e-3)


def test_feature_that_never_differs_weighs_nothing() -> None:
    _, weights = fit_signed(np.array([[0.0, 2.0], [1.0, 2.0]] * 10), np.array([0, 1] * 10), np.ones(20), (1, 1))
    assert weights[1] == 0 < weights[0]


def test_question_is_judged_without_any_of_its_report(examples: list[Example], monkeypatch: pytest.MonkeyPatch) -> None:
    import eval.calibrate as module

    used: list[set[str]] = []
    original = module.fit

    def watched(chosen: list[Example], l2: float) -> object:
        used.append({e.report for e in chosen})
        return original(chosen, l2)

    monkeypatch.setattr(module, "fit", watched)
    cross_validated(examples, 1.0)
    left_out = [{e.report for e in examples} - reports for reports in used]
    assert sorted(r for reports in left_out for r in reports) == sorted({e.report for e in examples})


def test_shares_sum_to_one_whatever_the_level() -> None:
    assert shares(np.array([1000.0, 1000.0])).tolist() == [0.5, 0.5]


def test_listwise_fit_is_at_a_minimum() -> None:
    rng = np.random.default_rng(3)
    lists = []
    for _ in range(60):
        x = rng.normal(size=(8, 3))
        chosen = rng.choice(8, p=shares(x @ np.array([2.0, -1.0, 0.0])))
        lists.append((x, np.arange(8) == chosen))
    w = fit_listwise(lists, 3, l2=0.1)
    assert w.tolist() == pytest.approx([2.0, -1.0, 0.0], abs=0.8)

    def loss(v: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return 0.05 * float(v @ v) - sum(float(np.log(shares(x @ v)[y].sum())) for x, y in lists)

    for axis in np.eye(3):
        assert loss(w) <= min(loss(w + 0.02 * axis), loss(w - 0.02 * axis))


def test_threshold_refuses_no_more_than_allowed() -> None:
    confidence = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.05])
    answerable = np.array([True] * 10 + [False])
    threshold = choose_threshold(confidence, answerable, 0.2)
    assert threshold == pytest.approx(0.3)
    assert (confidence[answerable] < threshold).mean() == pytest.approx(0.2)
    assert choose_threshold(confidence, np.zeros(11, dtype=bool), 0.2) == 0.0
    assert choose_threshold(confidence, answerable, 1.0) == 1.0


def test_sentence_is_evidence_or_may_be_right_or_is_not(report: Report, passage_at: Callable[[str], Passage]) -> None:
    evidence = locate("raiders burned three boats", report)
    assert evidence is not None

    def of(words: str) -> ScoredSentence:
        passage = passage_at(words)
        span = Span(passage.start, passage.end)
        return ScoredSentence(RetrievedPassage(passage, 1, 1.0), span, (0.0,) * len(FEATURES), None, None, 0.0)

    assert label(of("In the port town raiders burned three boats."), [evidence], ["three"]) == 1
    assert label(of("A patrol found a cache of rifles near the old mill."), [evidence], ["the old mill"]) == -1
    assert label(of("No one was arrested."), [evidence], ["three"]) == 0


def _alike(word: str) -> float:
    return 1.0


@pytest.fixture
def examples(passage_at: Callable[[str], Passage]) -> list[Example]:
    """Eighty questions of six sentences; the first sentence of each answerable one stands out by its first feature."""
    rng = np.random.default_rng(1)
    passage = passage_at("No one was arrested.")
    made = []
    for index in range(80):
        features = rng.random((6, len(FEATURES)))
        labels = np.zeros(6, dtype=int)
        if answerable := index % 4 != 0:
            labels[0] = 1
            features[0, 0] += 1.5
        sentences = tuple(
            ScoredSentence(RetrievedPassage(passage, 1, 1.0), Span(passage.start, passage.end), tuple(row), None, None, 0.0)
            for row in features.tolist()
        )
        made.append(Example(Question("q", "q"), answerable, sentences, labels, _alike, f"report {index % 20}"))
    return made


def test_calibration_prefers_the_feature_that_tells_evidence(examples: list[Example]) -> None:
    calibration = fit(examples, 1.0)
    judged = judge(examples, calibration)
    answerable = np.array([e.answerable for e in examples])
    assert calibration.ranking[0] == max(calibration.ranking) > 0
    assert judged.right[answerable].mean() > 0.9
    assert not judged.right[~answerable].any()
    assert judged.confidence[answerable].mean() > judged.confidence[~answerable].mean() + 0.3


def test_threshold_becomes_one_half(examples: list[Example]) -> None:
    calibration = fit(examples, 1.0)
    before, after = judge(examples, calibration), judge(examples, centred(calibration, 0.3))
    assert (after.confidence < 0.5).tolist() == (before.confidence < 0.3).tolist()
    assert centred(calibration, 0.0) == calibration


def test_unseen_questions_are_told_apart_too(examples: list[Example]) -> None:
    unseen = cross_validated(examples, 1.0)
    answerable = [e.answerable for e in examples]
    assert (auroc(answerable, unseen.confidence) or 0) > 0.9
    assert unseen.confidence.tolist() == cross_validated(examples, 1.0).confidence.tolist()
