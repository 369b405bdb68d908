"""Prove the questions sound: ``python -m eval.check [FILE...]``.

Checked: every line is well formed and every id unique; every quote stands verbatim in the stored text of its report, and that
report belongs to the question's split; kinds are known; a quarter or more is unanswerable; an acceptable answer of a short kind
stands in the evidence as the metrics see it (a warning where it does not: a worked-out answer may stand nowhere).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.evalset import FOLDER, QuestionFileError, load_questions, load_splits, shipped_files
from eval.metrics import contains
from eval.types import KINDS, SPLITS, EvalQuestion
from rag.errors import RagError, ReportError
from rag.library import sources
from rag.models.reading_scores import normalize_answer
from rag.reports.sandbox import SandboxedReader
from rag.settings import Settings

UNANSWERABLE_SHARE = 0.25
_COMPOSED = frozenset(("yes_no", "list", "conflict", "multi_entry", "why", "temporal", "when"))


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found.

    Attributes:
        errors: One line each; any makes the check fail.
        warnings: One line each, worth a look.
        counts: Questions by split and kind.
    """

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]


def read_texts(folder: Path) -> dict[str, str]:
    """Stored text of every report of a folder, by file name, read as the library reads it.

    Args:
        folder: With reports; what its ``.ragignore`` names is passed over.

    Returns:
        Texts; a file that cannot become a report ends it with a ``ReportError``.
    """
    files = sources.collect([folder])
    defaults = Settings.load()
    with SandboxedReader(defaults.limits, defaults.splitting) as reader:
        return {file.name: reader.read(file.path.read_bytes(), file.name).report.text for file in files}


def check_questions(questions: Sequence[EvalQuestion], texts: Mapping[str, str], splits: Mapping[str, str]) -> Findings:
    """Check questions against the reports.

    Args:
        questions: Well formed, as ``load_questions`` gives them.
        texts: Stored texts by file name.
        splits: Split by file name; empty when the reports are not split.

    Returns:
        What was found.
    """
    errors: list[str] = []
    warnings: list[str] = []
    asked: dict[tuple[str, tuple[str, ...]], str] = {}
    for question in questions:
        problems, doubts = _check_one(question, texts, splits)
        same = (normalize_answer(question.question), tuple(turn.content for turn in question.history))
        if same in asked:
            problems.append(f"asks the same as {asked[same]}")
        asked.setdefault(same, question.id)
        errors += [f"{question.source}: {question.id}: {problem}" for problem in problems]
        warnings += [f"{question.source}: {question.id}: {doubt}" for doubt in doubts]
    if splits:
        errors += _check_splits(texts, splits)
    unanswerable = sum(not q.answerable for q in questions)
    if questions and unanswerable < UNANSWERABLE_SHARE * len(questions):
        errors.append(f"{unanswerable} of {len(questions)} questions are unanswerable; a quarter is asked for")
    return Findings(tuple(errors), tuple(warnings), Counter((q.split, q.kind) for q in questions))


def _check_splits(texts: Mapping[str, str], splits: Mapping[str, str]) -> list[str]:
    lines = [f"splits.json: {name} is no report of the corpus" for name in sorted(set(splits) - set(texts))]
    return lines + [f"splits.json: {name} of the corpus has no split" for name in sorted(set(texts) - set(splits))]


def _check_one(question: EvalQuestion, texts: Mapping[str, str], splits: Mapping[str, str]) -> tuple[list[str], list[str]]:
    problems = []
    if question.kind not in KINDS:
        problems.append(f"kind {question.kind} is not one of {', '.join(KINDS)}")
    if (question.kind == "unanswerable") == question.answerable:
        problems.append("kind unanswerable and answerable false belong together")
    if question.answerable and not question.evidence:
        problems.append("is answerable but has no evidence")
    if question.answerable and not question.answers:
        problems.append("is answerable but has no answers")
    if question.kind in ("list", "conflict") and not question.required:
        problems.append(f"kind {question.kind} needs required groups")
    if question.kind == "follow_up" and not question.history:
        problems.append("kind follow_up needs history")
    if question.kind == "yes_no" and any(a.strip(" .").lower() not in ("yes", "no") for a in question.answers):
        problems.append("the answers of a yes_no question are yes or no")
    for item in question.evidence:
        if item.report not in texts:
            problems.append(f"evidence names {item.report}, which is no report")
        elif item.quote not in texts[item.report]:
            problems.append(f"{item.report} does not hold {item.quote[:70]!r} verbatim")
        if splits and splits.get(item.report, question.split) != question.split:
            problems.append(f"evidence is from {item.report}, a report of {splits[item.report]}, not of {question.split}")
    return problems, _doubts(question)


def respace(path: Path, texts: Mapping[str, str]) -> int:
    """Give quotes the white space of the stored text where that is all that differs (a PDF's lines, say); rewrites the file.

    Args:
        path: A question file, well formed.
        texts: Stored texts by file name.

    Returns:
        Number of quotes changed.
    """
    changed = 0
    lines = path.read_text(encoding="utf-8").split("\n")
    for place, line in enumerate(lines):
        row = json.loads(line) if line.strip() else {}
        for item in row.get("evidence", []):
            text = texts.get(item["report"], "")
            pattern = r"\s+".join(map(re.escape, item["quote"].split()))
            if item["quote"] not in text and (match := re.search(pattern, text)):
                item["quote"] = match.group()
                changed += 1
                lines[place] = json.dumps(row, ensure_ascii=False)
    if changed:
        draft = path.with_name(f".{path.name}.draft")
        draft.write_text("\n".join(lines), encoding="utf-8")
        draft.replace(path)
    return changed


def _doubts(question: EvalQuestion) -> list[str]:
    quotes = " ".join(item.quote for item in question.evidence)
    doubts = []
    verdict = all(answer.strip(" .").lower() in ("yes", "no") for answer in question.answers)
    if (
        question.answers
        and not verdict
        and question.kind not in _COMPOSED
        and not any(contains(quotes, a) for a in question.answers)
    ):
        doubts.append(f"no acceptable answer stands in the evidence ({question.answers[0]!r} for one)")
    for group in question.required:
        if not any(contains(quotes, a) for a in group):
            doubts.append(f"no alternative of a required group stands in the evidence ({group[0]!r} for one)")
    return doubts


def main(argv: Sequence[str] | None = None) -> int:
    """Run the check.

    Args:
        argv: Arguments; those of the process when None.

    Returns:
        0 when the questions are sound, 1 when something is wrong, 2 for wrong usage.
    """
    parser = argparse.ArgumentParser(prog="python -m eval.check", description="Prove that quotes, splits and answers hold.")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="question files (default: the shipped ones)")
    parser.add_argument(
        "--corpus", type=Path, default=Path("corpus"), metavar="DIR", help="folder of the reports (default corpus)"
    )
    parser.add_argument(
        "--splits", type=Path, metavar="FILE", help="splits (default: the shipped ones, for the shipped questions)"
    )
    parser.add_argument("--respace", action="store_true", help="give quotes the white space of the stored text, in the files")
    parser.add_argument("--quiet", action="store_true", help="no warnings")
    options = parser.parse_args(argv)
    splits = options.splits or (None if options.files and not _all_shipped(options.files) else FOLDER / "splits.json")
    try:
        files = options.files or shipped_files()
        questions = load_questions(files)
        texts = read_texts(options.corpus)
        if options.respace:
            sys.stdout.write(f"{sum(respace(path, texts) for path in files)} quotes respaced\n")
            questions = load_questions(files)
        findings = check_questions(questions, texts, load_splits(splits) if splits else {})
    except (QuestionFileError, ReportError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (RagError, OSError) as error:
        sys.stderr.write(f"check: {error}\n")
        return 2
    _show(questions, findings, quiet=options.quiet)
    return 1 if findings.errors else 0


def _all_shipped(files: Iterable[Path]) -> bool:
    return all(path.resolve().parent == FOLDER.resolve() for path in files)


def _show(questions: Sequence[EvalQuestion], findings: Findings, *, quiet: bool) -> None:
    for line in findings.errors:
        sys.stdout.write(f"error: {line}\n")
    for line in () if quiet else findings.warnings:
        sys.stdout.write(f"warning: {line}\n")
    for split in SPLITS:
        kinds = ", ".join(f"{kind} {findings.counts[split, kind]}" for kind in KINDS if findings.counts.get((split, kind)))
        sys.stdout.write(f"{split}: {sum(q.split == split for q in questions)} questions ({kinds})\n")
    lower = sum(q.question == q.question.lower() and "?" not in q.question for q in questions)
    quotes = sum(len(q.evidence) for q in questions)
    sys.stdout.write(
        f"{len(questions)} questions, {sum(not q.answerable for q in questions)} unanswerable, "
        f"{lower} lower case without question mark, {quotes} quotes; "
        f"{len(findings.errors)} errors, {len(findings.warnings)} warnings\n"
    )


if __name__ == "__main__":
    sys.exit(main())
