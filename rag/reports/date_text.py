"""Days and ranges of days in words, as the reports write them."""

from __future__ import annotations

from datetime import date

from rag.types import DateRange

# Not strftime's, which speak the language of the process.
MONTH_NAMES = tuple("January February March April May June July August September October November December".split())


def format_day(day: date) -> str:
    """A day as the reports write it: "April 6, 2018"."""
    return f"{MONTH_NAMES[day.month - 1]} {day.day}, {day.year}"


def format_range(span: DateRange) -> str:
    """A range in words: a day, a whole month or year by its name, else both ends."""
    if span.is_day:
        return format_day(span.start)
    first = span.start.day == 1
    if first and span.start.month == 1 and (span.end.month, span.end.day) == (12, 31) and span.start.year == span.end.year:
        return str(span.start.year)
    if first and (span.start.year, span.start.month) == (span.end.year, span.end.month) and span.days >= 28:
        return f"{MONTH_NAMES[span.start.month - 1]} {span.start.year}"
    return f"{format_day(span.start)} to {format_day(span.end)}"
