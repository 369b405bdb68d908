"""Where dense search looks: in Chroma where this process has it open, in the catalog's own vectors otherwise."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from pathlib import Path

from rag.errors import IndexFailedError, IndexMismatchError, LibraryError
from rag.library.catalog import Catalog
from rag.library.exact import ExactIndex
from rag.library.owner import IndexOwner
from rag.library.rows import FloatArray
from rag.library.vectors import VectorIndex
from rag.library.worker import Worker

logger = logging.getLogger(__name__)

EXACT_UP_TO = 50_000
"""Passages up to which a command that answers once scans them all instead of starting Chroma (settings: vectors.one_shot)."""


class IndexChoice:
    """Chooses the index for each search.

    Args:
        home: Of the library, for messages.
        catalog: Holds every vector.
        owner: Of Chroma.
        worker: Knows whether this process lives long, and shares ownership with its jobs.
        one_shot: What a process that answers once does, as in the settings.
        model: Name of the stored vectors.
    """

    def __init__(
        self, home: Path, catalog: Catalog, owner: IndexOwner, worker: Worker, one_shot: str, model: Callable[[], str]
    ) -> None:
        self._home = home
        self._catalog = catalog
        self._owner = owner
        self._worker = worker
        self._one_shot = one_shot
        self._model = model
        self._exact: ExactIndex | None = None

    def search(self, vector: FloatArray, k: int, within: Collection[str] | None) -> list[tuple[str, float]]:
        """As ``Library.search_vectors``."""
        index = self.index()
        try:
            return index.search(vector, k, within)
        except IndexFailedError as error:
            logger.warning("%s; searching the catalog's vectors instead", error)
            if index is self._owner.opened:  # else it was closed under the search, which proves nothing
                self._owner.doubtful = True
            return self._scan().search(vector, k, within)

    def index(self) -> VectorIndex:
        """As ``Library.index``."""
        opened = self._owner.opened
        if opened is not None:
            return opened
        if not self._worker.is_watching and self._wants_chroma():
            with self._worker.lock:
                if not self._catalog.has_jobs() and not self._owner.mismatched() and self._owner.acquire():
                    try:
                        return self._owner.index()
                    except LibraryError as error:
                        logger.warning("%s; searching the catalog's vectors instead", error)
        return self._scan()

    def _wants_chroma(self) -> bool:
        return self._one_shot == "chroma" or (self._one_shot == "auto" and self._catalog.n_passages() > EXACT_UP_TO)

    def _scan(self) -> ExactIndex:
        if self._exact is None:
            self._exact = ExactIndex(self._catalog, self._model())
        if self._owner.mismatched() and not self._worker.is_watching:
            raise IndexMismatchError(f"{self._home}: embedded with another model than models.embedder; run `rag reindex`")
        return self._exact
