"""Outside collections scored: as retrieval over all their documents and, for SQuAD-style files, as reading of the gold context.

Each document becomes a report of one entry in a library of its own, kept in the cache folder so that a second run need not embed
again. Long documents are split into passages as any report is; a document's rank is that of its best passage.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from eval import metrics
from eval.datasets import Collection, Document, Query
from eval.runner import Opener, Run, Tick
from eval.scoring import defined, retrieval_scores
from eval.types import QuestionResult
from eval.variants import BASELINES
from rag.models.embedder import Embedder
from rag.models.reading_scores import exact_match, f1
from rag.reports.splitter import split_report
from rag.reports.wire import ReadResult
from rag.settings import Settings, Splitting
from rag.types import Answer, Entry, Filters, Report, RetrievedPassage

CANDIDATES = 40
"""Passages searched for, so that ten different documents are among them."""

_VERSION = 1


class Reads(Protocol):
    """What reading needs of an assistant."""

    def ask(self, text: str, *, filters: Filters | None = None) -> Answer:
        """Answer from the reports the filters leave."""


class CollectionReader:
    """Reads documents written by ``build_library``: no formats to guess, nothing hostile, so no child process.

    Args:
        splitting: Passage sizes.
    """

    def __init__(self, splitting: Splitting) -> None:
        self._splitting = splitting

    def __enter__(self) -> CollectionReader:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def read(self, source: bytes, name: str) -> ReadResult:
        """The report of a document; its text is kept as it is."""
        data = json.loads(source)
        text: str = data["text"]
        digest = hashlib.sha256(source).hexdigest()
        report = Report(
            id=hashlib.sha256(f"{name}\0{digest}\0collection{_VERSION}".encode()).hexdigest()[:16],
            name=name,
            title=data["title"],
            country="",
            published_on=None,
            text=text,
            entries=(Entry(0, 0, len(text)),) if text.strip() else (),
            furniture=(),
            format="txt",
            sha256=digest,
            size=len(source),
        )
        return ReadResult(report, split_report(report, self._splitting), ())


def library_name(collection: Collection, settings: Settings) -> str:
    """Folder name of a collection's library: changes with the documents and with whatever passages or vectors depend on."""
    digest = hashlib.sha256(
        json.dumps(
            [_VERSION, settings.splitting.model_dump(mode="json"), settings.models.embedder, settings.models.backend]
        ).encode()
    )
    for document in collection.documents:
        digest.update(f"{document.id}\0{document.title}\0{document.text}\0".encode())
    return f"{collection.name}-{digest.hexdigest()[:12]}"


def file_name(place: int) -> str:
    """Name in the library of the document at a place of the collection."""
    return f"{place:07}.json"


def build_library(
    collection: Collection, settings: Settings, embedder: Embedder, progress: Callable[[str, int, int], None] | None = None
) -> None:
    """Fill the library of a collection; one that is full already is left alone.

    Args:
        collection: Its documents.
        settings: With the library's home.
        embedder: Of the settings.
        progress: Told stage, done and total.
    """
    from rag.library.importer import Library

    with Library(settings, embedder, lambda s: CollectionReader(s.splitting)) as library:
        if not library.catalog.has_jobs() and len(library.list()) >= len(collection.documents):
            return
        with _written(collection.documents) as folder:
            library.add([folder], (lambda p: progress(p.stage, p.done, p.total)) if progress else None)


@contextmanager
def _written(documents: Sequence[Document]) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="collection-"))
    try:
        for place, document in enumerate(documents):
            # A text of spaces only would be refused as empty by no one here, but has no passage either: it is never found.
            data = json.dumps({"title": document.title, "text": document.text}, ensure_ascii=False)
            (folder / file_name(place)).write_text(data, encoding="utf-8")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def document_ranking(retrieved: Sequence[RetrievedPassage], collection: Collection) -> list[str]:
    """Ids of documents in the order of their best passages."""
    places = dict.fromkeys(int(r.passage.report.removesuffix(".json")) for r in retrieved)
    return [collection.documents[place].id for place in places]


def score_ranking(query: Query, ranking: Sequence[str]) -> dict[str, float]:
    """Ranking metrics of a query; empty when nothing is relevant to it."""
    gold = list(query.gold)
    return retrieval_scores(metrics.ranks_of(gold, ranking), [query.gold[key] for key in gold])


def search_collection(opener: Opener, settings: Settings, collection: Collection, tick: Tick | None = None) -> list[Run]:
    """Retrieval as set, then dense only, full text only and rank fusion.

    Args:
        opener: Makes an assistant of settings.
        settings: With the library's home.
        collection: Its questions.
        tick: Called after each question.

    Returns:
        Four runs, the one as set first.
    """
    runs = []
    for name, overrides, what in [("as set", {}, ""), *((v.name, dict(v.overrides), v.what) for v in BASELINES)]:
        results = []
        with opener(settings.changed(overrides)) as asked:
            for query in collection.queries:
                if query.gold:
                    found = asked.search(query.text, top_k=CANDIDATES)
                    results.append(_result(query, collection, score_ranking(query, document_ranking(found, collection))))
                if tick is not None:
                    tick()
        runs.append(Run(name, tuple(results), overrides, what, answers=False))
    return runs


def read_collection(reader: Reads, threshold: float, collection: Collection, tick: Tick | None = None) -> list[QuestionResult]:
    """Answer every question from its gold context alone.

    ``reading.exact_match`` and ``reading.f1`` are over answerable questions, the best answer taken whatever its confidence;
    ``reading.f1_with_no_answer`` is over all, an answer under the threshold being none (SQuAD 2.0: no answer is right, with 1,
    exactly where there is none).

    Args:
        reader: An assistant that never declines (threshold 0).
        threshold: Confidence under which an answer counts as none.
        collection: Its questions.
        tick: Called after each question.

    Returns:
        One result for each question.
    """
    places = {document.id: place for place, document in enumerate(collection.documents)}
    results = []
    for query in collection.queries:
        answer = reader.ask(query.text, filters=Filters(reports=(file_name(places[query.document]),)))
        results.append(mark_reading(query, answer, threshold, collection))
        if tick is not None:
            tick()
    return results


def mark_reading(query: Query, answer: Answer, threshold: float, collection: Collection) -> QuestionResult:
    """Mark an answer read from the gold context.

    Args:
        query: What was asked.
        answer: The best answer there was.
        threshold: Confidence under which it counts as none.
        collection: For the result's kind.

    Returns:
        The result.
    """
    declined = answer.abstained or answer.confidence < threshold
    golds = query.answers if query.answerable else ("",)
    scores: dict[str, float | None] = {"reading.f1_with_no_answer": f1("" if declined else answer.short_answer, golds)}
    if query.answerable:
        scores["reading.exact_match"] = exact_match(answer.short_answer, query.answers)
        scores["reading.f1"] = f1(answer.short_answer, query.answers)
    right = query.answerable and metrics.is_correct(answer.short_answer, "", query.answers, ())
    return replace(
        _result(query, collection, defined(scores)),
        answer=answer.answer,
        short_answer=answer.short_answer,
        abstained=declined,
        confidence=answer.confidence,
        correct=bool(right),
        timings={**answer.timings, "total": answer.seconds},
    )


def _result(query: Query, collection: Collection, scores: dict[str, float]) -> QuestionResult:
    return QuestionResult(
        id=query.id,
        question=query.text,
        kind=collection.name,
        split="test",
        answerable=query.answerable,
        expected=query.answers[0] if query.answers else "",
        scores=scores,
    )


def joined(searched: Sequence[QuestionResult], read: Sequence[QuestionResult]) -> list[QuestionResult]:
    """One row a question: what was read, with the scores of the search added."""
    found = {result.id: result for result in searched}
    rows = [replace(r, scores={**found[r.id].scores, **r.scores}) if r.id in found else r for r in read]
    return rows or list(searched)
