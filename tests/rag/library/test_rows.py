from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from rag.library import rows
from rag.types import DateMention, DateRange, Passage, Span


def passage(on: DateRange | None, published_on: date | None, *mentions: DateMention) -> Passage:
    return Passage("r-5-9", "r", "r.txt", "T", "", published_on, 0, on, "", False, 5, 9, "text", (Span(5, 9),), mentions)


def test_days_and_numbers_are_each_others_inverse() -> None:
    for day in (date(1, 1, 1), date(2018, 4, 6), date(2020, 2, 29), date(9999, 12, 31)):
        assert rows.day_of(rows.day_number(day)) == day
    assert rows.day_number(date(2018, 4, 6)) == 20180406
    assert rows.day_number(date.min) > rows.FIRST_DAY
    assert rows.day_number(date.max) <= rows.LAST_DAY


def test_spans_and_mentions_come_back() -> None:
    spans = (Span(100, 120), Span(121, 150))
    assert rows.unpack_spans(rows.pack_spans(spans, 100), 100) == spans
    month = DateRange(date(2018, 4, 1), date(2018, 4, 30))
    mentions = (DateMention(101, 111, "“April” été", month, "partial"),)
    assert rows.unpack_mentions(rows.pack_mentions(mentions, 100), 100) == mentions


def test_a_passage_is_dated_by_entry_else_report_and_by_what_it_mentions() -> None:
    day, other = DateRange(date(2018, 4, 6), date(2018, 4, 6)), DateRange(date(2017, 10, 1), date(2017, 10, 31))
    mention = DateMention(5, 9, "text", other, "partial")
    assert rows.days_of(passage(day, date(2018, 4, 9), mention)) == {(20180406, 20180406), (20171001, 20171031)}
    assert rows.days_of(passage(None, date(2018, 4, 9))) == {(20180409, 20180409)}
    assert rows.days_of(passage(None, None)) == set()


def test_widening_equals_numpys_conversion_for_every_finite_half() -> None:
    halves = np.arange(65536, dtype=np.uint16).view(np.float16)
    halves = halves[np.isfinite(halves)]
    assert np.array_equal(rows.widen(halves), halves.astype(np.float32))


def test_stored_vectors_keep_their_direction() -> None:
    vectors = np.random.default_rng(3).normal(size=(50, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    back = rows.unpack_vectors(rows.pack_vector(vectors), 384)
    assert back.dtype == np.float32
    assert np.sum(vectors * back, axis=1) == pytest.approx(np.ones(50), abs=1e-3)
    assert rows.unpack_vectors(b"", 384).shape == (0, 384)


def test_a_digest_tells_texts_and_their_order_apart() -> None:
    assert rows.digest_of(["a", "b"]) == rows.digest_of(["a", "b"])
    assert len({rows.digest_of(texts) for texts in (["a", "b"], ["b", "a"], ["ab"], ["a,b"], ['a","b'])}) == 5
