from __future__ import annotations

import threading
from typing import Any

from web_doubles import ScriptedAssistant

from rag.errors import ModelError
from rag.web.corpus import Corpus
from rag.web.examples import Examples
from rag.web.machine import Machine


def machine_of(assistant: ScriptedAssistant) -> Machine:
    double: Any = assistant
    corpus = Corpus(double)
    return Machine(double, corpus, Examples(double))


def test_corpus_is_read_in_and_what_changed_is_kept_for_the_page(assistant: ScriptedAssistant) -> None:
    assistant.settings.corpus.mkdir()
    for name in ("mali.txt", "bad.txt"):
        (assistant.settings.corpus / name).write_text("April 6, 2018: text")
    assistant.refuse = {"bad.txt": "is binary"}
    machine = machine_of(assistant)
    before = machine.status()["version"]
    machine.start(sync=True)
    machine.wait(timeout_s=30)
    assert assistant.warmed.is_set()
    assert assistant.synced is not None
    assert [(r.name, r.status) for r in assistant.synced.changes] == [("bad.txt", "refused"), ("mali.txt", "added")]
    status = machine.status()
    assert status["line"] == "1 report, 3 passages · ready"
    assert (status["busy"], status["state"]) == (False, "ready")
    assert status["version"] != before


def test_without_sync_the_corpus_stays_outside(assistant: ScriptedAssistant) -> None:
    assistant.settings.corpus.mkdir()
    (assistant.settings.corpus / "mali.txt").write_text("April 6, 2018: text")
    machine = machine_of(assistant)
    machine.start(sync=False)
    machine.wait(timeout_s=30)
    assert assistant.stored == {}


def test_model_that_cannot_be_loaded_is_told_in_the_line(assistant: ScriptedAssistant) -> None:
    def warm() -> None:
        raise ModelError("the model's weights are damaged; run make install")

    assistant.warm = warm  # type: ignore[method-assign]
    machine = machine_of(assistant)
    machine.start(sync=False)
    machine.wait(timeout_s=30)
    assert machine.status()["state"] == "failed"
    assert "weights are damaged" in machine.status()["line"]


def test_stopping_ends_a_sync_at_its_next_step(assistant: ScriptedAssistant) -> None:
    assistant.settings.corpus.mkdir()
    (assistant.settings.corpus / "mali.txt").write_text("April 6, 2018: text")
    machine = machine_of(assistant)
    stopped = threading.Event()

    def warm() -> None:
        assert stopped.wait(30)

    assistant.warm = warm  # type: ignore[method-assign]
    machine.start(sync=True)
    machine.stop(timeout_s=0)
    stopped.set()
    machine.wait(timeout_s=30)
    assert assistant.stored == {}
    assert machine.status()["state"] == "ready"
