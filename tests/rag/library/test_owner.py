"""Damage of every kind to the vector index, done to a copy of one library large enough for Chroma to have written its files."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from doubles import DirectReader, KeywordEmbedder
from made_library import assert_consistent, report_text

from rag.errors import LibraryError
from rag.library import owner as owner_module
from rag.library.health import examine_apart
from rag.library.importer import Library
from rag.library.vectors import ChromaIndex
from rag.settings import Settings

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def sound_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of about 1,200 passages, closed cleanly."""
    base = tmp_path_factory.mktemp("sound")
    for month in ("April", "May", "June"):
        events = [f"Patrol {n} met {n * 7919 % 1009} herders at well {n * 104729 % 997} in {month}." for n in range(28)]
        for part in range(15):
            text = report_text("Mali", month, *(f"{event} It was visit {part}." for event in events))
            (base / f"{month}-{part}.txt").write_text(text, encoding="utf-8")
    settings = Settings.load({"home": base / "home"}, env={})
    with Library(settings, KeywordEmbedder(), DirectReader) as library:
        library.add(sorted(base.glob("*.txt")))
        assert library.catalog.n_passages() > 1_100
    return base / "home"


@pytest.fixture
def home(sound_home: Path, tmp_path: Path) -> Path:
    # copy2 keeps the times, which the note of a clean close speaks of
    return Path(shutil.copytree(sound_home, tmp_path / "home", copy_function=shutil.copy2))


def opened(home: Path, **changes: object) -> Library:
    settings = Settings.load({"home": home, "vectors.one_shot": "chroma", **changes}, env={})
    return Library(settings, Unasked(), DirectReader)


class Unasked(KeywordEmbedder):
    """Fails the test when anything is embedded: healing must never need to."""

    def encode(self, texts, progress=None):
        pytest.fail(f"asked to embed {len(texts)} texts")


def hnsw_file(home: Path, name: str) -> Path:
    (found,) = (home / "chroma").rglob(name)
    return found


def finding(library: Library) -> str:
    assert library._owner.acquire()
    return library._owner.examine().verdict


def heals(home: Path, verdict: str) -> Path:
    """Open, see the damage, heal, and be whole; returns the folder of the index now in use."""
    with opened(home) as library:
        assert finding(library) == verdict
        assert_consistent(library)
        (folder,) = (home / "chroma").iterdir()
        return folder


def test_a_cleanly_closed_index_is_trusted_without_a_child_process(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner_module, "examine_apart", lambda *_: pytest.fail("examined"))
    with opened(home) as library:
        assert isinstance(library.index(), ChromaIndex)
    with opened(home) as library:
        assert isinstance(library.index(), ChromaIndex)


def test_a_library_killed_while_open_is_examined(home: Path) -> None:
    (home / "chroma.closed").unlink()
    assert heals(home, "sound").name == "0001"


def test_a_restored_older_catalog_is_not_trusted(home: Path) -> None:
    with opened(home) as library:
        library.catalog.set_meta("closed", "of another time")
        assert not library._owner._closed_cleanly()


def test_a_short_index_gets_what_it_lacks(home: Path) -> None:
    with opened(home) as library, library.owned_index() as index:
        index.delete(sorted(library.catalog.live_ids())[:40])
    (home / "chroma.closed").unlink()
    assert heals(home, "short").name == "0001"


def test_an_index_with_unknown_ids_loses_them(home: Path) -> None:
    with opened(home) as library, library.owned_index() as index:
        index.upsert(["unknown-1", "unknown-2"], KeywordEmbedder().encode(["some", "text"]))
    (home / "chroma.closed").unlink()
    assert heals(home, "extra").name == "0001"


def test_flipped_bytes_are_survived_and_rebuilt(home: Path) -> None:
    path = hnsw_file(home, "data_level0.bin")
    damaged = bytearray(path.read_bytes())
    rng = np.random.default_rng(7)
    for at in rng.integers(0, len(damaged), 20_000):
        damaged[at] ^= 0xFF
    path.write_bytes(damaged)
    assert heals(home, "damaged").name == "0002"


def test_a_missing_hnsw_folder_is_noticed_and_rebuilt(home: Path) -> None:
    shutil.rmtree(hnsw_file(home, "data_level0.bin").parent)
    assert heals(home, "damaged").name == "0002"


def test_a_missing_chroma_database_is_noticed_and_rebuilt(home: Path) -> None:
    hnsw_file(home, "chroma.sqlite3").unlink()
    assert heals(home, "damaged").name == "0002"


def test_a_missing_chroma_folder_is_noticed_and_rebuilt(home: Path) -> None:
    shutil.rmtree(home / "chroma")
    assert heals(home, "damaged").name == "0002"


def test_a_wedged_collection_is_rebuilt(home: Path) -> None:
    # What a kill can leave behind: a log entry that the vector segment cannot apply, now or ever.
    with opened(home) as library, library.owned_index() as index:
        index.upsert(["unknown-1"], KeywordEmbedder().encode(["text"]))
    with sqlite3.connect(hnsw_file(home, "chroma.sqlite3")) as db:
        db.execute("UPDATE embeddings_queue SET vector = NULL WHERE id = 'unknown-1'")
    db.close()
    assert heals(home, "wedged").name == "0002"


def test_a_child_that_does_not_answer_is_taken_for_wedged(home: Path) -> None:
    with opened(home, **{"vectors.timeout_s": 0.01}) as library:
        name = library._owner._name(1)
        found = examine_apart(home / "chroma" / "0001", name, library.catalog, library.model, library.settings.vectors)
        assert found.verdict == "wedged"


def test_a_failed_search_is_answered_from_the_catalog_and_healed_at_the_next_opening(home: Path) -> None:
    vector = KeywordEmbedder().encode(["patrol 3 met herders"])[0]
    with opened(home) as library:
        index = library.index()
        assert isinstance(index, ChromaIndex)
        index.drop()
        assert len(library.search_vectors(vector, 5)) == 5
        assert not library._owner._note_path.exists()
    assert not (home / "chroma.closed").exists()
    assert heals(home, "damaged").name == "0002"


def test_vectors_go_in_by_batches_chroma_takes(home: Path) -> None:
    ids = [f"unknown-{n}" for n in range(7)]
    with opened(home) as library, library.owned_index() as index:
        assert index.batch_size <= index._client.get_max_batch_size()
        index.batch_size = 3
        index.upsert(ids, KeywordEmbedder().encode(ids))
        assert set(ids) < set(index.ids())
        index.delete(ids)
        assert not set(ids) & set(index.ids())


def test_an_index_that_fails_at_work_is_rebuilt_and_the_work_done(home: Path) -> None:
    with opened(home) as library:
        index = library.index()
        assert isinstance(index, ChromaIndex)
        index.drop()
        library.remove(["May-3.txt"])
        assert_consistent(library)
    assert [p.name for p in (home / "chroma").iterdir()] == ["0002"]


def test_a_catalog_that_cannot_be_written_costs_no_sound_index(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object) -> None:
        raise LibraryError("the catalog is locked")

    with opened(home) as library:
        with monkeypatch.context() as patch:
            patch.setattr(library.catalog, "purge", locked)
            with pytest.raises(LibraryError, match="is locked"):
                library.remove(["May-3.txt"])
        library.resume()
        assert_consistent(library)
    assert [p.name for p in (home / "chroma").iterdir()] == ["0001"]


def test_a_rebuild_that_was_killed_leaves_no_trace(home: Path) -> None:
    shutil.copytree(home / "chroma" / "0001", home / "chroma" / "0002")
    with opened(home) as library:
        assert_consistent(library)
    assert [p.name for p in (home / "chroma").iterdir()] == ["0001"]


def test_doctor_names_what_is_wrong_and_repairs_it(home: Path) -> None:
    with opened(home) as library, library.owned_index() as index:
        index.delete(sorted(library.catalog.live_ids())[:40])
        (home / "originals" / "half-written").write_bytes(b"x")
        victim = library.show("May-3.txt")
        (home / "originals" / victim.sha256).write_bytes(b"overwritten")
    with opened(home) as library:
        before = library.doctor()
        after = library.doctor(repair=True)
    assert {c.name for c in before.checks if not c.ok} == {"originals", "stray files", "vector index"}
    assert "May-3.txt" in next(c.detail for c in before.checks if c.name == "originals")
    assert {c.name for c in after.checks if c.repaired} == {"originals", "stray files", "vector index"}
    assert json.loads(json.dumps(after.to_row()))["ok"] is True


def test_doctor_embeds_again_what_lost_its_vectors(home: Path) -> None:
    settings = Settings.load({"home": home}, env={})
    with Library(settings, KeywordEmbedder(), DirectReader) as library:
        library.catalog.db.execute("DELETE FROM sentence_vectors WHERE passage % 100 = 0")
        report = library.doctor(repair=True)
        assert [c.name for c in report.checks if c.repaired] == ["stored vectors"]
        assert report.ok
        assert_consistent(library)


def test_an_index_with_an_embedding_function_of_its_own_is_refused(home: Path) -> None:
    with sqlite3.connect(hnsw_file(home, "chroma.sqlite3")) as db:
        rows = db.execute("SELECT id, config_json_str, schema_str FROM collections").fetchall()
        named = {"type": "known", "name": "default", "config": {}}
        for key, config, schema in rows:
            changed = json.dumps({**json.loads(config), "embedding_function": named})
            schema = schema.replace('{"type":"legacy"}', json.dumps(named)) if schema else schema
            db.execute("UPDATE collections SET config_json_str = ?, schema_str = ? WHERE id = ?", (changed, schema, key))
    db.close()
    with opened(home) as library, pytest.raises(LibraryError, match="embedding function"):
        library._owner._connect(1)
    assert heals(home, "damaged").name == "0002"
