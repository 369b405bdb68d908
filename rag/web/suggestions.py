"""Questions to ask next: drawn from the entries an answer quotes and those beside them, kept only where they have an answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.reports.date_text import format_day
from rag.types import Answer, Entry, Report
from rag.web.conversation import Exchange, turns
from rag.web.evidence import Show
from rag.web.examples import place_name

if TYPE_CHECKING:
    from rag.assistant import Assistant

logger = logging.getLogger(__name__)

SHOWN = 3
_TRIED = 5
"""Candidates asked at most for one answer."""

_SURE = 0.4
"""Least confidence of the answer to a suggestion."""

_BUDGET_S = 2.0
"""Time for trying candidates out; what has been found by then is suggested."""


class Suggestions:
    """Suggests questions after an answer.

    Answers come first: nothing is tried while somebody waits for one, and one answer's candidates are tried at a time.

    Args:
        assistant: Must be able to answer what is suggested.
        show: A report by id, or None.
        busy: Whether somebody waits for an answer, or the program is closing.
        clock: Seconds, from any origin.
    """

    def __init__(
        self,
        assistant: Assistant,
        show: Show,
        busy: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._assistant = assistant
        self._show = show
        self._busy = busy
        self._clock = clock
        self._free = threading.Lock()

    def after(self, session: Sequence[Exchange]) -> list[str]:
        """Questions that follow from the last answer; each has been asked and answered, from words not yet quoted.

        Args:
            session: The conversation.

        Returns:
            At most ``SHOWN`` questions.
        """
        last = session[-1] if session else None
        if last is None or last.answer is None or not last.done or not self._free.acquire(blocking=False):
            return []
        try:
            return self._tried(last, last.answer, session)
        finally:
            self._free.release()

    def _tried(self, last: Exchange, answer: Answer, session: Sequence[Exchange]) -> list[str]:
        until = self._clock() + _BUDGET_S
        asked = {_plain(e.question) for e in session}
        # a quotation ends with the sentence that answers; it may begin before
        quoted = {(c.report_id, c.end) for c in answer.citations}
        found: list[str] = []
        fresh = (q for q in candidates(answer, self._show) if _plain(q) not in asked)
        for question in islice(fresh, _TRIED):
            if len(found) == SHOWN or self._clock() >= until or self._busy():
                break
            try:
                tried = self._assistant.quote(question, history=turns(session), filters=last.filters)
            except RagError as error:
                logger.info("%r is not suggested: %s", question, error)
                continue
            told = {(c.report_id, c.end) for c in tried.citations}
            if not tried.abstained and tried.confidence >= _SURE and not told <= quoted:
                found.append(question)
                quoted |= told
        return found


def _plain(question: str) -> str:
    return question.casefold().strip(" ?")


def candidates(answer: Answer, show: Show) -> Iterator[str]:
    """Questions about what stands beside an answer.

    Args:
        answer: The answer.
        show: A report by id.

    Yields:
        Questions without repeats: names its entries speak of, then the entries before and after, then its month.
    """
    words = f"{answer.question.query} {answer.question.text} {answer.short_answer}".casefold()
    reports = {c.report_id: show(c.report_id) for c in answer.citations[:3]}
    told: list[list[str]] = []
    for citation in answer.citations[:3]:
        report = reports[citation.report_id]
        at = next((i for i, e in enumerate(report.entries) if e.start <= citation.start < e.end), None) if report else None
        if report is None or at is None:
            continue
        told.append([f"What do the reports say about {name}?" for name in _names(report, report.entries[at], words)])
        beside = [report.entries[i] for i in (at - 1, at + 1) if 0 <= i < len(report.entries)]
        told.append([q for entry in beside if (q := _about(entry))])
        if report.country and citation.date:
            told.append([f"What happened in {report.country} in {citation.date:%B %Y}?"])
    longest = max((len(questions) for questions in told), default=0)
    yield from dict.fromkeys(questions[i] for i in range(longest) for questions in told if i < len(questions))


def _names(report: Report, entry: Entry, words: str) -> Iterator[str]:
    """Names of an entry that the question and its answer have not spoken of; a people's name stands for its country."""
    from rag.reports.names import country_of, find_names

    for mention in find_names(report.text[entry.start : entry.end]):
        written = " ".join(mention.text.split())
        name = country_of(written) or written
        spoken_of = written.casefold() in words or name.casefold() in words
        if 2 < len(name) <= 40 and not spoken_of and name not in (report.country, report.title):
            yield name


def _about(entry: Entry) -> str:
    place = place_name(entry)
    return f"What happened in {place} on {format_day(entry.on.start)}?" if place and entry.on and entry.on.is_day else ""
