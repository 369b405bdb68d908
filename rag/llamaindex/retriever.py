"""Our search as a LlamaIndex retriever, and a scorer as its reranker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.callbacks import CallbackManager
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import MetadataMode, NodeWithScore, QueryBundle

from rag.errors import UsageError
from rag.llamaindex.nodes import retrieved_to_node
from rag.search.retriever import Retriever
from rag.types import Filters


class PassageRetriever(BaseRetriever):
    """Our search, dates and names understood, as a LlamaIndex retriever."""

    def __init__(
        self,
        retriever: Retriever,
        top_k: int | None = None,
        filters: Filters | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        """Wrap a retriever.

        Args:
            retriever: Ours.
            top_k: Most passages; the settings' when None.
            filters: Hard limits on every query.
            callback_manager: LlamaIndex's.
        """
        super().__init__(callback_manager=callback_manager)
        self._retriever = retriever
        self._top_k = top_k
        self._filters = filters or Filters()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        question = self._retriever.understand(query_bundle.query_str, filters=self._filters)
        return [retrieved_to_node(found) for found in self._retriever.search(question, self._top_k)]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class PassageReranker(BaseNodePostprocessor):
    """Puts nodes in the order of a scorer's relevance, such as the reader's."""

    top_n: int = Field(default=10, ge=1, description="Nodes kept.")
    _score: Callable[[str, Sequence[str]], Sequence[float]] = PrivateAttr()

    def __init__(self, score: Callable[[str, Sequence[str]], Sequence[float]], top_n: int = 10, **kwargs: Any) -> None:
        """Wrap a scorer.

        Args:
            score: Question and texts to one score for each text, higher for more relevant.
            top_n: Nodes kept.
            **kwargs: Of ``BaseNodePostprocessor``.
        """
        super().__init__(top_n=top_n, **kwargs)
        self._score = score

    @classmethod
    def class_name(cls) -> str:
        """Name in serialised pipelines."""
        return "PassageReranker"

    def _postprocess_nodes(self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None) -> list[NodeWithScore]:
        if query_bundle is None:
            raise UsageError("PassageReranker needs the question; pass query_str or query_bundle")
        if not nodes:
            return []
        texts = [found.node.get_content(metadata_mode=MetadataMode.NONE) for found in nodes]
        scores = self._score(query_bundle.query_str, texts)
        pairs = sorted(zip(nodes, scores, strict=True), key=lambda pair: (-pair[1], pair[0].node.node_id))
        return [NodeWithScore(node=found.node, score=float(score)) for found, score in pairs[: self.top_n]]
