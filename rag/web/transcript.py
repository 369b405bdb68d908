"""A conversation outside the page: as records the browser keeps and gives back, and as Markdown.

What comes back from a browser is a stranger's data. It is checked field by field; passages are read from the library again, so
that no quotation is ever shown inside a report that does not hold it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from itertools import pairwise
from typing import Any

from rag.errors import UsageError
from rag.library.feedback import filters_of, filters_row
from rag.reports.date_text import format_day
from rag.types import Answer, Citation, Correction, Passage, Question, RetrievedPassage, Span, Verdict
from rag.web.conversation import KEPT, Exchange
from rag.web.evidence import Show
from rag.web.filters import in_words
from rag.web.markup import confidence_words

MAX_CHARACTERS = 4_000_000
"""Most a browser may send back; a conversation of fifty long answers has a tenth of it."""

_ACTIVE = re.compile(r"[\\`*_\[\]<>&~|$#]")
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])", re.MULTILINE)
_KEY = re.compile(r"[0-9a-f]{32}")


def record(exchange: Exchange) -> str:
    """An answered exchange as JSON, with its Markdown; "" for one that is not done."""
    answer = exchange.answer
    if answer is None or not exchange.done:
        return ""
    row = {
        "thread": exchange.thread,
        "key": exchange.key,
        "number": exchange.number,
        "asked_at": exchange.asked_at,
        "question": exchange.question,
        "filters": filters_row(exchange.filters),
        "kind": answer.question.kind,
        "understood_as": answer.question.understood_as,
        "corrections": [[c.typed, c.used] for c in answer.question.corrections],
        "answer": answer.answer,
        "short_answer": answer.short_answer,
        "abstained": answer.abstained,
        "reason": answer.reason,
        "confidence": round(answer.confidence, 4),
        "seconds": round(answer.seconds, 3),
        "citations": [{**c.to_row(), "report_id": c.report_id} for c in answer.citations],
        "highlights": [[n, s.start, s.end] for n, s in answer.highlights],
        "verdicts": [{f.name: getattr(v, f.name) for f in fields(Verdict)} for v in answer.verdicts],
        "passages": [[r.passage.report_id, r.passage.start, r.passage.end, round(r.score, 6)] for r in answer.passages],
        "markdown": to_markdown(exchange),
    }
    return json.dumps(row, ensure_ascii=False)


def restore(text: str, show: Show) -> tuple[Exchange, ...]:
    """The conversation that a browser kept.

    Args:
        text: JSON object whose "records" are a list of them, oldest first.
        show: A report by id, or None.

    Returns:
        Exchanges; those passages that the library no longer holds are left out of them.

    Raises:
        UsageError: It is no such object, or is too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"the conversation has {len(text):,} characters; at most {MAX_CHARACTERS:,} are taken")
    try:
        rows = _of(json.loads(text), "records", list)
        if not rows:
            raise ValueError("it is empty")
        exchanges = tuple(_exchange(row, show) for row in rows[-KEPT:])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UsageError(f"the conversation kept in this browser cannot be read ({error}); delete it from the history") from error
    if any(later.number <= earlier.number for earlier, later in pairwise(exchanges)):
        raise UsageError("the conversation kept in this browser is out of order; delete it from the history")
    return exchanges


def _exchange(row: Mapping[str, Any], show: Show) -> Exchange:
    filters = filters_of(_of(row, "filters", dict))
    question = Question(
        text=_of(row, "question", str), query=_of(row, "question", str), kind=_of(row, "kind", str), filters=filters,
        understood_as=_of(row, "understood_as", str),
        corrections=tuple(Correction(str(typed), str(used)) for typed, used in _of(row, "corrections", list)[:50]),
    )  # fmt: skip
    passages = [_passage(item, rank, show) for rank, item in enumerate(_of(row, "passages", list)[:100], 1)]
    answer = Answer(
        question=question,
        answer=_of(row, "answer", str),
        short_answer=_of(row, "short_answer", str),
        abstained=_of(row, "abstained", bool),
        reason=_of(row, "reason", str),
        confidence=min(max(float(row["confidence"]), 0.0), 1.0),
        citations=tuple(_citation(item) for item in _of(row, "citations", list)[:100]),
        passages=tuple(found for found in passages if found is not None),
        seconds=max(float(row["seconds"]), 0.0),
        highlights=tuple((int(n), Span(int(start), int(end))) for n, start, end in _of(row, "highlights", list)[:100]),
        verdicts=tuple(_verdict(item) for item in _of(row, "verdicts", list)[:200]),
    )
    key, thread = _of(row, "key", str), _of(row, "thread", str)
    if not _KEY.fullmatch(key) or not _KEY.fullmatch(thread):
        raise ValueError("key")
    number = int(row["number"])
    if not 0 < number < 1_000_000:
        raise ValueError("number")
    limits = " · ".join(in_words(filters))
    asked_at = _of(row, "asked_at", str)[:40]
    return Exchange(number, question.text, answer, limits=limits, filters=filters, key=key, thread=thread, asked_at=asked_at)


def _of(row: Mapping[str, Any], name: str, kind: type) -> Any:
    value = row[name]
    if not isinstance(value, kind):
        raise ValueError(name)
    return value


def _citation(row: Mapping[str, Any]) -> Citation:
    texts = {name: _of(row, name, str) for name in ("report", "report_id", "title", "quote", "passage_id")}
    on, published_on = (date.fromisoformat(row[name]) if row[name] else None for name in ("date", "published_on"))
    number, start, end = int(row["number"]), int(row["start"]), int(row["end"])
    return Citation(number=number, start=start, end=end, date=on, published_on=published_on, **texts)


def _verdict(row: Mapping[str, Any]) -> Verdict:
    problems = tuple(str(p) for p in _of(row, "problems", list)[:20])
    numbers = tuple(int(n) for n in _of(row, "citations", list)[:100])
    return Verdict(int(row["start"]), int(row["end"]), numbers, _of(row, "supported", bool), problems, float(row["similarity"]))


def _passage(item: Sequence[Any], rank: int, show: Show) -> RetrievedPassage | None:
    """The passage as the library holds it now; None where its report has left or its span is in none of its entries."""
    from rag.reports.dates import find_dates
    from rag.reports.sentences import split_sentences

    report_id, start, end, score = item
    report_id, start, end, score = str(report_id), int(start), int(end), float(score)
    report = show(report_id)
    entry = next((e for e in report.entries if e.start <= start < end <= e.end), None) if report else None
    if report is None or entry is None:
        return None
    text = report.text[start:end]
    passage = Passage(
        id=f"{report.id}-{start}-{end}", report_id=report.id, report=report.name, title=report.title, country=report.country,
        published_on=report.published_on, entry=entry.index, on=entry.on, place=entry.place, is_lead=entry.is_lead,
        start=start, end=end, text=text, sentences=tuple(split_sentences(text, start)),
        dates=tuple(find_dates(text, entry.on.end if entry.on else report.published_on, start)),
    )  # fmt: skip
    return RetrievedPassage(passage, rank, score)


# --- Markdown --------------------------------------------------------------------------------------------------------------


def to_markdown(exchange: Exchange) -> str:
    """Question, answer and citations as Markdown that shows every text as it is, whatever renders it."""
    answer = exchange.answer
    if answer is None:
        return ""
    limits = f" ({_plain(exchange.limits)})" if exchange.limits else ""
    parts = [f"**{_plain(' '.join(exchange.question.split()))}**{limits}"]
    if answer.question.understood_as:
        parts.append(f"*understood as: {_plain(answer.question.understood_as)}*")
    if answer.short_answer and answer.short_answer not in answer.answer:
        parts.append(_plain(answer.short_answer))
    parts.append(_plain(answer.answer))
    if answer.reason:
        parts.append(_plain(answer.reason))
    parts.append(f"*{confidence_words(answer.confidence, answer.abstained)}*")
    for c in answer.citations:
        days = [f"entry of {format_day(c.date)}"] if c.date and c.date != c.published_on else []
        days += [f"report of {format_day(c.published_on)}"] if c.published_on else []
        head = f"\\[{c.number}\\] {_plain(c.title)} ({_plain(', '.join([c.report, *days]))})"
        quote = "\n".join(f"> {line}".rstrip() for line in _plain(c.quote).split("\n"))
        parts.append(f"{head}:\n\n{quote}")
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """Text with everything Markdown or HTML could take for its own behind a backslash."""
    escaped = _ACTIVE.sub(lambda m: "\\" + m.group(), text.replace("\r", ""))
    return _LINE_START.sub(lambda m: f"{m.group(1)}{m.group(2)[:-1]}\\{m.group(2)[-1]}", escaped)
