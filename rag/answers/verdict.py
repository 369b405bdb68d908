"""Yes or no: what a sentence says of what was asked, and of whether anybody was killed, hurt or taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from rag.answers.composition import Composition, Quote
from rag.answers.events import Told, tellings
from rag.answers.evidence import ScoredSentence
from rag.answers.figures import OUTCOME, PERSON, PERSONS, find_figures
from rag.answers.measures import Measure
from rag.answers.polarity import opposed
from rag.answers.words import content_words, related
from rag.reports.countries import country_of
from rag.reports.names import fold
from rag.search.terms import forms_of, holds
from rag.types import Passage, Question

_NEGATION = re.compile(
    r"\b(?:no|not|never|none|neither|nor|without|denied|denies|cannot|failed|nobody|no\s+one|refused|yet\s+to)\b|n['’]t\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[;:]|,(?!\s+without)|\b(?:and|but|while|which|that|because|since|although|though)\b", re.IGNORECASE)
_CASUALTIES = re.compile(r"\b(?:casualt(?:y|ies)|loss(?:es)?|victims?)\b", re.IGNORECASE)
_CIRCUMSTANCE = re.compile(
    r"\b(?:of|in|at|on|for|from|with|by|to)\s+(?:the|an?|this|that|these|those)\s+(?:(?!(?:of|in|at|on|for|from|with|by|to)\b)[\w'’-]+\s*){1,4}",
    re.IGNORECASE,
)
"""A noun after a preposition: it says where or of what, it is not what is asked about."""

_WHOLE = re.compile(r"\b(?:all|every|each|entire|whole|everybody|everyone|everything)\b", re.IGNORECASE)
_IN_PART = re.compile(
    r"\b(?:half|some|most|few|several|only\s+(?:a\s+)?part|(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+)(?:\s+[\w-]+)?\s+out)\s+"
    r"of\b|\bnot\s+all\b|\bpartly\b",
    re.IGNORECASE,
)
_RIGHT = re.compile(r"\b(?:right(?:ly)?|correct(?:ly)?|accurate(?:ly)?)\b", re.IGNORECASE)
_WRONG = re.compile(r"\b(?:wrong(?:ly)?|mistaken(?:ly)?|incorrect(?:ly)?)\b", re.IGNORECASE)
_FREED = re.compile(r"\b(?:freed|free|released?|let\s+go)\b", re.IGNORECASE)
_HELD = re.compile(r"\bstill\s+(?:being\s+)?(?:held|captive|hostages?|missing|prisoners?|in\s+captivity)\b", re.IGNORECASE)
_NOT_SO = re.compile(r"\b(?:not|never)\s+(?:only|just|merely|long|far)\b", re.IGNORECASE)


def contradicts(query: str, text: str) -> bool:
    """Whether a sentence says no where the question asks for yes, or the other way round.

    Only the clauses that share most with the question count: "had eleven men and not twelve" says nothing of the planning.

    Args:
        query: The question.
        text: The sentence.

    Returns:
        Whether exactly one of the two is negated.
    """
    asked = frozenset(w.stem for w in content_words(query) if not query[w.start].isdigit())
    clauses = [c for c in _CLAUSE.split(text) if c.strip()]
    shared = [sum(related(w.stem, asked) for w in content_words(clause)) for clause in clauses]
    best = max(shared, default=0.0)
    nearest = [clause for clause, share in zip(clauses, shared, strict=True) if share == best > 0]
    says_no = bool(nearest) and all(map(_negated, nearest))
    if not says_no:
        # "its own figure was 20, which was never confirmed": what is asked about is told with the negation only
        told, denied = (_met(asked, [c for c in clauses if _negated(c) is negated]) for negated in (False, True))
        circumstances = frozenset(w.stem for m in _CIRCUMSTANCE.finditer(query) for w in content_words(m[0]))
        says_no = bool(denied - told - circumstances)
    says_no = says_no or bool(_WHOLE.search(query) and any(_IN_PART.search(c) and not _WHOLE.search(c) for c in nearest))
    says_no = says_no or any(opposed(query, clause, plainly=True) for clause in nearest)
    says_no = says_no or bool(_RIGHT.search(query) and _WRONG.search(text)) or bool(_FREED.search(query) and _HELD.search(text))
    return bool(nearest) and says_no != _negated(query)


def _met(asked: frozenset[str], clauses: Sequence[str]) -> frozenset[str]:
    """Those of the stems that clauses hold in any wording."""
    held = frozenset(w.stem for clause in clauses for w in content_words(clause))
    return frozenset(stem for stem in asked if related(stem, held) > 0)


def _negated(text: str) -> bool:
    return bool(_NEGATION.search(_NOT_SO.sub("", text)))


def asked_outcomes(question: Question) -> frozenset[str]:
    """The outcomes a yes-or-no question asks about ("kill", "wound", ...); none for other questions and for "was nobody ..."."""
    if question.kind != "yes_no" or _negated(question.query):
        return frozenset()
    if _CASUALTIES.search(question.query):
        return frozenset(("kill", "wound"))
    return frozenset(str(m.lastgroup) for m in OUTCOME.finditer(question.query))


def outcome_verdict(
    question: Question, scored: Sequence[ScoredSentence], passages: Sequence[Passage], idf: Callable[[str], float]
) -> Composition | None:
    """Answer "was anybody killed in ..." from what the tellings of the event say of that outcome.

    Args:
        question: As understood.
        scored: Sentences of the retrieved passages, most probable first.
        passages: Where to look for the event.
        idf: Weight of a word, higher for rarer ones.

    Returns:
        "Yes" or "No" with the sentence, or None when the question asks for no outcome or no sentence speaks of it.
    """
    outcomes = asked_outcomes(question)
    if not outcomes:
        return None
    ranks = {(s.retrieved.passage.report_id, s.span.start): i for i, s in enumerate(scored)}
    found: list[tuple[int, bool, Told]] = []
    for told in tellings(question, passages, idf):
        says = _says(question, told, outcomes)
        if says is not None:
            found.append((ranks.get((told.passage.report_id, told.span.start), len(scored)), says, told))
    if not found:
        return None
    _, says, told = min(found, key=lambda f: (f[0], f[2].span.start))
    return Composition("Yes" if says else "No", (Quote(told.passage, told.span),))


def _says(question: Question, told: Told, outcomes: Collection[str]) -> bool | None:
    """Whether a sentence says that it befell those asked for; None when it does not speak of that."""
    named = [i for i, name in enumerate(question.names) if country_of(name)]
    verdict: bool | None = None
    subject = fold(told.text)
    of_them = not named or any(holds(subject, form) for i in named for form in forms_of(question, i))
    asked = {str(m.lastgroup) for m in PERSON.finditer(question.query)} - {"person", "men"}
    for clause in _CLAUSE.split(told.text):
        if not any(m.lastgroup in outcomes for m in OUTCOME.finditer(clause)):
            continue
        if _negated(clause):
            verdict = False if of_them else verdict
            continue
        about = not named or any(holds(fold(clause), form) for i in named for form in forms_of(question, i))
        measures = [Measure(frozenset(asked & set(PERSONS)), outcome) for outcome in outcomes]
        counted = any(m.accepts(f) and f.value > 0 for m in measures for f in find_figures(clause))
        if about and counted:
            verdict = True
    return verdict
