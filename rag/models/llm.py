"""Language models through LlamaIndex's interface: ``PROVIDER/NAME`` to something that streams text under a deadline.

Nothing is contacted before the first question, and then only the host that the settings name. Keys come from the environment and
are handed to the provider's own class; they are never stored, logged or part of a message.
"""

from __future__ import annotations

import importlib
import logging
import os
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.errors import ModelError, SettingsError
from rag.settings import Generation
from rag.types import Turn

logger = logging.getLogger(__name__)

PROVIDERS = ("ollama", "openai-like", "openai", "anthropic", "local")
KEYS = {"openai-like": "OPENAI_LIKE_API_KEY", "openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
"""Environment variables that hold keys. A server of the user's own has one of its own: it must not be sent another's key."""

_DEFAULT_URLS = {
    "ollama": "http://127.0.0.1:11434",
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
}
_CLASSES = {
    "ollama": ("llama_index.llms.ollama", "Ollama"),
    "openai-like": ("llama_index.llms.openai_like", "OpenAILike"),
    "openai": ("llama_index.llms.openai_like", "OpenAILike"),
    "anthropic": ("llama_index.llms.anthropic", "Anthropic"),
    "local": ("rag.models.local_llm", "LocalLLM"),
}
_DEFAULT_CONTEXT = {"ollama": 4096, "openai-like": 4096, "openai": 16000, "anthropic": 16000, "local": 2048}
"""Tokens used of a context window when ``generation.context_tokens`` is 0: modest, for every model of the kind has them."""

_CHARACTERS_PER_TOKEN = 3
"""Fewer than English has with any usual tokenizer: a prompt measured so is never longer than thought."""

_RETRYABLE = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
_FIRST_WAIT_S = 0.5
_REASONS = {
    400: "bad request",
    401: "the key is not accepted",
    403: "not allowed",
    404: "no such model or address",
    429: "too many requests",
}


@dataclass(frozen=True, slots=True)
class ModelName:
    """``PROVIDER/NAME`` in its parts, with the address that will be contacted ("" for a local model)."""

    provider: str
    name: str
    url: str

    def __str__(self) -> str:
        return f"{self.provider}/{Path(self.name).name if self.provider == 'local' else self.name}"

    @property
    def host(self) -> str:
        """The address without a user name or password in it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}" if self.url else ""


def parse_name(text: str, settings: Generation) -> ModelName:
    """Read the ``llm`` setting.

    Args:
        text: ``PROVIDER/NAME``.
        settings: ``url`` is read.

    Returns:
        Its parts.

    Raises:
        SettingsError: No such provider, no name, no address, or no such path.
    """
    provider, slash, name = text.partition("/")
    if provider not in PROVIDERS or not slash or not name:
        raise SettingsError(f"llm = {text!r}: write it as PROVIDER/NAME, with one of {', '.join(PROVIDERS)} as the provider")
    if provider == "local":
        path = Path(name).expanduser()
        if not path.exists():
            raise SettingsError(f"llm = {text!r}: no such folder or GGUF file; check the path")
        return ModelName(provider, str(path), "")
    url = settings.url or _DEFAULT_URLS.get(provider, "")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise SettingsError(f"generation.url = {url!r}: give the server's address, such as http://127.0.0.1:8000/v1")
    return ModelName(provider, name, url)


class LanguageModel:
    """A model that answers in a stream; safe to use from several threads.

    Args:
        name: Which.
        settings: Limits of an answer.
        make: Makes the LlamaIndex model; by default that of the provider, loaded at first use.
    """

    def __init__(self, name: ModelName, settings: Generation, make: Callable[[], Any] | None = None) -> None:
        self.name = name
        self._settings = settings
        self._make = make or (lambda: _make(name, settings))
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def context_tokens(self) -> int:
        """Tokens of prompt and answer together that may be used."""
        return self._settings.context_tokens or _DEFAULT_CONTEXT[self.name.provider]

    def count(self, text: str) -> int:
        """Tokens of a text, rather too many than too few; a local model counts exactly."""
        exact = getattr(self._model, "count_tokens", None)
        return int(exact(text)) if exact else len(text) // _CHARACTERS_PER_TOKEN + 1

    def load(self) -> None:
        """Make the model ready; a local one is read from disk.

        Raises:
            ModelError: Its extra is not installed, its key is missing, or it cannot be read.
        """
        with self._lock:
            if self._model is None:
                self._model = self._make()

    def llama(self) -> Any:
        """The LlamaIndex model itself, made ready; for LlamaIndex's own parts. Raises as ``load`` does."""
        self.load()
        return self._model

    def close(self) -> None:
        """Let go of connections; the model is made again when asked again."""
        with self._lock:
            client = getattr(self._model, "_http_client", None)
            self._model = None
        if client is not None:
            client.close()

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
        self.load()
        deadline = time.monotonic() + self._settings.timeout_s
        for attempt in range(self._settings.retries + 1):
            said = False
            try:
                for piece in self._attempt(system, history, question, deadline):
                    said = said or bool(piece.strip())
                    yield piece
                if not said:
                    raise ModelError(f"{self.name} sent an empty answer", retryable=True)
                return
            except ModelError as error:
                wait = getattr(error, "retry_after_s", None) or _FIRST_WAIT_S * 2**attempt * random.uniform(0.8, 1.2)
                again = error.retryable and not said and attempt < self._settings.retries
                if not again or time.monotonic() + wait >= deadline:
                    raise
                logger.info("%s; trying again in %.1f s", error, wait)
                time.sleep(wait)

    def _attempt(self, system: str, history: Sequence[Turn], question: str, deadline: float) -> Iterator[str]:
        """One request. A thread of its own reads it: a server that drips bytes for ever must not hold the answer."""
        pieces: queue.Queue[str | BaseException | None] = queue.Queue(maxsize=1000)
        stop = threading.Event()
        worker = threading.Thread(
            target=_read, args=(self._model, _messages(system, history, question), pieces, stop), daemon=True, name="llm"
        )
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
                    raise _told(self.name, piece) from piece
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
            # A server of OpenAI's kind says why it ended; one that only closes the connection has broken off.
            choices = getattr(getattr(response, "raw", None), "choices", None)
            tells_end = tells_end or bool(choices)
            has_ended = has_ended or any(getattr(c, "finish_reason", None) for c in choices or ())
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


def _messages(system: str, history: Sequence[Turn], question: str) -> list[Any]:
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    turns = [ChatMessage(role=MessageRole(t.role), content=t.content) for t in history]
    return [
        ChatMessage(role=MessageRole.SYSTEM, content=system),
        *turns,
        ChatMessage(role=MessageRole.USER, content=question),
    ]


def _told(name: ModelName, error: BaseException) -> ModelError:
    """A provider's error in one line of our own: theirs may quote a key or a page of HTML."""
    if isinstance(error, ModelError):
        return error
    logger.debug("%s failed with %s", name, type(error).__name__)
    where = f"{name} at {name.host}" if name.host else str(name)
    status = getattr(error, "status_code", None)
    kind = f"{type(error).__name__} {type(error.__cause__).__name__}".lower()
    if isinstance(status, int) and status >= 300:
        told = ModelError(f"{where} answered HTTP {status}{_reason(status)}", retryable=status in _RETRYABLE)
        told.retry_after_s = _retry_after(error)  # type: ignore[attr-defined]
        return told
    if "timeout" in kind:
        return ModelError(f"{where} did not answer in time", retryable=True)
    if isinstance(error, ConnectionAbortedError):
        return ModelError(f"{where} broke off its answer", retryable=True)
    if isinstance(error, ConnectionError) or "connect" in kind:
        return ModelError(f"{where} cannot be reached; is the server running?", retryable=True)
    if "protocol" in kind or "read" in kind:
        return ModelError(f"{where} broke off its answer", retryable=True)
    if isinstance(error, (ValueError, KeyError, TypeError, AttributeError, IndexError)):
        return ModelError(f"{where} sent something that is no answer ({type(error).__name__})", retryable=True)
    return ModelError(f"{where} failed ({type(error).__name__})")


def _reason(status: int) -> str:
    said = _REASONS.get(status) or ("the server failed" if status >= 500 else "")
    return f" ({said})" if said else ""


def _retry_after(error: BaseException) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None


def _make(name: ModelName, settings: Generation) -> Any:
    module, class_ = _CLASSES[name.provider]
    try:
        made = getattr(importlib.import_module(module), class_)
    except ImportError as error:
        extra = name.provider if name.provider != "openai" else "openai-like"
        line = f"llm = {name}: its packages are not installed; run: pip install 'ask-the-reports[{extra}]'"
        raise ModelError(f"{line} ({error.name or error})") from error
    arguments = _arguments(name, settings)
    try:
        return made(**arguments)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(
            f"llm = {name}: cannot be made ready ({type(error).__name__}); check the name and the settings"
        ) from error


def _arguments(name: ModelName, settings: Generation) -> dict[str, Any]:
    context = settings.context_tokens or _DEFAULT_CONTEXT[name.provider]
    if name.provider == "local":
        return {
            "path": name.name,
            "max_tokens": settings.max_tokens,
            "temperature": settings.temperature,
            "context_tokens": context,
        }
    if name.provider == "ollama":
        # num_predict and num_ctx: Ollama's own limits are 128 tokens and 2,048, whatever the model can do.
        options = {"num_predict": settings.max_tokens, "num_ctx": context}
        return {
            "model": name.name, "base_url": name.url, "temperature": settings.temperature, "context_window": context,
            "request_timeout": settings.timeout_s, "additional_kwargs": options,
        }  # fmt: skip
    key = os.environ.get(KEYS[name.provider], "")
    if not key and name.provider != "openai-like":
        raise ModelError(f"llm = {name}: no key; put it into the environment variable {KEYS[name.provider]}")
    common = {
        "model": name.name, "api_key": key or "none", "temperature": settings.temperature, "max_tokens": settings.max_tokens,
        "max_retries": 0, "timeout": settings.timeout_s,
    }  # fmt: skip
    if name.provider == "anthropic":
        return {**common, "base_url": name.url}
    import httpx

    # A redirect would lead to a host that no setting names.
    client = httpx.Client(timeout=settings.timeout_s, follow_redirects=False)
    return {**common, "api_base": name.url, "is_chat_model": True, "context_window": context, "http_client": client}
