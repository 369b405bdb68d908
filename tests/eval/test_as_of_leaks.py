"""Nothing reported after an "as of" day is ever found: for the shipped questions, and for any day."""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from doubles import DirectReader, KeywordEmbedder

from eval.evalset import load_questions, shipped_files
from rag.library.catalog import Catalog, Source
from rag.search.retriever import Retriever
from rag.settings import Settings
from rag.types import RetrievedPassage

CORPUS = Path(__file__).parents[2] / "corpus"


class LeakyLibrary:
    """The shipped reports in a real catalog, beside a dense index that ignores every limit it is given."""

    model = "none"

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._ids = sorted(catalog.live_ids())

    def search_vectors(
        self, vector: npt.NDArray[np.float32], k: int, within: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        start = int(abs(float(vector.sum())) * 1000) % len(self._ids)
        return [(key, 0.5) for key in (self._ids[start:] + self._ids[:start])[:k]]


@pytest.fixture(scope="module")
def retriever(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    catalog = Catalog(tmp_path_factory.mktemp("as-of") / "catalog.sqlite3")
    reader = DirectReader(Settings())
    for path in sorted(CORPUS.iterdir()):
        if path.suffix in (".txt", ".md", ".html"):
            read = reader.read(path.read_bytes(), path.name)
            pairs = [(pair.short, pair.long) for pair in read.acronyms]
            key = catalog.add_report(read.report, read.passages, pairs, made_by="test", source=Source("", 0, 1))
            catalog.go_live([key])
    return Retriever(LeakyLibrary(catalog), KeywordEmbedder(), Settings())


def latest(found: list[RetrievedPassage]) -> date:
    """The last day on which anything found was reported."""
    days = [day for r in found for day in (r.passage.published_on, r.passage.on.end if r.passage.on else None) if day]
    return max(days, default=date.min)


def test_no_as_of_question_finds_what_was_reported_later(retriever: Retriever) -> None:
    asked = [q for q in load_questions(shipped_files("dev"), "dev") if q.kind == "as_of"]
    assert asked
    for question in asked:
        understood = retriever.understand(question.question, question.history)
        assert understood.filters.as_of is not None, question.question
        found = retriever.search(understood, 50)
        assert found, question.question
        assert latest(found) <= understood.filters.as_of, question.question


def test_no_day_lets_through_what_was_reported_later(retriever: Retriever) -> None:
    chance = random.Random(20180409)
    found_any = 0
    for _ in range(30):
        day = date(2015, 6, 1) + timedelta(days=chance.randrange(2700))
        event = chance.choice(["an attack", "soldiers killed the day after the attack on the camp", "a bomb in March"])
        said = chance.choice([f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%B} {day.year}", day.isoformat()])
        understood = retriever.understand(f"as of {said} what was known of {event}")
        assert understood.filters.as_of == day
        found = retriever.search(understood, 50)
        assert latest(found) <= day
        found_any += bool(found)
    assert found_any > 15
