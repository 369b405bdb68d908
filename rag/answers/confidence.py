"""How sure an answer is: the chance that the reports answer the question, judged by the best sentence and what stands around it.

The fitted numbers are in ``calibration.json`` beside this file, made by ``python -m eval.calibrate --write``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.answers.constraints import CHECKS, SIGNS, check
from rag.answers.evidence import FEATURES, ScoredSentence
from rag.settings import Answering
from rag.types import Question

FILE = Path(__file__).parent / "calibration.json"
_OF_SENTENCE = ("cosine", "typed", "margin", "relevance")
CONFIDENCE_FEATURES = (*_OF_SENTENCE, "share", "verdict_margin", *CHECKS)
"""Some features of the best sentence, its share among all, the reader's margin once more where yes or no is asked (any sentence
about the matter can be taken for a yes, so it must be surer), and how it meets what the question demands; few, as the questions
to fit on are few."""

CONFIDENCE_SIGNS = (1, 1, 1, 1, 1, 1, *SIGNS)
"""Which way each can only speak. Without this the fit learns how its questions were made: that those without an answer repeat the
reports' words."""


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """``p = 1 / (1 + exp(-(bias + weights . features)))``."""

    bias: float
    weights: tuple[float, ...]

    def probability(self, features: Sequence[float]) -> float:
        z = self.bias + sum(w * f for w, f in zip(self.weights, features, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, z))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What one way of answering was fitted to.

    Attributes:
        ranking: Weights of ``FEATURES``.
        confidence: Over ``CONFIDENCE_FEATURES``.
    """

    ranking: tuple[float, ...]
    confidence: LogisticModel

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Calibration:
        """Read what ``to_row`` wrote; a feature it does not name weighs nothing."""
        ranking = tuple(float(row["ranking"].get(name, 0.0)) for name in FEATURES)
        weights = tuple(float(row["confidence"].get(name, 0.0)) for name in CONFIDENCE_FEATURES)
        return cls(ranking, LogisticModel(float(row["confidence"]["bias"]), weights))

    def to_row(self) -> dict[str, Any]:
        """Weights by feature name, for the file."""
        confidence = dict(zip(CONFIDENCE_FEATURES, self.confidence.weights, strict=True)) | {"bias": self.confidence.bias}
        return {
            "ranking": {name: round(w, 4) for name, w in zip(FEATURES, self.ranking, strict=True)},
            "confidence": {name: round(w, 4) for name, w in confidence.items()},
        }


@lru_cache(maxsize=2)
def load_calibration(has_reader: bool) -> Calibration:
    """The shipped calibration for answers with or without the reader."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return Calibration.from_row(rows["reader" if has_reader else "sentences"])


def confidence_features(
    question: Question, scored: Sequence[ScoredSentence], idf: Callable[[str], float], settings: Answering | None = None
) -> tuple[float, ...]:
    """Values by ``CONFIDENCE_FEATURES``.

    Args:
        question: As understood.
        scored: Sentences, best first; at least one.
        idf: Weight of a word, higher for rarer ones.
        settings: Which checks are on; all when None.

    Returns:
        One value for each feature.
    """
    best = scored[0]
    own = (best.features[FEATURES.index(name)] for name in _OF_SENTENCE)
    verdict_margin = best.features[FEATURES.index("margin")] if question.kind == "yes_no" else 0.0
    return (*own, best.share, verdict_margin, *check(question, scored, idf, settings))
