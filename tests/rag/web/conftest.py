from __future__ import annotations

from pathlib import Path

import pytest
from web_doubles import ScriptedAssistant

from rag.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(
        {"home": tmp_path / "home", "corpus": tmp_path / "corpus", "web.upload_files": 3, "web.upload_mb": 1}, env={}
    )


@pytest.fixture
def assistant(settings: Settings) -> ScriptedAssistant:
    return ScriptedAssistant(settings)
