"""A scorecard: what an evaluation measured, with what, on what; saved as JSON so that a later one can be compared with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.bootstrap import Interval
from eval.comparison import Change, compare_results
from eval.runner import Run
from eval.summary import Summary, by_group, latency, summarise
from eval.types import QuestionResult
from rag import __version__
from rag.errors import UsageError


@dataclass(frozen=True, slots=True)
class OtherRun:
    """A baseline or a variant beside the main run.

    Attributes:
        name: Of the variant.
        what: What it shows.
        settings: Settings that differ from the main run's.
        summary: Its numbers.
        changes: Against the main run, paired by question; what the variant loses is the part's worth.
        latency: By stage, in seconds; empty when no answers were asked for.
        kinds: Kinds of question it was asked; empty for all.
    """

    name: str
    what: str
    settings: Mapping[str, Any]
    summary: Summary
    changes: Mapping[str, Change]
    latency: Mapping[str, Mapping[str, float]]
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Everything an evaluation found.

    Attributes:
        results: One for each question.
        overall: Numbers over all of them.
        by_kind: Numbers by kind of question.
        by_split: Numbers by split.
        by_answerable: Numbers of answerable and unanswerable questions.
        latency: By stage, in seconds.
        baselines: Plain searches over the same reports.
        ablation: Parts switched off.
        settings: Fingerprint of the settings.
        corpus: Hash of the reports' names and contents.
        title: What was evaluated.
        problems: Questions left out, one line each.
        seconds: The whole run, wall clock.
        made: When, ISO 8601, UTC.
    """

    results: tuple[QuestionResult, ...]
    overall: Summary
    by_kind: Mapping[str, Summary]
    by_split: Mapping[str, Summary]
    by_answerable: Mapping[str, Summary]
    latency: Mapping[str, Mapping[str, float]]
    baselines: tuple[OtherRun, ...] = ()
    ablation: tuple[OtherRun, ...] = ()
    settings: str = ""
    corpus: str = ""
    title: str = "Ask the Reports"
    problems: tuple[str, ...] = ()
    seconds: float = 0.0
    made: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def to_json(self) -> dict[str, Any]:
        """The object ``--json`` writes; keys are stable, scripts depend on them."""
        return {
            "title": self.title,
            "version": __version__,
            "made": self.made,
            "seconds": round(self.seconds, 2),
            "settings": self.settings,
            "corpus": self.corpus,
            "metrics": _rounded(self.overall.metrics),
            "intervals": {name: [round(end, 6) for end in ends] for name, ends in self.overall.intervals.items()},
            "n": self.overall.n,
            "by_kind": {name: _rounded(s.metrics) for name, s in self.by_kind.items()},
            "by_kind_intervals": {
                name: {metric: [round(end, 6) for end in ends] for metric, ends in s.intervals.items()}
                for name, s in self.by_kind.items()
            },
            "by_kind_n": {name: s.n for name, s in self.by_kind.items()},
            "by_split": {name: _summary_json(s) for name, s in self.by_split.items()},
            "by_answerable": {name: _summary_json(s) for name, s in self.by_answerable.items()},
            "latency": self.latency,
            "baselines": [_other_json(run) for run in self.baselines],
            "ablation": [_other_json(run) for run in self.ablation],
            "problems": list(self.problems),
            "rows": [result.to_row() for result in self.results],
        }


def build(
    results: Sequence[QuestionResult],
    *,
    baselines: Iterable[Run] = (),
    ablation: Iterable[Run] = (),
    settings: str = "",
    corpus: str = "",
    title: str = "Ask the Reports",
    problems: Sequence[str] = (),
    seconds: float = 0.0,
    answers: bool = True,
) -> Scorecard:
    """Summarise results.

    Args:
        results: Of the main run.
        baselines: Plain searches.
        ablation: Parts switched off.
        settings: Fingerprint of the settings.
        corpus: Hash of the reports.
        title: What was evaluated.
        problems: Questions left out.
        seconds: The whole run, wall clock.
        answers: Whether answers were asked for; with passages only, nothing about abstention is known.

    Returns:
        The scorecard.
    """

    def groups(key: Callable[[QuestionResult], str]) -> dict[str, Summary]:
        return {name: s if answers else _retrieval_only(s) for name, s in by_group(results, key).items()}

    overall = summarise(results)
    return Scorecard(
        results=tuple(results),
        overall=overall if answers else _retrieval_only(overall),
        by_kind=groups(lambda r: r.kind),
        by_split=groups(lambda r: r.split),
        by_answerable=groups(lambda r: "answerable" if r.answerable else "unanswerable"),
        latency=latency(results),
        baselines=tuple(_other(run, results) for run in baselines),
        ablation=tuple(_other(run, results) for run in ablation),
        settings=settings,
        corpus=corpus,
        title=title,
        problems=tuple(problems),
        seconds=seconds,
    )


def corpus_hash(reports: Iterable[tuple[str, str]]) -> str:
    """16 hexadecimal digits over the (file name, SHA-256) pairs of reports, whatever their order."""
    text = "\n".join(f"{digest} {name}" for name, digest in sorted(reports))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_results(path: Path) -> list[QuestionResult]:
    """The question results of a saved scorecard.

    Args:
        path: A file ``--json`` wrote.

    Returns:
        Its rows.

    Raises:
        UsageError: The file cannot be read or is no scorecard.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return [QuestionResult.from_row(row) for row in data["rows"]]
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); give a scorecard that --json wrote") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: is no scorecard ({type(error).__name__}: {error}); give a file that --json wrote") from error


def _other(run: Run, results: Sequence[QuestionResult]) -> OtherRun:
    changes = {change.name: change for change in compare_results(run.results, results, whole=run.answers)}
    summary = summarise(run.results, intervals=False)
    if not run.answers:
        summary = _retrieval_only(summary)
    elif not run.searched and len(run.results) < len(results):
        # Answers of a sample, search as set: its rankings say nothing new, and their mean would only confuse.
        summary = _without_retrieval(summary)
        changes = {name: change for name, change in changes.items() if not name.startswith("retrieval.")}
    if run.searched:
        changes |= {change.name: change for change in compare_results(run.searched, results, whole=False)}
        found = _retrieval_only(summarise(run.searched, intervals=False))
        counts = {name: count for name, count in found.n.items() if name in found.metrics}
        summary = Summary({**summary.metrics, **found.metrics}, {}, {**summary.n, **counts})
    return OtherRun(
        name=run.name,
        what=run.what,
        settings=run.overrides,
        summary=summary,
        changes=changes,
        latency=latency(run.results) if run.answers else {},
        kinds=run.kinds,
    )


def _retrieval_only(summary: Summary) -> Summary:
    """Without the metrics of answers: nothing was asked, so "never declined" would be an artefact."""

    def kept(name: str) -> bool:
        return name.startswith("retrieval.") or name in ("questions", "answerable", "unanswerable")

    return Summary(
        {name: value for name, value in summary.metrics.items() if kept(name)},
        {name: ends for name, ends in summary.intervals.items() if kept(name)},
        {name: count for name, count in summary.n.items() if kept(name)},
    )


def _without_retrieval(summary: Summary) -> Summary:
    return Summary(
        {name: value for name, value in summary.metrics.items() if not name.startswith("retrieval.")},
        {},
        {name: count for name, count in summary.n.items() if not name.startswith("retrieval.")},
    )


def _rounded(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in metrics.items()}


def _summary_json(summary: Summary) -> dict[str, Any]:
    intervals: Mapping[str, Interval] = summary.intervals
    return {
        "metrics": _rounded(summary.metrics),
        "intervals": {name: [round(end, 6) for end in ends] for name, ends in intervals.items()},
        "n": summary.n,
    }


def _other_json(run: OtherRun) -> dict[str, Any]:
    return {
        "name": run.name,
        "what": run.what,
        "kinds": list(run.kinds),
        "settings": dict(run.settings),
        "metrics": _rounded(run.summary.metrics),
        "n": run.summary.n,
        "changes": {name: change.to_json() for name, change in run.changes.items()},
        "latency": run.latency,
    }
