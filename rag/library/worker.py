"""The owner's work: jobs are done here, waited for where another process does them, or watched for by a thread of their own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Generator
from contextlib import contextmanager

from rag.errors import LibraryError, RagError
from rag.library.catalog import Catalog
from rag.library.indexing import Indexer
from rag.library.owner import IndexOwner
from rag.library.results import Progress, ProgressCallback

logger = logging.getLogger(__name__)

POLL_S = 0.5


class Worker:
    """Takes ownership of the index for as long as there is work, or for good once it watches.

    Args:
        catalog: Holds the jobs.
        owner: Of the index.
        indexer: Does the jobs.
        lock: Held while this process works on the index.
        closing: Set when the library closes.
        wait_s: Longest wait for another process to do the jobs, in seconds.

    Attributes:
        lock: As given.
        ready: Set once the watching thread owns a healthy index and has done the jobs it found.
    """

    def __init__(
        self,
        catalog: Catalog,
        owner: IndexOwner,
        indexer: Indexer,
        lock: threading.RLock,
        closing: threading.Event,
        wait_s: float,
    ) -> None:
        self.lock = lock
        self.ready = threading.Event()
        self._catalog = catalog
        self._owner = owner
        self._indexer = indexer
        self._closing = closing
        self._wait_s = wait_s
        self._watcher: threading.Thread | None = None

    @property
    def is_watching(self) -> bool:
        """Whether this process keeps the index for good."""
        return self._watcher is not None

    def watch(self) -> None:
        """Own the index whenever no other process does, and do jobs as they appear, in a thread."""
        self._watcher = threading.Thread(target=self._watch, daemon=True, name="library-watcher")
        self._watcher.start()

    def stop(self) -> None:
        """End all work; what is left waits for the next start."""
        self._closing.set()
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None

    @contextmanager
    def ownership(self) -> Generator[bool, None, None]:
        """Own the index for as long as the block lasts, where no other process does.

        Yields:
            Whether this process owns it.
        """
        with self.lock:
            mine = self._owner.acquire()
            try:
                yield mine
            finally:
                if mine and not self.is_watching:
                    self._owner.release()

    def finish(self, keys: Collection[int], progress: ProgressCallback | None) -> set[int]:
        """Do all jobs, here or by waiting for the owner.

        Args:
            keys: Stored reports, by catalog key.
            progress: Told how far it is.

        Returns:
            Those of the keys that still wait.
        """
        try:
            return self._do_jobs(keys, progress)
        except LibraryError:
            if not self._closing.is_set():
                raise
            return set(keys)  # closed by another thread: what is stored waits for the next start

    def _do_jobs(self, keys: Collection[int], progress: ProgressCallback | None) -> set[int]:
        if not self._catalog.has_jobs():
            return set()
        until = time.monotonic() + self._wait_s
        while True:
            with self.lock:
                if self._closing.is_set():
                    return set(keys)
                with self.ownership() as mine:
                    if mine:
                        self._indexer.drain(progress)
                        return self._waiting(keys)  # none, unless closing cut it short
            self._catalog.persist()
            waiting = self._waiting(keys)
            if not waiting or time.monotonic() >= until:
                return waiting
            if progress is not None:
                progress(Progress("wait", len(keys) - len(waiting), len(keys)))
            if self._closing.wait(POLL_S / 2):
                return waiting

    def _waiting(self, keys: Collection[int]) -> set[int]:
        return {key for key, state in self._catalog.states(keys).items() if state == "pending"}

    def _watch(self) -> None:
        """Become the owner when there is none, and do jobs as they appear."""
        seen = -1
        pause_s = POLL_S
        while True:
            try:
                with self.lock:
                    mine = self._owner.acquire()
                if mine:
                    version = self._catalog.data_version()
                    if version != seen or self._owner.opened is None:
                        with self.lock:
                            self._owner.index()
                            if self._catalog.has_jobs() or self._owner.mismatched():
                                self._indexer.drain()
                            if seen == -1:
                                self._indexer.sweep()
                        seen = version
                        self.ready.set()
                pause_s = POLL_S
            except Exception as error:
                # The jobs stay, and so must this thread: another process, or the next try, may fare better.
                pause_s = min(pause_s * 2, 60.0)
                unforeseen = not isinstance(error, RagError)
                logger.warning("indexing stopped, next try in %.0f s: %s", pause_s, error, exc_info=unforeseen)
            if self._closing.wait(pause_s):
                return
