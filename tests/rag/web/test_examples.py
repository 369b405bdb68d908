from __future__ import annotations

from dataclasses import replace
from typing import Any

from web_doubles import ScriptedAssistant, make_answer, make_report

from rag.types import Answer, Entry
from rag.web.examples import SHOWN, Examples, candidates


def test_examples_come_from_places_days_and_countries() -> None:
    assert candidates([make_report()]) == ["What happened in Gao on April 6, 2018?", "What happened in Mali in April 2018?"]


def test_place_is_cut_to_its_name_and_vague_ones_are_passed_over() -> None:
    report = make_report()
    for place, first in (
        ("Gao, near the river", "What happened in Gao on April 6, 2018?"),
        ("outside a town", "What happened in Mali in April 2018?"),
    ):
        entries = (report.entries[0], replace(report.entries[1], place=place))
        assert candidates([replace(report, entries=entries)])[0] == first


def test_headings_serve_documents_without_entries() -> None:
    report = replace(make_report(), entries=(Entry(0, 0, 10, heading="Armed groups of the river"),), published_on=None)
    assert candidates([report])[0] == "What do the reports say about Armed groups of the river?"


def test_nothing_loaded_gives_no_examples() -> None:
    assert candidates([]) == []


def test_only_answered_examples_stay_once_tried(assistant: ScriptedAssistant) -> None:
    assistant.stored = {"mali.txt": make_report()}
    double: Any = assistant

    def ask(text: str, **_: Any) -> Answer:
        return make_answer(text, abstained="Gao" in text)

    double.ask = ask
    examples = Examples(double)
    assert len(examples.current()) <= SHOWN
    examples.try_out()
    assert examples.current() == ["What happened in Mali in April 2018?"]
