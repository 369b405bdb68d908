from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import Settings, describe, keys


def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    file = tmp_path / "rag.toml"
    file.write_text("[search]\ntop_k = 3\ncandidates = 30\nlexical_weight = 0.4\n", encoding="utf-8")
    settings = Settings.load({"search.top_k": 5}, env={"RAG_SEARCH_TOP_K": "4", "RAG_SEARCH_CANDIDATES": "40"}, file=file)
    assert (settings.search.top_k, settings.search.candidates, settings.search.lexical_weight) == (5, 40, 0.4)
    assert settings.answering == Settings.load(env={}).answering


@pytest.mark.parametrize(
    ("overrides", "env", "nearest"),
    [({"search.topk": 3}, {}, "search.top_k"), ({}, {"RAG_SEARCH_TOPK": "3"}, "RAG_SEARCH_TOP_K"), ({"hom": "x"}, {}, "home")],
)
def test_unknown_key_names_the_nearest(overrides: dict[str, object], env: dict[str, str], nearest: str) -> None:
    with pytest.raises(SettingsError, match=f"did you mean {nearest}"):
        Settings.load(overrides, env=env)


def test_value_out_of_range_names_the_key() -> None:
    with pytest.raises(SettingsError, match=r"search\.top_k = 0"):
        Settings.load({"search.top_k": 0}, env={})


@pytest.mark.parametrize("content", ["[search\n", "[surch]\ntop_k = 1\n"])
def test_bad_file_is_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "rag.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings.load(env={}, file=file)
    assert len(str(caught.value).splitlines()) == 1


def test_missing_named_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such settings file"):
        Settings.load(env={"RAG_CONFIG": str(tmp_path / "none.toml")})


def test_fingerprint_follows_results_not_places() -> None:
    base = Settings.load(env={})
    assert base.changed({"home": "/elsewhere", "web.port": 1234}).fingerprint() == base.fingerprint()
    assert base.changed({"search.lexical_weight": 0.3}).fingerprint() != base.fingerprint()


def test_every_setting_is_described() -> None:
    described = list(describe())
    assert [key for key, _, _ in described] == keys()
    assert [key for key, _, text in described if len(text) < 10] == []
