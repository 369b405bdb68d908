"""Numbers and names of a claim: each must stand in the passages, and where the claim has it, no other may stand there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.answers.figures import REPLACED
from rag.answers.writing.grounds import Grounds
from rag.answers.writing.quantities import Quantity, find_quantities
from rag.answers.writing.slots import Slot, better_filled, fit, surroundings
from rag.reports.names import NameMention, fold

Kind = Literal["number", "date", "name", "denial", "content", "citation"]

NUMBER_MARGIN = 0.25
NAME_MARGIN = 0.28
"""How much better another number or name of the passages must fit the surroundings to show that a sentence has the wrong one."""

NAME_FIT = 0.43
"""And how well that other name must fit, 0 to 1: what fits little better than nothing shows nothing."""

_OF_BEFORE = re.compile(
    r"\b(?:first|at first|initial(?:ly)?|earl(?:y|ier)|original(?:ly)?|had|before|once|previous(?:ly)?|wrong(?:ly)?|"
    r"corrected|raised|lowered|revised|not|no longer|instead|rather|up from|down from)\b",
    re.IGNORECASE,
)
"""A sentence that names a number as what was held before."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a sentence says and its passages do not.

    Attributes:
        kind: Which check found it.
        text: In words, for people.
    """

    kind: Kind
    text: str


def inside(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(a < end and start < b for a, b in spans)


def number_problems(claim: str, numbers: Sequence[Quantity], dates: Sequence[tuple[int, int]], grounds: Grounds) -> list[Problem]:
    problems = []
    slots = grounds.number_slots
    arounds = [
        surroundings(claim, q.start, q.end, lambda w: _is_number(claim[w.start : w.end]) or inside(w.start, w.end, dates))
        for q in numbers
    ]
    # Where each number of the claim stands in the passages: a place that one of them fills is not another's.
    taken = [
        max((s for s in slots if s.value == q.value), key=lambda s: fit(around, s), default=None)
        for q, around in zip(numbers, arounds, strict=True)
    ]
    for n, number in enumerate(numbers):
        shown = claim[number.start : number.end]
        if number.value not in (grounds.vague if number.is_vague else grounds.values):
            problems.append(Problem("number", f"the number {shown}"))
            continue
        if REPLACED.search(claim[: number.start]):
            continue  # "not 14": the claim does not say that it is so
        if number.value in grounds.replaced and not _OF_BEFORE.search(claim):
            problems.append(Problem("number", f"the number {shown}, which the passage takes back"))
            continue
        same = {s.text for s in slots if s.value == number.value}
        other = better_filled(arounds[n], _not_taken(slots, taken, n), same, NUMBER_MARGIN) or _changed_places(n, taken, arounds)
        if other is not None:
            problems.append(Problem("number", f"the number {shown} where the passage has {other.text}"))
    return problems


def _changed_places(n: int, taken: Sequence[Slot | None], arounds: Sequence[Mapping[str, float]]) -> Slot | None:
    """The place of another number of the claim with which the nth has changed places, if any."""
    own = taken[n]
    for m, other in enumerate(taken):
        if own is None or other is None or own.value == other.value or own.is_loose or other.is_loose:
            continue
        as_is = fit(arounds[n], own) + fit(arounds[m], other)
        if fit(arounds[n], other) + fit(arounds[m], own) > as_is + NUMBER_MARGIN:
            return other
    return None


def _is_number(word: str) -> bool:
    return bool(find_quantities(word)) or word.isdigit()


def name_problems(claim: str, names: Sequence[NameMention], dates: Sequence[tuple[int, int]], grounds: Grounds) -> list[Problem]:
    problems = []
    slots = grounds.name_slots
    arounds = [
        surroundings(claim, n.start, n.end, lambda w: claim[w.start].isupper() or inside(w.start, w.end, dates)) for n in names
    ]
    alike = [[s for s in slots if grounds.same_name(name.text, s.text)] for name in names]
    taken = [max(own, key=lambda s: fit(around, s), default=None) for own, around in zip(alike, arounds, strict=True)]
    for n, name in enumerate(names):
        if not grounds.has_name(name.text):
            problems.append(Problem("name", f"the name {name.text}"))
            continue
        if any(fold(name.text) == fold(p.country) for p in grounds.passages):
            continue  # the country of the whole report need not stand in its sentences
        free = _not_taken(slots, taken, n)
        other = better_filled(arounds[n], free, {s.text for s in alike[n]}, NAME_MARGIN)
        if other is not None and fit(arounds[n], other) >= NAME_FIT:
            problems.append(Problem("name", f"the name {name.text} where the passage has {other.text}"))
    return problems


def _not_taken(slots: Sequence[Slot], taken: Sequence[Slot | None], n: int) -> list[Slot]:
    """Slots that no item of the claim but the nth fills best."""
    others = [s for m, s in enumerate(taken) if m != n and s is not None]
    return [s for s in slots if not any(s is other for other in others)]
