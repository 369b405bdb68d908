"""The one door: everything a face, a script or a notebook does with the library goes through ``Assistant``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rag.settings import Settings
from rag.types import Answer, Filters, Question, Report, RetrievedPassage, TimelineRow, Turn

if TYPE_CHECKING:
    from rag.answers.pipeline import Pipeline
    from rag.library.importer import Library
    from rag.library.lookup import Coverage
    from rag.library.results import FolderChanges, HealthReport, ImportResult, Progress, ReportRow
    from rag.library.sync_note import SyncNote
    from rag.models.embedder import Embedder


@dataclass(frozen=True, slots=True)
class Status:
    """What the machine is doing.

    Attributes:
        models: Whether the embedder is loaded.
        reports: Reports that answer now.
        passages: Passages that answer now.
        indexing_done: Passages indexed in the work under way.
        indexing_total: Passages of the work under way; 0 when there is none.
    """

    models: Literal["cold", "loading", "ready"]
    reports: int
    passages: int
    indexing_done: int = 0
    indexing_total: int = 0


class Assistant:
    """Add reports, ask questions, check the quotations.

    Args:
        settings: All settings; read from their places when None.
        long_lived: True for a process that answers many questions: it takes the vector index into its care, heals it, and
            indexes what other processes add.

    Example:
        >>> with Assistant(Settings.load({"home": "library"})) as assistant:  # doctest: +SKIP
        ...     assistant.add(["reports/"])
        ...     print(assistant.ask("who attacked the camp in Kidal").answer)
    """

    def __init__(self, settings: Settings | None = None, *, long_lived: bool = False) -> None:
        self.settings = settings or Settings.load()
        self._long_lived = long_lived
        self._lock = threading.RLock()
        self._library: Library | None = None
        self._embedder: Embedder | None = None
        self._pipeline: Pipeline | None = None
        self._models: Literal["cold", "loading", "ready"] = "cold"
        self._progress: tuple[int, int] = (0, 0)

    @classmethod
    def from_settings(cls, overrides: Mapping[str, Any] | None = None, *, long_lived: bool = False) -> Assistant:
        """An assistant whose settings are read from their places, with dotted overrides on top."""
        return cls(Settings.load(overrides), long_lived=long_lived)

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- parts, made when first needed -------------------------------------------------------------------------------------

    @property
    def embedder(self) -> Embedder:
        """The embedder of the settings; loading happens at its first use."""
        with self._lock:
            if self._embedder is None:
                from rag.models.embedder import load_embedder

                self._embedder = load_embedder(self.settings)
            return self._embedder

    @property
    def library(self) -> Library:
        """The library under the settings' home, opened when first needed."""
        with self._lock:
            if self._library is None:
                from rag.library.importer import Library

                self._library = Library.open(self.settings, self.embedder, owner=self._long_lived)
            return self._library

    @property
    def pipeline(self) -> Pipeline:
        """What answers, over the library as it is now."""
        with self._lock:
            if self._pipeline is None:
                from rag.answers.pipeline import Pipeline

                self._pipeline = Pipeline(self.library, self.embedder, self.settings)
            return self._pipeline

    # --- the library -------------------------------------------------------------------------------------------------------

    def add(
        self,
        paths: Sequence[str | Path],
        progress: Callable[[Progress], None] | None = None,
        *,
        root: str | Path | None = None,
    ) -> Sequence[ImportResult]:
        """Add files and folders.

        Args:
            paths: Files or folders; folders are read with all below them.
            progress: Called with each step.
            root: A folder; files below it get the names a sync of it would give them.

        Returns:
            One result for each file, refusals included.
        """
        return self.library.add([Path(p) for p in paths], self._watch(progress), root=Path(root) if root else None)

    def sync(
        self, folder: str | Path | None = None, progress: Callable[[Progress], None] | None = None
    ) -> Sequence[ImportResult]:
        """Make the library equal to a source folder: new, changed and deleted files.

        Args:
            folder: The folder; the settings' corpus folder when None.
            progress: Called with each step.

        Returns:
            One result for each file that was added, replaced, removed or refused, and each unchanged one.
        """
        return self.library.sync(Path(folder or self.settings.corpus), self._watch(progress))

    def last_sync(self) -> SyncNote | None:
        """What the last sync of the settings' corpus folder found, whichever process made it; None when there was none."""
        return self.library.last_sync()

    def folder_changes(self, folder: str | Path | None = None) -> FolderChanges:
        """What ``sync`` would find: new, changed and missing files of the folder (the settings' corpus folder when None)."""
        return self.library.differences(Path(folder or self.settings.corpus))

    def remove(self, ids: Sequence[str]) -> Sequence[ImportResult]:
        """Remove reports by id or file name; they stop answering at once."""
        return self.library.remove(list(ids))

    def list(self) -> Sequence[ReportRow]:
        """All reports with their state."""
        return self.library.list()

    def show(self, report: str) -> Report:
        """A report as stored, by id or file name."""
        return self.library.show(report)

    def reindex(self, progress: Callable[[Progress], None] | None = None) -> Sequence[ImportResult]:
        """Rebuild the vector index from the catalog, and read again what an older parser or other passage sizes made."""
        return self.library.reindex(self._watch(progress))

    def doctor(self, repair: bool = False) -> HealthReport:
        """Compare everything stored with everything else, and repair when asked."""
        return self.library.doctor(repair)

    def coverage(self) -> Coverage:
        """What the library holds: counts, first and last day of its entries, countries."""
        return self.library.catalog.coverage()

    def entries_by_month(self) -> Sequence[tuple[int, str, int]]:
        """Dated entries as ``(YYYYMM, country or "", number)``, in order."""
        return self.library.catalog.entries_by_month()

    def _watch(self, progress: Callable[[Progress], None] | None) -> Callable[[Progress], None]:
        def step(event: Progress) -> None:
            self._progress = (event.done, event.total) if event.done < event.total else (0, 0)
            if progress is not None:
                progress(event)

        return step

    def warm(self) -> None:
        """Load what answering needs, so that the first question does not wait."""
        self._models = "loading"
        self.embedder.encode(["warm"])
        _ = self.pipeline.answerer
        if self.coverage().passages:
            self.search("warm")
        self._models = "ready"

    def status(self) -> Status:
        """What the machine is doing; never waits for a model."""
        if self._library is None:
            return Status(self._models, 0, 0)
        held = self._library.catalog.coverage()
        return Status(self._models, held.reports, held.passages, *self._progress)

    # --- questions ---------------------------------------------------------------------------------------------------------

    def understand(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Question:
        """Read a question without answering it.

        Args:
            text: As typed.
            history: Earlier turns, oldest first.
            filters: Hard limits.

        Returns:
            The question as understood.

        Raises:
            UsageError: It is empty or too long.
        """
        return self.pipeline.retriever.understand(text, history, filters)

    def search(
        self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None, top_k: int | None = None
    ) -> Sequence[RetrievedPassage]:
        """The passages nearest to a question.

        Args:
            text: As typed.
            history: Earlier turns, oldest first.
            filters: Hard limits.
            top_k: Number of passages; ``search.top_k`` when None.

        Returns:
            Passages, best first.

        Raises:
            UsageError: The question is empty or too long.
        """
        question = self.understand(text, history=history, filters=filters)
        k = top_k or self.settings.search.top_k
        return self.pipeline.retrieve(question, k).passages[:k]

    def ask(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None, top_k: int | None = None) -> Answer:
        """Answer a question with quotations, or say that the reports do not.

        Args:
            text: As typed.
            history: Earlier turns, oldest first.
            filters: Hard limits: nothing outside them is used or shown.
            top_k: Passages listed with the answer; ``answering.passages`` when None.

        Returns:
            The answer; ``report.text[start:end] == quote`` holds for each of its citations.

        Raises:
            UsageError: The question is empty or too long.
        """
        pipeline = self.pipeline
        answer, found = pipeline.quoted(text, history, filters, top_k)
        if pipeline.writer is not None:
            *_, answer = pipeline.written(pipeline.writer, answer, found)
        return answer

    def quote(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Answer:
        """Answer as ``ask`` does, never with a language model: quick, and no server is contacted."""
        return self.pipeline.quoted(text, history, filters)[0]

    def stream(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Iterator[Answer]:
        """Answer in parts: each item is a whole ``Answer`` so far, the last one complete.

        With a language model each part has one more sentence, checked; closing the iterator stops the model.

        Args:
            text: As typed.
            history: Earlier turns, oldest first.
            filters: Hard limits.

        Yields:
            Answers; their text grows sentence by sentence.

        Raises:
            UsageError: The question is empty or too long.
        """
        pipeline = self.pipeline
        answer, found = pipeline.quoted(text, history, filters)
        if pipeline.writer is not None:
            yield from pipeline.written(pipeline.writer, answer, found)
            return
        for count in range(1, len(answer.citations)):
            mark = f"[{answer.citations[count - 1].number}]"
            yield replace(answer, answer=answer.answer.partition(mark)[0] + mark, citations=answer.citations[:count])
        yield answer

    def timeline(self, about: str = "", *, filters: Filters | None = None) -> Sequence[TimelineRow]:
        """Events by event date, the same event told by several reports in one row.

        Args:
            about: Words, names or places the events must concern; all events when empty.
            filters: Hard limits.

        Returns:
            Rows, earliest first.
        """
        from rag.answers.timeline import build_timeline

        filters = filters or Filters()
        catalog = self.library.catalog
        if about.strip():
            question = self.understand(about, filters=filters)
            found = [r.passage for r in self.pipeline.retriever.search(question, 200)]
        else:
            question = None
            ids = catalog.filter_ids(filters)
            found = list(catalog.passages(sorted(catalog.live_ids() if ids is None else ids)).values())
        pipeline = self.pipeline
        return build_timeline(found, pipeline.sentence_vectors([p.id for p in found]), question, filters, catalog.idf)

    def close(self) -> None:
        """Finish and let go of the library; the assistant opens it again when used again."""
        with self._lock:
            if self._library is not None:
                self._library.close()
            if self._pipeline is not None:
                self._pipeline.close()
            self._library = self._pipeline = None
