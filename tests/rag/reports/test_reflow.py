from __future__ import annotations

from rag.reports.reflow import Line, flow


def page(*lines: str, top: float = 700.0, step: float = 12.0, size: float = 10.0) -> list[Line]:
    return [Line(text, 72.0, top - step * number, size) for number, text in enumerate(lines) if text]


def test_wider_gap_begins_a_paragraph() -> None:
    assert flow([page("One line", "and its end.", "", "Another line", "and more.")]) == [
        "One line and its end.",
        "Another line and more.",
    ]


def test_change_of_letter_size_begins_a_paragraph() -> None:
    lines = [Line("Heading", 72, 700, 18), *page("Text begins", "and ends.", top=686)]
    assert flow([lines]) == ["Heading", "Text begins and ends."]


def test_sentence_goes_on_over_a_page() -> None:
    assert flow([page("It began on one", "page and went"), page("on the next.", "So it was.")]) == [
        "It began on one page and went on the next. So it was."
    ]


def test_finished_sentence_ends_its_paragraph_at_the_page() -> None:
    assert flow([page("It ended on", "this page."), page("Another began", "here.")]) == [
        "It ended on this page.",
        "Another began here.",
    ]


def test_bullets_begin_paragraphs() -> None:
    assert flow([page("• four dead", "• two hurt", "1) one car")]) == ["• four dead", "• two hurt", "1) one car"]


def test_word_broken_at_a_line_end_is_made_whole() -> None:
    assert flow([page("They were am-", "bushed near Gao.")]) == ["They were ambushed near Gao."]


def test_hyphen_stays_where_the_document_writes_it_elsewhere() -> None:
    lines = page("The counter-terror force and the counter-", "terror law.")
    assert flow([lines]) == ["The counter-terror force and the counter-terror law."]


def test_running_lines_are_told_by_their_repetition_in_any_order() -> None:
    pages = [
        [*page("Body text", "of the page."), Line(f"Report {n}/2018", 72, 800, 8), Line(f"- {n} -", 300, 20, 8)]
        for n in range(1, 5)
    ]
    assert "Report" not in " ".join(flow(pages))
    assert "- 1 -" not in " ".join(flow(pages))


def test_empty_document_has_no_paragraphs() -> None:
    assert flow([[], []]) == []
