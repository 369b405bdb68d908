"""What happens when something is typed, chosen or clicked: functions from the fields' values to new values."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.reports.date_text import format_day
from rag.types import Answer
from rag.web.conversation import KEPT, Exchange, throttled, turns
from rag.web.evidence import render_evidence
from rag.web.examples import Examples
from rag.web.filters import in_words, read_filters
from rag.web.markup import count, literal, one_line
from rag.web.reopening import read_link
from rag.web.reply import messages
from rag.web.shelf import Shelf
from rag.web.suggestions import Suggestions
from rag.web.transcript import record, restore

if TYPE_CHECKING:
    from rag.assistant import Assistant

logger = logging.getLogger(__name__)

FAILED = "Something went wrong on this side; the program's log says what. Asking again may help."

Session = tuple[Exchange, ...]


class Events:
    """Handlers of the page. They hold no session: a session's conversation comes in with each call and goes out with its result.

    Args:
        assistant: Answers.
        examples: Example questions.
        stopping: Whether the program is closing.
    """

    def __init__(self, assistant: Assistant, examples: Examples, stopping: Callable[[], bool] = lambda: False) -> None:
        self._assistant = assistant
        self._examples = examples
        self._lock = threading.Lock()
        self._waiting_for = 0
        self._shelf = Shelf(assistant.show)
        self._suggestions = Suggestions(assistant, self._shelf.report, lambda: self._waiting_for > 0 or stopping())

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
        with self._lock:
            self._waiting_for += 1
        try:
            yield from self._ask(question, session, fields)
        finally:
            with self._lock:
                self._waiting_for -= 1

    def _ask(self, question: str, session: Session, fields: Sequence[Any]) -> Iterator[tuple[Session, list[dict[str, str]], str]]:
        number = session[-1].number + 1 if session else 1
        key = secrets.token_hex(16)
        thread = next((e.thread for e in reversed(session) if e.thread), key)
        now_utc = datetime.now(UTC).isoformat(timespec="seconds")
        asked = Exchange(number, question.strip(), waiting=self._waiting(), key=key, thread=thread, asked_at=now_utc)
        earlier = session[-(KEPT - 1) :]
        yield (*earlier, asked), messages((*earlier, asked)), self._evidence(earlier)
        for exchange in self._answers(asked, earlier, fields):
            now = (*earlier, exchange)
            yield now, messages(now), self._evidence(now)

    def _answers(self, exchange: Exchange, earlier: Session, fields: Sequence[Any]) -> Iterator[Exchange]:
        try:
            filters = read_filters(*fields)
            exchange = replace(exchange, limits=" · ".join(in_words(filters)), filters=filters)
            stream = self._assistant.stream(exchange.question, history=turns(earlier), filters=filters)
            exchange = replace(exchange, waiting="")
            held: Answer | None = None
            # Shown as it comes, for the next sentence of a language model may be long in coming; once more when it is whole, for
            # only a whole answer can be judged, copied and kept.
            for held in throttled(stream):
                yield replace(exchange, answer=held, writing=True)
            yield replace(exchange, answer=held)
        except RagError as error:
            yield replace(exchange, error=str(error), waiting="")
        except Exception:
            logger.exception("a question could not be answered")
            yield replace(exchange, error=FAILED, waiting="")

    def _waiting(self) -> str:
        return "Looking …" if self._assistant.status().models == "ready" else "The models are loading; your question is next …"

    def _evidence(self, session: Session) -> str:
        return render_evidence(session, self.coverage(), self._shelf.report)

    def coverage(self) -> str:
        """What the library holds, in a sentence of plain text."""
        covered = self._assistant.coverage()
        if not covered.reports:
            return "The library is empty: add reports under Reports."
        held = f"The library holds {count(covered.reports, 'report')} with {count(covered.entries, 'entry', 'entries')}"
        if covered.first and covered.last:
            return f"{held}, {format_day(covered.first)} to {format_day(covered.last)}."
        return f"{held}."

    # --- conversations that come back ---------------------------------------------------------------------------------------

    def restore(self, kept: str, session: Session) -> tuple[Session, list[dict[str, str]], str]:
        """A conversation that the browser kept.

        Args:
            kept: JSON of its records; nothing where it was cleared.
            session: The conversation on the page; it stays where the other cannot be read, with the reason added.

        Returns:
            The conversation, its messages, the evidence panel.
        """
        if kept.strip():
            try:
                session = restore(kept, self._shelf.report)
            except RagError as error:
                session = self._told(session, "Open a conversation", str(error))
        return session, messages(session), self._evidence(session)

    def reopen(self, link: str, session: Session) -> tuple[str, Sequence[Any] | None, Session, list[dict[str, str]], str]:
        """A question asked again by a link.

        Args:
            link: What stood in the address, as JSON.
            session: The conversation so far.

        Returns:
            The question to ask, or ""; values of the filter fields, or None to leave them; the conversation, its messages and the
            evidence panel.
        """
        try:
            rows = self._assistant.list()
            asked = read_link(link, {row.country for row in rows}, {row.name for row in rows})
        except RagError as error:
            session = self._told(session, "Open a link", str(error))
            return "", None, session, messages(session), self._evidence(session)
        return asked.question, asked.fields, session, messages(session), self._evidence(session)

    @staticmethod
    def _told(session: Session, asked: str, problem: str) -> Session:
        number = session[-1].number + 1 if session else 1
        return (*session[-(KEPT - 1) :], Exchange(number, asked, error=problem))

    def kept(self, session: Session) -> str:
        """The last exchange as markup whose text is the JSON that the browser keeps; "" where it has no answer."""
        text = record(session[-1]) if session else ""
        return f'<p class="record">{literal(text)}</p>' if text else ""

    def suggestions(self, session: Session) -> list[str]:
        """Questions to ask next, as texts for buttons; none where nothing near has an answer."""
        try:
            return [one_line(q, 160) for q in self._suggestions.after(session)]
        except Exception:
            logger.exception("no question could be suggested")
            return []

    # --- what follows the library ------------------------------------------------------------------------------------------

    def coverage_line(self) -> str:
        """``coverage`` as markup, the library having changed or a page having opened."""
        self._shelf.clear()
        return f'<p class="coverage">{literal(self.coverage())}</p>'

    def examples(self) -> list[str]:
        """Example questions that the library answers; none while it is empty."""
        return [one_line(q, 120) for q in self._examples.current()] if self._assistant.coverage().reports else []


def button_updates(questions: Sequence[str], n: int, update: Callable[..., Any]) -> list[Any]:
    """Updates for n buttons that each ask a question: its text where there is one, hidden otherwise."""
    shown = list(questions)[:n]
    return [update(value=q, visible=True) for q in shown] + [update(visible=False)] * (n - len(shown))
