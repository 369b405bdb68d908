"""What the commands share: the library opened, limits, progress, exit codes."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TextIO

from rag.errors import UsageError
from rag.settings import Settings
from rag.types import Filters

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library.results import Progress

DONE, FAILED, USAGE = 0, 1, 2
"""Exit codes: all went well, some inputs failed (each named), wrong usage."""


def filters_of(options: argparse.Namespace) -> Filters:
    from rag.reports.dates import parse_bound

    since = parse_bound(options.since, last=False) if options.since else None
    until = parse_bound(options.until, last=True) if options.until else None
    if since and until and since > until:
        raise UsageError(f"--since {options.since} is after --until {options.until}; nothing lies between, change one of them")
    return Filters(
        since=since,
        until=until,
        as_of=parse_bound(options.as_of, last=True) if options.as_of else None,
        reports=tuple(options.report),
        countries=tuple(options.country),
    )


def check_limits(assistant: Assistant, filters: Filters) -> None:
    """Refuse limits to what the library does not have: a slip of the pen is no silence of the reports."""
    for report in filters.reports:
        assistant.show(report)
    has = [country for country, _ in assistant.coverage().countries]
    for country in filters.countries:
        if country.casefold() not in {name.casefold() for name in has}:
            known = ", ".join(has[:10]) + (" and others" if len(has) > 10 else "")
            raise UsageError(f"{country}: no report is of this country; the library has {known or 'none with one'}")


@contextlib.contextmanager
def open_assistant(settings: Settings, *, long_lived: bool = False) -> Iterator[Assistant]:
    from rag.assistant import Assistant

    with Assistant(settings, long_lived=long_lived) as assistant:
        yield assistant


@contextlib.contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
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


def print_json(data: Any, stream: TextIO | None = None) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2), file=stream or sys.stdout)
