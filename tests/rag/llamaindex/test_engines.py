from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from llama_index.core import QueryBundle
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.query_engine import TransformQueryEngine
from made_nodes import parsed

from rag.llamaindex import ReportChatEngine, ReportQueryEngine, node_to_passage
from rag.types import Answer, Citation, Filters, Passage, Question, RetrievedPassage, Turn


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
