"""From a question to its answer: understand, retrieve, read and rerank, compose, and write where a language model is set."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answers.composition import SEVERAL_ACCOUNTS
from rag.answers.extractive import ExtractiveAnswerer
from rag.answers.holdings import Holdings
from rag.answers.measures import without_accounts
from rag.answers.several.parts import split_question
from rag.answers.several.union import join_answers, same_answer, tells_apart
from rag.answers.times.extremes import find_extreme, fitting_events, tell_extreme
from rag.answers.times.intervals import tell_interval
from rag.answers.times.precedence import tell_precedence
from rag.answers.writing.checking import Checker
from rag.library.importer import Library
from rag.models.embedder import Embedder
from rag.models.reader import Reader, load_reader
from rag.search.reranker import ReadPassages, Reranker
from rag.search.retriever import Retriever
from rag.search.terms import name_forms
from rag.settings import Settings
from rag.types import Answer, DateRange, Filters, Passage, Question, RetrievedPassage, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.answers.generative import GenerativeAnswerer

WEIGHED = 20
"""Passages whose sentences are weighed for an answer; more cost time and bring little (see the scorecard's recall@10)."""

_ORDERED = 60
"""Passages among which the first or last of several events is looked for."""

_MOST_OF_PERIOD = 2000
"""Passages of a period gone through for a list; about 40 ms."""


def _cited(answer: Answer) -> list[RetrievedPassage]:
    cited = {c.passage_id for c in answer.citations}
    return [r for r in answer.passages if r.passage.id in cited]


class Pipeline:
    """The parts that answer, over one open library; each is made when first needed.

    Args:
        library: The library.
        embedder: The one the library was indexed with.
        settings: All settings.
    """

    def __init__(self, library: Library, embedder: Embedder, settings: Settings) -> None:
        self._library = library
        self._embedder = embedder
        self._settings = settings
        self._lock = threading.RLock()
        self._retriever: Retriever | None = None
        self._reader: Reader | None = None
        self._answerer: ExtractiveAnswerer | None = None
        self._checker: Checker | None = None
        self._writer: GenerativeAnswerer | None = None

    # --- parts -------------------------------------------------------------------------------------------------------------

    @property
    def retriever(self) -> Retriever:
        """Search over the library."""
        with self._lock:
            if self._retriever is None:
                self._retriever = Retriever(self._library, self._embedder, self._settings)
            return self._retriever

    @property
    def reader(self) -> Reader | None:
        """The shipped reader; None when it is switched off or its weights are missing."""
        with self._lock:
            if self._reader is None and self._settings.answering.reader:
                self._reader = load_reader(self._settings)
            return self._reader

    @property
    def answerer(self) -> ExtractiveAnswerer:
        """Composes answers with no language model."""
        with self._lock:
            if self._answerer is None:
                self._answerer = ExtractiveAnswerer(
                    self._embedder.encode,
                    self.sentence_vectors,
                    self._library.catalog.idf,
                    self._settings.answering,
                    self.reader,
                    self._beside,
                    self._of_period,
                    Holdings(self._library.catalog),
                )
            return self._answerer

    @property
    def checker(self) -> Checker:
        """Checks sentences against the passages they cite; no language model takes part."""
        with self._lock:
            if self._checker is None:
                self._checker = Checker(
                    self._embedder.encode,
                    self.sentence_vectors,
                    self._library.catalog.idf,
                    lambda name: name_forms(name, self.retriever.lexicon().book),
                )
            return self._checker

    @property
    def writer(self) -> GenerativeAnswerer | None:
        """Writes answers with the language model of the settings; None without one.

        Raises:
            SettingsError: The ``llm`` setting is not understood.
        """
        if not self._settings.llm:
            return None
        with self._lock:
            if self._writer is None:
                from rag.answers.generative import GenerativeAnswerer
                from rag.models.llm import LanguageModel
                from rag.models.providers import parse_name

                generation = self._settings.generation
                model = LanguageModel(parse_name(self._settings.llm, generation), generation)
                self._writer = GenerativeAnswerer(model, self.checker, generation)
            return self._writer

    def close(self) -> None:
        """Let go of the language model; the library is its opener's to close."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    # --- steps -------------------------------------------------------------------------------------------------------------

    def retrieve(self, question: Question, top_k: int = WEIGHED) -> ReadPassages:
        """Passages for a question already understood, in the order search and reader give them together.

        Args:
            question: As understood.
            top_k: Most passages; at least as many as the reader reads are looked for.

        Returns:
            The passages, best first, and what the reader made of the first of them.
        """
        return self._read(question, self.retriever.search(question, max(self._settings.answering.read_passages, top_k)))

    def quoted(
        self, text: str, history: Sequence[Turn] = (), filters: Filters | None = None, top_k: int | None = None
    ) -> tuple[Answer, Sequence[RetrievedPassage]]:
        """Answer without a language model.

        Args:
            text: As typed.
            history: Earlier turns, oldest first.
            filters: Hard limits.
            top_k: Passages listed with the answer; ``answering.passages`` when None.

        Returns:
            The answer, timed by step, and all passages it was made from.

        Raises:
            UsageError: The question is empty or too long.
        """
        began = time.perf_counter()
        question = self.retriever.understand(text, history, filters)
        understood = time.perf_counter()
        weighed = max(WEIGHED, self._settings.answering.read_passages)
        retrieved = self.retriever.search(question, max(weighed, top_k or 0))
        found = time.perf_counter()
        read = self._read(question, retrieved)
        was_read = time.perf_counter()
        covered = self._library.catalog.coverage()
        span = DateRange(covered.first, covered.last) if covered.first and covered.last else None
        answer = (
            self._by_accounts(question, read, span)
            or self._in_time(question, read, span)
            or self._in_parts(question, read, span)
            # more are listed when asked for, what is answered stays the same
            or self.answerer.answer(question, read.passages[:weighed], span, read.readings or None)
        )
        ended = time.perf_counter()
        if top_k:
            listed = {r.passage.id: r for r in (*read.passages[:top_k], *_cited(answer))}
            answer = replace(answer, passages=tuple(replace(r, rank=rank) for rank, r in enumerate(listed.values(), 1)))
        timings = {
            "understand": understood - began,
            "retrieve": found - understood,
            "read": was_read - found,
            "answer": ended - was_read,
        }
        return replace(answer, seconds=ended - began, timings=timings), read.passages

    def written(self, writer: GenerativeAnswerer, quoted: Answer, found: Sequence[RetrievedPassage]) -> Iterator[Answer]:
        """Answer with a language model.

        Args:
            writer: Of the settings.
            quoted: The answer without it.
            found: The passages that one was made from.

        Yields:
            The answer as it grows, each sentence checked; the quoted one when the model fails.
        """
        began = time.perf_counter()
        for answer in writer.stream(quoted.question, found, quoted):
            took = time.perf_counter() - began
            yield replace(answer, seconds=quoted.seconds + took, timings={**quoted.timings, "write": took})

    def _read(self, question: Question, found: Sequence[RetrievedPassage]) -> ReadPassages:
        answering, weight = self._settings.answering, self._settings.search.reader_weight
        if self.reader is None or not weight:
            return ReadPassages(tuple(found))
        reranker = Reranker(self.reader, answering.read_passages, weight, both_wordings=answering.both_wordings)
        return reranker.rerank(question, found)

    def _in_time(self, question: Question, whole: ReadPassages, covered: DateRange | None) -> Answer | None:
        """The answer to a question for the time between events or for their order; None for any other."""
        settings = self._settings.answering
        listed = whole.passages[: settings.passages]

        def ask(text: str, filters: Filters) -> Answer:
            return self._asked(text, filters, covered)

        if settings.intervals:
            told = tell_interval(
                question,
                ask,
                lambda: self.answerer.answer(question, whole.passages[:WEIGHED], covered, whole.readings or None),
                listed,
            )
            if told := told or tell_precedence(question, ask, listed):
                return told
        asked = find_extreme(question.query, question.kind) if settings.extremes else None
        if asked is None:
            return None
        rest = self.retriever.understand(asked.rest, filters=question.filters)
        among = {r.passage.id: r.passage for r in self.retriever.search(rest, _ORDERED)}
        among |= {p.id: p for p in self._of_period(question)}
        events = fitting_events(question, asked, list(among.values()), self._library.catalog.idf)
        return tell_extreme(question, asked, events, ask, listed, whole=settings.antecedents)

    def _asked(self, text: str, filters: Filters, covered: DateRange | None) -> Answer:
        """The answer to a question of a question: a part, or one event's day."""
        asked, read = self._looked_up(text, filters)
        return self.answerer.answer(asked, read.passages, covered, read.readings or None)

    def _looked_up(self, text: str, filters: Filters) -> tuple[Question, ReadPassages]:
        asked = self.retriever.understand(text, filters=filters)
        return asked, self.retrieve(asked)

    def _by_accounts(self, question: Question, whole: ReadPassages, covered: DateRange | None) -> Answer | None:
        """The accounts of what is asked where it is said that they differ; None where that is not said, or one is found only."""
        plain = without_accounts(question.query) if self._settings.answering.differing else question.query
        if plain == question.query:
            return None
        answer = self._asked(plain, question.filters, covered)
        if answer.abstained or answer.reason not in SEVERAL_ACCOUNTS:
            return None
        listed = {r.passage.id: r for r in (*whole.passages[: self._settings.answering.passages], *_cited(answer))}
        ranked = tuple(replace(r, rank=rank) for rank, r in enumerate(listed.values(), 1))
        return replace(answer, question=question, passages=ranked)

    def _in_parts(self, question: Question, whole: ReadPassages, covered: DateRange | None) -> Answer | None:
        """The answer to a question for two things, each found by itself; None when it is one or no part is answered."""
        parts = split_question(question) if self._settings.answering.parts else ()
        found = [self._looked_up(part.text, question.filters) for part in parts]
        answers = [self.answerer.answer(asked, read.passages, covered, read.readings or None) for asked, read in found]
        if (same := same_answer(parts, answers)) is not None:
            # one sentence tells of one of two days or places: of the other another may
            asked, read = found[same]
            other = self.answerer.answer(asked, read.passages, covered, read.readings or None, answers[same].citations)
            answers[same] = answers[same] if other.abstained else other
        if not tells_apart(answers):
            return None
        return join_answers(question, parts, answers, whole.passages[: self._settings.answering.passages])

    # --- what the parts ask of the library -----------------------------------------------------------------------------------

    def sentence_vectors(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Stored vectors of the sentences of passages, by passage id, shape (sentences, dim)."""
        found = self._library.catalog.vectors(ids, self._library.model)
        return {key: sentences for key, (_, sentences) in found.items()}

    def _beside(self, question: Question, passage: Passage) -> list[Passage]:
        """The passages of a passage's entry that the question's filters allow."""
        catalog = self._library.catalog
        entry = catalog.passages_of(passage.report_id, passage.entry)
        allowed = catalog.filter_ids(question.filters)
        return entry if allowed is None else [p for p in entry if p.id in allowed]

    def _of_period(self, question: Question) -> list[Passage]:
        """The passages of the question's days that its filters allow; none where they are too many to go through."""
        catalog = self._library.catalog
        ids: set[str] = set()
        for mention in question.dates:
            within = replace(question.filters, since=mention.range.start, until=mention.range.end)
            ids |= catalog.filter_ids(within) or frozenset()
        allowed = catalog.filter_ids(question.filters)
        ids = ids if allowed is None else ids & allowed
        return list(catalog.passages(ids).values()) if len(ids) <= _MOST_OF_PERIOD else []
