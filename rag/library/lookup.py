"""The reading side of the catalog. Only live reports are ever visible here: every query keeps to ``live = 1``."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rag.errors import UsageError
from rag.library import rows
from rag.library.connections import Connections
from rag.types import Filters, Passage, Report

PASSAGE_COLUMNS = """p.id, r.id, r.name, r.title, r.country, r.published, p.entry, e.day_from, e.day_to, e.place, e.is_lead,
    p.start, p.stop, p.text, p.sentences, p.dates
    FROM passages p JOIN reports r ON r.key = p.report LEFT JOIN entries e ON e.report = p.report AND e.position = p.entry"""
REPORT_COLUMNS = "id, name, title, country, published, format, sha256, size, text, key FROM reports"

LEXICAL_BUDGET = 8_000
"""Postings one full-text query may walk over: about 1 ms a thousand, so 8 ms, on the 2-core machine it was measured on."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the library holds, for the page's header and for answers such as "the reports end in ...".

    Attributes:
        reports: Number of live reports.
        entries: Number of their entries.
        passages: Number of their passages.
        first: Earliest day of an entry, or None.
        last: Latest day of an entry, or None.
        countries: Country and number of its reports, most reports first; "" is left out.
    """

    reports: int
    entries: int
    passages: int
    first: date | None
    last: date | None
    countries: tuple[tuple[str, int], ...]


class Lookup(Connections):
    """Every question the other rooms ask of the catalog."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Args:
            path: Of the catalog.
        """
        super().__init__(path)
        self._frequencies: tuple[int, dict[str, int]] = (-1, {})
        self._filtered: tuple[int, dict[Filters, frozenset[str]]] = (-1, {})
        self._covered: tuple[int, Coverage] | None = None

    # full text ------------------------------------------------------------------------------------------------------------

    def lexical(
        self,
        terms: Sequence[str],
        k: int,
        *,
        within: Collection[str] | None = None,
        title_weight: float = 1.0,
        text_weight: float = 1.0,
    ) -> list[tuple[str, float]]:
        """Full-text search: passages that hold any of the terms, by Okapi BM25 (k1 = 1.2, b = 0.75) as FTS5 computes it.

        Words are stemmed (Porter) and stripped of accents by the index; a term of several words is matched as a phrase. When
        the terms together occur in more passages than ``LEXICAL_BUDGET``, the commonest are left out, the rarest never: common
        words cost most and tell least.

        Args:
            terms: Raw words or phrases, as the question has them; no query syntax is understood.
            k: Most passages returned.
            within: Passage ids to keep to; None for all.
            title_weight: Weight of the title column in BM25.
            text_weight: Weight of the text column.

        Returns:
            Pairs of passage id and score, best first; higher is better.
        """
        query = " OR ".join(f'"{term}"' for term in self._affordable(terms))
        if not query or k <= 0 or (within is not None and not within):
            return []
        rank = f"bm25({float(title_weight)}, {float(text_weight)})"
        cursor = self.db.execute(
            "SELECT p.id, f.rank FROM passages_fts f JOIN passages p ON p.key = f.rowid"
            " WHERE f.passages_fts MATCH ? AND f.rank MATCH ? ORDER BY f.rank LIMIT ?",
            (query, rank, k if within is None else -1),
        )
        found: list[tuple[str, float]] = []
        allowed = within if within is None or isinstance(within, set | frozenset) else set(within)
        for passage_id, score in cursor:
            if allowed is None or passage_id in allowed:
                found.append((passage_id, -score))
                if len(found) == k:
                    break
        cursor.close()
        return found

    def document_frequency(self, term: str) -> int:
        """Live passages that hold a word, after stemming; for a phrase, those of its rarest word.

        Args:
            term: A raw word or phrase.

        Returns:
            The number of passages; 0 for a term without letters or digits.
        """
        generation = self.generation()
        counted_at, known = self._frequencies
        if counted_at != generation:  # kept to this very dictionary: another thread may put in one of an older generation
            known = {}
            self._frequencies = (generation, known)
        if term not in known:
            counts = []
            for word in _stems(term):
                row = self.db.execute("SELECT doc FROM passages_terms WHERE term = ?", (word,)).fetchone()
                counts.append(0 if row is None else int(row[0]))
            known[term] = min(counts, default=0)
        return known[term]

    def idf(self, term: str) -> float:
        """Weight of a word, higher for rarer ones; of a phrase, that of its rarest word.

        Robertson and Sparck Jones' weight in Lucene's form, ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative.

        Args:
            term: A raw word or phrase.

        Returns:
            0 or more, in nats.
        """
        frequency = self.document_frequency(term)
        return math.log(1 + (self.coverage().passages - frequency + 0.5) / (frequency + 0.5))

    def contexts(self, term: str, k: int) -> list[str]:
        """Titles and texts of some live passages that hold a word or phrase, in no order that means anything.

        Args:
            term: A raw word or phrase.
            k: Most passages.

        Returns:
            Title and text of each, joined by a line break.
        """
        query = " ".join(_WORD.findall(unicodedata.normalize("NFC", term)))
        if not query or k <= 0:
            return []
        found = self.db.execute(
            "SELECT p.title || char(10) || p.text FROM passages_fts f JOIN passages p ON p.key = f.rowid"
            " WHERE f.passages_fts MATCH ? LIMIT ?",
            (f'"{query}"', k),
        )
        return [row[0] for row in found]

    def _affordable(self, terms: Sequence[str]) -> list[str]:
        """Cleaned terms, rarest first, as many as the budget allows and at least one that occurs."""
        cleaned = dict.fromkeys(" ".join(_WORD.findall(unicodedata.normalize("NFC", term))) for term in terms)
        counted = sorted(((self.document_frequency(term), term) for term in cleaned if term), key=lambda pair: pair[0])
        kept: list[str] = []
        walked = 0
        for count, term in counted:
            # One that seems not to occur costs nothing to ask for, and SQLite may stem it otherwise than we do.
            if walked == 0 or walked + count <= LEXICAL_BUDGET:
                kept.append(term)
                walked += count
        return kept

    # passages and reports -------------------------------------------------------------------------------------------------

    def passages(self, ids: Collection[str]) -> dict[str, Passage]:
        """Live passages by id, in one query; unknown ids are left out."""
        found = self.db.execute(
            f"SELECT {PASSAGE_COLUMNS} WHERE p.live = 1 AND p.id IN (SELECT value FROM json_each(?))",  # noqa: S608 (constant)
            (json.dumps(list(ids)),),
        )
        return {row[0]: rows.passage_of(row) for row in found}

    def passages_of(self, report_id: str, entry: int | None = None) -> list[Passage]:
        """All passages of a live report, or those of one of its entries, in the order of its text."""
        found = self.db.execute(
            f"SELECT {PASSAGE_COLUMNS} WHERE p.live = 1 AND r.id = :report"
            " AND (:entry IS NULL OR p.entry = :entry) ORDER BY p.start",
            {"report": report_id, "entry": entry},
        )
        return [rows.passage_of(row) for row in found]

    def live_ids(self, ids: Collection[str] | None = None) -> set[str]:
        """Which of the ids are live passages; all live ones when None."""
        if ids is None:
            found = self.db.execute("SELECT id FROM passages INDEXED BY passages_live WHERE live = 1")
        else:
            found = self.db.execute(
                "SELECT id FROM passages WHERE live = 1 AND id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
            )
        return {row[0] for row in found}

    def report(self, reference: str) -> Report:
        """The live report of an id or a file name.

        Args:
            reference: Report id or file name, exactly.

        Returns:
            The report with its text.

        Raises:
            UsageError: There is none; the message names the nearest file name.
        """
        with self.snapshot() as db:
            row = db.execute(
                f"SELECT {REPORT_COLUMNS} WHERE live = 1 AND (id = ? OR name = ?) ORDER BY id = ? DESC LIMIT 1",
                (reference, reference, reference),
            ).fetchone()
            if row is None:
                raise UsageError(self._no_such_report(reference))
            entries = db.execute(
                "SELECT position, start, stop, day_from, day_to, place, heading, is_lead FROM entries WHERE report = ?"
                " ORDER BY position",
                (row[9],),
            ).fetchall()
            furniture = db.execute("SELECT start, stop FROM furniture WHERE report = ? ORDER BY start", (row[9],)).fetchall()
        return rows.report_of(row, entries, furniture)

    def _no_such_report(self, reference: str) -> str:
        import difflib

        names = [row[0] for row in self.db.execute("SELECT name FROM reports WHERE live = 1")]
        close = difflib.get_close_matches(reference, names, n=1, cutoff=0.6)
        hint = f"did you mean {close[0]}?" if close else "`rag list` names those there are"
        return f"{reference}: no such report in the library; {hint}"

    # filters, vocabulary, counts ------------------------------------------------------------------------------------------

    def filter_ids(self, filters: Filters) -> frozenset[str] | None:
        """Live passages that meet hard filters.

        ``since`` and ``until`` are met by one and the same date range: the entry's (the report's where the entry has none) or
        any date mentioned in the passage. ``as_of`` needs the entry's last day and the report's own date to be no later; a
        passage with neither is left out, one with a single known date is judged by that.

        Args:
            filters: What the user asked for.

        Returns:
            Passage ids, or None when the filters are empty and everything passes.
        """
        if filters.is_empty:
            return None
        generation = self.generation()
        counted_at, known = self._filtered
        if counted_at != generation:
            known = {}
            self._filtered = (generation, known)
        found = known.get(filters)
        if found is None:  # not looked up again: another thread may empty the cache at any moment
            if len(known) >= 16:
                known.clear()
            found = known[filters] = self._filter(filters)
        return found

    def _filter(self, filters: Filters) -> frozenset[str]:
        if not (filters.reports or filters.countries or filters.as_of):
            return self._of_days(filters)
        wanted = {country.casefold() for country in filters.countries}
        with self.snapshot() as db:
            countries = [
                c for (c,) in db.execute("SELECT DISTINCT country FROM reports WHERE live = 1") if c.casefold() in wanted
            ]
            values = {
                "reports": json.dumps(filters.reports) if filters.reports else None,
                "countries": json.dumps(countries) if filters.countries else None,
                "dated": filters.since is not None or filters.until is not None,
                "since": rows.day_number(filters.since) if filters.since else rows.FIRST_DAY,
                "until": rows.day_number(filters.until) if filters.until else rows.LAST_DAY,
                "as_of": rows.day_number(filters.as_of) if filters.as_of else None,
            }
            found = db.execute(
                """
                SELECT p.id FROM passages p JOIN reports r ON r.key = p.report
                LEFT JOIN entries e ON e.report = p.report AND e.position = p.entry
                WHERE p.live = 1
                  AND (:reports IS NULL OR r.id IN (SELECT value FROM json_each(:reports))
                       OR r.name IN (SELECT value FROM json_each(:reports)))
                  AND (:countries IS NULL OR r.country IN (SELECT value FROM json_each(:countries)))
                  AND (NOT :dated OR p.key IN (SELECT passage FROM passage_days WHERE day_from <= :until AND day_to >= :since))
                  AND (:as_of IS NULL OR (coalesce(e.day_to, r.published) <= :as_of
                       AND coalesce(r.published, e.day_to) <= :as_of))
                """,
                values,
            )
            return frozenset(row[0] for row in found)

    def _of_days(self, filters: Filters) -> frozenset[str]:
        """Passages by their days alone: every question with a date asks this, and the covering index has all it takes."""
        found = self.db.execute(
            "SELECT p.id FROM passages p INDEXED BY passages_live WHERE p.live = 1"
            " AND p.key IN (SELECT passage FROM passage_days WHERE day_from <= ? AND day_to >= ?)",
            (
                rows.day_number(filters.until) if filters.until else rows.LAST_DAY,
                rows.day_number(filters.since) if filters.since else rows.FIRST_DAY,
            ),
        )
        return frozenset(row[0] for row in found.fetchall())

    def acronyms(self) -> list[tuple[str, str]]:
        """Distinct pairs of short and long name that live reports introduce, the commonest first."""
        return [
            (short, long)
            for short, long in self.db.execute(
                "SELECT a.short, a.long FROM acronyms a JOIN reports r ON r.key = a.report WHERE r.live = 1"
                " GROUP BY a.short, a.long ORDER BY count(*) DESC, a.short, a.long"
            )
        ]

    def vocabulary(self) -> list[str]:
        """Every token of the full-text index of live passages: lower case, without accents, stemmed."""
        return [row[0] for row in self.db.execute("SELECT term FROM passages_terms")]

    def coverage(self) -> Coverage:
        """Counts and span of the live library; counted anew when the library changed."""
        generation = self.generation()
        covered = self._covered
        if covered is None or covered[0] != generation:
            covered = self._covered = (generation, self._count())
        return covered[1]

    def _count(self) -> Coverage:
        with self.snapshot() as db:
            n_reports, n_entries, n_passages = db.execute(
                "SELECT count(*), coalesce(sum(n_entries), 0), coalesce(sum(n_passages), 0) FROM reports WHERE live = 1"
            ).fetchone()
            first, last = db.execute(
                "SELECT min(e.day_from), max(e.day_to) FROM entries e JOIN reports r ON r.key = e.report WHERE r.live = 1"
            ).fetchone()
            countries = db.execute(
                "SELECT country, count(*) AS n FROM reports WHERE live = 1 AND country <> ''"
                " GROUP BY country ORDER BY n DESC, country"
            ).fetchall()
        return Coverage(
            reports=n_reports,
            entries=n_entries,
            passages=n_passages,
            first=None if first is None else rows.day_of(first),
            last=None if last is None else rows.day_of(last),
            countries=tuple(countries),
        )

    def entries_by_month(self) -> list[tuple[int, str, int]]:
        """Entries of the live library by the month they begin in and the country of their report.

        Returns:
            ``(YYYYMM, country or "", number of entries)``, in order; entries without a date are not counted.
        """
        found = self.db.execute(
            "SELECT e.day_from / 100 AS month, r.country, count(*) FROM entries e JOIN reports r ON r.key = e.report"
            " WHERE r.live = 1 AND e.day_from IS NOT NULL GROUP BY month, r.country ORDER BY month, r.country"
        )
        return [(month, country, n) for month, country, n in found]

    def n_passages(self) -> int:
        """Number of live passages."""
        return int(self.db.execute("SELECT coalesce(sum(n_passages), 0) FROM reports WHERE live = 1").fetchone()[0])


def _stems(term: str) -> list[str]:
    """The index's own tokens of a term: lower case, no accents, Porter stems.

    SQLite's tokenizer and Snowball's "porter" are the same algorithm; only frequencies are looked up with these, the search
    itself leaves stemming to SQLite, so a difference could cost time but no result.
    """
    import snowballstemmer

    plain = "".join(c for c in unicodedata.normalize("NFKD", term.lower()) if not unicodedata.combining(c))
    stems: list[str] = snowballstemmer.stemmer("porter").stemWords(_WORD.findall(plain))
    return stems
