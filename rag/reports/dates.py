"""Date expressions of texts and questions, understood as ranges of days.

Conventions, where English leaves a choice:

- 06/04/2018 is day first, unless that is impossible (04/13/2018). Two-digit years are not read.
- Parts of a year: early January-April, mid May-August, late September-December; start January-February, end
  November-December; halves and quarters by the calendar. Parts of a month: days 1-10, 11-20, 21-end; its first week is days
  1-7, its last the last seven. Other periods are cut in equal parts.
- Seasons are northern: spring March-May, summer June-August, autumn September-November, winter December-February, named
  after its December.
- Weeks run Monday to Sunday. "Last month" is the calendar month before the anchor's, "the last month" ends at the anchor.
- A distance is as wide as its unit: "two days earlier" is a day, "two weeks earlier" the seven days around that day, "two
  months earlier" a calendar month, "two years earlier" a calendar year.
- "Yesterday", "ago", "last week" count from the anchor. "The next day", "two days earlier", "that year" count from the date
  last spoken of in the same paragraph, else from the anchor. "Two days after the attack" is left alone: nothing says when.
- A day or month without a year is the first one after a full date earlier in its sentence if that is not past the anchor,
  else the last one before the anchor (three days past it are allowed: an entry's events may run on). "The 19th" stays in the
  month last spoken of. Years and months that lack the day are passed over: "on February 29", "on the 31st".
- "April 5, 6 and 7" is read like "April 5-7". "This past week" is "the past week", "this past March" is "last March".
- Four digits are a year only in the company of words that lead to one: "in 2017", "the 2015 accord", not "2000 fighters".
- After "until" and "by" a day or month without a year is the nearest one, before or after the anchor.
- Without an anchor what needs one is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Literal

from rag.errors import UsageError
from rag.reports import date_absolute as absolute
from rag.reports import date_relative as relative
from rag.reports.date_resolve import Resolver
from rag.reports.date_words import NUMBERS, SEASONS, Atom, month_range, year_range
from rag.types import DateMention, DateRange

Preference = Literal["past", "future"]

_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_MONTH_MATCHERS = (absolute.month_day, absolute.month_year, absolute.month_only)
_TWO_DIGITS = (absolute.day_month, absolute.numeric, absolute.ordinal, relative.shift)
_FOUR_DIGITS = (absolute.numeric, absolute.quarter, absolute.year_range, absolute.decade, absolute.year)


def _triggers() -> dict[str, tuple[absolute.Matcher, ...]]:
    table: dict[str, tuple[absolute.Matcher, ...]] = {}
    for name in "january february march april may june july august september october november december sept".split():
        table[name] = table[name[:3]] = _MONTH_MATCHERS
    for name in "monday tuesday wednesday thursday friday saturday sunday tues thurs thur".split():
        table[name] = table[name[:3]] = (absolute.weekday,)
    table |= dict.fromkeys((word.split("-")[0].split()[0] for word in NUMBERS), (relative.shift,))
    table |= dict.fromkeys(SEASONS, (absolute.season,))
    table |= dict.fromkeys(
        "early late mid middle beginning start end close final opening closing third fourth".split(), (relative.part,)
    )
    table |= dict.fromkeys("day night morning week month year".split(), (relative.beside,))
    table |= dict.fromkeys("yesterday today tonight tomorrow".split(), (relative.deictic,))
    table |= dict.fromkeys("earlier later".split(), (relative.within,))
    table |= dict.fromkeys("following preceding".split(), (relative.next_unit,))
    table |= {
        "first": (relative.part,),
        "second": (relative.part,),
        "last": (relative.part, relative.window, relative.deictic, relative.last_named),
        "next": (relative.window, relative.next_unit, relative.last_named),
        "previous": (relative.window, relative.next_unit),
        "past": (relative.window, relative.last_named),
        "coming": (relative.window, relative.last_named),
        "this": (relative.last_named,),
        "half": (relative.shift,),
        "week": (relative.week_of, relative.beside),
        "q": (absolute.quarter,),
        "h": (absolute.quarter,),
    }
    return table


_TRIGGERS = _triggers()
_TO = re.compile(r"\s{0,3}(?:-|–|—|(?<=\s)(?:to|until|till|through|thru)(?=\s))\s{0,3}(?:(?:the|on)\s{1,3})?", re.IGNORECASE)
_AND = re.compile(r"\s{1,3}and\s{1,3}(?:(?:the|on|in)\s{1,3})?", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:^|\W)between\s{1,3}(?:the\s{1,3})?\Z", re.IGNORECASE)
_LISTED = re.compile(
    r"\s{0,3}(?:,|,?\s{0,3}(?:and|or|to|until|till|through)(?=\s)|[-–—/])\s{0,3}(?:(?:on|in|the)\s{1,3})?", re.IGNORECASE
)
_TO_ITS_DATE = re.compile(r"\s{1,3}(?:(?:of|on|the|that\s{1,3}of)\s{1,3}){0,2}", re.IGNORECASE)
_LEANS_BACK = re.compile(r"\s{0,2}(?:[,.;:!?)]|\Z)|\s(?:and|or|but)\b", re.IGNORECASE)


def find_dates(
    text: str, anchor: date | None = None, base: int = 0, prefer: Preference = "past", latest: date | None = None
) -> list[DateMention]:
    """Find the date expressions of a text.

    Open bounds ("since", "before", "until") are not part of a mention: the words just before its span tell them.

    Args:
        text: A passage, an entry or a question.
        anchor: The day the text was written or is asked on; expressions that need it are left out when it is None.
        base: Added to every offset, for a text that is a piece of a longer one.
        prefer: Which way a day or month without a year is looked for from the anchor.
        latest: When the text was published: "the next day", "two weeks later" cannot mean a day after it and are left out
            if they would.

    Returns:
        Mentions in the order of the text, not overlapping.
    """
    resolver = Resolver(text, anchor, prefer == "future", latest)
    mentions = []
    for atom in _joined(text, list(_atoms(text))):
        understood = resolver.resolve(atom)
        if understood is not None:
            days, kind = understood
            mentions.append(DateMention(base + atom.start, base + atom.end, text[atom.start : atom.end], days, kind))
    return mentions


def parse_bound(text: str, last: bool) -> date:
    """The first or last day of what a user's setting names.

    Args:
        text: A value of ``--since`` and the like.
        last: Take the last day of a month, year or other period.

    Returns:
        The day.

    Raises:
        UsageError: It is not a date, or needs another date to be understood.
    """
    days = _whole(" ".join(text.split()))
    if days is None:
        shown = text if len(text) <= 40 else text[:37] + "..."
        raise UsageError(f"{shown!r} is not a date; write it as 2018-04-06, 2018-04, 2018 or April 6, 2018")
    return days.end if last else days.start


def _whole(text: str) -> DateRange | None:
    if re.fullmatch(r"[12]\d{3}", text):
        return year_range(int(text))
    if match := re.fullmatch(r"([12]\d{3})-(0[1-9]|1[0-2])", text):
        return month_range(int(match[1]), int(match[2]))
    try:
        day = date.fromisoformat(text)
        return DateRange(day, day)
    except ValueError:
        mentions = find_dates(text)
    whole = len(mentions) == 1 and mentions[0].start == 0 and mentions[0].end == len(text.rstrip("."))
    return mentions[0].range if whole else None


def _atoms(text: str) -> Iterator[Atom]:
    end = 0
    for token in _TOKEN.finditer(text):
        pos = token.start()
        if pos < end:
            continue
        word = token[0]
        if word[0].isdigit():
            if not word.isascii():
                continue
            matchers: tuple[absolute.Matcher, ...] = _TWO_DIGITS if len(word) < 4 else _FOUR_DIGITS if len(word) == 4 else ()
        else:
            matchers = _TRIGGERS.get(word.lower(), ())
        for matcher in matchers:
            atom = matcher(text, pos)
            if atom is not None and atom.start >= end:
                yield atom
                end = atom.end
                break


def _joined(text: str, atoms: list[Atom]) -> list[Atom]:
    """Make ranges of "from A to B", give "two days after" its date, and hand years from right to left."""
    joined: list[Atom] = []
    index = 0
    while index < len(atoms):
        atom = atoms[index]
        after = atoms[index + 1] if index + 1 < len(atoms) else None
        gap = text[atom.end : after.start] if after else ""
        if atom.wants_date:
            if after and after.is_calendar and _TO_ITS_DATE.fullmatch(gap):
                joined.append(replace(atom, end=after.end, until=after))
                index += 2
                continue
            if not _LEANS_BACK.match(text, atom.end):
                index += 1
                continue
        elif after and len(gap) < 20 and _makes_range(text, atom, after, gap):
            joined.append(replace(atom, end=after.end, until=after))
            index += 2
            continue
        joined.append(atom)
        index += 1
    for index in range(len(joined) - 1, -1, -1):
        atom, giver = joined[index], joined[index].until
        if giver is None and index + 1 < len(joined) and _LISTED.fullmatch(text[atom.end : joined[index + 1].start][:20]):
            giver = joined[index + 1]
        if giver and giver.year and _lacks_year(atom) and giver.sort in ("day", "month"):
            later = (atom.month, atom.day or 1) > (giver.month, giver.day or 31)
            joined[index] = replace(atom, year=giver.year - later)
    return joined


def _lacks_year(atom: Atom) -> bool:
    return atom.sort in ("day", "month") and atom.year is None and not atom.unit


def _makes_range(text: str, first: Atom, second: Atom, gap: str) -> bool:
    if first.until or second.until or first.last_day or second.last_day:
        return False
    if not (first.is_calendar or first.sort == "ordinal") or not (second.is_calendar or second.sort == "ordinal"):
        return False
    if _AND.fullmatch(gap):
        return _BETWEEN.search(text[max(0, first.start - 14) : first.start]) is not None
    return _TO.fullmatch(gap) is not None
