"""The timeline as a table and as data for its picture: events by their own date, each with links to the reports that tell it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

from rag.reports.date_text import format_range
from rag.types import DateRange, TimelineRow
from rag.web.markup import count, day, days, literal, report_link

SHOWN = 400
"""Rows in the table; more would take seconds to draw. Zooming in, the CSV file and the command line give the others."""

PICTURED = 4000
"""Events sent for the picture and for the table under a zoom; about 400 bytes each."""


def render_timeline(rows: Sequence[TimelineRow], query: Sequence[tuple[str, str]] = ()) -> str:
    """The picture's place and data, its alternative in words, and the table, earliest event first.

    Args:
        rows: As the assistant gave them.
        query: What was asked, as the parameters of the CSV file's address.

    Returns:
        Markup without raw line ends. The picture is drawn by ``timeline.js`` from the data, which stand in it as text.
    """
    if not rows:
        return '<p class="panel-note">No dated event was found within these words and filters.</p>'
    body = "".join(_row(row) for row in rows[:SHOWN])
    address = literal("timeline.csv" + (f"?{urlencode(list(query))}" if query else ""))
    return (
        f'<div class="timeline-head"><p class="panel-note" id="timeline-words">{literal(in_words(rows))}</p>'
        f'<p class="timeline-acts"><a class="plain-link csv" href="{address}">Export CSV</a></p></div>'
        f'<div class="timeline-picture"></div><div class="timeline-data" hidden>{literal(picture_data(rows))}</div>'
        f'<p class="panel-note timeline-note">{literal(_note(len(rows)))}</p>'
        '<div class="table-wrap" tabindex="0" role="region" title="Timeline">'
        '<table class="timeline"><thead><tr><th scope="col">When</th><th scope="col">What the report says</th>'
        f'<th scope="col">Where</th><th scope="col">Told by</th></tr></thead><tbody>{body}</tbody></table></div>'
    )


def in_words(rows: Sequence[TimelineRow]) -> str:
    """The picture in words: how many events, from when to when, and the month with the most."""
    whole = DateRange(min(r.on.start for r in rows), max(r.on.end for r in rows))
    months = Counter(r.on.start.replace(day=1) for r in rows)
    fullest, n = max(months.items(), key=lambda item: (item[1], item[0]))
    said = f"{count(len(rows), 'event')}, {format_range(whole)}."
    return f"{said} Most begin in {fullest.strftime('%B %Y')}: {n}." if len(months) > 1 else said


def picture_data(rows: Sequence[TimelineRow]) -> str:
    """What the picture is drawn from, as JSON.

    Args:
        rows: The events; the first ``PICTURED`` are taken.

    Returns:
        ``{"titles": [...], "shown": n, "events": [[from, to, text, place, tellings], ...]}`` with dates as ISO days and
        each telling as ``[report id, start, end, title index, date]``.
    """
    titles: dict[str, int] = {}
    events = []
    for row in rows[:PICTURED]:
        told = [
            [c.report_id, c.start, c.end, titles.setdefault(c.title, len(titles)), c.date.isoformat() if c.date else ""]
            for c in row.citations
        ]
        events.append([row.on.start.isoformat(), row.on.end.isoformat(), row.text, row.place, told])
    return json.dumps({"titles": list(titles), "shown": SHOWN, "events": events}, ensure_ascii=False, separators=(",", ":"))


def _note(n: int) -> str:
    if n > PICTURED:
        return f"The picture shows the first {PICTURED:,} events and the table {SHOWN}; narrow the period to see the others."
    if n > SHOWN:
        return f"The table shows the first {SHOWN} of {n:,} events; zoom in to see the others."
    return ""


def _row(row: TimelineRow) -> str:
    told = "".join(
        f'<li><a class="open-report" href="{report_link(c.report_id, c.start, c.end)}" title="{literal(c.quote[:300])}">'
        f"{literal(c.title)}</a> "
        f'<span class="meta">{day(c.date)}</span></li>'
        for c in row.citations
    )
    cells = f'<td class="on">{days(row.on)}</td><td>{literal(row.text)}</td><td>{literal(row.place)}</td>'
    return f'<tr>{cells}<td><ul class="told">{told}</ul></td></tr>'
