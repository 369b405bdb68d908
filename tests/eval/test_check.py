from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval import check, overlap
from eval.check import check_questions
from eval.types import EvalQuestion, Evidence

TEXTS = {"a.txt": "Raiders burned three boats.", "b.txt": "A patrol found rifles."}
SPLITS = {"a.txt": "dev", "b.txt": "test"}
GOOD = EvalQuestion(
    "d-1", "how many boats", "how_many", (), ("three",), (), (Evidence("a.txt", "burned three boats"),), True, "dev", "q:1"
)
NOT = EvalQuestion("d-2", "how many ships", "unanswerable", answerable=False, split="dev", source="q:2")


def errors(*questions: EvalQuestion) -> str:
    return "\n".join(
        check_questions([*questions, *(replace(NOT, id=f"n{i}", question=f"n{i}") for i in range(3))], TEXTS, SPLITS).errors
    )


def test_sound_questions_pass() -> None:
    findings = check_questions([GOOD, NOT], TEXTS, SPLITS)
    assert findings.errors == ()
    assert findings.warnings == ()
    assert findings.counts["dev", "how_many"] == 1


@pytest.mark.parametrize(
    ("question", "complaint"),
    [
        (replace(GOOD, kind="riddle"), "kind riddle"),
        (replace(GOOD, kind="unanswerable"), "belong together"),
        (replace(GOOD, evidence=()), "no evidence"),
        (replace(GOOD, answers=()), "no answers"),
        (replace(GOOD, kind="list"), "needs required groups"),
        (replace(GOOD, kind="follow_up"), "needs history"),
        (replace(GOOD, kind="yes_no"), "yes or no"),
        (replace(GOOD, evidence=(Evidence("c.txt", "x"),)), "c.txt, which is no report"),
        (replace(GOOD, evidence=(Evidence("a.txt", "burned  three"),)), "verbatim"),
        (replace(GOOD, evidence=(Evidence("b.txt", "patrol"),)), "a report of test, not of dev"),
    ],
)
def test_unsound_question_is_named(question: EvalQuestion, complaint: str) -> None:
    found = errors(question)
    assert found.startswith("q:1: d-1: ")
    assert complaint in found


def test_same_question_twice_is_named_unless_its_history_differs() -> None:
    assert "asks the same as d-1" in errors(GOOD, replace(GOOD, id="d-9", question="How many boats?"))


def test_quotes_take_the_white_space_of_the_stored_text(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    rows = [
        {"id": str(i), "evidence": [{"report": "a.txt", "quote": quote}]} for i, quote in enumerate(["burned\nthree", "sank"])
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    assert check.respace(path, TEXTS) == 1
    lines = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["evidence"][0]["quote"] == "burned three"
    assert json.loads(lines[1]) == rows[1]
    assert check.respace(path, TEXTS) == 0


def test_a_quarter_must_be_unanswerable() -> None:
    findings = check_questions([replace(GOOD, id=str(i), question=str(i)) for i in range(4)], TEXTS, SPLITS)
    assert any("a quarter" in line for line in findings.errors)


def test_answer_that_stands_nowhere_is_a_warning() -> None:
    findings = check_questions([replace(GOOD, answers=("nine",)), NOT], TEXTS, SPLITS)
    assert findings.errors == ()
    assert "no acceptable answer stands in the evidence" in findings.warnings[0]


def test_reports_and_splits_must_agree() -> None:
    found = check_questions([NOT], {"a.txt": ""}, {"b.txt": "dev"}).errors
    assert any("b.txt is no report" in line for line in found)
    assert any("a.txt of the corpus has no split" in line for line in found)


@pytest.mark.integration
def test_command_checks_files_as_the_library_reads_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_bytes(
        "Erewhon: Boats\r\n\r\nMay 2, 2018: Raiders burned three boats \x97 all of them.\r\n".encode("latin-1")
    )
    row = {
        "id": "1",
        "question": "how many",
        "kind": "how_many",
        "answers": ["three"],
        "evidence": [{"report": "a.txt", "quote": "boats — all"}],
    }
    none = {"id": "2", "question": "why", "kind": "unanswerable", "answerable": False}
    questions = tmp_path / "q.jsonl"
    questions.write_text(json.dumps(row) + "\n" + json.dumps(none) + "\n", encoding="utf-8")
    assert check.main([str(questions), "--corpus", str(corpus)]) == 0
    assert "2 questions, 1 unanswerable" in capsys.readouterr().out
    questions.write_text(json.dumps({**row, "evidence": [{"report": "a.txt", "quote": "all  of"}]}) + "\n", encoding="utf-8")
    assert check.main([str(questions), "--corpus", str(corpus)]) == 1
    assert "verbatim" in capsys.readouterr().out


def test_shared_runs_ignore_case_and_punctuation() -> None:
    other = overlap.runs("The mayor of the town, however, blamed no one.", 4)
    assert list(overlap.shared_runs("Of the TOWN however: nobody spoke", other, 4)) == ["of the town however"]
    assert list(overlap.shared_runs("a b c", overlap.runs("a b", 4), 4)) == []


@pytest.mark.integration
def test_overlap_command_names_file_and_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed, copied, own = tmp_path / "seed.txt", tmp_path / "copied.txt", tmp_path / "own.txt"
    seed.write_text("Erewhon: Seed\n\nMay 2, 2018: Raiders came at dawn and burned three boats in the harbour of the town.\n")
    copied.write_text("Erewhon: Copy\n\nMay 3, 2018: Yesterday raiders came at dawn and burned three boats in the port.\n")
    own.write_text("Erewhon: Own\n\nMay 3, 2018: Three boats were set on fire by raiders before sunrise.\n")
    assert overlap.main([str(own), "--against", str(seed)]) == 0
    assert overlap.main([str(own), str(copied), "--against", str(seed)]) == 1
    shown = capsys.readouterr().out
    assert f"{copied}: raiders came at dawn and burned three boats" in shown
    assert f"{own}: " not in shown
    assert overlap.main([str(own), "--against", str(tmp_path / "none.txt")]) == 2
