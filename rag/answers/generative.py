"""Answers written by a language model and held to what the passages say.

Passages go in numbered, dated and fenced, as data. Every sentence that comes back is checked before anybody sees it: one that its
passages carry keeps marks to the very sentences that carry it, any other is marked as not supported. Nothing supported is an
abstention; a model that fails leaves the quoted answer, with a line that says so.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.answers.citations import cite, nearest
from rag.answers.writing.checking import Checker, Finding
from rag.answers.writing.items import Problem
from rag.answers.writing.plain import plain
from rag.answers.writing.prompt import MARK, Writer, compose, safe_passages
from rag.errors import ModelError
from rag.reports.date_text import format_range
from rag.reports.names import fold
from rag.reports.sentences import split_sentences
from rag.settings import Generation
from rag.types import (
    NO_ANSWER,
    NOT_SUPPORTED,
    Answer,
    Citation,
    DateRange,
    Passage,
    Question,
    RetrievedPassage,
    Span,
    Verdict,
)

logger = logging.getLogger(__name__)

_MARK_AFTER_STOP = re.compile(rf"([.!?][\"”’)]*)((?:\s*{MARK.pattern})+)", re.IGNORECASE)
_FULL_STOP = re.compile(r"[.!?…][\"”’)]*$")


@dataclass(slots=True)
class _Draft:
    """What has been written and checked so far."""

    text: str = ""
    verdicts: list[Verdict] = field(default_factory=list)
    citations: dict[tuple[str, int, int], Citation] = field(default_factory=dict)
    supported: list[str] = field(default_factory=list)
    written: int = 0
    said_nothing: bool = False


class GenerativeAnswerer:
    """Writes answers with a language model and checks each sentence.

    Args:
        model: Writes.
        checker: Checks.
        settings: Budgets, and what becomes of unsupported sentences.
    """

    def __init__(self, model: Writer, checker: Checker, settings: Generation) -> None:
        self._model = model
        self._checker = checker
        self._settings = settings

    def close(self) -> None:
        """Let go of the model's connections."""
        self._model.close()

    def stream(self, question: Question, retrieved: Sequence[RetrievedPassage], quoted: Answer) -> Iterator[Answer]:
        """Answer sentence by sentence; nothing is given out before it is checked.

        Args:
            question: As understood.
            retrieved: Passages, best first.
            quoted: The answer without a model: what is given when the model fails, and its nearest evidence.

        Yields:
            Answers so far, the last one complete. Closing the iterator stops the model.
        """
        shown = safe_passages(retrieved, quoted)
        if not shown or (quoted.abstained and not self._settings.when_unsure):
            yield quoted
            return
        try:
            self._model.load()
            prompt = compose(self._model, question, shown, self._settings)
        except ModelError as error:
            yield self._instead(quoted, str(error))
            return
        draft = _Draft()
        came = ""
        pieces = self._model.stream(prompt.system, prompt.history, prompt.text)
        try:
            for piece in pieces:
                came += piece
                before = draft.written
                self._take(draft, came, prompt.passages, whole=False)
                if draft.written > before and draft.text:
                    yield self._answer(quoted, draft)
        except ModelError as error:
            logger.info("the quoted answer is given: %s", error)
            yield self._instead(quoted, str(error))
            return
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()
        self._take(draft, came, prompt.passages, whole=True)
        if not draft.verdicts and not draft.said_nothing:
            limit = f"{self._settings.max_tokens} tokens, generation.max_tokens"
            yield self._instead(quoted, f"{self._model.name} wrote no whole sentence; its limit is {limit}")
            return
        yield self._answer(quoted, draft) if draft.supported else self._abstain(quoted, draft, shown)

    # --- what comes back ---------------------------------------------------------------------------------------------------

    def _take(self, draft: _Draft, came: str, passages: Sequence[Passage], *, whole: bool) -> None:
        """Check the sentences that are complete and not yet in the draft."""
        text = _MARK_AFTER_STOP.sub(lambda m: f"{m[2]}{m[1]}", plain(came))
        spans = split_sentences(text)
        # A short reply may have no full stop; a longer one ran into its limit in the middle of a sentence.
        at_limit = whole and (len(spans) > 1 or self._model.count(came) >= self._settings.max_tokens)
        open_end = at_limit and bool(spans) and not _FULL_STOP.search(text[spans[-1].start : spans[-1].end])
        complete = spans if whole and not open_end else spans[:-1]
        for span in complete[draft.written :]:
            self._add(draft, text[span.start : span.end], passages)
        draft.written = max(draft.written, len(complete))

    def _add(self, draft: _Draft, sentence: str, passages: Sequence[Passage]) -> None:
        numbers = [int(n) for mark in MARK.finditer(sentence) for n in re.findall(r"\d+", mark[1])]
        words = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(MARK.sub(" ", sentence).split()))
        if not re.search(r"\w", words):
            return
        if fold(words).strip(" .!\"'").endswith(fold(NO_ANSWER).strip(" .")):
            draft.said_nothing = True
            return
        cited = [passages[n - 1] for n in dict.fromkeys(numbers) if 1 <= n <= len(passages)]
        invented = sorted({n for n in numbers if not 1 <= n <= len(passages)})
        finding = self._checker.check(words, cited)
        if not finding.supported:
            finding = self._elsewhere(words, cited, passages) or finding
        if not finding.supported and self._settings.unsupported == "drop":
            doubts = tuple(p.text for p in finding.problems)
            draft.verdicts.append(Verdict(0, 0, (), False, doubts, round(finding.similarity, 3), words))
            return
        marks = [self._number(draft, where, span) for where, span in finding.rests_on] if finding.supported else []
        written = words + "".join(f" [{n}]" if i == 0 else f"[{n}]" for i, n in enumerate(marks))
        start = len(draft.text) + 1 if draft.text else 0
        problems = [p.text for p in finding.problems]
        if invented and not finding.supported:
            problems.append(f"the mark [{invented[0]}], which points to nothing")
        verdict = Verdict(
            start, start + len(written), tuple(marks), finding.supported, tuple(problems), round(finding.similarity, 3)
        )
        draft.verdicts.append(verdict)
        draft.text = f"{draft.text} {written}".lstrip() + ("" if finding.supported else f" {NOT_SUPPORTED}")
        if finding.supported:
            draft.supported.append(words)

    def _elsewhere(self, words: str, cited: Sequence[Passage], passages: Sequence[Passage]) -> Finding | None:
        """The finding of another passage that does carry a sentence whose mark is missing or wrong, or None.

        A sentence without a mark that none carries is told what the nearest passage lacks.
        """
        found = sorted(
            (self._checker.check(words, [p]) for p in passages if list(cited) != [p]), key=lambda f: -(f.similarity + f.cover)
        )
        good = next((f for f in found if f.supported and f.rests_on), None)
        if good is None and found and not cited:
            return replace(found[0], problems=(Problem("citation", "no passage is cited"), *found[0].problems))
        return good

    @staticmethod
    def _number(draft: _Draft, passage: Passage, span: Span) -> int:
        key = (passage.report_id, span.start, span.end)
        if key not in draft.citations:
            draft.citations[key] = cite(passage, span, len(draft.citations) + 1)
        return draft.citations[key].number

    # --- answers -----------------------------------------------------------------------------------------------------------

    def _answer(self, quoted: Answer, draft: _Draft) -> Answer:
        share = len(draft.supported) / len(draft.verdicts) if draft.verdicts else 0.0
        doubted = len(draft.verdicts) - len(draft.supported)
        reason = f"Written by {self._model.name}, each sentence checked against the reports"
        reason += f"; {doubted} of {len(draft.verdicts)} not supported." if doubted else "."
        return replace(
            quoted,
            answer=draft.text,
            short_answer=_short(quoted, draft.supported),
            abstained=False,
            reason=reason,
            confidence=quoted.confidence * share,
            citations=tuple(draft.citations.values()),
            highlights=(),
            verdicts=tuple(draft.verdicts),
        )

    def _abstain(self, quoted: Answer, draft: _Draft, shown: Sequence[RetrievedPassage]) -> Answer:
        safe = {r.passage.id for r in shown}
        near = next((c for c in quoted.citations if c.passage_id in safe), None) or nearest(shown)
        if draft.said_nothing and not draft.verdicts:
            reason = f"{self._model.name} found no answer in the passages."
        else:
            reason = f"Nothing that {self._model.name} wrote is supported by the reports."
        answer = NO_ANSWER
        if near is not None:
            near = replace(near, number=1)
            where = f"{near.report}, {format_range(DateRange(near.date, near.date))}" if near.date else near.report
            answer = f"{NO_ANSWER} The nearest they come ({where}): {near.quote} [1]"
        return replace(
            quoted,
            answer=answer,
            short_answer="",
            abstained=True,
            reason=reason,
            citations=(near,) if near else (),
            highlights=(),
            # What was written is not in the answer; with what was wrong with it, it still is in the row.
            verdicts=tuple(
                replace(v, start=0, end=0, left_out=v.left_out or draft.text[v.start : v.end]) for v in draft.verdicts
            ),
        )

    @staticmethod
    def _instead(quoted: Answer, why: str) -> Answer:
        """The quoted answer, with a line that says why it is given."""
        line = f"The language model did not answer ({why}); this is quoted from the reports."
        return replace(quoted, reason=f"{quoted.reason} {line}".strip())


def _short(quoted: Answer, supported: Sequence[str]) -> str:
    """The short answer: the quoted one where a supported sentence says it too, else the first supported sentence."""
    if not supported:
        return ""
    if verdict := re.match(r"\s*(yes|no)\b", supported[0], re.IGNORECASE):
        return verdict[1].capitalize()
    short = quoted.short_answer
    if short and fold(short).strip(" .") in fold(" ".join(supported)):
        return short
    return supported[0]
