from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime

import pytest

from rag.library.results import ReportRow
from rag.web.reports_table import SHOWN, file_size, render_reports


def made_row(name: str, title: str, on: date | None = None, entries: int = 1, size: int = 1000, added: int = 1) -> ReportRow:
    at = datetime(2020, 1, added, tzinfo=UTC)
    return ReportRow(name[0] * 16, name, title, title.partition(":")[0], on, entries, 2 * entries, "ready", size, at)


ROWS = [
    made_row("a.txt", "Mali: Older", date(2018, 1, 1), 5, 3_000_000, 3),
    made_row("b.txt", "Niger: Newer", date(2019, 1, 1), 1, 1_000, 1),
    made_row("c.txt", "Chad: Undated", None, 9, 20_000, 2),
    made_row("d.txt", "Côte: Accented", date(2017, 1, 1), 2, 2_000, 4),
]


def names(markup: str) -> list[str]:
    return re.findall(r'class="file">(\w)', markup)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("date down", "badc"), ("date up", "cdab"), ("title up", "cdab"), ("entries down", "cadb"), ("size up", "bdca"),
        ("added down", "dacb"), ("country down", "badc"), ("", "badc"), ("nonsense up", "badc"), ("date <script>", "badc"),
    ],
)  # fmt: skip
def test_rows_are_sorted_by_any_column(order: str, expected: str) -> None:
    assert "".join(names(render_reports(ROWS, order=order))) == expected


@pytest.mark.parametrize(("search", "expected"), [("mali", "a"), ("COTE", "d"), (".txt newer", "b"), ("", "badc"), ("zzz", "")])
def test_search_finds_all_its_words_in_title_file_or_country(search: str, expected: str) -> None:
    assert "".join(names(render_reports(ROWS, search))) == expected


def test_pressed_column_offers_the_other_direction() -> None:
    assert 'class="sort down" id="sort-date-up"' in render_reports(ROWS)
    assert 'id="sort-size-up"' in render_reports(ROWS, order="size down")
    assert 'id="sort-title-up"' in render_reports(ROWS)


def test_row_tells_size_and_the_day_it_was_added() -> None:
    row = html.unescape(render_reports(ROWS[:1]))
    assert "3.0 MB" in row
    assert "January 3, 2020" in row
    assert [file_size(n) for n in (1, 1499, 999_499, 1_000_000)] == ["1 kB", "1 kB", "999 kB", "1.0 MB"]


def test_table_is_bounded_and_inert() -> None:
    rows = [made_row("e.txt", "<script>alert(1)</script>")] * (SHOWN + 1)
    markup = render_reports(rows)
    assert markup.count("<tr>") == SHOWN + 1
    assert f"first {SHOWN}" in html.unescape(markup)
    assert "<script" not in markup
    assert "undated" in markup
    assert "\n" not in markup


def test_empty_library_says_what_to_do() -> None:
    assert "Add reports" in render_reports([])
