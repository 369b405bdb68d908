from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from eval import evalset
from eval.evalset import QuestionFileError, append_question, load_questions, load_splits, parse_question, to_row
from eval.types import EvalQuestion, Evidence
from rag.types import Filters, Turn

GOOD: dict[str, Any] = {
    "id": "a-1",
    "question": "who did it",
    "kind": "who",
    "history": [{"role": "user", "content": "what happened"}],
    "answers": ["raiders"],
    "required": [["raiders", "pirates"]],
    "evidence": [{"report": "r.txt", "quote": "raiders did"}],
    "answerable": True,
    "split": "test",
}


def write(path: Path, *rows: Any) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return path


def test_good_line_is_read(tmp_path: Path) -> None:
    [question] = load_questions([write(tmp_path / "q.jsonl", GOOD, "")])
    assert question == EvalQuestion(
        "a-1", "who did it", "who", (Turn("user", "what happened"),), ("raiders",), (("raiders", "pirates"),),
        (Evidence("r.txt", "raiders did"),), True, "test", f"{tmp_path}/q.jsonl:1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"colour": 1}, "unknown field colour"),
        ({"id": ""}, "must not be empty"),
        ({"id": 7}, "id should be a string"),
        ({"answers": "raiders"}, "answers should be a list"),
        ({"answers": [""]}, "answers should hold strings that are not empty"),
        ({"answerable": "yes"}, "answerable should be true or false"),
        ({"required": [[]]}, "each required group should be a list of alternatives"),
        ({"evidence": [{"report": "r.txt"}]}, "each piece of evidence should have report and quote"),
        ({"history": [{"role": "system", "content": "x"}]}, "role of a turn"),
        ({"history": ["hello"]}, "each turn of history"),
        ({"split": "train"}, "split should be one of dev, test"),
        ({"filters": []}, "filters should be an object"),
        ({"filters": {"sinse": "2018"}}, "filters: unknown limit sinse"),
        ({"filters": {"since": "soon"}}, "filters: "),
        ({"filters": {"countries": "Mali"}}, "filters: countries should be a list"),
        ({"answerable": False}, "an unanswerable question has no answers"),
        ({"answers": [], "required": [], "evidence": []}, "needs answers"),
    ],
)
def test_wrong_line_is_named_with_file_and_line(tmp_path: Path, change: dict[str, Any], complaint: str) -> None:
    path = write(tmp_path / "q.jsonl", {**GOOD, "id": "first"}, {**GOOD, **change})
    with pytest.raises(QuestionFileError) as caught:
        load_questions([path])
    [problem] = caught.value.problems
    assert problem.startswith(f"{path}:2: ")
    assert complaint in problem


def test_every_wrong_line_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", "{", "[]", GOOD, GOOD, {"id": "x"})
    with pytest.raises(QuestionFileError) as caught:
        load_questions([path, tmp_path / "none.jsonl"])
    starts = [problem.split(": ")[0] for problem in caught.value.problems]
    assert starts == [f"{path}:1", f"{path}:2", f"{path}:4", f"{path}:5", f"{tmp_path}/none.jsonl"]


def test_message_of_many_problems_stays_short(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match="and 18 more"):
        load_questions([write(tmp_path / "q.jsonl", *["{"] * 30)])


def test_only_the_split_asked_for_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "q.jsonl", GOOD, {**GOOD, "id": "b", "split": "dev"})
    assert [q.id for q in load_questions([path], "dev")] == ["b"]


def test_minimal_question_of_a_user_is_enough() -> None:
    question = parse_question({"id": "1", "question": "who", "answers": ["x"]})
    assert isinstance(question, EvalQuestion)
    assert (question.kind, question.answerable, question.split) == ("what", True, "dev")


def test_question_appended_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "q.jsonl"
    question = parse_question(GOOD)
    assert isinstance(question, EvalQuestion)
    append_question(path, question)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))  # as an editor may leave it
    other = EvalQuestion("b", "wo?", "unanswerable", answerable=False)
    append_question(path, other)
    assert [to_row(q) for q in load_questions([path])] == [to_row(question), to_row(other)]


def test_limits_are_kept_and_left_out_where_there_are_none(tmp_path: Path) -> None:
    limits = {"since": "2018-01-01", "as_of": "2018-04-09", "countries": ["Mali"]}
    path = write(tmp_path / "q.jsonl", {**GOOD, "filters": limits}, {**GOOD, "id": "b"})
    limited, free = load_questions([path])
    assert limited.filters == Filters(since=date(2018, 1, 1), as_of=date(2018, 4, 9), countries=("Mali",))
    assert to_row(limited)["filters"] == limits
    assert "filters" not in to_row(free)


def test_splits_that_are_no_splits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match="dev or test"):
        load_splits(write(tmp_path / "s.json", {"r.txt": "train"}))
    with pytest.raises(QuestionFileError, match="cannot be read"):
        load_splits(tmp_path / "none.json")


def test_shipped_questions_are_well_formed() -> None:
    files = evalset.shipped_files()
    assert files
    assert load_questions(files)


def test_every_report_of_the_corpus_has_a_split() -> None:
    corpus = Path(evalset.FOLDER).parents[1] / "corpus"
    names = {p.name for p in corpus.iterdir() if p.suffix in (".txt", ".html", ".pdf", ".docx", ".md")} - {
        "README.md",
        "SOURCES.md",
    }
    assert set(load_splits()) == names
