"""The table of reports: searched, sorted, and written as markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from rag.library.results import ReportRow
from rag.reports.date_text import format_day
from rag.reports.names import fold
from rag.web.markup import count, day, literal, report_link

SHOWN = 500
"""Rows on the page; a search finds the others."""

DEFAULT_ORDER = "date down"

_COLUMNS: dict[str, tuple[str, str, Callable[[ReportRow], Any]]] = {
    "title": ("Report", "", lambda r: (fold(r.title), r.name)),
    "date": ("Date", "", lambda r: r.published_on or date.min),
    "country": ("Country", "", lambda r: fold(r.country)),
    "entries": ("Entries", "num-col", lambda r: r.entries),
    "passages": ("Passages", "num-col", lambda r: r.passages),
    "size": ("Size", "num-col", lambda r: r.size),
    "added": ("Added", "", lambda r: r.added_at),
    "state": ("State", "", lambda r: r.state),
}
_STATES = {"ready": "ready", "pending": "being indexed", "removing": "being removed"}


def render_reports(rows: Sequence[ReportRow], search: str = "", order: str = DEFAULT_ORDER) -> str:
    """The table.

    Args:
        rows: As the assistant lists them.
        search: Words that file name, title or country must hold, all of them; accents and case do not matter.
        order: A column and "up" or "down", such as "date down"; anything else is the default order.

    Returns:
        Markup without raw line ends.
    """
    if not rows:
        return '<p class="panel-note">The library is empty. Add reports above: text, Markdown, HTML, PDF or Word.</p>'
    found = _sorted(_searched(rows, search), order)
    note = f"{len(found):,} of {count(len(rows), 'report')}" if search.strip() else count(len(rows), "report")
    if len(found) > SHOWN:
        note += f"; the first {SHOWN} are listed, search to see others"
    head = "".join(_header(key, order) for key in _COLUMNS) + '<th scope="col">Change</th>'
    body = "".join(_row(row) for row in found[:SHOWN])
    return (
        f'<p class="panel-note" role="status">{literal(note)}</p>'
        '<div class="table-wrap" tabindex="0" role="region" title="Reports"><table class="reports"><thead><tr>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def file_size(size: int) -> str:
    """Bytes as people read them: "3 kB", "1.2 MB"."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000)):,} kB"
    return f"{size / 1_000_000:,.1f} MB"


def _searched(rows: Sequence[ReportRow], search: str) -> list[ReportRow]:
    words = fold(search).split()
    return [row for row in rows if all(word in fold(f"{row.name} {row.title} {row.country}") for word in words)]


def _parts(order: str) -> tuple[str, str]:
    column, _, direction = order.partition(" ")
    return (column, direction) if column in _COLUMNS and direction in ("up", "down") else ("date", "down")


def _sorted(rows: Sequence[ReportRow], order: str) -> list[ReportRow]:
    column, direction = _parts(order)
    by_name = sorted(rows, key=lambda r: r.name)
    return sorted(by_name, key=_COLUMNS[column][2], reverse=direction == "down")


def _header(key: str, order: str) -> str:
    label, css, _ = _COLUMNS[key]
    column, direction = _parts(order)
    now = direction if column == key else ""
    # Words start at A, numbers and dates with the greatest: what people look for first.
    first = "up" if key in ("title", "country", "state") else "down"
    after = first if not now else "down" if now == "up" else "up"
    button = f'<button type="button" class="sort {now}" id="sort-{key}-{after}">{label}</button>'
    return f'<th scope="col" class="{css}">{button}</th>'


def _row(row: ReportRow) -> str:
    link = f'<a class="open-report" href="{report_link(row.id)}">{literal(row.title)}</a>'
    name = f'{link}<span class="file">{literal(row.name)}</span>'
    numbers = f'<td class="num-col n-entries">{row.entries:,}</td><td class="num-col n-passages">{row.passages:,}</td>'
    acts = "".join(
        f'<button type="button" class="{act}" id="{act}-{literal(row.id)}" title="{word} {literal(row.title)}">{word}</button>'
        for act, word in (("replace", "Replace"), ("remove", "Remove"))
    )
    added = literal(format_day(row.added_at.date()))
    return (
        f'<tr><td>{name}</td><td class="on">{day(row.published_on)}</td><td>{literal(row.country)}</td>{numbers}'
        f'<td class="num-col">{literal(file_size(row.size))}</td><td class="on added">{added}</td>'
        f'<td class="state {row.state}">{_STATES[row.state]}</td><td class="row-acts">{acts}</td></tr>'
    )
