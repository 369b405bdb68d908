"""The page's interface over HTTP: ``ask``, ``search``, ``timeline`` and ``list``, all of them read-only.

Their names, parameters and rows are stable; scripts depend on them. Gradio takes the types of the parameters from the signatures
and their descriptions from the docstrings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rag.errors import RagError, UsageError
from rag.types import Turn
from rag.web.filters import read_filters

if TYPE_CHECKING:
    from rag.assistant import Assistant

MAX_TURNS = 50
MAX_TURN_CHARACTERS = 20_000
MAX_PASSAGES = 100


class Endpoints:
    """The functions behind the named endpoints; each checks its own input, whoever calls it.

    Args:
        assistant: Answers.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def ask(
        self,
        question: str,
        history: list[dict[str, str]] | None = None,
        since: str = "",
        until: str = "",
        as_of: str = "",
        countries: list[str] | None = None,
        reports: list[str] | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the reports, with quotations, or say that they do not.

        Args:
            question: In plain words.
            history: Earlier turns, oldest first, each {"role": "user" or "assistant", "content": text}.
            since: Only events or entries of this date or later: 2018-04-06, 2018-04, 2018 or April 6, 2018.
            until: Only events or entries of this date or earlier.
            as_of: Only what was reported by this date.
            countries: Country names; empty means all.
            reports: File names or ids; empty means all.

        Returns:
            The answer row: answer, short_answer, abstained, reason, confidence, citations, passages, seconds.
        """
        with errors_shown():
            filters = read_filters(since, until, as_of, countries, reports)
            return self._assistant.ask(_text(question), history=_turns(history), filters=filters).to_row()

    def search(
        self,
        question: str,
        top_k: int = 10,
        since: str = "",
        until: str = "",
        as_of: str = "",
        countries: list[str] | None = None,
        reports: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """Find the passages nearest to a question.

        Args:
            question: In plain words.
            top_k: Number of passages, 1 to 100.
            since: Only events or entries of this date or later: 2018-04-06, 2018-04, 2018 or April 6, 2018.
            until: Only events or entries of this date or earlier.
            as_of: Only what was reported by this date.
            countries: Country names; empty means all.
            reports: File names or ids; empty means all.

        Returns:
            Passages, best first: rank, report, title, date, start, end, text, score, passage_id.
        """
        with errors_shown():
            filters = read_filters(since, until, as_of, countries, reports)
            found = self._assistant.search(_text(question), filters=filters, top_k=_passages(top_k))
            return [
                {
                    "rank": r.rank,
                    "report": r.passage.report,
                    "title": r.passage.title,
                    "date": r.passage.date.isoformat() if r.passage.date else None,
                    "start": r.passage.start,
                    "end": r.passage.end,
                    "text": r.passage.text,
                    "score": round(r.score, 6),
                    "passage_id": r.passage.id,
                }
                for r in found
            ]

    def timeline(
        self,
        about: str = "",
        since: str = "",
        until: str = "",
        as_of: str = "",
        countries: list[str] | None = None,
        reports: list[str] | None = None,
    ) -> list[dict[str, Any]]:
        """List events by their own date, the same event told by several reports in one row.

        Args:
            about: Words, names or places the events must concern; empty means all events.
            since: Only events of this date or later: 2018-04-06, 2018-04, 2018 or April 6, 2018.
            until: Only events of this date or earlier.
            as_of: Only what was reported by this date.
            countries: Country names; empty means all.
            reports: File names or ids; empty means all.

        Returns:
            Rows, earliest first: from, to, text, place, citations.
        """
        with errors_shown():
            filters = read_filters(since, until, as_of, countries, reports)
            return [row.to_row() for row in self._assistant.timeline(_text(about), filters=filters)]

    def list(self) -> list[dict[str, Any]]:
        """List the reports in the library.

        Returns:
            Rows: id, report, title, date, entries, passages, state.
        """
        with errors_shown():
            return [row.to_row() for row in self._assistant.list()]

    def named(self) -> dict[str, Callable[..., Any]]:
        """Endpoint names and their functions."""
        return {"ask": self.ask, "search": self.search, "timeline": self.timeline, "list": self.list}


def _text(text: str) -> str:
    if not isinstance(text, str):
        raise UsageError("the question must be text")
    return text


def _passages(top_k: int) -> int:
    if not 1 <= int(top_k) <= MAX_PASSAGES:
        raise UsageError(f"top_k is {top_k}; give 1 to {MAX_PASSAGES}")
    return int(top_k)


def _turns(history: list[dict[str, str]] | None) -> tuple[Turn, ...]:
    rows = history or []
    if len(rows) > MAX_TURNS:
        raise UsageError(f"the history has {len(rows)} turns; send the last {MAX_TURNS} at most")
    turns = []
    for position, row in enumerate(rows, 1):
        role, content = row.get("role"), row.get("content")
        if role not in ("user", "assistant") or not isinstance(content, str) or len(content) > MAX_TURN_CHARACTERS:
            raise UsageError(f'turn {position} of the history must be {{"role": "user" or "assistant", "content": text}}')
        turns.append(Turn("user" if role == "user" else "assistant", content))
    return tuple(turns)


@contextmanager
def errors_shown() -> Iterator[None]:
    """Hand our own errors to the caller in their words; Gradio hides the text of all others.

    Yields:
        Nothing.

    Raises:
        gr.Error: For a ``RagError`` inside.
    """
    import gradio as gr

    try:
        yield
    except RagError as error:
        raise gr.Error(str(error), print_exception=False) from error
