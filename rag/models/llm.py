"""Language models through LlamaIndex's interface: text that streams under a deadline, asked again where that may help.

Nothing is contacted before the first question, and then only the host that the settings name.
"""

from __future__ import annotations

import logging
import os
import queue
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.errors import ModelError
from rag.models.faults import told
from rag.models.providers import KEYS, Connection, ModelName, connect, context_tokens, parse_name
from rag.settings import Generation
from rag.types import Turn

logger = logging.getLogger(__name__)

_CHARACTERS_PER_TOKEN = 3
"""Fewer than English has with any usual tokenizer: a prompt measured so is never longer than thought."""

_FIRST_WAIT_S = 0.5


class LanguageModel:
    """A model that answers in a stream; safe to use from several threads.

    Args:
        name: Which.
        settings: Limits of an answer.
    """

    def __init__(self, name: ModelName, settings: Generation) -> None:
        self.name = name
        self._settings = settings
        self._connection: Connection | None = None
        self._lock = threading.Lock()

    @property
    def context_tokens(self) -> int:
        """Tokens of prompt and answer together that may be used."""
        return context_tokens(self.name, self._settings)

    def count(self, text: str) -> int:
        """Tokens of a text, rather too many than too few; a local model counts exactly."""
        exact = getattr(self._connection and self._connection.llm, "count_tokens", None)
        return int(exact(text)) if exact else len(text) // _CHARACTERS_PER_TOKEN + 1

    def load(self) -> None:
        """Make the model ready; a local one is read from disk.

        Raises:
            ModelError: Its extra is not installed, its key is missing, or it cannot be read.
        """
        self._connected()

    def _connected(self) -> Connection:
        with self._lock:
            if self._connection is None:
                self._connection = connect(self.name, self._settings)
            return self._connection

    def close(self) -> None:
        """Let go of connections; the model is made again when asked again."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def stream(self, system: str, history: Sequence[Turn], question: str) -> Iterator[str]:
        """Answer in pieces of text; closing the iterator stops the model.

        Args:
            system: What the model is told to do.
            history: Earlier turns, oldest first.
            question: The last message.

        Yields:
            Text as it comes.

        Raises:
            ModelError: The model cannot be had, is silent past the deadline, fails, or says nothing.
        """
        llm = self._connected().llm
        deadline = time.monotonic() + self._settings.timeout_s
        messages = _messages(system, history, question)
        for attempt in range(self._settings.retries + 1):
            said = False
            try:
                for piece in self._attempt(llm, messages, deadline):
                    said = said or bool(piece.strip())
                    yield piece
                if not said:
                    raise ModelError(f"{self.name} sent an empty answer", retryable=True)
                return
            except ModelError as error:
                wait = error.retry_after_s or _FIRST_WAIT_S * 2**attempt * random.uniform(0.8, 1.2)
                again = error.retryable and not said and attempt < self._settings.retries
                if not again or time.monotonic() + wait >= deadline:
                    raise
                logger.info("%s; trying again in %.1f s", error, wait)
                time.sleep(wait)

    def _attempt(self, llm: Any, messages: Any, deadline: float) -> Iterator[str]:
        """One request. A thread of its own reads it: a server that drips bytes for ever must not hold the answer."""
        pieces: queue.Queue[str | BaseException | None] = queue.Queue(maxsize=1000)
        stop = threading.Event()
        worker = threading.Thread(target=_read, args=(llm, messages, pieces, stop), daemon=True, name="llm")
        worker.start()
        try:
            while True:
                left = deadline - time.monotonic()
                try:
                    piece = pieces.get(timeout=max(0.0, left))
                except queue.Empty:
                    late = f"{self.name} did not finish within {self._settings.timeout_s:g} s (generation.timeout_s)"
                    raise ModelError(late, retryable=True) from None
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    raise told(self.name, piece) from piece
                yield piece
        finally:
            stop.set()


@dataclass(frozen=True, slots=True)
class Health:
    """What ``rag llm check`` found.

    Attributes:
        name: Of the model.
        host: Address that was contacted, or "".
        key: Environment variable of its key, or "".
        has_key: Whether that is set.
        error: Why it does not answer, or "".
        first_s: Seconds to its first words, loading included.
        characters_per_s: After that.
    """

    name: str
    host: str
    key: str
    has_key: bool
    error: str = ""
    first_s: float = 0.0
    characters_per_s: float = 0.0

    def to_row(self) -> dict[str, Any]:
        """The row of ``rag llm check --json``."""
        return {key: getattr(self, key) for key in self.__slots__}


def check(text: str, settings: Generation) -> Health:
    """Ask a model for a few words.

    Args:
        text: ``PROVIDER/NAME``.
        settings: Address and limits.

    Returns:
        What was found; a name that is not understood raises ``SettingsError``.
    """
    name = parse_name(text, settings)
    variable = KEYS.get(name.provider, "")
    known = Health(str(name), name.host, variable, bool(variable and os.environ.get(variable)))
    short = settings.model_copy(update={"max_tokens": 16, "retries": 0})
    began = time.monotonic()
    first = 0.0
    said = 0
    model = LanguageModel(name, short)
    try:
        for piece in model.stream("Answer in a few words.", (), "Say: ready."):
            first = first or time.monotonic() - began
            said += len(piece)
    except ModelError as error:
        return replace(known, error=str(error))
    finally:
        model.close()
    after = max(time.monotonic() - began - first, 1e-3)
    return replace(known, first_s=round(first, 3), characters_per_s=round(said / after, 1))


def _read(model: Any, messages: Any, pieces: queue.Queue[str | BaseException | None], stop: threading.Event) -> None:
    end: BaseException | None = None
    stream = None
    try:
        stream = model.stream_chat(messages)
        tells_end = has_ended = False
        for response in stream:
            if stop.is_set():
                return
            if response.delta:
                pieces.put(response.delta, timeout=60)
            # Servers say when they have ended; one that only closes the connection has broken off.
            ends = _ends(response.raw)
            tells_end = tells_end or ends is not None
            has_ended = has_ended or bool(ends)
        if tells_end and not has_ended:
            raise ConnectionAbortedError
    except Exception as error:
        end = error
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()
        if not stop.is_set():
            pieces.put(end)


def _ends(raw: Any) -> bool | None:
    """Whether a piece, as the provider sent it, says that the answer is complete; None for one that would not tell."""
    if choices := getattr(raw, "choices", None):  # OpenAI
        return any(getattr(choice, "finish_reason", None) for choice in choices)
    if isinstance(raw, dict) and "done" in raw:  # Ollama
        return bool(raw["done"])
    if isinstance(raw, dict) and "type" in raw:  # Anthropic
        return bool(raw["type"] == "message_delta")
    return None


def _messages(system: str, history: Sequence[Turn], question: str) -> list[Any]:
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    turns = [ChatMessage(role=MessageRole(t.role), content=t.content) for t in history]
    return [
        ChatMessage(role=MessageRole.SYSTEM, content=system),
        *turns,
        ChatMessage(role=MessageRole.USER, content=question),
    ]
