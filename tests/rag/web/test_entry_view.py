from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date

import pytest
from web_doubles import TEXT, make_answer, make_report

from rag.types import DateRange, Entry, Report, Span
from rag.web.entry_view import WHOLE, render_cited, render_entry

REPORT = make_report()
ANSWER = make_answer("who")
CITATION = ANSWER.citations[0]
PASSAGE = ANSWER.passages[0].passage
QUOTE = Span(CITATION.start, CITATION.end)


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def steps(markup: str) -> dict[str, str]:
    return {
        html.unescape(label): html.unescape(href) for href, label in re.findall(r'<a class="step" href="(.*?)">(.*?)</a>', markup)
    }


def long_report() -> Report:
    """The entry has so many sentences after the quoted one that it is not shown whole."""
    entry = REPORT.entries[1]
    more = " Nothing else happened that day." * (WHOLE // 30)
    text = TEXT[: entry.end] + more + TEXT[entry.end :]
    return replace(REPORT, text=text, entries=(REPORT.entries[0], replace(entry, end=entry.end + len(more))))


def test_quotation_stands_marked_inside_its_whole_entry() -> None:
    markup = render_cited(CITATION, PASSAGE, REPORT)
    block = re.search(r"<blockquote.*?</blockquote>", markup)
    mark = re.search(r'<mark class="quote">(.*?)</mark>', markup)
    assert block
    assert mark
    assert text_of(block.group()) == REPORT.text[REPORT.entries[1].start : REPORT.entries[1].end]
    assert text_of(mark.group()) == CITATION.quote
    assert steps(markup) == {"‹ Previous entry": f"entry/{REPORT.id}/0?start={QUOTE.start}&end={QUOTE.end}"}
    assert "2 of 2" in text_of(markup)


def test_long_entry_is_cut_to_the_passage_and_can_be_had_whole() -> None:
    report = long_report()
    cut = render_cited(CITATION, PASSAGE, report)
    assert "Nothing else" not in cut
    assert " …</blockquote>" in cut
    assert "Whole entry" in steps(cut)
    assert text_of(render_entry(report, 1, QUOTE)).count("Nothing else happened that day.") == WHOLE // 30


def test_entry_beside_the_quotation_leads_on_and_back() -> None:
    markup = render_entry(REPORT, 0, QUOTE)
    assert "A lead of no event." in text_of(markup)
    assert "<mark" not in markup
    assert "lead of April 9, 2018" in text_of(markup)
    assert list(steps(markup)) == ["Back to the quotation", "Next entry ›"]
    assert steps(markup)["Back to the quotation"].startswith(f"entry/{REPORT.id}/1?")
    assert steps(render_entry(REPORT, 0, QUOTE, root="../../"))["Next entry ›"].startswith("../../entry/")


def test_entry_tells_its_heading_or_that_it_is_undated() -> None:
    headed = replace(REPORT, entries=(Entry(0, 0, 5, heading="Armed <groups>"), Entry(1, 6, 10)), published_on=date(2018, 1, 1))
    assert "Armed <groups> · report of January 1, 2018" in text_of(render_entry(headed, 0, QUOTE))
    assert "undated entry" in text_of(render_entry(headed, 1, QUOTE))


@pytest.mark.parametrize("index", [-1, 2, 10**9])
def test_entry_that_does_not_exist_is_refused(index: int) -> None:
    with pytest.raises(IndexError):
        render_entry(REPORT, index, QUOTE)


@pytest.mark.parametrize("report", [None, replace(REPORT, text=TEXT.replace("two men", "six men"))])
def test_quotation_of_a_report_that_has_gone_or_changed_says_so(report: Report | None) -> None:
    told = text_of(render_cited(CITATION, None, report))
    assert CITATION.quote in told
    assert "no longer holds this report as it was quoted" in told


def test_quotation_across_entries_is_shown_without_steps() -> None:
    report = replace(REPORT, entries=(replace(REPORT.entries[0], end=QUOTE.start + 5),))
    markup = render_cited(CITATION, PASSAGE, report)
    assert steps(markup) == {}
    assert CITATION.quote in text_of(markup)


def test_place_heading_and_text_are_inert() -> None:
    bad = "<script>alert(1)</script>"
    text = f"{bad} {bad}"
    on = DateRange(date(2018, 1, 1), date(2018, 1, 1))
    report = replace(REPORT, text=text, entries=(Entry(0, 0, len(text), on, place=bad), Entry(1, 0, 3, heading=bad)))
    assert "<script" not in render_entry(report, 0, Span(0, 5)) + render_entry(report, 1, Span(0, 5))
