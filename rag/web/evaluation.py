"""Evaluations begun from the page: each in a process of its own with its own library, so that asking never waits for one."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.settings import describe
from rag.web.markup import one_line

if TYPE_CHECKING:
    from rag.settings import Settings

logger = logging.getLogger(__name__)

KEPT = 30
"""Finished evaluations kept in the library's home; the oldest go first."""

_LINES = 40
_NAME = re.compile(r"\d{8}T\d{9}Z-[\w-]{1,60}")
_MAIN = re.compile(r"<main>(.*)</main>", re.DOTALL)


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
    """One evaluation at a time, and the finished ones.

    Args:
        settings: Evaluated with; its corpus folder is what is asked.
        changed: Called when one has ended.
    """

    def __init__(self, settings: Settings, changed: Callable[[], None] = lambda: None) -> None:
        self._settings = settings
        self._folder = settings.home.absolute() / "evaluations"
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
        slug = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")[:50] or "questions"
        with self._lock:
            if self._running:
                raise UsageError("an evaluation is under way; wait for it or cancel it")
            # Milliseconds, so that names sort by time and none comes twice.
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"[:-3] + f"Z-{slug}"
            command = self._command(wish, name)
            self._folder.mkdir(parents=True, exist_ok=True)
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
        command += ["--home", str(self._folder / "library")]
        command += ["--json", str(self._folder / f"{name}.json"), "--html", str(self._folder / f"{name}.html"), "--no-baselines"]
        command += ["--ablation" if wish.ablation else "--no-ablation"]
        if wish.questions in ("dev", "test", "all"):
            command += ["--split", wish.questions]
        else:
            command += ["--questions", wish.questions]
        if wish.limit > 0:
            command += ["--limit", str(wish.limit)]
        if wish.compare:
            command += ["--compare", str(self._file(wish.compare, ".json"))]
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
        done = (self._folder / f"{name}.json").is_file() and not self._cancelled
        try:
            if done:
                self._note(name)
                self._prune()
        except (OSError, ValueError, KeyError):
            logger.exception("a finished evaluation could not be kept")
            done = False
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
        for path in (str(Path(wish.questions).parent), str(self._folder)):
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

    # --- what is finished --------------------------------------------------------------------------------------------------

    def runs(self) -> list[tuple[str, str]]:
        """Labels and names of the finished ones, newest first."""
        found = []
        for path in sorted(self._folder.glob("*.note"), reverse=True):
            try:
                note = json.loads(path.read_text(encoding="utf-8"))
                label = f"{note['made'][:16].replace('T', ' ')} UTC, {note['title']}, {note['n']} questions, {note['right']}"
            except (OSError, ValueError, KeyError, TypeError) as error:
                logger.warning("%s cannot be read (%s); it is left out", path.name, error)
            else:
                found.append((one_line(label, 110), path.stem))
        return found

    def page(self, name: str) -> str:
        """The scorecard as a page.

        Args:
            name: Of a finished evaluation; a ``UsageError`` says that there is none of this name.

        Returns:
            HTML.
        """
        return self._file(name, ".html").read_text(encoding="utf-8")

    def part(self, name: str) -> str:
        """The scorecard as a part of a page."""
        match = _MAIN.search(self.page(name))
        return match.group(1) if match else ""

    def rows(self, name: str) -> Sequence[dict[str, Any]]:
        """Its questions with expected and given answers, as in the scorecard's JSON."""
        rows: list[dict[str, Any]] = json.loads(self._file(name, ".json").read_text(encoding="utf-8"))["rows"]
        return rows

    def _file(self, name: str, ending: str) -> Path:
        path = self._folder / f"{name}{ending}"
        if not _NAME.fullmatch(name) or not path.is_file():
            raise UsageError("there is no such evaluation; it may have been removed to make room")
        return path

    def _note(self, name: str) -> None:
        """What the list of finished ones shows, beside the large file."""
        card = json.loads(self._file(name, ".json").read_text(encoding="utf-8"))
        correct = card["metrics"].get("answer.correct")
        note = {
            "title": card["title"],
            "made": card["made"],
            "n": card["n"]["questions"],
            "right": "nothing to mark" if correct is None else f"{100 * correct:.1f} % right",
        }
        (self._folder / f"{name}.note").write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")

    def _prune(self) -> None:
        for note in sorted(self._folder.glob("*.note"), reverse=True)[KEPT:]:
            for ending in (".note", ".json", ".html"):
                note.with_suffix(ending).unlink(missing_ok=True)


def _step(line: str) -> tuple[str, int, int] | None:
    if not line.startswith("{"):
        return None
    try:
        data = json.loads(line)
        return str(data["what"]), int(data["done"]), int(data["total"])
    except (ValueError, KeyError, TypeError):
        return None
