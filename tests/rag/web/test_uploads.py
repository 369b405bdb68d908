from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from web_doubles import ScriptedAssistant

from rag.library.results import Progress
from rag.web.corpus import Corpus
from rag.web.uploads import FileState, render_files, take_all


def sent(tmp_path: Path, *names: str) -> list[Path]:
    for name in names:
        (tmp_path / name).write_text("April 6, 2018: text")
    return [tmp_path / name for name in names]


def test_every_file_is_followed_to_its_end(tmp_path: Path, assistant: ScriptedAssistant) -> None:
    double: Any = assistant
    assistant.refuse = {"b.txt": "is empty; nothing to read"}
    seen = list(take_all(Corpus(double), sent(tmp_path, "a.txt", "b.txt", "c.txt")))
    assert [s.state for s in seen[0]] == ["waiting"] * 3
    assert [s.state for s in seen[-1]] == ["ok", "refused", "ok"]
    assert [s.name for s in seen[-1]] == ["a.txt", "b.txt", "c.txt"]
    assert seen[-1][1].line == "b.txt: is empty; nothing to read"


class SlowCorpus:
    """Tells its steps, and goes on only when the test has seen them."""

    def __init__(self) -> None:
        self.goes_on: list[Callable[[], None]] = []

    def upload(self, files: list[Path], progress: Callable[[Progress], None]) -> Iterator[tuple[str, bool, str]]:
        import threading

        for file in files:
            gate = threading.Event()
            self.goes_on.append(gate.set)
            progress(Progress("embed", 1, 4))
            assert gate.wait(20)
            yield file.name, True, f"{file.name}: added"


def test_file_at_hand_shows_how_far_it_is(tmp_path: Path) -> None:
    corpus = SlowCorpus()
    double: Any = corpus
    states = take_all(double, sent(tmp_path, "a.txt", "b.txt"))
    assert [s.state for s in next(states)] == ["waiting", "waiting"]
    assert next(states)[0] == FileState("a.txt", "working", "a.txt: indexing 1/4", 0.25)
    corpus.goes_on[0]()
    later = next(states)
    assert later[0].state == "ok"
    while later[1].state != "working":
        later = next(states)
    corpus.goes_on[1]()
    assert [s.state for s in list(states)[-1]] == ["ok", "ok"]


class BrokenCorpus:
    def upload(self, files: list[Path], progress: Callable[[Progress], None]) -> Iterator[tuple[str, bool, str]]:
        yield files[0].name, True, "added"
        raise RuntimeError("disk /srv/secret")


def test_unforeseen_end_is_told_for_each_file_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    double: Any = BrokenCorpus()
    last = list(take_all(double, sent(tmp_path, "a.txt", "b.txt", "c.txt")))[-1]
    assert [s.state for s in last] == ["ok", "refused", "refused"]
    assert "secret" not in render_files(last)
    assert "secret" in caplog.text


def test_list_counts_and_is_inert() -> None:
    markup = render_files(
        [FileState("a", "ok", "a: added"), FileState("<b>", "refused", "<b>: no"), FileState("c", "working", "c", 0.5)]
    )
    assert "2 of 3 files done, 1 refused" in markup
    assert "<b>" not in markup
    assert '<progress value="0.50" max="1">' in markup
    assert "<b>: no" in html.unescape(markup)
    assert render_files([]) == ""
