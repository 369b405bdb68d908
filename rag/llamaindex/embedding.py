"""Our embedder as a LlamaIndex embedding."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

from rag.models.embedder import Embedder


class ReportEmbedding(BaseEmbedding):
    """Our embedder, for LlamaIndex's indexes."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder, embed_batch_size: int = 256, **kwargs: Any) -> None:
        """Wrap an embedder; no model is loaded.

        Args:
            embedder: From ``load_embedder``.
            embed_batch_size: Texts LlamaIndex hands over at once, at most 2,048.
            **kwargs: Of ``BaseEmbedding``.
        """
        super().__init__(model_name=type(embedder).__name__, embed_batch_size=embed_batch_size, **kwargs)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        """Name in serialised pipelines."""
        return "ReportEmbedding"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return cast(list[list[float]], self._embedder.encode(texts).tolist())

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)
