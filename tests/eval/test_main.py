"""The whole way: real library, real search and answers over a small corpus; only the embedder is a double."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from loopback import loopback

import eval.__main__ as command
from eval import calibrate, workbench

pytestmark = pytest.mark.integration

REPORT = """Erewhon: Two incidents

May 2, 2018: In the port town raiders burned three boats. The mayor blamed a smuggling ring for the fire.

May 1, 2018: A patrol found a cache of rifles near the old mill. No one was arrested at the mill.
"""
OTHER = """Ruritania: A strike

April 3, 2018: Dock workers in the capital went on strike for two days. They asked for higher pay.
"""


class KeywordEmbedder:
    """A dimension for each of a few words: rankings are obvious by eye."""

    WORDS = ("boats", "burned", "rifles", "mill", "strike", "pay", "mayor")
    dim = len(WORDS) + 1
    fingerprint = "keywords"

    def encode(self, texts: Sequence[str], progress: Any = None) -> np.ndarray[Any, np.dtype[np.float32]]:
        rows = [[*(float(word in text.lower()) for word in self.WORDS), 0.1] for text in texts]
        vectors = np.array(rows, dtype=np.float32).reshape(len(texts), self.dim)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(autouse=True)
def small_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "erewhon-2018-05-02.txt").write_text(REPORT, encoding="utf-8")
    (corpus / "ruritania-2018-04-03.txt").write_text(OTHER, encoding="utf-8")
    monkeypatch.setattr("rag.models.embedder.load_embedder", lambda settings: KeywordEmbedder())
    monkeypatch.setattr(workbench, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.chdir(tmp_path)
    for name in ("RAG_HOME", "RAG_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    boats = {"report": "erewhon-2018-05-02.txt", "quote": "In the port town raiders burned three boats."}
    rifles = {"report": "erewhon-2018-05-02.txt", "quote": "A patrol found a cache of rifles near the old mill."}
    questions: list[dict[str, Any]] = [
        {"id": "1", "question": "how many boats were burned in the port town", "kind": "how_many", "answers": ["three"]},
        {"id": "2", "question": "where was the cache of rifles", "kind": "where", "answers": ["near the old mill", "mill"]},
        {"id": "3", "question": "why did the boats strike in 1999", "kind": "unanswerable", "answerable": False},
    ]
    questions[0]["evidence"] = [boats]
    questions[1] |= {"evidence": [rifles], "split": "test"}
    (tmp_path / "my.jsonl").write_text("".join(json.dumps(row) + "\n" for row in questions), encoding="utf-8")


def run(*arguments: str) -> int:
    return command.main(["--questions", "my.jsonl", "--corpus", "corpus", *arguments])


def test_scorecard_is_printed_and_saved(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--ablation", "--json", "out/card.json", "--html", "out/card.html", "--markdown", "out/card.md") == 0
    data = json.loads(Path("out/card.json").read_text(encoding="utf-8"))
    assert data["n"]["questions"] == 3
    assert data["metrics"]["retrieval.recall@1"] == 1.0
    assert data["metrics"]["citation.exact"] == 1.0
    assert {"how_many", "where", "unanswerable"} == set(data["by_kind"])
    assert {"dev", "test"} == set(data["by_split"])
    assert "no date evidence" in {run["name"] for run in data["ablation"]}
    assert len(data["rows"]) == 3
    shown = capsys.readouterr()
    assert shown.out == Path("out/card.md").read_text(encoding="utf-8")
    assert "<!doctype html>" in Path("out/card.html").read_text(encoding="utf-8")
    assert [p.name for p in Path("out").iterdir() if p.name.startswith(".")] == []


def test_broken_search_fails_the_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json", "old.json") == 0
    assert run("--compare", "old.json", "--fail-on-regression") == 0
    worse = ["--set", "search.lexical_weight=0", "--set", "search.passage_weight=0", "--set", "search.sentence_weight=0",
             "--set", "search.date_weight=0", "--set", "search.name_weight=0", "--set", "answering.abstain_below=1"]  # fmt: skip
    assert run("--compare", "old.json", "--fail-on-regression", "0.5", *worse) == 1
    assert "eval: --fail-on-regression: answer.correct went from" in capsys.readouterr().err


def test_gate_that_is_not_met_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--fail-under", "citation.exact=1") == 0
    assert run("--fail-under", "answer.f1=1.5") == 1
    assert "--fail-under: answer.f1 is " in capsys.readouterr().err


def test_own_library_is_asked_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    from rag.assistant import Assistant
    from rag.settings import Settings

    with Assistant(Settings.load({"home": "lib"}, env={})) as assistant:
        assistant.add([Path("corpus/erewhon-2018-05-02.txt")])
    assert command.main(["--questions", "my.jsonl", "--home", "lib", "--json", "card.json"]) == 0
    with Assistant(Settings.load({"home": "lib"}, env={})) as assistant:
        assert [row.name for row in assistant.list()] == ["erewhon-2018-05-02.txt"]
    data = json.loads(Path("card.json").read_text(encoding="utf-8"))
    assert data["baselines"] == data["ablation"] == []


def test_empty_library_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--questions", "my.jsonl", "--home", "empty"]) == 2
    assert "has no reports to ask" in capsys.readouterr().err


def test_question_without_its_evidence_is_named_and_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    rows = Path("my.jsonl").read_text(encoding="utf-8") + json.dumps(
        {"id": "4", "question": "x", "answers": ["y"], "evidence": [{"report": "gone.txt", "quote": "z"}]}
    )
    Path("my.jsonl").write_text(rows + "\n", encoding="utf-8")
    assert run("--json", "card.json") == 1
    assert "left out: my.jsonl:4: 4: " in capsys.readouterr().err
    assert json.loads(Path("card.json").read_text(encoding="utf-8"))["n"]["questions"] == 3


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--questions", "none.jsonl"], "none.jsonl: cannot be read"),
        (["--fail-under", "answer.f3=1"], "no such metric"),
        (["--fail-on-regression"], "needs --compare"),
        (["--compare", "none.json"], "none.json: cannot be read"),
        (["--set", "search.colour=1"], "search.colour: no such setting"),
        (["--set", "search"], "KEY=VALUE"),
        (["--dataset", "squad:none.jsonl"], "does not exist"),
        (["--limit", "0"], "--limit"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments) in (1, 2)
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


def test_unknown_option_is_wrong_usage() -> None:
    assert command.main(["--colour"]) == 2
    assert command.main(["--help"]) == 0


def test_outside_collection_is_scored_both_ways() -> None:
    context = "In the port town raiders burned three boats."
    rows = [
        {
            "id": "a",
            "title": "T",
            "context": context,
            "question": "how many boats burned",
            "answers": [{"text": "three", "start": 32}],
        },
        {
            "id": "b",
            "title": "T",
            "context": "Rifles lay near the mill.",
            "question": "what lay near the mill",
            "answers": [{"text": "Rifles"}],
        },
        {
            "id": "c",
            "title": "T",
            "context": context,
            "question": "who paid for the strike",
            "answers": [],
            "is_impossible": True,
        },
    ]
    Path("set.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert command.main(["--dataset", "squad:set.jsonl", "--json", "card.json"]) == 0
    data = json.loads(Path("card.json").read_text(encoding="utf-8"))
    assert data["metrics"]["retrieval.recall@1"] == 1.0
    assert {"reading.exact_match", "reading.f1", "reading.f1_with_no_answer", "reading.auroc"} <= set(data["metrics"])
    assert [run["name"] for run in data["baselines"]] == ["full text only", "dense only", "RRF"]
    assert data["n"]["reading.f1"] == 2
    assert data["n"]["reading.f1_with_no_answer"] == 3


def test_quickstart_finds_places_in_the_stored_text() -> None:
    from eval.quickstart import Quickstart
    from eval.types import EvalQuestion
    from rag.assistant import Assistant
    from rag.settings import Settings

    with Assistant(Settings.load({"home": "lib"}, env={})) as assistant:
        assistant.add([Path("corpus")])
        reports = [assistant.show(row.name) for row in assistant.list()]
        quickstart = Quickstart(reports, assistant.embedder)
    (report_id, start, end), *_ = quickstart.search(EvalQuestion("1", "dock strike pay", "what"))
    [report] = [r for r in reports if r.id == report_id]
    assert report.name == "ruritania-2018-04-03.txt"
    assert "strike for two days" in report.text[start:end]


def test_library_that_changes_meanwhile_spoils_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from rag.assistant import Assistant

    ask = Assistant.ask
    removed = []

    def ask_and_remove(self: Assistant, *arguments: Any, **options: Any) -> Any:
        if not removed:
            removed.append(self.remove(["ruritania-2018-04-03.txt"]))
        return ask(self, *arguments, **options)

    monkeypatch.setattr(Assistant, "ask", ask_and_remove)
    assert run() == 1
    assert "the library changed during the evaluation" in capsys.readouterr().err


SAID = "In the port town raiders burned three boats [1]. The king of Ruritania burned forty boats [1]."


def written_by(url: str) -> tuple[str, ...]:
    limits = ("generation.timeout_s=20", "generation.retries=0", f"generation.url={url}")
    return ("--llm", "openai-like/m", "--split", "dev", *(part for limit in limits for part in ("--set", limit)))


def test_written_answers_are_scored_by_sentence_and_judged_under_names_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_LIKE_API_KEY", raising=False)
    with loopback(SAID) as writer, loopback("YES", "4.0") as judge:
        assert run(*written_by(writer.url), "--json", "plain.json") == 0
        assert judge.requests == []
        judging = ("--judge", "openai-like/m", "--judge-url", judge.url)
        assert run(*written_by(writer.url), *judging, "--json", "judged.json") == 0
    plain, judged = (json.loads(Path(name).read_text(encoding="utf-8")) for name in ("plain.json", "judged.json"))
    assert plain["metrics"]["writing.supported_sentences"] == 0.5
    assert plain["n"]["writing.supported_sentences"] == 2
    row = next(r for r in plain["rows"] if r["id"] == "1")
    assert [s["supported"] for s in row["sentences"]] == [True, False]
    assert "forty boats" in row["sentences"][1]["sentence"]
    assert not [name for name in plain["metrics"] if name.startswith("judge.")]
    assert {"judge.faithful": 1.0, "judge.correct": 0.75}.items() <= judged["metrics"].items()
    assert {k: v for k, v in judged["metrics"].items() if not k.startswith("judge.")} == plain["metrics"]
    assert "judged by openai-like/m" in judged["title"]
    assert "judged" not in plain["title"]


def test_a_judge_that_is_not_there_fails_the_run_but_not_the_answers(capsys: pytest.CaptureFixture[str]) -> None:
    with loopback(SAID) as writer, loopback("401") as judge:
        assert run(*written_by(writer.url), "--judge", "openai-like/m", "--judge-url", judge.url, "--json", "card.json") == 1
    assert "the key is not accepted" in capsys.readouterr().err
    assert json.loads(Path("card.json").read_text(encoding="utf-8"))["metrics"]["writing.supported_sentences"] == 0.5


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """Python's own handler: a process started in the background, as in CI, ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_ctrl_c_ends_a_run_while_the_model_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with loopback("hang") as writer:

        def interrupt() -> None:
            assert writer.asked.wait(60)
            # As a terminal does: to the process, whose main thread waits for the model.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        waiting = threading.Thread(target=interrupt)
        waiting.start()
        assert run(*written_by(writer.url)) == 130
        waiting.join()
    assert capsys.readouterr().err.rstrip().endswith("eval: stopped")


def test_calibration_is_fitted_and_printed_with_the_library_open(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [json.loads(line) | {"split": "dev"} for line in Path("my.jsonl").read_text(encoding="utf-8").splitlines()]
    strike = {"report": "ruritania-2018-04-03.txt", "quote": "Dock workers in the capital went on strike for two days."}
    asked = {"question": "who went on strike in the capital", "kind": "who", "answers": ["dock workers"], "evidence": [strike]}
    rows += [{"id": "4", "split": "dev", **asked}]
    rows += [
        {
            "id": "5",
            "split": "dev",
            "question": "when did the pay of the strike rise",
            "kind": "unanswerable",
            "answerable": False,
        }
    ]
    Path("dev.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert calibrate.main(["--questions", "dev.jsonl", "--corpus", "corpus"]) == 0
    printed = capsys.readouterr().out
    assert "reader: 5 questions" in printed
    assert "sentences: 5 questions" in printed
    assert printed.count("best sentence answers") == 2
