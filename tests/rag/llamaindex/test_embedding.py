from __future__ import annotations

import asyncio

import pytest
from doubles import KeywordEmbedder
from llama_index.core import VectorStoreIndex
from made_nodes import parsed

from rag.llamaindex import ReportEmbedding, ReportNodeParser, node_to_passage


def test_embedding_gives_our_vectors_in_every_way_it_can_be_asked() -> None:
    double = KeywordEmbedder()
    embedding = ReportEmbedding(double)
    expected = double.encode(["the bridge"])[0]
    assert embedding.get_query_embedding("the bridge") == pytest.approx(expected)
    assert embedding.get_text_embedding_batch(["the bridge", "the ferry"])[0] == pytest.approx(expected)
    assert asyncio.run(embedding.aget_query_embedding("the bridge")) == pytest.approx(expected)
    assert asyncio.run(embedding.aget_text_embedding_batch(["the bridge"]))[0] == pytest.approx(expected)


def test_nodes_work_in_a_plain_index_with_our_embedding() -> None:
    embedding = ReportEmbedding(KeywordEmbedder(dim=4096))
    index = VectorStoreIndex(parsed(), embed_model=embedding, transformations=[ReportNodeParser()])
    found = index.as_retriever(similarity_top_k=1).retrieve("who rebuilt the bridge")
    assert node_to_passage(found[0].node).place == "Tera"
