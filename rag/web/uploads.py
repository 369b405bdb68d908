"""An upload as it goes on: what became of each file, and how far the one at hand is."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rag.library.results import Progress
from rag.web.markup import count, literal, one_line

if TYPE_CHECKING:
    from rag.web.corpus import Corpus

logger = logging.getLogger(__name__)

EVERY_S = 0.25
"""Least time between two looks at the progress of one file, in seconds."""

_STEPS = {"read": "reading", "embed": "indexing", "index": "indexing", "wait": "waiting for another program that indexes"}


@dataclass(frozen=True, slots=True)
class FileState:
    """One file of an upload.

    Attributes:
        name: As sent.
        state: How it stands.
        line: What became of it, or what is being done.
        share: How far it is, 0 to 1.
    """

    name: str
    state: Literal["waiting", "working", "ok", "refused"] = "waiting"
    line: str = ""
    share: float = 0.0


def take_all(corpus: Corpus, paths: Sequence[str | Path]) -> Iterator[tuple[FileState, ...]]:
    """Take files one after the other in a thread: a visitor who leaves does not stop a file half-way.

    Args:
        corpus: Takes them.
        paths: Where the upload lies.

    Yields:
        All files as they stand.
    """
    news: queue.Queue[tuple[int, FileState] | None] = queue.Queue()
    states = [FileState(one_line(Path(path).name)) for path in paths]

    def work() -> None:
        position = 0
        try:

            def step(event: Progress) -> None:
                news.put((position, _working(states[position].name, event)))

            for name, ok, line in corpus.upload(paths, step):
                news.put((position, FileState(name, "ok" if ok else "refused", line, 1.0)))
                position += 1  # the steps told from here on are the next file's
        except Exception:
            logger.exception("an upload ended early")
            for left in range(position, len(states)):
                news.put((left, replace(states[left], state="refused", line=f"{states[left].name}: not taken; the log says why")))
        finally:
            news.put(None)

    threading.Thread(target=work, name="upload", daemon=True).start()
    yield tuple(states)
    over = False
    while not over:
        batch = [news.get()]
        try:
            # What comes close together is shown together.
            while batch[-1] is not None:
                batch.append(news.get(timeout=EVERY_S))
        except queue.Empty:
            pass
        for item in batch:
            if item is None:
                over = True
            else:
                states[item[0]] = item[1]
        yield tuple(states)


def _working(name: str, event: Progress) -> FileState:
    how_far = f" {event.done}/{event.total}" if event.stage in ("embed", "index") else ""
    share = event.done / event.total if event.total and event.stage in ("embed", "index") else 0.0
    return FileState(name, "working", f"{name}: {_STEPS[event.stage]}{how_far}", share)


def render_files(states: Sequence[FileState]) -> str:
    """The upload as a list, one line for each file."""
    if not states:
        return ""
    items = "".join(
        f'<li class="{_CSS[s.state]}">{literal(s.line or s.name)}'
        + (f'<progress value="{s.share:.2f}" max="1"></progress>' if s.state == "working" and s.share else "")
        + "</li>"
        for s in states
    )
    done = sum(s.state in ("ok", "refused") for s in states)
    refused = sum(s.state == "refused" for s in states)
    said = f"{done} of {count(len(states), 'file')} done" + (f", {refused} refused" if refused else "")
    return f'<p class="panel-note" role="status">{said}</p><ul class="outcome">{items}</ul>'


_CSS = {"waiting": "pending", "working": "pending", "ok": "ok", "refused": "refused"}
