"""Connections to the catalog, one for each thread, its transactions and its key-value table."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from rag.errors import LibraryError
from rag.library import schema


class Connections:
    """Opens a catalog and hands each thread a connection of its own; SQLite serialises the writers."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Args:
            path: Of the catalog; its folder is made when there is none.

        Raises:
            LibraryError: The folder cannot be made, or the file is no catalog of this version.
        """
        self.path = path
        self._local = threading.local()
        self._connections: weakref.WeakSet[sqlite3.Connection] = weakref.WeakSet()
        self._guard = threading.Lock()
        self._closed = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(f"{path.parent}: cannot be made ({error.strerror}); choose another --home") from error
        schema.prepare(self.db, path)

    @property
    def db(self) -> sqlite3.Connection:
        """This thread's connection."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if self._closed:
            self._close_own()
            raise LibraryError(f"{self.path}: the library was closed; open it again")
        if db is None:
            db = schema.connect(self.path)
            self._local.db = db
            with self._guard:
                self._connections.add(db)
        return db

    def close(self) -> None:
        """Close for all threads; a running query of another thread fails.

        A connection is only ever closed by its own thread: SQLite frees what a statement running in another one still uses, and
        the process dies of it. Other threads' connections go at their next use, or with their thread.
        """
        self._closed = True
        self._close_own()
        with self._guard:
            for db in list(self._connections):
                with suppress(sqlite3.ProgrammingError):  # closed by its own thread a moment ago
                    db.interrupt()

    def _close_own(self) -> None:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is not None:
            with self._guard:
                self._connections.discard(db)
            self._local.db = None
            db.close()

    @contextmanager
    def snapshot(self) -> Generator[sqlite3.Connection, None, None]:
        """Several reads that see one state of the catalog."""
        db = self.db
        if db.in_transaction:
            yield db
            return
        db.execute("BEGIN")
        try:
            yield db
        finally:
            db.execute("COMMIT")

    def generation(self) -> int:
        """Counter of everything a searcher can notice; equal numbers mean an equal catalog."""
        return int(self.get_meta("generation") or 0)

    def get_meta(self, key: str) -> str | None:
        """A value of the key-value table, or None."""
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def data_version(self) -> int:
        """Changes when another connection commits; costs microseconds, so it may be polled."""
        return int(self.db.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def write(self) -> Generator[sqlite3.Connection, None, None]:
        """One transaction that holds SQLite's write lock from its start, rolled back on any error.

        Raises:
            LibraryError: The file is locked for a minute, full or damaged.
        """
        db = self.db
        if db.in_transaction:  # part of a larger transaction
            yield db
            return
        try:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                _roll_back(db)
        except sqlite3.Error as error:
            raise LibraryError(
                f"{self.path}: the catalog could not be written ({error}); free space and run `rag doctor`"
            ) from error

    def set_meta(self, key: str, value: str) -> None:
        """Set a value of the key-value table."""
        with self.write() as db:
            db.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value))

    def bump(self) -> None:
        """Tell searchers that something they can notice has changed."""
        with self.write() as db:
            db.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    def persist(self) -> None:
        """Make all commits so far survive a power cut (see ``schema.connect``)."""
        self.db.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _roll_back(db: sqlite3.Connection) -> None:
    if db.in_transaction:  # not after a commit, nor when SQLite rolled back by itself because the disk is full
        db.execute("ROLLBACK")
