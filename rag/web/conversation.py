"""A conversation as values: what was asked and answered, as turns for the assistant and as messages for the page."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.types import Answer, Turn
from rag.web.markup import confidence_words, day, literal

KEPT = 50
"""Exchanges a session remembers; older ones leave the page."""

HISTORY = 6
"""Earlier exchanges handed to the assistant; a follow-up leans on the last few only."""

_MARK = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what became of it.

    Attributes:
        number: 1-based in the session, never used again.
        question: As typed.
        answer: So far, or None.
        error: Why there is no answer, or "".
        waiting: What is being waited for, while there is no answer yet.
        limits: The filters in force, in words, or "".
    """

    number: int
    question: str
    answer: Answer | None = None
    error: str = ""
    waiting: str = ""
    limits: str = ""


def turns(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """The last answered exchanges as turns, oldest first."""
    found: list[Turn] = []
    for exchange in [e for e in exchanges if e.answer is not None][-HISTORY:]:
        if exchange.answer is not None:
            found += [Turn("user", exchange.question), Turn("assistant", exchange.answer.answer)]
    return tuple(found)


def messages(exchanges: Sequence[Exchange]) -> list[dict[str, str]]:
    """The conversation as the chat shows it; every text in it is inert markup."""
    found = []
    for exchange in exchanges:
        limits = f'<span class="limits">{literal(exchange.limits)}</span>' if exchange.limits else ""
        found.append({"role": "user", "content": f'<div class="asked">{literal(exchange.question)}{limits}</div>'})
        found.append({"role": "assistant", "content": _reply(exchange)})
    return found


def _reply(exchange: Exchange) -> str:
    if exchange.error:
        return f'<div class="reply error" id="a{exchange.number}">{literal(exchange.error)}</div>'
    if exchange.answer is None:
        return f'<div class="reply waiting" id="a{exchange.number}">{literal(exchange.waiting or "Looking …")}</div>'
    answer = exchange.answer
    understood = answer.question.understood_as
    parts = [f'<div class="reply{" abstained" if answer.abstained else ""}" id="a{exchange.number}">']
    if understood:
        parts.append(f'<p class="understood">understood as: {literal(understood)}</p>')
    if answer.short_answer and not _says(answer.answer, answer.short_answer):
        parts.append(f'<p class="short-answer">{literal(answer.short_answer)}</p>')
    parts.append(f'<p class="answer-text">{_with_marks(exchange.number, answer)}</p>')
    if answer.reason:
        parts.append(f'<p class="reason">{literal(answer.reason)}</p>')
    seconds = f" · {max(answer.seconds, 0.1):.1f} s" if answer.seconds else ""
    parts.append(f'<p class="foot">{literal(confidence_words(answer.confidence, answer.abstained) + seconds)}</p></div>')
    return "".join(parts)


def _says(answer: str, short: str) -> bool:
    """Whether an answer is hardly more than its short form."""
    return len(_MARK.sub("", answer).strip(" .")) <= len(short.strip(" .")) + 3


def _with_marks(number: int, answer: Answer) -> str:
    """The answer's text with its marks as links to their cards; a bracketed number that is no citation stays text."""
    known = {c.number: c for c in answer.citations}
    out, last = [], 0
    for mark in _MARK.finditer(answer.answer):
        citation = known.get(int(mark.group(1)))
        if citation is None:
            continue
        out.append(literal(answer.answer[last : mark.start()]))
        title = f"{literal(citation.title)}, {day(citation.date)}"
        out.append(f'<a class="cite" href="#e{number}-{citation.number}" title="{title}">{citation.number}</a>')
        last = mark.end()
    return "".join([*out, literal(answer.answer[last:])])


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
