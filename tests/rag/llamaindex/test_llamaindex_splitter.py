from __future__ import annotations

from doubles import KeywordEmbedder
from llama_index.core import Document
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import NodeRelationship
from made_nodes import REPORT, parsed

from rag.llamaindex import ReportEmbedding, ReportNodeParser


def test_node_parser_keeps_to_entries_and_offsets() -> None:
    nodes = parsed()
    assert [node.metadata["date"] for node in nodes] == ["2018-04-09", "2018-04-06", "2018-04-02"]
    for node in nodes:
        assert REPORT[node.start_char_idx : node.end_char_idx] == node.text
        assert node.relationships[NodeRelationship.SOURCE].node_id == "doc-1"  # type: ignore[union-attr]
        assert node.metadata["report"] == "niger.txt"
    assert nodes[0].next_node is not None
    assert nodes[0].next_node.node_id == nodes[1].node_id


def test_parser_and_embedding_work_in_an_ingestion_pipeline() -> None:
    pipeline = IngestionPipeline(transformations=[ReportNodeParser(), ReportEmbedding(KeywordEmbedder())])
    nodes = pipeline.run(documents=[Document(text=REPORT, metadata={"file_name": "niger.txt"})])
    assert len(nodes) == 3
    assert all(node.embedding is not None for node in nodes)
