"""Makes ``kindred.json``: which common English words are near in meaning, by the packaged embedder.

Run with ``python -m rag.search.kindred_table`` when the embedder changes; it takes about a minute.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rag.search.kindred import TABLE
from rag.search.terms import FUNCTION_WORDS, stem

LEAST_LIKENESS = 0.6
"""Cosine of two words embedded alone. From 0.55 on was no better on questions in other words, and from 0.65 on worse."""

MOST = 16
"""Words kept for one; fewer are used where a library holds more than ``kindred.MOST_NEAR`` of them."""

_BLOCK = 1024


def make_table(words: Sequence[str], vectors: npt.NDArray[np.float32]) -> dict[str, dict[str, float]]:
    """Words near each other, by stem.

    Args:
        words: Folded, each once.
        vectors: Unit vectors of shape ``(len(words), dim)``.

    Returns:
        Stem to near words of other stems with their cosine in two digits, the likest first; stems with none are left out.
    """
    stems = [stem(word) for word in words]
    near: dict[str, dict[str, float]] = {}
    for start in range(0, len(words), _BLOCK):
        for offset, row in enumerate(vectors[start : start + _BLOCK] @ vectors.T):
            own = stems[start + offset]
            for other in map(int, np.flatnonzero(row >= LEAST_LIKENESS)):
                if stems[other] != own and words[other] not in FUNCTION_WORDS:
                    known = near.setdefault(own, {})
                    known[words[other]] = max(known.get(words[other], 0.0), round(float(row[other]), 2))
    return {key: dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]) for key, found in sorted(near.items())}


def main() -> None:
    """Write the table."""
    from rag.models.embedder import load_embedder
    from rag.models.vocabulary import common_words
    from rag.settings import Settings

    words = sorted(word for word in common_words() if len(word) >= 3 and word.isascii())
    table = make_table(words, load_embedder(Settings()).encode(words))
    TABLE.write_text(json.dumps(table, separators=(",", ":"), ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
