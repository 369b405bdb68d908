"""Scorecards as Markdown: aligned, so that they read as tables in a terminal too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from eval.comparison import Change, Comparison
from eval.scorecard import OtherRun, Scorecard
from eval.summary import HEADLINE, LOWER_IS_BETTER, MEANS, WHOLE, Summary

KIND_COLUMNS = (
    ("retrieval.recall@1", "recall@1"),
    ("retrieval.recall@5", "recall@5"),
    ("retrieval.mrr@10", "MRR@10"),
    ("answer.exact_match", "EM"),
    ("answer.f1", "F1"),
    ("answer.correct", "correct"),
    ("answer.correct_and_cited", "and cited"),
    ("citation.precision", "cit. prec."),
    ("citation.recall", "cit. recall"),
    ("abstention.accuracy", "answers or declines rightly"),
    ("reading.exact_match", "reading EM"),
    ("reading.f1", "reading F1"),
    ("reading.f1_with_no_answer", "F1 with no answer"),
)
ABLATION_COLUMNS = (
    ("retrieval.recall@1", "recall@1"),
    ("retrieval.recall@5", "recall@5"),
    ("retrieval.mrr@10", "MRR@10"),
    ("retrieval.ndcg@10", "nDCG@10"),
    ("answer.f1", "F1"),
    ("answer.correct", "correct"),
    ("citation.recall", "cit. recall"),
    ("abstention.accuracy", "declines rightly"),
)
_ROUNDED = 1e-5
"""Scorecards are saved with six places; a difference under this may be theirs."""
_STAGES = ("understand", "retrieve", "read", "answer", "total")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left, all others to the right, padded to equal width."""
    cells = [[_cell(text) for text in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["| " + " | ".join(_pad(text, widths[i], i) for i, text in enumerate(row)) + " |" for row in cells]
    rule = "|" + "|".join("-" * (width + 1) + ("-" if i == 0 else ":") for i, width in enumerate(widths)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _pad(text: str, width: int, column: int) -> str:
    return text.ljust(width) if column == 0 else text.rjust(width)


def percent(value: float | None) -> str:
    """A share in per cent with one decimal; a dash where it is undefined."""
    return "-" if value is None else f"{100 * value:.1f}"


def with_interval(summary: Summary, name: str) -> str:
    """A metric in per cent with its interval."""
    value = summary.metrics.get(name)
    ends = summary.intervals.get(name)
    if value is None or ends is None:
        return percent(value)
    return f"{percent(value)} [{percent(ends[0])}, {percent(ends[1])}]"


def render(card: Scorecard) -> str:
    """The whole scorecard.

    Args:
        card: To show.

    Returns:
        Markdown, ending without a line end.
    """
    n = card.overall.n
    parts = [
        f"# {card.title}",
        f"{n['questions']} questions ({n['answerable']} answerable, {n['unanswerable']} not), settings {card.settings}, "
        f"corpus {card.corpus}, {card.seconds:.0f} s. Per cent, with bootstrap 95 % intervals.",
        _overall(card),
    ]
    if len(card.by_kind) > 1:
        parts += ["## By kind", _by_group("kind", card.by_kind)]
    if len(card.by_answerable) > 1:
        parts.append(_by_group("answerable", card.by_answerable))
    if card.baselines:
        columns = [c for c in ABLATION_COLUMNS if c[0].startswith("retrieval.")]
        parts += ["## Search beside plain ways (answerable questions)", _others(card, card.baselines, columns)]
    if card.ablation:
        parts += ["## With one part switched off", _others(card, card.ablation, ABLATION_COLUMNS)]
    if card.latency:
        parts += ["## Seconds", _latency(card)]
    if card.problems:
        parts += ["## Left out", "\n".join(f"- {line}" for line in card.problems)]
    return "\n\n".join(parts)


def _overall(card: Scorecard) -> str:
    splits = list(card.by_split) if len(card.by_split) > 1 else []
    header = ["metric", "all", "n", *splits]
    known = [*HEADLINE, *(m for m in (*MEANS, *WHOLE) if m not in HEADLINE)]
    rows = [
        [
            name + (" (lower is better)" if name in LOWER_IS_BETTER else ""),
            with_interval(card.overall, name),
            str(card.overall.n[name]),
            *(with_interval(card.by_split[s], name) for s in splits),
        ]
        for name in known
        if name in card.overall.metrics
    ]
    return table(header, rows)


def _by_group(title: str, groups: Mapping[str, Summary]) -> str:
    columns = known_columns(KIND_COLUMNS, groups.values())
    rows = [[name, str(s.n["questions"]), *(percent(s.metrics.get(m)) for m, _ in columns)] for name, s in groups.items()]
    return table([title, "n", *(label for _, label in columns)], rows)


def known_columns(columns: Sequence[tuple[str, str]], summaries: Iterable[Summary]) -> list[tuple[str, str]]:
    """The columns that are not empty."""
    known = {name for summary in summaries for name in summary.metrics}
    return [column for column in columns if column[0] in known]


def _others(card: Scorecard, runs: Sequence[OtherRun], columns: Sequence[tuple[str, str]]) -> str:
    rows = [["as set", *asked_of(card.overall), *(percent(card.overall.metrics.get(m)) for m, _ in columns), _p50(card.latency)]]
    rows += [[name, *cells, "-"] for name, cells in on_sample(card, runs, columns)]
    rows += [
        [row_name(run), *asked_of(run.summary), *(_with_change(run, m) for m, _ in columns), _p50(run.latency)] for run in runs
    ]
    return table(["", *ASKED_COLUMNS, *(label for _, label in columns), "p50 ms"], rows)


ASKED_COLUMNS = ("answered", "ranked")
"""Numbers of questions that a row of another run stands on."""


def asked_of(summary: Summary) -> tuple[str, str]:
    """The cells of ``ASKED_COLUMNS``; a dash for what was not asked for, or came as in the run as set."""
    answered = summary.n.get("questions", 0) if "abstained" in summary.n else 0
    return str(answered or "-"), str(summary.n.get("retrieval.recall@1", 0) or "-")


def row_name(run: OtherRun) -> str:
    """The variant's name with the kinds of question it was asked, where these are not all."""
    return f"{run.name} ({', '.join(run.kinds)})" if run.kinds else run.name


def on_sample(card: Scorecard, runs: Sequence[OtherRun], columns: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """The row of the run as set over those questions only that variants of all kinds answered; none where they answered all."""
    sample = next((run for run in runs if run.latency and not run.kinds), None)
    if sample is None or not 0 < sample.summary.n["questions"] < card.overall.n["questions"]:
        return []
    old, asked = sample.changes, str(sample.summary.n["questions"])
    cells = [percent(old[m].old) if m in old and not m.startswith("retrieval.") else "" for m, _ in columns]
    return [(f"as set, the {asked} questions answered below", [asked, "-", *cells])]


def _with_change(run: OtherRun, metric: str) -> str:
    """The variant's value and, in brackets, its difference to the run as set; a star where the interval leaves out zero."""
    value, change = run.summary.metrics.get(metric), run.changes.get(metric)
    if value is None or change is None or change.difference is None:
        return percent(value)
    return f"{percent(value)} ({signed(change.difference)}{'*' if is_clear(change) else ''})"


def signed(difference: float) -> str:
    """A difference in points with its sign."""
    return f"{100 * difference:+.1f}"


def is_clear(change: Change) -> bool:
    """Whether the interval of the difference leaves out zero."""
    return change.interval is not None and (change.interval[0] > _ROUNDED or change.interval[1] < -_ROUNDED)


def _p50(latency: Mapping[str, Mapping[str, float]]) -> str:
    total = latency.get("total")
    return f"{1000 * total['p50']:.0f}" if total else "-"


def _latency(card: Scorecard) -> str:
    stages = [*(s for s in card.latency if s not in _STAGES), *(s for s in _STAGES if s in card.latency)]
    rows = [[stage, f"{card.latency[stage]['p50']:.4f}", f"{card.latency[stage]['p95']:.4f}"] for stage in stages]
    return table(["stage", "p50", "p95"], rows)


def render_comparison(comparison: Comparison, most_listed: int = 20) -> str:
    """Two runs side by side, then the questions that got better and worse.

    Args:
        comparison: To show.
        most_listed: Ids listed for each metric and direction.

    Returns:
        Markdown.
    """
    rows = []
    for change in comparison.changes:
        ends = f"[{signed(change.interval[0])}, {signed(change.interval[1])}]" if change.interval else "-"
        difference = "gone" if change.difference is None else signed(change.difference) + ("*" if is_clear(change) else "")
        counts = [str(len(change.wins)), str(change.ties), str(len(change.losses))] if change.name in MEANS else ["-"] * 3
        rows.append([change.name, str(change.n), percent(change.old), percent(change.new), difference, ends, *counts])
    parts = [
        "## Against the earlier scorecard",
        table(["metric", "n", "old", "new", "change", "95 %", "wins", "ties", "losses"], rows),
    ]
    for name in ("retrieval.mrr@10", "answer.correct", "citation.recall", "abstention.accuracy"):
        for change in comparison.changes:
            if change.name == name and (change.wins or change.losses):
                lines = [f"- better: {_ids(change.wins, most_listed)}"] if change.wins else []
                lines += [f"- worse: {_ids(change.losses, most_listed)}"] if change.losses else []
                parts.append(f"{name}\n\n" + "\n".join(lines))
    for label, ids in (("Only now", comparison.only_new), ("Only before", comparison.only_old)):
        if ids:
            parts.append(f"{label}: {_ids(ids, most_listed)}")
    return "\n\n".join(parts)


def _ids(ids: Sequence[str], most: int) -> str:
    rest = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + rest
