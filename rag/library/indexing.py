"""From pending to ready and from removing to gone: the owner's work, finished wherever an earlier process left it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import numpy as np

from rag.errors import IndexFailedError
from rag.library import rows
from rag.library.catalog import Catalog
from rag.library.kept_vectors import StoredVectors
from rag.library.originals import Originals
from rag.library.owner import IndexOwner
from rag.library.results import Progress, ProgressCallback
from rag.library.vectors import ChromaIndex
from rag.models.embedder import Embedder
from rag.types import Passage

logger = logging.getLogger(__name__)

TEXT_VERSION = 1
"""Raised whenever ``embedding_text`` or ``sentence_texts`` changes: stored vectors are then made anew."""

BATCH = 256
"""Passages embedded between two commits: about ten seconds of work on two cores, all that a kill can cost."""


def embedding_text(passage: Passage) -> str:
    """The text embedded for a passage."""
    return passage.text


def sentence_texts(passage: Passage) -> list[str]:
    """The texts embedded for its sentences, in the order of ``Passage.sentences``."""
    return [passage.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences]


def model_name(embedder: Embedder) -> str:
    """What stored vectors depend on: the embedder's fingerprint and the version of the texts."""
    return f"{embedder.fingerprint}.{TEXT_VERSION}"


class Indexer:
    """Embeds, fills the vector index, shows and cleans up. The library calls it under its lock, as the owner."""

    def __init__(
        self,
        catalog: Catalog,
        owner: IndexOwner,
        originals: Originals,
        embedder: Callable[[], Embedder],
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Nothing is done yet.

        Args:
            catalog: The truth.
            owner: Of the vector index.
            originals: The folder of originals.
            embedder: Gives the embedder when it is needed.
            stopping: Asked between batches; when true, the rest of the jobs is left for the next start.
        """
        self._catalog = catalog
        self._owner = owner
        self._originals = originals
        self._embedder = embedder
        self._stopping = stopping

    def drain(self, progress: ProgressCallback | None = None) -> None:
        """Do every job there is; jobs that arrive meanwhile too.

        Args:
            progress: Told how many passages are embedded.

        Raises:
            LibraryError: The index or the catalog cannot be written; the jobs stay, as they do when the embedder fails.
        """
        if self._owner.mismatched():  # the new index is built from the new model's vectors: they come first
            self._embed_all(None, progress)
            if self._stopping():
                return
        index = self._owner.index(progress)
        try:
            self._work(index, progress)
        except IndexFailedError:  # not the catalog's errors: a new index would mend none of them
            if index.stuck:
                self._owner.doubtful = True
                raise
            logger.warning("the vector index failed at work; rebuilding it", exc_info=True)
            self._work(self._owner.rebuild(progress), progress)

    def _work(self, index: ChromaIndex, progress: ProgressCallback | None) -> None:
        model = model_name(self._embedder())
        while not self._stopping():
            self._embed_all(index, progress)
            self._publish(index, model)
            self._clean_up(index)
            if not self._catalog.has_jobs():
                break
        self._catalog.persist()

    def _embed_all(self, index: ChromaIndex | None, progress: ProgressCallback | None) -> None:
        """Embed what has no vectors yet, and show each report as soon as it is whole (when there is an index to put it in)."""
        embedder = self._embedder()
        model = model_name(embedder)
        total = self._catalog.count_unembedded(model)
        done = after = 0
        while not self._stopping() and (batch := self._catalog.unembedded(model, after, BATCH)):
            made = self._embed(embedder, model, [passage for _, passage in batch], [key for key, _ in batch])
            self._catalog.put_vectors(model, made)
            after, done = batch[-1][0], done + len(batch)
            if progress is not None:
                progress(Progress("embed", done, max(total, done), batch[-1][1].report))
            if index is not None:
                live = self._catalog.live_ids([passage.id for _, passage in batch])
                if live:  # vectors of a shown report had been lost
                    index.upsert(*self._catalog.vectors_of_ids(sorted(live), model))
                self._publish(index, model)

    def _embed(self, embedder: Embedder, model: str, passages: Sequence[Passage], keys: Sequence[int]) -> list[StoredVectors]:
        texts = [[embedding_text(p), *sentence_texts(p)] for p in passages]
        digests = [rows.digest_of(group) for group in texts]
        known = self._catalog.known_vectors(model, digests)
        fresh = {digest: group for digest, group in zip(digests, texts, strict=True) if digest not in known}
        # A text that stands there twice, such as a passage of one sentence, is embedded once.
        distinct = list(dict.fromkeys(text for group in fresh.values() for text in group))
        if distinct:
            vectors = embedder.encode(distinct)
            at = {text: i for i, text in enumerate(distinct)}
            for digest, group in fresh.items():
                picked = vectors[[at[text] for text in group]]
                known[digest] = (rows.pack_vector(picked[0]), rows.pack_vector(picked[1:]))
        return [StoredVectors(key, digest, *known[digest]) for key, digest in zip(keys, digests, strict=True)]

    def _publish(self, index: ChromaIndex, model: str) -> None:
        """Put whole reports into the index, then show them: never the other way round."""
        ready: list[int] = []
        ids: list[str] = []
        parts: list[rows.FloatArray] = []
        for key in self._catalog.pending_embedded(model):
            part, vectors = self._catalog.report_vectors(key, model)
            ready.append(key)
            ids += part
            if part:
                parts.append(vectors)
            if len(ids) >= index.batch_size // 2:
                self._show(index, ready, ids, parts)
                ready, ids, parts = [], [], []
        if ready:
            self._show(index, ready, ids, parts)

    def _show(self, index: ChromaIndex, ready: list[int], ids: list[str], parts: list[rows.FloatArray]) -> None:
        if ids:
            index.upsert(ids, np.concatenate(parts))
        self._catalog.go_live(ready)

    def _clean_up(self, index: ChromaIndex) -> None:
        """Take hidden reports out of the index, then out of the catalog."""
        leaving = self._catalog.jobs("removing")
        for at in range(0, len(leaving), 50):
            keys = leaving[at : at + 50]
            index.delete([passage_id for key in keys for passage_id in self._catalog.orphan_ids(key)])
            self._catalog.purge(keys, self._originals.discard)

    def sweep(self) -> int:
        """Delete original files that no report needs.

        Returns:
            How many there were.
        """
        with self._catalog.write():  # nobody stores an original while this holds the catalog's lock
            strays = self._originals.strays(self._catalog.wanted_originals())
            for path in strays:
                path.unlink(missing_ok=True)
        return len(strays)
