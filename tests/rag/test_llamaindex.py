"""Our parts inside LlamaIndex's own classes, with the network cut off."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from doubles import DirectReader, KeywordEmbedder
from llama_index.core import Document, QueryBundle, VectorStoreIndex
from llama_index.core import Settings as LlamaSettings
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.query_engine import TransformQueryEngine
from llama_index.core.schema import MetadataMode, NodeRelationship, TextNode
from llama_index.core.vector_stores.types import FilterOperator, MetadataFilter, MetadataFilters, VectorStoreQuery

from rag.errors import LibraryError, UsageError
from rag.library.importer import Library
from rag.llamaindex import (
    LARGEST_BATCH,
    PassageReranker,
    PassageRetriever,
    PassageVectorStore,
    ReportChatEngine,
    ReportEmbedding,
    ReportNodeParser,
    ReportQueryEngine,
    node_to_passage,
    passage_to_node,
    to_filters,
)
from rag.search.retriever import Retriever
from rag.settings import Settings
from rag.types import Answer, Citation, Filters, Passage, Question, RetrievedPassage, Turn

REPORT = """Niger: Bridges And Ferries

April 9, 2018: The river has been high for a month. Trade has all but stopped on the southern bank.

April 6, 2018: In the west (Tera) engineers rebuilt the bridge that fell in October 2017. Three of them were paid late.

April 2, 2018: In the south (Gaya) the ferry sank. The next day it was raised.
"""


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to reach a host, or to build LlamaIndex's default model, fails the test."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for name in ("_llm", "_embed_model", "_node_parser", "_transformations"):
        assert getattr(LlamaSettings, name) is None


@pytest.fixture(autouse=True)
def settings_untouched(no_network: None) -> Iterator[None]:
    yield
    for name in ("_llm", "_embed_model", "_node_parser", "_transformations"):
        assert getattr(LlamaSettings, name) is None, f"LlamaIndex's global Settings{name} was set"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "niger.txt").write_text(REPORT, encoding="utf-8")
    (folder / "chad.txt").write_text("Chad: Herders\n\nMay 5, 2016: In the east herders met farmers.\n", encoding="utf-8")
    settings = Settings.load({"home": tmp_path / "home"}, env={})
    with Library(settings, KeywordEmbedder(dim=4096), DirectReader) as opened:
        opened.add([folder])
        yield opened


def parsed() -> list[TextNode]:
    document = Document(text=REPORT, id_="doc-1", metadata={"file_name": "niger.txt"})
    nodes = ReportNodeParser().get_nodes_from_documents([document])
    assert all(isinstance(node, TextNode) for node in nodes)
    return nodes  # type: ignore[return-value]


def test_node_parser_keeps_to_entries_and_offsets() -> None:
    nodes = parsed()
    assert [node.metadata["date"] for node in nodes] == ["2018-04-09", "2018-04-06", "2018-04-02"]
    for node in nodes:
        assert REPORT[node.start_char_idx : node.end_char_idx] == node.text
        assert node.relationships[NodeRelationship.SOURCE].node_id == "doc-1"  # type: ignore[union-attr]
        assert node.metadata["report"] == "niger.txt"
    assert nodes[0].next_node is not None
    assert nodes[0].next_node.node_id == nodes[1].node_id


def test_passage_survives_the_way_to_a_node_and_back() -> None:
    for node in parsed():
        passage = node_to_passage(node)
        again = TextNode.from_json(passage_to_node(passage).to_json())
        assert node_to_passage(again) == passage
    bridge = node_to_passage(parsed()[1])
    assert (bridge.place, bridge.published_on) == ("Tera", date(2018, 4, 9))
    assert "October 2017" in [mention.text for mention in bridge.dates]
    assert len(bridge.sentences) == 2


def test_model_sees_the_date_and_the_embedder_only_the_text() -> None:
    node = parsed()[1]
    assert node.get_content(MetadataMode.EMBED) == node.text
    shown = node.get_content(MetadataMode.LLM)
    assert "date: 2018-04-06" in shown
    assert "sentences" not in shown


def test_foreign_node_is_refused() -> None:
    with pytest.raises(UsageError, match="make nodes with ReportNodeParser"):
        node_to_passage(TextNode(text="words"))


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


def test_parser_and_embedding_work_in_an_ingestion_pipeline() -> None:
    pipeline = IngestionPipeline(transformations=[ReportNodeParser(), ReportEmbedding(KeywordEmbedder())])
    nodes = pipeline.run(documents=[Document(text=REPORT, metadata={"file_name": "niger.txt"})])
    assert len(nodes) == 3
    assert all(node.embedding is not None for node in nodes)


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
    """Remembers the batches it was given."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.deleted: list[str] = []

    def search(self, vector: object, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        return []

    def upsert(self, ids: Sequence[str], vectors: np.ndarray) -> None:
        assert vectors.shape == (len(ids), 2)
        self.batches.append(len(ids))

    def delete(self, ids: Sequence[str]) -> None:
        self.deleted += ids


def test_vectors_go_in_by_batches_chroma_takes(library: Library) -> None:
    index = WritableIndex()
    store = PassageVectorStore(index, library.catalog)
    nodes = [TextNode(id_=str(number), text="x", embedding=[1.0, 0.0]) for number in range(LARGEST_BATCH + 3)]
    assert store.add(nodes) == [str(number) for number in range(LARGEST_BATCH + 3)]
    assert index.batches == [LARGEST_BATCH, 3]
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
        filters(("country", "Mali", FilterOperator.EQ), ("country", "Chad", FilterOperator.EQ)),
        filters(("country", "Mali", FilterOperator.EQ), condition="or"),
    ],
)
def test_filter_that_cannot_be_kept_is_refused(given: MetadataFilters) -> None:
    with pytest.raises(UsageError, match="metadata filters"):
        to_filters(given)


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


class ScriptedAssistant:
    """Answers with the question in capitals, from the passage given; remembers what it was asked."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.calls: list[tuple[str, tuple[Turn, ...], Filters | None]] = []

    def ask(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Answer:
        self.calls.append((text, tuple(history), filters))
        p = self.passage
        cited = Citation(1, p.report, p.report_id, p.title, p.date, p.published_on, p.text[:5], p.start, p.start + 5, p.id)
        return Answer(
            question=Question(text=text, query=text),
            answer=f"{text.upper()} [1]",
            short_answer=text.upper(),
            abstained=False,
            reason="",
            confidence=0.8,
            citations=(cited,),
            passages=(RetrievedPassage(p, 1, 0.7),),
            seconds=0.1,
        )


@pytest.fixture
def assistant() -> ScriptedAssistant:
    return ScriptedAssistant(node_to_passage(parsed()[1]))


def test_query_engine_answers_with_sources_and_citations(assistant: ScriptedAssistant) -> None:
    engine = ReportQueryEngine(assistant, filters=Filters(countries=("Niger",)))
    response = engine.query("who rebuilt it")
    assert str(response) == "WHO REBUILT IT [1]"
    assert node_to_passage(response.source_nodes[0].node) == assistant.passage
    assert response.source_nodes[0].score == 0.7
    assert response.metadata is not None
    assert response.metadata["citations"][0]["quote"] == assistant.passage.text[:5]
    assert response.metadata["confidence"] == 0.8
    assert assistant.calls == [("who rebuilt it", (), Filters(countries=("Niger",)))]
    assert str(asyncio.run(engine.aquery(QueryBundle("again")))) == "AGAIN [1]"


def test_query_engine_fits_into_llamaindexs_own(assistant: ScriptedAssistant) -> None:
    from llama_index.core.indices.query.query_transform.base import IdentityQueryTransform

    assert isinstance(TransformQueryEngine(ReportQueryEngine(assistant), IdentityQueryTransform()), TransformQueryEngine)


def test_chat_engine_carries_the_conversation(assistant: ScriptedAssistant) -> None:
    engine = ReportChatEngine(assistant)
    assert str(engine.chat("first")) == "FIRST [1]"
    assert engine.chat("second").source_nodes[0].node.node_id == assistant.passage.id
    assert assistant.calls[1][1] == (Turn("user", "first"), Turn("assistant", "FIRST [1]"))
    assert [message.role for message in engine.chat_history] == [MessageRole.USER, MessageRole.ASSISTANT] * 2
    engine.reset()
    assert engine.chat_history == []
    given = [ChatMessage(role=MessageRole.SYSTEM, content="rules"), ChatMessage(role=MessageRole.USER, content="before")]
    engine.chat("third", given)
    assert assistant.calls[2][1] == (Turn("user", "before"),)


@pytest.mark.parametrize("stream", ["sync", "async"])
def test_chat_engine_streams_the_checked_answer(assistant: ScriptedAssistant, stream: str) -> None:
    engine = ReportChatEngine(assistant)
    collect: dict[str, Callable[[], str]] = {
        "sync": lambda: "".join(engine.stream_chat("bridge").response_gen),
        "async": lambda: asyncio.run(_gather(engine)),
    }
    assert collect[stream]() == "BRIDGE [1]"
    assert len(engine.chat_history) == 2


async def _gather(engine: ReportChatEngine) -> str:
    response = await engine.astream_chat("bridge")
    return "".join([piece async for piece in response.async_response_gen()])


def test_chat_engine_answers_asynchronously(assistant: ScriptedAssistant) -> None:
    assert str(asyncio.run(ReportChatEngine(assistant).achat("bridge"))) == "BRIDGE [1]"
