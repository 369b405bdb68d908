"""Common words: the word pieces of the packaged embedder that are whole words, learned from English at large."""

from __future__ import annotations

from functools import lru_cache

from rag.models.weights import packaged_folder

_ENDINGS = ("s", "es", "ed", "d", "ing", "er", "ers", "r", "rs", "ly", "ies", "ied", "ist", "ists")


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """About 21,000 lower-case words that English texts use often, names of general fame among them; 10 ms the first time."""
    pieces = (packaged_folder() / "vocab.txt").read_text(encoding="utf-8").split()
    return frozenset(piece for piece in pieces if len(piece) > 1 and piece.isalpha())


def is_common(word: str) -> bool:
    """Whether a word is common English, or an inflection of such a word.

    Args:
        word: Folded (lower case, no accents).

    Returns:
        True for "carrying" as for "carry"; a rare word that is spelt rightly may be missed.
    """
    words = common_words()
    if word in words:
        return True
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if len(stem) >= 3 and stem != word:
            doubled = len(stem) > 3 and stem[-1] == stem[-2]
            if stem in words or stem + "e" in words or stem + "y" in words or (doubled and stem[:-1] in words):
                return True
    # "headcount", "roadblock": two common words written as one
    return any(word[:cut] in words and word[cut:] in words for cut in range(4, len(word) - 3))
