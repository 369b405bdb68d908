"""Vectors of the large library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from eval.bench.scale import ComposedEmbedder


class Letters:
    """Embeds a text as how often it has the letters a, b and c."""

    dim = 3
    fingerprint = "0123456789abcdef"

    def encode(self, texts: Sequence[str], progress: Any = None) -> np.ndarray:
        rows = np.array([[text.lower().count(letter) for letter in "abc"] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_sentences_keep_their_vectors_and_passages_lie_between_theirs() -> None:
    first, second = "A man was at a bar.", "Cecil recalls circa 1900."
    embedder = ComposedEmbedder(Letters(), [first, second])
    vectors = embedder.encode([first, second, f"{first}\n{second}", f"{second} {first}", "An unknown text."])
    assert vectors[:2] == pytest.approx(Letters().encode([first, second]))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(5), abs=1e-6)
    together = vectors[0] @ vectors[1]
    assert vectors[2] @ vectors[0] > together
    assert vectors[2] @ vectors[1] > together
    assert not np.array_equal(vectors[2], vectors[3])
    assert np.array_equal(embedder.encode([f"{first} {second}"])[0], vectors[2])
