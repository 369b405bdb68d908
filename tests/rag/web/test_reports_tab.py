from __future__ import annotations

import html
from typing import Any

import pytest
from web_doubles import ScriptedAssistant, make_report

from rag.web.corpus import Corpus
from rag.web.examples import Examples
from rag.web.machine import Machine
from rag.web.reports_tab import ReportsTab


@pytest.fixture
def tab(assistant: ScriptedAssistant) -> ReportsTab:
    double: Any = assistant
    corpus = Corpus(double)
    return ReportsTab(double, corpus, Machine(double, corpus, Examples(double)))


def test_removal_of_something_unknown_is_a_line(tab: ReportsTab) -> None:
    assert "no such report" in html.unescape(tab.remove("zzz"))


def test_table_follows_the_library(tab: ReportsTab, assistant: ScriptedAssistant) -> None:
    assert "empty" in tab.lists()[0]
    assistant.stored = {"mali.txt": make_report()}
    assert "Mali: The Quiet Month" in html.unescape(tab.lists()[0])
