from __future__ import annotations

from datetime import date

import pytest

from rag.errors import UsageError
from rag.types import Filters
from rag.web.filters import in_words, read_filters


def test_partial_dates_become_their_first_and_last_day() -> None:
    filters = read_filters("2017-10", "2018", "2018-04", ["Mali"], ["a.txt"])
    assert filters == Filters(date(2017, 10, 1), date(2018, 12, 31), date(2018, 4, 30), ("a.txt",), ("Mali",))


def test_empty_fields_are_no_filters() -> None:
    assert read_filters(" ", None, "", None, []).is_empty
    assert in_words(Filters()) == []


@pytest.mark.parametrize(
    "fields", [("no date",), ("x" * 61,), ("2019", "2018"), ("", "", "", ["x"] * 201), ("", "", "", ["x" * 301])]
)
def test_what_cannot_be_meant_is_refused_in_one_line(fields: tuple[object, ...]) -> None:
    with pytest.raises(UsageError) as refused:
        read_filters(*fields)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


def test_filters_are_told_in_words() -> None:
    filters = Filters(date(2017, 10, 1), date(2018, 1, 2), date(2018, 4, 30), ("a", "b", "c", "d"), ("Mali",))
    assert in_words(filters) == [
        "since October 1, 2017",
        "until January 2, 2018",
        "as reported by April 30, 2018",
        "Mali",
        "4 reports",
    ]
