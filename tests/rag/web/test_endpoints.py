from __future__ import annotations

from typing import Any

import pytest
from web_doubles import ScriptedAssistant, make_report

from rag.types import Turn
from rag.web.endpoints import Endpoints

pytestmark = pytest.mark.integration  # importing Gradio takes seconds


@pytest.fixture
def endpoints(assistant: ScriptedAssistant) -> Endpoints:
    double: Any = assistant
    return Endpoints(double)


def test_ask_gives_the_answer_row(endpoints: Endpoints, assistant: ScriptedAssistant) -> None:
    row = endpoints.ask("who", [{"role": "user", "content": "before"}], since="2018", countries=["Mali"])
    assert row["short_answer"] == "two men"
    assert row["citations"][0]["quote"].startswith("April 6")
    assert assistant.asked[-1][1] == (Turn("user", "before"),)


def test_search_timeline_and_list_give_rows(endpoints: Endpoints, assistant: ScriptedAssistant) -> None:
    assistant.stored = {"mali.txt": make_report()}
    assert endpoints.search("who", top_k=1)[0]["rank"] == 1
    assert endpoints.timeline("Gao")[0]["from"] == "2018-04-06"
    assert endpoints.list()[0]["report"] == "mali.txt"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda e: e.ask(""), "empty"),
        (lambda e: e.ask("who", [{"role": "system", "content": "x"}]), "turn 1"),
        (lambda e: e.ask("who", [{"role": "user", "content": "x" * 20_001}]), "turn 1"),
        (lambda e: e.ask("who", [{"role": "user", "content": "x"}] * 51), "51 turns"),
        (lambda e: e.ask("who", since="soon"), "not a date"),
        (lambda e: e.search("who", top_k=101), "1 to 100"),
        (lambda e: e.search("who", countries=["x"] * 201), "choose fewer"),
    ],
)
def test_input_outside_its_bounds_is_refused_in_words(endpoints: Endpoints, call: Any, says: str) -> None:
    import gradio as gr

    with pytest.raises(gr.Error) as refused:
        call(endpoints)
    assert says in refused.value.message
