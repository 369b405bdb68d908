from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from rag.answers.timeline_csv import COLUMNS, inert_cell, timeline_csv
from rag.types import Citation, DateRange, TimelineRow


def made_row(text: str, place: str = "Gao", tellings: int = 1) -> TimelineRow:
    day = date(2018, 4, 6)
    told = tuple(
        Citation(n, f"mali-{n}.txt", "f" * 16, "Mali: Raids", day, day, text, 10 * n, 10 * n + 5, "p")
        for n in range(1, tellings + 1)
    )
    return TimelineRow(DateRange(day, day), text, place, told)


def test_each_event_is_a_line_and_reads_back_as_it_was() -> None:
    text = 'He said "no",\nand left; é'
    rows = list(csv.reader(io.StringIO(timeline_csv([made_row(text, tellings=3), made_row("second")]), newline="")))
    assert tuple(rows[0]) == COLUMNS
    first = dict(zip(COLUMNS, rows[1], strict=True))
    assert first["from"] == first["to"] == "2018-04-06"
    assert first["text"] == text
    assert (first["tellings"], first["report"], first["start"], first["end"]) == ("3", "mali-1.txt", "10", "15")
    assert first["told_also_by"] == "mali-2.txt 20-25; mali-3.txt 30-35"
    assert len(rows) == 3


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "\uff1d1", "\u00a0=1", "|calc", "%0A=1", "\x00=1"],
)
def test_cell_that_would_be_computed_is_made_inert(text: str) -> None:
    assert inert_cell(text) == "'" + text
    assert f'"\'{text}"' in timeline_csv([made_row("x", place=text)])


@pytest.mark.parametrize("text", ["", "Gao", "2018-04-06", "a=1", "'quoted'", "(north) - Kidal"])
def test_plain_cell_stays_as_it_is(text: str) -> None:
    assert inert_cell(text) == text
