"""Runs: questions through an assistant, once as it is set and once for each part switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from eval.scoring import Located, Shelf, answer_is_correct, retrieval_scores, score
from eval.support import EvidenceSpan, evidence_ranks, passage_spans
from eval.types import EvalQuestion, QuestionResult
from eval.variants import ABLATIONS, BASELINES, Variant
from rag.settings import Settings
from rag.types import Answer, Filters, Report, RetrievedPassage, Turn

TOP_K = 10
Tick = Callable[[], None]


class Asked(Protocol):
    """What a run needs of an assistant."""

    def ask(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None, top_k: int | None = None) -> Answer:
        """Answer a question."""

    def search(
        self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None, top_k: int | None = None
    ) -> Sequence[RetrievedPassage]:
        """Passages, best first."""

    def show(self, report: str) -> Report:
        """A report by id or file name."""


Opener = Callable[[Settings], AbstractContextManager[Asked]]


@dataclass(frozen=True, slots=True)
class Run:
    """Results of one setting.

    Attributes:
        name: Of the variant.
        results: One for each question.
        overrides: Settings that differ from the main run's.
        what: What it shows.
        answers: Whether answers were asked for, or passages only.
        searched: Rankings where search differs, of more questions than were answered; their scores then stand for those of
            ``results``.
        kinds: Kinds of question asked; empty for all.
    """

    name: str
    results: tuple[QuestionResult, ...]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    what: str = ""
    answers: bool = True
    searched: tuple[QuestionResult, ...] = ()
    kinds: tuple[str, ...] = ()


def ask_all(
    asked: Asked,
    questions: Iterable[EvalQuestion],
    located: Located,
    shelf: Shelf,
    tick: Tick | None = None,
    *,
    written: bool = False,
) -> list[QuestionResult]:
    """Ask every question whose evidence is in the library, and mark the answers.

    Args:
        asked: The assistant.
        questions: To ask.
        located: Their evidence.
        shelf: The library's reports.
        tick: Called after each question.
        written: Whether a language model is to write the answers.

    Returns:
        Results in the order of the questions.
    """
    results = []
    for question in questions:
        if question.id in located.evidence:
            answer = asked.ask(question.question, history=question.history, filters=question.filters, top_k=TOP_K)
            results.append(score(question, answer, located.evidence[question.id], shelf, written=written))
        if tick is not None:
            tick()
    return results


def add_withheld(
    unbounded: Asked, results: Sequence[QuestionResult], questions: Iterable[EvalQuestion], tick: Tick | None = None
) -> list[QuestionResult]:
    """Learn whether declined answers would have been right, which the risk-coverage curve needs at full coverage.

    Args:
        unbounded: The assistant with threshold 0.
        results: Of the run as set.
        questions: The same questions.
        tick: Called after each question asked again.

    Returns:
        The results, ``correct`` filled in for declined questions; nothing else changes.
    """
    known = {q.id: q for q in questions}
    filled = []
    for result in results:
        if result.abstained and result.answerable:
            question = known[result.id]
            answer = unbounded.ask(question.question, history=question.history, filters=question.filters, top_k=TOP_K)
            verdict = False if answer.abstained else answer_is_correct(question, answer)
            result = replace(result, correct=verdict)
            if tick is not None:
                tick()
        filled.append(result)
    return filled


def search_all(
    search: Callable[[EvalQuestion], Sequence[tuple[str, int, int]]],
    questions: Iterable[EvalQuestion],
    evidence: Mapping[str, Sequence[EvidenceSpan]],
    tick: Tick | None = None,
) -> list[QuestionResult]:
    """Rank passages for every answerable question and mark the rankings.

    Args:
        search: Gives report id, start and end of the passages found for a question, best first.
        questions: To ask.
        evidence: By question id.
        tick: Called after each question.

    Returns:
        Results with retrieval scores only.
    """
    results = []
    for question in questions:
        if evidence.get(question.id):
            ranks = evidence_ranks(evidence[question.id], search(question))
            results.append(
                QuestionResult(
                    id=question.id,
                    question=question.question,
                    kind=question.kind,
                    split=question.split,
                    answerable=True,
                    scores=retrieval_scores(ranks),
                )
            )
        if tick is not None:
            tick()
    return results


def run_baselines(
    opener: Opener, settings: Settings, questions: Sequence[EvalQuestion], located: Located, tick: Tick | None = None
) -> list[Run]:
    """Plain searches over the same passages.

    Args:
        opener: Makes an assistant of settings.
        settings: Of the run.
        questions: To ask.
        located: Their evidence.
        tick: Called after each question.

    Returns:
        A run for each of ``BASELINES``, retrieval only.
    """
    runs = []
    for variant in BASELINES:
        with opener(settings.changed(variant.overrides)) as asked:
            results = search_all(searcher(asked), questions, located.evidence, tick)
        runs.append(Run(variant.name, tuple(results), variant.overrides, variant.what, answers=False))
    return runs


def searcher(asked: Asked) -> Callable[[EvalQuestion], Sequence[tuple[str, int, int]]]:
    """An assistant's search as ``search_all`` takes it."""
    return lambda question: passage_spans(
        asked.search(question.question, history=question.history, filters=question.filters, top_k=TOP_K)
    )


def spread(questions: Sequence[EvalQuestion], n: int) -> list[EvalQuestion]:
    """So many questions with every kind in its share: each of equal steps through the questions ordered by kind; 0 for all."""
    if n <= 0 or n >= len(questions):
        return list(questions)
    ordered = sorted(questions, key=lambda q: (q.kind, q.id))
    return [ordered[i * len(ordered) // n] for i in range(n)]


def run_ablations(
    opener: Opener,
    settings: Settings,
    questions: Sequence[EvalQuestion],
    located: Located,
    shelf: Shelf,
    variants: Sequence[Variant] = ABLATIONS,
    answered: int = 0,
    tick: Tick | None = None,
    *,
    ranked: int = 0,
) -> list[Run]:
    """The questions again with one part switched off at a time.

    Args:
        opener: Makes an assistant of settings.
        settings: Of the run.
        questions: To ask.
        located: Their evidence.
        shelf: The library's reports.
        variants: What to switch off.
        answered: Questions to answer for each, spread over the kinds it is there for; 0 for all of these.
        tick: Called after each question answered.
        ranked: Answerable ones to rank passages for where search differs, which costs less than to answer; 0 for all.

    Returns:
        A run for each variant that changes anything: answers and, where search differs, rankings.
    """
    runs = []
    for variant in variants:
        touched = variant.touched(questions)
        chosen = spread(touched, answered)
        if all(settings.get(key) == value for key, value in variant.overrides.items()):
            for _ in chosen:
                (tick or _nothing)()
            continue
        with opener(settings.changed(variant.overrides)) as asked:
            results = ask_all(asked, chosen, located, shelf, tick)
            searched: list[QuestionResult] = []
            if variant.searches:
                searched = results
                if len(chosen) < len(touched):
                    known = [q for q in touched if located.evidence.get(q.id)]
                    searched = search_all(searcher(asked), spread(known, ranked), located.evidence)
        run = Run(variant.name, tuple(results), variant.overrides, variant.what, kinds=variant.kinds)
        runs.append(replace(run, searched=tuple(searched)))
    return runs


def _nothing() -> None:
    return None
