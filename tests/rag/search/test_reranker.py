"""The reader's word on the order of passages."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.reader import Reading
from rag.search.question import understand
from rag.search.reranker import Reranker, of_a_group, read_sentences
from rag.types import Passage, RetrievedPassage, Span


class SureOf:
    """Answers with the chances it was given, by a passage's text."""

    def __init__(self, chances: dict[str, float]) -> None:
        self.chances = chances
        self.read_texts: list[str] = []

    def read(self, question: str, passages: Sequence[Passage], parts: Sequence[Sequence[tuple[int, int]]]) -> list[Reading]:
        self.read_texts += [passage.text for passage in passages]
        return [
            Reading(i, 0, 1, 0.0, 0.0, 0.0, (0.0, 0.0, 0.0, 0.0), self.chances[passage.text])
            for i, passage in enumerate(passages)
        ]


def _ranking(texts: Sequence[str], scores: Sequence[float]) -> list[RetrievedPassage]:
    return [
        RetrievedPassage(
            Passage(
                id=f"r-{i}", report_id="r", report="r.txt", title="", country="", published_on=None, entry=0, on=None, place="",
                start=0, end=len(text), text=text, sentences=(Span(0, len(text)),), is_lead=False,
            ),
            i + 1,
            score,
            {"dense": score},
        )
        for i, (text, score) in enumerate(zip(texts, scores, strict=True))
    ]  # fmt: skip


def test_a_passage_that_answers_rises_above_one_that_looks_alike() -> None:
    reader = SureOf({"looks alike": 0.1, "answers": 0.9, "far": 0.2})
    read = Reranker(reader, 10, 0.3).rerank(understand("who came"), _ranking(["looks alike", "answers", "far"], [0.7, 0.6, 0.1]))
    assert [r.passage.text for r in read.passages] == ["answers", "looks alike", "far"]
    assert [r.rank for r in read.passages] == [1, 2, 3]
    assert [reading.answerable for reading in read.readings] == [0.9, 0.1, 0.2]
    assert read.passages[0].parts == {"dense": 0.6, "reader": 0.9}


def test_where_nothing_answers_the_order_of_the_search_stays() -> None:
    reader = SureOf({"a": 0.05, "b": 0.29, "c": 0.2})
    read = Reranker(reader, 10, 5.0).rerank(understand("what came"), _ranking(["a", "b", "c"], [0.51, 0.5, 0.49]))
    assert [r.passage.text for r in read.passages] == ["a", "b", "c"]


def test_only_the_first_passages_are_read_and_the_rest_stays_below_them() -> None:
    reader = SureOf({"a": 0.0, "b": 0.8})
    read = Reranker(reader, 2, 1.0).rerank(understand("what came"), _ranking(["a", "b", "c"], [0.9, 0.8, 0.7]))
    assert sorted(reader.read_texts) == ["a", "b"]
    assert [r.passage.text for r in read.passages] == ["b", "a", "c"]
    assert len(read.readings) == 2


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8), st.integers(1, 9), st.floats(0, 5))
def test_nothing_is_lost_and_scores_fall(pairs: list[tuple[float, float]], depth: int, weight: float) -> None:
    scores = sorted((score for score, _ in pairs), reverse=True)
    texts = [f"text {i}" for i in range(len(pairs))]
    reader = SureOf({text: chance for text, (_, chance) in zip(texts, pairs, strict=True)})
    read = Reranker(reader, depth, weight).rerank(understand("who came"), _ranking(texts, scores))
    assert sorted(r.passage.text for r in read.passages) == sorted(texts)
    found = [r.score for r in read.passages]
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("who ambushed the patrol in May 2017", "which group ambushed the patrol in May 2017"),
        ("In 2015, who claimed the raid?", "In 2015, which group claimed the raid?"),
        ("who was blamed for the raid", "which group was blamed for the raid"),
        ("who was the man who led the raid", None),
        ("minister who flew there in May 2018", None),
        ("who did they capture", None),
        ("how many of those who fled came back", None),
    ],
)
def test_who_did_it_is_asked_of_a_group_too(asked: str, other: str | None) -> None:
    assert of_a_group(understand(asked)) == other


def test_the_surer_of_two_wordings_is_read() -> None:
    class Reader:
        def read(self, question: str, passages: Sequence[Passage], parts: Sequence[Sequence[tuple[int, int]]]) -> list[Reading]:
            margin = 3.0 if question.startswith("which group") else 1.0
            return [Reading(0, 0, 1, margin, 0.0, 0.0, (0.0, 0.0, 0.0, 0.0), 0.5)]

    [passage] = [r.passage for r in _ranking(["The League ambushed the patrol."], [1.0])]
    assert read_sentences(Reader(), understand("who ambushed the patrol"), [passage])[0].margin == 3.0
    assert read_sentences(Reader(), understand("what was ambushed"), [passage])[0].margin == 1.0
    assert read_sentences(Reader(), understand("who ambushed the patrol"), [passage], both_wordings=False)[0].margin == 1.0
