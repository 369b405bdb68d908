"""Citations against evidence, and sentences against what they cite.

A cited quote *meets* a piece of evidence when, in the same report, it shares at least half of the shorter of the two spans; or
when it lies in the same entry as the evidence and holds an acceptable answer (another sentence of the entry may state it too).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from eval.metrics import Rank, contains, loose_tokens
from rag.types import Citation, Report, RetrievedPassage

_MARKS = re.compile(r"(?:\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\])+")
_NUMBER = re.compile(r"\d{1,3}")
_DIGITS = re.compile(r"\d")
_SUPPORTED_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class EvidenceSpan:
    """A piece of evidence found in the library.

    Attributes:
        report_id: Of the report.
        report: Its file name.
        spans: Every place where the quote stands (start, end), usually one.
        entries: Spans of the entries these places lie in.
    """

    report_id: str
    report: str
    spans: tuple[tuple[int, int], ...]
    entries: tuple[tuple[int, int], ...]


def locate(quote: str, report: Report) -> EvidenceSpan | None:
    """Find a quote in a report.

    Args:
        quote: Verbatim words; runs of white space match any white space.
        report: Where it should stand.

    Returns:
        Its places, or None when it is not there.
    """
    words = quote.split()
    if not words:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, words)))
    spans = tuple((m.start(), m.end()) for m in pattern.finditer(report.text))
    if not spans:
        return None
    entries = tuple((e.start, e.end) for e in report.entries if any(e.start < end and start < e.end for start, end in spans))
    return EvidenceSpan(report.id, report.name, spans, entries)


def shared(first: tuple[int, int], second: tuple[int, int]) -> int:
    """Characters two spans have in common."""
    return max(0, min(first[1], second[1]) - max(first[0], second[0]))


def half_shared(first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether two spans share at least half of the shorter one."""
    shorter = min(first[1] - first[0], second[1] - second[0])
    return shorter > 0 and 2 * shared(first, second) >= shorter


def meets(citation: Citation, evidence: EvidenceSpan, accepted: Collection[str]) -> bool:
    """Whether a citation meets a piece of evidence, as the module says."""
    if citation.report_id != evidence.report_id:
        return False
    quoted = (citation.start, citation.end)
    if any(half_shared(quoted, span) for span in evidence.spans):
        return True
    inside = any(start <= citation.start and citation.end <= end for start, end in evidence.entries)
    return inside and any(contains(citation.quote, answer) for answer in accepted)


def evidence_ranks(evidence: Sequence[EvidenceSpan], passages: Iterable[tuple[str, int, int]]) -> list[Rank]:
    """Rank of the first passage that holds each piece of evidence.

    Args:
        evidence: Pieces of evidence.
        passages: Report id, start and end of each retrieved passage, best first.

    Returns:
        A rank for each piece, 1-based, None when no passage shares half of the shorter of the two spans.
    """
    ranked = list(passages)
    return [
        next(
            (
                rank
                for rank, (report_id, start, end) in enumerate(ranked, 1)
                if report_id == piece.report_id and any(half_shared((start, end), span) for span in piece.spans)
            ),
            None,
        )
        for piece in evidence
    ]


def passage_spans(retrieved: Iterable[RetrievedPassage]) -> list[tuple[str, int, int]]:
    """Report id, start and end of retrieved passages, as ``evidence_ranks`` takes them."""
    return [(r.passage.report_id, r.passage.start, r.passage.end) for r in retrieved]


def citation_precision(
    citations: Sequence[Citation], evidence: Sequence[EvidenceSpan], accepted: Collection[str]
) -> float | None:
    """Share of citations that meet a piece of evidence; None when nothing is cited or nothing is known as evidence."""
    if not citations or not evidence:
        return None
    return sum(any(meets(c, piece, accepted) for piece in evidence) for c in citations) / len(citations)


def citation_recall(
    citations: Sequence[Citation],
    evidence: Sequence[EvidenceSpan],
    accepted: Collection[str],
    groups: Sequence[Collection[str]] = (),
) -> float | None:
    """How much of what had to be backed is backed by a citation that meets evidence.

    The places listed as evidence each state the answer, so one of them is enough; with required groups each group needs a
    citation that holds one of its alternatives and meets evidence.

    Args:
        citations: Of an answer given; those of a declined one claim nothing, pass none.
        evidence: Places that state the answer.
        accepted: Acceptable answers.
        groups: Required groups.

    Returns:
        0 to 1, or None when no evidence is known.
    """
    if not evidence:
        return None
    alternatives = [*accepted, *(a for group in groups for a in group)]
    good = [c for c in citations if any(meets(c, piece, alternatives) for piece in evidence)]
    if not groups:
        return float(bool(good))
    return sum(any(contains(c.quote, a) for c in good for a in group) for group in groups) / len(groups)


def quotes_exact(citations: Sequence[Citation], texts: dict[str, str]) -> float | None:
    """Share of citations with ``text[start:end] == quote``; None when there is none."""
    if not citations:
        return None
    return sum(texts[c.report_id][c.start : c.end] == c.quote and bool(c.quote) for c in citations) / len(citations)


def strip_marks(answer: str) -> str:
    """An answer without its ``[n]`` marks."""
    return _MARKS.sub("", answer)


def statements(answer: str) -> list[tuple[str, tuple[int, ...]]]:
    """An answer cut after each group of marks: the words before it, and the numbers it holds (none for a rest without marks)."""
    found, position = [], 0
    for marks in _MARKS.finditer(answer):
        numbers = tuple(int(n) for n in _NUMBER.findall(marks.group()))
        found.append((answer[position : marks.start()].strip(" .,;:\n"), numbers))
        position = marks.end()
    rest = answer[position:].strip(" .,;:\n")
    return [(text, numbers) for text, numbers in [*found, (rest, ())] if text]


def is_supported(statement: str, quotes: Sequence[str]) -> bool:
    """Whether quotes carry a statement: every number of it and four in five of its words stand in one of them or another.

    A composed "Yes:" or "No:" at its front is the answer's verdict, not a claim to look up, and is passed over.
    """
    words = loose_tokens(re.sub(r"^\s*(?:yes|no)\s*[:,]", "", statement, flags=re.IGNORECASE))
    held = {word for quote in quotes for word in loose_tokens(quote)}
    if not words or any(_DIGITS.search(word) and word not in held for word in words):
        return not words
    return sum(word in held for word in words) >= _SUPPORTED_SHARE * len(words)


def support_share(answer: str, citations: Sequence[Citation]) -> float | None:
    """Share of the answer's statements that what they cite supports; None for an answer without words."""
    quotes = {c.number: c.quote for c in citations}
    parts = statements(answer)
    if not parts:
        return None
    return sum(is_supported(text, [quotes[n] for n in numbers if n in quotes]) for text, numbers in parts) / len(parts)
