"""What a run stands on: the library to ask, the folder that holds it, bars that show how far it is."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.runner import Tick
from rag.assistant import Assistant
from rag.errors import IndexMismatchError, UsageError
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.library.results import ImportResult


def cache_folder() -> Path:
    """Where evaluation libraries are kept: the user's cache folder, or a temporary one where that cannot be written."""
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("ask-the-reports", appauthor=False)) / "eval"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        note(f"{folder} cannot be written; the evaluation library goes to a temporary folder")
    return Path(tempfile.mkdtemp(prefix="ask-the-reports-eval-"))


def corpus_home(corpus: Path, settings: Settings) -> Path:
    """The home of a folder's evaluation library; sizes of passages and another model make another one."""
    made_of = [
        str(corpus.resolve()),
        settings.splitting.model_dump(mode="json"),
        settings.models.embedder,
        settings.models.backend,
    ]
    digest = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:12]
    return cache_folder() / f"{corpus.resolve().name}-{digest}"


def prepare(settings: Settings, corpus: Path | None) -> Sequence[ImportResult]:
    """Make the library ready to be asked.

    Args:
        settings: With its home.
        corpus: Folder to make it equal to, or None to take it as it is.

    Returns:
        The files that were refused.

    Raises:
        UsageError: The library is empty.
    """
    with Assistant(settings) as assistant:
        refused: list[ImportResult] = []
        if corpus is not None:
            with steps() as step:
                refused = [r for r in assistant.sync(corpus, lambda p: step(p.stage, p.done, p.total)) if r.status == "refused"]
        if not any(row.state == "ready" for row in assistant.list()):
            raise UsageError(
                f"{settings.home}: the library has no reports to ask; add some with `rag --home {settings.home} add PATH`"
            )
        try:
            assistant.search("warm")
        except IndexMismatchError:
            note("the library was embedded with another model; embedding it again")
            assistant.reindex()
    return refused


AS_LINES: ContextVar[bool] = ContextVar("AS_LINES", default=False)
"""Whether progress is told as JSON lines on standard error, for a program that watches, instead of as bars."""

_EVERY_S = 0.2


def run_in_background() -> None:
    """Give way to other programs, and tell progress as JSON lines ``{"what", "done", "total"}`` from now on."""
    AS_LINES.set(True)
    if hasattr(os, "nice"):
        os.nice(10)


class _Lines:
    """One line when a step begins, when it ends, and now and then between."""

    def __init__(self) -> None:
        self._told = 0.0
        self._what = ""

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what != self._what or done >= total or now - self._told >= _EVERY_S:
            self._told, self._what = now, what
            sys.stderr.write(json.dumps({"what": what, "done": done, "total": total}) + "\n")
            sys.stderr.flush()


def note(line: str) -> None:
    """Tell the person at the terminal something, on standard error."""
    sys.stderr.write(f"eval: {line}\n")
    sys.stderr.flush()


@contextmanager
def bar(what: str, total: int) -> Iterator[Tick]:
    """A progress bar on standard error; one line only where nobody watches.

    Args:
        what: Goes in front.
        total: Steps.

    Yields:
        To be called at each step.
    """
    if AS_LINES.get():
        lines, done = _Lines(), iter(range(1, total + 1))
        lines(what, 0, total)
        yield lambda: lines(what, next(done, total), total)
        return
    from tqdm import tqdm

    if not sys.stderr.isatty():
        note(f"{what} ({total})")
    with tqdm(total=total, desc=what, unit="", leave=False, disable=None, file=sys.stderr) as shown:
        yield lambda: _advance(shown)


def _advance(shown: Any) -> None:
    shown.update()


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """Bars for work that reports stage, done and total."""
    if AS_LINES.get():
        yield _Lines()
        return
    shown = Steps()
    try:
        yield shown
    finally:
        shown.close()


class Steps:
    """One bar for each stage that reports."""

    def __init__(self) -> None:
        from tqdm import tqdm

        self._make = tqdm
        self._stage = ""
        self._bar = tqdm(disable=True)

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self._bar.close()
            self._bar = self._make(desc=stage, unit="", leave=False, disable=None, file=sys.stderr)
            self._stage = stage
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()
