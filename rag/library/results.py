"""What the library tells its callers: results of an import, progress, rows of a listing, findings of a check-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Literal

from rag.types import ReportState

ImportStatus = Literal["added", "replaced", "unchanged", "removed", "refused", "queued"]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one input.

    Attributes:
        name: File name in the library.
        status: "queued" means stored safely, and to be indexed by the process that owns the index or by the next one.
        reason: Why it was refused, or why it waits; "" otherwise.
        report_id: Of the report, or "" when there is none.
        entries: Number of its entries.
        passages: Number of its passages.
    """

    name: str
    status: ImportStatus
    reason: str = ""
    report_id: str = ""
    entries: int = 0
    passages: int = 0

    def to_row(self) -> dict[str, Any]:
        """The row of ``--json``."""
        return {
            "report": self.name,
            "status": self.status,
            "reason": self.reason,
            "id": self.report_id,
            "entries": self.entries,
            "passages": self.passages,
        }


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one stage is.

    Attributes:
        stage: "read" counts files, "embed" and "index" passages, "wait" reports that another process indexes.
        done: Finished.
        total: To do, as far as known.
        name: The file at hand, or "".
    """

    stage: Literal["read", "embed", "index", "wait"]
    done: int
    total: int
    name: str = ""


ProgressCallback = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report in a listing.

    Attributes:
        id: Of the report.
        name: File name in the library.
        title: Its headline.
        country: Of the headline, or "".
        published_on: Its own date, or None.
        entries: Number of its entries.
        passages: Number of its passages.
        state: Whether it answers.
        size: Of the original, in bytes.
        added_at: When this version entered the library, UTC.
    """

    id: str
    name: str
    title: str
    country: str
    published_on: date | None
    entries: int
    passages: int
    state: ReportState
    size: int = 0
    added_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def to_row(self) -> dict[str, Any]:
        """The row of ``rag list --json``."""
        return {
            "id": self.id,
            "report": self.name,
            "title": self.title,
            "date": self.published_on.isoformat() if self.published_on else None,
            "entries": self.entries,
            "passages": self.passages,
            "state": self.state,
            "size": self.size,
            "added": self.added_at.isoformat(timespec="seconds"),
        }


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """How a folder differs from what the library took from it, as far as file times and sizes tell.

    Attributes:
        new: Names of files the library does not have.
        changed: Names of files that may have changed.
        gone: Names of reports whose file is no longer there.
    """

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison of a check-up.

    Attributes:
        name: What was looked at.
        ok: Whether it is as it should be (after the repair, if there was one).
        detail: What was found, in words.
        repaired: Whether something was put right.
    """

    name: str
    ok: bool
    detail: str
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class HealthReport:
    """The findings of ``rag doctor``, in the order they were looked at."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def to_row(self) -> dict[str, Any]:
        """The object of ``rag doctor --json``."""
        return {
            "ok": self.ok,
            "checks": [{"name": c.name, "ok": c.ok, "detail": c.detail, "repaired": c.repaired} for c in self.checks],
        }

    def with_check(self, check: Check) -> HealthReport:
        """A copy with one more finding."""
        return replace(self, checks=(*self.checks, check))
