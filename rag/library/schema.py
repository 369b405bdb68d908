"""The catalog's tables, and how a connection to them is opened.

One file, ``catalog.sqlite3``, is the truth about the library; Chroma and the full-text index are made from it. Days are integers
``YYYYMMDD``, vectors little-endian float16 blobs, spans and date mentions compact JSON. A report's ``state`` is its job:
"pending" ones still have to be indexed, "removing" ones still have to be cleaned up, so a killed process leaves its job behind
in the very row it was working on.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from rag.errors import LibraryError

VERSION = 1
BUSY_TIMEOUT_MS = 60_000

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE reports (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    country TEXT NOT NULL,
    published INTEGER,
    format TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'ready', 'removing')),
    live INTEGER NOT NULL DEFAULT 0 CHECK (live IN (0, 1) AND live = (state = 'ready')),
    made_by TEXT NOT NULL,
    path TEXT NOT NULL,
    mtime_ns INTEGER NOT NULL,
    added_at REAL NOT NULL,
    n_entries INTEGER NOT NULL,
    n_passages INTEGER NOT NULL,
    text TEXT NOT NULL
);
CREATE UNIQUE INDEX reports_live_name ON reports (name) WHERE live = 1;
CREATE INDEX reports_name ON reports (name);
CREATE INDEX reports_id ON reports (id);
CREATE INDEX reports_sha256 ON reports (sha256);
CREATE INDEX reports_jobs ON reports (state) WHERE state <> 'ready';

CREATE TABLE entries (
    report INTEGER NOT NULL REFERENCES reports (key) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    day_from INTEGER,
    day_to INTEGER,
    place TEXT NOT NULL,
    heading TEXT NOT NULL,
    is_lead INTEGER NOT NULL,
    PRIMARY KEY (report, position)
) WITHOUT ROWID;

CREATE TABLE furniture (
    report INTEGER NOT NULL REFERENCES reports (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    PRIMARY KEY (report, start)
) WITHOUT ROWID;

CREATE TABLE acronyms (
    report INTEGER NOT NULL REFERENCES reports (key) ON DELETE CASCADE,
    short TEXT NOT NULL,
    long TEXT NOT NULL,
    PRIMARY KEY (report, short, long)
) WITHOUT ROWID;

-- AUTOINCREMENT: a key is never used again, so that a cache keyed by it can never show another passage's vector.
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    report INTEGER NOT NULL REFERENCES reports (key) ON DELETE CASCADE,
    entry INTEGER NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    live INTEGER NOT NULL DEFAULT 0,
    sentences TEXT NOT NULL,
    dates TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX passages_id ON passages (id);
CREATE INDEX passages_report ON passages (report);
CREATE INDEX passages_live ON passages (key, id, report, entry) WHERE live = 1;

CREATE TABLE passage_days (
    day_from INTEGER NOT NULL,
    day_to INTEGER NOT NULL,
    passage INTEGER NOT NULL REFERENCES passages (key) ON DELETE CASCADE,
    PRIMARY KEY (day_from, day_to, passage)
) WITHOUT ROWID;
CREATE INDEX passage_days_passage ON passage_days (passage);

-- Two tables: the exact scan reads all passage vectors and must not walk over the sentence vectors, six times as large.
CREATE TABLE passage_vectors (
    passage INTEGER NOT NULL REFERENCES passages (key) ON DELETE CASCADE,
    model TEXT NOT NULL,
    digest TEXT NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (passage, model)
);
CREATE INDEX passage_vectors_digest ON passage_vectors (digest, model);
CREATE TABLE sentence_vectors (
    passage INTEGER NOT NULL REFERENCES passages (key) ON DELETE CASCADE,
    model TEXT NOT NULL,
    vectors BLOB NOT NULL,
    PRIMARY KEY (passage, model)
);

-- Files a sync refused, so that the next one can say so again without reading them again.
CREATE TABLE refusals (
    path TEXT PRIMARY KEY,
    mtime_ns INTEGER NOT NULL,
    size INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;

-- The full-text index holds live passages only: document frequencies then count what can be found, and nothing hidden can be.
CREATE VIEW live_passages AS SELECT key, title, text FROM passages WHERE live = 1;
CREATE VIRTUAL TABLE passages_fts USING fts5 (
    title, text, content = 'live_passages', content_rowid = 'key', tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE passages_terms USING fts5vocab (passages_fts, 'row');

CREATE TRIGGER report_shown_or_hidden AFTER UPDATE OF live ON reports WHEN old.live <> new.live BEGIN
    UPDATE passages SET live = new.live WHERE report = new.key;
END;
CREATE TRIGGER passage_shown AFTER UPDATE OF live ON passages WHEN old.live = 0 AND new.live = 1 BEGIN
    INSERT INTO passages_fts (rowid, title, text) VALUES (new.key, new.title, new.text);
END;
CREATE TRIGGER passage_hidden AFTER UPDATE OF live ON passages WHEN old.live = 1 AND new.live = 0 BEGIN
    INSERT INTO passages_fts (passages_fts, rowid, title, text) VALUES ('delete', old.key, old.title, old.text);
END;
CREATE TRIGGER live_passage_kept BEFORE DELETE ON passages WHEN old.live = 1 BEGIN
    SELECT RAISE(ABORT, 'a live passage must be hidden before it is deleted');
END;
INSERT INTO meta (key, value) VALUES ('generation', '0'), ('library', lower(hex(randomblob(8))));
"""


class Connection(sqlite3.Connection):
    """A connection whose errors are one line for the user; one that can be referred to weakly, and so goes with its thread."""

    path = Path()

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Run a statement.

        Args:
            sql: The statement.
            parameters: Its values.

        Returns:
            The cursor, at its first row.

        Raises:
            LibraryError: SQLite cannot: locked for a minute, full, damaged, or refused by a constraint.
        """
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            raise LibraryError(f"{self.path}: the catalog cannot be used ({error}); run `rag doctor`") from error


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection in autocommit mode, ready for use.

    ``synchronous = NORMAL`` under WAL: a commit survives the death of the process at any moment (the operating system has the
    pages), which is what ``kill -9`` asks for; a power cut may lose the newest commits but never breaks the file. What was
    acknowledged is made to survive that too by one checkpoint at the end of each import, cheaper than an fsync a transaction.

    Args:
        path: Of the file, made when there is none.

    Returns:
        The connection.

    Raises:
        LibraryError: The file is no catalog, or cannot be opened.
    """
    try:
        # Threads keep to their own connections; ``Catalog.close`` only interrupts those of others.
        db = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False, factory=Connection
        )
    except sqlite3.Error as error:
        raise LibraryError(
            f"{path}: cannot be opened as a catalog ({error}); restore it from a backup or choose another --home"
        ) from error
    db.path = path
    _write_ahead(db, path)
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA cache_size = -65536")
    return db


def _write_ahead(db: sqlite3.Connection, path: Path) -> None:
    """Switch to write-ahead logging; while another opener does the same SQLite refuses at once, however long it may wait."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            sqlite3.Connection.execute(db, "PRAGMA journal_mode = WAL")
            return
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise LibraryError(f"{path}: the catalog cannot be used ({error}); run `rag doctor`") from error
            time.sleep(0.01)


def prepare(db: sqlite3.Connection, path: Path) -> None:
    """Create the tables of an empty file; check the version of any other.

    Args:
        db: From ``connect``.
        path: For messages.

    Raises:
        LibraryError: The catalog was written by a newer program, or by another one.
    """
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        db.execute("BEGIN IMMEDIATE")
        # Another process may have made the tables while this one waited for the lock.
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            _create(db, path)
            version = VERSION
        db.execute("COMMIT")
    if version > VERSION:
        raise LibraryError(
            f"{path}: written by a newer version of this program (catalog {version}, this one {VERSION}); upgrade the program"
        )


def _create(db: sqlite3.Connection, path: Path) -> None:
    if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise LibraryError(f"{path}: is a database of another program; choose another --home")
    statement = ""
    for line in _TABLES.splitlines():  # executescript would commit the transaction that guards against a second creator
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""
    db.execute(f"PRAGMA user_version = {VERSION:d}")
