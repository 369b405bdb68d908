"""Exact dense search over the catalog's own vectors: no index to open, own or share, and nothing approximate."""

from __future__ import annotations

import threading
from collections.abc import Collection
from itertools import compress

import numpy as np
import numpy.typing as npt

from rag.library.catalog import Catalog
from rag.library.rows import FloatArray, widen
from rag.library.vectors import best

BLOCK = 2_048
"""Rows widened at a time, so that the steps of it stay in the processor's caches."""


class ExactIndex:
    """Compares a vector with every live passage; its matrix ``(n, dim)`` follows the catalog.

    The matrix is held as float32, 150 MB for 100,000 passages of 384 dimensions: widening float16 anew for each search takes
    three times as long as the search.
    """

    def __init__(self, catalog: Catalog, model: str) -> None:
        self._catalog = catalog
        self._model = model
        self._lock = threading.Lock()
        self._generation = -1
        self._keys = np.zeros(0, dtype=np.int64)
        self._ids: list[str] = []
        self._matrix = np.zeros((0, 0), dtype=np.float32)

    def search(self, vector: FloatArray, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Nearest live passages; see ``VectorIndex.search``."""
        with self._lock:
            self._refresh()
            ids, matrix = self._ids, self._matrix
        if not ids or k <= 0 or (within is not None and not within):
            return []
        scores = matrix @ np.asarray(vector, dtype=np.float32)
        if within is None:
            return best(ids, scores, k)
        allowed = within if isinstance(within, set | frozenset) else set(within)
        rows = [i for i, passage_id in enumerate(ids) if passage_id in allowed]
        return best([ids[i] for i in rows], scores[rows], k)

    def _refresh(self) -> None:
        """Load what is new and forget what is gone, when the catalog's generation moved on."""
        generation = self._catalog.generation()
        if generation == self._generation:
            return
        with self._catalog.snapshot():
            generation = self._catalog.generation()
            if not self._ids:  # everything is new: no need to ask what is
                keys, self._ids, halves = self._catalog.all_vectors(self._model)
                self._keys, self._matrix = keys, _joined(np.zeros((0, 0), dtype=np.float32), halves)
            else:
                self._follow(self._catalog.live_keys(self._model))
        self._generation = generation

    def _follow(self, live: npt.NDArray[np.int64]) -> None:
        kept = np.isin(self._keys, live, assume_unique=True)
        if not kept.all():
            self._ids = list(compress(self._ids, kept))
            self._keys, self._matrix = self._keys[kept], self._matrix[kept]
        missing = np.setdiff1d(live, self._keys, assume_unique=True)
        if len(missing):
            keys, ids, halves = self._catalog.all_vectors(self._model, after=int(missing[0]) - 1)
            new = np.isin(keys, missing, assume_unique=True)
            self._ids = self._ids + list(compress(ids, new))
            self._keys, self._matrix = np.concatenate([self._keys, keys[new]]), _joined(self._matrix, halves[new])


def _joined(old: FloatArray, new: npt.NDArray[np.float16]) -> FloatArray:
    joined = np.empty((len(old) + len(new), new.shape[1]), dtype=np.float32)
    joined[: len(old)] = old if len(old) else 0
    for at in range(0, len(new), BLOCK):
        part = widen(new[at : at + BLOCK])
        joined[len(old) + at : len(old) + at + len(part)] = part
    return joined
