"""The data of an evaluation: questions with evidence going in, one result a question coming out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rag.types import Filters, Turn

KINDS = (
    "who", "what", "when", "where", "how_many", "why", "yes_no", "temporal", "as_of", "list", "multi_entry", "conflict",
    "follow_up", "paraphrase", "typo", "unanswerable",
)  # fmt: skip
"""Kinds of the project's questions, in the order scorecards list them."""

SPLITS = ("dev", "test")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that states the answer: verbatim words of a report, by its file name."""

    report: str
    quote: str


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question with everything needed to mark an answer to it.

    Attributes:
        id: Unique over all files of a run.
        question: As a user types it.
        kind: One of ``KINDS`` for the project's own; free for anybody else's.
        history: The conversation before it, oldest first.
        answers: Every acceptable short answer; empty for an unanswerable question.
        required: Groups of alternatives; a full answer meets each group. Empty when one answer is all there is.
        evidence: Places that state the answer; empty for an unanswerable question.
        answerable: Whether the reports answer it.
        split: "dev" or "test".
        source: File and line it was read from, for messages.
        filters: Limits it is asked under.
    """

    id: str
    question: str
    kind: str
    history: tuple[Turn, ...] = ()
    answers: tuple[str, ...] = ()
    required: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    answerable: bool = True
    split: str = "dev"
    source: str = ""
    filters: Filters = field(default_factory=Filters)


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """How one question went; saved in the scorecard, so that two runs can be compared question by question.

    Attributes:
        id: Of the question.
        question: As asked.
        kind: Of the question.
        split: Of the question.
        answerable: Of the question.
        expected: The first acceptable answer, or "".
        answer: What was said.
        short_answer: What was said, in short.
        abstained: Whether it was declined.
        confidence: 0 to 1.
        correct: Whether the answer, given or (for a declined one) withheld, is right; None where nothing is known to compare.
        scores: Value by metric name; a metric that does not apply is absent.
        timings: Seconds by stage, "total" among them.
        citations: Report, start, end and quote of each citation of an answer given.
        sentences: Verdicts on those a language model wrote, as in answer rows.
    """

    id: str
    question: str
    kind: str
    split: str
    answerable: bool
    expected: str = ""
    answer: str = ""
    short_answer: str = ""
    abstained: bool = False
    confidence: float = 0.0
    correct: bool | None = None
    scores: dict[str, float] = field(default_factory=dict)
    timings: dict[str, float] = field(default_factory=dict)
    citations: tuple[dict[str, Any], ...] = ()
    sentences: tuple[dict[str, Any], ...] = ()

    def to_row(self) -> dict[str, Any]:
        """The row of a scorecard's JSON."""
        row = {name: getattr(self, name) for name in self.__slots__}
        row["confidence"] = round(self.confidence, 6)
        row["scores"] = {name: round(value, 6) for name, value in self.scores.items()}
        row["timings"] = {name: round(value, 6) for name, value in self.timings.items()}
        row["citations"], row["sentences"] = list(self.citations), list(self.sentences)
        return row

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> QuestionResult:
        """The inverse of ``to_row``; keys of newer programs are left out."""
        known = {name: row[name] for name in cls.__slots__ if name in row}
        return cls(**{**known, **{name: tuple(row.get(name, ())) for name in ("citations", "sentences")}})
