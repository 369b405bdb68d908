"""Short answers inside a sentence, by the kind of the question: dates, numbers, names, places, reasons.

Rules of language only: which expressions can answer a kind, and how near they stand to the question's own words. The trained
reader replaces the ranking, not the expressions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answers.words import content_words, related
from rag.reports.names import find_names, fold
from rag.reports.number_words import SMALL, TENS
from rag.types import DateMention, Passage, Question, Span

_SMALL = "|".join(word for word, value in SMALL.items() if value)
_TENS = "|".join(TENS)
_ROUND = "dozen|dozens|score|scores|hundred|hundreds|thousand|thousands|million|millions|billion|billions"
_SCALES = rf"(?:[\s-]+(?:{_ROUND}))*"
_BELOW_HUNDRED = rf"(?:(?:{_TENS})(?:[- ](?:{_SMALL}))?|{_SMALL})"
_AFTER_SCALE = "|".join(f"(?<={scale})" for scale in ("hundred", "thousand", "million", "billion"))
_WORD_NUMBER = (
    rf"(?:half\s+an?\s+(?:{_ROUND})|(?:{_BELOW_HUNDRED}|(?:an?\s+)?(?:few\s+|several\s+)?(?:{_ROUND})){_SCALES}"
    rf"(?:(?:{_AFTER_SCALE})(?:\s+and)?\s+{_BELOW_HUNDRED}{_SCALES}){{0,4}})"
)
_DIGITS = (
    r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:[\u00a0\u202f]\d{3}){1,3}(?!\d)|"
    r"\d+,\d{1,2}(?=\s?%|\s+(?:million|billion|percent|per\s+cent))|\d+(?:\.\d+)?)"
)
_FRACTION = (
    r"(?:\d/\d|(?:one|an?(?=\s\w+\s+of\b))[- ](?:third|quarter|fifth)|"
    rf"(?:{_SMALL})[- ](?:thirds|quarters|fifths|sixths|eighths|tenths))"
)
_CURRENCY = r"(?:(?:US)?[$€£]\s?)"
_AMOUNT = (
    rf"(?:{_CURRENCY}{_DIGITS}\s?m(?!\w)|"
    rf"{_CURRENCY}?(?:{_FRACTION}|{_DIGITS}|{_WORD_NUMBER})(?:\s+and\s+a\s+half)?(?:\s?%|\s?bn|[\s-]+(?:{_ROUND}|percent|per\s+cent))*)"
)
_QUALIFIER = (
    r"at\s+least|at\s+most|about|around|some|roughly|approximately|nearly|almost|over|under|up\s+to|more\s+than|fewer\s+than|less\s+than|"
    r"as\s+(?:many|few)\s+as|(?:no|(?<!\bor\s)not)\s+(?:more|fewer|less)\s+than|a\s+(?:minimum|maximum)\s+of|close\s+to|an\s+estimated|estimated"
)
_NO_DESIGNATION = "".join(
    rf"(?<!\b(?-i:{word})\s)"
    for word in "Flight Route Road Highway Article Section Chapter Resolution Phase Zone Sector Brigade Battalion Room".split()
)
"""What does not stand straight before a number that counts: "Flight 447" is a name, where "in Tera 30 men" counts men."""

NUMBER = re.compile(
    rf"(?<![\w.,-]){_NO_DESIGNATION}(?:between\s+(?P<low>{_AMOUNT})\s+and\s+(?P<high>{_AMOUNT})|"
    # "rose from 12 to 17" tells two numbers, "12 to 17" one
    rf"(?P<from>(?<=\bfrom\s))?(?:(?:{_QUALIFIER})\s+)?(?P<least>{_AMOUNT})"
    # of one form: "took 30 to two hospitals" tells two
    r"(?:(?:(?<=[a-z])(?=[-–\s\w]{2,5}?[a-z])|(?<=[\d%])(?=[-–\s\w]{1,5}?[$€£]?\d))"
    rf"(?:[-–]|\s+or\s+|(?(from)(?!)|\s+to\s+))(?P<most>{_AMOUNT}))?)"
    r"(?P<unit>(?<=\d)(?:km|m|cm|kg|ft|mph|kph)|"
    r"-(?:year|month|week|day|hour|minute|mile|kilomet(?:er|re)|met(?:er|re))s?(?:-(?:long|olds?))?)?"
    r"(?!\w)(?!-(?:year|day|man|month))(?:\s+or\s+(?:more|so|fewer|less)(?!\w))?",
    re.IGNORECASE,
)
"""A number with its qualifier; ``low`` and ``high``, or ``least`` and ``most``, end a range, ``unit`` is joined to it."""

INEXACT = re.compile(rf"\b(?:{_QUALIFIER})\s|\bor\s+(?:more|so|fewer|less)\b", re.IGNORECASE)
"""What says that a number is not exact."""

FRACTION = re.compile(rf"(?<!\w){_FRACTION}(?!\w)", re.IGNORECASE)
QUANTITY = re.compile(
    r"\b(?:no|none|nobody|every|each|once|twice|half|several|few|many|couple|pair|single)\b|"
    r"^\W*(?:(?:for|in|after|within|only|just|about|nearly|almost|over)\s+)*an?(?:\s+[\w-]+){1,2}\W*$",
    re.IGNORECASE,
)
"""Words that tell how many or how much without a number: "no soldiers", "a week", "every day"."""

UNIT = re.compile(
    r"\s+(?:kilomet(?:er|re)s?|km|met(?:er|re)s?|miles?|hours?|days?|weeks?|months?|years?|minutes?|tons?|tonnes?|kilograms?|kg|"
    r"(?-i:(?:[A-Z][\w.]*\s+){0,3})(?:dollars|euros|francs?|pounds|naira|dirhams?|dinars?)|percent|square\s+\w+)\b",
    re.IGNORECASE,
)
ACTOR = re.compile(
    r"\b(?:(?:the|an?|some|several|about|around|at\s+least|suspected|unknown|unidentified|armed|masked|local|pro-government|former|"
    rf"\d+|{_SMALL}|{_TENS}|dozens\s+of|hundreds\s+of|[A-Z][\w'’-]+)\s+){{0,4}}"
    r"(?:gunm[ae]n|militants?|terrorists?|fighters?|soldiers?|troops|rebels?|bandits?|police(?:m[ae]n)?|attackers?|bombers?|suspects?|men|wom[ae]n|"
    r"peacekeepers?|villagers?|herders?|farmers?|civilians?|forces?|army|gendarmes?|officers?|officials?|jihadis(?:ts?)?|insurgents?|militias?(?:m[ae]n)?|"
    r"groups?|tribesmen|smugglers?|hostages?|tourists?|residents?|workers?|students?|girls|children|commandos?|guards?|separatists?|hunters?)\b"
)
_PLACE_OPENING = re.compile(
    r"\b(?:in|near|at|outside|around|from|to|into|between|towards?|across|of|on|inside|leaving|entering|reached|"
    r"town|village|city|region|district|province|camp)\s+(?:the\s+)?(?:(?:town|village|city|region|district|province|camp|area|capital|border|north|south|east|west)\s+(?:of\s+)?)?$",
    re.IGNORECASE,
)
_LOCATIVE = re.compile(
    r"(?:(?:in|near|at|outside|around|along|between|behind|under|underneath|inside|within|on|onto|from|to|into|across|off|beside|over|"
    r"above|below|beneath|aboard|against)\s+(?:(?:the|an?|his|her|its|their|this|that|some)\b|(?-i:[A-Z]))|"
    r"(?:north|south|east|west|abroad|overseas|online|offshore|home|downtown|aboard|upstairs|underground)\b)",
    re.IGNORECASE,
)
_PLACED = re.compile(
    r"\b(?:in|at|near|outside|around)\s+(?:the\s+)?(?:(?:town|village|city|region|camp)\s+of\s+)?\(?$", re.IGNORECASE
)
_REASON = re.compile(
    r"\b(?:because(?:\s+of)?|due\s+to|owing\s+to|in\s+order\s+to|so\s+that|in\s+(?:revenge|retaliation|response|protest|exchange)\b|as\s+a\s+result\s+of|"
    r"to\s+(?=\w+\s)|since|as\s+(?=the|they|he|it)|over\s+(?=the|a)|for\s+(?=\w+ing\b)|after)",
    re.IGNORECASE,
)
_PASSIVE = re.compile(r"\b(?:was|were|been|being|is|are|got|be)\s+(?:\w+\s+){0,2}?$", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.;!?](?=\s|$)|\)\s*$")
_TRIM = " \t\n,;:.!?\"'“”‘’()[]"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible short answer: where it stands in the stored text, what is said, and how well it fits (higher is better)."""

    span: Span
    text: str
    fit: float


def candidates(question: Question, passage: Passage, sentence: Span) -> list[Candidate]:
    """Expressions of a sentence that can answer the question, best first.

    Args:
        question: As understood.
        passage: Where the sentence stands.
        sentence: Its span, stored-text offsets.

    Returns:
        Candidates inside the sentence; empty when it holds no expression of the kind asked for.
    """
    text = passage.text[sentence.start - passage.start : sentence.end - passage.start]
    dates = passage.dates_in(sentence)
    opening = _opening_length(text, dates, sentence.start)
    found = _EXTRACTORS.get(question.kind, _names)(
        question, text, [(d.start - sentence.start, d.end - sentence.start) for d in dates]
    )
    asked = frozenset(w.stem for w in content_words(question.query))
    anchors = [(w.start, w.end, related(w.stem, asked)) for w in content_words(text)]
    anchors = [a for a in anchors if a[2]]
    ranked = []
    for start, end, bonus in found:
        value = text[start:end]
        if start < opening and question.kind not in ("when", "where"):
            continue
        overlap = [w for w in content_words(value) if w.stem in asked]
        if question.kind in ("who", "what", "list", "where") and overlap and len(overlap) >= len(content_words(value)):
            continue
        nearness = sum(weight / (2.0 + _gap(start, end, a, b) / 6.0) for a, b, weight in anchors if not (a < end and b > start))
        ranked.append(Candidate(Span(sentence.start + start, sentence.start + end), value, nearness + bonus))
    return sorted(ranked, key=lambda c: (-c.fit, c.span.start))


def _gap(start: int, end: int, a: int, b: int) -> int:
    return max(a - end, start - b, 0)


def _opening_length(text: str, dates: Sequence[DateMention], base: int) -> int:
    """Length of the "April 6, 2018:" that opens an entry's first sentence; it dates the entry and answers only *when*."""
    if dates and dates[0].start == base:
        after = dates[0].end - base
        if text[after : after + 1] == ":":
            return after + 1
    return 0


Found = list[tuple[int, int, float]]


def _dates(question: Question, text: str, dates: Sequence[tuple[int, int]]) -> Found:
    asked = {fold(d.text) for d in question.dates}
    return [(a, b, 0.5) for a, b in dates if fold(text[a:b]) not in asked]


def _numbers(question: Question, text: str, dates: Sequence[tuple[int, int]]) -> Found:
    asked = frozenset(w.stem for w in content_words(question.query))
    found: Found = []
    for match in NUMBER.finditer(text):
        start, end = match.span()
        if any(a < end and start < b for a, b in dates) or (match.group().strip().lower() == "one" and not text[end:].strip()):
            continue
        following = content_words(text[end : end + 48])[:3]
        bonus = max((related(w.stem, asked) * (1.6 - 0.3 * i) for i, w in enumerate(following)), default=0.0)
        if question.kind == "how_much":
            unit = UNIT.match(text, end)
            end, bonus = unit.end() if unit else end, bonus + (0.6 if unit or match["unit"] else 0.0)
        elif match["unit"]:
            continue  # a 12-year-old girl is not twelve girls
        found.append((start, end, bonus))
    return found


def is_place(text: str, start: int) -> bool:
    """Whether what begins at a character of a sentence is said to be a place: "at Tera" names nobody."""
    return bool(_PLACED.search(text[:start]))


def opens_place(text: str, start: int) -> bool:
    """Whether what begins at a character of a sentence is led by, or leads with, a word like "in", "near" or "village"."""
    return bool(_PLACE_OPENING.search(text[:start]) or _LOCATIVE.match(text[start:]))


def _people(question: Question, text: str, dates: Sequence[tuple[int, int]]) -> Found:
    asked = frozenset(w.stem for w in content_words(question.query))
    verbs = [w for w in content_words(text) if related(w.stem, asked) and text[w.start].islower()]
    asks_object = bool(
        re.search(r"\bwho(?:m)?\s+(?:was|were|is|are|has been|have been|did|does|do)\b", question.query, re.IGNORECASE)
    )
    spans = [(n.start, n.end, 0.4) for n in find_names(text)]
    spans += [
        (m.start(), m.end(), 0.2) for m in ACTOR.finditer(text) if not any(a < m.end() and m.start() < b for a, b, _ in spans)
    ]
    found: Found = []
    for start, end, bonus in spans:
        if any(a < end and start < b for a, b in dates):
            continue
        if is_place(text, start):
            bonus -= 1.5
        for verb in verbs:
            passive = bool(_PASSIVE.search(text[: verb.start])) or text[verb.end :].lstrip().startswith("by ")
            before = end <= verb.start
            by_agent = bool(re.search(r"\bby\s+(?:the\s+)?$", text[:start])) and start > verb.start
            agent = by_agent or (before and not passive)
            nearness = 1.0 / (1.0 + _gap(start, end, verb.start, verb.end) / 12.0)
            bonus += nearness * (0.6 if agent != asks_object else -0.3)
        found.append((start, end, bonus))
    return found


def _places(question: Question, text: str, dates: Sequence[tuple[int, int]]) -> Found:
    found: Found = []
    for name in find_names(text):
        if any(a < name.end and name.start < b for a, b in dates):
            continue
        before = text[: name.start]
        bonus = 1.0 if _PLACE_OPENING.search(before) else 0.6 if before.endswith("(") else -0.5
        found.append((name.start, name.end, bonus))
    return found


def _reasons(question: Question, text: str, dates: Sequence[tuple[int, int]]) -> Found:
    found: Found = []
    for match in _REASON.finditer(text):
        stop = _CLAUSE_END.search(text, match.end())
        end = len(text[: stop.start() if stop else len(text)].rstrip(_TRIM))
        strong = match.group().lower().startswith(("because", "due", "owing", "in order", "so that", "in r", "as a result"))
        if end - match.start() > 8:
            found.append((match.start(), end, 2.0 if strong else 0.3 if match.group().lower().startswith("to") else 0.0))
    return found


def _names(question: Question, text: str, dates: Sequence[tuple[int, int]]) -> Found:
    return [(n.start, n.end, 0.2) for n in find_names(text) if not any(a < n.end and n.start < b for a, b in dates)]


_EXTRACTORS = {
    "when": _dates,
    "how_many": _numbers,
    "how_much": _numbers,
    "who": _people,
    "list": _people,
    "where": _places,
    "why": _reasons,
}
