"""What users said of answers: thumbs with reasons and corrections, kept under the library's home as JSON lines.

A change of mind adds a row with the same id; the last one counts, and the earlier ones stay to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from rag.library.journal import append_row, read_rows
from rag.types import Filters, Turn

Vote = Literal["up", "down"]

FOLDER = "feedback"
LOG = "feedback.jsonl"
QUESTIONS = "questions.jsonl"


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim words of a report, by its file name."""

    report: str
    quote: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """One user's word on one answer.

    Attributes:
        id: Of the answer judged; a second judgement of it has the same.
        at: When it was given (UTC).
        vote: Thumbs up or down.
        question: As asked.
        kind: What the question asked for, as the program understood it.
        history: The conversation before it, oldest first.
        filters: The limits it was asked under.
        answer: What was said.
        short_answer: What was said, in short.
        abstained: Whether it was declined.
        confidence: 0 to 1.
        citations: What was quoted.
        reason: In the user's words, or "".
        expected: What the answer should have been; acceptable answers, or the items of a list.
        is_list: Whether ``expected`` are items that all belong to the answer.
        unanswerable: Whether the user says that the reports do not say.
        evidence: Words that state the answer, chosen by the user.
        settings: Fingerprint of the settings that gave the answer.
    """

    id: str
    at: datetime
    vote: Vote
    question: str
    kind: str = "what"
    history: tuple[Turn, ...] = ()
    filters: Filters = field(default_factory=Filters)
    answer: str = ""
    short_answer: str = ""
    abstained: bool = False
    confidence: float = 0.0
    citations: tuple[Quote, ...] = ()
    reason: str = ""
    expected: tuple[str, ...] = ()
    is_list: bool = False
    unanswerable: bool = False
    evidence: tuple[Quote, ...] = ()
    settings: str = ""

    def to_row(self) -> dict[str, Any]:
        """The JSON object of the log."""
        row = {f.name: getattr(self, f.name) for f in fields(self)}
        row["at"] = self.at.astimezone(UTC).isoformat(timespec="seconds")
        row["history"] = [{"role": t.role, "content": t.content} for t in self.history]
        row["filters"] = filters_row(self.filters)
        row["confidence"] = round(self.confidence, 4)
        for name in ("citations", "evidence"):
            row[name] = [{"report": q.report, "quote": q.quote} for q in row[name]]
        row["expected"] = list(self.expected)
        return row

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Feedback:
        """The inverse of ``to_row``; keys of newer programs are left out.

        Args:
            row: The decoded object.

        Returns:
            The feedback.

        Raises:
            ValueError: A field is missing or is not what it should be.
        """
        try:
            if row["vote"] not in ("up", "down"):
                raise ValueError(f"vote is {row['vote']!r}, not up or down")
            known: dict[str, Any] = {f.name: row[f.name] for f in fields(cls) if f.name in row}
            known["at"] = datetime.fromisoformat(row["at"])
            known["history"] = tuple(Turn(t["role"], t["content"]) for t in row.get("history", ()))
            known["filters"] = filters_of(row.get("filters", {}))
            for name in ("citations", "evidence"):
                known[name] = tuple(Quote(q["report"], q["quote"]) for q in row.get(name, ()))
            known["expected"] = tuple(row.get("expected", ()))
            return cls(**known)
        except (KeyError, TypeError) as error:
            raise ValueError(f"is no feedback ({error!r})") from error


def filters_row(filters: Filters) -> dict[str, Any]:
    """Limits as JSON holds them: days in ISO form; empty ones are left out."""
    days = {name: day.isoformat() for name in ("since", "until", "as_of") if (day := getattr(filters, name))}
    names = {name: list(values) for name in ("reports", "countries") if (values := getattr(filters, name))}
    return {**days, **names}


def filters_of(row: Mapping[str, Any]) -> Filters:
    """The inverse of ``filters_row``; a ``ValueError`` or ``TypeError`` for what is none."""
    days = {name: date.fromisoformat(row[name]) for name in ("since", "until", "as_of") if row.get(name)}
    return Filters(**days, reports=tuple(row.get("reports", ())), countries=tuple(row.get("countries", ())))


class FeedbackLog:
    """The log of one library; safe with several processes.

    Args:
        home: Folder of the library.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / FOLDER / LOG
        self.questions = home / FOLDER / QUESTIONS
        """Where feedback is saved as eval questions."""

    def add(self, feedback: Feedback) -> None:
        """Keep a judgement; a ``LibraryError`` says why it could not be kept."""
        append_row(self.path, feedback.to_row())

    def all(self) -> tuple[list[Feedback], list[str]]:
        """The last judgement of each answer.

        Returns:
            Judgements in the order in which the answers were first judged, and one line for each row that cannot be read.
        """
        held = read_rows(self.path)
        problems = list(held.problems)
        latest: dict[str, Feedback] = {}
        for row in held.rows:
            try:
                feedback = Feedback.from_row(row)
            except ValueError as error:
                problems.append(f"{self.path}: row {str(row.get('id', '?'))[:40]} {error}; left out")
                continue
            latest[feedback.id] = feedback
        return list(latest.values()), problems
