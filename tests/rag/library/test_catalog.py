from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest
from made_library import put_live, read_text, report_text

from rag.errors import LibraryError
from rag.library import rows, schema
from rag.library.catalog import Catalog, Source
from rag.library.kept_vectors import StoredVectors

MALI = report_text("Mali", "April", "Gunmen ambushed a convoy near Gao.", "A market in Kidal was closed after clashes.")
MALI_LATER = report_text("Mali", "April", "Soldiers cleared mines near Gao.", "A market in Kidal was closed after clashes.")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "catalog.sqlite3")


def add_pending(catalog: Catalog, text: str, name: str) -> int:
    read = read_text(text, name)
    return catalog.add_report(read.report, read.passages, made_by="test", source=Source("", 0, len(text)))


def test_a_report_comes_back_exactly_as_it_was_read(catalog: Catalog) -> None:
    read = put_live(catalog, MALI, "mali.txt")
    assert catalog.report("mali.txt") == read.report
    assert catalog.report(read.report.id) == read.report


def test_passages_come_back_exactly_as_they_were_split(catalog: Catalog) -> None:
    text = report_text("Mali", "April", "On March 3, 2018 gunmen came. They left the next day, the mayor said.")
    read = put_live(catalog, text, "mali.txt")
    assert any(p.dates for p in read.passages)
    assert catalog.passages([p.id for p in read.passages]) == {p.id: p for p in read.passages}
    assert catalog.passages_of(read.report.id) == list(read.passages)


def test_a_pending_report_is_not_visible_anywhere(catalog: Catalog) -> None:
    read = read_text(MALI, "mali.txt")
    add_pending(catalog, MALI, "mali.txt")
    ids = [p.id for p in read.passages]
    assert catalog.passages(ids) == {}
    assert catalog.lexical(["convoy"], 5) == []
    assert catalog.live_ids() == set()
    assert catalog.coverage().reports == 0
    assert catalog.document_frequency("convoy") == 0


def test_going_live_hides_the_version_it_replaces(catalog: Catalog) -> None:
    put_live(catalog, MALI, "mali.txt")
    new = put_live(catalog, MALI_LATER, "mali.txt")
    assert catalog.lexical(["ambushed"], 5) == []
    assert catalog.report("mali.txt") == new.report
    assert catalog.live_ids() == {p.id for p in new.passages}
    assert [row.state for row in catalog.listing()] == ["ready"]
    assert len(catalog.jobs("removing")) == 1


def test_the_database_itself_refuses_two_live_versions_of_a_name(catalog: Catalog) -> None:
    put_live(catalog, MALI, "mali.txt")
    add_pending(catalog, MALI_LATER, "mali.txt")
    with pytest.raises(LibraryError, match="UNIQUE"), catalog.write() as db:
        db.execute("UPDATE reports SET live = 1, state = 'ready'")
    assert catalog.coverage().reports == 1


def test_a_live_passage_cannot_be_deleted(catalog: Catalog) -> None:
    put_live(catalog, MALI, "mali.txt")
    with pytest.raises(LibraryError, match="must be hidden"), catalog.write() as db:
        db.execute("DELETE FROM reports")
    assert catalog.lexical(["convoy"], 5)


def test_a_newer_pending_version_takes_the_place_of_an_older_one(catalog: Catalog) -> None:
    older = add_pending(catalog, MALI, "mali.txt")
    newer = add_pending(catalog, MALI_LATER, "mali.txt")
    assert catalog.states([older, newer]) == {older: "removing", newer: "pending"}
    assert catalog.go_live([older, newer]) == [newer]


def test_a_report_removed_while_pending_does_not_go_live(catalog: Catalog) -> None:
    key = add_pending(catalog, MALI, "mali.txt")
    catalog.hide([key])
    assert catalog.go_live([key]) == []
    assert catalog.coverage().reports == 0


def test_purging_leaves_nothing_of_a_report(catalog: Catalog) -> None:
    read = put_live(catalog, MALI, "mali.txt")
    key = catalog.stored()[0].key
    catalog.hide([key])
    discarded: list[str] = []
    catalog.purge([key], discarded.append)
    assert discarded == [read.report.sha256]
    for table in ("reports", "entries", "furniture", "passages", "passage_days", "acronyms"):
        assert catalog.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 (names above)
    assert catalog.full_text_fault() == ""


def test_an_original_two_reports_share_is_kept_for_the_other(catalog: Catalog) -> None:
    put_live(catalog, MALI, "one.txt")
    put_live(catalog, MALI, "two.txt")
    key = catalog.stored()[0].key
    catalog.hide([key])
    discarded: list[str] = []
    catalog.purge([key], discarded.append)
    assert discarded == []


def test_a_live_report_is_not_purged(catalog: Catalog) -> None:
    put_live(catalog, MALI, "mali.txt")
    catalog.purge([catalog.stored()[0].key], lambda _: pytest.fail("its original was discarded"))
    assert catalog.coverage().reports == 1


def test_what_fails_inside_a_transaction_leaves_nothing_behind(catalog: Catalog) -> None:
    read = read_text(MALI, "mali.txt")

    def full_disk() -> None:
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space"):
        catalog.add_report(read.report, read.passages, made_by="test", source=Source("", 0, 1), store=full_disk)
    assert catalog.stored() == []
    assert not catalog.has_jobs()


def test_every_visible_change_moves_the_generation(catalog: Catalog) -> None:
    seen = [catalog.generation()]
    put_live(catalog, MALI, "mali.txt")
    seen.append(catalog.generation())
    catalog.hide([catalog.stored()[0].key])
    seen.append(catalog.generation())
    assert seen == sorted(set(seen))


def test_another_connection_notices_a_commit(catalog: Catalog) -> None:
    before = catalog.data_version()
    thread = threading.Thread(target=add_pending, args=(catalog, MALI, "mali.txt"))
    thread.start()
    thread.join()
    assert catalog.data_version() != before


def test_vectors_are_kept_by_model_and_found_again_by_their_texts(catalog: Catalog) -> None:
    read = put_live(catalog, MALI, "mali.txt")
    key, passage = catalog.unembedded("m1", 0, 10)[0]
    assert passage == read.passages[0]
    vector, sentences = np.array([0.6, 0.8]), np.array([[1.0, 0.0], [0.0, 1.0]])
    catalog.put_vectors("m1", [StoredVectors(key, "d1", rows.pack_vector(vector), rows.pack_vector(sentences))])
    found, found_sentences = catalog.vectors([passage.id], "m1")[passage.id]
    assert found == pytest.approx(vector, abs=1e-3)
    assert found_sentences.tolist() == sentences.tolist()
    assert catalog.vectors([passage.id], "m2") == {}
    assert set(catalog.known_vectors("m1", ["d1", "d2"])) == {"d1"}
    assert catalog.count_unembedded("m1") == len(read.passages) - 1
    catalog.drop_other_vectors("m2")
    assert catalog.vectors([passage.id], "m1") == {}


def test_vectors_of_a_passage_that_is_gone_are_not_stored(catalog: Catalog) -> None:
    catalog.put_vectors("m1", [StoredVectors(99, "d1", b"", b"")])
    assert catalog.known_vectors("m1", ["d1"]) == {}


def test_a_damaged_full_text_index_is_noticed_and_rebuilt(catalog: Catalog) -> None:
    put_live(catalog, MALI, "mali.txt")
    assert catalog.full_text_fault() == ""
    catalog.db.execute("DELETE FROM passages_fts_data WHERE id > 10")
    assert catalog.full_text_fault() != ""
    catalog.rebuild_full_text()
    assert catalog.full_text_fault() == ""
    assert catalog.lexical(["convoy"], 5)


def test_refusals_are_remembered_for_the_parser_that_refused(catalog: Catalog) -> None:
    catalog.note_refusal(Source("/a/b.bin", 5, 7), "parser 1", "is binary")
    assert catalog.refusals("parser 1") == {"/a/b.bin": (5, 7, "is binary")}
    assert catalog.refusals("parser 2") == {}
    catalog.forget_refusals(["/a/b.bin"])
    assert catalog.refusals("parser 1") == {}


def test_a_catalog_of_a_newer_program_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    Catalog(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    db.close()
    with pytest.raises(LibraryError, match=r"newer version.*upgrade"):
        Catalog(path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    path.write_bytes(b"this is no database, but long enough to look like a header " * 20)
    with pytest.raises(LibraryError, match=r"catalog cannot be used .*not a database"):
        Catalog(path)


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE theirs (x)")
    db.close()
    with pytest.raises(LibraryError, match="another program"):
        Catalog(path)


def test_two_processes_worth_of_openers_make_one_set_of_tables(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    threads = [threading.Thread(target=Catalog, args=(path,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Catalog(path).coverage().reports == 0


def test_a_closed_catalog_says_so(catalog: Catalog) -> None:
    catalog.close()
    with pytest.raises(LibraryError, match="closed"):
        catalog.coverage()


def test_a_damaged_catalog_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    catalog = Catalog(path)
    put_live(catalog, MALI, "mali.txt")
    (page,) = catalog.db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'reports'").fetchone()
    catalog.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    catalog.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    catalog = Catalog(path)
    with pytest.raises(LibraryError, match=r"catalog cannot be used .*malformed"):
        catalog.listing()
    assert catalog.faults() != []


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(LibraryError, match="cannot be made"):
        Catalog(tmp_path / "file" / "home" / "catalog.sqlite3")
