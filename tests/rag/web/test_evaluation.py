"""Evaluations begun from the page, a short program in the place of ``python -m eval``; the browser test runs that."""

from __future__ import annotations

import html
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.settings import Settings
from rag.web.evaluate_tab import EvaluateTab
from rag.web.evaluation import KEPT, Evaluations, Wish

ROW = {"id": "q1", "question": "who?", "kind": "who", "expected": "two men", "short_answer": "two men", "correct": True}
CARD = {
    "title": "dev",
    "made": "2026-01-02T03:04:05+00:00",
    "n": {"questions": 2},
    "metrics": {"answer.correct": 0.5},
    "rows": [ROW],
}

WRITES = """
import json, sys
out = sys.argv[sys.argv.index("--json") + 1]
page = sys.argv[sys.argv.index("--html") + 1]
print(json.dumps({"what": "questions", "done": 1, "total": 2}), file=sys.stderr, flush=True)
open(out, "w").write(CARD)
open(page, "w").write("<html><head></head><body><main><h1>dev</h1></main></body></html>")
"""
FAILS = "import sys; print('eval: /srv/up/q.jsonl:3: no question', file=sys.stderr); sys.exit(2)"
HANGS = 'import sys, time; print(\'{"what": "questions", "done": 1, "total": 2}\', file=sys.stderr, flush=True); time.sleep(600)'


class Scripted(Evaluations):
    """Runs a program of the test's, with the arguments the real one would get."""

    program = WRITES.replace("CARD", repr(json.dumps(CARD)))

    def _command(self, wish: Wish, name: str) -> list[str]:
        self.given = super()._command(wish, name)
        return [sys.executable, "-c", self.program, *self.given[3:]]


@pytest.fixture
def ended() -> list[int]:
    return []


@pytest.fixture
def evaluations(settings: Settings, ended: list[int]) -> Scripted:
    return Scripted(settings.changed({"search.top_k": 7, "web.port": 1}), lambda: ended.append(1))


def test_finished_run_is_kept_and_shown(evaluations: Scripted, ended: list[int]) -> None:
    name = evaluations.start(Wish("dev", limit=5))
    evaluations.wait(60)
    assert evaluations.status() == {"running": False, "line": "Done.", "share": 0.0, "problems": []}
    assert evaluations.runs() == [("2026-01-02 03:04 UTC, dev, 2 questions, 50.0 % right", name)]
    assert evaluations.part(name) == "<h1>dev</h1>"
    assert evaluations.rows(name) == [ROW]
    assert ended == [1]
    again = evaluations.start(Wish("all", compare=name))
    evaluations.wait(60)
    assert {label for _, label in evaluations.runs()} == {name, again}
    assert evaluations.given[-5:] == ["all", "--compare", str(evaluations._folder / f"{name}.json"), "--set", "search.top_k=7"]


def test_settings_of_the_page_and_its_folder_do_not_go_along(evaluations: Scripted) -> None:
    evaluations.start(Wish("dev"))
    evaluations.wait(60)
    text = " ".join(evaluations.given)
    assert "web." not in text
    assert f"--home {evaluations._folder / 'library'}" in text
    assert f"--corpus {evaluations._settings.corpus.absolute()}" in text


def test_mistakes_in_a_file_are_told_without_its_folder(evaluations: Scripted) -> None:
    evaluations.program = FAILS
    evaluations.start(Wish("/srv/up/q.jsonl"))
    evaluations.wait(60)
    assert evaluations.status()["line"] == "It failed:"
    assert evaluations.status()["problems"] == ["q.jsonl:3: no question"]
    assert evaluations.runs() == []


def test_run_is_cancelled_and_leaves_nothing(evaluations: Scripted, ended: list[int]) -> None:
    evaluations.program = HANGS
    evaluations.start(Wish("dev"))
    with pytest.raises(UsageError, match="under way"):
        evaluations.start(Wish("dev"))
    assert evaluations.cancel()
    evaluations.wait(60)
    assert evaluations.status()["line"] == "Cancelled."
    assert not evaluations.cancel()
    assert evaluations.runs() == []
    assert ended == [1]


@pytest.mark.parametrize("name", ["", "../catalog", "20260102T030405000Z-x/../../y", "20260102T030405000Z-none", "x" * 400])
def test_names_lead_nowhere_else(evaluations: Scripted, name: str) -> None:
    for read in (evaluations.page, evaluations.part, evaluations.rows):
        with pytest.raises(UsageError):
            read(name)
    if name:
        with pytest.raises(UsageError):
            evaluations.start(Wish("dev", compare=name))


def test_oldest_runs_make_room(evaluations: Scripted, settings: Settings) -> None:
    folder = settings.home.absolute() / "evaluations"
    folder.mkdir(parents=True)
    for n in range(KEPT):
        for ending, text in ((".note", json.dumps({"title": "x", "made": "2020", "n": 1, "right": ""})), (".json", "{}")):
            (folder / f"20200101T0000{n:02d}000Z-dev{ending}").write_text(text)
    name = evaluations.start(Wish("dev"))
    evaluations.wait(60)
    names = [found for _, found in evaluations.runs()]
    assert len(names) == KEPT
    assert names[0] == name
    assert not (folder / "20200101T000000000Z-dev.json").exists()


def test_tab_follows_the_newest_run_and_keeps_an_older_choice(evaluations: Scripted) -> None:
    tab = EvaluateTab(evaluations)
    tab._run = tab._compare = tab._view = object()
    read = tab.follower().read
    assert "No evaluation" in html.unescape(read((), None, "")[2])
    assert tab.start("dev", None, 0, False, "") == ""
    evaluations.wait(60)
    first = read((), None, "")[0]["value"]
    assert first == evaluations.runs()[0][1]
    assert tab.start("all", None, 0, False, "") == ""
    evaluations.wait(60)
    second = read((), first, "")[0]["value"]
    assert second != first
    update = read((), first, first)
    assert update[0]["value"] == first
    assert update[1]["value"] == first


@pytest.mark.parametrize(("questions", "told"), [("own", "choose a file"), ("<b>", "choose which")])
def test_incomplete_wish_is_told(evaluations: Scripted, questions: str, told: str) -> None:
    markup: Any = EvaluateTab(evaluations).start(questions, None, None, False, None)
    assert told in markup
    assert 'role="alert"' in markup


def test_upload_of_any_name_makes_a_plain_name(evaluations: Scripted, tmp_path: Path) -> None:
    file = tmp_path / "<img src=x> ünï ..jsonl"
    file.write_text("{}")
    assert evaluations.start(Wish(str(file))).endswith("Z-img-src-x-n")
    evaluations.wait(60)
