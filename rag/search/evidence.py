"""Soft evidence: how well a passage's dates and names meet the question's. Both run from 0 to 1 and are added to the score."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from rag.reports.countries import country_forms, governed_from
from rag.reports.names import fold
from rag.search.terms import holds, share_of_words
from rag.types import DateMention, DateRange, Passage

EXACT = 1.0
INSIDE = 0.9
"""The passage is more exact than the question: "April 6, 2018" for "in April 2018"."""

OVERLAP = 0.4
PUBLISHED = 0.5
"""What the report's date counts where an entry has none of its own."""

PART_OF_NAME = 0.5
"""Largest credit for a name of which only some words are there."""

GOVERNED = 0.5
"""Credit for the country where its seat of government is named: "Paris sent soldiers" for French soldiers."""


def date_evidence(dates: Sequence[DateMention], passage: Passage) -> float:
    """How well a passage meets the days a question speaks of.

    Dates in the text count as much as the entry's own: an entry of April tells of an ambush in October.

    Args:
        dates: Of the question.
        passage: With its date mentions.

    Returns:
        The mean over the question's dates of the best meeting date; 0 when the question has none.
    """
    if not dates:
        return 0.0
    told = [mention.range for mention in passage.dates]
    if passage.on is not None:
        told.append(passage.on)
    best: dict[tuple[int, int], float] = {}
    for asked in dates:
        met = max((meeting(asked.range, days) for days in told), default=0.0)
        if passage.on is None and passage.published_on is not None:
            published = DateRange(passage.published_on, passage.published_on)
            met = max(met, PUBLISHED * meeting(asked.range, published))
        # Alternatives ("in April", of any year) stand at one place of the question; one of them met is enough.
        place = (asked.start, asked.end)
        best[place] = max(best.get(place, 0.0), met)
    return sum(best.values()) / len(best)


def meeting(asked: DateRange, told: DateRange) -> float:
    """How well the days a text tells meet the days asked for.

    Args:
        asked: Of the question.
        told: Of the passage.

    Returns:
        1 for the same days, 0.9 when told lie inside asked, 0.4 for a partial overlap, 0 for none. When asked lie inside told,
        from 0.7 falling with the logarithm of how much wider told are: 0.41 for a day in its month, 0.2 for a day in its year.
    """
    if asked == told:
        return EXACT
    if asked.contains(told):
        return INSIDE
    if told.contains(asked):
        loss = math.log(told.days / asked.days) / math.log(366)
        return max(0.1, 0.7 - 0.5 * loss)
    return OVERLAP if asked.overlaps(told) else 0.0


def name_evidence(names: Sequence[Sequence[str]], passage: Passage, weights: Sequence[float] = ()) -> float:
    """Share of the question's names that a passage holds, in its text, its place or its report's title.

    Args:
        names: For each name of the question its forms, folded (``terms.name_forms``).
        passage: The passage.
        weights: Of the names, the rarer the more; equal when empty.

    Returns:
        The weighted mean over names: 1 for any whole form, 0.5 for the country of a capital, up to 0.5 for some words of the
        name, else 0; 0 without names.
    """
    if not names:
        return 0.0
    haystack = _folded(passage.title, passage.country, passage.place, passage.text)
    total = 0.0
    weights = weights or [1.0] * len(names)
    for forms, weight in zip(names, weights, strict=True):
        if any(holds(haystack, form) for form in forms):
            total += weight
        elif forms and any(holds(haystack, form) for form in _governed(forms[0])):
            total += weight * GOVERNED
        elif forms:
            total += weight * PART_OF_NAME * share_of_words(haystack, forms[0])
    return total / (sum(weights) or 1.0)


@lru_cache(maxsize=1024)
def _governed(name: str) -> tuple[str, ...]:
    """Folded forms of the country that is governed from a place; none for any other name."""
    return tuple(map(fold, country_forms(governed_from(name))))


@lru_cache(maxsize=4096)
def _folded(*parts: str) -> str:
    return fold(" \n ".join(parts))
