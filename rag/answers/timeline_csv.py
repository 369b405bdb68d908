"""A timeline as CSV that a spreadsheet reads as text: one line for each event."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from rag.types import TimelineRow

COLUMNS = ("from", "to", "place", "text", "tellings", "report", "title", "date", "start", "end", "passage_id", "told_also_by")

# What spreadsheets take for the start of a formula, also in the full-width forms some of them fold, and with blanks before it.
_FORMULA = re.compile(r"^[\s\x00-\x20]*[=+\-@\uff1d\uff0b\uff0d\uff20|%]")


def timeline_csv(rows: Sequence[TimelineRow]) -> str:
    """The rows as CSV (RFC 4180), every cell quoted.

    A cell that a spreadsheet would read as a formula begins with an apostrophe, which spreadsheets do not show: text of reports
    is data wherever it is opened (OWASP, "CSV Injection").

    Args:
        rows: As the assistant gave them.

    Returns:
        A header line and one line for each event; ``report``, ``start`` and ``end`` name its first telling, ``told_also_by`` the
        others as "file start-end" joined by semicolons. Dates are ISO days.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for row in rows:
        first, *others = row.citations
        writer.writerow(
            inert_cell(cell)
            for cell in (
                row.on.start.isoformat(),
                row.on.end.isoformat(),
                row.place,
                row.text,
                str(len(row.citations)),
                first.report,
                first.title,
                first.date.isoformat() if first.date else "",
                str(first.start),
                str(first.end),
                first.passage_id,
                "; ".join(f"{c.report} {c.start}-{c.end}" for c in others),
            )
        )
    return out.getvalue()


def inert_cell(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would compute it."""
    return f"'{text}" if _FORMULA.match(text) else text
