"""A library of small dated reports in a temporary home, with doubles for the model and the reading process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from doubles import DirectReader, KeywordEmbedder
from made_library import report_text

from rag.library.importer import Library
from rag.settings import Settings

OpenLibrary = Callable[..., Library]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({"home": tmp_path / "home", "corpus": tmp_path / "corpus"}, env={})


@pytest.fixture
def open_library(settings: Settings) -> Iterator[OpenLibrary]:
    """Opens libraries on the test's home and closes them at its end."""
    opened: list[Library] = []

    def opener(embedder: KeywordEmbedder | None = None, *, owner: bool = False, **changes: object) -> Library:
        chosen = settings.changed(changes)
        library = Library.open(chosen, embedder or KeywordEmbedder(), DirectReader, owner=owner)
        opened.append(library)
        return library

    yield opener
    for library in opened:
        library.close()


@pytest.fixture
def library(open_library: OpenLibrary) -> Library:
    return open_library()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A source folder with three reports."""
    folder = tmp_path / "corpus"
    (folder / "north").mkdir(parents=True)
    mali = report_text("Mali", "April", "Gunmen ambushed a convoy near Gao.", "A market in Kidal was closed after clashes.")
    niger = report_text("Niger", "March", "Floods destroyed a bridge at Tera.", "A camp at Ayorou was attacked in October 2017.")
    chad = report_text("Chad", "May", "Talks between herders and farmers began in Abeche.")
    (folder / "mali.txt").write_text(mali, encoding="utf-8")
    (folder / "niger.txt").write_text(niger, encoding="utf-8")
    (folder / "north" / "chad.txt").write_text(chad, encoding="utf-8")
    return folder
