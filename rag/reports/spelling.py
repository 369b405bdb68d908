"""Spellings: what makes two written forms of a name equal, or alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_QUOTES = str.maketrans(
    dict.fromkeys("‘’‛`´ʼʻ′", "'") | dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‐‑‒–—―−", "-") | {"\u00a0": " "}
)
_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "þ": "th", "ð": "d"})


def fold(text: str) -> str:
    """The text without accents, with plain quotes and hyphens, case folded; for comparing, since it may change length."""
    if text.isascii() and "`" not in text:
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.translate(_QUOTES))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold().translate(_SPECIAL)


_SOUNDS = tuple(
    (re.compile(old), new)
    for old, _, new in (
        rule.partition(">")
        for rule in (
            "ae>ai tch>sh ch>sh dj>j di(?=[aeou])>j gi(?=[aeou])>j ou>u oo>u w>u ph>f kh>k gh>g ck>k q>k c(?=[eiy])>s c>k "
            "y>i ee>i ei>i ie>i z>s (?<!s)h>"
        ).split()
    )
)
"""Letters that transliterations exchange, applied in this order."""


@lru_cache(maxsize=65536)
def phonetic_key(word: str) -> str:
    """A key that spellings of one transliterated name share: Bandjagara and Bandiagara, Koufa and Kouffa, Tuareg and Touareg."""
    key = re.sub(r"[^a-z]", "", fold(word))
    for old, new in _SOUNDS:
        key = old.sub(new, key)
    key = re.sub(r"(.)\1+", r"\1", key)
    return key[:1] + re.sub(r"[eo]", "a", key[1:]).rstrip("a") if key else ""


def similar_names(word: str, vocabulary: Iterable[str], limit: int = 5) -> list[tuple[str, float]]:
    """Names of a vocabulary that may be other spellings of a word, best first.

    Args:
        word: A name as written, of three letters or more (shorter ones have no similar names).
        vocabulary: Names to choose from.
        limit: At most so many.

    Returns:
        (name, likeness from 0 to 1); 1 for equal after folding, then equal sound, then a small edit distance.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import DamerauLevenshtein

    folded = fold(word)
    if len(folded) < 3:
        return []
    names = list(dict.fromkeys(vocabulary))
    keys = [fold(name) for name in names]
    found: dict[str, float] = {}
    sound = phonetic_key(word)
    for name, key in zip(names, keys, strict=True):
        if key == folded:
            found[name] = 1.0
        elif len(sound) >= 3 and abs(len(key) - len(folded)) <= 3 and phonetic_key(name) == sound:
            found[name] = 0.95
    # one edit for five letters, two for eight or more; the first letter seldom changes
    edits = 0 if len(folded) < 5 or word.isupper() else 1 if len(folded) < 8 else 2
    if edits:
        for _, distance, index in process.extract(
            folded, keys, scorer=DamerauLevenshtein.distance, score_cutoff=edits, limit=limit * 4
        ):
            name = names[index]
            if name not in found and keys[index][:1] == folded[:1] and len(keys[index]) >= 5:
                found[name] = round(0.9 - 0.1 * distance, 3)
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))[:limit]
