from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from llama_index.core.schema import MetadataMode

from rag.errors import UsageError
from rag.library.importer import Library
from rag.llamaindex import PassageReranker, PassageRetriever, node_to_passage
from rag.search.retriever import Retriever
from rag.types import Filters


def test_retriever_understands_dates_and_keeps_filters(library: Library) -> None:
    ours = Retriever(library, library.embedder, library.settings)
    nodes = PassageRetriever(ours, top_k=2).retrieve("what happened in October 2017")
    assert node_to_passage(nodes[0].node).place == "Tera"
    kept = PassageRetriever(ours, filters=Filters(countries=("Chad",))).retrieve("who rebuilt the bridge")
    assert {one.node.metadata["country"] for one in kept} == {"Chad"}
    assert asyncio.run(PassageRetriever(ours, top_k=1).aretrieve("bridge"))[0].node.node_id == nodes[0].node.node_id


def test_reranker_orders_by_its_scorer(library: Library) -> None:
    nodes = PassageRetriever(Retriever(library, library.embedder, library.settings)).retrieve("bridge")
    asked: list[str] = []

    def longest(question: str, texts: Sequence[str]) -> list[float]:
        asked.append(question)
        return [float(len(text)) for text in texts]

    reranked = PassageReranker(longest, top_n=2).postprocess_nodes(nodes, query_str="bridge")
    lengths = sorted((len(one.node.get_content(MetadataMode.NONE)) for one in nodes), reverse=True)
    assert [one.score for one in reranked] == lengths[:2]
    assert asked == ["bridge"]
    assert PassageReranker(longest).postprocess_nodes([], query_str="bridge") == []
    with pytest.raises(UsageError, match="needs the question"):
        PassageReranker(longest).postprocess_nodes(nodes)
