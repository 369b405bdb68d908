"""Providers of language models: ``PROVIDER/NAME`` to the LlamaIndex model that talks to it.

Keys come from the environment and are handed to the provider's own class; they are never stored, logged or part of a message.
Redirects are not followed: they would lead to a host that no setting names.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.errors import ModelError, SettingsError
from rag.settings import Generation

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
_CONTEXT = {"ollama": 4096, "openai-like": 4096, "openai": 16000, "anthropic": 16000, "local": 2048}
"""Tokens used of a context window when ``generation.context_tokens`` is 0: modest, for every model of the kind has them."""


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


@dataclass(frozen=True, slots=True)
class Connection:
    """A LlamaIndex model ready to be asked, and what ends its connections."""

    llm: Any
    close: Callable[[], None]


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


def context_tokens(name: ModelName, settings: Generation) -> int:
    """Tokens of prompt and answer together that may be used of a model."""
    return settings.context_tokens or _CONTEXT[name.provider]


def connect(name: ModelName, settings: Generation) -> Connection:
    """Make a model ready; a local one is read from disk, no other contacts its server yet.

    Args:
        name: Which.
        settings: Limits of an answer.

    Returns:
        The model.

    Raises:
        ModelError: Its extra is not installed, its key is missing, or it cannot be read.
    """
    module, class_ = _CLASSES[name.provider]
    try:
        made = getattr(importlib.import_module(module), class_)
    except ImportError as error:
        extra = name.provider if name.provider != "openai" else "openai-like"
        line = f"llm = {name}: its packages are not installed; run: pip install 'ask-the-reports[{extra}]'"
        raise ModelError(f"{line} ({error.name or error})") from error
    key = os.environ.get(KEYS.get(name.provider, ""), "")
    if not key and name.provider in ("openai", "anthropic"):
        raise ModelError(f"llm = {name}: no key; put it into the environment variable {KEYS[name.provider]}")
    maker = {"local": _local, "ollama": _ollama, "anthropic": _anthropic}.get(name.provider, _openai)
    try:
        return maker(made, name, settings, key or "none")
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(
            f"llm = {name}: cannot be made ready ({type(error).__name__}); check the name and the settings"
        ) from error


def _local(made: Any, name: ModelName, settings: Generation, _: str) -> Connection:
    llm = made(
        path=name.name,
        max_tokens=settings.max_tokens,
        temperature=settings.temperature,
        context_tokens=context_tokens(name, settings),
    )
    return Connection(llm, lambda: None)


def _ollama(made: Any, name: ModelName, settings: Generation, _: str) -> Connection:
    from ollama import Client

    client = Client(host=name.url, timeout=settings.timeout_s, follow_redirects=False)
    context = context_tokens(name, settings)
    llm = made(
        model=name.name,
        client=client,
        temperature=settings.temperature,
        context_window=context,
        # Ollama's own limits are 128 tokens and 2,048, whatever the model can do.
        additional_kwargs={"num_predict": settings.max_tokens, "num_ctx": context},
    )
    return Connection(llm, client.close)


def _openai(made: Any, name: ModelName, settings: Generation, key: str) -> Connection:
    import httpx

    client = httpx.Client(timeout=settings.timeout_s, follow_redirects=False)
    llm = made(
        model=name.name,
        api_key=key,
        api_base=name.url,
        temperature=settings.temperature,
        max_tokens=settings.max_tokens,
        max_retries=0,
        timeout=settings.timeout_s,
        is_chat_model=True,
        context_window=context_tokens(name, settings),
        http_client=client,
    )
    return Connection(llm, client.close)


def _anthropic(made: Any, name: ModelName, settings: Generation, key: str) -> Connection:
    from anthropic import DefaultHttpxClient
    from llama_index.core.base.llms.types import LLMMetadata

    class AnyName(made):
        """LlamaIndex's class looks its model up in a list, and refuses those that are younger than it."""

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(
                context_window=context_tokens(name, settings),
                num_output=settings.max_tokens,
                is_chat_model=True,
                model_name=name.name,
            )

    client = DefaultHttpxClient(base_url=name.url, timeout=settings.timeout_s, follow_redirects=False)
    llm = AnyName(
        model=name.name,
        api_key=key,
        base_url=name.url,
        temperature=min(1.0, settings.temperature),
        max_tokens=settings.max_tokens,
        max_retries=0,
        timeout=settings.timeout_s,
    )
    # LlamaIndex's class takes no client of one's own; the one it has made follows redirects.
    llm._client.close()
    llm._client = llm._client.with_options(http_client=client)
    return Connection(llm, client.close)
