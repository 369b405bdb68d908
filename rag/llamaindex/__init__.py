"""Our parts as LlamaIndex parts, and passages as nodes: the one package that meets LlamaIndex.

Each class wraps a finished part of ours and is passed explicitly; LlamaIndex's global ``Settings`` is never read or set, so
none of its defaults (which are OpenAI's) is ever built. When ours are put into LlamaIndex's own classes, pass everything they
would otherwise look up there::

    VectorStoreIndex(nodes, embed_model=ReportEmbedding(embedder), transformations=[ReportNodeParser()])
"""

from __future__ import annotations

from rag.llamaindex.embedding import ReportEmbedding
from rag.llamaindex.engines import Answering, ReportChatEngine, ReportQueryEngine
from rag.llamaindex.nodes import node_to_passage, passage_to_node, retrieved_to_node
from rag.llamaindex.retriever import PassageReranker, PassageRetriever
from rag.llamaindex.splitter import ReportNodeParser
from rag.llamaindex.store import FloatArray, Index, Passages, PassageVectorStore, to_filters

__all__ = [
    "Answering",
    "FloatArray",
    "Index",
    "PassageReranker",
    "PassageRetriever",
    "PassageVectorStore",
    "Passages",
    "ReportChatEngine",
    "ReportEmbedding",
    "ReportNodeParser",
    "ReportQueryEngine",
    "node_to_passage",
    "passage_to_node",
    "retrieved_to_node",
    "to_filters",
]
