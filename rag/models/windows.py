"""What the reader model sees: windows of word pieces over a question and a passage, and spans read off their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.reports.date_text import format_day

Scores = npt.NDArray[np.float32]

CLS, SEP = 101, 102
"""Word pieces of the uncased BERT vocabulary that open a sequence and close its parts."""

MAX_ANSWER_TOKENS = 30
MAX_QUESTION_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Window:
    """A question with a stretch of a passage, as word pieces.

    Attributes:
        ids: All word pieces, special ones included.
        n_question: Word pieces of the first part, its special ones included; the rest is the second part.
        first: Where the passage's own word pieces begin; the heading before them holds no answer.
        offset: Index in the passage of its first word piece seen here.
        n: Word pieces of the passage seen here.
    """

    ids: tuple[int, ...]
    n_question: int
    first: int
    offset: int
    n: int


def heading(title: str, on: date | None) -> str:
    """What stands before a passage's text: where it is from and when, such as "Mali: Raids in the North (April 6, 2018)."."""
    day = f"({format_day(on)})" if on else ""
    text = " ".join(part for part in (title.strip(), day) if part)
    return f"{text}." if text else ""


def make_window(question: list[int], head: list[int], passage: list[int], offset: int, end: int) -> Window:
    """Join the parts of a window.

    Args:
        question: Word pieces of the question.
        head: Word pieces of the heading.
        passage: Word pieces of the whole passage.
        offset: First one taken.
        end: One past the last one taken.

    Returns:
        The window ``[CLS] question [SEP] heading passage [SEP]``.
    """
    cut = question[:MAX_QUESTION_TOKENS]
    ids = (CLS, *cut, SEP, *head, *passage[offset:end], SEP)
    return Window(ids, len(cut) + 2, len(cut) + 2 + len(head), offset, end - offset)


def slide(n: int, room: int, overlap: int) -> list[tuple[int, int]]:
    """Cut ``n`` word pieces into overlapping stretches of at most ``room``, the last one flush with the end.

    Args:
        n: Word pieces of the passage.
        room: Most in one stretch.
        overlap: How many neighbours share.

    Returns:
        Starts and ends, in order; one stretch when all fits.
    """
    if n <= room:
        return [(0, n)]
    starts = list(range(0, n - room, max(1, room - overlap)))
    return [(start, start + room) for start in [*starts, n - room]]


def best_span(start: Scores, end: Scores, window: Window) -> tuple[int, int, float, float]:
    """The best answer of a window.

    Args:
        start: Start scores of the window's word pieces.
        end: End scores.
        window: The window.

    Returns:
        First and last word piece of the span (indices in the passage, inclusive), its score, and the score of "no answer".

    Raises:
        ValueError: The window holds no word piece of the passage.
    """
    [best] = best_spans_within(start, end, window, [(window.offset, window.offset + window.n)])
    if best is None:
        raise ValueError("a window without word pieces of the passage has no span")
    return *best, float(start[0] + end[0])


def best_spans_within(
    start: Scores, end: Scores, window: Window, pieces: Sequence[tuple[int, int]]
) -> list[tuple[int, int, float] | None]:
    """The best answer inside each of several stretches of a passage, its sentences for example.

    Args:
        start: Start scores of the window's word pieces.
        end: End scores.
        window: The window.
        pieces: First word piece of each stretch and one past its last, indices in the passage.

    Returns:
        For each stretch, first and last word piece of its best span (indices in the passage, inclusive) and its score; None
        where the window sees nothing of it.
    """
    found: list[tuple[int, int, float] | None] = []
    for first, last in pieces:
        begin, stop = max(first - window.offset, 0), min(last - window.offset, window.n)
        if begin >= stop:
            found.append(None)
            continue
        inside = slice(window.first + begin, window.first + stop)
        scores = start[inside, None] + end[None, inside]
        place = np.arange(stop - begin)
        length = place[None, :] - place[:, None]
        scores = np.where((length >= 0) & (length < MAX_ANSWER_TOKENS), scores, np.float32(-1e9))
        a, b = divmod(int(scores.argmax()), stop - begin)
        found.append((window.offset + begin + a, window.offset + begin + b, float(scores[a, b])))
    return found


def plain_tokenizer(path: Any) -> Any:
    """Open a ``tokenizer.json`` that neither cuts nor pads.

    Args:
        path: The file.

    Returns:
        A ``tokenizers.Tokenizer``.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
