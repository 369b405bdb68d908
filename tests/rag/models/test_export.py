from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.models.export import cache_folders, ensure_export, export_name, export_packaged, find_export, main

pytestmark = pytest.mark.integration


@pytest.fixture
def copied(model_cache: Path, tmp_path: Path) -> Path:
    """A cache folder of its own with the session's export in it."""
    source = cache_folders(None)[0] / export_name()
    shutil.copytree(source, tmp_path / export_name())
    return tmp_path


def test_folders_are_the_users_cache_then_the_librarys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert cache_folders(tmp_path / "home")[1] == tmp_path / "home" / "models"
    assert len(cache_folders(None)) == 1


def test_sound_export_is_found_and_not_made_again(copied: Path) -> None:
    found = find_export([copied / "nowhere", copied])
    assert found == copied / export_name() / "model.onnx"
    before = found.stat().st_mtime_ns
    assert ensure_export([copied]) == export_packaged(copied) == found
    assert main(["--folder", str(copied)]) == 0
    assert found.stat().st_mtime_ns == before


def test_export_leaves_no_draft_behind(model_cache: Path) -> None:
    names = {path.name for path in cache_folders(None)[0].iterdir()}
    assert names <= {export_name(), f"{export_name()}.lock"}
    assert {path.name for path in (cache_folders(None)[0] / export_name()).iterdir()} == {"model.onnx", "manifest.json"}


def test_damaged_export_counts_as_none(copied: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = copied / export_name() / "model.onnx"
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 0xFF
    model.write_bytes(data)
    assert find_export([copied]) is None
    assert "damaged export" in caplog.text


@pytest.mark.parametrize("manifest", ["not json", "[]", "{}"])
def test_unreadable_manifest_counts_as_none(copied: Path, manifest: str, caplog: pytest.LogCaptureFixture) -> None:
    (copied / export_name() / "manifest.json").write_text(manifest)
    assert find_export([copied]) is None
    assert "unreadable export" in caplog.text


def test_child_that_fails_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    with pytest.raises(ModelError, match=r"could not be exported \(no message\); run: python -m rag\.models\.export"):
        ensure_export([tmp_path])


def test_main_reports_a_folder_it_cannot_write(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert main(["--folder", str(blocked / "inside")]) == 1
