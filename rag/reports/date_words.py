"""Vocabulary and calendar arithmetic of date expressions, and the half-understood form they pass through.

An ``Atom`` is an expression as it was read, before anything it leaves open (a year, "the next day") is resolved.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from typing import Literal

from rag.reports.number_words import SMALL, TENS
from rag.types import DateRange

Sort = Literal["day", "month", "year", "season", "decade", "ordinal", "weekday", "shift", "unit", "window"]

MONTHS = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if name}
WEEKDAYS = {name[:3].lower(): number for number, name in enumerate(calendar.day_name)}
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""First month of each (northern) season; a season lasts three months, a winter is named after its December."""

NUMBERS: dict[str, int] = {word: value for word, value in SMALL.items() if value}
for _tens, _value in TENS.items():
    NUMBERS[_tens] = _value
    NUMBERS.update({f"{_tens}{join}{word}": _value + value for word, value in SMALL.items() if 0 < value < 10 for join in "- "})
NUMBERS.update({"a": 1, "an": 1, "a couple of": 2, "a dozen": 12})

UNITS = {"night": "day", "morning": "day", "evening": "day", "afternoon": "day", "fortnight": "fortnight"}
"""Words that count as another unit."""

# White space is bounded everywhere: an unbounded \s* twice in a row is quadratic on a line of blanks.
S = r"\s{1,3}"
S0 = r"\s{0,3}"
B = r"(?![^\W_])"
MONTH = (
    r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)(?:\.(?=\s|\d)|(?![^\W_])))(?![^\W\d_])"
)
WEEKDAY = (
    r"(?P<weekday>monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thurs?|thur|thu|fri|sat|sun)\.?"
    r"(?![^\W\d_])"
)
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
NOT_MORE_DIGITS = r"(?!\d|[,.]\d{3}(?!\d)|\.\d|%)"
YEAR = r"(?P<year>(?:19|20)\d\d)" + NOT_MORE_DIGITS + r"(?![^\W\d_])"
NUMBER_WORD = "|".join(word.replace(" ", S) for word in sorted(NUMBERS, key=len, reverse=True))
NUM = rf"(?P<n>\d{{1,3}}|{NUMBER_WORD}|half{S}an?)"
UNIT = r"(?P<unit>day|night|week|fortnight|month|year|decade)s?"


@dataclass(frozen=True, slots=True)
class Atom:
    """A date expression as read.

    Attributes:
        start: First character.
        end: One past the last.
        sort: What it names; decides which of the fields below count.
        year: As written, or None where it must be found.
        month: 1 to 12, or the first month of a season.
        day: Of the month; for a weekday 0 (Monday) to 6.
        last_day: Second day of "April 5-6".
        part: Piece of the period meant, such as "late", "q2", "h1", "w3", "lastw", "days:1".
        step: Units to go from the base, negative for the past.
        unit: "day", "week", "month" or "year".
        deictic: True when it counts from the anchor, False when from the day last spoken of.
        wants_date: True for "two days after", which a date may complete.
        until: Second end of a range.
    """

    start: int
    end: int
    sort: Sort
    year: int | None = None
    month: int = 0
    day: int = 0
    last_day: int = 0
    part: str = ""
    step: int = 0
    unit: str = ""
    deictic: bool = False
    wants_date: bool = False
    until: Atom | None = None

    @property
    def is_calendar(self) -> bool:
        """Whether it is a place in the calendar, as opposed to a distance from somewhere."""
        return self.sort in ("day", "month", "year", "season", "decade")


def clamp(year: int, month: int, day: int) -> date:
    """The date, with year and day moved into what the calendar has."""
    year = min(max(year, MINYEAR), MAXYEAR)
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def has_day(year: int, month: int, day: int) -> bool:
    """Whether the month has that day in that year."""
    return clamp(year, month, day).day == day


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    return clamp(index // 12, index % 12 + 1, day.day)


def add_days(day: date, days: int) -> date:
    """The day so many days on, held inside what ``datetime.date`` can say."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def month_range(year: int, month: int) -> DateRange:
    """All days of a month."""
    return DateRange(clamp(year, month, 1), clamp(year, month, 31))


def year_range(year: int, years: int = 1) -> DateRange:
    """All days of one or more years."""
    return DateRange(clamp(year, 1, 1), clamp(year + years - 1, 12, 31))


def season_range(year: int, month: int) -> DateRange:
    """Three months from the given one."""
    first = clamp(year, month, 1)
    return DateRange(first, add_days(add_months(first, 3), -1))


def week_range(day: date) -> DateRange:
    """Monday to Sunday around a day."""
    monday = add_days(day, -day.weekday())
    return DateRange(monday, add_days(monday, 6))


def part_of(period: DateRange, part: str) -> DateRange:
    """The piece of a period that words such as "late" or "first half of" mean.

    Args:
        period: A week, month, season, year or decade.
        part: As in ``Atom.part``.

    Returns:
        The piece; the conventions are those of ``rag.reports.dates``.
    """
    days = period.days
    if part.startswith("w"):
        first = add_days(period.start, 7 * (int(part[1:]) - 1))
        return _within(period, first, add_days(first, 6))
    if part == "lastw":
        return _within(period, add_days(period.end, -6), period.end)
    if part.startswith("days:"):
        n = int(part[5:])
        return (
            _within(period, period.start, add_days(period.start, n - 1))
            if n > 0
            else _within(period, add_days(period.end, n + 1), period.end)
        )
    if part.startswith("months:"):
        n = int(part[7:])
        if n > 0:
            return _within(period, period.start, add_days(add_months(period.start, n), -1))
        return _within(period, add_months(add_days(period.end, 1), n), period.end)
    if part[0] in "qh" and part[1:].isdigit():
        return _share(period, int(part[1:]), 4 if part[0] == "q" else 2)
    if part in ("start", "end") and days > 100:
        # "the end of 2017" is nearer the edge than "late 2017": a sixth of a year is two months
        return _share(period, 1 if part == "start" else 6, 6)
    return _share(period, {"early": 1, "start": 1, "mid": 2, "late": 3, "end": 3}[part], 3)


def _share(period: DateRange, number: int, of: int) -> DateRange:
    """Piece ``number`` (1-based) of ``of``: whole months where the period has a multiple of them, else days."""
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    if months >= of and months % of == 0:
        size = months // of
        first = add_months(period.start, size * (number - 1))
        return DateRange(first, add_days(add_months(first, size), -1))
    if 28 <= period.days <= 31 and of == 3:
        first = add_days(period.start, 10 * (number - 1))
        return DateRange(first, period.end if number == 3 else add_days(first, 9))
    low = period.days * (number - 1) // of
    high = max(low, period.days * number // of - 1)
    return DateRange(add_days(period.start, low), add_days(period.start, high))


def _within(period: DateRange, first: date, last: date) -> DateRange:
    first = min(max(first, period.start), period.end)
    return DateRange(first, max(first, min(last, period.end)))


def shifted(base: DateRange, step: int, unit: str) -> DateRange:
    """The days that lie ``step`` units from a base: a day, the week around a day, a calendar month, a calendar year.

    Args:
        base: Counted from its start going back and from its end going forward.
        step: Units, negative for the past.
        unit: "day", "week", "fortnight", "month", "year" or "decade"; "the week" and so on for the one that begins or ends there.

    Returns:
        The days; wider for wider units, since "two months earlier" does not name a day.
    """
    origin = base.start if step < 0 else base.end
    if unit.startswith("the "):
        far = {"the week": add_days(origin, 7 * step), "the fortnight": add_days(origin, 14 * step)}.get(unit)
        far = far or add_months(origin, (1 if unit == "the month" else 12) * step)
        return DateRange(far, add_days(origin, -1)) if step < 0 else DateRange(add_days(origin, 1), far)
    if unit == "day":
        day = add_days(origin, step)
        return DateRange(day, day)
    if unit in ("week", "fortnight"):
        day = add_days(origin, step * (7 if unit == "week" else 14))
        return DateRange(add_days(day, -3), add_days(day, 3))
    if unit == "month":
        moved = add_months(origin, step)
        return month_range(moved.year, moved.month)
    return year_range(origin.year + step * (10 if unit == "decade" else 1))
