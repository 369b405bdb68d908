"""Two runs of the same questions, paired: differences with intervals, wins, ties and losses; and the gates for CI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.bootstrap import SEED, Interval, bounds, paired_interval
from eval.summary import HEADLINE, LOWER_IS_BETTER, MEANS, WHOLE, Columns, whole_metrics
from eval.types import QuestionResult
from rag.errors import UsageError

_TIE = 1e-9
_WHOLE_RESAMPLES = 200  # each costs two areas, not one mean

GUARDED = tuple(
    name for name in HEADLINE if not name.startswith("reading.") and name not in ("abstention.precision", "abstention.recall")
)
"""Metrics whose loss ``--fail-on-regression`` stops at; the others move with them or are of little weight."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a metric differs between two runs, over the questions both have it for.

    Attributes:
        name: Of the metric.
        n: Questions in common.
        old: Value before.
        new: Value now; None when it is no longer defined for any question.
        interval: Bootstrap 95 % interval of ``new - old``, paired by question; None where it is not computed.
        wins: Ids of questions that got better.
        losses: Ids of questions that got worse.
        ties: Questions that stayed as they were.
    """

    name: str
    n: int
    old: float
    new: float | None
    interval: Interval | None = None
    wins: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    ties: int = 0

    @property
    def difference(self) -> float | None:
        return None if self.new is None else self.new - self.old

    @property
    def gain(self) -> float:
        """The difference, positive when better; minus infinity when the metric is gone."""
        if self.new is None:
            return float("-inf")
        return self.old - self.new if self.name in LOWER_IS_BETTER else self.new - self.old

    def to_json(self) -> dict[str, Any]:
        """For the scorecard's JSON."""
        return {
            "n": self.n,
            "old": round(self.old, 6),
            "new": None if self.new is None else round(self.new, 6),
            "interval": None if self.interval is None else [round(end, 6) for end in self.interval],
            "wins": list(self.wins),
            "ties": self.ties,
            "losses": list(self.losses),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes between two runs.

    Attributes:
        changes: By metric, in the order of the tables.
        only_new: Ids of questions the old run lacks.
        only_old: Ids of questions the new run lacks.
    """

    changes: tuple[Change, ...]
    only_new: tuple[str, ...] = ()
    only_old: tuple[str, ...] = ()


def compare(new: Sequence[QuestionResult], old: Sequence[QuestionResult]) -> Comparison:
    """Compare two runs.

    Args:
        new: Results now.
        old: Results before.

    Returns:
        Changes over the questions in common.

    Raises:
        UsageError: No question is in both.
    """
    now, before = {r.id for r in new}, {r.id for r in old}
    if not now & before:
        raise UsageError("the two scorecards have no question in common; compare runs of the same questions")
    return Comparison(tuple(compare_results(new, old)), tuple(sorted(now - before)), tuple(sorted(before - now)))


def compare_results(new: Iterable[QuestionResult], old: Iterable[QuestionResult], *, whole: bool = True) -> list[Change]:
    """Changes of every metric two runs share.

    Args:
        new: Results now.
        old: Results before.
        whole: Whether to compare metrics of the set as a whole too, such as the area under the ROC curve.

    Returns:
        Changes, in the order of the tables.
    """
    before = {r.id: r for r in old}
    pairs = [(r, before[r.id]) for r in new if r.id in before]
    changes = [change for name in MEANS if (change := _paired(name, pairs, gone_counts=whole))]
    if whole and pairs:
        changes.extend(_whole(pairs))
    return changes


def _paired(name: str, pairs: Sequence[tuple[QuestionResult, QuestionResult]], *, gone_counts: bool) -> Change | None:
    both = [(n.id, n.scores[name], o.scores[name]) for n, o in pairs if name in n.scores and name in o.scores]
    if not both:
        known = [o.scores[name] for _, o in pairs if name in o.scores]
        return Change(name, 0, sum(known) / len(known), None) if known and gone_counts else None
    new, old = [b[1] for b in both], [b[2] for b in both]
    return Change(
        name=name,
        n=len(both),
        old=sum(old) / len(old),
        new=sum(new) / len(new),
        interval=paired_interval(new, old),
        wins=tuple(key for key, n, o in both if n - o > _TIE),
        losses=tuple(key for key, n, o in both if o - n > _TIE),
        ties=sum(abs(n - o) <= _TIE for _, n, o in both),
    )


def _whole(pairs: Sequence[tuple[QuestionResult, QuestionResult]]) -> list[Change]:
    new, old = Columns.of([n for n, _ in pairs]), Columns.of([o for _, o in pairs])
    now, before = whole_metrics(new), whole_metrics(old)
    generator = np.random.default_rng(SEED)
    drawn: dict[str, list[float]] = {}
    for _ in range(_WHOLE_RESAMPLES):
        places = generator.integers(0, len(pairs), len(pairs))
        one, two = whole_metrics(new.take(places)), whole_metrics(old.take(places))
        for name in one.keys() & two.keys():
            drawn.setdefault(name, []).append(one[name] - two[name])
    return [
        Change(name, len(pairs), before[name], now.get(name), bounds(drawn[name]) if name in drawn and name in now else None)
        for name in WHOLE
        if name in before
    ]


def parse_gate(text: str) -> tuple[str, float]:
    """``metric=value`` of ``--fail-under``.

    Args:
        text: As given; the value is 0 to 1.

    Returns:
        Metric and value.

    Raises:
        UsageError: It is no such pair, or names no metric.
    """
    name, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        raise UsageError(f"--fail-under {text}: give metric=value, such as retrieval.recall@1=0.8") from None
    return name.strip(), number


def failures_under(metrics: Mapping[str, float], gates: Iterable[tuple[str, float]]) -> list[str]:
    """One line for each gate that is not met; for metrics where lower is better the value is the most allowed.

    Args:
        metrics: As measured.
        gates: Metric and value.

    Returns:
        What failed.

    Raises:
        UsageError: A gate names a metric that nothing measures.
    """
    failed = []
    for name, value in gates:
        if name not in metrics:
            if name not in (*MEANS, *WHOLE) and not name.startswith("reading."):
                raise UsageError(f"--fail-under {name}: no such metric; known are {', '.join((*MEANS, *WHOLE))}")
            failed.append(f"{name} is undefined for these questions, {value:g} was asked for")
        elif name in LOWER_IS_BETTER and metrics[name] > value:
            failed.append(f"{name} is {metrics[name]:.4f}, over {value:g}")
        elif name not in LOWER_IS_BETTER and metrics[name] < value:
            failed.append(f"{name} is {metrics[name]:.4f}, under {value:g}")
    return failed


def regressions(changes: Iterable[Change], points: float) -> list[str]:
    """One line for each guarded metric that lost more than ``points`` percentage points."""
    return [
        f"{c.name} went from {c.old:.4f} to {'undefined' if c.new is None else f'{c.new:.4f}'}"
        for c in changes
        if c.name in GUARDED and c.gain * 100 < -points - _TIE
    ]
