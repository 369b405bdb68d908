"""The days a question speaks of, in every usual form, and the day as of which it asks.

Conventions beside those of ``rag.reports.dates``:

- "since" and "from" include their day, "until", "till", "by" and "up to" too; "before", "after", "prior to", "later than" and
  "earlier than" do not. "On or before", "no later than", "or earlier" include it.
- "After the raid of May 3, 2018" opens the days after that one, as "after May 3, 2018" does.
- A day or month without a year is looked for in the years the library covers: where several fit, each is soft evidence.
- "Last week", "this spring" count from the question's "as of" day, else from today, and never from later than the library's last
  day.
- 6/4/18 is read like 6/4/2018: day first unless that is impossible.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rag.reports.date_text import format_range
from rag.reports.date_words import MONTH, NUMBERS, UNITS, shifted
from rag.reports.dates import find_dates
from rag.search.terms import FUNCTION_WORDS
from rag.types import DateMention, DateRange

_F = re.IGNORECASE
_THING = r"(?:(?:the|an?|its|their|his|her)\s+)?(?:[\w'’-]+\s+){0,5}?(?:of|on|in|at)\s+(?:the\s+)?"
"""Words of an event before its date: "the raid of", "the attack on the camp in"."""

_AS_OF = re.compile(r"\b(?:as of|as at|as known on|known (?:by|on|as of)|(?:reported|known) (?:until|up to))\s+(?:the\s+)?$", _F)
_OPEN_START = re.compile(
    r"\b(?:since|from|starting(?:\s+(?:in|on|from))?|beginning(?:\s+(?:in|on))?|not before|no earlier than|not earlier than|"
    r"on or after|in or after)\s+(?:the\s+)?$",
    _F,
)
_AFTER = re.compile(r"\b(?:after|later than)\s+(?:the\s+)?$", _F)
_AFTER_THING = re.compile(rf"\bafter\s+{_THING}$", _F)
_OPEN_END = re.compile(
    r"\b(?:until|till|up to|by|no later than|not later than|not after|on or before|in or before)\s+(?:the\s+)?$", _F
)
_BEFORE = re.compile(r"\b(?:before|prior to|earlier than|preceding|ahead of)\s+(?:the\s+)?$", _F)
_BEFORE_THING = re.compile(rf"\bbefore\s+{_THING}$", _F)
_OR_LATER = re.compile(r"\s+(?:onwards?|and (?:after|later|since)|or (?:after|later))\b", _F)
_OR_EARLIER = re.compile(r"\s+(?:or|and) (?:before|earlier)\b", _F)
_ABOUT = re.compile(r"\b(?:around|about|circa|close to)\s+(?:the\s+)?$", _F)
_RANGE_LED = re.compile(r"\b(?:from|between)\s+(?:the\s+)?$", _F)
DISTANCE = (
    rf"\b(?P<n>\d{{1,3}}|{'|'.join(re.escape(w) for w in sorted(NUMBERS, key=len, reverse=True))}|"
    r"the(?:\s+very)?(?:\s+(?:next|same))?)\s+"
    r"(?P<unit>day|night|morning|week|fortnight|month|year)s?\s+(?P<way>before|after|following|(?<=same\sday\s)as)\s+"
)
"""What stands before an event or a day that is counted from: "two days after ", "the same day as "; read by ``distance``."""

_AWAY = re.compile(DISTANCE + f"{_THING}$", _F)
_SHORT_YEAR = re.compile(r"(?<![\d/.])(\d{1,2})([/.])(\d{1,2})\2(\d{2})(?![\d/.]|\.\d)")
_MONTH = re.compile(rf"\b{MONTH}", _F)
_DEICTIC = re.compile(r"\b(?:last|past|this|next|coming|previous|ago|yesterday|today|tomorrow|tonight|earlier|later)\b", _F)
_AGENT = re.compile(r"\b(?:by|from)\s+the\s+$", _F)
_NEXT_WORD = re.compile(r"\s+([a-z]+)", _F)
_DATE_LED = re.compile(r"[\s,]*\b(?:in|on|during|since|before|after|of|from|by|until)?\s*(?:the\s+)?$", _F)
_NEAR = 120
"""Characters around a date in which the words that open it are looked for."""

_LONGEST = 600
"""Characters of the longest question whose days without a year are looked for in every year."""

MOST_YEARS = 15
"""Years a day without a year is looked for in, the latest; a library that covers more says too little about it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The days of a question.

    Attributes:
        dates: Days it speaks of; several with the same place in the text are alternatives.
        as_of: Last day whose reports count, or None.
    """

    dates: tuple[DateMention, ...]
    as_of: date | None


def question_days(text: str, coverage: DateRange | None = None, today: date | None = None) -> Asked:
    """The days a question speaks of.

    Args:
        text: The question.
        coverage: First and last day the library speaks of; without it days without a year are left out.
        today: For "last week"; without it such days are left out.

    Returns:
        The days and the "as of" day.
    """
    found = [*find_dates(text), *_short_years(text)]
    as_of = next((m.range.end for m in found if _AS_OF.search(text[: m.start])), None)
    known = [m for m in found if not _AS_OF.search(text[: m.start])]
    dates = [_opened(m, text) for m in known]
    taken = [(m.start, m.end) for m in found]
    anchor = min(as_of or today or date.max, coverage.end) if coverage else as_of or today
    dates += [_opened(m, text) for m in _relative(text, anchor, taken)]
    dates += [_opened(m, text) for m in _yearless(text, coverage, taken)]
    return Asked(tuple(sorted(dates, key=lambda m: (m.start, m.range))), as_of)


def _short_years(text: str) -> list[DateMention]:
    found = []
    for match in _SHORT_YEAR.finditer(text):
        for mention in find_dates(f"{match[1]}{match[2]}{match[3]}{match[2]}20{match[4]}"):
            found.append(replace(mention, start=match.start(), end=match.end(), text=match[0]))
    return found


def _relative(text: str, anchor: date | None, taken: Sequence[tuple[int, int]]) -> list[DateMention]:
    if anchor is None or not _DEICTIC.search(text):
        return []
    return [m for m in find_dates(text, anchor) if _DEICTIC.search(m.text) and not _overlaps(m, taken)]


def _yearless(text: str, coverage: DateRange | None, taken: Sequence[tuple[int, int]]) -> list[DateMention]:
    """Days and months without a year, in every year of the coverage in which they fall."""
    if coverage is None or len(text) > _LONGEST or not any(not _inside(m.start(), taken) for m in _MONTH.finditer(text)):
        return []
    first = max(coverage.start.year, coverage.end.year - MOST_YEARS + 1)
    found: dict[tuple[int, DateRange], DateMention] = {}
    for year in range(first, coverage.end.year + 1):
        for mention in find_dates(text, date(year, 12, 31)):
            plain = _MONTH.search(mention.text) and not _DEICTIC.search(mention.text)
            if plain and not _overlaps(mention, taken) and mention.range.overlaps(coverage):
                found[mention.start, mention.range] = mention
    return list(found.values())


def _opened(mention: DateMention, text: str) -> DateMention:
    """The mention with its range opened or moved by the words around it."""
    near = max(0, mention.start - _NEAR)
    days, before, after = mention.range, text[near : mention.start], text[mention.end : mention.end + _NEAR]
    if mention.kind == "range" and _RANGE_LED.search(before):
        return mention
    following = _NEXT_WORD.match(after)
    if _AGENT.search(before) and following and following[1].lower() not in FUNCTION_WORDS:
        return mention  # "hurt by the May 2015 attack" names the attack, it is no bound
    if away := _AWAY.search(before):
        step, unit = distance(away)
        if days.days <= {"day": 1, "week": 14, "fortnight": 14}.get(unit.removeprefix("the "), 31):
            moved = shifted(days, step, unit)
            start = near + away.start()
            return DateMention(start, mention.end, text[start : mention.end], moved, "relative")
        return mention
    if _OR_LATER.match(after) or _OPEN_START.search(before):
        days = DateRange(days.start, date.max)
    elif _OR_EARLIER.match(after) or _OPEN_END.search(before):
        days = DateRange(date.min, days.end)
    elif _AFTER.search(before) or (_AFTER_THING.search(before) and days.is_day):
        days = DateRange(_moved(days.end, 1), date.max)
    elif _BEFORE.search(before) or (_BEFORE_THING.search(before) and days.is_day):
        days = DateRange(date.min, _moved(days.start, -1))
    elif _AFTER_THING.search(before):
        days = DateRange(days.start, date.max)
    elif _BEFORE_THING.search(before):
        days = DateRange(date.min, days.end)
    elif _ABOUT.search(before) and days.is_day:
        days = DateRange(_moved(days.start, -3), _moved(days.end, 3))
    return replace(mention, range=days)


def distance(match: re.Match[str]) -> tuple[int, str]:
    """Units to go and the unit, of a match of ``DISTANCE``, for ``shifted``: negative for "before", 0 for "the same"; the unit is
    "the week" where the one that follows or ends there is meant, not the days around it.
    """
    number = match["n"].lower()
    if match["way"].lower() == "as" or number.endswith("same"):
        return 0, "day"
    n = int(number) if number.isdigit() else NUMBERS.get(number, 1)
    unit = match["unit"].lower()
    unit = UNITS.get(unit, unit)
    if number.startswith("the") and unit in ("week", "fortnight", "month", "year"):
        unit = f"the {unit}"
    return -n if match["way"].lower() == "before" else n, unit


def _moved(day: date, days: int) -> date:
    return day if day in (date.min, date.max) else day + timedelta(days=days)


def _inside(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(a <= place < b for a, b in spans)


def _overlaps(mention: DateMention, spans: Sequence[tuple[int, int]]) -> bool:
    return any(a < mention.end and mention.start < b for a, b in spans)


_PART_LED = re.compile(r"(?:end|start|beginning|middle|close|first|second|third|fourth|last|week|half|final|opening)\b", _F)
_YEAR_TOLD = re.compile(r"\b(?:19|20)\d\d\b")


def dated_phrase(mention: DateMention) -> str:
    """A date with its preposition: "on May 4, 2018", "in May 2018", "in spring 2020"."""
    if mention.kind == "partial" and not mention.range.is_day and _YEAR_TOLD.search(mention.text):
        return f"in {'the ' if _PART_LED.match(mention.text) else ''}{mention.text}"
    return f"{'on' if mention.range.is_day else 'in'} {format_range(mention.range)}"


def without_dates(text: str) -> str:
    """A text without its dates and the prepositions that lead them."""
    for mention in reversed(find_dates(text)):
        text = _DATE_LED.sub("", text[: mention.start]) + text[mention.end :]
    return " ".join(text.split())
