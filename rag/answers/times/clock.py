"""What time of day, and which day of the week: a date alone answers neither, though both are asked with the words of a *when*."""

from __future__ import annotations

import re

from rag.types import DateRange

_ASKS_HOUR = re.compile(
    r"\b(?:what|which)\s+(?:exact\s+)?(?:time(?!\s+(?:period|frame|span|did\s+it\s+take|of\s+(?:the\s+)?year))|"
    r"hour|part\s+of\s+the\s+(?:day|night))\b|\btime\s+of\s+(?:the\s+)?day\b",
    re.IGNORECASE,
)
_ASKS_WEEKDAY = re.compile(r"\b(?:what|which)\s+weekday\b|\bday\s+of\s+the\s+week\b", re.IGNORECASE)
_NUMBER = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_PART = r"(?:mornings?|afternoons?|evenings?|nights?)"
_LIGHT = r"(?:dawn|daybreak|sunrise|first\s+light|noon|midday|midnight|dusk|sunset|nightfall|dark)"
_NEAR = (
    r"(?:(?:(?:shortly|just|soon|long|well)\s+)?(?:before|after)|at|around|about|towards?|by|since|until|from|on|in|during|"
    r"early|late|nearly|almost|the|same|that|next|following|previous|mid-?)"
)
HOUR = re.compile(
    rf"(?:\b{_NEAR}\s+)*(?:"
    rf"\b(?:half\s+past\s+|a\s+quarter\s+(?:past|to)\s+)?{_NUMBER}\s+(?:o['’]clock(?:\s+(?:in\s+the|at)\s+{_PART})?|in\s+the\s+{_PART}|at\s+night)\b|"
    rf"\b{_NUMBER}(?:[:.]\d\d)?\s?(?:a\.m\.|p\.m\.|am\b|pm\b)|\b(?:[01]?\d|2[0-3])[:h][0-5]\d\b|"
    rf"\b(?:the\s+)?(?:early|late|small)\s+hours(?:\s+of\s+the\s+{_PART})?\b|\b{_LIGHT}\b|\bovernight\b|\bdaylight\b|"
    rf"\b(?:[A-Z][a-z]+day\s+)?{_PART}(?:\s+prayers?)?\b(?!\s+before)|\b[A-Z][a-z]+day\s+prayers?\b)",
    re.IGNORECASE,
)
"""A time of day with what narrows it: "at around four in the morning", "before dawn", "on Friday evening"."""


def asks_hour(query: str) -> bool:
    """Whether a question asks for the time of day of something."""
    return bool(_ASKS_HOUR.search(query))


def asks_weekday(query: str) -> bool:
    """Whether a question asks on which day of the week something was."""
    return bool(_ASKS_WEEKDAY.search(query))


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
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return names[day.start.weekday()] if day.is_day else ""
