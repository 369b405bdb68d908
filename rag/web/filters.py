"""The filter fields of the page and of its interface: words in, ``Filters`` out, and back to words for the chips."""

from __future__ import annotations

from collections.abc import Sequence

from rag.errors import UsageError
from rag.reports.date_text import format_day
from rag.reports.dates import parse_bound
from rag.types import Filters

MAX_CHOICES = 200
"""Reports or countries one filter may name."""

_MAX_CHARACTERS = 300


def read_filters(
    since: str | None = "",
    until: str | None = "",
    as_of: str | None = "",
    countries: Sequence[str] | None = (),
    reports: Sequence[str] | None = (),
) -> Filters:
    """Filters from what was typed and chosen.

    Args:
        since: A date, month or year, or nothing; its first day counts.
        until: As ``since``; its last day counts.
        as_of: As ``until``.
        countries: Country names.
        reports: File names or ids.

    Returns:
        The filters.

    Raises:
        UsageError: A field is no date, is too long, or since lies after until.
    """
    filters = Filters(
        since=parse_bound(_short(since), last=False) if _short(since) else None,
        until=parse_bound(_short(until), last=True) if _short(until) else None,
        as_of=parse_bound(_short(as_of), last=True) if _short(as_of) else None,
        countries=_choices(countries),
        reports=_choices(reports),
    )
    if filters.since and filters.until and filters.since > filters.until:
        raise UsageError(f"since {format_day(filters.since)} lies after until {format_day(filters.until)}; exchange them")
    return filters


def _short(text: str | None) -> str:
    stripped = (text or "").strip()
    if len(stripped) > 60:
        raise UsageError(f"a date of {len(stripped)} characters is not understood; write it as 2018-04-06, 2018-04 or 2018")
    return stripped


def _choices(values: Sequence[str] | None) -> tuple[str, ...]:
    chosen = tuple(str(value) for value in values or ())
    if len(chosen) > MAX_CHOICES or any(len(value) > _MAX_CHARACTERS for value in chosen):
        raise UsageError(f"a filter may name {MAX_CHOICES} reports or countries at most; choose fewer")
    return chosen


def in_words(filters: Filters) -> list[str]:
    """One phrase for each filter in force."""
    phrases = []
    if filters.since:
        phrases.append(f"since {format_day(filters.since)}")
    if filters.until:
        phrases.append(f"until {format_day(filters.until)}")
    if filters.as_of:
        phrases.append(f"as reported by {format_day(filters.as_of)}")
    phrases += filters.countries
    phrases += filters.reports if len(filters.reports) <= 3 else (f"{len(filters.reports)} reports",)
    return phrases
