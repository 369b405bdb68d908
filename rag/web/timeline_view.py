"""The timeline as a table: events by their own date, each with links to the reports that tell it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import TimelineRow
from rag.web.markup import count, day, days, literal, report_link

SHOWN = 400
"""Rows on the page; more would take seconds to draw. The command line gives them all."""


def render_timeline(rows: Sequence[TimelineRow]) -> str:
    """The table, earliest event first.

    Args:
        rows: As the assistant gave them.

    Returns:
        Markup without raw line ends.
    """
    if not rows:
        return '<p class="panel-note">No dated event was found within these words and filters.</p>'
    note = (
        f"The first {SHOWN} of {len(rows):,} events; narrow the period to see the others."
        if len(rows) > SHOWN
        else count(len(rows), "event")
    )
    body = "".join(_row(row) for row in rows[:SHOWN])
    return (
        f'<p class="panel-note">{literal(note)}</p><div class="table-wrap" tabindex="0" role="region" title="Timeline">'
        '<table class="timeline"><thead><tr><th scope="col">When</th><th scope="col">What the report says</th>'
        f'<th scope="col">Where</th><th scope="col">Told by</th></tr></thead><tbody>{body}</tbody></table></div>'
    )


def _row(row: TimelineRow) -> str:
    told = "".join(
        f'<li><a class="open-report" href="{report_link(c.report_id, c.start, c.end)}" title="{literal(c.quote[:300])}">'
        f"{literal(c.title)}</a> "
        f'<span class="meta">{day(c.date)}</span></li>'
        for c in row.citations
    )
    cells = f'<td class="on">{days(row.on)}</td><td>{literal(row.text)}</td><td>{literal(row.place)}</td>'
    return f'<tr>{cells}<td><ul class="told">{told}</ul></td></tr>'
