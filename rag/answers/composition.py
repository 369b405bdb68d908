"""What is said and what is quoted for it, before marks and citations are made."""

from __future__ import annotations

from collections.abc import Iterator
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


def quotes_of(sentence: ScoredSentence, value: Value) -> Iterator[Quote]:
    """A sentence that answers, after the one its value stands in where that is another.

    Args:
        sentence: To be quoted.
        value: That it gives, or that a sentence before it in its passage does.

    Yields:
        One or two quotes, each with what in it answers.
    """
    passage, span = sentence.retrieved.passage, value.span
    own = span is not None and sentence.span.start <= span.start < sentence.span.end
    if span is not None and not own:
        yield from (Quote(passage, s, (span,)) for s in passage.sentences if s.start <= span.start < s.end)
    yield Quote(passage, sentence.span, (span,) if span is not None and own else ())
