"""Commands beside the library: ``rag serve``, ``feedback``, ``llm``, ``settings``, ``eval``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.common import DONE, FAILED, print_json
from rag.errors import UsageError
from rag.settings import Settings, describe

if TYPE_CHECKING:
    from rag.library.feedback import Feedback


def serve(options: argparse.Namespace, settings: Settings) -> int:
    from rag.web import serve

    serve(settings)
    return DONE


def feedback(options: argparse.Namespace, settings: Settings) -> int:
    from rag.library.feedback import FeedbackLog

    log = FeedbackLog(settings.home)
    given, problems = log.all()
    written, left_out = (0, []) if options.export is None else _exported(given, options.export)
    if options.json:
        print_json([f.to_row() for f in given])
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


def llm(options: argparse.Namespace, settings: Settings) -> int:
    from rag.models.llm import Health, check

    if not settings.llm:
        if options.json:
            print_json(Health("", "", "", has_key=False).to_row())
            return DONE
        print("No language model is configured: answers are quotations. Set llm = PROVIDER/NAME, or give --llm.")
        return DONE
    found = check(settings.llm, settings.generation)
    if options.json:
        print_json(found.to_row())
    else:
        key = f"{found.key} is {'set' if found.has_key else 'not set'}" if found.key else "no key is needed"
        print(f"model     {found.name}\nserver    {found.host or 'this computer'}\nkey       {key}")
        if found.error:
            print(f"answers   no: {found.error}")
        else:
            print(f"answers   yes: first words after {found.first_s:.2f} s, {found.characters_per_s:.0f} characters a second")
    return FAILED if found.error else DONE


def settings_(options: argparse.Namespace, settings: Settings) -> int:
    for key, _, description in describe():
        print(f"{key} = {settings.get(key)}\n    {description}")
    return DONE


def evaluate(arguments: list[str]) -> int:
    try:
        from eval.__main__ import main as evaluate
    except ImportError as error:
        print(f"rag: the eval suite is not installed ({error}); install from the repository", file=sys.stderr)
        return FAILED
    return int(evaluate(arguments))
