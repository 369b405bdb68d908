from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from rag.errors import ModelError
from rag.models.weights import PACKAGED_SHA256, check_packaged, find_weights, folder_digest, packaged_folder, prepare_environment


def test_packaged_model_is_found_under_both_its_names() -> None:
    short = find_weights("all-MiniLM-L6-v2", hub=False)
    long = find_weights("sentence-transformers/all-MiniLM-L6-v2", hub=False)
    assert short.packaged
    assert short.folder == long.folder == packaged_folder()


def test_installed_weights_are_the_published_ones() -> None:
    check_packaged(packaged_folder())


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not these")
    with pytest.raises(ModelError, match=f"not the published weights.*expected {PACKAGED_SHA256[:12]}"):
        check_packaged(tmp_path)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.safetensors: cannot be read"):
        check_packaged(tmp_path)


def test_hub_name_needs_leave() -> None:
    with pytest.raises(ModelError, match=r"set models\.hub = true"):
        find_weights("BAAI/bge-small-en-v1.5", hub=False)
    allowed = find_weights("BAAI/bge-small-en-v1.5", hub=True)
    assert (allowed.folder, allowed.packaged) == (None, False)


def test_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json is missing"):
        find_weights(str(tmp_path), hub=False)


def test_digest_tells_models_apart(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    (first / "config.json").write_text("{}")
    (first / "model.safetensors").write_bytes(b"weights")
    (first / "notes.md").write_text("read me")
    shutil.copytree(first, second)
    (second / "notes.md").write_text("read me too")
    assert folder_digest(first) == folder_digest(second)
    (second / "model.safetensors").write_bytes(b"other")
    assert folder_digest(first) != folder_digest(second)


def test_hub_and_telemetry_are_off_unless_the_hub_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, "0")
    prepare_environment(hub=True)
    assert (os.environ["HF_HUB_OFFLINE"], os.environ["ORT_DISABLE_TELEMETRY"]) == ("0", "1")
    prepare_environment(hub=False)
    assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"
