"""The command line: ``rag add``, ``sync``, ``list``, ``show``, ``remove``, ``reindex``, ``doctor``, ``ask``, ``search``,
``timeline``, ``serve``, ``feedback``, ``eval`` and ``settings``.

Exit codes: 0 done, 1 some inputs failed (each named), 2 wrong usage. Errors are one line; tracebacks only with ``--debug``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rag import __version__
from rag.errors import RagError, UsageError
from rag.settings import Settings, describe
from rag.types import NO_ANSWER, Answer, Filters, TimelineRow, Turn

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library.feedback import Feedback
    from rag.library.results import ImportResult, Progress

DONE, FAILED, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Arguments without the program's name; those of the process when None.

    Returns:
        The exit code.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["eval"] and not {"-h", "--help"} & set(arguments[:1]):
        return _evaluate(arguments[1:])
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:
        # argparse ends with 0 after --help and with 2 after wrong usage.
        return int(stop.code or 0)
    debug = bool(getattr(options, "debug", False))
    logging.basicConfig(level=logging.DEBUG if debug else logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = Settings.load(_overrides(options), file=options.config)
        return int(options.run(options, settings))
    except KeyboardInterrupt:
        print("rag: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe has gone; the interpreter must not complain about it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except RagError as error:
        if debug:
            raise
        print(f"rag: {error}", file=sys.stderr)
        return USAGE if isinstance(error, UsageError) else FAILED
    except Exception as error:
        if debug:
            raise
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        print(f"rag: unexpected {type(error).__name__}: {error}; run again with --debug and report it", file=sys.stderr)
        return FAILED


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    # SUPPRESS lets the options stand before or after the command without one overwriting the other.
    common.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help="folder of the library (RAG_HOME)")
    common.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=argparse.SUPPRESS, help="any setting, see `rag settings`"
    )
    common.add_argument("--config", metavar="FILE", type=Path, default=argparse.SUPPRESS, help="settings file (rag.toml)")
    common.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="log everything, show tracebacks")

    parser = argparse.ArgumentParser(
        prog="rag", description="Ask a folder of reports; every answer is a quotation that can be checked.", parents=[common]
    )
    parser.add_argument("--version", action="version", version=f"rag {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace, Settings], int], help_: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_, description=help_, parents=[common])
        sub.set_defaults(run=run)
        return sub

    add = command("add", _add, "add files or folders to the library")
    add.add_argument("paths", nargs="+", metavar="PATH")
    sync = command("sync", _sync, "make the library equal to a folder (default: corpus/)")
    sync.add_argument("folder", nargs="?", metavar="DIR", help="default: the corpus setting")
    list_ = command("list", _list, "list the reports")
    show = command("show", _show, "show a report with its entries")
    show.add_argument("id", metavar="ID", help="id or file name")
    remove = command("remove", _remove, "remove reports")
    remove.add_argument("ids", nargs="+", metavar="ID", help="id or file name")
    reindex = command("reindex", _reindex, "rebuild the vector index from the catalog")
    doctor = command("doctor", _doctor, "compare everything stored, and repair")
    doctor.add_argument("--check", action="store_true", help="only compare, repair nothing")
    ask = command("ask", _ask, "ask a question")
    ask.add_argument("question", nargs="?")
    ask.add_argument("--batch", metavar="Q.jsonl", type=Path, help='rows {"id","question","history"?}; - reads standard input')
    ask.add_argument("--output", metavar="A.jsonl", type=Path, help="where the answer rows go (default: standard output)")
    ask.add_argument("--top-k", type=int, metavar="N", help="passages listed with the answer")
    search = command("search", _search, "show the passages nearest to some words")
    search.add_argument("question", metavar="WORDS")
    search.add_argument("--top-k", type=int, metavar="N")
    timeline = command("timeline", _timeline, "events by event date")
    timeline.add_argument("about", nargs="?", default="")
    timeline.add_argument("--csv", metavar="FILE", type=Path, help="write the events to this CSV file; - is standard output")
    for sub in (ask, search, timeline):
        sub.add_argument("--since", metavar="D", help="events on or after this day, month or year")
        sub.add_argument("--until", metavar="D", help="events on or before it")
        sub.add_argument("--as-of", metavar="D", help="only what was reported on or before it")
        sub.add_argument("--report", metavar="ID", action="append", default=[], help="only this report (repeatable)")
        sub.add_argument(
            "--country", metavar="NAME", action="append", default=[], help="only reports of this country (repeatable)"
        )
    for sub in (ask, timeline):
        sub.add_argument("--llm", metavar="NAME", help="language model, PROVIDER/NAME")
    serve = command("serve", _serve, "open the page")
    serve.add_argument("--host", metavar="H")
    serve.add_argument("--port", type=int, metavar="P")
    feedback = command("feedback", _feedback, "what users said of answers; export it as eval questions")
    feedback.add_argument("--export", metavar="OUT.jsonl", type=Path, help="add them to this file of eval questions")
    llm = command("llm", _llm, "check the language model: what is configured, whether it answers, how fast")
    llm.add_argument("action", choices=("check",), nargs="?", default="check")
    llm.add_argument("--llm", metavar="NAME", help="language model, PROVIDER/NAME")
    llm.add_argument("--json", action="store_true", help="print data for programs")
    command("settings", _settings, "list every setting with its value")
    commands.add_parser("eval", help="run the evaluation (= python -m eval)", add_help=False)
    for sub in (add, sync, list_, show, remove, reindex, doctor, ask, search, timeline, feedback):
        sub.add_argument("--json", action="store_true", help="print data for programs")
    return parser


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    options.config = getattr(options, "config", None)
    values: dict[str, Any] = {}
    for item in getattr(options, "set", []):
        key, equals, value = item.partition("=")
        if not equals:
            raise UsageError(f"--set {item}: write it as KEY=VALUE; `rag settings` lists the keys")
        values[key.strip()] = value.strip()
    for name, key in (("home", "home"), ("host", "web.host"), ("port", "web.port"), ("llm", "llm")):
        if getattr(options, name, None) is not None:
            values[key] = getattr(options, name)
    return values


def _filters(options: argparse.Namespace) -> Filters:
    from rag.reports.dates import parse_bound

    return Filters(
        since=parse_bound(options.since, last=False) if options.since else None,
        until=parse_bound(options.until, last=True) if options.until else None,
        as_of=parse_bound(options.as_of, last=True) if options.as_of else None,
        reports=tuple(options.report),
        countries=tuple(options.country),
    )


@contextlib.contextmanager
def _open(settings: Settings, *, long_lived: bool = False) -> Iterator[Assistant]:
    from rag.assistant import Assistant

    with Assistant(settings, long_lived=long_lived) as assistant:
        yield assistant


@contextlib.contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """A progress bar on standard error when a person is watching."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(
        total=0, leave=False, file=sys.stderr, bar_format="{desc:<14} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}"
    ) as bar:

        def step(event: Progress) -> None:
            bar.set_description_str(event.stage, refresh=False)
            bar.total, bar.n = event.total, event.done
            bar.refresh()

        yield step


def _print_json(data: Any, stream: TextIO | None = None) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2), file=stream or sys.stdout)


def _results(results: Sequence[ImportResult], as_json: bool) -> int:
    refused = [r for r in results if r.status == "refused"]
    if as_json:
        _print_json([r.to_row() for r in results])
    else:
        for result in results:
            if result.status == "refused":
                print(f"refused   {result.name}: {result.reason}", file=sys.stderr)
            elif result.status != "unchanged":
                print(f"{result.status:<9} {result.name}  ({result.entries} entries, {result.passages} passages)")
        counts: dict[str, int] = {}
        for result in results:
            counts[result.status] = counts.get(result.status, 0) + 1
        print(", ".join(f"{count} {status}" for status, count in counts.items()) or "nothing to do")
    return FAILED if refused else DONE


def _add(options: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant, _progress(options.json) as progress:
        results = assistant.add(options.paths, progress)
    return _results(results, options.json)


def _sync(options: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant, _progress(options.json) as progress:
        results = assistant.sync(options.folder, progress)
    return _results(results, options.json)


def _remove(options: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        results = assistant.remove(options.ids)
    return _results(results, options.json)


def _list(options: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        reports = assistant.list()
    if options.json:
        _print_json([r.to_row() for r in reports])
    elif not reports:
        print("The library is empty; add reports with: rag add FOLDER")
    else:
        width = min(44, max(len(r.name) for r in reports))
        print(f"{'report':<{width}}  {'date':<10}  entries  passages  state    title")
        for r in reports:
            day = r.published_on.isoformat() if r.published_on else ""
            print(f"{r.name:<{width}}  {day:<10}  {r.entries:>7}  {r.passages:>8}  {r.state:<7}  {r.title}")
    return DONE


def _show(options: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        report = assistant.show(options.id)
    if options.json:
        _print_json(
            {
                "id": report.id,
                "report": report.name,
                "title": report.title,
                "country": report.country,
                "date": report.published_on.isoformat() if report.published_on else None,
                "entries": [
                    {
                        "date": e.on.end.isoformat() if e.on else None,
                        "place": e.place,
                        "start": e.start,
                        "end": e.end,
                        "text": report.text[e.start : e.end],
                    }
                    for e in report.entries
                ],
                "furniture": [{"start": f.start, "end": f.end} for f in report.furniture],
                "text": report.text,
            }
        )
        return DONE
    print(f"{report.title}\n{report.name}  {report.published_on or 'undated'}  id {report.id}\n")
    for entry in report.entries:
        print(
            f"[{entry.start}-{entry.end}]{' ' + str(entry.on.end) if entry.on else ''}{' ' + entry.place if entry.place else ''}"
        )
        print(report.text[entry.start : entry.end] + "\n")
    return DONE


def _reindex(options: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant, _progress(options.json) as progress:
        again = assistant.reindex(progress)
        passages = assistant.coverage().passages
    if options.json:
        _print_json({"passages": passages, "read_again": [r.to_row() for r in again]})
    else:
        print(f"{passages} passages indexed, {len(again)} reports read again")
    return FAILED if any(r.status == "refused" for r in again) else DONE


def _doctor(options: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        report = assistant.doctor(repair=not options.check)
    if options.json:
        _print_json(report.to_row())
    else:
        for check in report.checks:
            mark = "repaired" if check.repaired else "ok" if check.ok else "WRONG"
            print(f"{mark:<9} {check.name}: {check.detail}")
    return DONE if report.ok else FAILED


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    if (options.question is None) == (options.batch is None):
        raise UsageError('ask one question, or many with --batch: rag ask "who attacked the camp in Kidal"')
    filters = _filters(options)
    if options.batch is not None:
        return _ask_batch(options, settings, filters)
    with _open(settings) as assistant:
        if not assistant.coverage().reports:
            raise RagError(f"the library in {settings.home} is empty; add reports with: rag add FOLDER, or rag sync corpus")
        streams = bool(settings.llm) and not options.json and sys.stdout.isatty() and options.top_k is None
        if streams:
            answer = _show_growing(assistant.stream(options.question, filters=filters))
        else:
            answer = assistant.ask(options.question, filters=filters, top_k=options.top_k)
    if options.json:
        _print_json(answer.to_row())
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


def _ask_batch(options: argparse.Namespace, settings: Settings, filters: Filters) -> int:
    questions = list(_read_questions(options.batch))
    refused = 0
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(options.output.open("w", encoding="utf-8")) if options.output else sys.stdout
        assistant = stack.enter_context(_open(settings, long_lived=len(questions) > 1000))
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


def _declined_row(identifier: Any, text: str, reason: str) -> dict[str, Any]:
    from rag.types import Question

    declined = Answer(Question(text, text), NO_ANSWER, "", True, reason, 0.0, (), (), 0.0)
    return declined.to_row(identifier)


def _with_bar(questions: Iterable[Any], quiet: bool) -> Iterable[Any]:
    if quiet or not sys.stderr.isatty():
        return questions
    from tqdm import tqdm

    bar: Iterable[Any] = tqdm(questions, desc="asking", leave=False)
    return bar


def _search(options: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        found = assistant.search(options.question, filters=_filters(options), top_k=options.top_k)
    if options.json:
        _print_json(
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


def _timeline(options: argparse.Namespace, settings: Settings) -> int:
    with _open(settings) as assistant:
        rows: Sequence[TimelineRow] = assistant.timeline(options.about, filters=_filters(options))
    if options.csv is not None:
        return _timeline_csv(rows, options.csv)
    if options.json:
        _print_json([row.to_row() for row in rows])
        return DONE
    for row in rows:
        days = str(row.on.start) if row.on.is_day else f"{row.on.start} to {row.on.end}"
        print(f"{days}{'  ' + row.place if row.place else ''}\n    {row.text}")
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


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    from rag.web import serve

    serve(settings)
    return DONE


def _feedback(options: argparse.Namespace, settings: Settings) -> int:
    from rag.library.feedback import FeedbackLog

    log = FeedbackLog(settings.home)
    given, problems = log.all()
    written, left_out = (0, []) if options.export is None else _exported(given, options.export)
    if options.json:
        _print_json([f.to_row() for f in given])
    else:
        for f in given:
            print(f"{f.at:%Y-%m-%d}  {f.vote:<4}  {f.question}{'  (' + f.reason + ')' if f.reason else ''}")
        print(f"{len(given)} judgements in {log.path}")
        if log.questions.exists():
            print(f"saved as eval questions in {log.questions}")
        if options.export is not None:
            print(f"{written} questions written; run them with: rag eval --questions {options.export} --home {settings.home}")
    for line in (*problems, *(f"left out: {line}" for line in left_out)):
        print(f"rag: {line}", file=sys.stderr)
    return FAILED if problems else DONE


def _exported(given: Sequence[Feedback], path: Path) -> tuple[int, list[str]]:
    try:
        from eval.feedback import export
    except ImportError as error:
        raise UsageError(f"the eval suite is not installed ({error}); install from the repository") from error
    return export(given, path)


def _llm(options: argparse.Namespace, settings: Settings) -> int:
    from rag.models.llm import check

    if not settings.llm:
        print("No language model is configured: answers are quotations. Set llm = PROVIDER/NAME, or give --llm.")
        return DONE
    found = check(settings.llm, settings.generation)
    if options.json:
        _print_json(found.to_row())
    else:
        key = f"{found.key} is {'set' if found.has_key else 'not set'}" if found.key else "no key is needed"
        print(f"model     {found.name}\nserver    {found.host or 'this computer'}\nkey       {key}")
        if found.error:
            print(f"answers   no: {found.error}")
        else:
            print(f"answers   yes: first words after {found.first_s:.2f} s, {found.characters_per_s:.0f} characters a second")
    return FAILED if found.error else DONE


def _settings(options: argparse.Namespace, settings: Settings) -> int:
    for key, _, description in describe():
        print(f"{key} = {settings.get(key)}\n    {description}")
    return DONE


def _evaluate(arguments: list[str]) -> int:
    try:
        from eval.__main__ import main as evaluate
    except ImportError as error:
        print(f"rag: the eval suite is not installed ({error}); install from the repository", file=sys.stderr)
        return FAILED
    return int(evaluate(arguments))


if __name__ == "__main__":
    sys.exit(main())
