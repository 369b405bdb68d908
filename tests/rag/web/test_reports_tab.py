from __future__ import annotations

import html
from typing import Any

import pytest
from web_doubles import ScriptedAssistant, make_report

from rag.errors import UsageError
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
    assert machine.status()["state"] == "ready"
