"""The catalog: every report, its passages, their vectors and the full-text index in one SQLite file, the truth of the library.

Reading is in ``lookup``, the vectors in ``kept_vectors``, the tables in ``schema``; this module holds what changes
them. A report's life is its ``state``:

    (file) -> pending -> ready -> removing -> (gone)

Each arrow is one transaction. Going ready hides the version it replaces in the same transaction, so at any moment a name has
at most one live version (a unique index sees to it), and a killed process leaves a state that the next owner carries on from.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rag.errors import LibraryError
from rag.library import rows
from rag.library.kept_vectors import KeptVectors
from rag.library.results import ReportRow
from rag.types import Passage, Report


@dataclass(frozen=True, slots=True)
class Source:
    """Where a report came from, to see without reading it whether its file changed.

    Attributes:
        path: Absolute path of the file, "" when it was given as bytes.
        mtime_ns: Its modification time, in nanoseconds; 0 when it cannot be trusted.
        size: In bytes.
    """

    path: str
    mtime_ns: int
    size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A report as imports see it: its row in the catalog without the text."""

    key: int
    id: str
    name: str
    sha256: str
    made_by: str
    state: str
    source: Source
    n_entries: int
    n_passages: int


_STORED = "SELECT key, id, name, sha256, made_by, state, path, mtime_ns, size, n_entries, n_passages FROM reports"


def _stored(row: Sequence[Any]) -> Stored:
    key, report_id, name, sha256, made_by, state, path, mtime_ns, size, n_entries, n_passages = row
    return Stored(key, report_id, name, sha256, made_by, state, Source(path, mtime_ns, size), n_entries, n_passages)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Catalog(KeptVectors):
    """All changes to the catalog; thread-safe."""

    # reports --------------------------------------------------------------------------------------------------------------

    def newest(self, name: str) -> Stored | None:
        """The version of a name that answers or will answer next, or None."""
        row = self.db.execute(f"{_STORED} WHERE name = ? AND state <> 'removing' ORDER BY key DESC LIMIT 1", (name,)).fetchone()
        return None if row is None else _stored(row)

    def stored(self) -> list[Stored]:
        """All reports but those being removed, in the order they came."""
        return [_stored(row) for row in self.db.execute(f"{_STORED} WHERE state <> 'removing' ORDER BY key")]

    def states(self, keys: Iterable[int]) -> dict[int, str]:
        """State by key; a key that is gone is left out."""
        found = self.db.execute(
            "SELECT key, state FROM reports WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(list(keys)),)
        )
        return dict(found.fetchall())

    def resolve(self, reference: str) -> list[int]:
        """Keys of the reports, not being removed, that an id or a file name means."""
        found = self.db.execute(
            "SELECT key FROM reports WHERE state <> 'removing' AND (id = :ref OR name = :ref)", {"ref": reference}
        )
        return [row[0] for row in found]

    def listing(self) -> list[ReportRow]:
        """Live reports and new ones that wait, by name; a waiting version of a live report shows only as the live one."""
        found = self.db.execute(
            "SELECT id, name, title, country, published, n_entries, n_passages, state, size, added_at FROM reports r"
            " WHERE live = 1 OR (state = 'pending' AND NOT EXISTS"
            " (SELECT 1 FROM reports o WHERE o.name = r.name AND o.live = 1)) ORDER BY name"
        )
        return [
            ReportRow(
                key, name, title, country, rows.day_of(on) if on else None, entries, passages, state, size, _moment(added_at)
            )
            for key, name, title, country, on, entries, passages, state, size, added_at in found
        ]

    def add_report(
        self,
        report: Report,
        passages: Sequence[Passage],
        acronyms: Iterable[tuple[str, str]] = (),
        *,
        made_by: str,
        source: Source,
        store: Callable[[], None] | None = None,
    ) -> int:
        """Enter a report as pending, in one transaction; an older pending version of the name is given up.

        Args:
            report: The report.
            passages: Its passages.
            acronyms: Pairs of short and long name found in it.
            made_by: Fingerprint of the parser and splitter settings.
            source: Its file.
            store: Called inside the transaction, writes the original; SQLite's lock keeps cleaners away from it meanwhile.

        Returns:
            The report's key.
        """
        with self.write() as db:
            db.execute("UPDATE reports SET state = 'removing' WHERE name = ? AND state = 'pending'", (report.name,))
            published = None if report.published_on is None else rows.day_number(report.published_on)
            cursor = db.execute(
                "INSERT INTO reports (id, name, title, country, published, format, sha256, size, state, live, made_by, path,"
                " mtime_ns, added_at, n_entries, n_passages, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(report.id, report.name, report.title, report.country, published, report.format, report.sha256, report.size),
                    *(made_by, source.path, source.mtime_ns, time.time(), len(report.entries), len(passages), report.text),
                ),
            )
            key = int(cursor.lastrowid or 0)
            self._insert_parts(db, key, report, passages, acronyms)
            if store is not None:
                store()
        return key

    def _insert_parts(
        self, db: sqlite3.Connection, key: int, report: Report, passages: Sequence[Passage], acronyms: Iterable[tuple[str, str]]
    ) -> None:
        for e in report.entries:
            days = (None, None) if e.on is None else (rows.day_number(e.on.start), rows.day_number(e.on.end))
            db.execute(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (key, e.index, e.start, e.end, *days, e.place, e.heading, e.is_lead),
            )
        db.executemany("INSERT OR IGNORE INTO furniture VALUES (?, ?, ?)", [(key, s.start, s.end) for s in report.furniture])
        db.executemany("INSERT OR IGNORE INTO acronyms VALUES (?, ?, ?)", [(key, short, long) for short, long in acronyms])
        for p in passages:
            cursor = db.execute(
                "INSERT INTO passages (id, report, entry, start, stop, sentences, dates, title, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(p.id, key, p.entry, p.start, p.end),
                    *(rows.pack_spans(p.sentences, p.start), rows.pack_mentions(p.dates, p.start), p.title, p.text),
                ),
            )
            db.executemany("INSERT INTO passage_days VALUES (?, ?, ?)", [(*days, cursor.lastrowid) for days in rows.days_of(p)])

    def set_source(self, key: int, source: Source) -> None:
        """Note where a report's file is and how it looked when it was last compared."""
        with self.write() as db:
            db.execute(
                "UPDATE reports SET path = ?, mtime_ns = ?, size = ? WHERE key = ?",
                (source.path, source.mtime_ns, source.size, key),
            )

    def hide(self, keys: Iterable[int]) -> int:
        """Stop showing reports, at once; their rows are cleaned up later.

        Args:
            keys: Of live or pending reports; others are left alone.

        Returns:
            How many were hidden.
        """
        with self.write() as db:
            cursor = db.execute(
                "UPDATE reports SET live = 0, state = 'removing' WHERE state <> 'removing'"
                " AND key IN (SELECT value FROM json_each(?))",
                (json.dumps(list(keys)),),
            )
            self.bump()
            return int(cursor.rowcount)

    # jobs -----------------------------------------------------------------------------------------------------------------

    def has_jobs(self) -> bool:
        """Whether any report waits to be indexed or cleaned up."""
        return self.db.execute("SELECT 1 FROM reports WHERE state <> 'ready' LIMIT 1").fetchone() is not None

    def jobs(self, state: str) -> list[int]:
        """Keys of the reports in a state, oldest first."""
        return [row[0] for row in self.db.execute("SELECT key FROM reports WHERE state = ? ORDER BY key", (state,))]

    def pending_embedded(self, model: str) -> list[int]:
        """Keys of pending reports all of whose passages have vectors, oldest first."""
        found = self.db.execute(
            "SELECT r.key FROM reports r WHERE r.state = 'pending'"
            " AND NOT EXISTS (SELECT 1 FROM passages p WHERE p.report = r.key"
            " AND NOT EXISTS (SELECT 1 FROM sentence_vectors s WHERE s.passage = p.key AND s.model = ?)) ORDER BY r.key",
            (model,),
        )
        return [row[0] for row in found]

    def go_live(self, keys: Iterable[int]) -> list[int]:
        """Show pending reports and hide the versions they replace, in one transaction.

        Args:
            keys: Of reports whose passages are in the vector index.

        Returns:
            The keys that went live; one given up or removed meanwhile did not.
        """
        shown = []
        with self.write() as db:
            for key in keys:
                row = db.execute("SELECT name FROM reports WHERE key = ? AND state = 'pending'", (key,)).fetchone()
                if row is not None:
                    db.execute("UPDATE reports SET live = 0, state = 'removing' WHERE name = ? AND live = 1", row)
                    db.execute("UPDATE reports SET live = 1, state = 'ready' WHERE key = ?", (key,))
                    shown.append(key)
            if shown:
                self.bump()
        return shown

    def orphan_ids(self, key: int) -> list[str]:
        """Passage ids of a report being removed that no other report uses."""
        found = self.db.execute(
            "SELECT p.id FROM passages p WHERE p.report = ?"
            " AND NOT EXISTS (SELECT 1 FROM passages o JOIN reports r ON r.key = o.report"
            " WHERE o.id = p.id AND o.report <> p.report AND r.state <> 'removing')",
            (key,),
        )
        return [row[0] for row in found]

    def purge(self, keys: Iterable[int], discard: Callable[[str], None]) -> None:
        """Delete the rows of reports being removed, and their originals where no other report needs them.

        Args:
            keys: Of reports; those not being removed are left alone.
            discard: Called with a SHA-256 inside the transaction, deletes that original.
        """
        with self.write() as db:
            for key in keys:
                row = db.execute("SELECT sha256 FROM reports WHERE key = ? AND state = 'removing'", (key,)).fetchone()
                if row is None:
                    continue
                db.execute("DELETE FROM reports WHERE key = ?", (key,))
                if db.execute("SELECT 1 FROM reports WHERE sha256 = ?", row).fetchone() is None:
                    discard(row[0])

    def known_ids(self, ids: Iterable[str]) -> set[str]:
        """Which of the ids are passages of any report, whatever its state."""
        found = self.db.execute("SELECT id FROM passages WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))
        return {row[0] for row in found}

    # refused files --------------------------------------------------------------------------------------------------------

    def refusals(self, made_by: str) -> dict[str, tuple[int, int, str]]:
        """Modification time, size and reason by path of files refused before, by this parser."""
        found = self.db.execute("SELECT path, mtime_ns, size, reason FROM refusals WHERE made_by = ?", (made_by,))
        return {path: (mtime_ns, size, reason) for path, mtime_ns, size, reason in found}

    def note_refusal(self, source: Source, made_by: str, reason: str) -> None:
        """Remember that a file was refused, and why."""
        with self.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO refusals VALUES (?, ?, ?, ?, ?)",
                (source.path, source.mtime_ns, source.size, made_by, reason),
            )

    def forget_refusals(self, paths: Iterable[str]) -> None:
        """Forget files that are gone or were accepted."""
        with self.write() as db:
            db.executemany("DELETE FROM refusals WHERE path = ?", [(path,) for path in paths])

    # check-up -------------------------------------------------------------------------------------------------------------

    def faults(self) -> list[str]:
        """What SQLite's own checks find wrong with the file; empty when sound."""
        try:
            found = [row[0] for row in self.db.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]
            found += [
                f"row {row[1]} of {row[0]} refers to nothing" for row in self.db.execute("PRAGMA foreign_key_check").fetchmany(10)
            ]
        except (LibraryError, sqlite3.DatabaseError) as error:
            return [str(error)]
        return found

    def full_text_fault(self) -> str:
        """What is wrong with the full-text index compared with the live passages; "" when nothing is."""
        try:
            with self.write() as db:
                db.execute("INSERT INTO passages_fts (passages_fts, rank) VALUES ('integrity-check', 1)")
        except LibraryError as error:
            return str(error.__cause__)
        return ""

    def rebuild_full_text(self) -> None:
        """Make the full-text index anew from the live passages."""
        with self.write() as db:
            db.execute("INSERT INTO passages_fts (passages_fts) VALUES ('rebuild')")
            self.bump()

    def originals(self) -> dict[str, list[str]]:
        """Names of reports, not being removed, by the SHA-256 of their original."""
        found: dict[str, list[str]] = {}
        for sha256, name in self.db.execute("SELECT sha256, name FROM reports WHERE state <> 'removing' ORDER BY key"):
            found.setdefault(sha256, []).append(name)
        return found

    def wanted_originals(self) -> set[str]:
        """SHA-256 of every original some report needs, those being removed included."""
        return {row[0] for row in self.db.execute("SELECT DISTINCT sha256 FROM reports")}
