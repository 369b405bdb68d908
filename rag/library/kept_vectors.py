"""The vectors kept in the catalog: what the exact scan reads, and what Chroma can be rebuilt from without embedding again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.library import rows
from rag.library.lookup import PASSAGE_COLUMNS, Lookup
from rag.types import Passage


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """Vectors of one passage, ready to be stored.

    Attributes:
        key: Of the passage.
        digest: Of the texts they were made from.
        vector: Float16 bytes.
        sentences: Float16 bytes, one vector after the other.
    """

    key: int
    digest: str
    vector: bytes
    sentences: bytes


class KeptVectors(Lookup):
    """Float16 vectors of passages and of their sentences, by model."""

    def vectors(self, ids: Collection[str], model: str) -> dict[str, tuple[rows.FloatArray, rows.FloatArray]]:
        """Stored vectors of live passages.

        Args:
            ids: Passage ids; those unknown or not embedded are left out.
            model: Which model's vectors (``Library.model``).

        Returns:
            By id, the passage's vector ``(dim,)`` and its sentences' vectors ``(n_sentences, dim)``, in the order of
            ``Passage.sentences``.
        """
        kept = self.db.execute(
            "SELECT p.id, v.vector, s.vectors FROM passages p"
            " JOIN passage_vectors v ON v.passage = p.key AND v.model = :model"
            " JOIN sentence_vectors s ON s.passage = p.key AND s.model = :model"
            " WHERE p.live = 1 AND p.id IN (SELECT value FROM json_each(:ids))",
            {"model": model, "ids": json.dumps(list(ids))},
        ).fetchall()
        if not kept:
            return {}
        dim = len(kept[0][1]) // 2
        # all at once: widening each of some hundred small blobs takes several times as long
        wide = rows.unpack_vectors(b"".join(blob for _, *blobs in kept for blob in blobs), dim)
        found: dict[str, tuple[rows.FloatArray, rows.FloatArray]] = {}
        first = 0
        for passage_id, _, sentences in kept:
            after = first + 1 + len(sentences) // (2 * dim)
            found[passage_id] = (wide[first], wide[first + 1 : after])
            first = after
        return found

    def live_keys(self, model: str) -> npt.NDArray[np.int64]:
        """Keys of live passages that have a vector of the model, ascending."""
        found = self.db.execute(
            "SELECT p.key FROM passages p INDEXED BY passages_live"
            " JOIN passage_vectors v ON v.passage = p.key AND v.model = ? WHERE p.live = 1 ORDER BY p.key",
            (model,),
        )
        return np.fromiter((row[0] for row in found), dtype=np.int64)

    def all_vectors(
        self, model: str, after: int = 0, limit: int = -1
    ) -> tuple[npt.NDArray[np.int64], list[str], npt.NDArray[np.float16]]:
        """Passage vectors of live passages, for the exact scan and for rebuilding Chroma.

        Args:
            model: Which model's vectors.
            after: Only passages with a larger key.
            limit: Most passages; -1 for all.

        Returns:
            Keys ascending, passage ids, and the matrix ``(n, dim)`` as stored.
        """
        keys: list[int] = []
        ids: list[str] = []
        blob = bytearray()
        for key, passage_id, vector in self.db.execute(
            "SELECT p.key, p.id, v.vector FROM passages p INDEXED BY passages_live"
            " JOIN passage_vectors v ON v.passage = p.key AND v.model = ?"
            " WHERE p.live = 1 AND p.key > ? ORDER BY p.key LIMIT ?",
            (model, after, limit),
        ):
            keys.append(key)
            ids.append(passage_id)
            blob += vector
        matrix = np.frombuffer(blob, dtype="<f2").reshape(len(ids), -1) if ids else np.zeros((0, 0), dtype=np.float16)
        return np.array(keys, dtype=np.int64), ids, matrix

    def vectors_of_ids(self, ids: Sequence[str], model: str) -> tuple[list[str], rows.FloatArray]:
        """Those of the ids that are live and embedded, and their passage vectors ``(n, dim)``."""
        found = self.db.execute(
            "SELECT p.id, v.vector FROM passages p JOIN passage_vectors v ON v.passage = p.key AND v.model = ?"
            " WHERE p.live = 1 AND p.id IN (SELECT value FROM json_each(?))",
            (model, json.dumps(list(ids))),
        ).fetchall()
        if not found:
            return [], np.zeros((0, 0), dtype=np.float32)
        return [row[0] for row in found], np.concatenate([rows.unpack_vectors(row[1], len(row[1]) // 2) for row in found])

    def report_vectors(self, key: int, model: str) -> tuple[list[str], rows.FloatArray]:
        """Passage ids of one report, live or not, and their vectors ``(n, dim)``."""
        found = self.db.execute(
            "SELECT p.id, v.vector FROM passages p JOIN passage_vectors v ON v.passage = p.key AND v.model = ? WHERE p.report = ?"
            " ORDER BY p.key",
            (model, key),
        ).fetchall()
        if not found:
            return [], np.zeros((0, 0), dtype=np.float32)
        return [row[0] for row in found], np.concatenate([rows.unpack_vectors(row[1], len(row[1]) // 2) for row in found])

    def count_unembedded(self, model: str) -> int:
        """Passages, live or pending, that have no vectors of the model."""
        row = self.db.execute(
            "SELECT count(*) FROM passages p JOIN reports r ON r.key = p.report WHERE r.state <> 'removing'"
            " AND NOT EXISTS (SELECT 1 FROM sentence_vectors s WHERE s.passage = p.key AND s.model = ?)",
            (model,),
        ).fetchone()
        return int(row[0])

    def unembedded(self, model: str, after: int, limit: int) -> list[tuple[int, Passage]]:
        """Passages, live or pending, that have no vectors of the model, by key.

        Args:
            model: Which vectors.
            after: Only larger keys.
            limit: Most of them.

        Returns:
            Pairs of key and passage.
        """
        found = self.db.execute(
            f"SELECT {PASSAGE_COLUMNS.replace('FROM', ', p.key FROM', 1)} WHERE r.state <> 'removing' AND p.key > ?"  # noqa: S608
            " AND NOT EXISTS (SELECT 1 FROM sentence_vectors s WHERE s.passage = p.key AND s.model = ?) ORDER BY p.key LIMIT ?",
            (after, model, limit),
        )
        return [(row[16], rows.passage_of(row)) for row in found]

    def known_vectors(self, model: str, digests: Iterable[str]) -> dict[str, tuple[bytes, bytes]]:
        """Vectors already made from the same texts, by digest: what did not change is not embedded again."""
        found = self.db.execute(
            "SELECT v.digest, v.vector, s.vectors FROM passage_vectors v"
            " JOIN sentence_vectors s ON s.passage = v.passage AND s.model = v.model"
            " WHERE v.model = ? AND v.digest IN (SELECT value FROM json_each(?))",
            (model, json.dumps(list(digests))),
        )
        return {digest: (vector, sentences) for digest, vector, sentences in found}

    def put_vectors(self, model: str, vectors: Iterable[StoredVectors]) -> None:
        """Store vectors of passages that are still there, in one transaction."""
        with self.write() as db:
            for v in vectors:
                if db.execute("SELECT 1 FROM passages WHERE key = ?", (v.key,)).fetchone():
                    db.execute("INSERT OR REPLACE INTO passage_vectors VALUES (?, ?, ?, ?)", (v.key, model, v.digest, v.vector))
                    db.execute("INSERT OR REPLACE INTO sentence_vectors VALUES (?, ?, ?)", (v.key, model, v.sentences))
            self.bump()

    def drop_other_vectors(self, model: str) -> None:
        """Delete the vectors of every other model."""
        with self.write() as db:
            db.execute("DELETE FROM passage_vectors WHERE model <> ?", (model,))
            db.execute("DELETE FROM sentence_vectors WHERE model <> ?", (model,))
