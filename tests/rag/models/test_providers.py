"""Every provider over a real wire: its own protocol, in a stream and whole, well and badly spoken."""

from __future__ import annotations

import importlib
import logging
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, loopback

from rag.errors import ModelError
from rag.models.llm import LanguageModel, check
from rag.models.providers import KEYS, Connection, connect, parse_name
from rag.settings import Generation
from rag.types import Turn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "answers"))
answers = importlib.import_module("writing_doubles")
passage = importlib.import_module("answer_doubles").passage

PROVIDERS = ("openai-like", "openai", "ollama", "anthropic")
PATHS = {
    "openai-like": "/v1/chat/completions",
    "openai": "/v1/chat/completions",
    "ollama": "/api/chat",
    "anthropic": "/v1/messages",
}


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider, name in KEYS.items():
        monkeypatch.setenv(name, f"sk-secret-of-{provider}")
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "OLLAMA_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def address(provider: str, server: Loopback) -> str:
    return server.url if provider.startswith("openai") else server.base


def limits(provider: str, server: Loopback, **settings: Any) -> Generation:
    return Generation(**({"url": address(provider, server), "timeout_s": 20, "retries": 0} | settings))


@contextmanager
def model(provider: str, server: Loopback, **settings: Any) -> Iterator[LanguageModel]:
    generation = limits(provider, server, **settings)
    made = LanguageModel(parse_name(f"{provider}/some-model", generation), generation)
    try:
        yield made
    finally:
        made.close()


def system_and_turns(provider: str, body: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """What a request said, in whichever shape its protocol wants it."""

    def text(content: Any) -> str:
        return content if isinstance(content, str) else "".join(part["text"] for part in content)

    turns = [(m["role"], text(m["content"])) for m in body["messages"]]
    if provider == "anthropic":
        return text(body["system"]), turns
    return turns[0][1], turns[1:]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_streams_and_the_server_gets_prompt_history_limits_and_its_own_key(provider: str) -> None:
    with loopback("Two guards were killed.") as server, model(provider, server, max_tokens=77) as asked:
        pieces = list(asked.stream("Be brief.", (Turn("user", "a"), Turn("assistant", "b")), "Who?"))
        (sent,) = server.requests
    assert "".join(pieces) == "Two guards were killed."
    assert len(pieces) > 1
    assert sent["path"] == PATHS[provider]
    assert system_and_turns(provider, sent["body"]) == ("Be brief.", [("user", "a"), ("assistant", "b"), ("user", "Who?")])
    assert sent["body"]["model"] == "some-model"
    assert sent["body"]["stream"] is True
    told = sent["body"]["options"]["num_predict"] if provider == "ollama" else sent["body"]["max_tokens"]
    assert told == 77
    own = [f"sk-secret-of-{provider}"] if provider in KEYS else []
    assert re.findall(r"sk-secret-of-[\w-]+", str(sent["headers"])) == own


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_comes_whole(provider: str) -> None:
    from llama_index.core.base.llms.types import ChatMessage

    with loopback("Two guards were killed.") as server:
        generation = limits(provider, server)
        connection: Connection = connect(parse_name(f"{provider}/some-model", generation), generation)
        try:
            said = connection.llm.chat([ChatMessage(role="user", content="Who?")])
        finally:
            connection.close()
        assert not server.requests[0]["body"].get("stream")
    assert said.message.content == "Two guards were killed."


FAULTS = {
    "hang": "did not finish within 1 s",
    "drip": "did not finish within 1 s",
    "cut": "broke off",
    "cut clean": "broke off",
    "401": "HTTP 401 (the key is not accepted)",
    "404": "HTTP 404 (no such model or address)",
    "429": "HTTP 429 (too many requests)",
    "500": "HTTP 500 (the server failed)",
    "529": "HTTP 529 (the server failed)",
    "malformed": "no answer",
    "page": "",
    "empty": "empty answer",
    "redirect": "HTTP 307",
}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(("fault", "told"), FAULTS.items(), ids=FAULTS)
def test_each_fault_ends_in_the_quoted_answer_with_a_line_that_says_so(
    fault: str, told: str, provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="rag")
    first = passage("Raiders of the Marsh Band attacked Corvo.", date(2018, 4, 6))
    with loopback(fault) as server, model(provider, server, timeout_s=1) as asked:
        answer = answers.write(asked, [first])[-1]
        assert {r["path"] for r in server.requests} == {PATHS[provider]}
    assert answer.answer == "Raiders of the Marsh Band attacked Corvo. [1]"
    assert told in answer.reason
    assert answer.reason.endswith("this is quoted from the reports.")
    assert "sk-secret" not in answer.reason + caplog.text


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_server_that_is_not_there_ends_in_the_quoted_answer(provider: str) -> None:
    first = passage("Raiders of the Marsh Band attacked Corvo.", date(2018, 4, 6))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
    settings = Generation(url=url, timeout_s=20, retries=0)
    asked = LanguageModel(parse_name(f"{provider}/some-model", settings), settings)
    try:
        answer = answers.write(asked, [first])[-1]
    finally:
        asked.close()
    assert answer.answer == "Raiders of the Marsh Band attacked Corvo. [1]"
    assert "cannot be reached" in answer.reason


@pytest.mark.parametrize("content", [b"GGUF" + bytes(200), b"", b"no model at all"])
def test_a_file_that_is_no_model_ends_in_the_quoted_answer(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    first = passage("Raiders of the Marsh Band attacked Corvo.", date(2018, 4, 6))
    settings = Generation()
    answer = answers.write(LanguageModel(parse_name(f"local/{path}", settings), settings), [first])[-1]
    assert answer.answer == "Raiders of the Marsh Band attacked Corvo. [1]"
    assert "broken.gguf" in answer.reason


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_busy_server_is_asked_again_and_a_wrong_key_is_not(provider: str) -> None:
    with loopback("429", "500", "Ready now.") as server, model(provider, server, retries=2) as asked:
        assert "".join(asked.stream("", (), "?")) == "Ready now."
        assert len(server.requests) == 3
    with loopback("401", "Ready now.") as server, model(provider, server, retries=2) as asked:
        with pytest.raises(ModelError, match="401"):
            list(asked.stream("", (), "?"))
        assert len(server.requests) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_check_tells_speed_and_contacts_nobody_before(provider: str) -> None:
    with loopback("I am ready.") as server:
        with model(provider, server) as asked:
            asked.load()
            assert server.requests == []
        found = check(f"{provider}/some-model", limits(provider, server))
    assert found.error == ""
    assert found.characters_per_s > 0
    assert found.has_key == (provider in KEYS)
