"""The command line as people use it: real processes over a real library."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rag.cli import main
from rag.library.feedback import Feedback, FeedbackLog

REPORT = """Mali: Trouble In The North


May 9, 2018: The lead tells of smuggling and of feuds between clans in the desert, month after month.

May 6, 2018: In the north (Kidal) four mortar shells hit a camp and wounded eight peacekeepers.

In the center (Mopti) gunmen burned a school.

May 1, 2018: In the northeast (Menaka) ISGS (Islamic State in the Greater Sahara) was blamed for the ambush of
October 2017 at Tera, in which four soldiers died.


Archive

Mali: Current 2018 2017 2016
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    (folder / "mali-2018-05-09.txt").write_text(REPORT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Run:
    """Runs ``rag`` in an empty folder over one library that holds one report."""
    home, place = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("place")
    env = {key: value for key, value in os.environ.items() if not key.startswith("RAG_")}

    def run(*arguments: str | Path, code: int = 0, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rag.cli", "--home", str(home), *map(str, arguments)]
        done = subprocess.run(command, cwd=place, env=env, input=stdin, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    run("add", folder)
    return run


@pytest.mark.integration
def test_list_and_show_give_the_documented_rows(run: Run) -> None:
    (row,) = json.loads(run("list", "--json").stdout)
    assert set(row) == {"id", "report", "title", "date", "entries", "passages", "state", "size", "added"}
    assert (row["report"], row["date"], row["entries"], row["state"]) == ("mali-2018-05-09.txt", "2018-05-09", 3, "ready")
    shown = json.loads(run("show", "mali-2018-05-09.txt", "--json").stdout)
    assert set(shown) == {"id", "report", "title", "country", "date", "entries", "furniture", "text"}
    assert [entry["date"] for entry in shown["entries"]] == ["2018-05-09", "2018-05-06", "2018-05-01"]
    assert all(shown["text"][e["start"] : e["end"]] == e["text"] for e in shown["entries"])
    assert (
        "Archive" in shown["text"][shown["furniture"][-1]["start"] :]
        or "Archive" in shown["text"][shown["furniture"][0]["start"] :]
    )


@pytest.mark.integration
def test_ask_gives_an_answer_row_whose_quotes_are_exact(run: Run) -> None:
    row = json.loads(run("ask", "who was blamed for the ambush in October 2017", "--json").stdout)
    text = json.loads(run("show", "mali-2018-05-09.txt", "--json").stdout)["text"]
    assert not row["abstained"]
    assert "ISGS" in row["short_answer"]
    assert all(text[c["start"] : c["end"]] == c["quote"] for c in row["citations"])
    assert row["citations"][0]["date"] == "2018-05-01"


@pytest.mark.integration
def test_as_of_never_shows_what_was_reported_later(run: Run) -> None:
    row = json.loads(run("ask", "who was wounded in Kidal", "--as-of", "2018-05-08", "--json").stdout)
    assert row["passages"] == []
    assert row["abstained"]


@pytest.mark.integration
def test_batch_answers_every_row_and_names_the_bad_one(run: Run, tmp_path: Path) -> None:
    questions, answers = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    rows = [
        {"id": "a", "question": "how many peacekeepers were wounded in Kidal"},
        {"id": "b", "question": " "},
        {"id": "c", "question": "and where was it?", "history": [{"role": "user", "content": "who hit the camp on May 6, 2018"}]},
    ]
    questions.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    done = run("ask", "--batch", questions, "--output", answers, code=1)
    out = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in out] == ["a", "b", "c"]
    assert "eight" in out[0]["short_answer"]
    assert out[1]["abstained"]
    assert "empty" in out[1]["reason"]
    assert out[2]["understood_as"]
    assert "1 of 3" in done.stderr


@pytest.mark.integration
def test_timeline_is_written_as_csv(run: Run, tmp_path: Path) -> None:
    run("timeline", "--csv", tmp_path / "events.csv")
    with (tmp_path / "events.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["from"] for line in lines] == [row["from"] for row in json.loads(run("timeline", "--json").stdout)]
    assert all(line["text"] in REPORT for line in lines)
    assert "cannot be written" in run("timeline", "--csv", tmp_path / "none" / "events.csv", code=2).stderr


def test_timeline_puts_events_by_their_own_date(run: Run) -> None:
    rows = json.loads(run("timeline", "--json").stdout)
    assert rows[0]["from"] == "2017-10-01"
    assert [row["from"] for row in rows] == sorted(row["from"] for row in rows)


@pytest.mark.integration
def test_refused_file_is_named_and_the_others_go_in(run: Run, folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "niger-2018-05-10.txt").write_text(REPORT.replace("Mali:", "Niger:"), encoding="utf-8")
    done = run("add", folder, code=1)
    assert "empty.txt" in done.stderr
    assert "niger-2018-05-10.txt" in done.stdout
    run("remove", "niger-2018-05-10.txt")
    assert len(json.loads(run("list", "--json").stdout)) == 1


@pytest.mark.integration
def test_doctor_finds_a_sound_library(run: Run) -> None:
    assert json.loads(run("doctor", "--json").stdout)["ok"] is True


@pytest.mark.integration
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask"], 2, "ask one question"),
        (["ask", "x", "--since", "someday"], 2, "someday"),
        (["show", "nothing.txt"], 2, "no such report"),
        (["ask", "x", "--set", "search.topk=1"], 2, "did you mean search.top_k"),
        (["frobnicate"], 2, "invalid choice"),
        (["ask", "--batch", "missing.jsonl"], 2, "missing.jsonl"),
        (["ask", "x", "--since", "2022", "--until", "2021-05"], 2, "--since 2022 is after --until 2021-05"),
        (["ask", "x", "--report", "mali-2018-05-08.txt"], 2, "no such report in the library; did you mean mali-2018-05-09.txt?"),
        (["timeline", "--country", "Nowhere"], 2, "Nowhere: no report is of this country; the library has Mali"),
        (["search", "x", "--top-k", "0"], 2, "argument --top-k: 0 is not a whole number of 1 or more"),
        (["ask", "--batch", "-", "--output", "none/a.jsonl"], 2, "none/a.jsonl: cannot be written"),
        (["list", "--frobnicate"], 2, "unrecognized arguments: --frobnicate"),
    ],
)
def test_wrong_usage_is_one_clear_line(run: Run, arguments: list[str], code: int, says: str) -> None:
    done = run(*arguments, code=code)
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_empty_library_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path / "home"), "ask", "who attacked Kidal"]) == 1
    assert "rag add" in capsys.readouterr().err
    assert main(["--home", str(tmp_path / "home"), "list"]) == 0
    assert "rag add" in capsys.readouterr().out


def test_llm_check_tells_that_none_is_configured_and_names_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["llm", "check"]) == 0
    assert "No language model is configured" in capsys.readouterr().out
    assert main(["llm", "check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == ""
    assert main(["llm", "check", "--llm", "nobody/any"]) == 2
    assert "PROVIDER/NAME" in capsys.readouterr().err
    assert main(["llm", "check", "--llm", "ollama/any", "--set", "generation.url=http://127.0.0.1:9", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]


def test_options_stand_before_or_after_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--home", str(tmp_path / "a"), "settings"]) == 0
    assert str(tmp_path / "a") in capsys.readouterr().out
    assert main(["settings", "--home", str(tmp_path / "b")]) == 0
    assert str(tmp_path / "b") in capsys.readouterr().out


def test_options_before_eval_are_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # "eval" is a library in it
    questions = tmp_path / "q.jsonl"
    questions.write_text('{"id": "1", "question": "who", "answerable": false}\n', encoding="utf-8")
    asked = ["eval", "--questions", str(questions)]
    assert main(["--home", str(tmp_path / "home"), "--set", "search.topk=1", *asked]) == 2
    assert "did you mean search.top_k" in capsys.readouterr().err
    assert main(["--home", str(tmp_path / "home"), "--config", str(tmp_path / "none.toml"), *asked]) == 2
    assert "none.toml" in capsys.readouterr().err
    assert main(["--home", str(tmp_path / "home"), *asked]) == 2
    assert str(tmp_path / "home") in capsys.readouterr().err
    assert main(["--home", "eval", "list"]) == 0
    assert "rag add" in capsys.readouterr().out
    assert main(["--debug", "eval", "--help"]) == 0
    assert "--ablation-answers" in capsys.readouterr().out


def test_light_commands_import_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; from rag.cli import main; main(sys.argv[1:]); print(sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code, "--home", str(tmp_path), "list"], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = done.stdout.splitlines()[-1]
    heavy = ("torch", "transformers", "sentence_transformers", "chromadb", "gradio", "llama_index", "onnxruntime")
    assert [name for name in heavy if f"'{name}'" in loaded] == []


def test_feedback_is_listed_and_exported_as_eval_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = FeedbackLog(tmp_path / "home")
    given = Feedback("a1", datetime(2026, 3, 4, tzinfo=UTC), "down", "who did it", reason="wrong group")
    log.add(given)
    log.add(replace(given, id="b2", question="who paid", unanswerable=True))
    out = tmp_path / "q.jsonl"
    assert main(["--home", str(tmp_path / "home"), "feedback", "--export", str(out)]) == 0
    printed = capsys.readouterr()
    assert "2026-03-04  down  who did it  (wrong group)" in printed.out
    assert f"rag eval --questions {out} --home {tmp_path / 'home'}" in printed.out
    assert "left out: 'who did it' of 2026-03-04" in printed.err
    assert [json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines()] == ["feedback-b2"]

    with log.path.open("a", encoding="utf-8") as file:
        file.write("torn\n")
    assert main(["--home", str(tmp_path / "home"), "feedback", "--json"]) == 1
    printed = capsys.readouterr()
    assert [row["id"] for row in json.loads(printed.out)] == ["a1", "b2"]
    assert "is no JSON object" in printed.err
