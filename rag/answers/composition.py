"""What is said and what is quoted for it, before marks and citations are made."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Passage, Span

FIGURES_DIFFER = "The reports give different figures."
CORRECTED = "A later figure corrects an earlier one."
DATES_DIFFER = "The reports give different dates."
ACCOUNTS_DIFFER = "The reports give different accounts."
SEVERAL_ACCOUNTS = frozenset((FIGURES_DIFFER, CORRECTED, DATES_DIFFER, ACCOUNTS_DIFFER))
"""Remarks of answers that set differing accounts of one thing side by side."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence to be quoted.

    Attributes:
        passage: Where it stands.
        span: Of the sentence, in the report's stored text.
        values: What in it answers, stored-text offsets.
    """

    passage: Passage
    span: Span
    values: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """An answer made of several sentences.

    Attributes:
        short: The short answer, composed from the quotes' values.
        quotes: In the order they are shown and numbered.
        remark: How the quotes go together, in one line, or "".
    """

    short: str
    quotes: tuple[Quote, ...]
    remark: str = ""
