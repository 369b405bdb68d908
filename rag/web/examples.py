"""Example questions drawn from whatever the library holds: places and days of entries, names spoken of most."""

from __future__ import annotations

import logging
import re
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.reports.date_text import format_day
from rag.types import Entry, Report

if TYPE_CHECKING:
    from rag.assistant import Assistant

logger = logging.getLogger(__name__)

SHOWN = 4
_SAMPLE = 8
"""Reports looked into; more change little and cost time at the start."""

_PLACE = re.compile(r"(?:[A-ZÀ-Þ][\w'’-]+)(?: (?:[A-ZÀ-Þ][\w'’-]+)){0,2}")


class Examples:
    """Keeps the examples for the library as it stands; looked at again only when its reports change.

    Args:
        assistant: Where the reports are, and who must be able to answer.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = threading.Lock()
        self._key: tuple[str, ...] = ()
        self._questions: list[str] = []

    def current(self) -> list[str]:
        """At most ``SHOWN`` questions; those that were tried and answered where that is known."""
        with self._lock:
            self._refresh()
            return self._questions[:SHOWN]

    def _refresh(self) -> None:
        rows = [row for row in self._assistant.list() if row.state == "ready"]
        key = tuple(sorted(row.id for row in rows))
        if key == self._key:
            return
        self._key = key
        dated = sorted(rows, key=lambda row: (row.published_on is None, str(row.published_on), row.name))
        step = max(1, len(dated) // _SAMPLE)
        reports = []
        for row in dated[::step][:_SAMPLE]:
            try:
                reports.append(self._assistant.show(row.id))
            except RagError as error:  # removed a moment ago
                logger.info("no examples from %s: %s", row.name, error)
        self._questions = candidates(reports)

    def try_out(self) -> None:
        """Keep the questions the assistant answers, the surest first; takes seconds, for a background thread."""
        with self._lock:
            self._refresh()
            questions, key = list(self._questions), self._key
        answers = [(question, self._assistant.quote(question)) for question in questions]
        good = [(a.confidence, -i, q) for i, (q, a) in enumerate(answers) if not a.abstained]
        with self._lock:
            if good and key == self._key:
                chosen = {q for _, _, q in sorted(good, reverse=True)[:SHOWN]}
                self._questions = [q for q in questions if q in chosen]


def candidates(reports: Sequence[Report]) -> list[str]:
    """Questions in turn from each report, then about names.

    Args:
        reports: A sample of the library.

    Returns:
        Questions without repeats, at most three times as many as are shown.
    """
    per_report = [list(_about(report)) for report in reports]
    longest = max((len(found) for found in per_report), default=0)
    found = [questions[i] for i in range(longest) for questions in per_report if i < len(questions)]
    names = list(_names(reports))
    # A question about a name stands among the first, so that the examples differ in kind.
    mixed = [*found[:2], *names[:1], *found[2:4], *names[1:], *found[4:]]
    return list(dict.fromkeys(mixed))[: 3 * SHOWN]


def _about(report: Report) -> Iterator[str]:
    for entry in report.entries:
        if entry.is_lead:
            continue
        place = place_name(entry)
        if place and entry.on and entry.on.is_day:
            yield f"What happened in {place} on {format_day(entry.on.start)}?"
        elif entry.heading and 2 <= len(entry.heading.split()) <= 8:
            yield f"What do the reports say about {entry.heading.strip(' .?!:')}?"
    if report.country and report.published_on:
        yield f"What happened in {report.country} in {report.published_on:%B %Y}?"


def place_name(entry: Entry) -> str:
    """The first proper name of an entry's place: "Ayorou" of "Ayorou, northwest of Niamey"; "" when it opens otherwise."""
    match = _PLACE.match(entry.place.strip())
    return match.group() if match else ""


def _names(reports: Sequence[Report]) -> Iterator[str]:
    from rag.reports.names import find_names

    spoken: Counter[str] = Counter()
    for report in reports:
        lead = next((e for e in report.entries if e.is_lead), None)
        text = report.text[lead.start : lead.end] if lead else report.text[:3000]
        spoken.update({mention.text for mention in find_names(text) if 2 < len(mention.text) <= 40})
    for name, n in spoken.most_common():
        known = any(name in (r.country, r.title) for r in reports)
        if n > 1 and not known:
            yield f"What do the reports say about {name}?"
