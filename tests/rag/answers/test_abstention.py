"""Reasons of refusals, each true of a small library."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np
from answer_doubles import passage, retrieved

from rag.answers.abstention import abstain, find_reason
from rag.answers.evidence import FEATURES, score_sentences
from rag.answers.holdings import Holdings
from rag.reports.names import fold
from rag.search.question import understand
from rag.types import DateRange, Filters, Passage

RAID = passage("April 5, 2018: In Karo gunmen of the Red Front raided the post.", date(2018, 4, 5), report="a.txt")
MARKET = passage("May 2, 2018: In Tesso the market opened again.", date(2018, 5, 2), report="b.txt")
COVERED = DateRange(date(2018, 1, 1), date(2018, 12, 31))


class Shelf:
    """A catalog of given passages; words are looked up as they stand."""

    def __init__(self, *passages: Passage) -> None:
        self.held = {p.id: p for p in passages}

    def lexical(self, terms: Sequence[str], k: int, *, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        return [
            (key, 1.0)
            for key, p in self.held.items()
            if (within is None or key in within) and any(term in fold(p.text) for term in terms)
        ][:k]

    def passages(self, ids: Collection[str]) -> Mapping[str, Passage]:
        return {key: self.held[key] for key in ids}

    def filter_ids(self, filters: Filters) -> frozenset[str] | None:
        if filters.is_empty:
            return None
        return frozenset(key for key, p in self.held.items() if not filters.reports or p.report in filters.reports)

    def document_frequency(self, term: str) -> int:
        return sum(fold(term) in fold(p.text) for p in self.held.values())


def reason(text: str, *found: Passage, library: Sequence[Passage] = (RAID, MARKET), filters: Filters | None = None) -> str:
    near = found[0] if found else None
    return find_reason(understand(text, filters=filters), retrieved(*found), near, COVERED, Holdings(Shelf(*library)))


def test_nothing_found_is_the_reason() -> None:
    assert reason("who raided Karo") == "No report matches."
    assert reason("who raided Karo", filters=Filters(reports=("b.txt",))) == "No report matches within the filters."


def test_days_outside_the_coverage_are_the_reason_with_the_coverage() -> None:
    assert reason("who raided Karo in May 2011", RAID) == (
        "The reports cover January 1, 2018 to December 31, 2018; the question asks about May 2011."
    )


def test_name_in_no_report_is_the_reason() -> None:
    assert reason("who raided Zanzibar", RAID) == "No report speaks of Zanzibar."


def test_name_that_was_not_retrieved_but_is_in_the_library_is_not_called_missing() -> None:
    assert "Tesso" not in reason("who raided Tesso", RAID)


def test_name_outside_the_filters_is_missing_within_them() -> None:
    filters = Filters(reports=("a.txt",))
    assert reason("who raided Tesso", RAID, filters=filters) == "Within the filters no report speaks of Tesso."


def test_names_never_told_of_together_are_the_reason() -> None:
    assert reason("did the Red Front raid Tesso", RAID) == "The reports speak of Red Front and of Tesso, but in no entry of both."


def test_names_in_two_passages_of_one_entry_are_together() -> None:
    more = passage("The way to Ulo was cut.", date(2018, 4, 5), report="a.txt", start=500, entry=1)
    assert "in no entry" not in reason("did the Red Front reach Ulo", RAID, library=(RAID, more))


def test_other_day_is_the_reason_with_the_day_there_is() -> None:
    assert reason("who raided Karo on April 7, 2018", RAID) == (
        "The reports speak of Karo on April 5, 2018, but not on April 7, 2018."
    )


def test_nearest_evidence_is_of_the_day_the_reason_names() -> None:
    old = passage("May 2, 2016: In Karo soldiers were killed when gunmen raided the post.", date(2016, 5, 2), report="c.txt")
    question = understand("how many soldiers were killed in Karo on April 7, 2018")
    found = retrieved(old, RAID)
    weights = [1.0 if name == "cover" else 0.0 for name in FEATURES]
    scored = score_sentences(question, found, np.zeros(4, np.float32), {}, lambda word: 1.0, weights)
    assert scored[0].retrieved.passage.report == "c.txt"
    answer = abstain(question, tuple(found), scored, 0.1, COVERED, Holdings(Shelf(old, RAID)))
    assert answer.reason == "The reports speak of Karo on April 5, 2018, but not on April 7, 2018."
    assert [c.report for c in answer.citations] == ["a.txt"]


def test_day_without_a_year_is_denied_of_all_years_only() -> None:
    told = passage("April 7, 2018: In Karo it was quiet.", date(2018, 4, 7), report="d.txt")
    question = understand("who raided Karo on April 7", coverage=DateRange(date(2017, 1, 1), date(2018, 12, 31)))
    assert len(question.dates) == 2
    for library in ((RAID, told), (RAID,)):
        found = find_reason(question, retrieved(RAID), RAID, COVERED, Holdings(Shelf(*library)))
        assert ("but not on April 7." in found) == (told not in library)


def test_nothing_is_said_to_be_missing_for_a_day_that_was_found() -> None:
    told = passage("April 7, 2018: In Karo it was quiet.", date(2018, 4, 7), report="d.txt")
    assert "Nothing was found for" in reason("where were gunmen on April 7, 2018", RAID)
    assert "Nothing was found for" not in reason("where were gunmen on April 7, 2018", RAID, told)


def test_nearest_of_several_days_is_named() -> None:
    again = passage("April 20, 2018: In Karo the post was rebuilt.", date(2018, 4, 20), report="c.txt")
    found = reason("who raided Karo on April 18, 2018", RAID, library=(RAID, again))
    assert found == "The reports speak of Karo on April 20, 2018, but not on April 18, 2018."


def test_day_the_library_does_speak_of_is_not_denied() -> None:
    same = passage("April 7, 2018: In Karo it was quiet.", date(2018, 4, 7), report="d.txt")
    assert "but not on" not in reason("who raided Karo on April 7, 2018", RAID, library=(RAID, same))


def test_event_day_in_the_text_counts_as_much_as_the_entrys() -> None:
    told = passage("June 1, 2018: Karo was raided on April 7, 2018 by gunmen.", date(2018, 6, 1), report="e.txt")
    assert "but not on" not in reason("who raided Karo on April 7, 2018", RAID, library=(RAID, told))


def test_word_no_report_uses_is_the_reason() -> None:
    assert reason("how many lecturers lived in Karo", RAID) == "No report uses the word “lecturers”."


def test_nothing_particular_is_said_when_nothing_is_known() -> None:
    assert reason("who raided Karo", RAID) == "The passages found do not answer it clearly enough."


def test_month_is_named_with_its_own_word() -> None:
    assert reason("who raided Karo in May 2018", RAID) == "The reports speak of Karo on April 5, 2018, but not in May 2018."


def test_what_the_nearest_passage_lacks_is_the_last_reason() -> None:
    near = retrieved(RAID)
    found = find_reason(understand("who raided Karo"), near, RAID, COVERED, Holdings(Shelf(RAID)), "does not say who")
    assert found == "The nearest passage does not say who."
