"""Which sentence answers: every sentence of the retrieved passages with its features, scored by a small logistic model.

The features are comparable across questions, so the same model that orders the sentences also says how sure the best one is.
Weights are fitted on the development questions by ``python -m eval.calibrate`` and kept here with the settings' threshold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answers.spans import Candidate, candidates
from rag.answers.words import content_words, related
from rag.models.reader import PartReading, Reading
from rag.reports.names import fold
from rag.types import DateRange, Passage, Question, RetrievedPassage, Span

FEATURES = ("cosine", "cover", "context_cover", "date", "names", "typed", "passage", "rank", "margin", "relevance", "lead")
"""Names of the features, in the order of the weights; the last three are the reader's, 0 without one."""


class PassageReader(Protocol):
    """What is asked of ``rag.models.reader.Reader``."""

    def read(self, question: str, passages: Sequence[Passage], parts: Sequence[Sequence[tuple[int, int]]]) -> Sequence[Reading]:
        """Read each passage for the question, with the best span of each part."""
        ...


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence that may answer.

    Attributes:
        retrieved: The passage it stands in.
        span: In the report's stored text.
        features: Values by ``FEATURES``, each about 0 to 1 (``date``, ``margin`` and ``relevance`` from about -1).
        candidate: The expression in it that answers the kind asked for, by rules, or None.
        read: The reader's answer in it, stored-text offsets, or None without a reader.
        probability: That it answers, 0 to 1.
    """

    retrieved: RetrievedPassage
    span: Span
    features: tuple[float, ...]
    candidate: Candidate | None
    read: Span | None
    probability: float

    @property
    def text(self) -> str:
        return self.slice(self.span)

    def slice(self, span: Span) -> str:
        """Text of a span that lies in the sentence's passage."""
        passage = self.retrieved.passage
        return passage.text[span.start - passage.start : span.end - passage.start]


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """``p = 1 / (1 + exp(-(bias + weights . features)))``."""

    bias: float
    weights: tuple[float, ...]

    def probability(self, features: Sequence[float]) -> float:
        z = self.bias + sum(w * f for w, f in zip(self.weights, features, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, z))))


SENTENCE_MODEL = LogisticModel(bias=-5.2, weights=(3.6, 2.6, 1.6, 1.6, 1.2, 0.8, 0.9, 0.5, 0.0, 0.0, 0.0))
"""For use without a reader."""

READER_MODEL = LogisticModel(bias=-5.2, weights=(3.6, 2.6, 1.6, 1.6, 1.2, 0.8, 0.9, 0.5, 2.0, 1.0, 1.0))
"""For use with the shipped reader."""


def score_sentences(
    question: Question,
    retrieved: Sequence[RetrievedPassage],
    query_vector: NDArray[np.float32],
    sentence_vectors: Mapping[str, NDArray[np.float32]],
    idf: Callable[[str], float],
    readings: Sequence[Reading] = (),
    model: LogisticModel = SENTENCE_MODEL,
) -> list[ScoredSentence]:
    """Score every sentence of the retrieved passages.

    Args:
        question: As understood.
        retrieved: Passages, best first.
        query_vector: Of the question, shape (dim,), unit length.
        sentence_vectors: By passage id, shape (sentences, dim), unit length, in the order of ``passage.sentences``.
        idf: Weight of a word, higher for rarer ones.
        readings: The reader's, of the first passages, with a part for each sentence; none without a reader.
        model: Turns features into a probability.

    Returns:
        All sentences, most probable first; the same sentence retrieved twice (overlapping passages) counts once.
    """
    date_stems = frozenset(w.stem for d in question.dates for w in content_words(d.text))
    words = [w for w in content_words(question.query) if w.stem not in date_stems]
    asked = {w.stem: idf(question.query[w.start : w.end]) for w in words}
    total = sum(asked.values()) or 1.0
    top = max((r.score for r in retrieved), default=1.0) or 1.0
    best_margin = max((part.margin for reading in readings for part in reading.parts if part), default=0.0)
    kept: dict[tuple[str, int, int], ScoredSentence] = {}
    for position, r in enumerate(retrieved):
        passage = r.passage
        vectors = sentence_vectors.get(passage.id)
        reading = readings[position] if position < len(readings) else None
        context = frozenset(w.stem for w in content_words(f"{passage.title} {passage.place} {passage.text}"))
        context_cover = sum(weight * related(s, context) for s, weight in asked.items()) / total
        names = name_share(question, f"{passage.title} {passage.text}")
        for index, span in enumerate(passage.sentences):
            text = passage.text[span.start - passage.start : span.end - passage.start]
            stems = frozenset(w.stem for w in content_words(text))
            typed = candidates(question, passage, span)
            part = reading.parts[index] if reading is not None and index < len(reading.parts) else None
            features = (
                float(vectors[index] @ query_vector) if vectors is not None and index < len(vectors) else 0.0,
                sum(weight * related(s, stems) for s, weight in asked.items()) / total,
                context_cover,
                date_match(question, r, span),
                names,
                1.0 if typed or question.kind in ("yes_no", "what", "how") else 0.0,
                r.score / top,
                1.0 / r.rank,
                *_read_features(part, reading, best_margin, bool(readings)),
            )
            read = Span(passage.start + part.start, passage.start + part.end) if part else None
            sentence = ScoredSentence(r, span, features, typed[0] if typed else None, read, model.probability(features))
            key = (passage.report_id, span.start, span.end)
            if key not in kept or kept[key].probability < sentence.probability:
                kept[key] = sentence
    return sorted(kept.values(), key=lambda s: (-s.probability, s.retrieved.rank, s.span.start))


def _read_features(
    part: PartReading | None, reading: Reading | None, best: float, has_reader: bool
) -> tuple[float, float, float]:
    """The reader's margin in the sentence, the passage's relevance, and how near the margin is to the best one; about -1 to 1."""
    if not has_reader:
        return 0.0, 0.0, 0.0
    if part is None or reading is None:
        return -1.0, -1.0, 0.0
    return (
        max(-1.0, min(1.0, part.margin / 8.0)),
        max(-1.0, min(1.0, reading.relevance / 4.0)),
        math.exp(max(-20.0, (part.margin - best) / 2.0)),
    )


def name_share(question: Question, text: str) -> float:
    """Share of the question's names found in a text after folding; 1 when it names nothing."""
    if not question.names:
        return 1.0
    folded = fold(text).replace(".", "")
    return sum(fold(name).replace(".", "") in folded for name in question.names) / len(question.names)


def date_match(question: Question, retrieved: RetrievedPassage, span: Span) -> float:
    """How a sentence meets the question's days.

    Returns:
        1 when a date in the sentence lies inside a day asked for, 0.8 when the entry does and the sentence names no other time,
        0.5 for an overlap only, 0 when the question has no date, -0.5 when nothing dates the sentence, -1 when other days do.
    """
    if not question.dates:
        return 0.0
    passage = retrieved.passage
    wanted = [d.range for d in question.dates]
    inside = [d.range for d in passage.dates if span.start <= d.start and d.end <= span.end]
    if inside:
        best = max(_closeness(w, i) for w in wanted for i in inside)
        if best > 0:
            return best
    entry = passage.on or (DateRange(passage.published_on, passage.published_on) if passage.published_on else None)
    if entry is None:
        return -0.5
    best = max(_closeness(w, entry) for w in wanted)
    if best > 0:
        return best * (0.4 if inside else 0.8) * (0.7 if passage.is_lead else 1.0)
    return -1.0


def _closeness(wanted: DateRange, given: DateRange) -> float:
    if wanted.contains(given):
        return 1.0
    if given.contains(wanted):
        # "in 2017" in the text, "on October 4, 2017" in the question: possible, less so the wider the text's range is.
        return 0.7 if given.days <= 92 else 0.5
    return 0.5 if wanted.overlaps(given) else 0.0
