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

import numpy as np
from numpy.typing import NDArray

from rag.answers.polarity import contradicted, denies, leaves_room_for_denial, opposed
from rag.answers.words import Word, content_words, related
from rag.answers.writing.grounds import Ground, Grounds, sentence_names
from rag.answers.writing.items import Problem, inside, name_problems, number_problems
from rag.answers.writing.joints import joins_apart, repeats_itself
from rag.answers.writing.quantities import Quantity, find_quantities
from rag.reports.dates import find_dates
from rag.reports.names import NameMention
from rag.reports.number_words import SMALL, TENS
from rag.types import DateMention, DateRange, Passage, Span

MIN_NEAR = 0.45
"""Least cosine of a sentence and the passages' sentences that carry it."""

MIN_CONTENT = 0.9
"""Least sum of that cosine and of the share of its words, by rarity, that the passages hold."""

_CARRY = 3
"""Most sentences of the passages that one sentence may rest on."""

_AMOUNT = re.compile(rf"(?:\d+|{'|'.join([*SMALL, *TENS])})\s(?:hour|day|week|month|year)s?\b")
"""How long: "two days" of "two days later" counts from whatever the passage counts from."""

_OF_THE_PASSAGE = re.compile(
    r"(?:the|this|these)\s+(?:\w+\s+)?(?:passages?|articles?|texts?|documents?)\s+"
    r"(?:is|are|discuss\w*|describ\w*|talks?|deals?|focus\w*|provides?|concerns?|covers?)\b",
    re.IGNORECASE,
)
_ANSWER_WORD = re.compile(r"^\s*(?:yes|no)\b\s*[,:.–—-]\s*", re.IGNORECASE)


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
        words = {w.stem: self._idf(claim[w.start : w.end]) for w in content_words(claim) if not inside(w.start, w.end, spans)}
        for number in numbers:
            for word in content_words(claim[number.start : number.end]):
                words.pop(word.stem, None)
        names = [n for n in sentence_names(claim, grounds.is_name) if not inside(n.start, n.end, spans)]
        # A name the passages hold in another form covers its own words.
        held = {w.stem for n in names if grounds.has_name(n.text) for w in content_words(claim[n.start : n.end])}
        carrying, near = self._carrying(claim, words, grounds)
        cover = _cover(words, grounds.stems | held)
        problems = [
            *number_problems(claim, numbers, spans, grounds),
            *_date_problems(claim, dates, grounds, carrying),
            *name_problems(claim, names, spans, grounds),
            *_denial_problems(claim, carrying),
        ]
        content = near + cover if near >= MIN_NEAR else 0.0
        problems += _content_problems(claim, content, _plain_words(claim, names, spans, numbers), grounds, carrying)
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


def _plain_words(
    claim: str, names: Sequence[NameMention], dates: Sequence[tuple[int, int]], numbers: Sequence[Quantity]
) -> list[Word]:
    """Content words of a claim outside its names, dates and numbers."""
    items = [*dates, *((n.start, n.end) for n in names), *((q.start, q.end) for q in numbers)]
    return [w for w in content_words(claim) if not inside(w.start, w.end, items)]


def _cover(words: Mapping[str, float], stems: frozenset[str]) -> float:
    total = sum(words.values())
    return sum(weight * related(s, stems) for s, weight in words.items()) / total if total else 1.0


# --- dates -------------------------------------------------------------------------------------------------------------------


def _dates(claim: str, passages: Sequence[Passage]) -> list[DateMention]:
    """Date expressions of a claim, resolved against the first passage."""
    first = passages[0]
    return find_dates(claim, first.date, latest=first.published_on)


def _date_problems(claim: str, dates: Sequence[DateMention], grounds: Grounds, carrying: Sequence[Ground]) -> list[Problem]:
    problems = []
    speaks_of_report = re.search(r"\breport(?:s|ed)?\b", claim, re.IGNORECASE) is not None
    for mention in dates:
        if mention.kind == "relative" and _counts_from(mention, dates, grounds):
            continue
        known = [*_days_for(carrying, grounds), *(grounds.published if speaks_of_report else ())]
        if not _is_known(mention.range, known):
            problems.append(Problem("date", f"the date {mention.text}"))
    return problems


def _counts_from(mention: DateMention, dates: Sequence[DateMention], grounds: Grounds) -> bool:
    """Whether "the year before" or "two days later" leads to a known day from some day of the claim or of the passages."""
    said = _AMOUNT.match(mention.text.lower())
    if mention.text.lower() in grounds.folded or (said and said[0] in grounds.folded):
        return True
    anchors = {day.start for day in (*(d.range for d in dates if d is not mention), *grounds.days)}
    found = (find_dates(mention.text, anchor) for anchor in anchors)
    return any(_is_known(d.range, grounds.days) for dates_ in found for d in dates_)


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


# --- denials -----------------------------------------------------------------------------------------------------------------


def _denial_problems(claim: str, carrying: Sequence[Ground]) -> list[Problem]:
    """Words denied on one side only, of the claim and the sentence that carries it best."""
    if not carrying:
        return []
    turned = contradicted(claim, [carrying[0].text]) or opposed(claim, " ".join(g.text for g in carrying))
    if not turned and denies(claim) and not any(leaves_room_for_denial(g.text) for g in carrying):
        return [Problem("denial", "it denies what the passage does not deny")]
    return [Problem("denial", f"it says the opposite ({', '.join(turned)})")] if turned else []


# --- content -----------------------------------------------------------------------------------------------------------------


def _content_problems(
    claim: str, content: float, plain_words: Sequence[Word], grounds: Grounds, carrying: Sequence[Ground]
) -> list[Problem]:
    if content < MIN_CONTENT:
        return [Problem("content", "what it says as a whole")]
    if _OF_THE_PASSAGE.match(claim):
        return [Problem("content", "it speaks of the passage, not of what happened")]
    if joins_apart(claim, plain_words, [(g.passage.id, g.stems) for g in grounds.sentences]):
        return [Problem("content", "it joins what the passages tell apart")]
    if repeats_itself(claim) and not any(repeats_itself(g.text) for g in carrying):
        return [Problem("content", "it goes round in circles")]
    return []
