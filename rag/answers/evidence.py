"""Which sentence answers: every sentence of the retrieved passages with its features, scored by a small logistic model.

The features are comparable across questions, so the same model that orders the sentences also says how sure the best one is.
Weights are fitted on the development questions by ``python -m eval.calibrate`` and kept here with the settings' threshold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answers.spans import Candidate, candidates
from rag.answers.words import content_words, related
from rag.reports.names import fold
from rag.types import DateRange, Question, RetrievedPassage, Span

FEATURES = ("cosine", "cover", "context_cover", "date", "names", "typed", "passage", "rank")
"""Names of the features, in the order of the weights."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence that may answer.

    Attributes:
        retrieved: The passage it stands in.
        span: In the report's stored text.
        features: Values by ``FEATURES``, each about 0 to 1 (``date`` from -1).
        candidate: The expression in it that answers the kind asked for, or None.
        probability: That it answers, 0 to 1.
    """

    retrieved: RetrievedPassage
    span: Span
    features: tuple[float, ...]
    candidate: Candidate | None
    probability: float

    @property
    def text(self) -> str:
        passage = self.retrieved.passage
        return passage.text[self.span.start - passage.start : self.span.end - passage.start]


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """``p = 1 / (1 + exp(-(bias + weights . features)))``."""

    bias: float
    weights: tuple[float, ...]

    def probability(self, features: Sequence[float]) -> float:
        z = self.bias + sum(w * f for w, f in zip(self.weights, features, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, z))))


DEFAULT_MODEL = LogisticModel(bias=-5.2, weights=(3.6, 2.6, 1.6, 1.6, 1.2, 0.8, 0.9, 0.5))


def score_sentences(
    question: Question,
    retrieved: Sequence[RetrievedPassage],
    query_vector: NDArray[np.float32],
    sentence_vectors: Mapping[str, NDArray[np.float32]],
    idf: Callable[[str], float],
    model: LogisticModel = DEFAULT_MODEL,
) -> list[ScoredSentence]:
    """Score every sentence of the retrieved passages.

    Args:
        question: As understood.
        retrieved: Passages, best first.
        query_vector: Of the question, shape (dim,), unit length.
        sentence_vectors: By passage id, shape (sentences, dim), unit length, in the order of ``passage.sentences``.
        idf: Weight of a word, higher for rarer ones.
        model: Turns features into a probability.

    Returns:
        All sentences, most probable first; the same sentence retrieved twice (overlapping passages) counts once.
    """
    date_stems = frozenset(w.stem for d in question.dates for w in content_words(d.text))
    asked = {w.stem: idf(question.query[w.start : w.end]) for w in content_words(question.query) if w.stem not in date_stems}
    total = sum(asked.values()) or 1.0
    top = max((r.score for r in retrieved), default=1.0) or 1.0
    seen: set[tuple[str, int, int]] = set()
    scored = []
    for r in retrieved:
        passage = r.passage
        vectors = sentence_vectors.get(passage.id)
        context = frozenset(w.stem for w in content_words(f"{passage.title} {passage.place} {passage.text}"))
        context_cover = sum(weight * related(s, context) for s, weight in asked.items()) / total
        names = name_share(question, f"{passage.title} {passage.text}")
        for index, span in enumerate(passage.sentences):
            key = (passage.report_id, span.start, span.end)
            if key in seen:
                continue
            seen.add(key)
            text = passage.text[span.start - passage.start : span.end - passage.start]
            stems = frozenset(w.stem for w in content_words(text))
            typed = candidates(question, passage, span)
            features = (
                float(vectors[index] @ query_vector) if vectors is not None and index < len(vectors) else 0.0,
                sum(weight * related(s, stems) for s, weight in asked.items()) / total,
                context_cover,
                date_match(question, r, span),
                names,
                1.0 if typed or question.kind in ("yes_no", "what", "how") else 0.0,
                r.score / top,
                1.0 / r.rank,
            )
            scored.append(ScoredSentence(r, span, features, typed[0] if typed else None, model.probability(features)))
    return sorted(scored, key=lambda s: (-s.probability, s.retrieved.rank, s.span.start))


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
