from __future__ import annotations

import html
import re

from web_doubles import TEXT, make_report

from rag.types import Span
from rag.web.report_view import render_document, render_report


def body_text(markup: str) -> str:
    return html.unescape("".join(re.findall(r">([^<]*)", "".join(re.findall(r'<div class="text">.*?</div>', markup, re.DOTALL)))))


def test_all_stored_text_is_shown_in_order() -> None:
    shown = body_text(render_report(make_report()))
    assert "".join(shown.split()) == "".join(TEXT.split())


def test_quote_is_marked_once_and_found_by_its_id() -> None:
    report = make_report()
    start = TEXT.index("two men")
    markup = render_report(report, Span(start, start + 7))
    assert re.findall(r'<mark class="quote" id="quote" tabindex="-1">([^<]*)</mark>', markup) == ["two men"]


def test_furniture_is_dimmed_and_entries_are_sections() -> None:
    markup = render_report(make_report())
    assert '<span class="furniture">Archive</span>' in markup
    assert markup.count('<section class="entry') == 2
    assert "lead" in markup


def test_span_outside_the_text_marks_nothing() -> None:
    assert "<mark" not in render_report(make_report(), Span(5, 10_000))


def test_hostile_report_is_inert_as_a_page() -> None:
    bad = "<script>alert(1)</script>"
    text = TEXT.replace("two men", bad)
    page = render_document(make_report(name=bad, text=text, title=bad))
    assert "<script" not in page
    assert bad in html.unescape(page)
