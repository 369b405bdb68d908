from __future__ import annotations

from typing import Any

import pytest
from web_doubles import ScriptedAssistant, make_report

from rag.types import Report
from rag.web.shelf import KEPT, Shelf


@pytest.fixture
def assistant(assistant: ScriptedAssistant) -> ScriptedAssistant:
    assistant.stored = {"mali.txt": make_report()}
    return assistant


def test_report_is_read_once_until_the_library_changes(assistant: ScriptedAssistant) -> None:
    read: list[str] = []

    def show(report_id: str) -> Report:
        read.append(report_id)
        return assistant.show(report_id)

    shelf = Shelf(show)
    known = make_report().id
    assert shelf.report(known) == shelf.report(known) == make_report()
    assert read == [known]
    assistant.stored = {}
    shelf.clear()
    assert shelf.report(known) is None


def test_name_finds_nothing_for_another_text_may_take_it(assistant: ScriptedAssistant) -> None:
    assert Shelf(assistant.show).report("mali.txt") is None


def test_shelf_is_bounded() -> None:
    double: Any = type("Numbered", (), {})
    read: list[str] = []

    def show(report_id: str) -> Any:
        read.append(report_id)
        numbered = double()
        numbered.id = report_id
        return numbered

    shelf = Shelf(show)
    for n in range(KEPT + 1):
        shelf.report(str(n))
    shelf.report(str(KEPT))
    shelf.report("0")
    assert read[-2:] == [str(KEPT), "0"]
