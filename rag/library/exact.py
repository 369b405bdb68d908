"""Exact dense search over the catalog's own vectors: no index to open, own or share, and nothing approximate."""

from __future__ import annotations

import threading
from collections.abc import Collection

import numpy as np

from rag.library.catalog import Catalog
from rag.library.rows import FloatArray

BLOCK = 8_192
"""Rows turned into float32 at a time: 12 MB, which stays near the caches while the whole matrix stays half as large."""


class ExactIndex:
    """Compares a vector with every live passage; the matrix ``(n, dim)`` is held as float16 and follows the catalog."""

    def __init__(self, catalog: Catalog, model: str) -> None:
        self._catalog = catalog
        self._model = model
        self._lock = threading.Lock()
        self._generation = -1
        self._keys = np.zeros(0, dtype=np.int64)
        self._ids: list[str] = []
        self._matrix = np.zeros((0, 0), dtype=np.float16)

    def search(self, vector: FloatArray, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Nearest live passages; see ``VectorIndex.search``."""
        with self._lock:
            self._refresh()
            ids, matrix = self._ids, self._matrix
        if not ids or k <= 0 or (within is not None and not within):
            return []
        scores = np.empty(len(ids), dtype=np.float32)
        query = np.asarray(vector, dtype=np.float32)
        for at in range(0, len(ids), BLOCK):
            scores[at : at + BLOCK] = matrix[at : at + BLOCK].astype(np.float32) @ query
        if within is not None:
            allowed = within if isinstance(within, set | frozenset) else set(within)
            rows = np.array([i for i, passage_id in enumerate(ids) if passage_id in allowed], dtype=np.int64)
        else:
            rows = np.arange(len(ids))
        if not len(rows):
            return []
        top = rows[np.argpartition(-scores[rows], min(k, len(rows)) - 1)[:k]]
        return [(ids[i], float(scores[i])) for i in top[np.argsort(-scores[top], kind="stable")]]

    def _refresh(self) -> None:
        """Load what is new and forget what is gone, when the catalog's generation moved on."""
        generation = self._catalog.generation()
        if generation == self._generation:
            return
        with self._catalog.snapshot():
            generation = self._catalog.generation()
            live = self._catalog.live_keys(self._model)
            kept = np.isin(self._keys, live, assume_unique=True)
            missing = np.setdiff1d(live, self._keys, assume_unique=True)
            keys, ids, matrix = (
                self._catalog.all_vectors(self._model, after=int(missing[0]) - 1) if len(missing) else (missing, [], None)
            )
        new = np.isin(keys, missing, assume_unique=True)
        old_ids = [passage_id for passage_id, keep in zip(self._ids, kept, strict=True) if keep]
        parts = [self._matrix[kept]] if kept.any() else []
        if matrix is not None:
            parts.append(matrix[new])
        self._keys = np.concatenate([self._keys[kept], keys[new]])
        self._ids = old_ids + [passage_id for passage_id, add in zip(ids, new, strict=True) if add]
        self._matrix = np.concatenate(parts) if parts else np.zeros((0, 0), dtype=np.float16)
        self._generation = generation
