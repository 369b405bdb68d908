"""The command line: ``rag add``, ``sync``, ``list``, ``show``, ``remove``, ``reindex``, ``doctor``, ``ask``, ``search``,
``timeline``, ``serve``, ``feedback``, ``llm``, ``eval`` and ``settings``.

Exit codes: 0 done, 1 something failed (of several inputs, each failed one is named), 2 wrong usage or settings, 130 interrupted.
Errors are one line; tracebacks only with ``--debug``.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from typing import Any

from rag.cli.common import DONE, FAILED, USAGE
from rag.cli.others import evaluate
from rag.cli.parser import build_parser
from rag.errors import RagError, SettingsError, UsageError
from rag.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: Arguments without the program's name; those of the process when None.

    Returns:
        The exit code.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = build_parser()
    try:
        options, rest = parser.parse_known_args(arguments)
        if options.run is None:  # eval reads its arguments itself
            return evaluate(_passed_on(options) + rest)
        if rest:
            parser.error(f"unrecognized arguments: {' '.join(rest)}")
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
        return USAGE if isinstance(error, UsageError | SettingsError) else FAILED
    except Exception as error:
        if debug:
            raise
        logging.getLogger(__name__).debug("unexpected", exc_info=True)
        print(f"rag: unexpected {type(error).__name__}: {error}; run again with --debug and report it", file=sys.stderr)
        return FAILED


def _passed_on(options: argparse.Namespace) -> list[str]:
    """The options that stood before ``eval``, as arguments; it knows them all."""
    given = [f"--{name}={getattr(options, name)}" for name in ("home", "config") if hasattr(options, name)]
    return given + [f"--set={item}" for item in getattr(options, "set", [])] + ["--debug"] * hasattr(options, "debug")


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
