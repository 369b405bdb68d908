from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np
import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import FilterOperator, MetadataFilter, MetadataFilters, VectorStoreQuery

from rag.errors import LibraryError, UsageError
from rag.library.importer import Library
from rag.llamaindex import PassageVectorStore, ReportEmbedding, ReportNodeParser, node_to_passage, to_filters
from rag.types import Filters


def test_library_works_as_the_vector_store_of_an_index(library: Library) -> None:
    store = PassageVectorStore.of_library(library)
    index = VectorStoreIndex.from_vector_store(
        store, embed_model=ReportEmbedding(library.embedder), transformations=[ReportNodeParser()]
    )
    found = index.as_retriever(similarity_top_k=2).retrieve("who rebuilt the bridge")
    assert node_to_passage(found[0].node).place == "Tera"
    assert found[0].score > found[1].score  # type: ignore[operator]
    only_chad = MetadataFilters(filters=[MetadataFilter(key="country", value="Chad")])
    filtered = index.as_retriever(similarity_top_k=5, filters=only_chad).retrieve("who rebuilt the bridge")
    assert {one.node.metadata["report"] for one in filtered} == {"chad.txt"}


def test_library_store_is_for_reading(library: Library) -> None:
    store = PassageVectorStore.of_library(library)
    with pytest.raises(LibraryError, match="for reading"):
        store.add([TextNode(text="words", embedding=[1.0])])
    with pytest.raises(LibraryError, match="for reading"):
        store.delete("some report")
    with pytest.raises(UsageError, match="embedding queries only"):
        store.query(VectorStoreQuery(query_str="words"))


def test_query_keeps_to_reports_and_nodes(library: Library) -> None:
    store = PassageVectorStore.of_library(library)
    vector = library.embedder.encode(["bridge"])[0].tolist()
    report = library.show("niger.txt").id
    of_report = store.query(VectorStoreQuery(query_embedding=vector, similarity_top_k=9, doc_ids=[report]))
    assert {node.metadata["report"] for node in of_report.nodes or ()} == {"niger.txt"}
    ids = (of_report.ids or [])[:1]
    assert store.query(VectorStoreQuery(query_embedding=vector, similarity_top_k=9, node_ids=ids)).ids == ids


class WritableIndex:
    """Remembers what it was given."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.deleted: list[str] = []

    def search(self, vector: object, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        return []

    def upsert(self, ids: Sequence[str], vectors: np.ndarray) -> None:
        assert vectors.shape == (len(ids), 2)
        self.stored += ids

    def delete(self, ids: Sequence[str]) -> None:
        self.deleted += ids


def test_vectors_of_nodes_go_in_and_those_of_a_report_out(library: Library) -> None:
    index = WritableIndex()
    store = PassageVectorStore(index, library.catalog)
    nodes = [TextNode(id_=str(number), text="x", embedding=[1.0, 0.0]) for number in range(3)]
    assert store.add(nodes) == index.stored == ["0", "1", "2"]
    assert store.add([]) == []
    report = library.show("niger.txt").id
    store.delete(report)
    assert index.deleted == [passage.id for passage in library.catalog.passages_of(report)]


def filters(*parts: tuple[str, object, FilterOperator], condition: str = "and") -> MetadataFilters:
    return MetadataFilters(
        filters=[MetadataFilter(key=key, value=value, operator=operator) for key, value, operator in parts],  # type: ignore[arg-type]
        condition=condition,  # type: ignore[arg-type]
    )


def test_metadata_filters_become_ours() -> None:
    given = filters(
        ("report", ["a.txt", "b.txt"], FilterOperator.IN),
        ("country", "Mali", FilterOperator.EQ),
        ("date", "2018-04-01", FilterOperator.GTE),
        ("date", "2018-05-01", FilterOperator.LT),
    )
    expected = Filters(since=date(2018, 4, 1), until=date(2018, 4, 30), reports=("a.txt", "b.txt"), countries=("Mali",))
    assert to_filters(given) == expected
    assert to_filters(None) == Filters()
    assert to_filters(filters(("date", "2018-04-01", FilterOperator.EQ))) == Filters(
        since=date(2018, 4, 1), until=date(2018, 4, 1)
    )
    narrowed = filters(("date", "2018-04-01", FilterOperator.GT), ("date", "2018-03-01", FilterOperator.GTE))
    assert to_filters(narrowed).since == date(2018, 4, 2)


@pytest.mark.parametrize(
    "given",
    [
        filters(("colour", "red", FilterOperator.EQ)),
        filters(("country", "Mali", FilterOperator.NE)),
        filters(("date", "2018-04-01", FilterOperator.NE)),
        filters(("date", "April 2018", FilterOperator.EQ)),
        filters(("date", "9999-12-31", FilterOperator.GT)),
        filters(("country", "Mali", FilterOperator.EQ), ("country", "Chad", FilterOperator.EQ)),
        filters(("country", "Mali", FilterOperator.EQ), condition="or"),
    ],
)
def test_filter_that_cannot_be_kept_is_refused(given: MetadataFilters) -> None:
    with pytest.raises(UsageError, match="metadata filters"):
        to_filters(given)
