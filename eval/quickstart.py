"""The baseline everybody starts from: LlamaIndex's ``VectorStoreIndex`` with its default splitter and our weights.

Five lines of any tutorial, given the same stored texts. Only its retrieval is measured: with no language model it has
no answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from eval.types import EvalQuestion
from rag.models.embedder import Embedder
from rag.types import Report


class Quickstart:
    """A plain vector index over reports.

    Args:
        reports: To index; furniture and all, as a folder reader would give them.
        embedder: The weights, those of the library.
        top_k: Nodes to retrieve.
    """

    name = "LlamaIndex quickstart"
    what = "VectorStoreIndex, default splitter (1,024 tokens), same weights"

    def __init__(self, reports: Iterable[Report], embedder: Embedder, top_k: int = 10) -> None:
        from llama_index.core import Document, VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter

        from rag.llamaindex import ReportEmbedding

        # Both passed explicitly: the global Settings would reach for OpenAI.
        documents = [Document(text=report.text, id_=report.id) for report in reports]
        self._index: Any = VectorStoreIndex.from_documents(
            documents, embed_model=ReportEmbedding(embedder=embedder), transformations=[SentenceSplitter()]
        )
        self._retriever: Any = self._index.as_retriever(similarity_top_k=top_k)

    def search(self, question: EvalQuestion) -> Sequence[tuple[str, int, int]]:
        """Report id, start and end of the nodes found, best first; the history of a follow-up is not seen."""
        found = self._retriever.retrieve(question.question)
        return [(f.node.ref_doc_id, f.node.start_char_idx or 0, f.node.end_char_idx or 0) for f in found]
