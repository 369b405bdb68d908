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
from rag.web.evaluation import Evaluations, Wish
from rag.web.scorecards import KEPT, Scorecards

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
def scorecards(settings: Settings) -> Scorecards:
    return Scorecards(settings.home)


@pytest.fixture
def evaluations(settings: Settings, scorecards: Scorecards, ended: list[int]) -> Scripted:
    return Scripted(settings.changed({"search.top_k": 7, "web.port": 1}), scorecards, lambda: ended.append(1))


def test_finished_run_is_kept_and_shown(evaluations: Scripted, ended: list[int], scorecards: Scorecards) -> None:
    name = evaluations.start(Wish("dev", limit=5))
    evaluations.wait(60)
    assert evaluations.status() == {"running": False, "line": "Done.", "share": 0.0, "problems": []}
    assert scorecards.runs() == [("2026-01-02 03:04 UTC, dev, 2 questions, 50.0 % right", name)]
    assert scorecards.part(name) == "<h1>dev</h1>"
    assert scorecards.rows(name) == [ROW]
    assert ended == [1]
    again = evaluations.start(Wish("all", compare=name))
    evaluations.wait(60)
    assert {label for _, label in scorecards.runs()} == {name, again}
    assert evaluations.given[-5:] == ["all", "--compare", str(scorecards.folder / f"{name}.json"), "--set", "search.top_k=7"]


def test_settings_of_the_page_and_its_folder_do_not_go_along(evaluations: Scripted, scorecards: Scorecards) -> None:
    evaluations.start(Wish("dev"))
    evaluations.wait(60)
    text = " ".join(evaluations.given)
    assert "web." not in text
    assert f"--home {scorecards.folder / 'library'}" in text
    assert f"--corpus {evaluations._settings.corpus.absolute()}" in text


def test_mistakes_in_a_file_are_told_without_its_folder(evaluations: Scripted, scorecards: Scorecards) -> None:
    evaluations.program = FAILS
    evaluations.start(Wish("/srv/up/q.jsonl"))
    evaluations.wait(60)
    assert evaluations.status()["line"] == "It failed:"
    assert evaluations.status()["problems"] == ["q.jsonl:3: no question"]
    assert scorecards.runs() == []


def test_of_a_traceback_the_page_tells_the_last_line(evaluations: Scripted, caplog: pytest.LogCaptureFixture) -> None:
    evaluations.program = "import sys; print('eval: 1 question', file=sys.stderr); {}['the answer']"
    evaluations.start(Wish("dev"))
    evaluations.wait(60)
    assert evaluations.status()["line"] == "It failed:"
    assert evaluations.status()["problems"] == ["KeyError: 'the answer' (the program's log has the whole of it)"]
    assert "Traceback" in caplog.text


def test_run_is_cancelled_and_leaves_nothing(evaluations: Scripted, ended: list[int], scorecards: Scorecards) -> None:
    evaluations.program = HANGS
    evaluations.start(Wish("dev"))
    with pytest.raises(UsageError, match="under way"):
        evaluations.start(Wish("dev"))
    assert evaluations.cancel()
    evaluations.wait(60)
    assert evaluations.status()["line"] == "Cancelled."
    assert not evaluations.cancel()
    assert scorecards.runs() == []
    assert ended == [1]


@pytest.mark.parametrize("name", ["", "../catalog", "20260102T030405000Z-x/../../y", "20260102T030405000Z-none", "x" * 400])
def test_names_lead_nowhere_else(evaluations: Scripted, name: str, scorecards: Scorecards) -> None:
    for read in (scorecards.page, scorecards.part, scorecards.rows):
        with pytest.raises(UsageError):
            read(name)
    if name:
        with pytest.raises(UsageError):
            evaluations.start(Wish("dev", compare=name))


def test_oldest_runs_make_room(evaluations: Scripted, settings: Settings, scorecards: Scorecards) -> None:
    folder = scorecards.folder
    folder.mkdir(parents=True)
    for n in range(KEPT):
        for ending, text in ((".note", json.dumps({"title": "x", "made": "2020", "n": 1, "right": ""})), (".json", "{}")):
            (folder / f"20200101T0000{n:02d}000Z-dev{ending}").write_text(text)
    name = evaluations.start(Wish("dev"))
    evaluations.wait(60)
    names = [found for _, found in scorecards.runs()]
    assert len(names) == KEPT
    assert names[0] == name
    assert not (folder / "20200101T000000000Z-dev.json").exists()


def test_each_visitor_s_tab_follows_the_newest_run_and_keeps_an_older_choice(
    evaluations: Scripted, scorecards: Scorecards
) -> None:
    tab = EvaluateTab(evaluations, scorecards)
    tab._run = tab._compare = tab._view = tab._newest = object()
    read = tab.follower().read
    assert "No evaluation" in html.unescape(read((), None, "", "")[2])
    assert tab.start("dev", None, 0, False, "") == ""
    evaluations.wait(60)
    first = scorecards.runs()[0][1]
    assert tab.start("all", None, 0, False, "") == ""
    evaluations.wait(60)
    second = scorecards.runs()[0][1]
    # Two visitors whose pages showed the newest go on to the newer one, one after the other.
    for _ in range(2):
        run, _, _, newest = read((), first, "", first)
        assert (run["value"], newest) == (second, second)
    run, compare, _, _ = read((), first, first, second)
    assert (run["value"], compare["value"]) == (first, first)


@pytest.mark.parametrize(("questions", "told"), [("own", "choose a file"), ("<b>", "choose which")])
def test_incomplete_wish_is_told(evaluations: Scripted, questions: str, told: str, scorecards: Scorecards) -> None:
    markup: Any = EvaluateTab(evaluations, scorecards).start(questions, None, None, False, None)
    assert told in markup
    assert 'role="alert"' in markup


def test_upload_of_any_name_makes_a_plain_name(evaluations: Scripted, tmp_path: Path) -> None:
    file = tmp_path / "<img src=x> ünï ..jsonl"
    file.write_text("{}")
    assert evaluations.start(Wish(str(file))).endswith("Z-img-src-x-n")
    evaluations.wait(60)
