"""A scorecard as one HTML page: no script, nothing fetched (a Content-Security-Policy sees to it), all text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from eval import plots
from eval.comparison import Comparison
from eval.markdown import (
    ABLATION_COLUMNS,
    ASKED_COLUMNS,
    KIND_COLUMNS,
    asked_of,
    is_clear,
    known_columns,
    on_sample,
    percent,
    row_name,
    signed,
    with_interval,
)
from eval.page_style import STYLE
from eval.scorecard import OtherRun, Scorecard
from eval.selective import calibration_bins, risk_coverage
from eval.summary import HEADLINE, LOWER_IS_BETTER, MEANS, WHOLE, Summary
from eval.types import QuestionResult

_TILES = (
    ("retrieval.recall@5", "evidence in the first 5"),
    ("answer.correct", "answered rightly"),
    ("citation.recall", "backed by evidence"),
    ("citation.exact", "quotes exact"),
    ("abstention.recall", "unanswerable declined"),
    ("abstention.wrong_refusals", "answerable refused"),
    ("reading.exact_match", "reading: exact match"),
    ("reading.f1", "reading: F1"),
)
_MOST_ROWS = 400


def render(card: Scorecard, comparison: Comparison | None = None) -> str:
    """The whole page.

    Args:
        card: To show.
        comparison: With an earlier scorecard, or None.

    Returns:
        HTML.
    """
    n = card.overall.n
    about = (
        f"{n['questions']} questions, {n['answerable']} answerable and {n['unanswerable']} not. Settings {card.settings}, corpus "
        f"{card.corpus}, made {card.made}, {card.seconds:.0f} s. Per cent with bootstrap 95 % intervals."
    )
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(card.title)}: scorecard</title><style>{STYLE}</style></head><body><main>",
        f'<h1>{escape(card.title)}</h1><p class="soft">{escape(about)}</p>',
        _tiles(card.overall),
        _plots(card),
        "<h2>All metrics</h2>",
        _overall(card),
    ]
    if len(card.by_kind) > 1:
        parts += ["<h2>By kind</h2>", _by_group("kind", card.by_kind)]
    if len(card.by_answerable) > 1:
        parts.append(_by_group("", card.by_answerable))
    if card.baselines:
        columns = [c for c in ABLATION_COLUMNS if c[0].startswith("retrieval.")]
        parts += ["<h2>Search beside plain ways</h2>", _others(card, card.baselines, columns)]
    if card.ablation:
        parts += ["<h2>With one part switched off</h2>", _others(card, card.ablation, ABLATION_COLUMNS)]
    if card.latency:
        parts += ["<h2>Seconds</h2>", _latency(card)]
    if comparison is not None:
        parts += ["<h2>Against the earlier scorecard</h2>", _comparison(comparison)]
    parts += [_failures(card.results), _problems(card.problems), "</main></body></html>\n"]
    return "\n".join(parts)


def _tiles(summary: Summary) -> str:
    shown = [(label, percent(summary.metrics[name])) for name, label in _TILES if name in summary.metrics]
    return (
        '<div class="tiles">'
        + "".join(f'<div class="tile"><b>{v}</b><span>{escape(k)}</span></div>' for k, v in shown)
        + "</div>"
    )


def _plots(card: Scorecard) -> str:
    series = {
        "answer.correct": "answered rightly",
        "citation.recall": "backed by evidence",
        "retrieval.recall@5": "found in the first 5",
    }
    names = [name for name in series if any(name in s.metrics for s in card.by_kind.values())]
    groups = [(kind, s) for kind, s in card.by_kind.items() if any(name in s.metrics for name in names)]
    figures = []
    if groups:
        rows = [(kind, [s.metrics.get(m) for m in names], [s.intervals.get(m) for m in names]) for kind, s in groups]
        key = plots.legend({f"s{i}": series[name] for i, name in enumerate(names)})
        drawn = plots.bars(rows, [series[name] for name in names], "Metrics by kind of question, in per cent")
        figures.append(f"<figure><figcaption>By kind, per cent {key}</figcaption>{drawn}</figure>")
    judged = [r for r in card.results if r.correct is not None]
    sure = np.array([r.confidence for r in judged])
    right = np.array([bool(r.correct) for r in judged])
    side = ""
    if len(judged) and sure.any():
        coverage, risk = risk_coverage(sure, right)
        given = [r for r in judged if not r.abstained]
        point = (len(given) / len(judged), sum(not r.correct for r in given) / len(given)) if given else None
        side = (
            "<div><figure><figcaption>Wrong answers by how many questions are answered, the surest first; the dot is the "
            f"threshold in use</figcaption>{plots.risk_coverage_plot(coverage.tolist(), risk.tolist(), point)}</figure>"
            "<figure><figcaption>Calibration: how often an answer of some confidence is right</figcaption>"
            f"{plots.calibration_plot(calibration_bins(sure, right))}</figure></div>"
        )
    return f'<div class="plots"><div>{"".join(figures)}</div>{side}</div>'


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], text_columns: Sequence[int] = ()) -> str:
    """A table of cells that are HTML already; the caller escapes."""
    head = "".join(f'<th scope="col"{_text(i, text_columns)}>{cell}</th>' for i, cell in enumerate(header))
    body = "".join(
        "<tr>" + "".join(f"<td{_text(i, text_columns)}>{cell}</td>" for i, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _text(column: int, text_columns: Sequence[int]) -> str:
    return ' class="text"' if column in text_columns else ""


def _overall(card: Scorecard) -> str:
    splits = list(card.by_split) if len(card.by_split) > 1 else []
    known = [*HEADLINE, *(m for m in (*MEANS, *WHOLE) if m not in HEADLINE)]
    rows = [
        [
            escape(name) + (" (lower is better)" if name in LOWER_IS_BETTER else ""),
            with_interval(card.overall, name),
            str(card.overall.n[name]),
            *(with_interval(card.by_split[s], name) for s in splits),
        ]
        for name in known
        if name in card.overall.metrics
    ]
    return _table(["metric", "all", "n", *map(escape, splits)], rows)


def _by_group(title: str, groups: Mapping[str, Summary]) -> str:
    columns = known_columns(KIND_COLUMNS, groups.values())
    rows = [[escape(name), str(s.n["questions"]), *(percent(s.metrics.get(m)) for m, _ in columns)] for name, s in groups.items()]
    return _table([title, "n", *(label for _, label in columns)], rows)


def _others(card: Scorecard, runs: Sequence[OtherRun], columns: Sequence[tuple[str, str]]) -> str:
    rows = [["as set", *asked_of(card.overall), *(percent(card.overall.metrics.get(m)) for m, _ in columns)]]
    rows += [[escape(name), *cells] for name, cells in on_sample(card, runs, columns)]
    for run in runs:
        cells = []
        for metric, _ in columns:
            change = run.changes.get(metric)
            text = percent(run.summary.metrics.get(metric))
            if change is not None and change.difference is not None:
                css = ("good" if change.gain > 0 else "bad") if is_clear(change) else "soft"
                text += f' <span class="{css}">{signed(change.difference)}</span>'
            cells.append(text)
        rows.append(
            [f'<span title="{escape(run.what, quote=True)}">{escape(row_name(run))}</span>', *asked_of(run.summary), *cells]
        )
    return _table(["", *ASKED_COLUMNS, *(label for _, label in columns)], rows) + (
        '<p class="soft">Small numbers: points of difference to the run as set, coloured where the interval leaves out zero.</p>'
    )


def _latency(card: Scorecard) -> str:
    rows = [[escape(stage), f"{v['p50']:.4f}", f"{v['p95']:.4f}"] for stage, v in card.latency.items()]
    return _table(["stage", "p50", "p95"], rows)


def _comparison(comparison: Comparison) -> str:
    rows = []
    for c in comparison.changes:
        css = ("good" if c.gain > 0 else "bad") if is_clear(c) else ""
        difference = "gone" if c.difference is None else signed(c.difference)
        ends = f"[{signed(c.interval[0])}, {signed(c.interval[1])}]" if c.interval else "-"
        counts = [str(len(c.wins)), str(c.ties), str(len(c.losses))] if c.name in MEANS else ["-"] * 3
        rows.append(
            [escape(c.name), str(c.n), percent(c.old), percent(c.new), f'<span class="{css}">{difference}</span>', ends, *counts]
        )
    listed = "".join(
        f"<details><summary>{escape(c.name)}: {len(c.wins)} better, {len(c.losses)} worse</summary><p>better: "
        f"{escape(', '.join(c.wins)) or 'none'}</p><p>worse: {escape(', '.join(c.losses)) or 'none'}</p></details>"
        for c in comparison.changes
        if c.wins or c.losses
    )
    return _table(["metric", "n", "old", "new", "change", "95 %", "wins", "ties", "losses"], rows) + listed


def _failures(results: Sequence[QuestionResult]) -> str:
    """Questions that went wrong, worst kinds of wrong first: answered wrongly, answered where nothing is to say, refused."""
    wrong = [r for r in results if not r.abstained and r.answerable and r.correct is False]
    invented = [r for r in results if not r.abstained and not r.answerable]
    refused = [r for r in results if r.abstained and r.answerable]
    parts = []
    for title, rows in (("answered wrongly", wrong), ("answered, but the reports do not say", invented), ("refused", refused)):
        if rows:
            cells = [
                [
                    escape(r.id),
                    escape(r.kind),
                    escape(r.question),
                    escape(r.expected),
                    escape(r.short_answer or r.answer),
                    percent(r.confidence),
                ]
                for r in rows[:_MOST_ROWS]
            ]
            table = _table(["id", "kind", "question", "expected", "said", "conf."], cells, (1, 2, 3, 4))
            parts.append(f"<details><summary>{len(rows)} {title}</summary>{table}</details>")
    return "<h2>What went wrong</h2>" + "".join(parts) if parts else ""


def _problems(problems: Sequence[str]) -> str:
    if not problems:
        return ""
    return "<h2>Left out</h2><ul>" + "".join(f"<li>{escape(line)}</li>" for line in problems) + "</ul>"
