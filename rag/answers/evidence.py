"""Which sentence answers: every sentence of the retrieved passages with its features, ordered by fitted weights.

The weights are in ``calibration.json`` beside this file, fitted on the development questions by ``python -m eval.calibrate``; how
sure the best sentence is stands in ``confidence``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.answers.spans import Candidate, candidates
from rag.answers.words import content_words, related
from rag.models.reader import PartReading, Reading
from rag.reports.countries import country_of
from rag.reports.names import find_names, fold
from rag.search.reranker import of_a_group
from rag.search.terms import forms_of, holds, holds_name
from rag.types import DateRange, Passage, Question, RetrievedPassage, Span

FEATURES = tuple("cosine before cover context_cover missing date names typed passage rank margin relevance lead".split())
"""Names of the features, in the order of the weights; the last three are the reader's, 0 without one.

cosine: of question and sentence. before: of question and the sentence before it, which often says what this one is about.
cover, context_cover: share of the question's words, by rarity, in the sentence and in the passage. missing: the rarest of its
words that the passage lacks, against the rarest of all. date: ``date_match``, or that of the sentence before when this one has no
date. names: share of its names in the passage. typed: whether an expression of the kind asked for is there, 1 when it is what the
reader points at. passage, rank: of the retrieval. margin, relevance, lead: of the reader."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence that may answer.

    Attributes:
        retrieved: The passage it stands in.
        span: In the report's stored text.
        features: Values by ``FEATURES``, each about 0 to 1 (``date``, ``margin`` and ``relevance`` from about -1).
        candidate: The expression in it that answers the kind asked for, by rules, or None.
        read: The reader's answer in it, stored-text offsets, or None without a reader.
        score: Higher is better; differences count, the level means nothing.
        share: Softmax of the score over all sentences of the question, 0 to 1.
    """

    retrieved: RetrievedPassage
    span: Span
    features: tuple[float, ...]
    candidate: Candidate | None
    read: Span | None
    score: float
    share: float = 0.0

    @property
    def text(self) -> str:
        return self.slice(self.span)

    @property
    def dates(self) -> list[tuple[int, int]]:
        """Date expressions inside, offsets in ``text``."""
        base = self.span.start
        return [(d.start - base, d.end - base) for d in self.retrieved.passage.dates_in(self.span)]

    def slice(self, span: Span) -> str:
        """Text of a span that lies in the sentence's passage."""
        passage = self.retrieved.passage
        return passage.text[span.start - passage.start : span.end - passage.start]


@dataclass(frozen=True, slots=True)
class Value:
    """A short answer, and where it stands verbatim: in the sentence that answers or, for a place, in one before it; ``span`` is
    None for what was worked out."""

    text: str
    span: Span | None = None


def score_sentences(
    question: Question,
    retrieved: Sequence[RetrievedPassage],
    query_vector: NDArray[np.float32],
    sentence_vectors: Mapping[str, NDArray[np.float32]],
    idf: Callable[[str], float],
    weights: Sequence[float],
    readings: Sequence[Reading] = (),
) -> list[ScoredSentence]:
    """Score every sentence of the retrieved passages.

    Args:
        question: As understood.
        retrieved: Passages, best first.
        query_vector: Of the question, shape (dim,), unit length.
        sentence_vectors: By passage id, shape (sentences, dim), unit length, in the order of ``passage.sentences``.
        idf: Weight of a word, higher for rarer ones.
        weights: Of the features.
        readings: The reader's, of the first passages, with a part for each sentence; none without a reader.

    Returns:
        All sentences, best first; the same sentence retrieved twice (overlapping passages) counts once.
    """
    date_stems = frozenset(w.stem for d in question.dates for w in content_words(d.text))
    words = [w for w in content_words(question.query) if w.stem not in date_stems]
    asked = {w.stem: idf(question.query[w.start : w.end]) for w in words}
    total = sum(asked.values()) or 1.0
    top = max((r.score for r in retrieved), default=1.0) or 1.0
    asks_doer = of_a_group(question) is not None
    pointed = [_parts(question, r.passage, reading, asks_doer) for r, reading in zip(retrieved, readings, strict=False)]
    best_margin = max((part.margin for parts in pointed for part in parts if part), default=0.0)
    kept: dict[tuple[str, int, int], ScoredSentence] = {}
    rarest = max(asked.values(), default=1.0) or 1.0
    for position, r in enumerate(retrieved):
        passage = r.passage
        vectors = sentence_vectors.get(passage.id)
        cosines = [float(c) for c in vectors @ query_vector] if vectors is not None else []
        reading = readings[position] if position < len(readings) else None
        parts = pointed[position] if position < len(pointed) else []
        context = frozenset(w.stem for w in content_words(f"{passage.title} {passage.place} {passage.text}"))
        context_cover = sum(weight * related(s, context) for s, weight in asked.items()) / total
        missing = max((weight for s, weight in asked.items() if not related(s, context)), default=0.0) / rarest
        names = name_share(question, f"{passage.title} {passage.text}")
        dated_before = 0.0
        for index, span in enumerate(passage.sentences):
            text = passage.text[span.start - passage.start : span.end - passage.start]
            stems = frozenset(w.stem for w in content_words(text))
            typed = candidates(question, passage, span)
            part = parts[index] if index < len(parts) else None
            read = Span(passage.start + part.start, passage.start + part.end) if part else None
            dated = date_match(question, r, span)
            if dated < dated_before and not passage.dates_in(span):
                dated = 0.9 * dated_before
            dated_before = dated
            features = (
                cosines[index] if index < len(cosines) else 0.0,
                cosines[index - 1] if 0 < index <= len(cosines) else context_cover * 0.5,
                sum(weight * related(s, stems) for s, weight in asked.items()) / total,
                context_cover,
                missing,
                dated,
                names,
                _typed(question, typed, read),
                r.score / top,
                1.0 / r.rank,
                *_read_features(part, reading, best_margin, bool(readings)),
            )
            score = sum(w * f for w, f in zip(weights, features, strict=True))
            sentence = ScoredSentence(r, span, features, typed[0] if typed else None, read, score)
            key = (passage.report_id, span.start, span.end)
            if key not in kept or kept[key].score < score:
                kept[key] = sentence
    ordered = sorted(kept.values(), key=lambda s: (-s.score, s.retrieved.rank, s.span.start))
    mass = sum(math.exp(s.score - ordered[0].score) for s in ordered)
    return [replace(s, share=math.exp(s.score - ordered[0].score) / mass) for s in ordered]


def raised(scored: Sequence[ScoredSentence], bonus: Callable[[ScoredSentence], float], most: int) -> list[ScoredSentence]:
    """Sentences in a new order, the first of them with something added to their scores.

    Args:
        scored: Most probable first.
        bonus: What is added for a sentence.
        most: How many of the first are looked at.

    Returns:
        The first ones, most probable first, then the others as they stood.
    """
    first = [replace(s, score=s.score + more) if (more := bonus(s)) else s for s in scored[:most]]
    return [*sorted(first, key=lambda s: -s.score), *scored[most:]]


def restates(question: Question, text: str) -> bool:
    """Whether a text holds one of the question's own names, in any form the library knows."""
    folded = fold(text)
    return any(holds(folded, form) for forms in question.forms for form in forms)


def _is_patient(question: Question, text: str) -> bool:
    """Whether words name only those that the question names itself: who ambushed American troops is not "American soldiers"."""
    return restates(question, text) and all(country_of(n.text) or restates(question, n.text) for n in find_names(text))


def steps(first: ScoredSentence, second: ScoredSentence) -> int | None:
    """Sentences from one to another in the passage of both, negative where it stands before; None where they share none."""
    passage = first.retrieved.passage
    if second.retrieved.passage.id != passage.id or not {first.span, second.span} <= set(passage.sentences):
        return None
    return passage.sentences.index(second.span) - passage.sentences.index(first.span)


def _parts(question: Question, passage: Passage, reading: Reading, asks_doer: bool) -> list[PartReading | None]:
    """What the reader points at in each sentence; nothing where that cannot be who is asked for."""
    if not asks_doer:
        return list(reading.parts)
    return [part if part and not _is_patient(question, passage.text[part.start : part.end]) else None for part in reading.parts]


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


def _typed(question: Question, typed: Sequence[Candidate], read: Span | None) -> float:
    if question.kind in ("yes_no", "what", "how", "why", "list"):
        return 1.0
    if not typed:
        return 0.0
    if read is None:
        return 1.0
    return 1.0 if any(c.span.start < read.end and read.start < c.span.end for c in typed) else 0.5


def name_share(question: Question, text: str) -> float:
    """Share of the question's names found in a text under any of their forms; 1 when it names nothing."""
    if not question.names:
        return 1.0
    folded = fold(text)
    return sum(holds_name(folded, forms_of(question, i)) for i in range(len(question.names))) / len(question.names)


def date_match(question: Question, retrieved: RetrievedPassage, span: Span) -> float:
    """How a sentence meets the question's days.

    Args:
        question: As understood.
        retrieved: The passage the sentence stands in.
        span: Of the sentence.

    Returns:
        1 when a date in the sentence lies inside a day asked for, 0.8 when the entry does and the sentence names no other time,
        0.5 for an overlap only, 0 when the question has no date, -0.3 when the entry does and the sentence names other days, -0.5
        when nothing dates the sentence, -1 when other days do.
    """
    if not question.dates:
        return 0.0
    passage = retrieved.passage
    wanted = [d.range for d in question.dates]
    inside = [d.range for d in passage.dates_in(span)]
    if inside:
        best = max(_closeness(w, i) for w in wanted for i in inside)
        if best > 0:
            return best
    entry = passage.on or (DateRange(passage.published_on, passage.published_on) if passage.published_on else None)
    if entry is None:
        return -0.5
    best = max(_closeness(w, entry) for w in wanted)
    if best > 0:
        if inside:
            return -0.3  # an entry of those days that speaks of others here
        return best * 0.8 * (0.7 if passage.is_lead else 1.0)
    return -1.0


def _closeness(wanted: DateRange, given: DateRange) -> float:
    if wanted.contains(given):
        return 1.0
    if given.contains(wanted):
        # "in 2017" in the text, "on October 4, 2017" in the question: possible, less so the wider the text's range is.
        return 0.7 if given.days <= 92 else 0.5
    return 0.5 if wanted.overlaps(given) else 0.0
