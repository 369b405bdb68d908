"""Taking files in: from bytes to a pending report in the catalog, the original kept."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from rag.errors import LibraryError, ReportError
from rag.library import sources, sync
from rag.library.catalog import Catalog, Stored
from rag.library.originals import Originals
from rag.library.owner import require_space
from rag.library.results import ImportResult, ImportStatus, Progress, ProgressCallback
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.reports.wire import ReadResult

logger = logging.getLogger(__name__)

SPARE_BYTES = 64_000_000


class Reader(Protocol):
    """Turns bytes into a report; ``rag.reports.sandbox.SandboxedReader`` does."""

    def read(self, source: bytes, name: str) -> ReadResult:
        """Read one file; raises ``ReportError`` for one that cannot become a report."""
        ...


ReaderFactory = Callable[[Settings], AbstractContextManager[Reader]]


def sandboxed(settings: Settings) -> AbstractContextManager[Reader]:
    """The reader of every real library: in a child process, under limits."""
    from rag.reports.sandbox import SandboxedReader

    return SandboxedReader(settings.limits, settings.splitting)


class Intake:
    """Reads files into the catalog as pending reports."""

    def __init__(self, catalog: Catalog, originals: Originals, settings: Settings, reader: ReaderFactory) -> None:
        self._catalog = catalog
        self._originals = originals
        self._settings = settings
        self._reader = reader

    def made_by(self) -> str:
        """Fingerprint of what turns bytes into passages; a report made by another one is read again when it is met."""
        from rag.reports.parser import PARSER_VERSION

        made_of = [str(PARSER_VERSION), self._settings.splitting.model_dump(mode="json")]
        return hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:16]

    def reader(self) -> LazyReader:
        """A reader for one batch."""
        return LazyReader(self._reader, self._settings)

    def store(self, file: sources.SourceFile, made_by: str, reader: LazyReader) -> tuple[ImportResult, int | None]:
        """Read one file into the catalog, unless its very bytes are there.

        Args:
            file: The file.
            made_by: From ``made_by``.
            reader: Of this batch.

        Returns:
            What became of it, and the key of a report that still has to become ready, or None.

        Raises:
            ReportError: The file cannot become a report.
            LibraryError: The library cannot be written.
        """
        if file.refusal:
            raise ReportError(file.name, file.refusal)
        source = sources.look(file)
        data = sources.read(file, self._settings.limits)
        sha256 = hashlib.sha256(data).hexdigest()
        known = self._catalog.newest(file.name)
        if known is not None and known.sha256 == sha256 and known.made_by == made_by:
            if sync.may_adopt(known, source):
                self._catalog.set_source(known.key, source)
            result = ImportResult(file.name, "unchanged", "", known.id, known.n_entries, known.n_passages)
            if known.state == "ready":
                return result, None
            return ImportResult(file.name, "added", "", known.id, known.n_entries, known.n_passages), known.key
        require_space(self._originals.folder.parent, SPARE_BYTES + 4 * len(data))
        read = reader.read(data, file.name)
        report = read.report
        if report.sha256 != sha256 or report.name != file.name:
            raise LibraryError(f"{file.name}: the reader returned another file's report; this is a fault of the program")
        pairs = [(pair.short, pair.long) for pair in read.acronyms]
        original = partial(self._originals.store, data, sha256)
        try:
            key = self._catalog.add_report(report, read.passages, pairs, made_by=made_by, source=source, store=original)
        except OSError as error:
            raise LibraryError(f"{self._originals.folder}: cannot be written ({error.strerror}); free some space") from error
        status: ImportStatus = "added" if known is None else "replaced"
        return ImportResult(file.name, status, "", report.id, len(report.entries), len(read.passages)), key

    def remember(self, file: sources.SourceFile, made_by: str, reason: str) -> None:
        """Note that a file was refused, and how it looked then."""
        try:
            self._catalog.note_refusal(sources.look(file), made_by, reason)
        except ReportError:
            logger.debug("%s cannot even be looked at; it will be tried again", file.path)

    def read_again(self, progress: ProgressCallback | None) -> list[ImportResult]:
        """Read from their originals the reports that another parser or other passage sizes made."""
        made_by = self.made_by()
        old = [stored for stored in self._catalog.stored() if stored.made_by != made_by]
        results: list[ImportResult] = []
        with self.reader() as reader:
            for n, stored in enumerate(old):
                results.append(self._read_original(stored, made_by, reader))
                if progress is not None:
                    progress(Progress("read", n + 1, len(old), stored.name))
        return results

    def _read_original(self, stored: Stored, made_by: str, reader: LazyReader) -> ImportResult:
        data = self._originals.read(stored.sha256)
        if data is None:
            return ImportResult(stored.name, "refused", "its original is missing or damaged; add the file again", stored.id)
        try:
            read = reader.read(data, stored.name)
        except ReportError as error:
            return ImportResult(stored.name, "refused", error.reason, stored.id)
        pairs = [(pair.short, pair.long) for pair in read.acronyms]
        self._catalog.add_report(read.report, read.passages, pairs, made_by=made_by, source=stored.source)
        return ImportResult(stored.name, "replaced", "", read.report.id, len(read.report.entries), len(read.passages))


class LazyReader:
    """A reader whose child process is started by the first file that needs reading."""

    def __init__(self, factory: ReaderFactory, settings: Settings) -> None:
        self._factory = factory
        self._settings = settings
        self._manager: AbstractContextManager[Reader] | None = None
        self._inner: Reader | None = None

    def __enter__(self) -> LazyReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._manager is not None:
            self._manager.__exit__(kind, error, trace)

    def read(self, source: bytes, name: str) -> ReadResult:
        """Read one file; see ``Reader``."""
        if self._inner is None:
            self._manager = self._factory(self._settings)
            self._inner = self._manager.__enter__()
        return self._inner.read(source, name)
