from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eval import support
from eval.support import EvidenceSpan, locate
from rag.types import Citation, Report

BOATS = "In the port town raiders burned three boats."
MAYOR = "The mayor blamed a smuggling ring."
RIFLES = "A patrol found a cache of rifles near the old mill."

CiteIt = Callable[..., Citation]


def found(quote: str, report: Report) -> EvidenceSpan:
    piece = locate(quote, report)
    assert piece is not None
    return piece


def test_quote_is_found_whatever_its_white_space(report: Report) -> None:
    piece = found("raiders  burned\nthree boats", report)
    start, end = piece.spans[0]
    assert report.text[start:end] == "raiders burned three boats"
    assert piece.entries == ((report.entries[0].start, report.entries[0].end),)


def test_quote_that_is_not_there_is_not_found(report: Report) -> None:
    assert locate("raiders sank three boats", report) is None
    assert locate("  ", report) is None


def test_quote_that_stands_twice_has_two_places(report: Report) -> None:
    assert len(found("May", report).spans) == 2


def test_citation_that_shares_half_of_the_evidence_meets_it(report: Report, cite: CiteIt) -> None:
    assert support.meets(cite("raiders burned three boats"), found(BOATS, report), ())
    assert support.meets(cite(BOATS), found("three boats", report), ())


def test_citation_of_another_sentence_of_the_entry_needs_the_answer(report: Report, cite: CiteIt) -> None:
    piece = found(BOATS, report)
    assert not support.meets(cite(MAYOR), piece, ["three"])
    assert support.meets(cite(MAYOR), piece, ["smuggling ring"])


def test_citation_of_another_entry_never_meets(report: Report, cite: CiteIt) -> None:
    assert not support.meets(cite(RIFLES), found(BOATS, report), ["rifles"])


def test_citation_of_another_report_never_meets(report: Report, cite: CiteIt) -> None:
    assert not support.meets(cite(BOATS, report_id="r2"), found(BOATS, report), ["three"])


def test_precision_and_recall_worked_by_hand(report: Report, cite: CiteIt) -> None:
    pieces = [found(BOATS, report), found(RIFLES, report)]
    citations = [cite(BOATS), cite(MAYOR)]
    assert support.citation_precision(citations, pieces, ["three"]) == 0.5
    assert support.citation_recall(citations, pieces, ["three"]) == 1.0
    assert support.citation_recall([cite(MAYOR)], pieces, ["three"]) == 0.0
    assert support.citation_recall(citations, pieces, [], [["three"], ["rifles"]]) == 0.5


def test_citations_without_evidence_are_undefined(cite: CiteIt) -> None:
    assert support.citation_precision([cite(BOATS)], [], []) is None
    assert support.citation_recall([cite(BOATS)], [], []) is None
    assert support.citation_precision([], [], []) is None


def test_evidence_ranks_take_the_first_passage_that_holds_it(report: Report) -> None:
    piece = found(BOATS, report)
    start, end = piece.spans[0]
    passages = [("r2", start, end), ("r1", 0, 5), ("r1", start - 10, end + 40), ("r1", start, end)]
    assert support.evidence_ranks([piece], passages) == [3]
    assert support.evidence_ranks([piece], passages[:2]) == [None]


def test_quotes_are_compared_with_the_stored_text(report: Report, cite: CiteIt) -> None:
    texts = {"r1": report.text}
    assert support.quotes_exact([cite(BOATS), cite(MAYOR, start=3)], texts) == 0.5
    assert support.quotes_exact([cite(BOATS, quote="")], texts) == 0.0
    assert support.quotes_exact([], texts) is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("One. [1] Two [2][3].", [("One", (1,)), ("Two", (2, 3))]),
        ("One [1, 2] rest", [("One", (1, 2)), ("rest", ())]),
        ("No marks", [("No marks", ())]),
        ("", []),
    ],
)
def test_statements_end_at_their_marks(answer: str, expected: Any) -> None:
    assert support.statements(answer) == expected


def test_statement_with_a_number_the_quote_lacks_is_not_supported() -> None:
    assert support.is_supported("raiders burned three boats", [BOATS])
    assert not support.is_supported("raiders burned 30 boats in the port town", [BOATS])


def test_verdict_of_a_yes_or_no_is_not_looked_up() -> None:
    assert support.is_supported("No: raiders burned three boats", [BOATS])
    assert not support.is_supported("No boats were ever burned by pirates", [BOATS])


def test_share_of_supported_statements(cite: CiteIt) -> None:
    answer = f"{BOATS} [1] Pirates sailed away unharmed [2]. It rained."
    assert support.support_share(answer, [cite(BOATS), cite(MAYOR, 2)]) == pytest.approx(1 / 3)
    assert support.support_share("[1]", [cite(BOATS)]) is None


def test_marks_are_stripped() -> None:
    assert support.strip_marks("One. [1] Two [2, 3].") == "One. Two."
