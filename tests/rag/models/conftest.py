"""One real export of the packaged model for all tests here, in a cache folder of the test session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.models.embedder import Embedder, load_embedder
from rag.models.export import cache_folders, ensure_export
from rag.settings import Settings


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's cache folder of this session; holds a sound export."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        ensure_export(cache_folders(None))
        yield folder


@pytest.fixture(scope="session")
def int8(model_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return load_embedder(Settings.load({"home": tmp_path_factory.mktemp("home"), "models.backend": "onnx-int8"}, env={}))


@pytest.fixture(scope="session")
def fp32(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return load_embedder(Settings.load({"home": tmp_path_factory.mktemp("home"), "models.backend": "torch"}, env={}))
