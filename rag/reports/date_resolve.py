"""From an ``Atom`` to days: years found, distances walked, parts cut out (conventions: ``rag.reports.dates``)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from rag.reports.date_words import (
    Atom,
    add_days,
    add_months,
    clamp,
    has_day,
    month_range,
    part_of,
    season_range,
    shifted,
    week_range,
    year_range,
)
from rag.types import DateKind, DateRange

_WIDEST = {"day": 7, "week": 14, "fortnight": 14, "month": 31}
SLACK_DAYS = 3
"""How far past the anchor a date without a year may lie: an entry is often written a few days after the day it opens with."""

_SENTENCE_END = re.compile(r"[.!?][\"”’')\]]{0,2}\s+[^a-z\s]|\n\s*\n")
_BOUND = re.compile(r"(?:^|\W)(?:until|till|by)\s{1,3}(?:the\s{1,3})?\Z", re.IGNORECASE)
_PARAGRAPH_END = re.compile(r"\n[ \t\r\f\v]*\n")


class Resolver:
    """Resolves the atoms of one text in their order, remembering which dates were spoken of."""

    def __init__(self, text: str, anchor: date | None, future: bool, latest: date | None = None) -> None:
        self._latest = latest
        self._text = text
        self._anchor = DateRange(anchor, anchor) if anchor else None
        self._future = future
        self._seen = 0
        self._base: DateRange | None = None
        self._full: DateRange | None = None
        self._in_sentence = False
        self._bound = False

    def resolve(self, atom: Atom) -> tuple[DateRange, DateKind] | None:
        """The days an atom means and how that was found, or None when something it needs is missing.

        Args:
            atom: The next atom of the text.

        Returns:
            Days and kind, or None.
        """
        between = self._text[self._seen : atom.start]
        self._seen = atom.end
        if _PARAGRAPH_END.search(between):
            self._base = self._full = None
            self._in_sentence = False
        elif _SENTENCE_END.search(between):
            self._full = None
            self._in_sentence = False
        self._bound = _BOUND.search(self._text[max(0, atom.start - 14) : atom.start]) is not None
        days = self._days(atom)
        if days is None:
            return None
        kind = self._kind(atom)
        self._base = days
        self._in_sentence = True
        if kind != "relative" and days.days <= 31:
            self._full = days
        return days, kind

    def _kind(self, atom: Atom) -> DateKind:
        if atom.until and atom.sort != "shift" and atom.sort != "unit":
            return "range" if atom.year or atom.until.year else "relative"
        if atom.year is None:
            return "absolute" if atom.until and atom.until.year else "relative"
        if atom.sort != "day":
            return "partial"
        return "range" if atom.last_day else "absolute"

    def _days(self, atom: Atom) -> DateRange | None:
        if atom.sort in ("shift", "unit"):
            return self._walked(atom)
        if atom.until:
            first = self._days(replace(atom, until=None))
            if first is None:
                return None
            self._full, kept = first, self._full
            last = self._days(atom.until)
            self._full = kept
            if last and last.end < first.start and atom.year is None and atom.sort in ("day", "month") and not atom.unit:
                # "from December to the end of May": both were looked for backwards, each on its own
                first = self._days(replace(atom, until=None, year=first.start.year - 1)) or first
            return DateRange(first.start, last.end) if last and last.end >= first.start else None
        found = {
            "day": self._day,
            "month": self._month,
            "season": self._season,
            "ordinal": self._ordinal,
            "weekday": self._weekday,
            "window": self._window,
        }
        if atom.sort in found:
            days = found[atom.sort](atom)
        else:
            assert atom.year is not None
            days = year_range(atom.year, 10 if atom.sort == "decade" else 1)
        return part_of(days, atom.part) if days and atom.part else days

    def _that_year(self, atom: Atom) -> int | None:
        """The year of "August of that year", or None if the atom says nothing of the sort."""
        origin = self._anchor if atom.deictic else self._base or self._anchor
        return origin.start.year + atom.step if atom.unit == "year" and origin else None

    def _day(self, atom: Atom) -> DateRange | None:
        year = atom.year or self._that_year(atom)
        if year is None:
            year = self._nearest_year(atom.month, atom.day, atom.last_day)
        if year is None or not has_day(year, atom.month, atom.last_day or atom.day):
            return None
        return DateRange(clamp(year, atom.month, atom.day), clamp(year, atom.month, atom.last_day or atom.day))

    def _month(self, atom: Atom) -> DateRange | None:
        year = atom.year or self._that_year(atom)
        if year is None and atom.unit in ("last", "past", "this", "next", "coming"):
            if self._anchor is None:
                return None
            now = self._anchor.start
            year = now.year
            if atom.step < 0 and atom.month >= now.month:
                year -= 1
            elif atom.step > 0 and atom.month <= now.month:
                year += 1
        elif year is None:
            year = self._nearest_year(atom.month)
        return month_range(year, atom.month) if year else None

    def _nearest_year(self, month: int, day: int = 0, last: int = 0) -> int | None:
        """The year of a day, some days or (day 0) a month without one: after the sentence's full date, else before the anchor."""
        anchor = self._anchor.start if self._anchor else None
        # "told in a report of December 31: on January 2" is the next year's, "in January" this year's
        months_only, day, last = not day, day or 1, last or day or 1
        if self._full:
            start = self._full.start
            year = start.year if clamp(start.year, month, day) >= start.replace(day=1) else start.year + 1
            if has_day(year, month, last) and (anchor is None or clamp(year, month, day) <= add_days(anchor, SLACK_DAYS)):
                return year
        if anchor is None:
            return None
        # eight years: February 29 of 1896 is followed by that of 1904
        years = [year for year in range(anchor.year - 8, anchor.year + 9) if has_day(year, month, last)]
        if self._bound:
            # "put off until April" looks ahead, "until July he commanded" back: the nearer one is meant
            return min(years, key=lambda year: abs((clamp(year, month, day) - anchor).days))
        if self._future:
            return next((year for year in years if clamp(year, month, day) >= anchor), anchor.year + 1)
        latest = anchor.year if months_only else anchor.year + 1
        past = [y for y in years if y <= latest and clamp(y, month, day) <= add_days(anchor, SLACK_DAYS)]
        return past[-1] if past else None

    def _season(self, atom: Atom) -> DateRange | None:
        year = atom.year or self._that_year(atom)
        if year is not None:
            return season_range(year, atom.month)
        if self._anchor is None:
            return None
        now = self._anchor.start
        seasons = [season_range(now.year + step, atom.month) for step in (-2, -1, 0, 1)]
        if atom.unit in ("last", "past"):
            return [s for s in seasons if s.end < now][-1]
        if atom.unit in ("next", "coming"):
            return next((s for s in seasons if s.start > now), seasons[-1])
        return [s for s in seasons if s.start <= now][-1]

    def _ordinal(self, atom: Atom) -> DateRange | None:
        origin = self._base if self._base and self._base.days <= 31 else self._anchor
        if origin is None:
            return None
        month, last = origin.start.replace(day=1), atom.last_day or atom.day
        if origin is self._anchor:
            if atom.day > origin.start.day + SLACK_DAYS:
                month = add_months(month, -1)
            while not has_day(month.year, month.month, last):
                month = add_months(month, -1)
        elif origin.is_day and atom.day < origin.start.day and self._anchor:
            following = add_months(month, 1)
            if has_day(following.year, following.month, last) and (
                following.replace(day=atom.day) <= add_days(self._anchor.start, SLACK_DAYS)
            ):
                month = following
        if not has_day(month.year, month.month, last):
            return None
        return DateRange(month.replace(day=atom.day), month.replace(day=last))

    def _weekday(self, atom: Atom) -> DateRange | None:
        near = self._base if atom.unit == "same" and self._base and self._base.is_day else None
        origin = near or self._anchor
        if origin is None:
            return None
        now = origin.start
        back = (now.weekday() - atom.day) % 7
        if near and back > 3:
            back -= 7
        elif atom.unit in ("last", "past"):
            back = back or 7
        elif atom.unit in ("next", "coming") or (self._future and atom.unit == "" and back):
            back -= 7
        elif atom.unit == "this":
            back = now.weekday() - atom.day
        day = add_days(now, -back)
        return DateRange(day, day)

    def _window(self, atom: Atom) -> DateRange | None:
        if self._anchor is None:
            return None
        now = self._anchor.start
        if atom.unit == "day":
            far = add_days(now, atom.step)
        elif atom.unit in ("week", "fortnight", "weekend"):
            far = add_days(now, atom.step * (14 if atom.unit == "fortnight" else 7))
        else:
            far = add_months(now, atom.step * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[atom.unit])
        return DateRange(min(now, far), max(now, far))

    def _walked(self, atom: Atom) -> DateRange | None:
        origin = self._origin(atom)
        if origin is None:
            return None
        if atom.sort == "shift":
            days = shifted(origin, atom.step, atom.unit)
            if origin.days > _WIDEST.get(atom.unit.removeprefix("the "), 400):
                back = shifted(DateRange(origin.end, origin.end), atom.step, atom.unit)
                front = shifted(DateRange(origin.start, origin.start), atom.step, atom.unit)
                days = DateRange(front.start, back.end)
        else:
            days = self._period(atom, origin)
        if self._latest and atom.step > 0 and not atom.deictic and not atom.until and days.start > self._latest:
            return None
        return days

    def _period(self, atom: Atom, origin: DateRange) -> DateRange:
        now = origin.start
        if atom.unit == "weekend":
            saturday = add_days(week_range(now).start, 7 * atom.step + 5)
            return DateRange(saturday, add_days(saturday, 1))
        if atom.unit == "week":
            # "the week of May 3 to 9" says itself which days it means
            own = atom.until is not None and 1 < origin.days <= _WIDEST["week"]
            period = origin if own else week_range(add_days(now, 7 * atom.step))
        elif atom.unit == "month":
            moved = add_months(now.replace(day=1), atom.step)
            period = month_range(moved.year, moved.month)
        elif atom.unit == "quarter":
            moved = add_months(date(now.year, (now.month - 1) // 3 * 3 + 1, 1), 3 * atom.step)
            period = season_range(moved.year, moved.month)
        elif atom.unit == "decade":
            period = year_range((now.year // 10 + atom.step) * 10, 10)
        else:
            period = year_range(now.year + atom.step)
        if atom.part == "earlier":
            return DateRange(period.start, max(period.start, min(now, period.end)))
        if atom.part == "later":
            return DateRange(min(max(now, period.start), period.end), period.end)
        return part_of(period, atom.part) if atom.part else period

    def _origin(self, atom: Atom) -> DateRange | None:
        if atom.until:
            return self._days(atom.until)
        if atom.deictic:
            return self._anchor
        base = self._base
        if base is None or base.days <= _WIDEST.get(atom.unit, 400):
            return base or self._anchor
        if self._in_sentence and base.days <= 31:
            return base
        # "In June ... Two weeks later" tells no day; what came earlier is mostly told from the entry's own date
        return self._anchor if atom.step <= 0 else None
