"""A conversation as values: what was asked and answered, and as turns for the assistant."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.types import Answer, Filters, Turn

KEPT = 50
"""Exchanges a session remembers; older ones leave the page."""

HISTORY = 6
"""Earlier exchanges handed to the assistant; a follow-up leans on the last few only."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what became of it.

    Attributes:
        number: 1-based in the session, never used again.
        question: As typed.
        answer: So far, or None.
        error: Why there is no answer, or "".
        waiting: What is being waited for, while there is no answer yet.
        writing: Whether more of the answer is to come.
        limits: The filters in force, in words, or "".
        filters: The filters in force.
        key: Names the exchange wherever it is kept: in feedback, in the browser's history.
        thread: Key of the first exchange of its conversation.
        asked_at: When it was asked (ISO, UTC), or "".
    """

    number: int
    question: str
    answer: Answer | None = None
    error: str = ""
    waiting: str = ""
    writing: bool = False
    limits: str = ""
    filters: Filters = field(default_factory=Filters)
    key: str = ""
    thread: str = ""
    asked_at: str = ""

    @property
    def done(self) -> bool:
        """Whether the answer is there, whole."""
        return self.answer is not None and not (self.error or self.waiting or self.writing)


def turns(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """The last answered exchanges as turns, oldest first."""
    found: list[Turn] = []
    for exchange in [e for e in exchanges if e.answer is not None][-HISTORY:]:
        if exchange.answer is not None:
            found += [Turn("user", exchange.question), Turn("assistant", exchange.answer.answer)]
    return tuple(found)


def throttled(
    answers: Iterable[Answer], interval_s: float = 0.1, clock: Callable[[], float] = time.monotonic
) -> Iterator[Answer]:
    """Partial answers at a pace a page can follow: the first at once, then one each interval, and always the last.

    Each update sends the conversation again, so that one for each word would take longer than the answer itself.

    Args:
        answers: Partial answers, the last one complete.
        interval_s: Least time between two, in seconds.
        clock: Seconds, from any origin.

    Yields:
        Some of the answers, in order.
    """
    sent: float | None = None
    held: Answer | None = None
    for answer in answers:
        now = clock()
        if sent is None or now - sent >= interval_s:
            yield answer
            sent, held = now, None
        else:
            held = answer
    if held is not None:
        yield held
