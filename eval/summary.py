"""Results of questions to numbers: means, abstention, intervals, latency; overall and by group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval import selective
from eval.bootstrap import SEED, Interval, bounds, mean_interval, percentile
from eval.types import KINDS, QuestionResult
from rag.models.reading_scores import auroc

MEANS = (
    "retrieval.recall@1",
    "retrieval.recall@5",
    "retrieval.recall@10",
    "retrieval.hit@1",
    "retrieval.hit@5",
    "retrieval.hit@10",
    "retrieval.mrr@10",
    "retrieval.ndcg@10",
    "answer.exact_match",
    "answer.f1",
    "answer.contains",
    "answer.required",
    "answer.stray_figures",
    "answer.correct",
    "answer.correct_and_cited",
    "citation.precision",
    "citation.recall",
    "citation.exact",
    "citation.supported",
    "abstention.accuracy",
    "reading.exact_match",
    "reading.f1",
    "reading.f1_with_no_answer",
    "writing.supported",
    "writing.written",
    "judge.faithful",
    "judge.correct",
)
"""Metrics that are means over the questions they are defined for, in the order of the tables."""

WHOLE = (
    "abstention.precision",
    "abstention.recall",
    "abstention.auroc",
    "abstention.wrong_refusals",
    "abstention.risk_coverage_area",
    "abstention.calibration_error",
    "writing.supported_sentences",
)
"""Metrics of a set of questions as a whole."""

_WHOLE_RESAMPLES = 300  # each costs an area, not one mean

HEADLINE = (
    "reading.exact_match",
    "reading.f1",
    "reading.f1_with_no_answer",
    "reading.auroc",
    "retrieval.recall@1",
    "retrieval.recall@5",
    "retrieval.recall@10",
    "retrieval.mrr@10",
    "retrieval.ndcg@10",
    "answer.exact_match",
    "answer.f1",
    "answer.correct",
    "answer.correct_and_cited",
    "citation.precision",
    "citation.recall",
    "citation.exact",
    "citation.supported",
    "abstention.accuracy",
    "abstention.precision",
    "abstention.recall",
    "abstention.auroc",
    "abstention.wrong_refusals",
    "abstention.risk_coverage_area",
)
"""The metrics that scorecards show first."""

LOWER_IS_BETTER = frozenset(
    ("abstention.wrong_refusals", "abstention.risk_coverage_area", "abstention.calibration_error", "answer.stray_figures")
)


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers of a set of questions.

    Attributes:
        metrics: Value by name; an undefined one is absent.
        intervals: Bootstrap 95 % interval by name.
        n: Questions each metric was computed over, by name; "questions", "answerable" and "unanswerable" among them.
    """

    metrics: dict[str, float]
    intervals: dict[str, Interval]
    n: dict[str, int]


def summarise(results: Sequence[QuestionResult], *, intervals: bool = True) -> Summary:
    """Compute every metric that is defined.

    Args:
        results: Of the questions.
        intervals: Whether to resample for intervals.

    Returns:
        The numbers.
    """
    values: dict[str, float] = {}
    ends: dict[str, Interval] = {}
    n = {
        "questions": len(results),
        "answerable": sum(r.answerable for r in results),
        "unanswerable": sum(not r.answerable for r in results),
        "abstained": sum(r.abstained for r in results),
    }
    for name in MEANS:
        known = [r.scores[name] for r in results if name in r.scores]
        if not known:
            continue
        values[name], n[name] = sum(known) / len(known), len(known)
        if intervals and (interval := mean_interval(known)):
            ends[name] = interval
    _add_whole(results, values, ends, n, intervals)
    return Summary(values, ends, n)


@dataclass(frozen=True, slots=True)
class Columns:
    """What metrics of a whole set are computed from, an array each, one value a question.

    Attributes:
        answerable: Whether the reports answer it.
        abstained: Whether it was declined.
        confidence: 0 to 1.
        judged: Whether ``correct`` is known.
        correct: Whether the answer, given or withheld, is right.
        sentences: How many a language model wrote.
        supported: How many of these the reports carry.
    """

    answerable: NDArray[np.bool_]
    abstained: NDArray[np.bool_]
    confidence: NDArray[np.float64]
    judged: NDArray[np.bool_]
    correct: NDArray[np.bool_]
    sentences: NDArray[np.int_]
    supported: NDArray[np.int_]

    @classmethod
    def of(cls, results: Sequence[QuestionResult]) -> Columns:
        """The columns of results."""
        return cls(
            np.array([r.answerable for r in results], dtype=bool),
            np.array([r.abstained for r in results], dtype=bool),
            np.array([r.confidence for r in results], dtype=float),
            np.array([r.correct is not None for r in results], dtype=bool),
            np.array([bool(r.correct) for r in results], dtype=bool),
            np.array([len(r.sentences) for r in results], dtype=int),
            np.array([sum(s["supported"] for s in r.sentences) for r in results], dtype=int),
        )

    def take(self, places: NDArray[np.intp]) -> Columns:
        """The questions at some places, with repeats."""
        return Columns(*(getattr(self, name)[places] for name in self.__slots__))


def whole_metrics(columns: Columns) -> dict[str, float]:
    """Metrics of ``WHOLE`` that are defined for a set of questions."""
    answerable, abstained = columns.answerable, columns.abstained
    judged, sure = columns.judged, columns.confidence
    values = {
        "abstention.precision": selective.abstention_precision(answerable, abstained),
        "abstention.recall": selective.abstention_recall(answerable, abstained),
        "abstention.auroc": auroc(answerable, sure),
        "abstention.wrong_refusals": selective.wrong_refusals(answerable, abstained),
        "abstention.risk_coverage_area": selective.risk_coverage_area(sure[judged], columns.correct[judged]),
        "abstention.calibration_error": selective.calibration_error(sure[judged], columns.correct[judged]),
        "writing.supported_sentences": columns.supported.sum() / written if (written := columns.sentences.sum()) else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _add_whole(
    results: Sequence[QuestionResult], values: dict[str, float], ends: dict[str, Interval], n: dict[str, int], intervals: bool
) -> None:
    columns = Columns.of(results)
    found = whole_metrics(columns)
    values.update(found)
    judged = int(columns.judged.sum())
    counts = {
        "abstention.precision": n["abstained"],
        "abstention.recall": n["unanswerable"],
        "abstention.auroc": n["questions"],
        "abstention.wrong_refusals": n["answerable"],
        "abstention.risk_coverage_area": judged,
        "abstention.calibration_error": judged,
        "writing.supported_sentences": int(columns.sentences.sum()),
    }
    n.update({name: counts[name] for name in found})
    if not intervals or not found:
        return
    generator = np.random.default_rng(SEED)
    drawn: dict[str, list[float]] = {}
    for _ in range(_WHOLE_RESAMPLES):
        for name, value in whole_metrics(columns.take(generator.integers(0, len(results), len(results)))).items():
            drawn.setdefault(name, []).append(value)
    ends.update({name: bounds(drawn[name]) for name in found if name in drawn})


def by_group(results: Sequence[QuestionResult], key: Callable[[QuestionResult], str]) -> dict[str, Summary]:
    """Summaries of the groups a key makes, kinds in their usual order and others by name after them."""
    groups: dict[str, list[QuestionResult]] = {}
    for result in results:
        groups.setdefault(key(result), []).append(result)
    order = {name: place for place, name in enumerate(("answerable", *KINDS, "dev", "test"))}
    return {name: summarise(groups[name]) for name in sorted(groups, key=lambda g: (order.get(g, len(order)), g))}


def latency(results: Iterable[QuestionResult]) -> dict[str, dict[str, float]]:
    """Median and 95th percentile of each stage, in seconds."""
    stages: dict[str, list[float]] = {}
    for result in results:
        for stage, seconds in result.timings.items():
            stages.setdefault(stage, []).append(seconds)
    return {
        stage: {"p50": percentile(values, 50) or 0.0, "p95": percentile(values, 95) or 0.0, "n": len(values)}
        for stage, values in stages.items()
    }
