"""Links that ask a question again: from what stood behind the "?" of an address to the question and its filter fields."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from rag.errors import UsageError
from rag.web.filters import read_filters

MAX_CHARACTERS = 60_000


@dataclass(frozen=True, slots=True)
class Reopened:
    """What a link asks.

    Attributes:
        question: The question.
        since: As it stands in the field.
        until: As it stands in the field.
        as_of: As it stands in the field.
        countries: Names.
        reports: File names.
    """

    question: str
    since: str = ""
    until: str = ""
    as_of: str = ""
    countries: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, str, str, list[str], list[str]]:
        """Values of the filter fields."""
        return self.since, self.until, self.as_of, list(self.countries), list(self.reports)


def read_link(text: str, countries: Collection[str], reports: Collection[str]) -> Reopened:
    """The question of a link.

    Args:
        text: JSON list of [name, value] pairs, as the address had them.
        countries: Those of the library.
        reports: File names of the library.

    Returns:
        The question with its filters.

    Raises:
        UsageError: It is no such list, a filter is no date, or the library does not hold what it is limited to.
    """
    try:
        if len(text) > MAX_CHARACTERS:
            raise ValueError("too long")
        pairs = [(str(name), str(value)) for name, value in json.loads(text)]
    except (ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"the link cannot be read ({error}); type the question instead") from error
    single = dict(pairs)
    asked = Reopened(
        question=single.get("q", "").strip()[:20_000],
        since=single.get("since", ""),
        until=single.get("until", ""),
        as_of=single.get("as_of", ""),
        countries=tuple(value for name, value in pairs if name == "country"),
        reports=tuple(value for name, value in pairs if name == "report"),
    )
    read_filters(*asked.fields)
    missing = [*(c for c in asked.countries if c not in countries), *(r for r in asked.reports if r not in reports)]
    if missing:
        raise UsageError(
            f"the link asks within {', '.join(missing[:5])}, which this library does not hold: {asked.question[:200]}"
        )
    return asked
