from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from doubles import KeywordEmbedder
from made_library import assert_consistent, report_text

from rag.errors import IndexMismatchError, LibraryError, ModelError, UsageError
from rag.library import indexing
from rag.library.exact import ExactIndex
from rag.library.importer import Library
from rag.library.results import ImportResult, Progress
from rag.library.vectors import ChromaIndex

pytestmark = pytest.mark.integration

LATER = report_text("Mali", "April", "Soldiers cleared mines near Gao.", "A market in Kidal was closed after clashes.")


def statuses(results: list[ImportResult]) -> dict[str, str]:
    return {result.name: result.status for result in results}


def nearest_text(library: Library, words: str) -> str:
    vector = KeywordEmbedder().encode([words])[0]
    (best, _), *_ = library.search_vectors(vector, 3)
    return library.catalog.passages([best])[best].text


def test_files_and_folders_go_in_under_their_names(library: Library, folder: Path) -> None:
    results = library.add([folder / "mali.txt", folder])
    assert [(r.name, r.status) for r in results] == [
        ("mali.txt", "added"),
        ("mali.txt", "refused"),
        ("niger.txt", "added"),
        ("north/chad.txt", "added"),
    ]
    assert "already has a file of this name" in results[1].reason
    assert all(r.passages > 0 and r.entries > 0 and r.report_id for r in results if r.status == "added")
    assert [(row.name, row.state) for row in library.list()] == [
        ("mali.txt", "ready"),
        ("niger.txt", "ready"),
        ("north/chad.txt", "ready"),
    ]


def test_what_was_added_is_found_by_words_and_by_vectors(library: Library, folder: Path) -> None:
    library.add([folder])
    assert "ambushed" in nearest_text(library, "gunmen ambushed a convoy near gao")
    assert library.catalog.lexical(["ambushed"], 3)
    assert library.show("mali.txt").text.startswith("Mali: Events Of April")


def test_adding_the_same_file_again_changes_nothing(library: Library, folder: Path) -> None:
    library.add([folder])
    before = (library.catalog.generation(), library.catalog.live_ids())
    assert set(statuses(library.add([folder])).values()) == {"unchanged"}
    assert (library.catalog.generation(), library.catalog.live_ids()) == before


def test_a_changed_file_replaces_its_report_and_leaves_nothing_of_the_old(library: Library, folder: Path) -> None:
    library.add([folder])
    old = library.show("mali.txt")
    (folder / "mali.txt").write_text(LATER, encoding="utf-8")
    assert statuses(library.add([folder / "mali.txt"])) == {"mali.txt": "replaced"}
    assert len(library.list()) == 3
    assert "mines" in nearest_text(library, "soldiers cleared mines")
    assert library.catalog.lexical(["ambushed"], 3) == []
    assert not (library.home / "originals" / old.sha256).exists()
    assert not library.catalog.has_jobs()


def test_passages_that_did_not_change_are_not_embedded_again(open_library, folder: Path) -> None:
    embedder = KeywordEmbedder()
    library = open_library(embedder)
    library.add([folder])
    embedder.asked.clear()
    (folder / "mali.txt").write_text(LATER, encoding="utf-8")
    library.add([folder / "mali.txt"])
    assert any("mines" in text for text in embedder.asked)
    assert not any("market in Kidal" in text for text in embedder.asked)


def test_going_back_to_an_earlier_version_works(library: Library, folder: Path) -> None:
    original = (folder / "mali.txt").read_text(encoding="utf-8")
    for text in (original, LATER, original):
        (folder / "mali.txt").write_text(text, encoding="utf-8")
        library.add([folder / "mali.txt"])
        assert library.show("mali.txt").text == text.strip() or library.show("mali.txt").text == text
    assert_consistent(library)


def test_removal_hides_cleans_and_can_be_undone(library: Library, folder: Path) -> None:
    library.add([folder])
    report = library.show("mali.txt")
    results = library.remove(["mali.txt", library.show("niger.txt").id, "nothing.txt"])
    assert [(r.name, r.status) for r in results] == [
        ("mali.txt", "removed"),
        ("niger.txt", "removed"),
        ("nothing.txt", "refused"),
    ]
    assert [row.name for row in library.list()] == ["north/chad.txt"]
    assert not (library.home / "originals" / report.sha256).exists()
    with pytest.raises(UsageError):
        library.show("mali.txt")
    assert statuses(library.add([folder / "mali.txt"])) == {"mali.txt": "added"}
    assert library.show("mali.txt") == report
    assert_consistent(library)


def test_originals_are_kept_byte_for_byte(library: Library, folder: Path) -> None:
    library.add([folder])
    for row in library.list():
        original = library.home / "originals" / library.show(row.name).sha256
        assert original.read_bytes() == (folder / row.name).read_bytes()


def test_bad_files_get_one_line_each_and_the_rest_goes_in(library: Library, folder: Path, tmp_path: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "picture.txt").write_bytes(bytes(range(256)) * 8)
    outside = tmp_path / "outside.txt"
    outside.write_text(LATER, encoding="utf-8")
    (folder / "link.txt").symlink_to(outside)
    (folder / "broken.txt").symlink_to(folder / "nowhere.txt")
    (folder / ".hidden.txt").write_text(LATER, encoding="utf-8")
    results = library.add([folder, tmp_path / "missing.txt"])
    refused = {r.name: r.reason for r in results if r.status == "refused"}
    assert set(refused) == {"empty.txt", "picture.txt", "link.txt", "broken.txt", "missing.txt"}
    assert all(reason and "\n" not in reason for reason in refused.values())
    assert len(library.list()) == 3
    assert sorted(p.name for p in (library.home / "originals").iterdir()) == sorted(
        library.show(row.name).sha256 for row in library.list()
    )


def test_an_oversized_file_is_refused(open_library, tmp_path: Path) -> None:
    library = open_library(**{"limits.file_mb": 1})
    (tmp_path / "large.txt").write_bytes(b"x" * 1_000_001)
    (result,) = library.add([tmp_path / "large.txt"])
    assert result.status == "refused"
    assert "limits.file_mb" in result.reason


def test_two_names_for_the_same_bytes_are_two_reports(library: Library, folder: Path) -> None:
    (folder / "copy.txt").write_bytes((folder / "mali.txt").read_bytes())
    library.add([folder])
    library.remove(["copy.txt"])
    assert library.show("mali.txt").text
    assert (library.home / "originals" / library.show("mali.txt").sha256).exists()


def test_other_passage_sizes_read_a_report_again(open_library, folder: Path) -> None:
    long = report_text("Mali", "April", " ".join(f"Patrol {n} found a mine near the old road." for n in range(30)))
    (folder / "mali.txt").write_text(long, encoding="utf-8")
    library = open_library()
    library.add([folder / "mali.txt"])
    before = library.catalog.coverage().passages
    library.close()
    library = open_library(**{"splitting.chunk_words": 40})
    assert statuses(library.add([folder / "mali.txt"])) == {"mali.txt": "replaced"}
    assert library.catalog.coverage().passages > before
    assert_consistent(library)


def test_progress_tells_reading_and_embedding(library: Library, folder: Path) -> None:
    seen: list[Progress] = []
    library.add([folder], seen.append)
    read = [p for p in seen if p.stage == "read"]
    embedded = [p for p in seen if p.stage == "embed"]
    assert [(p.done, p.total) for p in read] == [(1, 3), (2, 3), (3, 3)]
    assert embedded[-1].done == embedded[-1].total == library.catalog.n_passages()


def test_more_passages_than_a_batch_all_go_in(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "BATCH", 2)
    seen: list[Progress] = []
    library.add([folder], seen.append)
    assert len([p for p in seen if p.stage == "embed"]) > 2
    assert_consistent(library)


def test_a_failing_embedder_leaves_the_reports_for_the_next_start(open_library, folder: Path) -> None:
    class Failing(KeywordEmbedder):
        def encode(self, texts, progress=None):
            raise ModelError("the model ran out of memory", retryable=True)

    library = open_library(Failing())
    with pytest.raises(ModelError):
        library.add([folder])
    assert {row.state for row in library.list()} == {"pending"}
    assert library.catalog.live_ids() == set()
    library.close()
    library = open_library()
    assert set(statuses(library.add([folder])).values()) == {"added"}
    assert_consistent(library)


def test_a_library_made_with_another_model_says_so_and_reindex_heals_it(open_library, folder: Path) -> None:
    library = open_library()
    library.add([folder])
    library.close()
    other = KeywordEmbedder(32, "keyword-32")
    library = open_library(other)
    with pytest.raises(IndexMismatchError, match="rag reindex"):
        library.search_vectors(other.encode(["convoy"])[0], 3)
    assert library.catalog.lexical(["convoy"], 3)
    library.reindex()
    assert len(library.search_vectors(other.encode(["convoy"])[0], 3)) == 3
    assert_consistent(library)
    assert library.catalog.db.execute("SELECT DISTINCT model FROM passage_vectors").fetchall() == [(library.model,)]


def test_reindex_builds_the_index_anew_without_embedding(open_library, folder: Path) -> None:
    embedder = KeywordEmbedder()
    library = open_library(embedder)
    library.add([folder])
    embedder.asked.clear()
    assert library.reindex() == []
    assert embedder.asked == []
    assert [p.name for p in (library.home / "chroma").iterdir()] == ["0002"]
    assert_consistent(library)


def test_an_interrupted_removal_is_finished_by_the_next_writer(library: Library, folder: Path) -> None:
    library.add([folder])
    library.catalog.hide(library.catalog.resolve("mali.txt"))
    assert library.catalog.has_jobs()
    library.add([folder / "niger.txt"])
    assert not library.catalog.has_jobs()
    assert_consistent(library)


def test_a_file_added_while_its_removal_is_unfinished_is_there_afterwards(library: Library, folder: Path) -> None:
    library.add([folder])
    library.catalog.hide(library.catalog.resolve("mali.txt"))
    assert statuses(library.add([folder / "mali.txt"])) == {"mali.txt": "added"}
    assert library.show("mali.txt").text
    assert_consistent(library)


def test_a_full_disk_is_noticed_before_anything_is_written(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.intake.SPARE_BYTES", 10**18)
    with pytest.raises(LibraryError, match="MB free"):
        library.add([folder])
    assert library.list() == []


def test_a_short_command_scans_and_a_long_life_opens_chroma(open_library, folder: Path) -> None:
    library = open_library()
    library.add([folder])
    assert isinstance(library.index(), ExactIndex)
    library.close()
    library = open_library(**{"vectors.one_shot": "chroma"})
    assert isinstance(library.index(), ChromaIndex)
    assert library.is_owner
    assert "ambushed" in nearest_text(library, "gunmen ambushed a convoy near gao")


def test_chroma_and_the_exact_scan_agree(open_library, folder: Path) -> None:
    library = open_library(**{"vectors.one_shot": "chroma"})
    library.add([folder])
    vector = KeywordEmbedder().encode(["a market was closed after clashes"])[0]
    chroma, exact = library.index(), ExactIndex(library.catalog, library.model)
    some = frozenset(list(library.catalog.live_ids())[:4])
    for within in (None, some, frozenset[str]()):
        left, right = chroma.search(vector, 5, within), exact.search(vector, 5, within)
        assert [i for i, _ in left] == [i for i, _ in right]
        assert [s for _, s in left] == pytest.approx([s for _, s in right], abs=2e-3)


def test_an_empty_library_finds_nothing(library: Library) -> None:
    assert library.search_vectors(np.ones(64, dtype=np.float32) / 8, 5) == []
    assert library.list() == []
    assert library.doctor().ok


def test_the_real_reader_in_its_own_process_serves_the_library(settings, folder: Path) -> None:
    with Library(settings, KeywordEmbedder()) as library:
        assert set(statuses(library.add([folder])).values()) == {"added"}
        assert library.show("mali.txt").country == "Mali"
