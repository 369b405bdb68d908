from __future__ import annotations

import pytest

from rag.models.vocabulary import is_common


@pytest.mark.parametrize("word", ["soldier", "buildings", "carried", "headcount", "stopped", "villages"])
def test_english_and_its_inflections_are_common(word: str) -> None:
    assert is_common(word)


@pytest.mark.parametrize("word", ["kidalll", "solldier", "hostges", "xqzt"])
def test_misspelt_words_are_not_common(word: str) -> None:
    assert not is_common(word)
