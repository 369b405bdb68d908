"""The reader's word on the order of passages: what answers the question rises above what merely looks like it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rag.models.reader import Reading
from rag.types import Passage, Question, RetrievedPassage

DOUBT = 0.3
"""A chance of an answer up to this counts nothing: where no passage answers, the order of the search is the better one."""


class PassageReader(Protocol):
    """What is asked of ``rag.models.reader.Reader``."""

    def read(self, question: str, passages: Sequence[Passage], parts: Sequence[Sequence[tuple[int, int]]]) -> Sequence[Reading]:
        """Read each passage for the question, with the best span of each part."""
        ...


_WHO = re.compile(r"\bwho\b", re.IGNORECASE)
_DOER = re.compile(
    r"\bwho\b(?!\s+(?:was|were|is|are)\b(?!\s+(?:blamed|accused|suspected|thought|believed|held)\b))(?!\s+(?:did|does|do|else)\b)"
    r"(?=\s+[a-z])",
    re.IGNORECASE,
)
"""A "who" that did what follows it, or is said to have: no "who was killed" and no "who did they ..."."""


_OF_A_NOUN = re.compile(r"(?!\b(?:and|but|so|then|of|by|say|know)\b)\b\w+\s+$", re.IGNORECASE)
"""A word right before "who" that it belongs to: "the minister who flew there" asks for a minister."""


def read_sentences(
    reader: PassageReader, question: Question, passages: Sequence[Passage], *, both_wordings: bool = True
) -> Sequence[Reading]:
    """Read passages with a part for each of their sentences.

    Args:
        reader: The reader.
        question: As understood.
        passages: Any number.
        both_wordings: Read who did something also as which group did it.

    Returns:
        One reading for each passage, its ``parts`` in the order of ``passage.sentences``; of two wordings the surer one.
    """
    parts = [[(s.start - p.start, s.end - p.start) for s in p.sentences] for p in passages]
    readings = reader.read(question.query, passages, parts)
    asked = of_a_group(question) if both_wordings else None
    if asked is None:
        return readings
    others = reader.read(asked, passages, parts)
    return [other if other.margin > one.margin else one for one, other in zip(readings, others, strict=True)]


def of_a_group(question: Question) -> str | None:
    """Who did something, asked as which group did it: the reader takes a bare "who" for a person, or for those it was done to.

    Args:
        question: As understood.

    Returns:
        The other wording, or None where nobody's deed is asked for.
    """
    first = _WHO.search(question.query) if question.kind == "who" else None
    if first is None or not _DOER.match(question.query, first.start()) or _OF_A_NOUN.search(question.query[: first.start()]):
        return None
    return f"{question.query[: first.start()]}which group{question.query[first.end() :]}"


@dataclass(frozen=True, slots=True)
class ReadPassages:
    """Passages in their new order with what the reader made of the first of them.

    Attributes:
        passages: Best first.
        readings: Of the first passages, in their order, with a part for each sentence; empty without a reader.
    """

    passages: tuple[RetrievedPassage, ...]
    readings: tuple[Reading, ...] = ()


class Reranker:
    """Reads the first passages of a ranking and orders them anew; each is read once, for the order and for the answer.

    Args:
        reader: The reader.
        depth: Passages read.
        weight: Added to a passage's score for each unit of the chance of an answer above ``DOUBT``; 0 keeps the order.
        both_wordings: As for ``read_sentences``.
    """

    def __init__(self, reader: PassageReader, depth: int, weight: float, *, both_wordings: bool = True) -> None:
        self._reader = reader
        self._depth = depth
        self._weight = weight
        self._both_wordings = both_wordings

    def rerank(self, question: Question, retrieved: Sequence[RetrievedPassage]) -> ReadPassages:
        """Read and order passages.

        Args:
            question: As understood.
            retrieved: Passages, best first.

        Returns:
            The same passages; those beyond the depth keep their places, ``parts["reader"]`` is the chance of an answer, 0 to 1.
        """
        first = retrieved[: self._depth]
        readings = read_sentences(self._reader, question, [r.passage for r in first], both_wordings=self._both_wordings)
        scored = [
            replace(
                r,
                score=r.score + self._weight * max(0.0, reading.answerable - DOUBT),
                parts={**r.parts, "reader": reading.answerable},
            )
            for r, reading in zip(first, readings, strict=True)
        ]
        # Scores of the read ones only rise: the rest stays below them, and the whole list stays in falling order.
        order = sorted(range(len(scored)), key=lambda i: (-scored[i].score, i))
        ranked = [scored[i] for i in order] + list(retrieved[len(first) :])
        return ReadPassages(
            tuple(replace(r, rank=rank) for rank, r in enumerate(ranked, start=1)), tuple(readings[i] for i in order)
        )
