"""A language model of ours: deadlines, asking again, errors in one line; the wires of all providers are in test_providers.py."""

from __future__ import annotations

import importlib
import socket
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loopback import loopback

from rag.errors import ModelError, SettingsError
from rag.models.llm import LanguageModel, check
from rag.models.providers import parse_name
from rag.settings import Generation

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "answers"))
answers = importlib.import_module("writing_doubles")
passage = importlib.import_module("answer_doubles").passage


_made: list[LanguageModel] = []


def model(url: str, **settings: Any) -> LanguageModel:
    """A model that is closed when the test ends."""
    generation = Generation(**({"url": url, "timeout_s": 20, "retries": 0} | settings))
    _made.append(LanguageModel(parse_name("openai-like/m", generation), generation))
    return _made[-1]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _made:
        _made.pop().close()


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OPENAI_LIKE_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.delenv(name, raising=False)


def test_the_key_of_another_provider_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-you")
    with loopback("yes") as server:
        list(model(server.url).stream("", (), "?"))
        assert "sk-not-for-you" not in str(server.requests)
    monkeypatch.setenv("OPENAI_LIKE_API_KEY", "sk-mine")
    with loopback("yes") as server:
        list(model(server.url).stream("", (), "?"))
        assert server.requests[0]["headers"]["Authorization"] == "Bearer sk-mine"


def test_a_server_that_is_not_there_is_told() -> None:
    first = passage("Raiders of the Marsh Band attacked Corvo.", date(2018, 4, 6))
    answer = answers.write(model(closed_port()), [first])[-1]
    assert "cannot be reached" in answer.reason
    assert answer.citations[0].quote == first.text


def test_nothing_is_asked_again_once_words_have_come() -> None:
    with loopback("cut", "Ready now.") as server:
        with pytest.raises(ModelError, match="broke off"):
            list(model(server.url, retries=2).stream("", (), "?"))
        assert len(server.requests) == 1


def test_check_tells_speed_or_the_fault() -> None:
    settings = Generation(timeout_s=20)
    with loopback("I am ready.") as server:
        found = check("openai-like/m", settings.model_copy(update={"url": server.url}))
    assert found.error == ""
    assert found.characters_per_s > 0
    assert found.key == "OPENAI_LIKE_API_KEY"
    assert not found.has_key
    with loopback("500") as server:
        assert "HTTP 500" in check("openai-like/m", settings.model_copy(update={"url": server.url})).error


@pytest.mark.parametrize("text", ["gpt", "nobody/m", "ollama/", "openai-like/m", "local/no/such/file.gguf"])
def test_a_name_that_cannot_be_used_is_told_at_once(text: str) -> None:
    with pytest.raises(SettingsError):
        parse_name(text, Generation())


def test_a_password_in_an_address_is_not_shown() -> None:
    name = parse_name("openai-like/m", Generation(url="http://me:secret@host.example:8000/v1"))
    assert name.host == "http://host.example:8000/v1"


@pytest.mark.parametrize(
    ("provider", "extra"), [("ollama", "ollama"), ("openai-like", "openai-like"), ("anthropic", "anthropic")]
)
def test_a_missing_extra_is_named_with_its_install_line(provider: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f"llama_index.llms.{provider.replace('-', '_')}"
    monkeypatch.setitem(sys.modules, module, None)
    settings = Generation(url="http://127.0.0.1:9")
    with pytest.raises(ModelError, match=rf"pip install 'ask-the-reports\[{extra}\]'"):
        LanguageModel(parse_name(f"{provider}/m", settings), settings).load()


@pytest.mark.parametrize(("provider", "variable"), [("openai", "OPENAI_API_KEY")])
def test_a_missing_key_is_named(provider: str, variable: str) -> None:
    settings = Generation()
    with pytest.raises(ModelError, match=variable):
        LanguageModel(parse_name(f"{provider}/m", settings), settings).load()
