"""The library: add, replace, sync, remove, list, show, reindex, check up. Everything stored is reached through here.

Any process may store reports. One at a time owns the vector index (``owner``); it indexes what others stored. A library opened
with ``owner=True`` keeps a watcher thread that becomes the owner as soon as it can and does new jobs at once; any other takes
ownership only while it has something to index, or to search when that pays.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from rag.errors import LibraryError, ReportError
from rag.library import sources, sync
from rag.library.catalog import Catalog, Stored
from rag.library.choice import IndexChoice
from rag.library.doctor import check_up
from rag.library.indexing import Indexer, model_name
from rag.library.intake import Intake, ReaderFactory, sandboxed
from rag.library.originals import Originals
from rag.library.owner import IndexOwner
from rag.library.results import FolderChanges, HealthReport, ImportResult, Progress, ProgressCallback, ReportRow
from rag.library.rows import FloatArray
from rag.library.sync_note import SyncNote, read_note, write_note
from rag.library.vectors import ChromaIndex, VectorIndex
from rag.library.worker import Worker
from rag.models.embedder import Embedder, load_embedder
from rag.settings import Settings
from rag.types import Report

# The class has a method named list, which would take the place of the type in its annotations.
Results = list[ImportResult]
Rows = list[ReportRow]
MixedResults = list[ImportResult | int]


class Library:
    """Everything stored under one home folder; thread-safe, a context manager."""

    def __init__(self, settings: Settings, embedder: Embedder | None = None, reader: ReaderFactory = sandboxed) -> None:
        """Open the catalog, make it if there is none; nothing heavy happens before it is needed.

        A ``LibraryError`` says that the catalog cannot be opened or is of a newer version.

        Args:
            settings: Home folder, limits, splitting, vectors.
            embedder: The embedder; loaded from the settings when None.
            reader: Makes the reader of files.
        """
        self.settings = settings
        self.home = settings.home.absolute()
        self.catalog = Catalog(self.home / "catalog.sqlite3")
        self._embedder = embedder
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._originals = Originals(self.home / "originals")
        self._intake = Intake(self.catalog, self._originals, settings, reader)
        self._owner = IndexOwner(self.home, self.catalog, settings, lambda: self.model)
        self._indexer = Indexer(self.catalog, self._owner, self._originals, lambda: self.embedder, self._closing.is_set)
        self._worker = Worker(self.catalog, self._owner, self._indexer, self._lock, self._closing, settings.vectors.wait_s)
        self._choice = IndexChoice(
            self.home, self.catalog, self._owner, self._worker, settings.vectors.one_shot, lambda: self.model
        )

    @classmethod
    def open(
        cls, settings: Settings, embedder: Embedder | None = None, reader: ReaderFactory = sandboxed, *, owner: bool = False
    ) -> Library:
        """Open a library for long life.

        Args:
            settings: As for the constructor.
            embedder: As for the constructor.
            reader: As for the constructor.
            owner: Own the index whenever no other process does, and index at once what other processes store. Opening, checking
                and healing happen in a thread; until that is done, searches scan the catalog.

        Returns:
            The library.
        """
        library = cls(settings, embedder, reader)
        if owner:
            library._worker.watch()
        return library

    def close(self) -> None:
        """Stop watching, give up ownership, close everything; safe to call again."""
        self._worker.stop()
        with self._lock:
            self._owner.release()
            self.catalog.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def embedder(self) -> Embedder:
        """The embedder, loaded on first use."""
        if self._embedder is None:
            with self._lock:
                if self._embedder is None:
                    self._embedder = load_embedder(self.settings)
        return self._embedder

    @property
    def model(self) -> str:
        """Name under which this embedder's vectors are stored."""
        return model_name(self.embedder)

    @property
    def is_owner(self) -> bool:
        """Whether this process owns the vector index."""
        return self._owner.held

    def wait_ready(self, timeout_s: float) -> bool:
        """Wait until a library opened with ``owner=True`` owns a healthy index and has done the jobs it found.

        Args:
            timeout_s: Longest wait, in seconds.

        Returns:
            Whether it is so.
        """
        return self._worker.ready.wait(timeout_s)

    # searching ------------------------------------------------------------------------------------------------------------

    def search_vectors(self, vector: FloatArray, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Nearest live passages by whatever index serves best now; a failing Chroma is replaced by the exact scan.

        Args:
            vector: Of unit length, shape ``(dim,)``.
            k: Most passages returned.
            within: Passage ids to keep to; None for all.

        Returns:
            Pairs of passage id and cosine similarity, best first.

        Raises:
            LibraryError: The catalog cannot be read; an ``IndexMismatchError`` when it was embedded with another model.
        """
        return self._choice.search(vector, k, within)

    def index(self) -> VectorIndex:
        """The index that dense search should use now: Chroma where this process has it open, the exact scan otherwise.

        An ``IndexMismatchError`` says that the library was embedded with another model.

        Returns:
            The index; ask again for each search.
        """
        return self._choice.index()

    @contextmanager
    def owned_index(self) -> Generator[ChromaIndex, None, None]:
        """Chroma itself, checked and healed, for as long as the block lasts: for reindexing, benchmarks and tests.

        Yields:
            The index.

        Raises:
            LibraryError: Another process owns it.
        """
        with self._worker.ownership() as mine:
            if not mine:
                raise LibraryError(f"{self.home}: another process owns the index; stop it and try again")
            yield self._owner.index()

    # importing ------------------------------------------------------------------------------------------------------------

    def add(
        self, paths: Iterable[str | os.PathLike[str]], progress: ProgressCallback | None = None, *, root: Path | None = None
    ) -> Results:
        """Add files and folders; one with the name of a live report and other content replaces it.

        A ``LibraryError`` says that the library cannot be written, a ``ModelError`` that the embedder fails; what was stored
        before is then indexed later.

        Args:
            paths: Files (named by their base name) and folders (their files named by the path inside).
            progress: Told how far it is.
            root: A folder; files below it are named by the path inside it, as ``sync`` names them.

        Returns:
            One result for each file, in order.
        """
        return self._import(sources.collect(paths, root), progress)

    def sync(
        self, folder: str | os.PathLike[str] | None = None, progress: ProgressCallback | None = None, *, hash_all: bool = False
    ) -> Results:
        """Make the library equal to a folder: new and changed files in, reports whose file there is gone out.

        A ``UsageError`` says that there is no such folder, and nothing is removed then; other errors are those of ``add``.

        Args:
            folder: The folder; ``settings.corpus`` when None.
            progress: Told how far it is.
            hash_all: Read every file; otherwise one of unchanged size and modification time is taken as unchanged.

        Returns:
            One result for each file and each removed report.
        """
        root = sync.existing_folder(Path(self.settings.corpus if folder is None else folder))
        made_by = self._intake.made_by()
        plan = sync.compare(self.catalog, root, made_by, hash_all=hash_all)
        results = plan.settled + self._import(plan.to_read, progress, remember_refusals=True)
        if plan.to_forget:
            self.catalog.forget_refusals(plan.to_forget)
        gone = self._remove(plan.gone)
        self._worker.finish([], progress)
        found = sorted(results, key=lambda result: result.name) + gone
        if root == self.settings.corpus.resolve():
            write_note(self.catalog, found)
        return found

    def last_sync(self) -> SyncNote | None:
        """What the last sync of the settings' corpus folder found, by this process or another; None when there was none."""
        return read_note(self.catalog)

    def differences(self, folder: str | os.PathLike[str] | None = None) -> FolderChanges:
        """What ``sync`` would find in a folder; a ``UsageError`` says that there is no such folder.

        Args:
            folder: The folder; ``settings.corpus`` when None.

        Returns:
            Names of new, changed and missing files.
        """
        root = sync.existing_folder(Path(self.settings.corpus if folder is None else folder))
        return sync.differences(self.catalog, root, self._intake.made_by())

    def remove(self, references: Sequence[str]) -> Results:
        """Remove reports: hidden at once, cleaned up before this returns or by the process that owns the index.

        Args:
            references: Report ids or file names.

        Returns:
            One result for each reference; "refused" where there is no such report.
        """
        results: Results = []
        for reference in references:
            keys = self.catalog.resolve(reference)
            found = [stored for stored in self.catalog.stored() if stored.key in keys]
            if found:
                results += self._remove(found[-1:], also=keys)
            else:
                reason = "no such report in the library; `rag list` names those there are"
                results.append(ImportResult(reference, "refused", reason))
        self._worker.finish([], None)
        return results

    def resume(self, progress: ProgressCallback | None = None) -> bool:
        """Finish what earlier processes left: pending reports are indexed, removed ones cleaned up, stray files deleted.

        Args:
            progress: Told how far it is.

        Returns:
            False when another process owns the index and sees to it.
        """
        with self._worker.ownership() as mine:
            if mine:
                self._owner.index(progress)
                self._indexer.drain(progress)
                self._indexer.sweep()
            return mine

    def list(self) -> Rows:
        """All reports by name, new ones that wait included."""
        return self.catalog.listing()

    def show(self, reference: str) -> Report:
        """A live report by id or file name; raises ``UsageError`` when there is none."""
        return self.catalog.report(reference)

    def _remove(self, stored: Sequence[Stored], also: Sequence[int] = ()) -> Results:
        if not stored:
            return []
        self.catalog.hide([*(s.key for s in stored), *also])
        return [ImportResult(s.name, "removed", "", s.id, s.n_entries, s.n_passages) for s in stored]

    def _import(
        self, files: Sequence[sources.SourceFile], progress: ProgressCallback | None, *, remember_refusals: bool = False
    ) -> Results:
        results: MixedResults = []
        stored: dict[int, tuple[str, ImportResult]] = {}
        made_by = self._intake.made_by()
        reader = self._intake.reader()
        with reader:
            for n, file in enumerate(files):
                try:
                    result, key = self._intake.store(file, made_by, reader)
                    if key is not None:
                        stored[key] = (file.name, result)
                        results.append(key)
                    else:
                        results.append(result)
                except ReportError as error:
                    results.append(ImportResult(file.name, "refused", error.reason))
                    if remember_refusals and not file.refusal:
                        self._intake.remember(file, made_by, error.reason)
                except LibraryError:
                    if not self._closing.is_set():
                        raise
                    results.append(ImportResult(file.name, "refused", "the library was closed first; add it again"))
                if progress is not None:
                    progress(Progress("read", n + 1, len(files), file.name))
        waiting = self._worker.finish(stored, progress)
        final: Results = []
        for item in results:
            if not isinstance(item, int):
                final.append(item)
            else:
                result = stored[item][1]
                final.append(_queued(result) if item in waiting else result)
        return final

    # looking after it -----------------------------------------------------------------------------------------------------

    def reindex(self, progress: ProgressCallback | None = None) -> Results:
        """Read again what an older parser or other passage sizes made, embed what lacks vectors, and build the index anew.

        Args:
            progress: Told how far it is.

        Returns:
            One result for each report that was read again.

        Raises:
            LibraryError: Another process owns the index, or it cannot be built.
        """
        with self._worker.ownership() as mine:
            if not mine:
                raise LibraryError(f"{self.home}: another process owns the index; stop it and run `rag reindex` again")
            results = self._intake.read_again(progress)
            if self._owner.mismatched():
                self._indexer.drain(progress)
            self._owner.rebuild(progress)
            self._indexer.drain(progress)
            self._indexer.sweep()
        return results

    def doctor(self, repair: bool = False, progress: ProgressCallback | None = None) -> HealthReport:
        """Compare everything with everything.

        Args:
            repair: Put right what can be.
            progress: Told how far a repair is.

        Returns:
            Every comparison and its outcome.
        """
        with self._worker.ownership() as mine:
            return check_up(self.catalog, self._originals, self._owner, self._indexer, lambda: self.model, mine, repair, progress)


def _queued(result: ImportResult) -> ImportResult:
    reason = "stored; the process that owns the index will index it, or the next one to start"
    return ImportResult(result.name, "queued", reason, result.report_id, result.entries, result.passages)
