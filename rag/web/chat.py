"""What happens when something is typed, chosen or clicked: functions from the fields' values to new values."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.reports.date_text import format_day
from rag.types import Filters
from rag.web.conversation import KEPT, Exchange, messages, throttled, turns
from rag.web.corpus import Corpus, render_lines, render_reports
from rag.web.evidence import render_evidence
from rag.web.examples import SHOWN, Examples
from rag.web.filters import in_words, read_filters
from rag.web.markup import count, literal, one_line
from rag.web.timeline_view import render_timeline

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.web.machine import Machine

logger = logging.getLogger(__name__)

FAILED = "Something went wrong on this side; the program's log says what. Asking again may help."

Session = tuple[Exchange, ...]


class Events:
    """Handlers of the page. They hold no session: a session's conversation comes in with each call and goes out with its result.

    Args:
        assistant: Answers.
        corpus: Takes and removes files.
        examples: Example questions.
        machine: The background work, for what the last sync found.
    """

    def __init__(self, assistant: Assistant, corpus: Corpus, examples: Examples, machine: Machine) -> None:
        self._assistant = assistant
        self._corpus = corpus
        self._examples = examples
        self._machine = machine

    # --- asking ------------------------------------------------------------------------------------------------------------

    def ask(self, question: str, session: Session, *fields: Any) -> Iterator[tuple[Session, list[dict[str, str]], str]]:
        """Answer in parts.

        Args:
            question: As typed.
            session: The conversation so far.
            *fields: Since, until, as of, countries, reports.

        Yields:
            The conversation, its messages, the evidence panel.
        """
        if not question.strip():
            yield session, messages(session), self._evidence(session)
            return
        number = session[-1].number + 1 if session else 1
        asked = Exchange(number, question.strip(), waiting=self._waiting())
        earlier = session[-(KEPT - 1) :]
        yield (*earlier, asked), messages((*earlier, asked)), self._evidence(earlier)
        for exchange in self._answers(asked, earlier, fields):
            now = (*earlier, exchange)
            yield now, messages(now), self._evidence(now)

    def _answers(self, exchange: Exchange, earlier: Session, fields: Sequence[Any]) -> Iterator[Exchange]:
        try:
            filters = read_filters(*fields)
            exchange = replace(exchange, limits=" · ".join(in_words(filters)))
            stream = self._assistant.stream(exchange.question, history=turns(earlier), filters=filters)
            for answer in throttled(stream):
                yield replace(exchange, answer=answer, waiting="")
        except RagError as error:
            yield replace(exchange, error=str(error), waiting="")
        except Exception:
            logger.exception("a question could not be answered")
            yield replace(exchange, error=FAILED, waiting="")

    def _waiting(self) -> str:
        return "Looking …" if self._assistant.status().models == "ready" else "The models are loading; your question is next …"

    def _evidence(self, session: Session) -> str:
        return render_evidence(session, self.coverage())

    def coverage(self) -> str:
        """What the library holds, in a sentence of plain text."""
        covered = self._assistant.coverage()
        if not covered.reports:
            return "The library is empty: add reports under Reports."
        held = f"The library holds {count(covered.reports, 'report')} with {count(covered.entries, 'entry', 'entries')}"
        if covered.first and covered.last:
            return f"{held}, {format_day(covered.first)} to {format_day(covered.last)}."
        return f"{held}."

    # --- lists that follow the library -------------------------------------------------------------------------------------

    def lists(self) -> dict[str, Any]:
        """Everything on the page that follows the library: table, coverage, choices of the filters, examples, last sync."""
        rows = self._assistant.list()
        return {
            "reports": render_reports(rows),
            "coverage": f'<p class="coverage">{literal(self.coverage())}</p>',
            "countries": sorted({row.country for row in rows if row.country}),
            "report_choices": [
                (one_line(f"{row.title} ({row.name})", 90), row.name)
                for row in sorted(rows, key=lambda r: (str(r.published_on), r.name), reverse=True)
            ],
            "examples": [one_line(q, 120) for q in self._examples.current()] if rows else [],
            "synced": render_lines(self._machine.sync_outcome[-50:]),
        }

    @staticmethod
    def chips(*fields: Any) -> str:
        """The filters in force as chips, or what is wrong with them."""
        try:
            phrases = in_words(read_filters(*fields))
        except RagError as error:
            return f'<p class="filter-error" role="alert">{literal(str(error))}</p>'
        if not phrases:
            return ""
        return '<p class="chips">Only ' + "".join(f'<span class="chip">{literal(p)}</span>' for p in phrases) + "</p>"

    # --- reports -----------------------------------------------------------------------------------------------------------

    def upload(self, files: Sequence[str] | None) -> Iterator[str]:
        """Take files one by one.

        Args:
            files: Where the upload lies.

        Yields:
            The outcome so far.
        """
        paths = list(files or ())
        lines: list[tuple[str, bool, str]] = []
        yield render_lines(lines, f"Reading {count(len(paths), 'file')} …" if paths else "")
        for line in self._corpus.upload(paths):
            lines.append(line)
            left = len(paths) - len(lines)
            yield render_lines(lines, f"{count(left, 'file')} to go …" if left else "")

    def remove(self, report_id: str) -> str:
        """Remove one report; the outcome as a line."""
        try:
            return render_lines([("", True, self._corpus.remove(str(report_id or "")[:400]))])
        except RagError as error:
            return render_lines([("", False, str(error))])

    # --- timeline ----------------------------------------------------------------------------------------------------------

    def timeline(self, about: str, *fields: Any) -> str:
        """The table of events about something, within the filters."""
        try:
            filters: Filters = read_filters(*fields)
            return render_timeline(self._assistant.timeline(about or "", filters=filters))
        except RagError as error:
            return f'<p class="filter-error" role="alert">{literal(str(error))}</p>'
        except Exception:
            logger.exception("the timeline could not be made")
            return f'<p class="filter-error" role="alert">{literal(FAILED)}</p>'


def example_updates(examples: Sequence[str], update: Callable[..., Any]) -> list[Any]:
    """Updates for the example buttons: the text where there is one, hidden otherwise."""
    shown = list(examples)[:SHOWN]
    return [update(value=q, visible=True) for q in shown] + [update(visible=False)] * (SHOWN - len(shown))
