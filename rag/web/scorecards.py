"""Scorecards of finished evaluations, kept in the library's home."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.web.markup import one_line

logger = logging.getLogger(__name__)

KEPT = 30
"""Scorecards kept; the oldest go first."""

_NAME = re.compile(r"\d{8}T\d{9}Z-[\w-]{1,60}")
_MAIN = re.compile(r"<main>(.*)</main>", re.DOTALL)


def name_now(title: str) -> str:
    """A name for an evaluation begun now: its milliseconds, so that names sort by time and none comes twice, and its title."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-")[:50] or "questions"
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"[:-3] + f"Z-{slug}"


class Scorecards:
    """What finished evaluations left: NAME.json and NAME.html of the evaluation, and NAME.note for the list of them.

    Args:
        home: Of the library.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home.absolute() / "evaluations"

    def take(self, name: str) -> bool:
        """Put an evaluation that has ended on the list, and let the oldest go; False where it left no scorecard."""
        if not (self.folder / f"{name}.json").is_file():
            return False
        try:
            self._note(name)
            self._prune()
        except (OSError, ValueError, KeyError):
            logger.exception("a finished evaluation could not be kept")
            return False
        return True

    def runs(self) -> list[tuple[str, str]]:
        """Labels and names of the finished ones, newest first."""
        found = []
        for path in sorted(self.folder.glob("*.note"), reverse=True):
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
        return self.file(name, ".html").read_text(encoding="utf-8")

    def part(self, name: str) -> str:
        """The scorecard as a part of a page."""
        match = _MAIN.search(self.page(name))
        return match.group(1) if match else ""

    def rows(self, name: str) -> Sequence[dict[str, Any]]:
        """Its questions with expected and given answers, as in the scorecard's JSON."""
        rows: list[dict[str, Any]] = json.loads(self.file(name, ".json").read_text(encoding="utf-8"))["rows"]
        return rows

    def file(self, name: str, ending: str) -> Path:
        """A file of a finished evaluation; a ``UsageError`` says that there is none of this name."""
        path = self.folder / f"{name}{ending}"
        if not _NAME.fullmatch(name) or not path.is_file():
            raise UsageError("there is no such evaluation; it may have been removed to make room")
        return path

    def _note(self, name: str) -> None:
        """What the list of finished ones shows, beside the large file."""
        card = json.loads(self.file(name, ".json").read_text(encoding="utf-8"))
        correct = card["metrics"].get("answer.correct")
        note = {
            "title": card["title"],
            "made": card["made"],
            "n": card["n"]["questions"],
            "right": "nothing to mark" if correct is None else f"{100 * correct:.1f} % right",
        }
        (self.folder / f"{name}.note").write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")

    def _prune(self) -> None:
        for note in sorted(self.folder.glob("*.note"), reverse=True)[KEPT:]:
            for ending in (".note", ".json", ".html"):
                note.with_suffix(ending).unlink(missing_ok=True)
