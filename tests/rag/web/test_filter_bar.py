from __future__ import annotations

import html
from typing import Any

from web_doubles import ScriptedAssistant, make_report

from rag.web.filter_bar import FilterBar, chips

NONE: tuple[Any, ...] = ("", "", "", [], [])


def test_choices_follow_the_library(assistant: ScriptedAssistant) -> None:
    double: Any = assistant
    bar = FilterBar(double)
    assert bar.choices() == ([], [])
    assistant.stored = {"mali.txt": make_report()}
    assert bar.choices() == (["Mali"], [("Mali: The Quiet Month (mali.txt)", "mali.txt")])


def test_chips_name_filters_and_tell_mistakes() -> None:
    assert chips(*NONE) == ""
    assert "since January 1, 2018" in html.unescape(chips("2018", "", "", [], []))
    assert 'role="alert"' in chips("<b>", "", "", [], [])
    assert "<b>" not in chips("<b>", "", "", [], [])
