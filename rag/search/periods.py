"""The days a question speaks of, in every usual form, and the day as of which it asks.

Conventions beside those of ``rag.reports.dates``:

- "since" and "from" include their day, "until", "till", "by" and "up to" too; "before", "after", "prior to", "later than" and
  "earlier than" do not. "On or before", "no later than", "or earlier" include it.
- "After the raid of May 3, 2018" opens the days after that one, as "after May 3, 2018" does.
- "After A and before B" is the days between the two.
- "Before the end of May" ends where May does, "after the start of 2018" begins where 2018 does.
- A day or month without a year is looked for in the years the library covers: where several fit, each is soft evidence; "as of
  May" takes the latest.
- Four digits from 1990 to 2039 are a year wherever they count nothing, round hundreds aside: "2018 floods", "election 2020
  turnout".
- "Last week", "this spring" count from the question's "as of" day, else from today, and never from later than the library's last
  day.
- 6/4/18 is read like 6/4/2018: day first unless that is impossible.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from rag.reports.date_absolute import lone_year
from rag.reports.date_resolve import SLACK_DAYS
from rag.reports.date_text import format_range
from rag.reports.date_words import MONTH, NUMBER_WORD, NUMBERS, UNITS, shifted, year_range
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
_NO_DATE = rf"\b(?!\s+(?:than\s+)?(?:the\s+|{_THING})?$)"
"""Before "in 2018 and after 2020", cut at the next date, opens a bound of that date: "and after" says nothing of 2018."""

_OR_LATER = re.compile(rf"\s+(?:onwards?|and (?:after|later|since)|or (?:after|later)){_NO_DATE}", _F)
_OR_EARLIER = re.compile(rf"\s+(?:or|and) (?:before|earlier){_NO_DATE}", _F)
_AND_BOUND = re.compile(
    r",?\s+(?:and|but)\s+(?:after|before|since|from|until|till|by|up|prior|later|earlier|ahead|no|not|on|in)\s+(?:[\w'’-]+\s+){0,6}",
    _F,
)
"""Between the two ends of "after May 3, 2018 and before the vote of June 5, 2018"."""

_AT_START = re.compile(r"(?:start|beginning)\b", _F)
_AT_END = re.compile(r"(?:end|close)\b", _F)
_BOUND_THING = re.compile(r"\b(?:before|after|since|until|till|following)\s+(?:[\w'’-]+\s+){1,5}$", _F)
_ABOUT = re.compile(r"\b(?:around|about|circa|close to)\s+(?:the\s+)?$", _F)
_RANGE_LED = re.compile(r"\b(?:from|between)\s+(?:the\s+)?$", _F)
_TWO_ENDS = re.compile(r"(?<!prior)\s(?:to|until|till|through|thru|and)\s|\s-\s|[–—]|\d-\d", _F)
DISTANCE = (
    rf"\b(?P<n>\d{{1,3}}|{NUMBER_WORD}|"
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
    found += _lone_years(text, [(m.start, m.end) for m in found])
    taken = [(m.start, m.end) for m in found]
    yearless = _yearless(text, coverage, taken)
    anchor = min(today or coverage.end, coverage.end) if coverage else today
    as_of = _as_of(found, text) or _as_of([*_relative(text, anchor, taken), *yearless], text)
    if as_of:
        anchor = min(as_of, coverage.end) if coverage else as_of
    found = [m for m in (*found, *_relative(text, anchor, taken), *yearless) if not _AS_OF.search(text[: m.start])]
    found.sort(key=lambda m: (m.start, m.range))
    dates = [_opened(m, text, next((n.start for n in found if n.start >= m.end), len(text))) for m in found]
    return Asked(tuple(sorted(_windows(dates, text), key=lambda m: (m.start, m.range))), as_of)


def _as_of(found: Sequence[DateMention], text: str) -> date | None:
    """The last day of the first date that "as of" leads; of several years it may mean the latest."""
    led = [m for m in found if _AS_OF.search(text[: m.start])]
    first = min((m.start for m in led), default=0)
    return max((m.range.end for m in led if m.start == first), default=None)


def _lone_years(text: str, taken: Sequence[tuple[int, int]]) -> list[DateMention]:
    found = []
    for match in _YEAR_TOLD.finditer(text):
        if _inside(match.start(), taken) or _BOUND_THING.search(text[: match.start()]):
            continue  # "a year before the big 2020 battle" is not in 2020
        if (atom := lone_year(text, match.start())) and atom.year:
            found.append(DateMention(match.start(), match.end(), match[0], year_range(atom.year), "partial"))
    return found


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
        # so near the end of the year that all its days lie in reach of the anchor, and none of the next year's
        for mention in find_dates(text, date(year, 12, 31 - SLACK_DAYS)):
            plain = _MONTH.search(mention.text) and not _DEICTIC.search(mention.text)
            if plain and not _overlaps(mention, taken) and mention.range.overlaps(coverage):
                found[mention.start, mention.range] = mention
    return list(found.values())


def _opened(mention: DateMention, text: str, following_at: int) -> DateMention:
    """The mention with its range opened or moved by the words around it, as far as the next mention."""
    near = max(0, mention.start - _NEAR)
    days, before, after = mention.range, text[near : mention.start], text[mention.end : following_at]
    two_ends = mention.kind == "range" or (mention.kind == "relative" and _TWO_ENDS.search(mention.text))
    if two_ends and _RANGE_LED.search(before):
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
        days = DateRange(days.start if _AT_START.match(mention.text) else _moved(days.end, 1), date.max)
    elif _BEFORE.search(before) or (_BEFORE_THING.search(before) and days.is_day):
        days = DateRange(date.min, days.end if _AT_END.match(mention.text) else _moved(days.start, -1))
    elif _AFTER_THING.search(before):
        days = DateRange(days.start, date.max)
    elif _BEFORE_THING.search(before):
        days = DateRange(date.min, days.end)
    elif _ABOUT.search(before) and days.is_day:
        days = DateRange(_moved(days.start, -3), _moved(days.end, 3))
    return replace(mention, range=days)


def _windows(dates: Sequence[DateMention], text: str) -> list[DateMention]:
    """The mentions with "after A and before B" made one, each B with the last A before it; ends that do not meet stay two."""
    kept = list(dates)
    for (_, end), (start, _) in pairwise(sorted({(m.start, m.end) for m in dates})):
        if not _AND_BOUND.fullmatch(text[end:start]):
            continue
        sides = [m for m in kept if m.end == end or m.start == start]
        from_on = sorted((m for m in sides if m.range.end == date.max), key=lambda m: m.range)
        up_to = sorted((m for m in sides if m.range.start == date.min), key=lambda m: m.range)
        met: dict[DateRange, DateMention] = {}
        for a in from_on:
            if b := next((b for b in up_to if b.start != a.start and b.range.end >= a.range.start), None):
                first, last = min(a.start, b.start), max(a.end, b.end)
                met[b.range] = DateMention(first, last, text[first:last], DateRange(a.range.start, b.range.end), "range")
        if met:
            kept = [m for m in kept if m not in sides] + list(met.values())
    return kept


def distance(match: re.Match[str]) -> tuple[int, str]:
    """Units to go and the unit, of a match of ``DISTANCE``, for ``shifted``: negative for "before", 0 for "the same"; the unit is
    "the week" where the one that follows or ends there is meant, not the days around it.
    """
    number = " ".join(match["n"].lower().split())
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
