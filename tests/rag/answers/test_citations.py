from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.answers.citations import cite, nearest, renumber
from rag.types import DateMention, DateRange, Passage, RetrievedPassage, Span

TEXT = "June 2, 2018: Gunmen fled. Two guards were hurt."
PASSAGE = Passage(
    id="r-10-58",
    report_id="r",
    report="a.txt",
    title="Land: A Title",
    country="Land",
    published_on=date(2018, 6, 9),
    entry=1,
    on=DateRange(date(2018, 6, 2), date(2018, 6, 2)),
    place="",
    is_lead=False,
    start=10,
    end=10 + len(TEXT),
    text=TEXT,
    sentences=(Span(10, 36), Span(37, 58)),
)


def test_marks_are_renumbered_and_others_stay() -> None:
    assert renumber("One [2]. Two [1, 3][2]. Not [a] nor [1234].", {2: 5, 3: 2}) == "One [5]. Two [1][2][5]. Not [a] nor [1234]."


def test_quote_is_cut_from_the_stored_text_and_dated_by_its_entry() -> None:
    citation = cite(PASSAGE, Span(37, 58), 1)
    assert citation.quote == "Two guards were hurt."
    assert (citation.date, citation.published_on) == (date(2018, 6, 2), date(2018, 6, 9))
    assert ("x" * 10 + TEXT)[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("span", [Span(9, 20), Span(40, 99), Span(20, 20)])
def test_span_outside_the_passage_is_refused(span: Span) -> None:
    with pytest.raises(ValueError, match="does not lie in passage"):
        cite(PASSAGE, span, 1)


def test_nearest_evidence_is_the_best_sentence_of_the_first_passage() -> None:
    first = RetrievedPassage(PASSAGE, 1, 0.9, best_sentence=Span(37, 58))
    near = nearest([first, replace(first, rank=2, best_sentence=Span(10, 36))])
    assert near is not None
    assert near.quote == "Two guards were hurt."
    assert nearest([]) is None


OCTOBER = DateRange(date(2017, 10, 1), date(2017, 10, 31))


def told(*ranges: DateRange) -> Passage:
    return replace(PASSAGE, dates=tuple(DateMention(25 + n, 26 + n, "x", days, "partial") for n, days in enumerate(ranges)))


def test_event_of_other_days_than_its_entry_says_so() -> None:
    citation = cite(told(OCTOBER), Span(10, 36), 1)
    assert citation.happened == OCTOBER
    assert citation.to_row()["happened"] == ["2017-10-01", "2017-10-31"]
    assert citation.date == date(2018, 6, 2)


def test_narrowest_of_days_inside_each_other_is_meant() -> None:
    fourth = DateRange(date(2017, 10, 4), date(2017, 10, 4))
    assert cite(told(OCTOBER, fourth), Span(10, 36), 1).happened == fourth


def test_entrys_own_day_or_several_times_say_nothing() -> None:
    own = DateRange(date(2018, 6, 2), date(2018, 6, 2))
    other = DateRange(date(2016, 1, 1), date(2016, 12, 31))
    assert cite(told(own), Span(10, 36), 1).happened is None
    assert cite(told(OCTOBER, other), Span(10, 36), 1).happened is None
    assert cite(told(OCTOBER), Span(37, 58), 1).to_row()["happened"] is None
