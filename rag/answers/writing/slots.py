"""Which number or name stands where: an item of a claim compared with the items the passages hold in the same surroundings.

That a number stands somewhere in a passage is not enough: "two were killed and eight hurt" does not carry "eight were killed".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from rag.answers.words import Word, content_words, related, same_class

_AFTER = (1.0, 0.7, 0.5, 0.3)
_BEFORE = (0.7, 0.5, 0.3)
"""Weights of the content words of a claim after and before an item, nearest first."""

_HELD_AFTER = (1.0, 0.95, 0.9, 0.8, 0.7)
_HELD_BEFORE = (1.0, 0.9, 0.8, 0.7, 0.6)
"""How near a word of a passage is to an item, the nearest first."""

_BREAK = re.compile(r"[,;:()]|\b(?:and|but|while|whereas|who|which)\b", re.IGNORECASE)
_ACROSS = 0.4
"""What is left of a word's weight for each comma or "and" between it and the item."""

_ELSEWHERE = 1 / 3
"""Nearness of the other words of the sentence."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An item of a passage and the stems of the content words around it.

    Attributes:
        text: As written.
        value: Of a number; 0 for a name.
        near: Nearness of stems within a few content words, 0 to 1.
        sentence: Stems of its whole sentence.
        is_loose: Whether it may be what a claim means but shows no claim wrong ("an", a number inside a date).
    """

    text: str
    value: float
    near: Mapping[str, float]
    sentence: frozenset[str]
    is_loose: bool = False


def slot(text: str, start: int, end: int, value: float = 0.0, *, is_loose: bool = False) -> Slot:
    """The slot of the characters ``start`` to ``end`` of a sentence."""
    words = content_words(text)
    near = _weighted(text, words, start, end, _HELD_BEFORE, _HELD_AFTER)
    return Slot(text[start:end], value, near, frozenset(w.stem for w in words), is_loose)


def surroundings(text: str, start: int, end: int, leave_out: Callable[[Word], bool]) -> dict[str, float]:
    """Stems around the characters ``start`` to ``end`` of a claim with weights, heavier nearby and after.

    Args:
        text: The claim.
        start: First character of the item.
        end: One past its last.
        leave_out: Words that say nothing about the place of the item (other items, dates).

    Returns:
        Weight by stem; empty when nothing stands around it.
    """
    return _weighted(text, [w for w in content_words(text) if not leave_out(w)], start, end, _BEFORE, _AFTER)


def _weighted(
    text: str, words: Sequence[Word], start: int, end: int, before: Sequence[float], after: Sequence[float]
) -> dict[str, float]:
    """Stems before and after the characters ``start`` to ``end``, weighted by place; what stands across a break counts less."""
    left = [w for w in words if w.end <= start]
    right = [w for w in words if w.start >= end]
    weights: dict[str, float] = {}
    sides = [(w, weight, text[w.end : start]) for w, weight in zip(reversed(left), before, strict=False)]
    sides += [(w, weight, text[end : w.start]) for w, weight in zip(right, after, strict=False)]
    for word, weight, between in sides:
        weight *= _ACROSS ** min(2, len(_BREAK.findall(between)))
        weights[word.stem] = max(weight, weights.get(word.stem, 0.0))
    return weights


def fit(around: Mapping[str, float], place: Slot) -> float:
    """How well an item's surroundings in a claim are those of a slot, 0 to 1; words farther away count less."""
    total = sum(around.values())
    if not total:
        return 0.0
    return sum(min(w, _nearness(s, place)) for s, w in around.items()) / total


def _nearness(stem: str, place: Slot) -> float:
    known = place.near.get(stem)
    if known is not None:
        return known
    akin = max((value for other, value in place.near.items() if same_class(stem, other)), default=0.0)
    return max(0.7 * akin, _ELSEWHERE * related(stem, place.sentence))


def better_filled(around: Mapping[str, float], slots: Sequence[Slot], same: Collection[str], margin: float) -> Slot | None:
    """The slot another item fills in the claim's surroundings, when the claim's own item fits none nearly as well.

    Args:
        around: Surroundings of the item in the claim.
        slots: Of the passages.
        same: Texts of the slots that hold the claim's item.
        margin: By how much the other must fit better, 0 to 1.

    Returns:
        The slot of the other item, or None.
    """
    own = max((fit(around, s) for s in slots if s.text in same), default=0.0)
    others = [(fit(around, s), n) for n, s in enumerate(slots) if s.text not in same and not s.is_loose]
    best, n = max(others, default=(0.0, -1))
    return slots[n] if n >= 0 and best - own > margin else None
