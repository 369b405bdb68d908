from __future__ import annotations

import html
from typing import Any

import pytest
from web_doubles import ScriptedAssistant

from rag.types import Filters
from rag.web.timeline_tab import TimelineTab


@pytest.fixture
def tab(assistant: ScriptedAssistant) -> TimelineTab:
    double: Any = assistant
    return TimelineTab(double)


def test_timeline_is_a_table_within_the_filters(tab: TimelineTab, assistant: ScriptedAssistant) -> None:
    table = html.unescape(tab.events("Gao", "2018", "", "", [], []))
    assert "<table" in table
    assert "April 6, 2018" in table
    assert assistant.asked[-1][2] != Filters()
    assert 'role="alert"' in tab.events("Gao", "x", "", "", [], [])
