"""The one door: everything a face, a script or a notebook does with the library goes through ``Assistant``."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rag.settings import Settings
from rag.types import Answer, DateRange, Filters, Passage, Question, Report, RetrievedPassage, TimelineRow, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.answers.checking import Checker
    from rag.answers.extractive import ExtractiveAnswerer
    from rag.answers.generative import GenerativeAnswerer
    from rag.library.importer import Library
    from rag.library.lookup import Coverage
    from rag.library.results import FolderChanges, HealthReport, ImportResult, Progress, ReportRow
    from rag.models.embedder import Embedder
    from rag.models.reader import Reader
    from rag.search.reranker import ReadPassages
    from rag.search.retriever import Retriever

logger = logging.getLogger(__name__)

_READ_PASSAGES = 20
"""Passages whose sentences are weighed for an answer; more cost time and bring little (see the scorecard's recall@10)."""


_MOST_OF_PERIOD = 2000
"""Passages of a period gone through for a list; about 40 ms."""


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
        self._retriever: Retriever | None = None
        self._reader: Reader | None = None
        self._answerer: ExtractiveAnswerer | None = None
        self._checker: Checker | None = None
        self._writer: GenerativeAnswerer | None = None
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
    def retriever(self) -> Retriever:
        """Search over the library."""
        with self._lock:
            if self._retriever is None:
                from rag.search.retriever import Retriever

                self._retriever = Retriever(self.library, self.embedder, self.settings)
            return self._retriever

    @property
    def reader(self) -> Reader | None:
        """The shipped reader; None when it is switched off or its weights are missing."""
        with self._lock:
            if self._reader is None and self.settings.answering.reader:
                from rag.models.reader import load_reader

                self._reader = load_reader(self.settings)
            return self._reader

    @property
    def answerer(self) -> ExtractiveAnswerer:
        """Composes answers with no language model."""
        with self._lock:
            if self._answerer is None:
                from rag.answers.extractive import ExtractiveAnswerer
                from rag.answers.holdings import Holdings

                self._answerer = ExtractiveAnswerer(
                    self.embedder.encode,
                    self._sentence_vectors,
                    self._idf,
                    self.settings.answering,
                    self.reader,
                    self._beside,
                    self._of_period,
                    Holdings(self.library.catalog),
                )
            return self._answerer

    @property
    def checker(self) -> Checker:
        """Checks sentences against the passages they cite; no language model takes part."""
        with self._lock:
            if self._checker is None:
                from rag.answers.checking import Checker
                from rag.search.terms import name_forms

                self._checker = Checker(
                    self.embedder.encode,
                    self._sentence_vectors,
                    self._idf,
                    lambda name: name_forms(name, self.retriever.lexicon().book),
                )
            return self._checker

    @property
    def writer(self) -> GenerativeAnswerer | None:
        """Writes answers with the language model of the settings; None without one.

        Raises:
            SettingsError: The ``llm`` setting is not understood.
        """
        if not self.settings.llm:
            return None
        with self._lock:
            if self._writer is None:
                from rag.answers.generative import GenerativeAnswerer
                from rag.models.llm import LanguageModel, parse_name

                generation = self.settings.generation
                model = LanguageModel(parse_name(self.settings.llm, generation), generation)
                self._writer = GenerativeAnswerer(model, self.checker, generation)
            return self._writer

    def _sentence_vectors(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        found = self.library.catalog.vectors(ids, self.library.model)
        return {key: sentences for key, (_, sentences) in found.items()}

    def _beside(self, question: Question, passage: Passage) -> list[Passage]:
        """The passages of a passage's entry that the question's filters allow."""
        catalog = self.library.catalog
        entry = [p for p in catalog.passages_of(passage.report_id) if p.entry == passage.entry]
        allowed = catalog.filter_ids(question.filters)
        return entry if allowed is None else [p for p in entry if p.id in allowed]

    def _of_period(self, question: Question) -> list[Passage]:
        """The passages of the question's days that its filters allow; none where they are too many to go through."""
        catalog = self.library.catalog
        ids: set[str] = set()
        for mention in question.dates:
            within = replace(question.filters, since=mention.range.start, until=mention.range.end)
            ids |= catalog.filter_ids(within) or frozenset()
        allowed = catalog.filter_ids(question.filters)
        ids = ids if allowed is None else ids & allowed
        return list(catalog.passages(ids).values()) if len(ids) <= _MOST_OF_PERIOD else []

    def _idf(self, word: str) -> float:
        # Robertson and Sparck Jones' weight in Lucene's form, which is never negative.
        catalog = self.library.catalog
        frequency = catalog.document_frequency(word)
        return math.log(1 + (catalog.n_passages() - frequency + 0.5) / (frequency + 0.5))

    # --- the library -------------------------------------------------------------------------------------------------------

    def add(self, paths: Sequence[str | Path], progress: Callable[[Progress], None] | None = None) -> Sequence[ImportResult]:
        """Add files and folders.

        Args:
            paths: Files or folders; folders are read with all below them.
            progress: Called with each step.

        Returns:
            One result for each file, refusals included.
        """
        return self.library.add([Path(p) for p in paths], self._watch(progress))

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
        _ = self.answerer
        if self.library.catalog.n_passages():
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
        return self.retriever.understand(text, history, filters)

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
        return self.retrieve(question, k).passages[:k]

    def retrieve(self, question: Question, top_k: int) -> ReadPassages:
        """Passages for a question already understood, in the order search and reader give them together.

        Args:
            question: As understood.
            top_k: Most passages; at least as many as the reader reads are looked for.

        Returns:
            The passages, best first, and what the reader made of the first of them.
        """
        return self._read(question, self.retriever.search(question, max(self.settings.answering.read_passages, top_k)))

    def _read(self, question: Question, found: Sequence[RetrievedPassage]) -> ReadPassages:
        from rag.search.reranker import ReadPassages, Reranker

        depth, weight = self.settings.answering.read_passages, self.settings.search.reader_weight
        if self.reader is None or not weight:
            return ReadPassages(tuple(found))
        return Reranker(self.reader, depth, weight).rerank(question, found)

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
        quoted, found = self._quoted(text, history, filters, top_k)
        writer = self.writer
        if writer is None:
            return quoted
        *_, answer = self._written(writer, quoted, found)
        return answer

    def quote(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Answer:
        """Answer as ``ask`` does, never with a language model: quick, and no server is contacted."""
        return self._quoted(text, history, filters)[0]

    def _quoted(
        self, text: str, history: Sequence[Turn], filters: Filters | None, top_k: int | None = None
    ) -> tuple[Answer, Sequence[RetrievedPassage]]:
        """The answer without a language model, and all passages it was made from."""
        began = time.perf_counter()
        question = self.understand(text, history=history, filters=filters)
        understood = time.perf_counter()
        retrieved = self.retriever.search(question, max(_READ_PASSAGES, top_k or self.settings.answering.passages))
        found = time.perf_counter()
        read = self._read(question, retrieved)
        was_read = time.perf_counter()
        covered = self.coverage()
        span = DateRange(covered.first, covered.last) if covered.first and covered.last else None
        answer = self._in_parts(question, read, span)
        answer = answer or self.answerer.answer(question, read.passages, span, read.readings or None)
        ended = time.perf_counter()
        if top_k:
            answer = replace(answer, passages=read.passages[:top_k])
        timings = {
            "understand": understood - began,
            "retrieve": found - understood,
            "read": was_read - found,
            "answer": ended - was_read,
        }
        return replace(answer, seconds=ended - began, timings=timings), read.passages

    def _written(self, writer: GenerativeAnswerer, quoted: Answer, found: Sequence[RetrievedPassage]) -> Iterator[Answer]:
        """The language model's answer as it grows, checked; the quoted one when the model fails."""
        began = time.perf_counter()
        for answer in writer.stream(quoted.question, found, quoted):
            took = time.perf_counter() - began
            yield replace(answer, seconds=quoted.seconds + took, timings={**quoted.timings, "write": took})

    def _in_parts(self, question: Question, whole: ReadPassages, covered: DateRange | None) -> Answer | None:
        """The answer to a question for two things, each found by itself; None when it is one or no part is answered."""
        from rag.answers.parts import join_answers, split_question, tells_apart

        parts = split_question(question) if self.settings.answering.parts else ()
        answers = []
        for part in parts:
            asked = self.understand(part.text, filters=question.filters)
            read = self._read(asked, self.retriever.search(asked, _READ_PASSAGES))
            answers.append(self.answerer.answer(asked, read.passages, covered, read.readings or None))
        if not tells_apart(answers):
            return None
        return join_answers(question, parts, answers, whole.passages[: self.settings.answering.passages])

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
        answer, found = self._quoted(text, history, filters)
        writer = self.writer
        if writer is not None:
            yield from self._written(writer, answer, found)
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
            found = [r.passage for r in self.retriever.search(question, 200)]
        else:
            question = None
            ids = catalog.filter_ids(filters)
            found = list(catalog.passages(sorted(catalog.live_ids() if ids is None else ids)).values())
        return build_timeline(found, self._sentence_vectors([p.id for p in found]), question, filters, self._idf)

    def close(self) -> None:
        """Finish and let go of the library; the assistant opens it again when used again."""
        with self._lock:
            if self._library is not None:
                self._library.close()
            if self._writer is not None:
                self._writer.close()
            self._library = self._retriever = self._answerer = self._checker = self._writer = None
