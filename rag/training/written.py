"""Reports of invented events with questions, written for this training: ``written/*.jsonl`` beside this file.

They are like our material where public data are not: dated entries that can be taken for each other, questions in other words
than the text, and questions that a careful reader finds unanswered though an entry looks as if it told them. No country, group
or event in them is real. One report a line: ``title``, ``date``, ``entries``, ``questions``; a question has ``q``, ``kind``
("span", "yes", "no", "none"), and the ``entry`` with its ``answers`` or the ``quote`` that shows a yes or no.

What is asked and not told differs in its wording from what is told: by the question alone a model could guess nine in ten. So an
unanswered question is used only as a pair: the entry it is ``near``, and the same entry with ``old`` replaced by ``new`` so that
it answers, in the ``answers`` given (after contrast sets: Gardner et al. 2020, https://arxiv.org/abs/2004.02709). Where yes or no
is asked, ``twin_kind`` says which the changed entry shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.training.data import Item, Written

FOLDER = Path(__file__).parent / "written"
WRITTEN = "written"
"""Source of the items."""

HELD_OUT_SHARE = 0.08
"""Share of the reports that measure and are never trained on, chosen by their titles."""

_FORMS = {"span": 0, "yes": 1, "no": 2, "none": 0}


def read_written(folder: Path = FOLDER) -> list[Written]:
    """Read all reports of a folder.

    Args:
        folder: With ``*.jsonl`` files; one that is not there has none.

    Returns:
        The reports in the order of the files.

    Raises:
        UsageError: A line is not such a report.
    """
    return [written for path in sorted(folder.glob("*.jsonl")) for written in _read(path)]


def _read(path: Path) -> Iterator[Written]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            yield _written(json.loads(line), f"{path.stem}-{number}")
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise UsageError(f"{path}, line {number}: not a report with questions ({error}); mend the line") from error


def _written(row: dict[str, Any], name: str) -> Written:
    title, entries, on = str(row["title"]), list(row["entries"]), date.fromisoformat(row["date"])
    items = []
    similar: dict[str, list[tuple[str, str]]] = {}
    for number, asked in enumerate(row["questions"], 1):
        key, kind = f"{name}-{number}", asked["kind"]
        place = asked["near" if kind == "none" else "entry"]
        context = entries[place]
        if kind == "none" and "new" not in asked:
            continue
        if kind == "none":
            context = _changed(context, asked["old"], asked["new"])
            similar[key] = [(title, entries[place])]
        else:
            similar[key] = [(title, entry) for i, entry in enumerate(entries) if i != place]
        answers = (asked["quote"],) if kind in ("yes", "no") else tuple(asked["answers"])
        # The tightest of the acceptable answers is what is to be read.
        answer = min(answers, key=len)
        # An answer put in may stand in the entry before it as well.
        start = context.index(answer, context.index(asked["new"]) if kind == "none" else 0)
        span = (start, start + len(answer))
        form = _FORMS[asked.get("twin_kind", kind)]
        items.append(Item(key, WRITTEN, title, context, asked["q"], span, answers, form, on))
    drawn = int(hashlib.sha256(title.encode()).hexdigest()[:8], 16) / 16**8
    return Written(tuple(items), similar, drawn < HELD_OUT_SHARE)


def _changed(entry: str, old: str, new: str) -> str:
    if old not in entry:
        raise ValueError(f"“{old}” is not in the entry")
    return entry.replace(old, new, 1)
