from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval import collection as outside
from eval.datasets import Collection, Document, Query, open_collection, sample
from rag.errors import UsageError
from rag.settings import Settings
from rag.types import Answer, Question

BOATS = {"title": "Port_Town", "context": "Boats burned. Three of them."}
ROWS = [
    {"id": "1", **BOATS, "question": "what burned", "answers": [{"text": "Boats"}, {"text": "Boats"}], "is_impossible": False},
    {"id": "2", **BOATS, "question": "who paid", "answers": [], "is_impossible": True},
    {
        "id": "3",
        "title": "",
        "context": "Rifles lay near the mill.",
        "question": "where were rifles",
        "answers": [{"text": "near the mill", "start": 11}],
    },
]


def squad(path: Path, rows: Sequence[Any] = ROWS) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def beir(folder: Path) -> Path:
    folder.mkdir()
    docs = [{"id": "d1", "title": "Boats", "text": "Boats burned."}, {"_id": "d2", "title": "", "text": "Rifles found."}]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, docs)), encoding="utf-8")
    with gzip.open(folder / "queries.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(json.dumps({"id": f"q{i}", "text": text}) for i, text in enumerate(["boats", "rifles", "none"])))
    (folder / "qrels.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq0\td1\t2\nq0\td2\t0\nq1\td2\t1\nq2\tgone\t1\n", encoding="utf-8"
    )
    return folder


def test_squad_file_has_each_context_once(tmp_path: Path) -> None:
    found = open_collection(f"squad:{squad(tmp_path / 'set.jsonl.gz')}")
    assert found.name == "set"
    assert [(d.title, d.text[:5]) for d in found.documents] == [("Port Town", "Boats"), ("", "Rifle")]
    assert [q.answerable for q in found.queries] == [True, False, True]
    assert found.queries[0].answers == ("Boats",)
    assert found.queries[0].gold == {found.documents[0].id: 1.0}
    assert found.queries[1].gold == {}


def test_beir_folder_keeps_queries_with_a_relevant_document(tmp_path: Path) -> None:
    found = open_collection(f"beir:{beir(tmp_path / 'set')}")
    assert [(q.id, dict(q.gold)) for q in found.queries] == [("q0", {"d1": 2.0}), ("q1", {"d2": 1.0})]
    assert [d.id for d in found.documents] == ["d1", "d2"]
    assert found.is_reading is False


def test_sample_is_the_same_every_time_and_in_order() -> None:
    queries = [Query(str(i), "", {}) for i in range(100)]
    chosen = sample(queries, 10)
    assert chosen == sample(queries, 10)
    assert [int(q.id) for q in chosen] == sorted(int(q.id) for q in chosen)
    assert sample(queries, 200) == queries


@pytest.mark.parametrize("spec", ["squad", "csv:x", "squad:", "squad:/no/such/file"])
def test_dataset_that_is_none_is_wrong_usage(spec: str) -> None:
    with pytest.raises(UsageError, match="--dataset"):
        open_collection(spec)


@pytest.mark.parametrize("line", ["{", "[1]", '{"id": 1}', '{"id": 1, "context": "x", "question": "y", "answers": ["z"]}'])
def test_wrong_squad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(ROWS[0]) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"set\.jsonl:2"):
        open_collection(f"squad:{path}")


def test_file_that_is_not_gzip_is_named(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl.gz"
    path.write_bytes(b"plain")
    with pytest.raises(UsageError, match=r"set\.jsonl\.gz"):
        open_collection(f"squad:{path}")


def test_missing_and_wrong_beir_files_are_named(tmp_path: Path) -> None:
    folder = beir(tmp_path / "set")
    (folder / "qrels.tsv").write_text("q0 d1 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"qrels\.tsv:1"):
        open_collection(f"beir:{folder}")
    (folder / "qrels.tsv").unlink()
    with pytest.raises(UsageError, match=r"has no qrels\.tsv"):
        open_collection(f"beir:{folder}")


class KeywordEmbedder:
    """A dimension for each of a few words: rankings are obvious by eye."""

    WORDS = ("boats", "burned", "rifles", "mill")
    dim = 5
    fingerprint = "keywords"

    def encode(self, texts: Sequence[str], progress: Any = None) -> np.ndarray[Any, np.dtype[np.float32]]:
        rows = [[*(float(word in text.lower()) for word in self.WORDS), 0.1] for text in texts]
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), self.dim)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.mark.integration
def test_collection_is_built_once_and_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.assistant import Assistant

    monkeypatch.setattr("rag.models.embedder.load_embedder", lambda settings: KeywordEmbedder())
    found = open_collection(f"beir:{beir(tmp_path / 'set')}")
    settings = Settings.load({"home": tmp_path / "home"}, env={})
    seen: list[tuple[str, int, int]] = []
    outside.build_library(found, settings, KeywordEmbedder(), lambda *step: seen.append(step))
    assert ("read", 2, 2) in seen
    seen.clear()
    outside.build_library(found, settings, KeywordEmbedder(), lambda *step: seen.append(step))
    assert seen == []
    runs = outside.search_collection(Assistant, settings, found)
    assert [run.name for run in runs] == ["as set", "full text only", "dense only", "RRF"]
    assert all(result.scores["retrieval.mrr@10"] == 1.0 for run in runs for result in run.results)
    squad_set = open_collection(f"squad:{squad(tmp_path / 's.jsonl.gz')}")
    home = settings.changed({"home": tmp_path / "squad", "answering.abstain_below": 0.0})
    outside.build_library(squad_set, home, KeywordEmbedder())
    with Assistant(home) as assistant:
        read = outside.read_collection(assistant, 0.5, squad_set)
    assert [r.id for r in read] == ["1", "2", "3"]
    assert all("reading.f1_with_no_answer" in r.scores for r in read)
    assert "reading.f1" not in read[1].scores


def collection() -> Collection:
    document = Document("c0", "", "Boats burned.")
    return Collection("set", Path("set"), (document,), (Query("1", "what", {"c0": 1.0}, ("Boats",), True, "c0"),), True)


def answer(short: str, confidence: float) -> Answer:
    return Answer(Question("q", "q"), short, short, False, "", confidence, (), (), 0.0)


@pytest.mark.parametrize(
    ("short", "confidence", "answerable", "expected"),
    [
        ("boats", 0.9, True, {"reading.exact_match": 1.0, "reading.f1": 1.0, "reading.f1_with_no_answer": 1.0}),
        ("boats", 0.1, True, {"reading.exact_match": 1.0, "reading.f1": 1.0, "reading.f1_with_no_answer": 0.0}),
        ("boats", 0.9, False, {"reading.f1_with_no_answer": 0.0}),
        ("boats", 0.1, False, {"reading.f1_with_no_answer": 1.0}),
    ],
)
def test_reading_is_marked_as_squad_does(short: str, confidence: float, answerable: bool, expected: dict[str, float]) -> None:
    query = Query("1", "what", {"c0": 1.0} if answerable else {}, ("Boats",) if answerable else (), answerable, "c0")
    assert outside.mark_reading(query, answer(short, confidence), 0.5, collection()).scores == expected


def test_rows_of_search_and_reading_are_joined() -> None:
    found = collection()
    query = found.queries[0]
    searched = [outside._result(query, found, {"retrieval.mrr@10": 1.0})]
    read = [outside.mark_reading(query, answer("boats", 0.9), 0.5, found)]
    [row] = outside.joined(searched, read)
    assert {"retrieval.mrr@10", "reading.f1"} <= set(row.scores)
    assert outside.joined(searched, []) == searched


def test_name_of_the_library_changes_with_what_its_vectors_depend_on() -> None:
    settings = Settings.load({}, env={})
    name = outside.library_name(collection(), settings)
    assert name.startswith("set-")
    assert outside.library_name(collection(), settings.changed({"search.date_weight": 0.0})) == name
    assert outside.library_name(collection(), settings.changed({"splitting.chunk_words": 60})) != name
