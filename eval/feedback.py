"""What users said of answers, as eval questions: a correction becomes a question with its answer and its evidence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from eval.evalset import append_question
from eval.types import KINDS, EvalQuestion, Evidence
from rag.library.feedback import Feedback, Quote

# Kinds that ask more of a question than an answer and its evidence; a correction is marked as one of them only when it says so.
_DEMANDING = frozenset(("list", "conflict", "multi_entry", "follow_up", "unanswerable"))


def question_of(feedback: Feedback) -> EvalQuestion | str:
    """The eval question that a judgement makes.

    A thumbs-up makes the answer as given the expected one; a thumbs-down needs a correction: the answer and the words that state
    it, or that the reports do not say.

    Args:
        feedback: The judgement.

    Returns:
        The question, or why it makes none.
    """
    if feedback.unanswerable or (feedback.vote == "up" and feedback.abstained):
        return _made(feedback, "unanswerable", (), (), ())
    if feedback.vote == "up":
        answers = tuple(text for text in (feedback.short_answer.strip(),) if text)
        evidence = feedback.citations
    else:
        answers, evidence = feedback.expected, feedback.evidence
        if not answers and not evidence:
            return "the thumbs-down says nothing of what the answer should have been"
    if not answers:
        return "no answer is given"
    if not evidence:
        return "no words of a report are given that state the answer"
    if feedback.vote == "down" and feedback.is_list and len(answers) > 1:
        return _made(feedback, "list", (", ".join(answers),), tuple((item,) for item in answers), evidence)
    return _made(feedback, _kind(feedback, answers), answers, (), evidence)


def _kind(feedback: Feedback, answers: tuple[str, ...]) -> str:
    verdicts = all(answer.strip(" .").lower() in ("yes", "no") for answer in answers)
    if feedback.kind == "yes_no" and not verdicts:
        return "what"
    return feedback.kind if feedback.kind in KINDS and feedback.kind not in _DEMANDING else "what"


def _made(
    feedback: Feedback, kind: str, answers: tuple[str, ...], required: tuple[tuple[str, ...], ...], evidence: Iterable[Quote]
) -> EvalQuestion:
    quotes = dict.fromkeys(Evidence(q.report, q.quote) for q in evidence)
    return EvalQuestion(
        id=f"feedback-{feedback.id}",
        question=feedback.question,
        kind=kind,
        history=feedback.history,
        answers=answers,
        required=required,
        evidence=tuple(quotes),
        answerable=kind != "unanswerable",
        filters=feedback.filters,
    )


def export(feedback: Iterable[Feedback], path: Path) -> tuple[int, list[str]]:
    """Write every judgement that makes a question to a file; questions already in it are replaced, others stay.

    Args:
        feedback: Judgements.
        path: JSON-lines file; a ``LibraryError`` says why it cannot be written.

    Returns:
        Number of questions written, and one line for each judgement left out.
    """
    written, left_out = 0, []
    for judged in feedback:
        made = question_of(judged)
        if isinstance(made, str):
            left_out.append(f"{judged.question!r} of {judged.at:%Y-%m-%d}: {made}")
            continue
        append_question(path, made)
        written += 1
    return written, left_out
