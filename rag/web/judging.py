"""Thumbs on answers: from what is pressed and typed to the feedback log and the file of eval questions."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.errors import RagError, UsageError
from rag.library.feedback import Feedback, FeedbackLog, Quote, Vote
from rag.reports.date_text import format_day
from rag.types import Answer, Passage, Report, Span
from rag.web.conversation import Exchange, turns
from rag.web.markup import alert, literal, one_line

if TYPE_CHECKING:
    from rag.settings import Settings

MAX_CHARACTERS = 2_000
MAX_LINES = 20

ANY, ALL, NONE = "any", "all", "none"
"""What the lines typed as the right answer mean: each is acceptable, all belong to it, or the reports do not say."""

_PRESSED = re.compile(r"(up|down)-(\d{1,6})(?:#\d+)?")
_CHOSEN = re.compile(r"(\d{1,3}):(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Form:
    """What the feedback form opens with.

    Attributes:
        title: Markup that says which answer is judged.
        bad: Whether a correction is asked for.
        choices: Label and value of each sentence that may be chosen as evidence.
        status: Markup that says what has been kept.
    """

    title: str
    bad: bool
    choices: tuple[tuple[str, str], ...]
    status: str


class Judging:
    """Takes judgements of answers.

    Args:
        log: Where they are kept.
        show: A report by id.
        settings: Their fingerprint is kept with each judgement.
    """

    def __init__(self, log: FeedbackLog, show: Callable[[str], Report], settings: Settings) -> None:
        self._log = log
        self._show = show
        self._fingerprint = settings.fingerprint()

    def press(self, pressed: str, session: Sequence[Exchange]) -> Form:
        """Keep a thumb and open the form for more.

        Args:
            pressed: "up-3" or "down-3": the third exchange.
            session: The conversation.

        Returns:
            The form.

        Raises:
            UsageError: The answer is not in the conversation.
            LibraryError: The log cannot be written.
        """
        vote, exchange, answer = _found(pressed, session)
        self._log.add(self._judgement(vote, exchange, answer, session))
        word = "good" if vote == "up" else "bad"
        title = f"You found this answer {word}: “{one_line(exchange.question, 120)}”"
        return Form(
            f"<h2>Feedback</h2><p>{literal(title)}</p>", vote == "down", tuple(_choices(answer)), _told("Kept.", self._log)
        )

    def save(
        self,
        pressed: str,
        session: Sequence[Exchange],
        reason: str = "",
        meaning: str = ANY,
        expected: str = "",
        evidence: Sequence[str] | None = None,
        *,
        as_question: bool = False,
    ) -> str:
        """Keep what was typed with a thumb.

        Args:
            pressed: As for ``press``.
            session: The conversation.
            reason: In the user's words.
            meaning: ``ANY``, ``ALL`` or ``NONE``.
            expected: What the answer should have been, one a line.
            evidence: Sentences chosen, or words pasted.
            as_question: Whether to add it to the file of eval questions as well.

        Returns:
            Markup that says what was kept and where, or why not.
        """
        try:
            vote, exchange, answer = _found(pressed, session)
            judged = self._judgement(vote, exchange, answer, session)
            judged = replace(judged, reason=_short(reason.strip(), "the reason"))
            if vote == "down":
                judged = self._corrected(judged, answer, meaning, expected, evidence or ())
            if as_question:
                return self._save_question(judged)
            self._log.add(judged)
            return _told("Saved.", self._log)
        except RagError as error:
            return alert(str(error))

    def _save_question(self, judged: Feedback) -> str:
        from eval.evalset import append_question
        from eval.feedback import question_of

        question = question_of(judged)
        if isinstance(question, str):
            raise UsageError(f"this makes no eval question yet: {question}")
        self._log.add(judged)
        append_question(self._log.questions, question)
        run = shlex.join(["rag", "eval", "--questions", str(self._log.questions), "--home", str(self._log.home)])
        return _told(f"Saved as an eval question in {self._log.questions}. To run it: {run}", None)

    def _judgement(self, vote: Vote, exchange: Exchange, answer: Answer, session: Sequence[Exchange]) -> Feedback:
        return Feedback(
            id=exchange.key,
            at=datetime.now(UTC),
            vote=vote,
            question=exchange.question,
            kind=answer.question.kind,
            history=turns([e for e in session if e.number < exchange.number]),
            filters=exchange.filters,
            answer=answer.answer,
            short_answer=answer.short_answer,
            abstained=answer.abstained,
            confidence=answer.confidence,
            citations=tuple(Quote(c.report, c.quote) for c in answer.citations),
            settings=self._fingerprint,
        )

    def _corrected(self, judged: Feedback, answer: Answer, meaning: str, expected: str, evidence: Sequence[str]) -> Feedback:
        lines = tuple(dict.fromkeys(line.strip() for line in _short(expected, "the answer").splitlines() if line.strip()))
        if len(lines) > MAX_LINES or len(evidence) > MAX_LINES:
            raise UsageError(f"at most {MAX_LINES} answers and {MAX_LINES} pieces of evidence; leave some out")
        if meaning == NONE and (lines or evidence):
            raise UsageError("either the reports do not say, or an answer with its evidence: clear one of the two")
        quotes = tuple(dict.fromkeys(self._quote(str(chosen), answer) for chosen in evidence))
        return replace(judged, expected=lines, is_list=meaning == ALL, unanswerable=meaning == NONE, evidence=quotes)

    def _quote(self, chosen: str, answer: Answer) -> Quote:
        """The exact words meant: a sentence chosen, or words that stand in one of the reports shown."""
        place = _CHOSEN.fullmatch(chosen)
        if place and int(place.group(1)) < len(answer.passages):
            passage = answer.passages[int(place.group(1))].passage
            text = passage.text[int(place.group(2)) - passage.start : int(place.group(3)) - passage.start]
            if text.strip():
                return Quote(passage.report, text)
        words = _short(chosen, "a piece of evidence").strip(' \n\t“”"')
        pattern = r"\s+".join(map(re.escape, words.split()))
        seen = dict.fromkeys([c.report_id for c in answer.citations] + [r.passage.report_id for r in answer.passages])
        for report_id in seen if pattern else ():
            report = self._show(report_id)
            if match := re.search(pattern, report.text):
                return Quote(report.name, match.group())
        raise UsageError(
            f"“{one_line(chosen, 80)}” stands in none of the reports shown; copy the words exactly as they stand there"
        )


def _found(pressed: str, session: Sequence[Exchange]) -> tuple[Vote, Exchange, Answer]:
    match = _PRESSED.fullmatch(pressed or "")
    exchange = next((e for e in session if match and e.number == int(match.group(2))), None)
    if match is None or exchange is None or exchange.answer is None:
        raise UsageError("this answer is no longer in the conversation; ask again to judge it")
    return ("up" if match.group(1) == "up" else "down"), exchange, exchange.answer


def _short(text: str, what: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"{what} has {len(text):,} characters; {MAX_CHARACTERS:,} are kept at most, shorten it")
    return text


def _choices(answer: Answer) -> Iterator[tuple[str, str]]:
    """Every sentence of the passages shown, those quoted first."""
    cited = {(c.report_id, c.start, c.end) for c in answer.citations}
    rows: list[tuple[bool, str, str]] = []
    seen: set[tuple[str, int, int]] = set()
    for place, retrieved in enumerate(answer.passages):
        passage = retrieved.passage
        spans = [Span(c.start, c.end) for c in answer.citations if c.passage_id == passage.id]
        for span in [*spans, *_sentences(passage)]:
            where = (passage.report_id, span.start, span.end)
            text = passage.text[span.start - passage.start : span.end - passage.start]
            if where in seen or not text.strip():
                continue
            seen.add(where)
            on = f"{format_day(passage.date)}, " if passage.date else ""
            label = one_line(
                f"{text} ({on}{passage.report})" if len(text) < 160 else f"{text[:160]} … ({on}{passage.report})", 260
            )
            rows.append((where not in cited, label, f"{place}:{span.start}-{span.end}"))
    for _, label, value in sorted(rows, key=lambda row: row[0]):
        yield label, value


def _sentences(passage: Passage) -> Sequence[Span]:
    return passage.sentences or (Span(passage.start, passage.end),)


def _told(line: str, log: FeedbackLog | None) -> str:
    where = f" {literal(f'Feedback is in {log.path}.')}" if log else ""
    return f'<p class="kept" role="status">{literal(line)}{where}</p>'
