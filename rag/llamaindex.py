"""Our parts as LlamaIndex parts, and passages as nodes: the one module that meets LlamaIndex.

Each class wraps a finished part of ours and is passed explicitly; LlamaIndex's global ``Settings`` is never read or set, so
none of its defaults (which are OpenAI's) is ever built. When ours are put into LlamaIndex's own classes, pass everything they
would otherwise look up there::

    VectorStoreIndex(nodes, embed_model=ReportEmbedding(embedder), transformations=[ReportNodeParser()])
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from pathlib import PurePath
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.base.response.schema import Response
from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.callbacks import CallbackManager
from llama_index.core.chat_engine.types import AgentChatResponse, BaseChatEngine, StreamingAgentChatResponse
from llama_index.core.node_parser import NodeParser
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import (
    BaseNode,
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    FilterCondition,
    FilterOperator,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryResult,
)

from rag.errors import LibraryError, UsageError
from rag.models.embedder import Embedder
from rag.reports.extracted import Extracted
from rag.reports.parser import parse_report
from rag.reports.splitter import split_report
from rag.search.question import understand
from rag.search.retriever import Retriever
from rag.settings import Splitting
from rag.types import Answer, DateMention, DateRange, Filters, Passage, Report, RetrievedPassage, Span, Turn

FloatArray = npt.NDArray[np.float32]

LARGEST_BATCH = 5461
"""Most vectors Chroma takes in one call."""

_SHOWN_TO_MODELS = ("report", "title", "date", "place")
"""Metadata a language model should see beside the text; the rest is for finding the way back."""


# passages and nodes -------------------------------------------------------------------------------------------------------


def passage_to_node(passage: Passage) -> TextNode:
    """A node with the passage's id and text; everything else goes into flat metadata, dates as ISO text.

    Args:
        passage: Any passage.

    Returns:
        The node. Its embedded text is the passage's alone; language models also see report, title, date and place.
    """
    metadata: dict[str, Any] = {
        "report_id": passage.report_id,
        "report": passage.report,
        "title": passage.title,
        "country": passage.country,
        "published_on": _iso(passage.published_on),
        "date": _iso(passage.date),
        "entry": passage.entry,
        "entry_from": _iso(passage.on.start) if passage.on else None,
        "entry_to": _iso(passage.on.end) if passage.on else None,
        "place": passage.place,
        "is_lead": passage.is_lead,
        "start": passage.start,
        "end": passage.end,
        "sentences": json.dumps([[s.start, s.end] for s in passage.sentences]),
        "dates": json.dumps(
            [[m.start, m.end, m.text, m.range.start.isoformat(), m.range.end.isoformat(), m.kind] for m in passage.dates]
        ),
    }
    node = TextNode(
        id_=passage.id,
        text=passage.text,
        metadata=metadata,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=passage.report_id)},
    )
    _hide_metadata(node)
    return node


def node_to_passage(node: BaseNode) -> Passage:
    """The passage a node was made from.

    Args:
        node: Made by ``passage_to_node`` or read back from a store that kept its metadata.

    Returns:
        An equal passage.

    Raises:
        UsageError: The node was not made from a passage.
    """
    data = node.metadata
    try:
        on = DateRange(_day(data["entry_from"]), _day(data["entry_to"])) if data["entry_from"] else None
        return Passage(
            id=node.node_id,
            report_id=data["report_id"],
            report=data["report"],
            title=data["title"],
            country=data["country"],
            published_on=_day(data["published_on"]) if data["published_on"] else None,
            entry=data["entry"],
            on=on,
            place=data["place"],
            is_lead=data["is_lead"],
            start=data["start"],
            end=data["end"],
            text=node.get_content(metadata_mode=MetadataMode.NONE),
            sentences=tuple(Span(start, end) for start, end in json.loads(data["sentences"])),
            dates=tuple(
                DateMention(start, end, text, DateRange(_day(first), _day(last)), kind)
                for start, end, text, first, last, kind in json.loads(data["dates"])
            ),
        )
    except KeyError as error:
        raise UsageError(
            f"node {node.node_id}: no passage ({error} is missing from its metadata); make nodes with ReportNodeParser"
        ) from error


def retrieved_to_node(retrieved: RetrievedPassage) -> NodeWithScore:
    """The passage as a node, with its score."""
    return NodeWithScore(node=passage_to_node(retrieved.passage), score=retrieved.score)


def _hide_metadata(node: BaseNode) -> None:
    node.excluded_embed_metadata_keys = list(node.metadata)
    node.excluded_llm_metadata_keys = [key for key in node.metadata if key not in _SHOWN_TO_MODELS]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str) -> date:
    return date.fromisoformat(text)


class ReportNodeParser(NodeParser):
    """Splits documents as reports: into dated entries, then into passages of whole sentences that never cross an entry."""

    splitting: Splitting = Field(default_factory=Splitting, description="Passage sizes.")

    @classmethod
    def class_name(cls) -> str:
        """Name in serialised pipelines."""
        return "ReportNodeParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any) -> list[BaseNode]:
        found: list[BaseNode] = []
        for document in nodes:
            text = document.get_content(metadata_mode=MetadataMode.NONE)
            for passage in split_report(self._report(document, text), self.splitting):
                node = passage_to_node(passage)
                node.relationships[NodeRelationship.SOURCE] = document.as_related_node_info()
                found.append(node)
        return found

    def _postprocess_parsed_nodes(self, nodes: list[BaseNode], parent_doc_map: dict[str, Any]) -> list[BaseNode]:
        # LlamaIndex would look the text up in the document and may find an earlier copy; our offsets are exact.
        offsets = [(cast(TextNode, node).start_char_idx, cast(TextNode, node).end_char_idx) for node in nodes]
        nodes = super()._postprocess_parsed_nodes(nodes, parent_doc_map)
        for node, (start, end) in zip(nodes, offsets, strict=True):
            cast(TextNode, node).start_char_idx, cast(TextNode, node).end_char_idx = start, end
            _hide_metadata(node)  # the document's own has joined it
        return nodes

    @staticmethod
    def _report(document: BaseNode, text: str) -> Report:
        name = PurePath(str(document.metadata.get("file_name") or document.node_id)).name
        data = text.encode()
        return parse_report(Extracted(text, "txt"), name, hashlib.sha256(data).hexdigest(), len(data))


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


class Index(Protocol):
    """A vector index: ``rag.library.vectors.ChromaIndex``, the exact scan, or any other; reading ones lack the last two."""

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
        """Put the vectors of nodes into the index, in batches it accepts; a ``LibraryError`` where it is for reading."""
        upsert = self._writing("upsert")
        ids = [node.node_id for node in nodes]
        for at in range(0, len(nodes), LARGEST_BATCH):
            part = nodes[at : at + LARGEST_BATCH]
            upsert(ids[at : at + LARGEST_BATCH], np.array([node.get_embedding() for node in part], dtype=np.float32))
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
        UsageError: A key, operator or condition is not understood.
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
            values |= _date_filter(one.operator, date.fromisoformat(str(one.value)), values)
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
        question = understand(query_bundle.query_str, filters=self._filters)
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


# the assistant ------------------------------------------------------------------------------------------------------------


class Answering(Protocol):
    """What the engines ask of ``rag.assistant.Assistant``."""

    def ask(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Answer:
        """Answer a question."""
        ...


class ReportQueryEngine(BaseQueryEngine):
    """The assistant as a query engine: cited answers, checked as everywhere."""

    def __init__(
        self, assistant: Answering, filters: Filters | None = None, callback_manager: CallbackManager | None = None
    ) -> None:
        """Wrap the assistant.

        Args:
            assistant: Ours.
            filters: Hard limits on every question.
            callback_manager: LlamaIndex's.
        """
        super().__init__(callback_manager)
        self._assistant = assistant
        self._filters = filters or Filters()

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}  # the assistant's prompts are its own

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._assistant.ask(query_bundle.query_str, filters=self._filters)
        return Response(response=answer.answer, source_nodes=_sources(answer), metadata=_facts(answer))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)


class ReportChatEngine(BaseChatEngine):
    """The assistant as a chat engine; follow-up questions are made whole from the conversation."""

    def __init__(self, assistant: Answering, filters: Filters | None = None, chat_history: Sequence[ChatMessage] = ()) -> None:
        """Wrap the assistant.

        Args:
            assistant: Ours.
            filters: Hard limits on every question.
            chat_history: Messages so far, oldest first.
        """
        self._assistant = assistant
        self._filters = filters or Filters()
        self._history = list(chat_history)

    @property
    def chat_history(self) -> list[ChatMessage]:
        """Messages so far, oldest first."""
        return list(self._history)

    def reset(self) -> None:
        """Forget the conversation."""
        self._history.clear()

    def chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """Answer a message.

        Args:
            message: The user's.
            chat_history: Takes the place of the messages so far.

        Returns:
            The answer; its row (citations, confidence, ...) is the metadata.
        """
        answer = self._say(message, chat_history)
        return AgentChatResponse(response=answer.answer, source_nodes=_sources(answer), metadata=_facts(answer))

    def stream_chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> StreamingAgentChatResponse:
        """As ``chat``; ``response_gen`` yields the answer in one piece, since it is checked before it is shown."""
        answer = self._say(message, chat_history)
        piece = ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=answer.answer), delta=answer.answer)
        return StreamingAgentChatResponse(
            response=answer.answer, chat_stream=iter([piece]), source_nodes=_sources(answer), is_writing_to_memory=False
        )

    async def achat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """As ``chat``, in a thread."""
        return await asyncio.to_thread(self.chat, message, chat_history)

    async def astream_chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> StreamingAgentChatResponse:
        """As ``stream_chat``, in a thread; ``async_response_gen`` yields the answer."""
        response = await asyncio.to_thread(self.stream_chat, message, chat_history)
        pieces = list(cast(Iterable[ChatResponse], response.chat_stream))

        async def stream() -> Any:
            for piece in pieces:
                yield piece

        response.chat_stream = iter(pieces)
        response.achat_stream = stream()
        return response

    def _say(self, message: str, chat_history: list[ChatMessage] | None) -> Answer:
        if chat_history is not None:
            self._history = list(chat_history)
        answer = self._assistant.ask(message, history=_turns(self._history), filters=self._filters)
        self._history.append(ChatMessage(role=MessageRole.USER, content=message))
        self._history.append(ChatMessage(role=MessageRole.ASSISTANT, content=answer.answer))
        return answer


def _turns(messages: Iterable[ChatMessage]) -> tuple[Turn, ...]:
    """User and assistant messages; system and tool messages say nothing a question could refer to."""
    turns = []
    for message in messages:
        if message.role == MessageRole.USER:
            turns.append(Turn("user", message.content or ""))
        elif message.role == MessageRole.ASSISTANT:
            turns.append(Turn("assistant", message.content or ""))
    return tuple(turns)


def _sources(answer: Answer) -> list[NodeWithScore]:
    return [retrieved_to_node(found) for found in answer.passages]


def _facts(answer: Answer) -> dict[str, Any]:
    return {key: value for key, value in answer.to_row().items() if key not in ("answer", "passages")}
