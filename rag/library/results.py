"""What the library tells its callers: results of an import, progress, rows of a listing, findings of a check-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
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
    """A report in a listing."""

    id: str
    name: str
    title: str
    country: str
    published_on: date | None
    entries: int
    passages: int
    state: ReportState

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
        }


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
