"""The assistant as LlamaIndex's query engine and chat engine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Protocol, cast

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.chat_engine.types import AgentChatResponse, BaseChatEngine, StreamingAgentChatResponse
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.llamaindex.nodes import retrieved_to_node
from rag.types import Answer, Filters, Turn


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
