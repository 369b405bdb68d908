"""What is said and what is quoted for it, before marks and citations are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.answers.evidence import ScoredSentence, Value
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


def quotes_of(told: Iterable[tuple[ScoredSentence, Value]]) -> tuple[Quote, ...]:
    """Sentences that answer, each after the one its value stands in where that is another; none twice.

    Args:
        told: Sentences with the values that they, or sentences before them in their passages, give.

    Returns:
        The quotes in their order, each with what in it answers.
    """
    quotes: dict[tuple[str, Span], Quote] = {}
    for sentence, value in told:
        passage, at = sentence.retrieved.passage, value.span
        holding = [s for s in passage.sentences if at is not None and s.start <= at.start < s.end]
        for span in dict.fromkeys([*holding, sentence.span]):
            before = quotes.get((passage.report_id, span), Quote(passage, span))
            values = (at,) if at is not None and span.start <= at.start < span.end else ()
            quotes[passage.report_id, span] = Quote(passage, span, tuple(dict.fromkeys((*before.values, *values))))
    return tuple(quotes.values())
