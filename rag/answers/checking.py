"""One sentence against the passages it cites, with no language model: what of it the passages do not say.

Numbers, dates and names must stand in the passages, in any form that means the same; what they deny may not be stated, nor the
other way round; and the content must be near to some of their sentences. The numbers below were fitted by
``python -m eval.bench mutations`` on one half of the reports; its table is of the other half.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.answers.grounds import Ground, Grounds
from rag.answers.polarity import contradicted, opposed
from rag.answers.quantities import Quantity, find_quantities
from rag.answers.slots import better_filled, surroundings
from rag.answers.words import content_words, related
from rag.reports.dates import find_dates
from rag.reports.names import NameMention, country_of, find_names
from rag.types import DateMention, DateRange, Passage, Span

Kind = Literal["number", "date", "name", "denial", "content", "citation"]

MIN_NEAR = 0.45
"""Least cosine of a sentence and the passages' sentences that carry it."""

MIN_CONTENT = 0.9
"""Least sum of that cosine and of the share of its words, by rarity, that the passages hold."""

NUMBER_MARGIN = 0.25
NAME_MARGIN = 0.28
"""How much better another number or name of the passages must fit the surroundings to show that a sentence has the wrong one."""

_CARRY = 3
"""Most sentences of the passages that one sentence may rest on."""

_ANSWER_WORD = re.compile(r"^\s*(?:yes|no)\b\s*[,:.–—-]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a sentence says and its passages do not.

    Attributes:
        kind: Which check found it.
        text: In words, for people.
    """

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one sentence.

    Attributes:
        problems: Empty when the passages carry it.
        similarity: Cosine with the sentences it rests on, 0 to 1.
        cover: Share of its words, by rarity, that the passages hold.
        rests_on: Passage and span of the sentences that carry it, best first; empty when it has no passage.
    """

    problems: tuple[Problem, ...]
    similarity: float = 0.0
    cover: float = 0.0
    rests_on: tuple[tuple[Passage, Span], ...] = ()

    @property
    def supported(self) -> bool:
        return not self.problems


class Checker:
    """Checks sentences against passages; safe to use from several threads.

    Args:
        encode: Turns texts into unit vectors, shape (n, dim).
        sentence_vectors: Stored sentence vectors by passage id.
        idf: Weight of a word, higher for rarer ones.
        forms: Other forms of a name, folded, as the library knows them.
    """

    def __init__(
        self,
        encode: Callable[[Sequence[str]], NDArray[np.float32]],
        sentence_vectors: Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]],
        idf: Callable[[str], float],
        forms: Callable[[str], Sequence[str]] = lambda name: (),
    ) -> None:
        # A sentence is checked against one passage after another.
        self._vector = lru_cache(maxsize=64)(lambda text: encode([text])[0])
        self._sentence_vectors = sentence_vectors
        self._idf = idf
        self._forms = forms

    def check(self, sentence: str, passages: Sequence[Passage]) -> Finding:
        """Check one sentence.

        Args:
            sentence: Without its marks.
            passages: What it cites.

        Returns:
            The finding; with no passages it has one problem of kind "citation".
        """
        if not passages:
            return Finding((Problem("citation", "no passage is cited"),))
        claim = _ANSWER_WORD.sub("", sentence).strip()
        grounds = Grounds(passages, self._sentence_vectors([p.id for p in passages]), self._forms)
        dates = _dates(claim, passages)
        spans = [(d.start, d.end) for d in dates]
        numbers = find_quantities(claim, spans)
        words = {w.stem: self._idf(claim[w.start : w.end]) for w in content_words(claim) if not _inside(w.start, w.end, spans)}
        for number in numbers:
            for word in content_words(claim[number.start : number.end]):
                words.pop(word.stem, None)
        names = [n for n in _claimed_names(claim, grounds) if not _inside(n.start, n.end, spans)]
        # A name the passages hold in another form covers its own words.
        held = {w.stem for n in names if grounds.has_name(n.text) for w in content_words(claim[n.start : n.end])}
        carrying, near = self._carrying(claim, words, grounds)
        cover = _cover(words, grounds.stems | held)
        problems = [
            *_number_problems(claim, numbers, spans, grounds),
            *_date_problems(claim, dates, grounds, carrying),
            *_name_problems(claim, names, spans, grounds),
            *_denial_problems(claim, carrying),
        ]
        if near < MIN_NEAR or cover + near < MIN_CONTENT:
            problems.append(Problem("content", "what it says as a whole"))
        return Finding(tuple(problems), near, cover, tuple((g.passage, g.span) for g in carrying))

    def _carrying(self, claim: str, words: Mapping[str, float], grounds: Grounds) -> tuple[list[Ground], float]:
        """The passages' sentences that carry a claim, and the cosine of it with them."""
        if not grounds.sentences:
            return [], 0.0
        vector = self._vector(claim)
        cosines = [float(g.vector @ vector) if g.vector is not None else 0.0 for g in grounds.sentences]
        scores = [0.5 * _cover(words, g.stems) + 0.5 * c for g, c in zip(grounds.sentences, cosines, strict=True)]
        order = sorted(range(len(scores)), key=lambda n: -scores[n])
        chosen = order[:1]
        covered = grounds.sentences[chosen[0]].stems
        near = cosines[chosen[0]]
        for n in order[1:]:
            if len(chosen) == _CARRY:
                break
            more = covered | grounds.sentences[n].stems
            if _cover(words, more) - _cover(words, covered) > 0.08:
                chosen.append(n)
                covered = more
        vectors = [v for n in chosen if (v := grounds.sentences[n].vector) is not None]
        if len(vectors) > 1:
            joined = np.sum(vectors, axis=0)
            near = max(near, float(joined @ vector / np.linalg.norm(joined)))
        return [grounds.sentences[n] for n in chosen], max(0.0, min(1.0, near))


def _inside(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(a < end and start < b for a, b in spans)


def _cover(words: Mapping[str, float], stems: frozenset[str]) -> float:
    total = sum(words.values())
    return sum(weight * related(s, stems) for s, weight in words.items()) / total if total else 1.0


# --- numbers -----------------------------------------------------------------------------------------------------------------


def _number_problems(
    claim: str, numbers: Sequence[Quantity], dates: Sequence[tuple[int, int]], grounds: Grounds
) -> list[Problem]:
    problems = []
    for number in numbers:
        shown = claim[number.start : number.end]
        known = grounds.vague if number.is_vague else grounds.values
        if number.value not in known:
            problems.append(Problem("number", f"the number {shown}"))
            continue
        around = surroundings(
            claim, number.start, number.end, lambda w: _is_number(claim[w.start : w.end]) or _inside(w.start, w.end, dates)
        )
        other = better_filled(
            around, grounds.number_slots, {s.text for s in grounds.number_slots if s.value == number.value}, NUMBER_MARGIN
        )
        if other is not None:
            problems.append(Problem("number", f"the number {shown} where the passage has {other.text}"))
    return problems


def _is_number(word: str) -> bool:
    return bool(find_quantities(word)) or word.isdigit()


# --- dates -------------------------------------------------------------------------------------------------------------------


def _dates(claim: str, passages: Sequence[Passage]) -> list[DateMention]:
    """Date expressions of a claim, resolved against the first passage."""
    first = passages[0]
    return find_dates(claim, first.date, latest=first.published_on)


def _date_problems(claim: str, dates: Sequence[DateMention], grounds: Grounds, carrying: Sequence[Ground]) -> list[Problem]:
    problems = []
    speaks_of_report = re.search(r"\breport(?:s|ed)?\b", claim, re.IGNORECASE) is not None
    for mention in dates:
        if mention.kind == "relative" and mention.text.lower() in grounds.folded:
            continue
        known = [*_days_for(carrying, grounds), *(grounds.published if speaks_of_report else ())]
        if not _is_known(mention.range, known):
            problems.append(Problem("date", f"the date {mention.text}"))
    return problems


def _days_for(carrying: Sequence[Ground], grounds: Grounds) -> list[DateRange]:
    """Days that may date what the carrying sentences say: their own, else their entry's and those spoken of before them."""
    if not carrying:
        return list(grounds.days)
    own = [day for g in carrying for day in g.days]
    if own and all(g.days for g in carrying):
        opens = [g.passage.on for g in carrying if g.passage.on and any(d.start == g.span.start for d in g.dates)]
        return own + opens
    before = [d.range for g in carrying for d in g.passage.dates if d.end <= g.span.start and not g.days]
    return own + before + [g.passage.on for g in carrying if g.passage.on]


def _is_known(days: DateRange, known: Sequence[DateRange]) -> bool:
    """Whether one of the known days lies within a date, or both its ends are known."""
    if any(days.contains(k) for k in known):
        return True
    return not days.is_day and any(k.start == days.start for k in known) and any(k.end == days.end for k in known)


# --- names -------------------------------------------------------------------------------------------------------------------


def _claimed_names(claim: str, grounds: Grounds) -> list[NameMention]:
    """Names of a claim; its first word too when it is a country's or stands as a name in the passages."""
    names = find_names(claim)
    first = re.match(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", claim)
    if first and first[0][0].isupper() and not any(n.start < first.end() for n in names):
        word = re.sub(r"['’]s$", "", first[0])
        if country_of(word) or grounds.is_name(word):
            names.insert(0, NameMention(0, len(word), word))
    return names


def _name_problems(claim: str, names: Sequence[NameMention], dates: Sequence[tuple[int, int]], grounds: Grounds) -> list[Problem]:
    problems = []
    for name in names:
        if not grounds.has_name(name.text):
            problems.append(Problem("name", f"the name {name.text}"))
            continue
        around = surroundings(claim, name.start, name.end, lambda w: claim[w.start].isupper() or _inside(w.start, w.end, dates))
        others = [n.text for n in names if not grounds.same_name(n.text, name.text)]
        # Names the claim holds elsewhere fill slots of their own.
        slots = [s for s in grounds.name_slots if not any(grounds.same_name(s.text, other) for other in others)]
        other = better_filled(around, slots, {s.text for s in slots if grounds.same_name(name.text, s.text)}, NAME_MARGIN)
        if other is not None:
            problems.append(Problem("name", f"the name {name.text} where the passage has {other.text}"))
    return problems


# --- denials -----------------------------------------------------------------------------------------------------------------


def _denial_problems(claim: str, carrying: Sequence[Ground]) -> list[Problem]:
    """Words denied on one side only, of the claim and the sentence that carries it best."""
    if not carrying:
        return []
    turned = contradicted(claim, [carrying[0].text]) or opposed(claim, " ".join(g.text for g in carrying))
    return [Problem("denial", f"it says the opposite ({', '.join(turned)})")] if turned else []
