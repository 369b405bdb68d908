"""Who may touch the embedded Chroma folder: one process at a time, which opens it, checks it and heals it.

``chroma.lock`` is an OS lock, gone with the process that held it. The index lies in ``chroma/<number>/``; the catalog names the
number, so a rebuilt index is switched to in one transaction and the old one deleted afterwards. At a clean close the files'
sizes and times are noted in ``chroma.closed`` with a token that the catalog keeps too: when both still agree at the next
opening, the index is trusted; otherwise it is examined in a child process.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.errors import LibraryError, RagError
from rag.library import rows
from rag.library.catalog import Catalog
from rag.library.health import Finding, examine, examine_apart
from rag.library.results import Progress, ProgressCallback
from rag.library.vectors import ChromaIndex
from rag.settings import Settings

logger = logging.getLogger(__name__)

PAGE = 2_000
SPARE_BYTES = 100_000_000


class IndexOwner:
    """The lock, and the index behind it. Not thread-safe: the library calls it under its own lock."""

    def __init__(self, home: Path, catalog: Catalog, settings: Settings, model: Callable[[], str]) -> None:
        self._home = home
        self._catalog = catalog
        self._settings = settings.vectors
        self._model = model
        self._index: ChromaIndex | None = None
        self._lock: Any = None
        self.doubtful = False
        """Set when a call failed: the next opening must look closely."""

    @property
    def held(self) -> bool:
        """Whether this process owns the index."""
        return self._lock is not None

    @property
    def opened(self) -> ChromaIndex | None:
        """The index, if it is open and healthy."""
        return None if self.doubtful else self._index

    def acquire(self) -> bool:
        """Try to become the owner, without waiting.

        Returns:
            True when this process is the owner now.
        """
        import filelock

        if self._lock is None:
            self._home.mkdir(parents=True, exist_ok=True)
            # thread_local=False: taken in one thread, released perhaps in another.
            lock = filelock.FileLock(self._home / "chroma.lock", thread_local=False)
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout:
                return False
            self._lock = lock
        return True

    def release(self) -> None:
        """Close the index, note that it was closed cleanly, and give up ownership."""
        try:
            self.close_index()
        finally:
            if self._lock is not None:
                self._lock.release()
                self._lock = None

    def close_index(self) -> None:
        """Close the index and note that this was clean; ownership stays."""
        index, self._index = self._index, None
        if index is None:
            return
        index.close()
        if not (self.doubtful or index.stuck):
            self._note_clean()

    def index(self, progress: ProgressCallback | None = None) -> ChromaIndex:
        """The index, opened on first use: trusted, or examined and healed.

        Args:
            progress: Told how far a rebuild is.

        Returns:
            The open index; a ``LibraryError`` says that it can neither be opened nor rebuilt.
        """
        if self._index is None or self.doubtful:
            if self._index is not None:
                self._index.close()
                self._index = None
            self._index = self._open(progress)
            self.doubtful = False
        return self._index

    def mismatched(self) -> bool:
        """Whether the index was made with another model than the one in use."""
        state = self._state()
        return state is not None and state["model"] != self._model()

    # opening and healing --------------------------------------------------------------------------------------------------

    def _open(self, progress: ProgressCallback | None) -> ChromaIndex:
        state = self._state()
        if state is None or self.mismatched():
            return self.rebuild(progress)
        trusted = not self.doubtful and self._closed_cleanly()
        self._note_path.unlink(missing_ok=True)  # before Chroma touches a file: a killed process must leave doubt
        self._clear_leftovers(state["number"])
        if trusted:
            try:
                return self._connect(state["number"])
            except RagError as error:
                logger.warning("the vector index does not open (%s); rebuilding it", error)
                return self.rebuild(progress)
        finding = self.examine()
        if finding.verdict != "sound":
            logger.warning("vector index %s: %s", finding.verdict, finding.detail)
        return self._heal(finding, progress)

    def examine(self) -> Finding:
        """Compare the index with the catalog; an embedded one must not be open in this process.

        Returns:
            The finding; an index that was never made is "short" of whatever there is.
        """
        state = self._state()
        if state is None:
            live = tuple(sorted(self._catalog.live_ids()))
            return Finding("short" if live else "sound", "there is no index yet", live, (), 0)
        name = self._name(state["number"])
        if not self._settings.url:
            return examine_apart(self._folder(state["number"]), name, self._catalog, self._model(), self._settings)
        try:
            index = self._connect(state["number"])  # a server's crash is not ours
            try:
                return examine(index, self._catalog, self._model())
            finally:
                index.close()
        except RagError as error:
            return Finding("wedged", str(error))

    def mend(self, finding: Finding, progress: ProgressCallback | None = None) -> None:
        """Heal a closed index as an examination found it, and leave it open.

        Args:
            finding: Of ``examine``.
            progress: Told how far a rebuild is.
        """
        self._note_path.unlink(missing_ok=True)
        self._index = self._heal(finding, progress)
        self.doubtful = False

    def _heal(self, finding: Finding, progress: ProgressCallback | None) -> ChromaIndex:
        state = self._state()
        n_live = self._catalog.n_passages()
        if state is None or finding.verdict in {"damaged", "wedged"} or len(finding.missing) > max(100, n_live // 2):
            return self.rebuild(progress)
        try:
            index = self._connect(state["number"])
            for at in range(0, len(finding.missing), PAGE):
                index.upsert(*self._catalog.vectors_of_ids(finding.missing[at : at + PAGE], self._model()))
            index.delete(finding.extra)
        except RagError as error:
            logger.warning("the vector index could not be mended (%s); rebuilding it", error)
            return self.rebuild(progress)
        return index

    def rebuild(self, progress: ProgressCallback | None = None) -> ChromaIndex:
        """Make the index anew from the catalog's vectors, beside the old one, and switch to it.

        Args:
            progress: Told how many passages are in.

        Returns:
            The new index, open.

        Raises:
            LibraryError: The disk is too full, or Chroma fails.
        """
        state = self._state()
        if self._index is not None:
            self._index.close()
            self._index = None
        self._note_path.unlink(missing_ok=True)
        total = self._catalog.n_passages()
        number = 1 + (state["number"] if state else 0)
        if not self._settings.url:
            self._clear_leftovers(state["number"] if state else 0)
            while self._folder(number).exists():  # a folder this process may still have open after a stuck call
                number += 1
        model = self._model()
        require_space(self._home, SPARE_BYTES + total * 6_000)
        index = self._connect(number, create=True)
        built = False
        try:
            done = after = 0
            while True:
                keys, ids, matrix = self._catalog.all_vectors(model, after, PAGE)
                if not ids:
                    break
                index.upsert(ids, rows.widen(matrix))
                after, done = int(keys[-1]), done + len(ids)
                if progress is not None:
                    progress(Progress("index", done, total))
            if index.count() != done:
                raise LibraryError(f"Chroma: the rebuilt index holds {index.count()} of {done} vectors; run `rag doctor`")
            self._catalog.set_meta("index", json.dumps({"number": number, "model": model}))
            self._catalog.bump()
            built = True
        finally:
            if not built:
                index.close()
        self._drop(state, number)
        self._index, self.doubtful = index, False
        return index

    def _drop(self, state: dict[str, Any] | None, current: int) -> None:
        self._catalog.drop_other_vectors(self._model())
        if not self._settings.url:
            self._clear_leftovers(current)
        elif state is not None:
            try:
                old = ChromaIndex.open(self._settings, self._name(**state), self._catalog, state["model"], self._settings)
                old.drop()
                old.close()
            except RagError as error:
                logger.warning("the old collection was left on the server: %s", error)

    # places and notes -----------------------------------------------------------------------------------------------------

    def _state(self) -> dict[str, Any] | None:
        stored = self._catalog.get_meta("index")
        return None if stored is None else dict(json.loads(stored))

    def _name(self, number: int, model: str | None = None) -> str:
        # The library's own number keeps two libraries on one server apart.
        return f"reports-{self._catalog.get_meta('library')}-{model or self._model()}-{number}"

    def _folder(self, number: int) -> Path:
        return self._home / "chroma" / f"{number:04d}"

    def _connect(self, number: int, *, create: bool = False) -> ChromaIndex:
        place = self._settings if self._settings.url else self._folder(number)
        return ChromaIndex.open(place, self._name(number), self._catalog, self._model(), self._settings, create=create)

    def _clear_leftovers(self, current: int) -> None:
        """Delete index folders of before a switch, or of a rebuild that did not end."""
        for folder in (self._home / "chroma").glob("*"):
            if folder != self._folder(current):
                shutil.rmtree(folder, ignore_errors=True)

    @property
    def _note_path(self) -> Path:
        return self._home / "chroma.closed"

    def _files(self) -> list[list[Any]]:
        root = self._home / "chroma"
        return sorted([str(f.relative_to(root)), f.stat().st_size, f.stat().st_mtime_ns] for f in root.rglob("*") if f.is_file())

    def _note_clean(self) -> None:
        if self._settings.url:
            return
        token = secrets.token_hex(8)
        self._catalog.set_meta("closed", token)
        partial = self._note_path.with_suffix(".partial")
        partial.write_text(json.dumps({"token": token, "files": self._files()}), encoding="utf-8")
        partial.replace(self._note_path)

    def _closed_cleanly(self) -> bool:
        try:
            note = json.loads(self._note_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return bool(note.get("token") == self._catalog.get_meta("closed") and note.get("files") == self._files())


def require_space(folder: Path, n_bytes: int) -> None:
    """Refuse to begin what the disk cannot hold: Chroma hangs when it fills up.

    Args:
        folder: On the disk in question.
        n_bytes: Needed.

    Raises:
        LibraryError: There is less.
    """
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise LibraryError(
            f"{folder}: {free // 1_000_000} MB free, {n_bytes // 1_000_000} MB needed; free some space and try again"
        )
