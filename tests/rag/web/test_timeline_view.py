from __future__ import annotations

import html
import json
import re
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

from rag.types import Citation, DateRange, Filters, TimelineRow
from rag.web.timeline_tab import csv_query
from rag.web.timeline_view import PICTURED, SHOWN, in_words, render_timeline

FIRST = date(2018, 1, 30)


def made_rows(n: int, text: str = "A bridge fell.") -> list[TimelineRow]:
    rows = []
    for i in range(n):
        on = FIRST + timedelta(days=i)
        told = Citation(1, "mali.txt", "f" * 16, "Mali: Raids", on, on, text, 3, 9, "p")
        rows.append(TimelineRow(DateRange(on, on), text, "Gao", (told,)))
    return rows


def data_of(markup: str) -> dict[str, list[list[object]]]:
    match = re.search(r'<div class="timeline-data" hidden>(.*?)</div>', markup)
    assert match
    return json.loads(html.unescape(match.group(1)))  # type: ignore[no-any-return]


def test_picture_has_every_event_and_an_alternative_in_words() -> None:
    markup = render_timeline(made_rows(SHOWN + 10))
    assert len(data_of(markup)["events"]) == SHOWN + 10
    assert data_of(markup)["events"][0] == [
        "2018-01-30",
        "2018-01-30",
        "A bridge fell.",
        "Gao",
        [["f" * 16, 3, 9, 0, "2018-01-30"]],
    ]
    assert markup.count("<tr>") == SHOWN + 1
    assert f"first {SHOWN} of {SHOWN + 10}" in html.unescape(markup)
    assert in_words(made_rows(4)) == "4 events, January 30, 2018 to February 2, 2018. Most begin in February 2018: 2."


def test_data_of_the_picture_are_bounded() -> None:
    markup = render_timeline(made_rows(PICTURED + 1))
    assert len(data_of(markup)["events"]) == PICTURED
    assert "narrow the period" in markup


def test_text_of_reports_is_inert_in_the_data_too() -> None:
    hostile = "</div><script>alert(1)</script> ]]> <!-- \n\n # x"
    markup = render_timeline(made_rows(1, hostile))
    assert "<script" not in markup
    assert "\n" not in markup
    assert data_of(markup)["events"][0][2] == hostile


def test_file_holds_what_was_asked() -> None:
    query = csv_query(
        " Gao & co ", Filters(since=date(2018, 1, 1), as_of=date(2019, 1, 1), countries=("Mali", "Niger"), reports=("a&b.txt",))
    )
    match = re.search(r'href="([^"]*csv[^"]*)"', render_timeline(made_rows(1), query))
    assert match
    parts = urlsplit(html.unescape(match.group(1)))
    assert parts.path == "timeline.csv"
    assert parse_qsl(parts.query) == [
        ("about", "Gao & co"), ("since", "2018-01-01"), ("as_of", "2019-01-01"),
        ("country", "Mali"), ("country", "Niger"), ("report", "a&b.txt"),
    ]  # fmt: skip
