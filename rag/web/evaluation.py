"""Evaluations begun from the page: each in a process of its own with its own library, so that asking never waits for one."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.settings import describe
from rag.web.markup import one_line
from rag.web.scorecards import Scorecards, name_now

if TYPE_CHECKING:
    from rag.settings import Settings

logger = logging.getLogger(__name__)

_LINES = 40
"""Lines of problems kept, the last ones."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to evaluate.

    Attributes:
        questions: "dev", "test", "all", or the path of a file of questions.
        limit: A sample of so many questions; 0 for all.
        ablation: Also with each part switched off.
        compare: Name of an earlier evaluation, or "".
    """

    questions: str
    limit: int = 0
    ablation: bool = False
    compare: str = ""


class Evaluations:
    """One evaluation at a time.

    Args:
        settings: Evaluated with; its corpus folder is what is asked.
        finished: Takes what comes of one.
        changed: Called when one has ended.
    """

    def __init__(self, settings: Settings, finished: Scorecards, changed: Callable[[], None] = lambda: None) -> None:
        self._settings = settings
        self._finished = finished
        self._changed = changed
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._cancelled = False
        self._running = ""
        self._step: tuple[str, int, int] = ("", 0, 0)
        self._problems: list[str] = []
        self._line = ""

    # --- running -----------------------------------------------------------------------------------------------------------

    def start(self, wish: Wish) -> str:
        """Begin one in the background.

        Args:
            wish: What to evaluate.

        Returns:
            Its name.

        Raises:
            UsageError: One is under way, or the earlier one to compare with is not there.
        """
        stem = wish.questions if wish.questions in ("dev", "test", "all") else Path(wish.questions).stem
        with self._lock:
            if self._running:
                raise UsageError("an evaluation is under way; wait for it or cancel it")
            name = name_now(stem)
            command = self._command(wish, name)
            self._finished.folder.mkdir(parents=True, exist_ok=True)
            # Settings go by flag; what the environment says about the page (a password may be there) stays here.
            environment = {k: v for k, v in os.environ.items() if not k.startswith("RAG_WEB_")}
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._running, self._cancelled, self._problems = name, False, []
            self._step, self._line = ("starting", 0, 0), ""
            self._thread = threading.Thread(target=self._follow, args=(self._process, name, wish), name="evaluation", daemon=True)
            self._thread.start()
        return name

    def _command(self, wish: Wish, name: str) -> list[str]:
        command = [sys.executable, "-m", "eval", "--background", "--corpus", str(self._settings.corpus.absolute())]
        folder = self._finished.folder
        command += ["--home", str(folder / "library"), "--no-baselines"]
        command += ["--json", str(folder / f"{name}.json"), "--html", str(folder / f"{name}.html")]
        command += ["--ablation" if wish.ablation else "--no-ablation"]
        if wish.questions in ("dev", "test", "all"):
            command += ["--split", wish.questions]
        else:
            command += ["--questions", wish.questions]
        if wish.limit > 0:
            command += ["--limit", str(wish.limit)]
        if wish.compare:
            command += ["--compare", str(self._finished.file(wish.compare, ".json"))]
        for key, default, _ in describe():
            value = self._settings.get(key)
            if key not in ("home", "corpus") and not key.startswith("web.") and value != default:
                command += ["--set", f"{key}={value}"]
        return command

    def _follow(self, process: subprocess.Popen[str], name: str, wish: Wish) -> None:
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                step = _step(line)
                if step is not None:
                    self._step = step
                elif line.strip():
                    self._problems = [*self._problems, self._said(line, wish)][-_LINES:]
        code = process.wait()
        if any(line.startswith(("Traceback", 'File "')) for line in self._problems):
            logger.error("an evaluation broke off: %s", "\n".join(self._problems))
            self._problems = [f"{self._problems[-1]} (the program's log has the whole of it)"]
        done = not self._cancelled and self._finished.take(name)
        with self._lock:
            if self._cancelled:
                self._line = "Cancelled."
            elif done:
                self._line = "Done." + (" Some inputs were left out:" if code else "")
            else:
                self._line = "It failed:"
            self._problems = [] if self._cancelled or (done and not code) else self._problems
            self._running, self._process = "", None
        self._changed()

    def _said(self, line: str, wish: Wish) -> str:
        """A line of the process without its prefix, the upload's folder and library paths."""
        text = line.strip().removeprefix("eval: ")
        for path in (str(Path(wish.questions).parent), str(self._finished.folder)):
            text = text.replace(path + os.sep, "")
        return one_line(text, 400)

    def cancel(self) -> bool:
        """Stop the one under way; False when there is none."""
        with self._lock:
            process = self._process
            if process is None:
                return False
            self._cancelled = True
        try:
            # A group of its own: the processes it has begun end with it.
            os.killpg(process.pid, signal.SIGTERM)
        except (ProcessLookupError, PermissionError):
            process.terminate()
        return True

    def stop(self, timeout_s: float = 10.0) -> None:
        """Stop and wait for the end."""
        self.cancel()
        self.wait(timeout_s)

    def wait(self, timeout_s: float) -> None:
        """Wait until the one under way has ended, or the time is over."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def status(self) -> dict[str, Any]:
        """How the one under way stands, or how the last one ended.

        Returns:
            ``running``; ``line`` in words; ``share`` done, 0 to 1; ``problems``, one line each.
        """
        what, done, total = self._step
        if not self._running:
            return {"running": False, "line": self._line, "share": 0.0, "problems": list(self._problems)}
        line = f"{what} {done:,}/{total:,}" if total else what
        line = "Cancelling …" if self._cancelled else line[:1].upper() + line[1:]
        return {"running": True, "line": line, "share": done / total if total else 0.0, "problems": list(self._problems)}


def _step(line: str) -> tuple[str, int, int] | None:
    if not line.startswith("{"):
        return None
    try:
        data = json.loads(line)
        return str(data["what"]), int(data["done"]), int(data["total"])
    except (ValueError, KeyError, TypeError):
        return None
