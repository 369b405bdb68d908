"""Question files: JSON lines read with strict checks, each mistake one line with file and line number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.types import SPLITS, EvalQuestion, Evidence
from rag.errors import UsageError
from rag.library.feedback import filters_of, filters_row
from rag.library.journal import put_row
from rag.types import Filters, Turn

FOLDER = Path(__file__).parent / "questions"
_FIELDS = {
    "id": str,
    "question": str,
    "kind": str,
    "history": list,
    "answers": list,
    "required": list,
    "evidence": list,
    "answerable": bool,
    "split": str,
    "filters": dict,
}
_NEEDED = ("id", "question")
_MOST_SHOWN = 12


class QuestionFileError(UsageError):
    """Question files have mistakes; ``problems`` holds one line each, with file and line."""

    def __init__(self, problems: Sequence[str]) -> None:
        shown = list(problems[:_MOST_SHOWN])
        if len(problems) > _MOST_SHOWN:
            shown.append(f"... and {len(problems) - _MOST_SHOWN} more")
        super().__init__("\n".join(shown))
        self.problems = tuple(problems)


def shipped_files(split: str = "all") -> list[Path]:
    """The project's own question files.

    Args:
        split: "dev", "test" or "all".

    Returns:
        Those of the files that exist.
    """
    wanted = SPLITS if split == "all" else (split,)
    return [path for name in wanted if (path := FOLDER / f"{name}.jsonl").is_file()]


def load_splits(path: Path = FOLDER / "splits.json") -> dict[str, str]:
    """Which split each report of the corpus belongs to.

    Args:
        path: JSON object from file name to "dev" or "test".

    Returns:
        Split by file name.

    Raises:
        QuestionFileError: The file is missing or is no such object.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise QuestionFileError([f"{path}: cannot be read ({error}); it should map each report to dev or test"]) from error
    if not isinstance(data, dict) or any(value not in SPLITS for value in data.values()):
        raise QuestionFileError([f"{path}: should map each report to dev or test"])
    return data


def load_questions(paths: Iterable[Path], split: str = "all") -> list[EvalQuestion]:
    """Read question files.

    Args:
        paths: JSON-lines files, UTF-8; blank lines are skipped.
        split: Keep only this split's questions; "all" keeps all.

    Returns:
        Questions in file order.

    Raises:
        QuestionFileError: Any line is wrong, or two questions share an id; every problem is named.
    """
    problems: list[str] = []
    questions: list[EvalQuestion] = []
    seen: dict[str, str] = {}
    for path in paths:
        try:
            # Not splitlines: a quotation may hold U+2028, which JSON allows inside a string.
            lines = path.read_bytes().split(b"\n")
        except OSError as error:
            problems.append(f"{path}: cannot be read ({error.strerror}); check the path")
            continue
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{path}:{number}"
            found = _parse_line(line, where)
            if isinstance(found, str):
                problems.append(f"{where}: {found}")
                continue
            if found.id in seen:
                problems.append(f"{where}: id {found.id} was used at {seen[found.id]}; ids must be unique")
                continue
            seen[found.id] = where
            questions.append(found)
    if problems:
        raise QuestionFileError(problems)
    return [q for q in questions if split in ("all", q.split)]


def _parse_line(line: bytes, where: str) -> EvalQuestion | str:
    """The question, or what is wrong with it."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"is no JSON ({error})"
    return parse_question(data, where)


def parse_question(data: Any, where: str = "") -> EvalQuestion | str:
    """A question from its JSON object.

    Args:
        data: The decoded object.
        where: File and line, kept with the question.

    Returns:
        The question, or one line saying what is wrong.
    """
    if not isinstance(data, dict):
        return "should be a JSON object"
    if unknown := sorted(set(data) - set(_FIELDS)):
        return f"unknown field {unknown[0]}; known are {', '.join(_FIELDS)}"
    if missing := [name for name in _NEEDED if name not in data]:
        return f"{missing[0]} is missing"
    for name, kind in _FIELDS.items():
        if name in data and not isinstance(data[name], kind):
            return f"{name} should be {_article(kind)}"
    if not data["id"].strip() or not data["question"].strip():
        return "id and question must not be empty"
    answerable = data.get("answerable", True)
    answers, required, evidence = data.get("answers", []), data.get("required", []), data.get("evidence", [])
    problem = (
        _strings(answers, "answers")
        or next((p for group in required if (p := _group(group))), "")
        or next((p for item in evidence if (p := _evidence(item))), "")
        or next((p for turn in data.get("history", []) if (p := _turn(turn))), "")
    )
    if problem:
        return problem
    split = data.get("split", "dev")
    if split not in SPLITS:
        return f"split should be one of {', '.join(SPLITS)}"
    if answerable and not (answers or required or evidence):
        return "an answerable question needs answers, required groups or evidence"
    if not answerable and (answers or required or evidence):
        return "an unanswerable question has no answers, required groups or evidence"
    try:
        filters = _filters(data.get("filters", {}))
    except (TypeError, ValueError) as error:
        return f"filters: {error}"
    return EvalQuestion(
        id=data["id"],
        question=data["question"],
        kind=data.get("kind") or ("what" if answerable else "unanswerable"),
        history=tuple(Turn(t["role"], t["content"]) for t in data.get("history", [])),
        answers=tuple(answers),
        required=tuple(tuple(group) for group in required),
        evidence=tuple(Evidence(item["report"], item["quote"]) for item in evidence),
        answerable=answerable,
        split=split,
        filters=filters,
        source=where,
    )


def to_row(question: EvalQuestion) -> dict[str, Any]:
    """The JSON object of a question, the inverse of ``parse_question``; a thumbs-down can be saved with it."""
    row: dict[str, Any] = {
        "id": question.id,
        "question": question.question,
        "kind": question.kind,
        "history": [{"role": t.role, "content": t.content} for t in question.history],
        "answers": list(question.answers),
        "required": [list(group) for group in question.required],
        "evidence": [{"report": e.report, "quote": e.quote} for e in question.evidence],
        "answerable": question.answerable,
        "split": question.split,
    }
    limits = filters_row(question.filters)
    return {**row, "filters": limits} if limits else row


def append_question(path: Path, question: EvalQuestion) -> None:
    """Add a question to a JSON-lines file, which is made when it is not there; a question with its id is replaced.

    Args:
        path: The file; several processes may add to it at once.
        question: To add; a ``LibraryError`` says why it could not be written.
    """
    put_row(path, to_row(question))


def _article(kind: type) -> str:
    return {str: "a string", list: "a list", bool: "true or false", dict: "an object"}[kind]


def _strings(values: Sequence[Any], name: str) -> str:
    if any(not isinstance(value, str) or not value.strip() for value in values):
        return f"{name} should hold strings that are not empty"
    return ""


def _group(group: Any) -> str:
    if not isinstance(group, list) or not group:
        return "each required group should be a list of alternatives"
    return _strings(group, "each required group")


def _evidence(item: Any) -> str:
    if not isinstance(item, Mapping) or set(item) != {"report", "quote"}:
        return "each piece of evidence should have report and quote, nothing else"
    return _strings(list(item.values()), "evidence")


def _turn(turn: Any) -> str:
    if not isinstance(turn, Mapping) or set(turn) != {"role", "content"}:
        return "each turn of history should have role and content, nothing else"
    if turn["role"] not in ("user", "assistant"):
        return "the role of a turn should be user or assistant"
    return _strings([turn["content"]], "content of a turn")


def _filters(row: Mapping[str, Any]) -> Filters:
    if unknown := sorted(set(row) - {"since", "until", "as_of", "reports", "countries"}):
        raise ValueError(f"unknown limit {unknown[0]}")
    for name in ("reports", "countries"):
        values = row.get(name, [])
        problem = _strings(values, name) if isinstance(values, list) else f"{name} should be a list"
        if problem:
            raise ValueError(problem)
    return filters_of(row)
