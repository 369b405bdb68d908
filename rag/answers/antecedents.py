"""Quotations that can be read alone: where a sentence opens by pointing back ("it", "they", "that night"), the one before it is
quoted with it, word for word as the report has them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from rag.answers.citations import cite, days_told
from rag.types import Citation, Passage, Span

_MOST = 2
"""Sentences quoted at most before the one that answers: the one before may point back itself."""

_UNITS = r"(?:day|night|morning|afternoon|evening|week|weekend|month|year|time|hour|date)s?"
_POINTS_BACK = re.compile(
    rf"""[\W_]*(?:(?:and|but|yet|so|nor|still|then|since\s+then|by\s+then|until\s+then|at\s+that\s+time|even\s+so|instead),?\s+)?
    (?:(?:it|they|he|she|its|their|his|her|both|neither)\b(?![-/])
    |(?:this|these)\b(?!\s+{_UNITS}\b) | (?:that|those)\b
    |(?:for|of|in|on|at|by|with|from|among|after|before|behind|besides|despite|during)\s+
      (?:(?:this|these)\b(?!\s+{_UNITS}\b)|(?:that|those|them|him|it)\b)
    |the\s+(?:same|latter|former|rest|others?)\b
    |the\s+(?:next|following|previous)\s+{_UNITS}\b
    |(?:[\w-]+\s+){{1,3}}of\s+(?:them|these|those)\b
    |(?:[\w-]+\s+){{1,2}}{_UNITS}\s+(?:later|earlier|before(?=,)|after\s+(?:that|this))\b
    |(?:another|others|the\s+other)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_STANDS_ALONE = re.compile(
    r"[\W_]*(?:(?:and|but|yet|so)\s+)?it\s+(?:is|was|has\s+been|had\s+been|will\s+be|would\s+be|may\s+be|seems?|seemed|appears?|"
    r"appeared|turned\s+out|took|takes)\b[^.;:]{0,80}?\b(?:that|who|whom|whether|how|why)\b|[\W_]*it\s+(?:rain|snow)(?:s|ed)\b|"
    r"[\W_]*that\s+is\s+(?:to\s+say|because)\b|[\W_]*those\s+who\b|[\W_]*(?:both|neither)\s+(?-i:[A-Z])",
    re.IGNORECASE,
)
"""An "it" that points at nothing before: "It was on February 17 that Paris had said ..."."""


def points_back(text: str) -> bool:
    """Whether a sentence opens with words that only the sentence before explains.

    Args:
        text: Of the sentence.

    Returns:
        False where the opening word stands for nothing: "It was in May that the talks began."
    """
    return bool(_POINTS_BACK.match(text)) and not _STANDS_ALONE.match(text)


def with_antecedent(passage: Passage, span: Span, quoted: Collection[tuple[str, int]] = ()) -> Span:
    """A sentence's span, begun earlier where the sentence points back.

    Args:
        passage: Where it stands; its sentences are those of one entry, so another event's are never taken.
        span: Of the sentence, stored-text offsets.
        quoted: Report id and last character of sentences that are quoted anyway.

    Returns:
        A span with the same end that begins with the same sentence or with one of the ``_MOST`` before it in its paragraph.
    """
    starts = [s.start for s in passage.sentences]
    if span.start not in starts:
        return span
    first = at = starts.index(span.start)
    while first and at - first < _MOST and points_back(passage.text[starts[first] - passage.start : span.end - passage.start]):
        before = passage.sentences[first - 1].end
        gap = passage.text[before - passage.start : starts[first] - passage.start]
        if "\n\n" in gap or not gap.isspace() or (passage.report_id, before) in quoted:
            break
        first -= 1
    return Span(starts[first], span.end)


def cite_whole(passage: Passage, span: Span, number: int, quoted: Collection[tuple[str, int]] = ()) -> Citation:
    """The citation of a sentence, with those before it that it points back to.

    Args:
        passage: Where the sentence stands.
        span: Of the sentence, stored-text offsets.
        number: Of the mark, 1-based.
        quoted: As for ``with_antecedent``.

    Returns:
        The citation; its days are those that the sentence itself tells of.

    Raises:
        ValueError: As ``rag.answers.citations.cite``.
    """
    whole = with_antecedent(passage, span, quoted)
    return replace(cite(passage, whole, number), happened=days_told(passage, span))


def cite_all(sentences: Sequence[tuple[Passage, Span]], *, whole: bool) -> tuple[Citation, ...]:
    """Citations of sentences, numbered from 1 in their order.

    Args:
        sentences: With the passages they stand in.
        whole: Whether those that point back are quoted with what they point at, unless that is one of the others.

    Returns:
        One citation for each.
    """
    if not whole:
        return tuple(cite(passage, span, number) for number, (passage, span) in enumerate(sentences, 1))
    quoted = {(passage.report_id, span.end) for passage, span in sentences}
    return tuple(cite_whole(passage, span, number, quoted) for number, (passage, span) in enumerate(sentences, 1))
