from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from made_library import assert_consistent, report_text

from rag.errors import UsageError
from rag.library.importer import Library
from rag.library.results import ImportResult

pytestmark = pytest.mark.integration


def statuses(results: list[ImportResult]) -> dict[str, str]:
    return {result.name: result.status for result in results}


def age(folder: Path) -> None:
    """Date all files back: one changed a moment ago is rightly not trusted by its time."""
    for path in folder.rglob("*"):
        os.utime(path, (1_500_000_000, 1_500_000_000))


def names(library: Library) -> list[str]:
    return [row.name for row in library.list()]


def test_the_library_becomes_equal_to_the_folder(library: Library, folder: Path) -> None:
    assert set(statuses(library.sync(folder)).values()) == {"added"}
    (folder / "niger.txt").unlink()
    (folder / "north" / "chad.txt").write_text(report_text("Chad", "May", "Rain fell."), encoding="utf-8")
    (folder / "libya.txt").write_text(report_text("Libya", "June", "A port reopened."), encoding="utf-8")
    assert statuses(library.sync(folder)) == {
        "libya.txt": "added",
        "mali.txt": "unchanged",
        "north/chad.txt": "replaced",
        "niger.txt": "removed",
    }
    assert names(library) == ["libya.txt", "mali.txt", "north/chad.txt"]
    assert_consistent(library)


def test_what_the_last_sync_changed_is_remembered_by_the_next_process(library: Library, folder: Path) -> None:
    assert library.last_sync() is None
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    library.sync(folder)
    (folder / "niger.txt").unlink()
    library.sync(folder)
    library.sync(folder)
    with Library(library.settings) as other:
        note = other.last_sync()
    assert note is not None
    assert note.counts == {"unchanged": 2, "refused": 1}
    assert [(r.name, r.status) for r in note.changes] == [("broken.pdf", "refused"), ("niger.txt", "removed")]
    assert note.changed == 2
    assert note.changed_at is not None
    assert note.changed_at <= note.at


def test_sync_of_another_folder_is_no_sync_of_the_corpus(library: Library, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    library.sync(tmp_path / "other")
    assert library.last_sync() is None


def test_file_added_by_itself_keeps_the_name_a_sync_gives_it(library: Library, folder: Path) -> None:
    library.sync(folder)
    chad = folder / "north" / "chad.txt"
    chad.write_text(report_text("Chad", "May", "Rain fell."), encoding="utf-8")
    assert [(r.name, r.status) for r in library.add([chad], root=folder)] == [("north/chad.txt", "replaced")]


def test_the_corpus_of_the_settings_is_the_default(library: Library, folder: Path) -> None:
    assert len(library.sync()) == 3
    assert folder == library.settings.corpus


def test_unchanged_files_are_not_even_opened(library: Library, folder: Path) -> None:
    age(folder)
    library.sync(folder)
    mali = folder / "mali.txt"
    content = mali.read_bytes()
    info = mali.stat()
    mali.write_bytes(content.replace(b"convoy", b"CONVOY"))
    os.utime(mali, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert set(statuses(library.sync(folder)).values()) == {"unchanged"}  # same size, same time: taken as the same
    assert statuses(library.sync(folder, hash_all=True))["mali.txt"] == "replaced"


def test_a_file_touched_but_not_changed_is_unchanged_and_then_trusted(library: Library, folder: Path) -> None:
    age(folder)
    library.sync(folder)
    os.utime(folder / "mali.txt", (1_600_000_000, 1_600_000_000))
    assert statuses(library.sync(folder))["mali.txt"] == "unchanged"
    stored = library.catalog.newest("mali.txt")
    assert stored is not None
    assert stored.source.mtime_ns == 1_600_000_000 * 10**9


def test_a_change_within_the_clocks_grain_is_noticed(library: Library, folder: Path) -> None:
    library.sync(folder)
    mali = folder / "mali.txt"
    info = mali.stat()
    mali.write_bytes(mali.read_bytes().replace(b"convoy", b"CONVOY"))
    os.utime(mali, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert statuses(library.sync(folder))["mali.txt"] == "replaced"


def test_a_missing_folder_is_no_empty_folder(library: Library, folder: Path) -> None:
    library.sync(folder)
    shutil.rmtree(folder)
    with pytest.raises(UsageError, match=r"no such folder.*nothing was changed"):
        library.sync(folder)
    assert len(library.list()) == 3


def test_only_reports_from_the_folder_are_removed(library: Library, folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "other.txt").write_text(report_text("Libya", "June", "A port reopened."), encoding="utf-8")
    shutil.copy(folder / "mali.txt", elsewhere / "mali.txt")
    library.add([elsewhere / "other.txt", elsewhere / "mali.txt"])
    library.sync(folder)
    for path in (folder / "mali.txt", folder / "niger.txt"):
        path.unlink()
    assert statuses(library.sync(folder)) == {"north/chad.txt": "unchanged", "niger.txt": "removed"}
    assert names(library) == ["mali.txt", "north/chad.txt", "other.txt"]


def test_a_file_added_from_the_folder_belongs_to_it(library: Library, folder: Path) -> None:
    library.add([folder / "mali.txt"])
    (folder / "mali.txt").unlink()
    assert statuses(library.sync(folder))["mali.txt"] == "removed"


def test_a_folder_that_moved_is_followed(library: Library, folder: Path, tmp_path: Path) -> None:
    library.sync(folder)
    moved = tmp_path / "moved"
    folder.rename(moved)
    assert set(statuses(library.sync(moved)).values()) == {"unchanged"}
    (moved / "mali.txt").unlink()
    assert statuses(library.sync(moved))["mali.txt"] == "removed"


def test_a_refused_file_is_named_each_time_but_read_once(library: Library, folder: Path) -> None:
    (folder / "picture.txt").write_bytes(bytes(range(256)) * 8)
    age(folder)
    first = {r.name: r for r in library.sync(folder)}["picture.txt"]
    assert first.status == "refused"
    made_by = library._intake.made_by()
    assert list(library.catalog.refusals(made_by)) == [str(folder / "picture.txt")]
    assert {r.name: r for r in library.sync(folder)}["picture.txt"] == first
    (folder / "picture.txt").write_text(report_text("Libya", "June", "A port reopened."), encoding="utf-8")
    assert statuses(library.sync(folder))["picture.txt"] == "added"
    (folder / "picture.txt").unlink()
    library.sync(folder)
    assert library.catalog.refusals(made_by) == {}


def test_a_report_whose_file_became_unreadable_stays(library: Library, folder: Path) -> None:
    library.sync(folder)
    (folder / "mali.txt").write_bytes(b"")
    assert statuses(library.sync(folder))["mali.txt"] == "refused"
    assert "mali.txt" in names(library)


def test_a_subfolder_that_cannot_be_listed_keeps_its_reports(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = folder / "north-east" / "libya.txt"
    other.parent.mkdir()
    other.write_text(report_text("Libya", "June", "A port reopened."), encoding="utf-8")
    library.sync(folder)
    other.unlink()
    scandir = os.scandir

    def refusing(path: Path) -> object:
        if Path(path).name == "north":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    # Not by its mode: who runs the tests as root may list any folder.
    monkeypatch.setattr(os, "scandir", refusing)
    assert library.differences(folder).gone == ("north-east/libya.txt",)
    found = statuses(library.sync(folder))
    assert (found["north"], found["north-east/libya.txt"]) == ("refused", "removed")
    assert names(library) == ["mali.txt", "niger.txt", "north/chad.txt"]


def test_differences_are_told_without_reading_anything_in(library: Library, folder: Path) -> None:
    age(folder)
    library.sync(folder)
    assert not library.differences(folder)
    (folder / "niger.txt").unlink()
    (folder / "north" / "chad.txt").write_text(report_text("Chad", "May", "Rain fell."), encoding="utf-8")
    (folder / "libya.txt").write_text(report_text("Libya", "June", "A port reopened."), encoding="utf-8")
    (folder / "mali.txt").touch()  # the same content under a new time is no change
    found = library.differences(folder)
    assert (found.new, found.changed, found.gone) == (("libya.txt",), ("north/chad.txt",), ("niger.txt",))
    assert names(library) == ["mali.txt", "niger.txt", "north/chad.txt"]
    library.sync(folder)
    assert not library.differences(folder)


def test_listing_tells_size_and_time_and_months_count_entries(library: Library, folder: Path) -> None:
    library.sync(folder)
    row = next(row for row in library.list() if row.name == "mali.txt")
    assert row.size == (folder / "mali.txt").stat().st_size
    assert abs((datetime.now(UTC) - row.added_at).total_seconds()) < 3600
    assert row.to_row()["added"] == row.added_at.isoformat(timespec="seconds")
    months = library.catalog.entries_by_month()
    assert sum(n for _, _, n in months) == sum(r.entries for r in library.list())
    assert {country for _, country, _ in months} == {r.country for r in library.list()}
    assert months == sorted(months)
