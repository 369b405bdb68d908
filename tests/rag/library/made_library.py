"""Small reports for the tests of the library, and what they read as."""

from __future__ import annotations

import hashlib
from pathlib import Path

from doubles import DirectReader

from rag.library.catalog import Catalog, Source
from rag.library.health import examine
from rag.library.importer import Library
from rag.reports.wire import ReadResult
from rag.settings import Settings


def report_text(country: str, month: str, *events: str) -> str:
    """A dated report: a headline, a lead, and one entry for each event, newest first."""
    entries = [f"{month} {len(events) - n}, 2018: {event}" for n, event in enumerate(events)]
    lead = f"{month} {len(events) + 5}, 2018: The situation in {country} did not change much this month."
    return "\n\n".join([f"{country}: Events Of {month}", lead, *entries]) + "\n"


def read_text(text: str, name: str) -> ReadResult:
    """The report and passages of a text."""
    return DirectReader(Settings()).read(text.encode(), name)


def put_live(catalog: Catalog, text: str, name: str, made_by: str = "test") -> ReadResult:
    """Store a report in a catalog and show it, vectors aside."""
    read = read_text(text, name)
    pairs = [(pair.short, pair.long) for pair in read.acronyms]
    key = catalog.add_report(read.report, read.passages, pairs, made_by=made_by, source=Source("", 0, len(text)))
    assert catalog.go_live([key]) == [key]
    return read


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder, by relative path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def assert_consistent(library: Library) -> None:
    """Nothing is left to do, and catalog, full text, originals and Chroma hold the same reports (looked at in this process)."""
    catalog = library.catalog
    assert not catalog.has_jobs()
    assert catalog.faults() == []
    assert catalog.full_text_fault() == ""
    assert {p.name for p in (library.home / "originals").iterdir()} == catalog.wanted_originals()
    assert catalog.count_unembedded(library.model) == 0
    with library.owned_index() as index:
        assert sorted(index.ids()) == sorted(catalog.live_ids())
        assert examine(index, catalog, library.model).verdict == "sound"
