"""What the whole library holds about a name, a word or a day, so that the reason of a refusal is true of all of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from rag.answers.words import content_words
from rag.reports.names import fold
from rag.search.terms import holds_name
from rag.types import DateRange, Filters, Passage

MOST_LOOKED_AT = 400
"""Passages read for one name; beyond them a name is too common for a refusal to hang on it."""


class Shelf(Protocol):
    """What is asked of ``rag.library.catalog.Catalog``."""

    def lexical(self, terms: Sequence[str], k: int, *, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Full-text search."""
        ...

    def passages(self, ids: Collection[str]) -> Mapping[str, Passage]:
        """Passages by id."""
        ...

    def filter_ids(self, filters: Filters) -> frozenset[str] | None:
        """Ids that meet hard filters; None for all."""
        ...

    def document_frequency(self, term: str) -> int:
        """Passages that hold a term."""
        ...


class Holdings:
    """Looks things up in a library; every answer keeps to the question's filters.

    Args:
        shelf: The catalog.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def has_word(self, word: str) -> bool:
        """Whether any passage holds a word, in any of its endings; filters are not asked."""
        return self._shelf.document_frequency(word) > 0

    def has_any_word(self, text: str) -> bool:
        """Whether any passage holds one of a text's content words; True for a text that has none."""
        words = content_words(text)
        return not words or any(self.has_word(text[w.start : w.end]) for w in words)

    def about(self, forms: Sequence[str], filters: Filters) -> list[Passage]:
        """Passages that hold a name in any of its forms, at most ``MOST_LOOKED_AT``.

        Args:
            forms: Of the name, folded.
            filters: Of the question.

        Returns:
            In no order that means anything.
        """
        ids = [key for key, _ in self._shelf.lexical(forms, MOST_LOOKED_AT, within=self._shelf.filter_ids(filters))]
        return [passage for passage in self._shelf.passages(ids).values() if speaks_of(passage, forms)]


def speaks_of(passage: Passage, forms: Sequence[str]) -> bool:
    """Whether a passage, its place or its report's title holds a name in any of its folded forms."""
    return holds_name(fold(f"{passage.title}\n{passage.country}\n{passage.place}\n{passage.text}"), forms)


def days_of(passage: Passage) -> list[DateRange]:
    """Every day or range of days a passage speaks of: its entry's and those in its text; its report's where it has neither."""
    days = [mention.range for mention in passage.dates]
    if passage.on is not None:
        days.append(passage.on)
    if not days and passage.published_on is not None:
        days.append(DateRange(passage.published_on, passage.published_on))
    return days
