"""Commands that ask: ``rag ask``, ``search``, ``timeline``."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from rag.cli.common import DONE, FAILED, check_limits, filters_of, open_assistant, print_json
from rag.errors import RagError, UsageError
from rag.settings import Settings
from rag.types import NO_ANSWER, Answer, Filters, Question, TimelineRow, Turn


def ask(options: argparse.Namespace, settings: Settings) -> int:
    if (options.question is None) == (options.batch is None):
        raise UsageError('ask one question, or many with --batch: rag ask "who attacked the camp in Kidal"')
    filters = filters_of(options)
    if options.batch is not None:
        return _ask_batch(options, settings, filters)
    with open_assistant(settings) as assistant:
        if not assistant.coverage().reports:
            raise RagError(f"the library in {settings.home} is empty; add reports with: rag add FOLDER, or rag sync corpus")
        check_limits(assistant, filters)
        streams = bool(settings.llm) and not options.json and sys.stdout.isatty() and options.top_k is None
        if streams:
            answer = _show_growing(assistant.stream(options.question, filters=filters))
        else:
            answer = assistant.ask(options.question, filters=filters, top_k=options.top_k)
    if options.json:
        print_json(answer.to_row())
    else:
        _print_answer(answer)
    return DONE


def _show_growing(answers: Iterable[Answer]) -> Answer:
    """Print each checked sentence as it comes, to a terminal; the complete answer is printed after it."""
    shown = ""
    for answer in answers:
        if answer.verdicts and answer.answer.startswith(shown):
            sys.stdout.write(answer.answer[len(shown) :])
            sys.stdout.flush()
            shown = answer.answer
    if shown:
        print("\n" + "-" * 20)
    return answer


def _print_answer(answer: Answer) -> None:
    from rag.reports.date_text import format_range

    if answer.question.understood_as:
        used = ", ".join(f"{c.used} (typed: {c.typed})" for c in answer.question.corrections)
        print(f"Showing results for {used}" if used else "", end="\n" if used else "")
        print(f"Understood as: {answer.question.understood_as}\n")
    if answer.abstained:
        print(NO_ANSWER + (f" {answer.reason}" if answer.reason else ""))
        print("\nThe nearest they come:" if answer.citations else "")
    else:
        print(f"{answer.short_answer}\n")
        print(answer.answer + "\n")
        if answer.reason:
            print(f"({answer.reason})\n")
    for c in answer.citations:
        dates = f"{c.date}" if c.date else "undated"
        if c.published_on and c.published_on != c.date:
            dates += f", report of {c.published_on}"
        if c.happened:
            dates += f", tells of {format_range(c.happened)}"
        print(f"[{c.number}] {c.title}\n    {c.report}, {dates}, characters {c.start}-{c.end}\n    “{c.quote}”")


def _ask_batch(options: argparse.Namespace, settings: Settings, filters: Filters) -> int:
    questions = list(_read_questions(options.batch))
    refused = 0
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(_opened(options.output)) if options.output else sys.stdout
        assistant = stack.enter_context(open_assistant(settings, long_lived=len(questions) > 1000))
        check_limits(assistant, filters)
        for identifier, text, history in _with_bar(questions, options.output is None):
            try:
                row = assistant.ask(text, history=history, filters=filters, top_k=options.top_k).to_row(identifier)
            except UsageError as error:
                # One bad question must not cost the others their answers; it is declined with the reason.
                refused += 1
                row = _declined_row(identifier, text, str(error))
            print(json.dumps(row, ensure_ascii=False), file=out)
    if refused:
        print(f"rag: {refused} of {len(questions)} questions could not be asked; see their reason", file=sys.stderr)
    return FAILED if refused else DONE


def _opened(file: Path) -> TextIO:
    try:
        return file.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: cannot be written ({error.strerror}); choose another file") from error


def _read_questions(path: Path) -> Iterator[tuple[Any, str, list[Turn]]]:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); give a JSONL file of questions") from error
    # Not splitlines(): a question may hold U+2028 and the like inside its JSON string.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            history = [Turn(t["role"], t["content"]) for t in row.get("history") or []]
            yield row.get("id", number), str(row["question"]), history
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f'{path}, line {number}: not a question row ({error!r}); write {{"id": 1, "question": "..."}}'
            ) from error


def _declined_row(identifier: Any, text: str, reason: str) -> dict[str, Any]:
    declined = Answer(Question(text, text), NO_ANSWER, "", True, reason, 0.0, (), (), 0.0)
    return declined.to_row(identifier)


def _with_bar(questions: Iterable[Any], quiet: bool) -> Iterable[Any]:
    if quiet or not sys.stderr.isatty():
        return questions
    from tqdm import tqdm

    bar: Iterable[Any] = tqdm(questions, desc="asking", leave=False)
    return bar


def search(options: argparse.Namespace, settings: Settings) -> int:
    filters = filters_of(options)
    with open_assistant(settings) as assistant:
        check_limits(assistant, filters)
        found = assistant.search(options.question, filters=filters, top_k=options.top_k)
    if options.json:
        print_json(
            [
                {
                    "rank": r.rank,
                    "report": r.passage.report,
                    "date": r.passage.date.isoformat() if r.passage.date else None,
                    "text": r.passage.text,
                    "score": round(r.score, 6),
                    "parts": {k: round(v, 6) for k, v in r.parts.items()},
                    "start": r.passage.start,
                    "end": r.passage.end,
                    "passage_id": r.passage.id,
                }
                for r in found
            ]
        )
    for r in () if options.json else found:
        print(f"{r.rank:>2}. {r.score:.3f}  {r.passage.report}, {r.passage.date or 'undated'}\n    {r.passage.text}\n")
    return DONE


def timeline(options: argparse.Namespace, settings: Settings) -> int:
    filters = filters_of(options)
    with open_assistant(settings) as assistant:
        check_limits(assistant, filters)
        rows: Sequence[TimelineRow] = assistant.timeline(options.about, filters=filters)
    if options.csv is not None:
        return _timeline_csv(rows, options.csv)
    if options.json:
        print_json([row.to_row() for row in rows])
        return DONE
    for row in rows:
        days = str(row.on.start) if row.on.is_day else f"{row.on.start} to {row.on.end}"
        print(f"{days}{'  ' + row.place if row.place else ''}\n    {' '.join(row.text.split())}")
        print("    " + "; ".join(f"{c.report}, {c.date}, {c.start}-{c.end}" for c in row.citations) + "\n")
    if not rows:
        print("No dated event found.")
    return DONE


def _timeline_csv(rows: Sequence[TimelineRow], file: Path) -> int:
    from rag.answers.timeline_csv import timeline_csv

    text = timeline_csv(rows)
    if str(file) == "-":
        print(text, end="")
        return DONE
    try:
        # With a byte order mark spreadsheets read it as UTF-8; the line ends are CSV's own.
        file.write_text(text, encoding="utf-8-sig", newline="")
    except OSError as error:
        raise UsageError(f"{file}: cannot be written ({error.strerror}); choose another file") from error
    print(f"{len(rows)} events written to {file}", file=sys.stderr)
    return DONE
