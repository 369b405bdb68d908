"""Our vector index and catalog as a LlamaIndex vector store, and LlamaIndex's metadata filters as ours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import BaseNode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterCondition,
    FilterOperator,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryResult,
)

from rag.errors import LibraryError, UsageError
from rag.llamaindex.nodes import passage_to_node
from rag.types import Filters, Passage

FloatArray = npt.NDArray[np.float32]


class Index(Protocol):
    """A vector index: ``rag.library.vectors.ChromaIndex``, the exact scan, or any other that searches."""

    def search(self, vector: FloatArray, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Pairs of id and cosine, best first."""
        ...


class Passages(Protocol):
    """Where passages are looked up: ``rag.library.catalog.Catalog``."""

    def passages(self, ids: Collection[str]) -> dict[str, Passage]:
        """Passages by id."""
        ...

    def passages_of(self, report_id: str) -> list[Passage]:
        """Passages of a report."""
        ...

    def filter_ids(self, filters: Filters) -> frozenset[str] | None:
        """Ids that meet filters."""
        ...


class PassageVectorStore(BasePydanticVectorStore):
    """A vector index of ours with the catalog behind it, as a LlamaIndex vector store.

    Filters on ``report``, ``country`` (equal, in) and ``date`` (equal and comparisons, ISO text) are understood, joined by "and".
    """

    stores_text: bool = True
    is_embedding_query: bool = True
    _index: Index = PrivateAttr()
    _catalog: Passages = PrivateAttr()

    def __init__(self, index: Index, catalog: Passages, **kwargs: Any) -> None:
        """Wrap an index.

        Args:
            index: Searched; nodes can be added and deleted when it has ``upsert`` and ``delete``.
            catalog: Where its ids are looked up.
            **kwargs: Of ``BasePydanticVectorStore``.
        """
        super().__init__(**kwargs)
        self._index = index
        self._catalog = catalog

    @classmethod
    def of_library(cls, library: Any) -> PassageVectorStore:
        """The store of a whole library, for reading; it searches whatever index serves best at each query.

        Args:
            library: ``rag.library.importer.Library``.

        Returns:
            The store.
        """
        return cls(_LibraryIndex(library), library.catalog)

    @classmethod
    def class_name(cls) -> str:
        """Name in serialised pipelines."""
        return "PassageVectorStore"

    @property
    def client(self) -> Any:
        """The index."""
        return self._index

    def add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[str]:
        """Put the vectors of nodes into the index; a ``LibraryError`` where it is for reading."""
        upsert = self._writing("upsert")
        ids = [node.node_id for node in nodes]
        if ids:
            upsert(ids, np.array([node.get_embedding() for node in nodes], dtype=np.float32))
        return ids

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:
        """Take the passages of a report (its id) out of the index; a ``LibraryError`` where it is for reading."""
        self._writing("delete")([passage.id for passage in self._catalog.passages_of(ref_doc_id)])

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """Nearest passages.

        Args:
            query: With an embedding; ``node_ids``, ``doc_ids`` (report ids) and filters narrow the search.
            **kwargs: Ignored.

        Returns:
            Nodes with cosine similarities, best first.

        Raises:
            UsageError: There is no embedding, or a filter is not understood.
        """
        if query.query_embedding is None:
            raise UsageError("PassageVectorStore answers embedding queries only; set query_embedding")
        within = self._within(query.node_ids, query.doc_ids, query.filters)
        vector = np.asarray(query.query_embedding, dtype=np.float32)
        found = self._index.search(vector, query.similarity_top_k, within)
        passages = self._catalog.passages([key for key, _ in found])
        found = [(key, score) for key, score in found if key in passages]
        return VectorStoreQueryResult(
            nodes=[passage_to_node(passages[key]) for key, _ in found],
            similarities=[score for _, score in found],
            ids=[key for key, _ in found],
        )

    def _writing(self, name: str) -> Callable[..., None]:
        method: Callable[..., None] | None = getattr(self._index, name, None)
        if method is None:
            raise LibraryError("this vector store is for reading; add and remove reports with Library.add and Library.remove")
        return method

    def _within(
        self, node_ids: Iterable[str] | None, doc_ids: Iterable[str] | None, filters: MetadataFilters | None
    ) -> frozenset[str] | None:
        within = self._catalog.filter_ids(to_filters(filters))
        # An index over a finished store hands over an empty list of nodes and means all of them.
        if doc_ids:
            of_reports = self._catalog.filter_ids(Filters(reports=tuple(doc_ids)))
            within = of_reports if within is None or of_reports is None else within & of_reports
        if node_ids:
            within = frozenset(node_ids) if within is None else within & frozenset(node_ids)
        return within


class _LibraryIndex:
    """``Library.search_vectors`` under the name of the interface."""

    def __init__(self, library: Any) -> None:
        self._library = library

    def search(self, vector: FloatArray, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        return cast(list[tuple[str, float]], self._library.search_vectors(vector, k, within))


def to_filters(filters: MetadataFilters | None) -> Filters:
    """LlamaIndex's metadata filters as ours.

    Args:
        filters: On ``report``, ``country`` and ``date``; None for none.

    Returns:
        Our filters. A date filter is met by any date of a passage, not only by the entry's.

    Raises:
        UsageError: A key, operator, date or condition is not understood.
    """
    wanted = Filters()
    if filters is None:
        return wanted
    if filters.condition not in (None, FilterCondition.AND):
        raise UsageError(f"metadata filters: condition {filters.condition} is not understood; join them with AND")
    values: dict[str, Any] = {}
    for one in filters.filters:
        if isinstance(one, MetadataFilters) or one.key not in ("report", "country", "date"):
            raise UsageError("metadata filters: only report, country and date are understood, not nested")
        if one.key == "date":
            try:
                values |= _date_filter(one.operator, date.fromisoformat(str(one.value)), values)
            except (ValueError, OverflowError) as error:
                raise UsageError(f"metadata filters: date {one.value} is not understood ({error}); write YYYY-MM-DD") from error
        elif one.operator in (FilterOperator.EQ, FilterOperator.IN):
            given = [one.value] if one.operator == FilterOperator.EQ else cast(list[Any], one.value)
            field = {"report": "reports", "country": "countries"}[one.key]
            if field in values:
                raise UsageError(f"metadata filters: {one.key} is filtered twice; use one IN filter")
            values[field] = tuple(map(str, given))
        else:
            raise UsageError(f"metadata filters: {one.key} {one.operator.value} is not understood; use == or in")
    return Filters(**values)


def _date_filter(operator: FilterOperator, day: date, before: dict[str, Any]) -> dict[str, Any]:
    bounds: dict[str, Any] = {}
    if operator in (FilterOperator.EQ, FilterOperator.GTE, FilterOperator.GT):
        since = date.fromordinal(day.toordinal() + 1) if operator == FilterOperator.GT else day
        bounds["since"] = max(since, before.get("since", since))
    if operator in (FilterOperator.EQ, FilterOperator.LTE, FilterOperator.LT):
        until = date.fromordinal(day.toordinal() - 1) if operator == FilterOperator.LT else day
        bounds["until"] = min(until, before.get("until", until))
    if not bounds:
        raise UsageError(f"metadata filters: date {operator.value} is not understood; use ==, <, <=, > or >=")
    return bounds
