"""Fit what says which sentence answers, and how surely, on the development questions: ``python -m eval.calibrate [--write]``.

Ranking: weights under which evidence gets as much as possible of the softmax over all sentences of its question (listwise, with
an L2 penalty); a sentence that holds an acceptable answer outside the evidence may well be right and is left out. Confidence: a
logistic model of the best sentence, against whether the reports answer the question, each weight held to the sign its feature can
have; questions made unanswerable (``eval.unanswerable``, or their answering sentences left out) count for a tenth. Both are
fitted with and without the reader. The threshold is the highest that refuses at most a given share of answerable questions, each
judged by a model fitted without its report, and confidence is moved so that it is one half; what is printed about new questions
comes from the same ten-fold cross-validation.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval import workbench
from eval.evalset import load_questions, shipped_files
from eval.logistic import fit_listwise, fit_signed, shares
from eval.metrics import contains
from eval.runner import Tick
from eval.scoring import Shelf, locate_evidence
from eval.support import EvidenceSpan, half_shared
from eval.types import EvalQuestion
from eval.unanswerable import Maker
from rag.answers.confidence import CONFIDENCE_SIGNS, FILE, Calibration, LogisticModel, confidence_features
from rag.answers.evidence import FEATURES, ScoredSentence
from rag.assistant import Assistant
from rag.errors import RagError
from rag.models.reading_scores import auroc
from rag.settings import Settings
from rag.types import Question

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]
BEYOND_CUTTING = frozenset(("yes_no", "why", "list", "multi_entry"))
"""Kinds whose answers other sentences may give in other words, so that taking some out leaves an answer behind."""

MADE_WORTH = 0.1
"""What a made question counts for in the fit: they are many and less like people's questions."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the sentences retrieved for it.

    Attributes:
        question: As understood.
        answerable: Whether the reports answer it.
        sentences: With their features; at least one.
        labels: Of the sentences: 1 evidence, 0 not, -1 may be right; shape (sentences,).
        idf: Weight of a word, higher for rarer ones.
        report: Its evidence's, or the one found first; what is learned of a report is never tested on it.
        made: How it was made unanswerable, or "" for one of the development questions.
    """

    question: Question
    answerable: bool
    sentences: tuple[ScoredSentence, ...]
    labels: Ints
    idf: Callable[[str], float]
    report: str = ""
    made: str = ""

    @property
    def features(self) -> Floats:
        """Shape (sentences, features)."""
        return np.array([s.features for s in self.sentences], dtype=float)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a calibration says of questions.

    Attributes:
        confidence: By question.
        right: By question, whether its best sentence answers.
    """

    confidence: Floats
    right: NDArray[np.bool_]


def collect(assistant: Assistant, questions: Sequence[EvalQuestion], tick: Tick) -> list[Example]:
    """Features and labels of every sentence retrieved for every question, and for questions made unanswerable.

    Args:
        assistant: To search with.
        questions: With evidence.
        tick: Called after each question.

    Returns:
        One example for each question for which anything was found, those made of it after it.
    """
    located = locate_evidence(questions, Shelf(assistant.show))
    maker = Maker(assistant)
    examples = []
    for question in questions:
        if question.id in located.evidence:
            evidence = located.evidence[question.id]
            understood, read = maker.find(question)
            sentences = assistant.pipeline.answerer.score(understood, read.passages, read.readings or None)
            if sentences:
                accepted = [*question.answers, *(a for group in question.required for a in group)]
                labels = [label(sentence, evidence, accepted) for sentence in sentences]
                report = evidence[0].report_id if evidence else sentences[0].retrieved.passage.report_id
                idf = lru_cache(maxsize=None)(assistant.library.catalog.idf)
                example = Example(understood, question.answerable, tuple(sentences), np.array(labels, dtype=int), idf, report)
                examples += [example, *_made(assistant, maker, question, evidence, example)]
        tick()
    return examples


def _made(
    assistant: Assistant,
    maker: Maker,
    question: EvalQuestion,
    evidence: Sequence[EvidenceSpan],
    example: Example,
) -> list[Example]:
    """Examples of a question made unanswerable: changed, or without the sentences that answer it."""
    made = []
    if question.answerable and not question.required and question.kind not in BEYOND_CUTTING:
        left = tuple(s for s, mark in zip(example.sentences, example.labels, strict=True) if not mark)
        made.append(("cut", example.question, left))
    for altered in maker.alter(question, evidence):
        understood, read = maker.find(altered.question)
        scored = assistant.pipeline.answerer.score(understood, read.passages, read.readings or None)
        made.append((altered.how, understood, tuple(scored)))
    return [
        Example(understood, False, sentences, np.zeros(len(sentences), dtype=int), example.idf, example.report, how)
        for how, understood, sentences in made
        if sentences
    ]


def label(sentence: ScoredSentence, evidence: Sequence[EvidenceSpan], accepted: Sequence[str]) -> int:
    """1 for evidence, -1 for a sentence that holds an acceptable answer elsewhere, else 0."""
    passage, span = sentence.retrieved.passage, (sentence.span.start, sentence.span.end)
    if any(piece.report_id == passage.report_id and any(half_shared(span, s) for s in piece.spans) for piece in evidence):
        return 1
    return -1 if any(contains(sentence.text, answer) for answer in accepted) else 0


def fit(examples: Sequence[Example], l2: float) -> Calibration:
    """Fit ranking, then confidence on the best sentences it gives.

    Args:
        examples: Of the development questions.
        l2: Penalty on squared weights.

    Returns:
        The calibration.
    """
    kept = [(e.features[e.labels >= 0], e.labels[e.labels >= 0] == 1) for e in examples if not e.made]
    ranking = fit_listwise([(x, y) for x, y in kept if y.any()], len(FEATURES), l2)
    best = [_best(example, ranking) for example in examples]
    answerable = np.array([e.answerable for e in examples], dtype=int)
    worth = np.array([MADE_WORTH if e.made else 1.0 for e in examples])
    bias, weights = fit_signed(np.array([features for features, _ in best]), answerable, worth, CONFIDENCE_SIGNS, l2=l2)
    return Calibration(tuple(ranking.tolist()), LogisticModel(bias, tuple(weights.tolist())))


def judge(examples: Sequence[Example], calibration: Calibration) -> Judged:
    """Confidence in the best sentence of each question, and whether it answers."""
    best = [_best(example, np.array(calibration.ranking)) for example in examples]
    return Judged(
        np.array([calibration.confidence.probability(features) for features, _ in best], dtype=float),
        np.array([is_right for _, is_right in best], dtype=bool),
    )


def _best(example: Example, ranking: Floats) -> tuple[tuple[float, ...], bool]:
    """Confidence features of the sentence a ranking puts first, and whether it answers the question."""
    scores = example.features @ ranking
    order = np.argsort(-scores, kind="stable")
    share = shares(scores)
    scored = [_rescored(example.sentences[i], float(scores[i]), float(share[i])) for i in order.tolist()]
    return confidence_features(example.question, scored, example.idf), example.answerable and bool(example.labels[order[0]] != 0)


def _rescored(sentence: ScoredSentence, score: float, share: float) -> ScoredSentence:
    return replace(sentence, score=score, share=share)


def cross_validated(examples: Sequence[Example], l2: float, folds: int = 10, seed: int = 1) -> Judged:
    """Each question judged by a calibration fitted without its report, which is what the fit is worth on new reports.

    Args:
        examples: Of the development questions.
        l2: Penalty.
        folds: Parts the reports are dealt into.
        seed: Of the deal.

    Returns:
        In the order of the examples.
    """
    reports = sorted({e.report for e in examples})
    dealt = dict(zip(reports, np.random.default_rng(seed).permutation(len(reports)) % folds, strict=True))
    fold = np.array([dealt[e.report] for e in examples])
    confidence, right = np.zeros(len(examples)), np.zeros(len(examples), dtype=bool)
    for held_out in np.unique(fold).tolist():
        calibration = fit([e for e, f in zip(examples, fold, strict=True) if f != held_out], l2)
        places = np.flatnonzero(fold == held_out)
        judged = judge([examples[i] for i in places.tolist()], calibration)
        confidence[places], right[places] = judged.confidence, judged.right
    return Judged(confidence, right)


def choose_threshold(confidence: Floats, answerable: NDArray[np.bool_], most_refused: float) -> float:
    """The highest threshold that refuses at most a share of the answerable questions; 0 when there is none of them."""
    known = np.sort(confidence[answerable])
    if not len(known):
        return 0.0
    refused = int(np.floor(most_refused * len(known)))
    return float(known[refused]) if refused < len(known) else 1.0


def centred(calibration: Calibration, threshold: float) -> Calibration:
    """The calibration with its bias moved so that what was ``threshold`` becomes one half.

    So one setting serves answers with and without the reader, and stays as it is when either is fitted anew. Thresholds 0 and 1
    leave the calibration as it is.
    """
    if not 0.0 < threshold < 1.0:
        return calibration
    moved = calibration.confidence.bias - math.log(threshold / (1.0 - threshold))
    return replace(calibration, confidence=replace(calibration.confidence, bias=moved))


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print and, when asked, write.

    Args:
        argv: Arguments; those of the process when None.

    Returns:
        0, or 2 when there is nothing to fit on.
    """
    parser = argparse.ArgumentParser(
        prog="python -m eval.calibrate", description="Fit ranking and confidence on the dev questions."
    )
    parser.add_argument("--questions", nargs="+", type=Path, metavar="FILE", help="default: the shipped development questions")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="default: the corpus setting")
    parser.add_argument("--l2", type=float, default=1.0, metavar="X", help="penalty on squared weights (default 1)")
    parser.add_argument(
        "--most-refused", type=float, default=0.08, metavar="S", help="share of answerable ones refused (default 0.08)"
    )
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}, threshold included: it is moved to 0.5")
    options = parser.parse_args(argv)
    rows = {}
    try:
        settings = Settings.load()
        corpus = options.corpus or settings.corpus
        settings = settings.changed({"home": workbench.corpus_home(corpus, settings)})
        questions = load_questions(options.questions or shipped_files("dev"), "dev")
        if not questions:
            workbench.note("no development questions to fit on")
            return 2
        workbench.prepare(settings, corpus)
        for name, has_reader in (("reader", True), ("sentences", False)):
            own = settings.changed({"answering.reader": has_reader})
            with Assistant(own) as assistant, workbench.bar(f"{name}: questions", len(questions)) as tick:
                examples = collect(assistant, questions, tick)
                # Inside: the weights of words are looked up in the library as the fit needs them.
                rows[name] = _report(name, examples, options.l2, options.most_refused)
    except RagError as error:
        workbench.note(str(error))
        return 2
    if options.write:
        FILE.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


def _report(name: str, examples: Sequence[Example], l2: float, most_refused: float) -> dict[str, object]:
    """Fit, print what it is worth, and give the row of the file."""
    calibration, judged = fit(examples, l2), cross_validated(examples, l2)
    own = np.array([not e.made for e in examples], dtype=bool)
    made, made_confidence = [e.made for e in examples], judged.confidence
    examples = [e for e in examples if not e.made]
    unseen = Judged(judged.confidence[own], judged.right[own])
    answerable = np.array([e.answerable for e in examples], dtype=bool)
    threshold = choose_threshold(unseen.confidence, answerable, most_refused)
    refused = unseen.confidence < threshold
    out = sys.stdout.write
    n_evidence = sum(int((e.labels == 1).sum()) for e in examples)
    out(f"{name}: {len(examples)} questions, {sum(len(e.labels) for e in examples)} sentences, {n_evidence} of them evidence\n")
    row = centred(calibration, threshold).to_row()
    for part, weights in row.items():
        out(f"  {part}: " + ", ".join(f"{key} {value:+.2f}" for key, value in weights.items()) + "\n")
    out("  on questions not seen by the fit:\n")
    out(f"    best sentence answers: {_percent(unseen.right[answerable])} of answerable questions\n")
    out(f"    AUROC answerable against not: {_number(auroc(answerable, unseen.confidence))}\n")
    out(f"    AUROC right against wrong: {_number(auroc(unseen.right, unseen.confidence))}\n")
    out(f"    below {threshold:.3f} (becomes 0.5): refuses {_percent(refused[answerable])} of answerable, ")
    out(f"declines {_percent(refused[~answerable])} of unanswerable\n")
    for how in sorted(set(made) - {""}):
        confidence = made_confidence[[i for i, m in enumerate(made) if m == how]]
        out(f"    {len(confidence)} made by {how}: declines {_percent(confidence < threshold)}\n")
    out("\n")
    return row


def _percent(flags: NDArray[np.bool_]) -> str:
    return f"{100 * flags.mean():.1f} %" if len(flags) else "none"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
