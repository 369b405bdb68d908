"""Yes or no: what a sentence says of what was asked, and of whether anybody was killed, hurt or taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from rag.answers.composition import Composition, Quote
from rag.answers.events import Told, tellings
from rag.answers.evidence import ScoredSentence
from rag.answers.figures import OUTCOME, PERSON, find_figures
from rag.answers.measures import Measure
from rag.answers.polarity import COMPARED, denied_stems, denies, opposed
from rag.answers.spans import NUMBER
from rag.answers.words import content_words, related, stem, told
from rag.reports.countries import country_of
from rag.reports.names import fold
from rag.search.terms import forms_of, holds
from rag.types import Passage, Question

_OPENING = re.compile(r"^(\W*(?:(?:and|but|so|then|well)\W+)?\w+)n['’]t\b", re.IGNORECASE)
"""An opening that only says which answer is hoped for: "wasn't it found" asks what "was it found" does."""

_CLAUSE = re.compile(r"[;:]|,(?!\s+without)|\b(?:and|but|while|which|that|because|since|although|though)\b", re.IGNORECASE)
_CASUALTIES = re.compile(r"\b(?:casualt(?:y|ies)|loss(?:es)?|victims)\b", re.IGNORECASE)
_NO_LOSSES = re.compile(r"\b(?:no|any|there|without|neither|nor)\s+(?:\w+\s+)?$", re.IGNORECASE)
"""What stands before an outcome that is a noun, and befell anyone: "any deaths", "no serious injuries"."""

_ANYONE = re.compile(r"\b(?:(?:any|some)(?:one|body)|(?:nobody|no\s+one|none)(?!\s+else))\b", re.IGNORECASE)
_OTHERS = re.compile(r"\b(?:else|others?|further|more)\b", re.IGNORECASE)
_NOBODY_IN_PARTICULAR = frozenset(("person", "men"))
_PASSIVE = re.compile(r"\b(?:was|were|is|are|be|been|being|get|gets|got)\b(?!.*\b(?:who|that|which)\b)", re.IGNORECASE)
_OF_THE_SUBJECT = re.compile(r"d(?:ie|y)\w*|dead|perished|missing", re.IGNORECASE)
_OF_PERSONS = re.compile(r"killed|died|slain|murdered|wounded|injured|hurt|kidnapped|abducted|arrested|detained", re.IGNORECASE)
"""What befalls persons, whoever is named: "the mayor was killed"; a fort too is taken, an election lost."""

_UNREAL = re.compile(r"\b(?:to|would|could|should|may|might|can|will)\s+(?:(?:be|been|get|have)\s+)*$", re.IGNORECASE)
_PLACING = "in|at|on|for|from|with|by|to"
_PHRASE_ENDS = re.compile(
    rf"[,;:.?!()]|\b(?:{_PLACING}|as|near|during|after|before|when|where|until|outside|around)\b", re.IGNORECASE
)
_AFTER_PREPOSITION = re.compile(rf"\b(?:of|{_PLACING}|over|after)\s+(?:(?:the|an?|his|her|its|their)\s+)?$", re.IGNORECASE)
_CIRCUMSTANCE = re.compile(
    rf"\b(?:of|{_PLACING})\s+(?:the|an?|this|that|these|those)\s+(?:(?!(?:of|{_PLACING})\b)[\w'’-]+\s*){{1,4}}", re.IGNORECASE
)
"""A noun after a preposition: it says where or of what, it is not what is asked about."""

_WHOLE = re.compile(r"\b(?:all|every|each|entire|whole|everybody|everyone|everything)\b", re.IGNORECASE)
_IN_PART = re.compile(
    r"\b(?:half|some|most|few|several|only\s+(?:a\s+)?part|(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+)(?:\s+[\w-]+)?\s+out)\s+"
    r"of\b|\bnot\s+all\b|\bpartly\b",
    re.IGNORECASE,
)
_RIGHT = re.compile(r"\b(?:right(?:ly)?|correct(?:ly)?|accurate(?:ly)?)\b", re.IGNORECASE)
_WRONG = re.compile(r"\b(?:wrong(?:ly)?|mistaken(?:ly)?|incorrect(?:ly)?|false(?:ly)?|untrue)\b", re.IGNORECASE)
_UNTRUE = re.compile(
    r"\b(?:reports?|claims?|rumou?rs?|news|stor(?:y|ies)|allegations?|announcements?)\b[^,;:]*?(?<!\bthat\s)(?<!\bwhich\s)"
    rf"\b(?:is|are|was|were|been|proved)\s+(?!\w+ly\b){_WRONG.pattern}",
    re.IGNORECASE,
)
_ALMOST = re.compile(r"\b(?:almost|nearly)\s+(\w+)", re.IGNORECASE)
_OF_HOW_MANY = re.compile(r"\b(?:both|most|half|majority|only|more|fewer)\b", re.IGNORECASE)
_FREED = re.compile(r"\b(?:freed|free|released?|let\s+go)\b", re.IGNORECASE)
_HELD = re.compile(r"\bstill\s+(?:being\s+)?(?:held|captive|hostages?|missing|prisoners?|in\s+captivity)\b", re.IGNORECASE)


def contradicts(query: str, text: str) -> bool:
    """Whether a sentence says no where the question asks for yes, or the other way round.

    Only the clauses that share most with the question count: "had eleven men and not twelve" says nothing of the planning.

    Args:
        query: The question.
        text: The sentence.

    Returns:
        Whether it denies what is asked, or states what the question denies ("did they not flee").
    """
    query = _OPENING.sub(r"\1", query)
    words = [w for w in content_words(query) if not query[w.start].isdigit()]
    asked = frozenset(w.stem for w in words)
    # where it happened need not be said again
    core = frozenset(w.stem for w in words if not query[w.start].isupper()) or asked
    clauses = [c for c in _CLAUSE.split(text) if c.strip()]
    shared = [sum(related(w.stem, asked) for w in content_words(clause)) for clause in clauses]
    best = max(shared, default=0.0)
    nearest = [clause for clause, share in zip(clauses, shared, strict=True) if share == best > 0]
    # a refusal that is asked about is no denial ("did the talks fail"), and "arrested without a warrant" states an arrest
    denied = {c: denies(c, refusing=True, but=asked) and not _states(c, core) for c in clauses}
    says_no = bool(nearest) and all(denied[c] for c in nearest)
    if not says_no:
        # "its own figure was 20, which was never confirmed": what is asked about is told with the negation only
        held, missed = (_met(asked, [c for c in clauses if denied[c] is no]) for no in (False, True))
        circumstances = frozenset(w.stem for m in _CIRCUMSTANCE.finditer(query) for w in content_words(m[0]))
        says_no = bool(missed - held - circumstances)
    says_no = says_no or bool(_WHOLE.search(query) and any(_IN_PART.search(c) and not _WHOLE.search(c) for c in nearest))
    says_no = says_no or any(opposed(query, clause, plainly=True) for clause in nearest)
    says_no = says_no or bool(_RIGHT.search(query) and _WRONG.search(text)) or bool(_FREED.search(query) and _HELD.search(text))
    says_no = says_no or bool(_UNTRUE.search(text) and not _WRONG.search(query))
    says_no = says_no or (not _ALMOST.search(query) and any(_only_almost(clause, text, asked) for clause in nearest))
    if denies(query):
        # "were any found that had not gone off" is turned only by a sentence that tells what did go off
        unsaid = denied_stems(text)[0]
        return not says_no and any(told(s, text) > 0 and not related(s, unsaid) for s in denied_stems(query)[0])
    return bool(nearest) and says_no


def _only_almost(clause: str, text: str, asked: frozenset[str]) -> bool:
    """Whether what is asked for is said to have nearly come about, and nowhere to have done so."""
    for match in _ALMOST.finditer(clause):
        done = frozenset([stem(match[1])])
        elsewhere = (w for w in content_words(text.replace(match[0], " ")))
        if related(stem(match[1]), asked) and not any(related(w.stem, done) for w in elsewhere):
            return True
    return False


def _states(clause: str, stems: frozenset[str]) -> bool:
    """Whether a clause states all of the stems and denies none."""
    denied, stated = denied_stems(clause)
    return all(related(s, stated) > 0 and not related(s, denied) for s in stems)


def _met(asked: frozenset[str], clauses: Sequence[str]) -> frozenset[str]:
    """Those of the stems that clauses hold in any wording."""
    held = frozenset(w.stem for clause in clauses for w in content_words(clause))
    return frozenset(stem for stem in asked if related(stem, held) > 0)


def asked_outcomes(question: Question) -> frozenset[str]:
    """The outcomes ("kill", "wound", ...) that a yes-or-no question asks about and says of persons.

    Args:
        question: As understood.

    Returns:
        The outcomes: none for "was nobody ...", for a number or a share ("were all ..."), for a thing that was lost or taken, and
        for one person by name or office, whom what befell others does not tell of.
    """
    query = _OPENING.sub(r"\1", question.query)
    for mention in question.dates:
        query = query.replace(mention.text, " ")  # the year of a raid counts nobody
    if question.kind != "yes_no" or denies(query) or _WHOLE.search(query) or _OF_HOW_MANY.search(query):
        return frozenset()
    if casualties := _CASUALTIES.search(query):
        return frozenset() if NUMBER.search(query[: casualties.start()]) else frozenset(("kill", "wound"))
    # "was anyone held for the death of ..." asks for no death
    asked = [m for m in _outcomes(query) if not _AFTER_PREPOSITION.search(query[: m.start()])]
    return frozenset(str(m.lastgroup) for m in asked if _sufferers(query, m) and not NUMBER.search(_whom(query, m)))


def _outcomes(text: str) -> list[re.Match[str]]:
    """Words for what befell persons; what is shot down is none."""
    return [m for m in OUTCOME.finditer(text) if not re.match(r"\s+down\b", text[m.end() :])]


def _whom(text: str, outcome: re.Match[str]) -> str:
    """Where a text says whom an outcome befell: after the verb, or before it where it is passive or takes nothing."""
    before, after = text[: outcome.start()], _PHRASE_ENDS.split(text[outcome.end() :], maxsplit=1)[0]
    first = _PASSIVE.search(before) or _OF_THE_SUBJECT.fullmatch(outcome[0]) or not content_words(after)
    return before if first else after


def _sufferers(text: str, outcome: re.Match[str]) -> frozenset[str]:
    """The classes of persons whom an outcome befell, "person" for anyone; empty where none of ``PERSONS`` is meant."""
    whom = _whom(text, outcome)
    found = frozenset(str(m.lastgroup) for m in PERSON.finditer(whom))
    anyone = _ANYONE.search(whom) or (not found and whom == text[: outcome.start()] and _NO_LOSSES.search(whom))
    return found | {"person"} if anyone else found


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
    for telling in tellings(question, passages, idf):
        says = _says(question, telling.text, outcomes)
        if says is not None:
            found.append((ranks.get((telling.passage.report_id, telling.span.start), len(scored)), says, telling))
    if not found:
        return None
    _, says, first = min(found, key=lambda f: (f[0], f[2].span.start))
    return Composition("Yes" if says else "No", (Quote(first.passage, first.span),))


def _says(question: Question, text: str, outcomes: Collection[str]) -> bool | None:
    """Whether a sentence says that it befell those asked for; None when it does not speak of that."""
    named = [i for i, name in enumerate(question.names) if country_of(name)]
    verdict: bool | None = None
    subject = fold(text)
    of_them = not named or any(holds(subject, form) for i in named for form in forms_of(question, i))
    classes = PERSON.finditer(question.query) if _CASUALTIES.search(question.query) else ()
    asked = frozenset(str(m.lastgroup) for m in classes).union(
        *(_sufferers(question.query, m) for m in _outcomes(question.query))
    )
    asked -= _NOBODY_IN_PARTICULAR
    measures = [Measure(asked, outcome) for outcome in outcomes]
    for clause in _CLAUSE.split(text):
        about = not named or any(holds(fold(clause), form) for i in named for form in forms_of(question, i))
        counted = any(m.accepts(f) and f.value > 0 for m in measures for f in find_figures(clause))
        denied = frozenset[str]() if COMPARED.search(clause) else denied_stems(clause)[0]
        for outcome in _outcomes(clause):
            if outcome.lastgroup not in outcomes:
                continue
            before = clause[: outcome.start()]
            if not denies(outcome[0]) and any(w.stem in denied for w in content_words(outcome[0])):
                them = frozenset(str(m.lastgroup) for m in PERSON.finditer(clause) if stem(m[0]) in denied)
                them = them or _sufferers(clause, outcome)
                meant = them & (asked | _NOBODY_IN_PARTICULAR) if them else (named and about) or not content_words(before)
                if of_them and meant and not _OTHERS.search(clause):
                    verdict = False
            elif about and not _UNREAL.search(before) and (counted or _befell(asked, clause, outcome)):
                verdict = True
    return verdict


def _befell(asked: frozenset[str], clause: str, outcome: re.Match[str]) -> bool:
    """Whether an outcome befell one of those asked for, or somebody where nobody in particular is."""
    them = _sufferers(clause, outcome)
    if asked or them:
        return bool(them & asked if asked else them - {"attacker"})
    return bool(_OF_PERSONS.fullmatch(outcome[0]) and content_words(clause[: outcome.start()] + clause[outcome.end() :]))
