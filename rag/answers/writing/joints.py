"""Sentences that join what the passages tell apart: the doer of one sentence with the deed of another.

Each half of such a sentence stands in the passages, and so does each of its words. What gives it away is the joint: two runs of
words from sentences that do not follow each other, with nothing between them that parts two statements. Sentences that do follow
each other may be joined ("They killed six" tells who "they" are just before it).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answers.words import Word, same_class

_PARTS = re.compile(
    r"[,;:()–—]|\s-\s|\b(?:and|but|or|while|whereas|when|where|who|whom|whose|which|that|after|before|as|because|since|although|though|"
    r"if|until|with|without|plus|besides|like|than|following)\b",
    re.IGNORECASE,
)
"""What parts two statements in one sentence."""

_LEAST = 2
"""Words that only one of the two sentences has, on each side of the joint."""


def joins_apart(claim: str, words: Sequence[Word], sentences: Sequence[tuple[object, frozenset[str]]]) -> bool:
    """Whether a claim joins two sentences that do not follow each other, with nothing to part them.

    Args:
        claim: One sentence.
        words: Its content words that count: no names, dates or numbers, which other sentences may supply.
        sentences: Of the passages in order: what a sentence belongs to (only those of one follow each other), and its stems.

    Returns:
        Whether it does.
    """
    held = [[_holds(word.stem, stems) for word in words] for _, stems in sentences]
    if not held or len(words) < 2 * _LEAST:
        return False
    together = max(
        sum(map(any, zip(held[i], held[i + 1] if _follow(sentences, i, i + 1) else held[i], strict=True)))
        for i in range(len(held))
    )
    for i, first in enumerate(held):
        for j, second in enumerate(held):
            if i == j or _follow(sentences, i, j) or sum(map(any, zip(first, second, strict=True))) <= together:
                continue
            left = [k for k in range(len(words)) if first[k] and not second[k]]
            right = [k for k in range(len(words)) if second[k] and not first[k]]
            if len(left) < _LEAST or len(right) < _LEAST or left[-1] > right[0]:
                continue
            if not _PARTS.search(claim[words[left[-1]].end : words[right[0]].start]):
                return True
    return False


def _holds(stem: str, stems: frozenset[str]) -> bool:
    return stem in stems or any(same_class(stem, other) for other in stems)


def _follow(sentences: Sequence[tuple[object, frozenset[str]]], i: int, j: int) -> bool:
    return 0 <= j < len(sentences) and abs(i - j) == 1 and sentences[i][0] == sentences[j][0]


def repeats_itself(text: str) -> bool:
    """Whether a run of four words, names aside, stands in a sentence twice, as small models write when they have nothing to say.

    Two in 2,500 sentences of the shipped reports do.
    """
    words = re.findall(r"\w+", text)
    runs = [tuple(words[n : n + 4]) for n in range(len(words) - 3)]
    plain = [run for run in runs if all(map(str.islower, run))]
    return len(set(plain)) < len(plain)
