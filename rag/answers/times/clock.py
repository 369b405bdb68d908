"""What time of day, and which day of the week: a date alone answers neither, though both are asked with the words of a *when*."""

from __future__ import annotations

import calendar
import re

from rag.reports.number_words import SMALL
from rag.types import DateRange

_DIAL = 12
_DAY = rf"(?:{'|'.join(calendar.day_name)})"
WEEKDAY = re.compile(rf"\b{_DAY}s?\b")
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(word for word, value in SMALL.items() if 1 <= value <= _DIAL)})"
_PART = r"(?-i:morning|afternoon|evening|night)"
_LIGHT = r"(?-i:dawn|daybreak|sunrise|first\s+light|noon|midday|midnight|dusk|sunset|sundown|nightfall)"
_MINUTES = r"(?:half\s+past|(?:a\s+)?quarter\s+(?:past|to)|(?:five|ten|twenty|twenty-five|\d{1,2})\s+(?:minutes\s+)?(?:past|to))"
_NEAR = (
    r"(?:(?:(?:shortly|just|soon|long|well)\s+)?(?:before|after)|at|around|about|towards?|by|since|until|from|on|in|during|between|"
    r"nearly|almost)"
)
_WHICH = r"(?:the|that|this|next|following|previous|same|late|early|mid-?|very)"
HOUR = re.compile(
    rf"(?:\b{_NEAR}\s+){{0,3}}(?:"
    rf"\b{_MINUTES}\s+{_NUMBER}\b(?:\s+(?:in\s+the|at|that)\s+{_PART}\b)?|"
    rf"\b(?:{_NUMBER}\s+(?:and|to|or)\s+)?{_NUMBER}(?:\s+o['’]clock)?\s+(?:in\s+the\s+(?:early\s+|late\s+)?|at\s+|that\s+){_PART}\b|"
    rf"\b{_NUMBER}\s+o['’]clock\b|"
    rf"\b(?:{_NUMBER}\s+(?:and|to|or|-)\s+)?{_NUMBER}(?:[:.]\d\d)?\s?(?:a\.m\.|p\.m\.|am\b|pm\b)|"
    r"\b\d{3,4}\s?(?:GMT|UTC|hours|hrs|local\s+time)\b|"
    r"\b(?:[01]?\d|2[0-3])[:h][0-5]\d\b(?!\s+on\b)|(?<=\bat\s)(?:[01]?\d|2[0-3])(?:\.[0-5]\d|h)\b|"
    rf"\b(?:the\s+)?(?-i:early|late|small|wee)\s+hours\b(?:\s+of\s+(?:the\s+|{_DAY}\s+){_PART}?)?|"
    rf"\b(?:(?-i:the)\s+)?{_LIGHT}\b|(?<=\bbefore\s)dark\b|(?<=\bafter\s)dark\b|\bovernight\b|\b(?-i:lunchtime|teatime|daylight\s+hours)\b|"
    rf"\b{_DAY}\s+{_PART}\b|\b(?:{_WHICH}\s+)+{_PART}\b(?:\s+before\b)?|(?<=\bat\s)(?-i:night)\b|(?<=\bby\s)(?-i:night)\b|"
    rf"(?<=\bin\s)(?-i:mid-?(?:morning|afternoon))\b|\b(?:{_DAY}|(?-i:morning|noon|evening))\s+prayers?\b)",
    re.IGNORECASE,
)
"""A time of day with what narrows it: "at around four in the morning", "before dawn", "on Friday evening"."""


def find_hour(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The time of day in a text, where there are several the one nearest to some of its characters.

    Args:
        text: A sentence.
        start: First of the characters.
        end: One past the last.

    Returns:
        Where it begins and ends, or None.
    """
    found = [m.span() for m in HOUR.finditer(text)]
    return min(found, key=lambda s: (max(s[0] - end, start - s[1], 0), s[0])) if found else None


def weekday(day: DateRange) -> str:
    """The English name of a day's weekday; "" for a range of several days."""
    return calendar.day_name[day.start.weekday()] if day.is_day else ""
