"""From a question to ranked passages: dense and full-text candidates, rescored exactly, joined, weighed with dates and names."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.models.embedder import Embedder
from rag.search.anchors import CANDIDATES as ANCHOR_PASSAGES
from rag.search.anchors import anchored, event_day, find_anchor, spell_out
from rag.search.evidence import date_evidence, name_evidence
from rag.search.fusion import ranked, reciprocal_ranks, scale_by_best, weighted_sum
from rag.search.kindred import kindred_evidence, kindred_of
from rag.search.lexicon import Lexicon
from rag.search.question import understand
from rag.search.terms import NameBook, lexical_terms, name_forms
from rag.settings import Settings
from rag.types import DateRange, Filters, Passage, Question, RetrievedPassage, Span, Turn

FloatArray = npt.NDArray[np.float32]
Scores = dict[str, float]

LONGEST_LOOKUP = 366
"""Days of the widest date range whose passages become candidates by their dates alone; wider ones say too little."""


class Coverage(Protocol):
    """First and last day of what there is, or None."""

    @property
    def first(self) -> date | None:
        """First day."""
        ...

    @property
    def last(self) -> date | None:
        """Last day."""
        ...


class Shelf(Protocol):
    """What the retriever asks of ``rag.library.catalog.Catalog``; every answer holds live passages only."""

    def generation(self) -> int:
        """Counter of changes."""
        ...

    def lexical(self, terms: Sequence[str], k: int, *, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Full-text search: pairs of id and score, best first."""
        ...

    def document_frequency(self, term: str) -> int:
        """Passages that hold a term."""
        ...

    def idf(self, term: str) -> float:
        """Weight of a term, higher for rarer ones."""
        ...

    def passages(self, ids: Collection[str]) -> dict[str, Passage]:
        """Passages by id."""
        ...

    def vectors(self, ids: Collection[str], model: str) -> Mapping[str, tuple[FloatArray, FloatArray]]:
        """By id, the passage's vector and its sentences' vectors."""
        ...

    def filter_ids(self, filters: Filters) -> frozenset[str] | None:
        """Ids that meet hard filters; None for all."""
        ...

    def acronyms(self) -> list[tuple[str, str]]:
        """Pairs of short and long names."""
        ...

    def vocabulary(self) -> Iterable[str]:
        """Words of the full-text index."""
        ...

    def coverage(self) -> Coverage:
        """What there is, with the first and last day of the entries."""
        ...

    def contexts(self, term: str, k: int) -> Sequence[str]:
        """Texts of some passages that hold a term."""
        ...


class Searchable(Protocol):
    """What the retriever asks of ``rag.library.importer.Library``."""

    @property
    def catalog(self) -> Shelf:
        """The catalog."""
        ...

    @property
    def model(self) -> str:
        """Name of the stored vectors."""
        ...

    def search_vectors(self, vector: FloatArray, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Pairs of id and cosine, best first."""
        ...


@dataclass(slots=True)
class Trace:
    """Seconds by stage of one search, for benches and the page.

    Attributes:
        seconds: By stage: "filter", "embed", "dense", "lexical", "rescore", "evidence", "passages".
    """

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a block; blocks of one name add up."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Scores by id before fusion; ``dense`` and ``sentence`` are cosines, ``lexical`` is as the index gives it."""

    dense: Scores
    lexical: Scores
    sentence: Scores
    best_sentence: dict[str, int]
    dated: frozenset[str]


class Retriever:
    """Finds passages for a question. Safe to use from several threads."""

    def __init__(self, library: Searchable, embedder: Embedder, settings: Settings) -> None:
        """Put the parts together; nothing is loaded.

        Args:
            library: Where the passages are.
            embedder: The one the library was embedded with.
            settings: ``search.*`` is read.
        """
        self._library = library
        self._embedder = embedder
        self._settings = settings.search
        self._options = settings.understanding
        self._lexicon: tuple[int, Lexicon | None, DateRange | None] = (-1, None, None)
        self._lock = threading.Lock()

    def search(self, question: Question, top_k: int | None = None, trace: Trace | None = None) -> list[RetrievedPassage]:
        """Rank passages for a question; nothing outside its filters is ever returned.

        Args:
            question: As understood.
            top_k: Most passages; ``search.top_k`` when None.
            trace: Filled with seconds by stage.

        Returns:
            Best first, equal scores in the order of passage ids; fewer than asked for when fewer were found.
        """
        trace = trace or Trace()
        k = self._settings.top_k if top_k is None else top_k
        catalog = self._library.catalog
        with trace.stage("filter"):
            allowed = catalog.filter_ids(question.filters)
        if k <= 0 or (allowed is not None and not allowed):
            return []
        book = self.lexicon().book
        found = self._candidates(question, allowed, book, max(self._settings.candidates, k), trace)
        scores, parts = self._fuse(found)
        passages: dict[str, Passage] = {}
        if self._settings.fusion == "score" and (question.dates or question.names or self._settings.kindred_weight):
            with trace.stage("evidence"):
                # What ranks below all these without evidence could not rise to the top with it.
                best = ranked(scores)[: max(self._settings.candidates, k)]
                passages = catalog.passages({*best, *(found.dated & scores.keys())})
                self._weigh(question, book, passages, scores, parts)
        order = ranked(scores)
        with trace.stage("passages"):
            missing = [key for key in order[: 2 * k] if key not in passages]
            passages |= catalog.passages(missing) if missing else {}
        kept = [key for key in order if key in passages and (allowed is None or key in allowed)][:k]
        return [
            RetrievedPassage(passages[key], rank, scores[key], parts[key], _sentence(passages[key], found.best_sentence.get(key)))
            for rank, key in enumerate(kept, start=1)
        ]

    def understand(
        self, text: str, history: Sequence[Turn] = (), filters: Filters | None = None, today: date | None = None
    ) -> Question:
        """Read a question with what the library knows of its words and days; as ``rag.search.question.understand``."""
        lexicon = self.lexicon()
        question = understand(text, history, filters, today or date.today(), lexicon, self._lexicon[2], self._options)
        return spell_out(self._anchored(question)) if self._options.event_dates else question

    def _anchored(self, question: Question) -> Question:
        """The question with "the day after the raid" as a date, when one passage or another tells the day of the raid."""
        anchor = find_anchor(question.query, question.dates)
        if anchor is None:
            return question
        event = understand(anchor.event, filters=question.filters, lexicon=self.lexicon(), coverage=self._lexicon[2])
        day = event_day(event, self.search(event, ANCHOR_PASSAGES), self._library.catalog.idf)
        if day is None:
            return question
        meant = anchored(anchor, question.query, day)
        dates = [d for d in question.dates if not meant.start <= d.start < meant.end]
        return replace(question, dates=tuple(sorted([*dates, meant], key=lambda d: d.start)))

    def lexicon(self) -> Lexicon:
        """What the library says about names and words; made anew when the library changed."""
        catalog = self._library.catalog
        generation = catalog.generation()
        with self._lock:
            known, lexicon, _ = self._lexicon
            if lexicon is None or known != generation:
                book = NameBook(catalog.acronyms(), catalog.vocabulary())
                lexicon = Lexicon(book, catalog.document_frequency, catalog.contexts)
                held = catalog.coverage()
                days = DateRange(held.first, held.last) if held.first and held.last else None
                self._lexicon = (generation, lexicon, days)
            return lexicon

    # candidates -----------------------------------------------------------------------------------------------------------

    def _candidates(
        self, question: Question, allowed: frozenset[str] | None, book: NameBook, n: int, trace: Trace
    ) -> _Candidates:
        catalog = self._library.catalog
        mode = self._settings.fusion
        dense: Scores = {}
        lexical: Scores = {}
        dated: frozenset[str] = frozenset()
        vector: FloatArray | None = None
        if mode != "lexical":
            with trace.stage("embed"):
                vector = self._embedder.encode([question.query])[0]
            with trace.stage("dense"):
                dense = dict(self._library.search_vectors(vector, n, allowed))
        if mode != "dense":
            with trace.stage("lexical"):
                terms = lexical_terms(question, book, catalog.document_frequency)
                lexical = dict(catalog.lexical(terms, n, within=allowed))
                if mode == "score":
                    near = self._dated(question, allowed)
                    added = dict(catalog.lexical(terms, n // 2, within=near)) if near else {}
                    lexical |= added
                    dated = near if len(near) <= n else frozenset(added)
        sentence: Scores = {}
        best_sentence: dict[str, int] = {}
        if vector is not None and mode == "score":
            with trace.stage("rescore"):
                union = list(dense.keys() | lexical.keys() | dated)
                for key, (whole, sentences) in catalog.vectors(union, self._library.model).items():
                    dense[key] = float(whole @ vector)
                    cosines = sentences @ vector
                    best_sentence[key] = int(cosines.argmax()) if len(cosines) else -1
                    sentence[key] = float(cosines.max()) if len(cosines) else dense[key]
        return _Candidates(dense, lexical, sentence, best_sentence, dated)

    def _dated(self, question: Question, allowed: frozenset[str] | None) -> frozenset[str]:
        """Passages that speak of the question's days, also those that share no word with it ("what happened on ...")."""
        found: frozenset[str] = frozenset()
        for mention in question.dates:
            days = _narrowed(mention.range, question.filters)
            if days is not None and days.days <= LONGEST_LOOKUP:
                ids = self._library.catalog.filter_ids(replace(question.filters, since=days.start, until=days.end))
                found |= ids or frozenset()
        return found if allowed is None else found & allowed

    # scores ---------------------------------------------------------------------------------------------------------------

    def _fuse(self, found: _Candidates) -> tuple[Scores, dict[str, dict[str, float]]]:
        settings = self._settings
        lexical = scale_by_best(found.lexical)
        if settings.fusion == "dense":
            scores = dict(found.dense)
        elif settings.fusion == "lexical":
            scores = lexical
        elif settings.fusion == "rrf":
            scores = reciprocal_ranks([ranked(found.dense), ranked(found.lexical)])
        else:
            scores = weighted_sum(
                [
                    (settings.lexical_weight, lexical),
                    (settings.passage_weight, found.dense),
                    (settings.sentence_weight, found.sentence),
                ]
            )
        named = (("dense", found.dense), ("lexical", lexical), ("sentence", found.sentence))
        return scores, {key: {name: values[key] for name, values in named if key in values} for key in scores}

    def _weigh(
        self,
        question: Question,
        book: NameBook,
        passages: Mapping[str, Passage],
        scores: Scores,
        parts: dict[str, dict[str, float]],
    ) -> None:
        names = question.forms or [name_forms(name, book) for name in question.names]
        catalog = self._library.catalog
        rarity = [catalog.idf(name) for name in question.names]
        weight = self._settings.kindred_weight
        kindred = kindred_of(question, catalog.idf, catalog.document_frequency) if weight else None
        for key, passage in passages.items():
            if question.dates:
                parts[key]["date"] = date_evidence(question.dates, passage)
                scores[key] += self._settings.date_weight * parts[key]["date"]
            if names:
                parts[key]["name"] = name_evidence(names, passage, rarity)
                scores[key] += self._settings.name_weight * parts[key]["name"]
            if kindred:
                parts[key]["kindred"] = kindred_evidence(kindred, passage)
                scores[key] += weight * parts[key]["kindred"]


def _narrowed(days: DateRange, filters: Filters) -> DateRange | None:
    """The days that are left of a range inside ``since`` and ``until``, or None."""
    start = max(days.start, filters.since or date.min)
    end = min(days.end, filters.until or date.max)
    return DateRange(start, end) if start <= end else None


def _sentence(passage: Passage, index: int | None) -> Span | None:
    return passage.sentences[index] if index is not None and 0 <= index < len(passage.sentences) else None
