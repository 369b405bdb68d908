"""What the last sync of the corpus folder found, kept in the catalog for whoever asks later, in whichever process."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from rag.library.catalog import Catalog
from rag.library.results import ImportResult

LISTED = 200
"""Results of one sync that are kept one by one."""

_KEY = "last_sync"


@dataclass(frozen=True, slots=True)
class SyncNote:
    """The last sync, and the last one that found anything to do, which may be an earlier one.

    Attributes:
        at: When it ended, UTC.
        counts: Number of files by what became of them.
        changed_at: When the last one ended that found something to do, UTC; None when there was none yet.
        changed: How many files that one did something with.
        changes: What became of them, ``LISTED`` at most.
    """

    at: datetime
    counts: dict[str, int]
    changed_at: datetime | None
    changed: int
    changes: tuple[ImportResult, ...]


def write_note(catalog: Catalog, results: Sequence[ImportResult]) -> None:
    """Keep what a sync found.

    Args:
        catalog: Where it is kept.
        results: Of the sync; an unchanged file, and one refused once more for the same reason, count as nothing to do.
    """
    now = datetime.now(UTC)
    before = read_note(catalog)
    changes = tuple(r for r in results if r.status != "unchanged")
    known = set(before.changes) if before else set()
    counts = dict(Counter(str(r.status) for r in results))
    if before is None or any(r.status != "refused" or r not in known for r in changes):
        note = SyncNote(now, counts, now if changes else None, len(changes), changes[:LISTED])
    else:
        note = replace(before, at=now, counts=counts)
    # ASCII: a file name may hold bytes that are no UTF-8, which SQLite's text cannot.
    catalog.set_meta(_KEY, json.dumps(asdict(note), default=datetime.isoformat))


def read_note(catalog: Catalog) -> SyncNote | None:
    """What the last sync of the corpus folder found, or None when there was none."""
    text = catalog.get_meta(_KEY)
    if text is None:
        return None
    row = json.loads(text)
    return SyncNote(
        at=datetime.fromisoformat(row["at"]),
        counts=row["counts"],
        changed_at=datetime.fromisoformat(row["changed_at"]) if row["changed_at"] else None,
        changed=row["changed"],
        changes=tuple(ImportResult(**change) for change in row["changes"]),
    )
