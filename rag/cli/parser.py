"""The words of the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from rag import __version__
from rag.cli import asking, library, others
from rag.settings import Settings


def _from_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of 1 or more")
    return int(text)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; each command sets ``run(options, settings)``, which returns the exit code; eval's is None."""
    common = argparse.ArgumentParser(add_help=False)
    # SUPPRESS lets the options stand before or after the command without one overwriting the other.
    common.add_argument("--home", metavar="DIR", default=argparse.SUPPRESS, help="folder of the library (RAG_HOME)")
    common.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=argparse.SUPPRESS, help="any setting, see `rag settings`"
    )
    common.add_argument("--config", metavar="FILE", type=Path, default=argparse.SUPPRESS, help="settings file (rag.toml)")
    common.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="log everything, show tracebacks")

    parser = argparse.ArgumentParser(
        prog="rag", description="Ask a folder of reports; every answer comes with the quotations that show it.", parents=[common]
    )
    parser.add_argument("--version", action="version", version=f"rag {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace, Settings], int], help_: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_, description=help_, parents=[common])
        sub.set_defaults(run=run)
        return sub

    add = command("add", library.add, "add files or folders to the library")
    add.add_argument("paths", nargs="+", metavar="PATH")
    sync = command(
        "sync",
        library.sync,
        "take in what is new or changed in a folder, drop reports whose file there is gone (default: corpus/)",
    )
    sync.add_argument("folder", nargs="?", metavar="DIR", help="default: the corpus setting")
    list_ = command("list", library.list_, "list the reports")
    show = command("show", library.show, "show a report with its entries")
    show.add_argument("id", metavar="ID", help="id or file name")
    remove = command("remove", library.remove, "remove reports")
    remove.add_argument("ids", nargs="+", metavar="ID", help="id or file name")
    reindex = command("reindex", library.reindex, "rebuild the vector index from the catalog")
    doctor = command("doctor", library.doctor, "compare everything stored, and repair")
    doctor.add_argument("--check", action="store_true", help="only compare, repair nothing")
    ask = command("ask", asking.ask, "ask a question")
    ask.add_argument("question", nargs="?")
    ask.add_argument("--batch", metavar="Q.jsonl", type=Path, help='rows {"id","question","history"?}; - reads standard input')
    ask.add_argument("--output", metavar="A.jsonl", type=Path, help="where the answer rows go (default: standard output)")
    ask.add_argument("--top-k", type=_from_one, metavar="N", help="passages listed with the answer")
    search = command("search", asking.search, "show the passages nearest to some words")
    search.add_argument("question", metavar="WORDS")
    search.add_argument("--top-k", type=_from_one, metavar="N")
    timeline = command("timeline", asking.timeline, "events by event date")
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
    ask.add_argument("--llm", metavar="NAME", help="language model, PROVIDER/NAME")
    serve = command("serve", others.serve, "open the page")
    serve.add_argument("--host", metavar="H")
    serve.add_argument("--port", type=int, metavar="P")
    feedback = command("feedback", others.feedback, "what users said of answers; export it as eval questions")
    feedback.add_argument("--export", metavar="OUT.jsonl", type=Path, help="add them to this file of eval questions")
    llm = command("llm", others.llm, "check the language model: what is configured, whether it answers, how fast")
    llm.add_argument("action", choices=("check",), nargs="?", default="check")
    llm.add_argument("--llm", metavar="NAME", help="language model, PROVIDER/NAME")
    llm.add_argument("--json", action="store_true", help="print data for programs")
    command("settings", others.settings_, "list every setting with its value")
    commands.add_parser("eval", help="run the evaluation (= python -m eval)", add_help=False).set_defaults(run=None)
    for sub in (add, sync, list_, show, remove, reindex, doctor, ask, search, timeline, feedback):
        sub.add_argument("--json", action="store_true", help="print data for programs")
    return parser
