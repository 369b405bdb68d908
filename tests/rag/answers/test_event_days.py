from __future__ import annotations

from datetime import date

from rag.answers.events import same_time
from rag.types import DateRange

MAY = DateRange(date(2018, 5, 1), date(2018, 5, 31))


def test_open_ranges_are_compared_like_others() -> None:
    assert same_time(DateRange(date(2018, 5, 10), date.max), MAY)
    assert same_time(DateRange(date.min, date(2018, 5, 10)), MAY)
    assert not same_time(DateRange(date(2018, 6, 10), date.max), MAY)
    assert not same_time(DateRange(date.min, date(2018, 4, 10)), MAY)


def test_neighbouring_days_may_be_one() -> None:
    assert same_time(DateRange(date(2018, 6, 3), date(2018, 6, 3)), MAY)
    assert not same_time(DateRange(date(2018, 6, 4), date(2018, 6, 4)), MAY)
