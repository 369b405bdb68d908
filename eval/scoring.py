"""One answer against one question: every metric that applies, none that does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from eval import metrics, support
from eval.support import EvidenceSpan
from eval.types import EvalQuestion, QuestionResult
from rag.errors import RagError
from rag.models.reading_scores import exact_match, f1
from rag.types import Answer, Report

CUTS = (1, 5, 10)


class Shelf:
    """Reports of a library, each fetched once.

    Args:
        show: Gives a report by id or file name, as ``Assistant.show``.
    """

    def __init__(self, show: Callable[[str], Report]) -> None:
        self._show = show
        self._reports: dict[str, Report] = {}

    def report(self, key: str) -> Report:
        """A report by id or file name.

        Args:
            key: Id or file name.

        Returns:
            The report; one the library does not hold ends in what ``show`` raises.
        """
        if key not in self._reports:
            report = self._show(key)
            self._reports[key] = self._reports[report.id] = report
        return self._reports[key]

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        """Stored texts by report id."""
        return {key: self.report(key).text for key in ids}


@dataclass(frozen=True, slots=True)
class Located:
    """Evidence of questions, found in a library.

    Attributes:
        evidence: By question id; questions with a problem are absent.
        problems: One line for each question whose evidence is not there.
    """

    evidence: Mapping[str, tuple[EvidenceSpan, ...]]
    problems: tuple[str, ...]


def locate_evidence(questions: Sequence[EvalQuestion], shelf: Shelf) -> Located:
    """Find every quote of every question.

    Args:
        questions: To look up.
        shelf: The library's reports.

    Returns:
        What was found and what was not.
    """
    found: dict[str, tuple[EvidenceSpan, ...]] = {}
    problems = []
    for question in questions:
        spans, problem = [], ""
        for item in question.evidence:
            try:
                span = support.locate(item.quote, shelf.report(item.report))
            except RagError as error:
                span, problem = None, str(error)
            if span is None:
                problem = problem or f"{item.report} does not hold the quote {item.quote[:60]!r}"
                break
            spans.append(span)
        if problem:
            problems.append(f"{question.source or question.id}: {question.id}: {problem}")
        else:
            found[question.id] = tuple(spans)
    return Located(found, tuple(problems))


def retrieval_scores(ranks: Sequence[metrics.Rank], grades: Sequence[float] | None = None) -> dict[str, float]:
    """Ranking metrics by name; empty when there is no gold item.

    Args:
        ranks: Of the gold items.
        grades: Of the gold items, for nDCG; all 1 when None.

    Returns:
        ``retrieval.recall@k``, ``retrieval.hit@k``, ``retrieval.mrr@10`` and ``retrieval.ndcg@10``.
    """
    scores: dict[str, float | None] = {f"retrieval.recall@{k}": metrics.recall_at_k(ranks, k) for k in CUTS}
    scores.update({f"retrieval.hit@{k}": metrics.hit_at_k(ranks, k) for k in CUTS})
    scores["retrieval.mrr@10"] = metrics.reciprocal_rank(ranks, 10)
    scores["retrieval.ndcg@10"] = metrics.ndcg_at_k(ranks, 10, grades)
    return defined(scores)


def defined(scores: Mapping[str, float | None]) -> dict[str, float]:
    """Scores without the undefined ones."""
    return {name: value for name, value in scores.items() if value is not None}


def answer_is_correct(question: EvalQuestion, answer: Answer) -> bool | None:
    """Whether an answer given is right: never for an unanswerable question, None when nothing is known to compare."""
    if not question.answerable:
        return False
    said = support.strip_marks(answer.answer)
    return metrics.is_correct(
        answer.short_answer, said, question.answers, question.required, yes_no=question.kind == "yes_no" or _is_yes_no(question)
    )


def _is_yes_no(question: EvalQuestion) -> bool:
    """Whether the acceptable answers are a bare yes or no, whatever the kind (a follow-up may ask one)."""
    return bool(question.answers) and all(a.strip(" .").lower() in ("yes", "no") for a in question.answers)


def score(
    question: EvalQuestion, answer: Answer, evidence: Sequence[EvidenceSpan], shelf: Shelf, *, written: bool = False
) -> QuestionResult:
    """Mark an answer.

    Args:
        question: What was asked.
        answer: What was answered.
        evidence: Where the answer stands.
        shelf: The library's reports, to compare quotations with.
        written: Whether a language model was to write it; then it is told whether it did.

    Returns:
        The result. Its ``correct`` is that of the answer given; for a declined question it is None until ``withheld`` says more.
    """
    given = not answer.abstained
    citations = answer.citations if given else ()
    correct = answer_is_correct(question, answer) if given else None
    accepted = [*question.answers, *(a for group in question.required for a in group)]
    scores: dict[str, float | None] = {
        # Declined ones cite the nearest evidence; that quotation must be exact too.
        "abstention.accuracy": float(answer.abstained != question.answerable),
        "citation.exact": support.quotes_exact(answer.citations, shelf.texts({c.report_id for c in answer.citations})),
    }
    if question.answerable:
        short, said = (answer.short_answer, support.strip_marks(answer.answer)) if given else ("", "")
        known = bool(question.answers or question.required)
        scores.update(retrieval_scores(support.evidence_ranks(evidence, support.passage_spans(answer.passages))))
        scores.update(
            {
                "answer.exact_match": exact_match(short, question.answers),
                "answer.f1": f1(short, question.answers),
                "answer.contains": metrics.contains_any(f"{short}\n{said}", question.answers),
                "answer.required": metrics.required_share(f"{short}\n{said}", question.required),
                "answer.stray_figures": metrics.stray_figures(short, question.required) if question.kind == "conflict" else None,
                "answer.correct": float(bool(correct)) if known else None,
                "citation.precision": support.citation_precision(citations, evidence, accepted),
                "citation.recall": support.citation_recall(citations, evidence, question.answers, question.required),
            }
        )
        if known and evidence:
            cited = any(support.meets(c, piece, accepted) for c in citations for piece in evidence)
            scores["answer.correct_and_cited"] = float(bool(correct) and cited)
    if answer.verdicts:
        scores["writing.supported"] = sum(v.supported for v in answer.verdicts) / len(answer.verdicts)
    if written:
        scores["writing.written"] = float(bool(answer.verdicts))
    if given:
        scores["citation.supported"] = support.support_share(answer.answer, answer.citations)
    return QuestionResult(
        id=question.id,
        question=question.question,
        kind=question.kind,
        split=question.split,
        answerable=question.answerable,
        expected=question.answers[0] if question.answers else "; ".join(group[0] for group in question.required),
        answer=answer.answer,
        short_answer=answer.short_answer,
        abstained=answer.abstained,
        confidence=answer.confidence,
        correct=False if not question.answerable else correct,
        scores=defined(scores),
        timings={**answer.timings, "total": answer.seconds},
        citations=tuple({"report": c.report, "start": c.start, "end": c.end, "quote": c.quote} for c in citations),
        sentences=tuple(v.to_row(answer.answer) for v in answer.verdicts),
    )
