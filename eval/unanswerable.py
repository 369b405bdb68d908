"""Questions that the reports do not answer, made from questions that they do; confidence is fitted on them too.

Each is a development question with one thing changed: its year, its place or the sort of people it counts for another one, a name
asked for instead of a number, a reason instead of a day. A rule checks that the change leaves it without support; the rule cannot
be sure, so these questions serve the fit, never a score.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from eval.support import EvidenceSpan
from eval.types import EvalQuestion
from rag.answers.words import content_words, related
from rag.assistant import Assistant
from rag.reports.dates import find_dates
from rag.reports.names import fold
from rag.search.reranker import ReadPassages
from rag.types import DateRange, Passage, Question

_YEAR = re.compile(r"\b20\d\d\b")
_ROLES = (
    ("soldiers", "attackers", "civilians"),
    ("troops", "militants", "villagers"),
    ("peacekeepers", "gunmen", "civilians"),
    ("gendarmes", "attackers", "civilians"),
)
_ROLE_WORDS = {
    "soldiers": "soldier troop gendarme police peacekeeper guard army patrol men",
    "attackers": "attacker gunman gunmen militant terrorist fighter jihadist bomber raider assailant insurgent",
    "civilians": "civilian villager resident people guest women children trader herder farmer worker",
}
_HOW_MANY = re.compile(
    r"\bhow many (?P<noun>[\w' -]{3,40}?) (?P<verb>were killed|died|were wounded|were hurt|were kidnapped)\b", re.IGNORECASE
)
_WHEN = re.compile(r"^(?:when|where) (?P<aux>did|was|were)\b(?! .*\bwhen\b)", re.IGNORECASE)
_REASON = re.compile(r"\b(?:because|since|in order|reason|revenge|retaliation|punish\w*|meant to|so that)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Altered:
    """A question made unanswerable.

    Attributes:
        question: The changed question, without answers.
        source: Id of the question it was made from.
        how: What was changed: "year", "place", "role", "name" or "reason".
    """

    question: EvalQuestion
    source: str
    how: str


READ_PASSAGES = 20
"""As many passages as ``Assistant.ask`` weighs sentences of."""


class Maker:
    """Makes questions unanswerable, in one library.

    Args:
        assistant: To search with.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        catalog = assistant.library.catalog
        self._passages = list(catalog.passages(sorted(catalog.live_ids())).values())
        self._places = {p.place for p in self._passages if p.place}

    def find(self, question: EvalQuestion) -> tuple[Question, ReadPassages]:
        """A question as understood, and the passages found for it."""
        understood = self._assistant.understand(question.question, history=question.history, filters=question.filters)
        return understood, self._assistant.pipeline.retrieve(understood, READ_PASSAGES)

    def alter(self, question: EvalQuestion, evidence: Sequence[EvidenceSpan]) -> list[Altered]:
        """Changed questions of one question."""
        held = [
            p
            for p in self._passages
            if any(e.report_id == p.report_id and any(p.start < b and a < p.end for a, b in e.spans) for e in evidence)
        ]
        return alter([question], lambda _: held, self._passages, self._places)


def alter(
    questions: Sequence[EvalQuestion],
    evidence: Callable[[EvalQuestion], Sequence[Passage]],
    passages: Sequence[Passage],
    places: Collection[str],
    seed: int = 1,
) -> list[Altered]:
    """Changed questions, in the order of their sources.

    Args:
        questions: Answerable ones are used, the others passed over.
        evidence: Passages that hold a question's evidence.
        passages: All of the library.
        places: Names of places, as entries give them.
        seed: Of every choice.

    Returns:
        At most one question for each source.
    """
    known = sorted(places)
    made = []
    for question in questions:
        if not question.answerable or question.history or question.kind in ("as_of", "yes_no", "multi_entry", "temporal"):
            continue
        rng = random.Random(f"{seed} {question.id}")
        held = list(evidence(question))
        ways = [_other_year, _other_place, _other_role, _name_instead, _reason_instead]
        rng.shuffle(ways)
        changes = (change for way in ways for change in way(question.question, held, passages, known, rng))
        for how, text in islice(changes, 1):
            changed = replace(
                question,
                id=f"{question.id}-{how}",
                question=text,
                kind="unanswerable",
                answers=(),
                required=(),
                evidence=(),
                answerable=False,
            )
            made.append(Altered(changed, question.id, how))
    return made


Changed = Iterator[tuple[str, str]]


def _other_year(
    text: str, held: Sequence[Passage], passages: Sequence[Passage], places: Sequence[str], rng: random.Random
) -> Changed:
    years = _YEAR.findall(text)
    if len(set(years)) != 1:
        return
    shifts = [-2, -1, 1, 2]
    rng.shuffle(shifts)
    for shift in shifts:
        changed = _YEAR.sub(str(int(years[0]) + shift), text)
        days = [mention.range for mention in find_dates(changed)]
        if days and not _supported(changed, passages, days, ""):
            yield "year", changed


def _other_place(
    text: str, held: Sequence[Passage], passages: Sequence[Passage], places: Sequence[str], rng: random.Random
) -> Changed:
    words = {fold(text[w.start : w.end]): text[w.start : w.end] for w in content_words(text)}
    for own in places:
        if fold(own) in words and any(fold(own) in fold(f"{p.place} {p.text}") for p in held):
            others = [p for p in places if p != own and fold(p) not in fold(text)]
            for other in rng.sample(others, min(6, len(others))):
                written = other if words[fold(own)][0].isupper() else other.lower()
                changed = re.sub(re.escape(words[fold(own)]), written, text)
                if not _supported(changed, passages, [m.range for m in find_dates(changed)], other):
                    yield "place", changed


def _other_role(
    text: str, held: Sequence[Passage], passages: Sequence[Passage], places: Sequence[str], rng: random.Random
) -> Changed:
    told = fold(" ".join(p.text for p in held))
    for roles in _ROLES:
        for own in roles:
            if re.search(rf"\b{own}\b", text, re.IGNORECASE):
                group = _ROLES[0][roles.index(own)]
                others = [
                    r
                    for r in _ROLE_WORDS
                    if r != group and not any(re.search(rf"\b{w}s?\b", told) for w in _ROLE_WORDS[r].split())
                ]
                if others:
                    yield "role", re.sub(rf"\b{own}\b", rng.choice(others), text, flags=re.IGNORECASE)


def _name_instead(
    text: str, held: Sequence[Passage], passages: Sequence[Passage], places: Sequence[str], rng: random.Random
) -> Changed:
    if match := _HOW_MANY.search(text):
        opening = rng.choice(("what were the names of the", "names of the"))
        yield "name", f"{text[: match.start()]}{opening} {match['noun']} who {match['verb']}{text[match.end() :]}".strip()


def _reason_instead(
    text: str, held: Sequence[Passage], passages: Sequence[Passage], places: Sequence[str], rng: random.Random
) -> Changed:
    if _WHEN.search(text) and not any(_REASON.search(p.text) for p in held):
        yield "reason", _WHEN.sub(lambda m: f"Why {m['aux']}", text, count=1)


def _supported(text: str, passages: Sequence[Passage], days: Sequence[DateRange], place: str) -> bool:
    """Whether any passage of those days (and that place) shares half of the question's words besides its dates."""
    dated = [(m.start, m.end) for m in find_dates(text)]
    stems = [w.stem for w in content_words(text) if not any(a <= w.start < b for a, b in dated)]
    for passage in passages:
        told = [m.range for m in passage.dates] + ([passage.on] if passage.on else [])
        if days and not any(d.overlaps(t) for d in days for t in told):
            continue
        if place and fold(place) not in fold(f"{passage.place} {passage.text}"):
            continue
        if place and days:
            return True
        own = frozenset(w.stem for w in content_words(f"{passage.place} {passage.text}"))
        if sum(related(s, own) for s in stems) >= 0.5 * max(1, len(stems)):
            return True
    return False
