"""Doubles of the evaluation's tests: a scripted assistant over one small report, questions and results by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from eval.types import EvalQuestion, Evidence, QuestionResult
from rag.errors import UsageError
from rag.types import Answer, Citation, Entry, Passage, Question, Report, RetrievedPassage, Span, Turn

TEXT = (
    "Erewhon: Two incidents\n\n"
    "May 2, 2018: In the port town raiders burned three boats. The mayor blamed a smuggling ring.\n\n"
    "May 1, 2018: A patrol found a cache of rifles near the old mill. No one was arrested."
)
FIRST = TEXT.index("May 2")
SECOND = TEXT.index("May 1")


@pytest.fixture
def report() -> Report:
    return Report(
        id="r1",
        name="erewhon-2018-05-02.txt",
        title="Two incidents",
        country="Erewhon",
        published_on=date(2018, 5, 2),
        text=TEXT,
        entries=(Entry(0, FIRST, SECOND - 2), Entry(1, SECOND, len(TEXT))),
        furniture=(),
        format="txt",
        sha256="0" * 64,
        size=len(TEXT),
    )


@pytest.fixture
def passage_at(report: Report) -> Callable[[str], Passage]:
    """The passage of some words of the report."""

    def make(words: str) -> Passage:
        start = TEXT.index(words)
        entry = 0 if start < SECOND else 1
        return Passage(
            id=f"r1-{start}-{start + len(words)}",
            report_id="r1",
            report=report.name,
            title=report.title,
            country=report.country,
            published_on=report.published_on,
            entry=entry,
            on=None,
            place="",
            is_lead=False,
            start=start,
            end=start + len(words),
            text=words,
        )

    return make


@pytest.fixture
def cite() -> Callable[..., Citation]:
    """A citation of some words of the report."""

    def make(words: str, number: int = 1, **changes: Any) -> Citation:
        start = TEXT.index(words)
        made = Citation(
            number, "erewhon-2018-05-02.txt", "r1", "Two incidents", None, None, words, start, start + len(words), "p"
        )
        return replace(made, **changes)

    return make


class ScriptedAssistant:
    """Gives prepared answers by question text, and keeps what it was asked."""

    def __init__(self, report: Report, answers: Mapping[str, Answer]) -> None:
        self.report = report
        self.answers = dict(answers)
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.limits: list[object] = []

    def __enter__(self) -> ScriptedAssistant:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def ask(self, text: str, *, history: Sequence[Turn] = (), top_k: int | None = None, filters: object = None) -> Answer:
        self.asked.append((text, tuple(history)))
        self.limits.append(filters)
        return self.answers[text]

    def search(
        self, text: str, *, history: Sequence[Turn] = (), top_k: int | None = None, filters: object = None
    ) -> list[RetrievedPassage]:
        self.asked.append((text, tuple(history)))
        return list(self.answers[text].passages)

    def show(self, report: str) -> Report:
        if report not in (self.report.id, self.report.name):
            raise UsageError(f"{report}: no such report")
        return self.report


@pytest.fixture
def scripted(report: Report) -> Callable[[Mapping[str, Answer]], ScriptedAssistant]:
    return lambda answers: ScriptedAssistant(report, answers)


@pytest.fixture
def answer_of(passage_at: Callable[[str], Passage], cite: Callable[..., Citation]) -> Callable[..., Answer]:
    """An answer that quotes some words; ``found`` are the words of the passages retrieved, best first."""

    def make(
        quote: str = "", short: str = "", *, found: Sequence[str] = (), abstained: bool = False, confidence: float = 0.9
    ) -> Answer:
        return Answer(
            question=Question("q", "q"),
            answer="The reports do not say." if abstained else f"{quote} [1]",
            short_answer="" if abstained else short,
            abstained=abstained,
            reason="",
            confidence=confidence,
            citations=(cite(quote),) if quote else (),
            passages=tuple(RetrievedPassage(passage_at(w), i, 1 / i, {}, Span(0, 1)) for i, w in enumerate(found, 1)),
            seconds=0.25,
            timings={"retrieve": 0.1},
        )

    return make


BOATS = "In the port town raiders burned three boats."
MAYOR = "The mayor blamed a smuggling ring."
RIFLES = "A patrol found a cache of rifles near the old mill."


@pytest.fixture
def boats_question() -> EvalQuestion:
    return EvalQuestion(
        id="q1",
        question="how many boats burned in the port town",
        kind="how_many",
        answers=("three", "3"),
        evidence=(Evidence("erewhon-2018-05-02.txt", BOATS),),
    )


@pytest.fixture
def result_of() -> Callable[..., QuestionResult]:
    """A result with some scores."""

    def make(id: str = "q1", scores: Mapping[str, float] | None = None, **changes: Any) -> QuestionResult:
        values: dict[str, Any] = {
            "kind": "who",
            "split": "dev",
            "answerable": True,
            "correct": True,
            "confidence": 0.9,
            **changes,
        }
        return QuestionResult(id=id, question=f"question {id}", scores=dict(scores or {}), **values)

    return make
