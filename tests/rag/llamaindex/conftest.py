"""The network cut off, LlamaIndex's global settings watched, and a library of two reports."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles import DirectReader, KeywordEmbedder
from llama_index.core import Settings as LlamaSettings
from made_nodes import REPORT

from rag.library.importer import Library
from rag.settings import Settings


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to reach a host, or to build LlamaIndex's default model, fails the test."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture(autouse=True)
def settings_untouched(no_network: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Reading a global setting makes its default, so a trace is left by reading as well. LlamaIndex's own evaluators, which other
    # tests use, read them: each test here begins with none.
    names = ("_llm", "_embed_model", "_node_parser", "_transformations")
    for name in names:
        monkeypatch.setattr(LlamaSettings, name, None)
    yield
    for name in names:
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
