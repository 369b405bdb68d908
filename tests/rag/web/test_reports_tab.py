from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

import pytest
from web_doubles import ScriptedAssistant, make_report

from rag.errors import UsageError
from rag.library.results import ImportResult
from rag.library.sync_note import SyncNote
from rag.web.corpus import Corpus
from rag.web.examples import Examples
from rag.web.machine import Machine
from rag.web.reports_tab import ReportsTab


@pytest.fixture
def corpus(assistant: ScriptedAssistant) -> Corpus:
    double: Any = assistant
    return Corpus(double)


@pytest.fixture
def machine(assistant: ScriptedAssistant, corpus: Corpus) -> Machine:
    double: Any = assistant
    return Machine(double, corpus, Examples(double))


@pytest.fixture
def tab(assistant: ScriptedAssistant, corpus: Corpus, machine: Machine) -> ReportsTab:
    double: Any = assistant
    return ReportsTab(double, corpus, machine)


def test_removal_of_something_unknown_is_a_line(tab: ReportsTab) -> None:
    assert "no such report" in html.unescape(tab.remove("zzz"))


def test_table_follows_the_library(tab: ReportsTab, assistant: ScriptedAssistant) -> None:
    assert "empty" in tab.table()
    assistant.stored = {"mali.txt": make_report()}
    assert "Mali: The Quiet Month" in html.unescape(tab.table())
    assert "0 of 1 report" in html.unescape(tab.table("zzz"))


def test_sync_brings_the_folder_in_and_tells_what_it_found(
    tab: ReportsTab, assistant: ScriptedAssistant, machine: Machine
) -> None:
    assistant.settings.corpus.mkdir()
    (assistant.settings.corpus / "niger.txt").write_text("x")
    assert "1 file new (niger.txt)" in html.unescape(tab.folder())
    assert "Reading" in html.unescape(tab.sync())
    machine.wait(20)
    folder = html.unescape(tab.folder())
    assert "UTC: 1 added." in folder
    assert "niger.txt: added" in folder
    assert "has not changed since" in folder
    (assistant.settings.corpus / "niger.txt").unlink()
    assert "1 file gone, so that a sync removes the report (niger.txt)" in html.unescape(tab.folder())


def test_failed_sync_is_told(
    tab: ReportsTab, assistant: ScriptedAssistant, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise UsageError("the disk is full")

    assistant.settings.corpus.mkdir()
    monkeypatch.setattr(assistant, "sync", refuse)
    tab.sync()
    machine.wait(20)
    assert "the disk is full" in html.unescape(tab.folder())
    assert machine.status()["state"] == "failed"
    monkeypatch.undo()
    tab.sync()
    machine.wait(20)
    assert machine.status()["state"] == "ready"
    assert "the disk is full" not in html.unescape(tab.folder())


def test_what_was_last_changed_outlives_a_sync_that_finds_nothing_to_do(
    tab: ReportsTab, assistant: ScriptedAssistant, machine: Machine
) -> None:
    assistant.settings.corpus.mkdir()
    first, later = datetime(2026, 1, 2, 3, 4, tzinfo=UTC), datetime(2026, 1, 3, 3, 4, tzinfo=UTC)
    assistant.synced = SyncNote(later, {"unchanged": 2}, first, 1, (ImportResult("chad.txt", "removed"),))
    folder = html.unescape(tab.folder())
    assert "Last sync January 3, 2026, 03:04 UTC: 2 unchanged." in folder
    assert "What it last changed on January 2, 2026, 03:04 UTC: 1 file" in folder
    assert "chad.txt: removed" in folder
    assistant.synced = SyncNote(
        later, {"refused": 300}, later, 300, tuple(ImportResult(f"{n}", "refused", "no") for n in range(200))
    )
    assert "300 files, the first 200 of them" in html.unescape(tab.folder())


def test_missing_folder_is_told(tab: ReportsTab) -> None:
    assert "does not exist yet" in tab.folder()
