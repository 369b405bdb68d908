"""Doubles for the page's unit tests: a scripted assistant and a small report."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rag.assistant import Status
from rag.errors import UsageError
from rag.library.lookup import Coverage
from rag.library.results import FolderChanges, ImportResult, Progress, ReportRow
from rag.library.sync_note import SyncNote
from rag.settings import Settings
from rag.types import (
    Answer,
    Citation,
    DateRange,
    Entry,
    Filters,
    Passage,
    Question,
    Report,
    RetrievedPassage,
    Span,
    TimelineRow,
    Turn,
)

TEXT = (
    "Mali: The Quiet Month\n\nApril 9, 2018: A lead of no event.\n\n"
    "April 6, 2018: In the north (Gao) two men were held. More came.\n\nArchive"
)
"""A lead, an entry, and an archive line as furniture."""


def make_report(name: str = "mali.txt", text: str = TEXT, title: str = "Mali: The Quiet Month", sha256: str = "0" * 64) -> Report:
    lead, april, archive = text.index("April 9"), text.index("April 6"), text.index("Archive")
    ninth, sixth = date(2018, 4, 9), date(2018, 4, 6)
    return Report(
        id="f" * 16,
        name=name,
        title=title,
        country="Mali",
        published_on=ninth,
        text=text,
        entries=(
            Entry(0, lead, april - 2, DateRange(ninth, ninth), is_lead=True),
            Entry(1, april, archive - 2, DateRange(sixth, sixth), place="Gao"),
        ),
        furniture=(Span(archive, len(text)),),
        format="txt",
        sha256=sha256,
        size=len(text),
    )


def make_answer(text: str, number: int = 1, abstained: bool = False, report: Report | None = None) -> Answer:
    report = report or make_report()
    entry = report.entries[1]
    passage = Passage(
        f"{report.id}-{entry.start}-{entry.end}", report.id, report.name, report.title, report.country, report.published_on, 1,
        entry.on, entry.place, False, entry.start, entry.end, report.text[entry.start : entry.end],
    )  # fmt: skip
    start = report.text.index("April 6")
    end = report.text.index(" More")
    short = report.text.index("two men")
    citation = Citation(
        number,
        report.name,
        report.id,
        report.title,
        passage.date,
        report.published_on,
        report.text[start:end],
        start,
        end,
        passage.id,
    )
    return Answer(
        question=Question(text, text),
        answer=f"{citation.quote} [{number}]",
        short_answer="" if abstained else "two men",
        abstained=abstained,
        reason="Nothing near was found." if abstained else "",
        confidence=0.2 if abstained else 0.9,
        citations=(citation,),
        passages=(RetrievedPassage(passage, 1, 1.0),),
        seconds=0.25,
        highlights=((number, Span(short, short + len("two men"))),),
    )


@dataclass
class ScriptedAssistant:
    """Answers from a script and records what it was asked: the methods of ``Assistant`` the page calls."""

    settings: Settings
    stored: dict[str, Report] = field(default_factory=dict)
    refuse: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, tuple[Turn, ...], Filters]] = field(default_factory=list)
    partials: int = 1
    error: Exception | None = None
    models: Any = "ready"
    synced: SyncNote | None = None
    warmed: threading.Event = field(default_factory=threading.Event)

    def ask(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None, top_k: int | None = None) -> Answer:
        if not text.strip():
            raise UsageError("the question is empty")
        self.asked.append((text, tuple(history), filters or Filters()))
        if self.error:
            raise self.error
        return make_answer(text)

    def quote(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Answer:
        return self.ask(text, history=history, filters=filters)

    def stream(self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None) -> Iterator[Answer]:
        answer = self.ask(text, history=history, filters=filters)
        for n in range(1, self.partials):
            yield replace(answer, answer=answer.answer[: n * 5])
        yield answer

    def search(
        self, text: str, *, history: Sequence[Turn] = (), filters: Filters | None = None, top_k: int | None = None
    ) -> list[RetrievedPassage]:
        return list(self.ask(text, history=history, filters=filters).passages)[:top_k]

    def timeline(self, about: str = "", *, filters: Filters | None = None) -> list[TimelineRow]:
        answer = self.ask(about or "everything", filters=filters)
        day = date(2018, 4, 6)
        return [TimelineRow(DateRange(day, day), answer.citations[0].quote, "Gao", answer.citations)]

    def list(self) -> list[ReportRow]:
        return [
            ReportRow(
                r.id,
                r.name,
                r.title,
                r.country,
                r.published_on,
                len(r.entries),
                2,
                "ready",
                r.size,
                datetime(2020, 3, 1, tzinfo=UTC),
            )
            for r in self.stored.values()
        ]

    def show(self, report: str) -> Report:
        for stored in self.stored.values():
            if report in (stored.id, stored.name):
                return stored
        raise UsageError(f"{report}: no such report")

    def add(
        self, paths: Sequence[str | Path], progress: Callable[[Progress], None] | None = None, *, root: Path | None = None
    ) -> list[ImportResult]:
        results = []
        for path in map(Path, paths):
            name = path.relative_to(root).as_posix() if root and path.is_relative_to(root) else path.name
            if progress:
                progress(Progress("read", 0, 1, name))
                progress(Progress("embed", 1, 3))
            if name in self.refuse:
                results.append(ImportResult(name, "refused", self.refuse[name]))
                continue
            known = name in self.stored
            self.stored[name] = make_report(name)
            results.append(ImportResult(name, "replaced" if known else "added", "", "f" * 16, 2, 3))
        return results

    def sync(self, folder: Path, progress: Callable[[Progress], None] | None = None) -> list[ImportResult]:
        if progress:
            progress(Progress("read", 1, 2, "mali.txt"))
        results = self.add(sorted(folder.iterdir()))
        now = datetime.now(UTC)
        self.synced = SyncNote(now, dict(Counter(r.status for r in results)), now, len(results), tuple(results))
        return results

    def last_sync(self) -> SyncNote | None:
        return self.synced

    def remove(self, ids: Sequence[str]) -> list[ImportResult]:
        self.stored = {name: r for name, r in self.stored.items() if r.id not in ids and name not in ids}
        return [ImportResult(i, "removed") for i in ids]

    def coverage(self) -> Coverage:
        known = bool(self.stored)
        return Coverage(
            len(self.stored),
            2 * len(self.stored),
            3,
            date(2018, 4, 6) if known else None,
            date(2018, 4, 9) if known else None,
            (),
        )

    def folder_changes(self, folder: Path | None = None) -> FolderChanges:
        present = {p.name for p in self.settings.corpus.iterdir()} if self.settings.corpus.is_dir() else set()
        return FolderChanges(tuple(sorted(present - self.stored.keys())), (), tuple(sorted(self.stored.keys() - present)))

    def entries_by_month(self) -> list[tuple[int, str, int]]:
        return [(201804, "Mali", 2 * len(self.stored))] if self.stored else []

    def warm(self) -> None:
        self.warmed.set()

    def status(self) -> Status:
        return Status(self.models, len(self.stored), 3 * len(self.stored))
