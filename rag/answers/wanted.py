"""What a question wants to be told (a name, a group, a number of somebody, a day), and whether a sentence tells it.

A sentence about the right event often lacks the very thing asked for: nobody claimed the mine, the officer has no name, the dead
that are counted are soldiers where the question asks about attackers. Rules of language only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answers.deeds import is_past
from rag.answers.evidence import FEATURES, ScoredSentence
from rag.answers.figures import OUTCOME, PERSON, PERSONS, counted_stems, find_figures
from rag.answers.measures import Measure, asked_measure, counted_things, fits, is_of_others
from rag.answers.spans import ACTOR, NUMBER, QUANTITY
from rag.answers.times.clock import HOUR, WEEKDAY
from rag.answers.value import find_value
from rag.answers.words import content_words, stem, told
from rag.reports.names import country_of, find_names, fold
from rag.search.kinds import AUXILIARIES, asks_hour, asks_weekday
from rag.types import Question, Span

_TYPED, _MARGIN = FEATURES.index("typed"), FEATURES.index("margin")
_OTHER_THINGS = re.compile(r"\b(?:what|which|how|nationalit(?:y|ies))\b", re.IGNORECASE)
_TITLES = frozenset("man woman chief head governor leader driver captain colonel major general sergeant minister mayor".split())
_ASKS_NAME = re.compile(
    r"\bnames?\s+of\b|\bwhat\s+(?:is|was|were|are)\s+(?:\w+\s+){0,3}(?:names?|called)\b|\bnames?\s*\??$", re.IGNORECASE
)
_GROUP = r"(?:groups?|organi[sz]ations?|factions?|militias?|movements?|branch|network)"
_ASKS_GROUP = re.compile(
    rf"\b(?:which|what)\s+(?:\w+\s+){{0,2}}{_GROUP}\b|\bnames?\s+of\s+(?:the\s+|an?\s+)?(?:\w+\s+)?{_GROUP}\b", re.IGNORECASE
)
_ASKS_PLACE = re.compile(
    r"\bnames?\s+of\s+(?:the\s+|an?\s+)?(?:\w+\s+)?(?:village|town|city|place|district|region|province|quarter|country|island|river|"
    r"camp|base|street)s?\b(?!['’]s|\s+(?!that|which|where|in|of|near|on|at|was|were|is|are|he|she|it|they)\w)",
    re.IGNORECASE,
)
_ASKS_AGENT = re.compile(r"\b(?:who|whose|whom)\b", re.IGNORECASE)
_HOW_MANY = re.compile(
    rf"\bhow\s+many\s+(?!(?:{AUXILIARIES})\b)(?:of\s+)?(?:the\s+|these\s+|those\s+)?(?P<noun>[^,.;?]{{1,60}}?)(?=\s+(?:was|were|is|are|did|do|does|has|have|had|"
    r"can|could|will|would|in|at|on|by|from|died|fell|killed|took|of)\b|[,.;?]|$)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\b(?:dead|killed|wounded|injured|hurt|toll|casualties|losses|deaths|fatalities|number|turnout|share|size)\b", re.IGNORECASE
)
_REASON = re.compile(
    r"\b(?:because|since|due to|owing to|in order to|so that|as a result|in (?:revenge|retaliation|response|protest|exchange)|"
    r"reasons?|meant to|aims?|wants?|wanted|punish\w*|for (?:having|fear)|over)\b",
    re.IGNORECASE,
)
_LOCATIVE = re.compile(
    r"\b(?:in|at|near|from|to|outside|around|between|towards?|into|on)\s+(?:the\s+)?(?:(?:town|village|city|region|district|"
    r"province|camp|north|south|east|west|center|centre)\w*\s+(?:of\s+)?)?\(?$",
    re.IGNORECASE,
)
_ASKS_PATIENT = re.compile(
    rf"\b(?:who|(?:which|what)\s+(?:\w+\s+){{0,2}}{_GROUP})\s+(?:was|were|is|are|has\s+been|had\s+been|got)\b", re.IGNORECASE
)
_PATIENT = re.compile(r"(?:\s[\w-]+){0,3}\s(?:was|were|been|being)\s(?:\w+\s)?\w+(?:ed|en|it|ck|ot|lt|ht)\b")
"""What follows a name that things are done to: "(a UN) patrol was attacked"."""


_MEASURE = re.compile(
    r"(?P<age>\bhow\s+(?:many\s+years\s+)?old\b|\bwhat\s+age\b|\bage\s+of\b)|(?P<time>\bhow\s+long\b(?!\s+(?:is|was|were|are)\s+the\b)|"
    r"\bduration\s+of\b|\bhow\s+many\s+(?:more\s+|whole\s+|full\s+)?(?:seconds|minutes|hours|days|nights|weeks|months|years)\b)|"
    r"(?P<distance>\bhow\s+far\s+(?:is|was|are|were|from|away|apart|outside)\b|\bdistance\s+(?:between|to|from)\b)|"
    r"(?P<money>(?:^|\b(?:how\s+(?:much|high|large|big)|what)\b(?:\s+\w+){0,4}?\s+)(?:ransom|price|salary|wages?|fee|money)\b"
    r"(?!\s+(?:demand|rise|fall|mean|do|did|does)\b))",
    re.IGNORECASE,
)
"""Questions for a measure that is told with a unit; "how far did they go" and "how long was the list" ask for others as well."""

_MEASURES = {
    "age": "age",
    "time": "length of time",
    "distance": "distance",
    "money": "sum of money",
    "hour": "time of day",
    "weekday": "weekday",
}
_UNITS = {
    "hour": HOUR,
    "age": re.compile(
        r"\baged?\b|\d-year|\byears?(?:\s+|-)old\b|\b(?:born|birthday|teenagers?|in\s+(?:his|her|their)\s+\w+ties)\b",
        re.IGNORECASE,
    ),
    "time": re.compile(
        r"\b(?:seconds?|minutes?|hours?|days?|nights?|weeks?|weekends?|fortnights?|months?|years?|decades?|centur(?:y|ies)|since|"
        r"until|till|overnight)\b|\bfrom\b.*\bto\b|\bbetween\b.*\band\b",
        re.IGNORECASE,
    ),
    "money": re.compile(
        r"[$€£¥]|\b(?:dollars?|euros?|francs?|pounds?|cfa|millions?|billions?|thousands?|money|sum|paid|pays?|payments?|unpaid|free)\b",
        re.IGNORECASE,
    ),
    "distance": re.compile(
        r"(?:\b|(?<=\d))(?:km|kilomet(?:er|re)s?|met(?:er|re)s?|miles?|yards?|feet|hours?|days?|walk|drive)\b", re.IGNORECASE
    ),
}


@dataclass(frozen=True, slots=True)
class Want:
    """What a question wants.

    Attributes:
        kind: "name", "group", "doer", "number", "day", "place", "reason" or "" for anything else.
        of_person: Whether the name wanted is a person's.
        measure: Who a number counts and what befell them; None when it counts things.
        noun: What a number counts, as the question writes it, or "".
    """

    kind: str
    of_person: bool = False
    measure: Measure | None = None
    noun: str = ""


def own_words(query: str) -> str:
    """A question without what its conversation adds in brackets at the end."""
    return re.sub(r"\s*\([^()]*\)\W*$", "", query) or query


@lru_cache(maxsize=512)
def wanted(query: str, kind: str) -> Want:
    """What a question wants.

    Args:
        query: The question made whole.
        kind: Of ``rag.search.kinds.question_kind``.

    Returns:
        What it wants.
    """
    last = own_words(query)
    if _ASKS_GROUP.search(last):
        return Want("group")
    if _ASKS_PLACE.search(last):
        return Want("place")
    if _ASKS_NAME.search(last):
        is_person = PERSON.search(last) or re.match(r"\W*who\b", last, re.IGNORECASE)
        return Want("name", of_person=bool(is_person) or any(fold(w) in _TITLES for w in last.split()))
    if kind == "how_many" or (kind == "what" and not _OTHER_THINGS.search(last) and _COUNTED.search(last)):
        return _number_want(last)
    if kind == "how_much":
        return Want("number")
    if kind == "who" or (kind == "list" and _ASKS_AGENT.search(last)):
        return Want("doer")
    return Want({"when": "day", "where": "place", "why": "reason"}.get(kind, ""))


def _number_want(query: str) -> Want:
    if things := counted_things(query):
        return Want("number", measure=asked_measure(query), noun=things)
    match = _HOW_MANY.search(query)
    noun = ""
    for word in (match["noun"][w.start : w.end] for w in content_words(match["noun"])) if match else ():
        if OUTCOME.fullmatch(word) or (noun and is_past(word)):
            break
        if is_past(word):
            continue  # "armed men"
        noun = word
    return Want("number", measure=asked_measure(query), noun=noun)


def filled(question: Question, want: Want, sentence: ScoredSentence) -> float:
    """How well a sentence tells what is wanted, judged by the short answer it would give.

    Args:
        question: As understood.
        want: Of the question.
        sentence: That may answer.

    Returns:
        1 when the right sort of thing is there, 0.5 when it may be, 0 when it is not, -1 when another is in its place (another
        role's number).
    """
    if want.kind == "number":
        return _fill_number(question, want, sentence)
    if want.kind in ("name", "group", "doer"):
        return _fill_name(question, want, sentence)
    if want.kind == "reason":
        return 1.0 if _REASON.search(sentence.text) else 0.5
    if want.kind in ("day", "place"):
        return max(0.0, sentence.features[_TYPED])
    return 0.5


def with_unit(question: Question, sentences: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """The sentences that may tell an age, a length of time, a distance, a sum of money, an hour or a weekday that is asked for.

    Args:
        question: As understood.
        sentences: Most probable first.

    Returns:
        Those with such a unit, or with a number that counts nobody where the reader points ("Orr, 67, was shot"), in their order;
        all where the question asks for something else.
    """
    asked = _asked_unit(question)
    if asked is None:
        return list(sentences)
    if asked == "weekday":
        return [s for s in sentences if WEEKDAY.search(s.text) or _tells_day(s)]
    return [s for s in sentences if _UNITS[asked].search(s.text) or (asked != "hour" and _reads_number(s))]


def _tells_day(sentence: ScoredSentence) -> bool:
    """Whether a sentence dates its event to a day, itself or by its entry."""
    passage = sentence.retrieved.passage
    own = passage.dates_in(sentence.span)
    return any(d.range.is_day for d in own) if own else passage.on is not None and passage.on.is_day


def _asked_unit(question: Question) -> str | None:
    words = own_words(question.query)
    if question.kind == "when":
        return "hour" if asks_hour(words) else "weekday" if asks_weekday(words) else None
    asked = _MEASURE.search(words)
    return str(asked.lastgroup) if asked else None


def _reads_number(sentence: ScoredSentence) -> bool:
    """Whether the reader points at a number that is said neither of persons nor of a day."""
    if sentence.read is None:
        return False
    start, end = sentence.read.start - sentence.span.start, sentence.read.end - sentence.span.start
    of_persons = [f for f in find_figures(sentence.text, sentence.dates) if f.counted in PERSONS or f.outcome]
    return any(
        n.start() < end and start < n.end() and not any(f.start < n.end() and n.start() < f.end for f in of_persons)
        for n in _numbers(sentence)
    )


def lacking(question: Question, sentences: Sequence[ScoredSentence]) -> str:
    """What a passage lacks of what a question wants, told of the passage; "" when something in it may be meant.

    Args:
        question: As understood.
        sentences: All of the passage.

    Returns:
        "gives no name that could be meant", "gives no number of attackers" and the like, or "".
    """
    want = wanted(question.query, question.kind)
    if (unit := _asked_unit(question)) and not with_unit(question, sentences):
        return f"gives no {_MEASURES[unit]}"
    if want.kind == "number" and want.noun:
        fitting = any(_fits(want, s, *m.span()) > 0 for s in sentences for m in _numbers(s))
        return "" if fitting else f"gives no number of {want.noun}"
    if want.kind not in ("name", "group", "doer") or any(s.features[_MARGIN] > 0 for s in sentences):
        return ""  # where the reader sees an answer, who it is may well be told
    asked = {w.stem for w in content_words(question.query)}
    for s in sentences:
        if any(_can_answer(question, want, s, s.text, n.start, n.end) for n in find_names(s.text)):
            return ""
        if want.kind == "doer" and any(not {w.stem for w in content_words(m.group())} <= asked for m in ACTOR.finditer(s.text)):
            return ""
    return {"name": "gives no name that could be meant", "group": "names no group", "doer": "does not say who"}[want.kind]


def _answer_span(question: Question, sentence: ScoredSentence) -> Span | None:
    value = find_value(question, sentence)
    return value.span or sentence.read or (sentence.candidate.span if sentence.candidate else None)


def _fill_name(question: Question, want: Want, sentence: ScoredSentence) -> float:
    text, base = sentence.text, sentence.span.start
    span = _answer_span(question, sentence)
    names = [n for n in find_names(text) if _can_answer(question, want, sentence, text, n.start, n.end)]
    within = [n for n in find_names(text) if span and n.start + base < span.end and span.start < n.end + base]
    # "Sanne, once of the guard": the first name is the answer, the others describe it.
    if within and within[0] in names:
        return 1.0
    if want.kind == "doer":
        actors = [m for m in ACTOR.finditer(text) if span and m.start() + base < span.end and span.start < m.end() + base]
        asked = {w.stem for w in content_words(question.query)}
        if any(not {w.stem for w in content_words(m.group())} <= asked for m in actors):
            return 0.5
    return 0.3 if names and want.kind != "group" else 0.0


def _can_answer(question: Question, want: Want, sentence: ScoredSentence, text: str, start: int, end: int) -> bool:
    """Whether a name in a sentence may be the one asked for: new, no country, no place, no day."""
    name = text[start:end]
    asked = {w.stem for w in content_words(question.query)}
    stems = {w.stem for w in content_words(name)}
    passage = sentence.retrieved.passage
    if not stems or len(stems & asked) > 0.5 * len(stems) or any(fold(name) in known for known in question.forms):
        return False
    if passage.place and fold(name) in fold(passage.place):
        return False
    if _PATIENT.match(text[end : end + 60]) and not _ASKS_PATIENT.search(own_words(question.query)):
        return False
    if country_of(name) and not (want.kind == "doer" and (after := text[end:].split()) and is_past(after[0])):
        return False
    first, last = sentence.span.start + start, sentence.span.start + end
    if any(d.start < last and first < d.end for d in passage.dates) or _LOCATIVE.search(text[:start]):
        return False
    # A word in capitals is a body's; people have more names than one.
    if want.of_person:
        return sum(word[0].isupper() for word in name.split()) > 1
    return want.kind != "name" or not name.replace(".", "").isupper()


def counts_others(question: Question, sentence: ScoredSentence) -> bool:
    """Whether a sentence would answer with a number of others, or of those whom something else befell, in so many words.

    Args:
        question: As understood.
        sentence: That would answer.

    Returns:
        False where the question asks for no such number.
    """
    want = wanted(question.query, question.kind)
    span = _answer_span(question, sentence) if want.kind == "number" and want.measure is not None else None
    if span is None or want.measure is None:
        return False
    base = sentence.span.start
    met = [f for f in find_figures(sentence.text, sentence.dates) if f.start < span.end - base and span.start - base < f.end]
    return bool(met) and all(is_of_others(want.measure, f, sentence.text) for f in met)


def _fill_number(question: Question, want: Want, sentence: ScoredSentence) -> float:
    span = _answer_span(question, sentence)
    text, base = sentence.text, sentence.span.start
    if span is None:
        return 0.0
    start, end = max(0, span.start - base), span.end - base
    if not NUMBER.search(text[start:end]):
        is_told = QUANTITY.search(text[start:end]) or re.search(r"\b(?:no|nobody|none)\b", text, re.IGNORECASE)
        return 0.5 if is_told else 0.0
    value = _fits(want, sentence, start, end)
    if value < 0 and any(
        _fits(want, sentence, *n.span()) == 1 for n in _numbers(sentence) if n.end() <= start or end <= n.start()
    ):
        return 0.5  # the sentence has the number too, only the short answer is another
    return value


def _fits(want: Want, sentence: ScoredSentence, start: int, end: int) -> float:
    """How a number of a sentence, by its place in the sentence, fits what is to be counted; -1 to 1."""
    if want.measure is not None:
        figures = [f for f in find_figures(sentence.text, sentence.dates) if f.start < end and start < f.end]
        return max((fits(want.measure, f, sentence.text) for f in figures), default=0.5)
    stems = counted_stems(sentence.text, start, end)
    if not want.noun or (noun := stem(want.noun)) in stems:
        return 1.0 if want.noun else 0.5
    if told(noun, sentence.text) > 0:
        return 0.5  # "minors" are counted where "children" are
    return -0.5 if noun in {w.stem for w in content_words(sentence.retrieved.passage.text)} else -1.0


def _numbers(sentence: ScoredSentence) -> Iterator[re.Match[str]]:
    """Numbers of a sentence that are no part of a date."""
    for match in NUMBER.finditer(sentence.text):
        if not any(start < match.end() and match.start() < end for start, end in sentence.dates):
            yield match
