"""Fit the model that says whether a sentence answers, on the development questions: ``python -m eval.calibrate``.

Every sentence of the passages retrieved for a question is an example: positive when it shares half of an evidence quote, negative
otherwise; sentences that hold an acceptable answer outside the evidence are left out, they may well be right. Positives and
negatives weigh the same in sum, so that the few positives count; the bias is then fitted anew, by the highest probability of each
question against whether the answer drawn from it is backed by evidence, which makes the model's output a confidence. The
threshold is the highest that refuses at most a given share of answerable questions. Weights and threshold are printed, never
written: they belong to ``rag/answers/evidence.py`` and ``answering.abstain_below``, with the numbers of this run as the reason.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval import workbench
from eval.evalset import load_questions, shipped_files
from eval.metrics import contains
from eval.runner import Tick
from eval.scoring import Shelf, locate_evidence
from eval.selective import auroc
from eval.support import EvidenceSpan, half_shared
from eval.types import EvalQuestion
from rag.answers.evidence import FEATURES, LogisticModel, ScoredSentence
from rag.assistant import Assistant
from rag.errors import RagError
from rag.settings import Settings

Floats = NDArray[np.float64]
READ_PASSAGES = 20
"""As many passages as ``Assistant.ask`` weighs sentences of."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Sentences with their features.

    Attributes:
        features: Shape (n, features).
        positive: Shape (n,); 1 when the sentence is evidence, 0 when not, -1 when it may be right and is left out of the fit.
        question: Index of the question each belongs to, shape (n,).
        answerable: By question, shape (questions,).
    """

    features: Floats
    positive: NDArray[np.int_]
    question: NDArray[np.int_]
    answerable: NDArray[np.bool_]


def fit_logistic(
    features: Floats, labels: NDArray[np.int_], weights: Floats, *, l2: float = 1.0, steps: int = 50
) -> LogisticModel:
    """Logistic regression by Newton's method (iteratively reweighted least squares).

    Args:
        features: Shape (n, d).
        labels: 0 or 1, shape (n,).
        weights: Of the examples, shape (n,).
        l2: Penalty on the squared weights; the bias is free of it.
        steps: Most steps; it stops when nothing moves.

    Returns:
        The model.
    """
    x = np.hstack([np.ones((len(features), 1)), features])
    penalty = np.full(x.shape[1], l2)
    penalty[0] = 1e-9  # keeps the matrix regular when a class is missing
    beta = np.zeros(x.shape[1])
    for _ in range(steps):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (weights * (labels - p)) - penalty * beta
        curvature = (x * (weights * p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return LogisticModel(float(beta[0]), tuple(float(b) for b in beta[1:]))


def balanced(labels: NDArray[np.int_]) -> Floats:
    """Weights under which positives and negatives count the same, half the number of examples each."""
    share = labels.mean() if len(labels) else 0.0
    if share in (0.0, 1.0):
        return np.ones(len(labels))
    return np.where(labels == 1, 0.5 / share, 0.5 / (1 - share))


def collect(assistant: Assistant, questions: Sequence[EvalQuestion], tick: Tick) -> Examples:
    """Features of every sentence retrieved for every question.

    Args:
        assistant: To search with.
        questions: With evidence.
        tick: Called after each question.

    Returns:
        The examples.
    """
    located = locate_evidence(questions, Shelf(assistant.show))
    rows: list[tuple[float, ...]] = []
    labels: list[int] = []
    owner: list[int] = []
    asked = [q for q in questions if q.id in located.evidence]
    for index, question in enumerate(asked):
        understood = assistant.understand(question.question, history=question.history)
        retrieved = assistant.retriever.search(understood, READ_PASSAGES)
        accepted = [*question.answers, *(a for group in question.required for a in group)]
        for sentence in assistant.answerer.score(understood, retrieved):
            rows.append(sentence.features)
            labels.append(label(sentence, located.evidence[question.id], accepted))
            owner.append(index)
        tick()
    return Examples(
        np.array(rows, dtype=float).reshape(-1, len(FEATURES)),
        np.array(labels, dtype=int),
        np.array(owner, dtype=int),
        np.array([q.answerable for q in asked], dtype=bool),
    )


def label(sentence: ScoredSentence, evidence: Sequence[EvidenceSpan], accepted: Sequence[str]) -> int:
    """1 for evidence, -1 for a sentence that holds an acceptable answer elsewhere, else 0."""
    passage, span = sentence.retrieved.passage, (sentence.span.start, sentence.span.end)
    if any(piece.report_id == passage.report_id and any(half_shared(span, s) for s in piece.spans) for piece in evidence):
        return 1
    return -1 if any(contains(sentence.text, answer) for answer in accepted) else 0


def calibrate(examples: Examples, l2: float) -> tuple[LogisticModel, Floats, NDArray[np.bool_]]:
    """Fit the weights on sentences, then scale and bias on the best sentence of each question.

    Args:
        examples: Of the development questions.
        l2: Penalty.

    Returns:
        The model, the confidence of each question (0 where nothing was retrieved), and whether its best sentence is evidence.
    """
    kept = examples.positive >= 0
    labels = examples.positive[kept]
    ranking = fit_logistic(examples.features[kept], labels, balanced(labels), l2=l2)
    scores = examples.features @ np.array(ranking.weights)
    n = len(examples.answerable)
    best = np.full(n, -1, dtype=int)
    for place in np.argsort(scores, kind="stable"):  # the last one written is the highest
        best[examples.question[place]] = place
    found = best >= 0
    right = np.zeros(n, dtype=bool)
    right[found] = examples.positive[best[found]] != 0
    right &= examples.answerable
    outer = fit_logistic(scores[best[found]][:, None], right[found].astype(int), np.ones(int(found.sum())), l2=0.01)
    model = LogisticModel(outer.bias, tuple(outer.weights[0] * w for w in ranking.weights))
    confidence = np.zeros(n)
    confidence[found] = [model.probability(row) for row in examples.features[best[found]].tolist()]
    return model, confidence, right


def cross_validated(examples: Examples, l2: float, folds: int = 10, seed: int = 1) -> Floats:
    """Confidence of each question by a model fitted without it, which is what the weights are worth on new questions.

    Args:
        examples: Of the development questions.
        l2: Penalty.
        folds: Parts the questions are dealt into.
        seed: Of the deal.

    Returns:
        Shape (questions,).
    """
    n = len(examples.answerable)
    fold = np.random.default_rng(seed).permutation(n) % folds
    unseen = np.zeros(n)
    for held_out in range(min(folds, n)):
        seen = np.flatnonzero(fold != held_out)
        model, _, _ = calibrate(_only(examples, seen), l2)
        scores = examples.features @ np.array(model.weights) + model.bias
        for question in np.flatnonzero(fold == held_out):
            own = scores[examples.question == question]
            unseen[question] = 1 / (1 + np.exp(-own.max())) if len(own) else 0.0
    return unseen


def _only(examples: Examples, questions: NDArray[np.int_]) -> Examples:
    """The examples of some questions, numbered anew."""
    place = np.full(len(examples.answerable), -1)
    place[questions] = np.arange(len(questions))
    kept = place[examples.question] >= 0
    return Examples(
        examples.features[kept], examples.positive[kept], place[examples.question[kept]], examples.answerable[questions]
    )


def choose_threshold(confidence: Floats, answerable: NDArray[np.bool_], most_refused: float) -> float:
    """The highest threshold that refuses at most a share of the answerable questions; 0 when there is none of them."""
    known = np.sort(confidence[answerable])
    if not len(known):
        return 0.0
    return float(known[int(np.floor(most_refused * len(known)))])


def main(argv: Sequence[str] | None = None) -> int:
    """Fit and print.

    Args:
        argv: Arguments; those of the process when None.

    Returns:
        0, or 2 when there is nothing to fit on.
    """
    parser = argparse.ArgumentParser(prog="python -m eval.calibrate", description="Fit the answer model on the dev questions.")
    parser.add_argument("--questions", nargs="+", type=Path, metavar="FILE", help="default: the shipped development questions")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="default: the corpus setting")
    parser.add_argument("--l2", type=float, default=1.0, metavar="X", help="penalty on squared weights (default 1)")
    parser.add_argument(
        "--most-refused", type=float, default=0.08, metavar="S", help="share of answerable ones refused (default 0.08)"
    )
    options = parser.parse_args(argv)
    try:
        settings = Settings.load()
        corpus = options.corpus or settings.corpus
        settings = settings.changed({"home": workbench.corpus_home(corpus, settings)})
        questions = load_questions(options.questions or shipped_files("dev"), "dev")
        if not questions:
            workbench.note("no development questions to fit on")
            return 2
        workbench.prepare(settings, corpus)
        with Assistant(settings) as assistant, workbench.bar("questions", len(questions)) as tick:
            examples = collect(assistant, questions, tick)
    except RagError as error:
        workbench.note(str(error))
        return 2
    model, confidence, right = calibrate(examples, options.l2)
    unseen = cross_validated(examples, options.l2)
    threshold = choose_threshold(confidence, examples.answerable, options.most_refused)
    _show(examples, model, confidence, right, threshold)
    for label_, truth in (("answerable against not", examples.answerable), ("right against wrong", right)):
        area = auroc(truth, unseen)
        sys.stdout.write(f"AUROC {label_}, each question by a model that did not see it: {_number(area)}\n")
    return 0


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _show(examples: Examples, model: LogisticModel, confidence: Floats, right: NDArray[np.bool_], threshold: float) -> None:
    out = sys.stdout.write
    answerable, refused = examples.answerable, confidence < threshold
    n_evidence = int((examples.positive == 1).sum())
    out(f"{len(answerable)} questions, {len(examples.positive)} sentences, {n_evidence} of them evidence\n\n")
    out("feature           weight\n")
    for name, weight in zip(FEATURES, model.weights, strict=True):
        out(f"{name:<16}{weight:+8.3f}\n")
    out(f"{'bias':<16}{model.bias:+8.3f}\n\n")
    weights = ", ".join(f"{w:.2f}" for w in model.weights)
    out(f"DEFAULT_MODEL = LogisticModel(bias={model.bias:.2f}, weights=({weights}))\n")
    out(f"answering.abstain_below = {threshold:.3f}\n\n")
    out(f"best sentence backed by evidence: {100 * right[answerable].mean():.1f} % of answerable questions\n")
    out(f"at the threshold: {100 * refused[answerable].mean():.1f} % of answerable refused, ")
    out(
        f"{100 * refused[~answerable].mean():.1f} % of unanswerable declined\n"
        if (~answerable).any()
        else "no unanswerable ones\n"
    )


if __name__ == "__main__":
    sys.exit(main())
