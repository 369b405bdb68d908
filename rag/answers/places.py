"""Where something happened: the place in the sentence that answers, in a sentence before it, or that of the entry."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answers.evidence import ScoredSentence, Value, restates
from rag.answers.spans import is_place, opens_place
from rag.answers.words import content_words
from rag.reports.countries import country_of
from rag.reports.names import NameMention, find_names, fold
from rag.reports.number_words import SMALL
from rag.types import Question, Span

_OPENING = re.compile(
    r"[A-Z][a-z]+ \d{1,2}, \d{4}:\s+(?P<before>(?:In|Outside|Near|Close to|Not far from|(?:North|South|East|West)\w* of)\s"
    r"[^().;:]{1,60}?)\s*\((?P<place>[^()]{2,60})\)"
)
"""How an entry opens that says where or near what its place is: "In Ora (Karo)", "Outside Oldtown (Karo)"."""

_SITE = re.compile(r"\b(?:camps?|villages?|towns?|bases?|city|cities|hamlets?|posts?|wells?)\b", re.IGNORECASE)
_WIDER = re.compile(r"\b(?:which|what)\s+(?:[\w-]+\s+)?(?:regions?|parts?|areas?|sides?|directions?)\b", re.IGNORECASE)
"""A question for more than the place itself."""

_OF_MANY_PLACES = re.compile(r"\b(?:state|province|region|district|county|department|prefecture|governorate)\b", re.IGNORECASE)
_WHERE_FROM = re.compile(r"\bfrom\W*$", re.IGNORECASE)
_DIRECTION = re.compile(r"\b(?:north|south|east|west|center|centre|middle|coast|interior|border)", re.IGNORECASE)
_ASKS_COUNTRY = re.compile(r"\b(?:which|what)\s+(?:[\w-]+\s+)?(?:country|nation)\b", re.IGNORECASE)
_CHOICE = re.compile(r"\bor\b", re.IGNORECASE)
_PEOPLES = re.compile(r"\w+(?:ans?|ians?|ese|ish|ch|iens?|i|is)", re.IGNORECASE)
_THEIRS = re.compile(r"\s+[a-z]")
_LED = re.compile(
    r"(?:in|at|on|under|underneath|beneath|below|above|inside|outside|within|near|behind|between|among|along|off|beside|over|around|"
    r"across|aboard|against|by)\s",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"\W*(?:Also\s+|Farther\s+\w+\s+)?(?:At|In|Near|Outside|Around)\s+(?:the\s+)?(?:(?:town|village|city|region|camp)\s+of\s+)?$"
)
"""How a sentence opens that turns to another place: "At Oldtown, also in the north, ..."."""

_GOES_ON = re.compile(rf"\s*,|\s+(?:the|an?|there|some|several|many|most|at|on|\d+|{'|'.join(SMALL)})\b", re.IGNORECASE)
"""What follows a place that opens a sentence; "In Arabic radio messages" names none."""

_SPEAKS = re.compile(r"\b(?:said|says|spoke|told|announced|called|asked|urged|condemned|praised|warned|denied)\b", re.IGNORECASE)
_NO_PLACE = re.compile(r"(?:Operation|Exercise|Parliament|Congress|Christmas|Easter|Ramadan|Eid|Lent|Advent)\b")


def place_told(question: Question, sentence: ScoredSentence) -> Value | None:
    """The place in a sentence that the reader's words are not, or else the one the entry was at last.

    The reader may point at what can be no place ("ISX", "five"), at the question's own name, at what is less exact than the
    brackets that open the entry, or at no country where one is asked for.

    Args:
        question: As understood.
        sentence: An answering sentence.

    Returns:
        The place, in a sentence before this one where it stands there; None where the reader's words will do or none is told.
    """
    names, read = _names(sentence), sentence.read
    told = [n for n in names if _met(sentence, n, read)]
    # a sentence's first word is a name only where the passage has it elsewhere
    peoples = any(country_of(n.text) for n in told) or any(country_of(w) for w in _capitals(sentence, read))
    if _ASKS_COUNTRY.search(question.query):
        if peoples:
            return None
        if country := _country(question, sentence, names):
            return country
    if peoples and _WHERE_FROM.search(question.query):
        return None
    only_own = False
    if read is not None:
        at = read.start - sentence.span.start
        if _WIDER.search(question.query) and _DIRECTION.search(sentence.slice(read)):
            return None
        if exact := _exact_place(question, sentence, read):
            return exact
        only_own = bool(told) and _only_own(question, sentence, read, told)
        # the question's own place answers where the words after "at" are read, or one of two is asked for
        only_own = only_own and not is_place(sentence.text, at) and not _CHOICE.search(question.query)
        if not only_own and any(_may_be_place(sentence, n) for n in told):
            return None
    candidate = sentence.candidate
    if candidate is not None and not candidate.text.isupper() and not restates(question, candidate.text):
        met = [n for n in names if _met(sentence, n, candidate.span)]
        if not met or any(_may_be_place(sentence, n) for n in met):
            return Value(candidate.text, candidate.span)
    if read is not None and not only_own and (opens_place(sentence.text, at) or _LED.match(sentence.slice(read))):
        return None
    # where a sentence has a day of its own it may tell of another place; the day that opens an entry is the entry's
    return None if any(start > 0 for start, _ in sentence.dates) else _place_before(question, sentence)


def _capitals(sentence: ScoredSentence, read: Span | None) -> list[str]:
    return re.findall(r"[A-Z][\w’'-]+", sentence.slice(read)) if read is not None else []


def _names(sentence: ScoredSentence) -> list[NameMention]:
    """Names in a sentence, offsets in it; its first word is one where the passage has it elsewhere."""
    passage = sentence.retrieved.passage
    first, last = sentence.span.start - passage.start, sentence.span.end - passage.start
    return [
        NameMention(n.start - first, n.end - first, n.text)
        for n in find_names(passage.text)
        if first <= n.start and n.end <= last
    ]


def _only_own(question: Question, sentence: ScoredSentence, read: Span, names: Sequence[NameMention]) -> bool:
    """Whether words say nothing but names that the question gives: "north of Ora" says where in Ora."""
    first, last = read.start - sentence.span.start, read.end - sentence.span.start
    rest = [sentence.text[i] if all(not n.start <= i < n.end for n in names) else " " for i in range(first, last)]
    return all(restates(question, n.text) for n in names) and not content_words("".join(rest))


def _met(sentence: ScoredSentence, name: NameMention, span: Span | None) -> bool:
    start = sentence.span.start
    return span is not None and start + name.start < span.end and span.start < start + name.end


def _may_be_place(sentence: ScoredSentence, name: NameMention) -> bool:
    """Whether a name can be a place's: no people's before what is theirs ("the French base"), a short form in capitals only where
    it is a country's or stands as one."""
    if _is_people(name.text) and _THEIRS.match(sentence.text, name.end):
        return False
    return bool(country_of(name.text)) or not name.text.isupper() or opens_place(sentence.text, name.start)


def _is_people(name: str) -> bool:
    """Whether a name is a people's, not its country's: "French"."""
    country = country_of(name)
    return bool(country) and fold(country) != fold(name) and bool(_PEOPLES.fullmatch(name))


def _country(question: Question, sentence: ScoredSentence, names: Sequence[NameMention]) -> Value | None:
    """The only country of a sentence that the question does not name, where the reader points at none."""
    found = [n for n in names if country_of(n.text) and not _is_people(n.text) and not restates(question, n.text)]
    if not found:
        return None
    base, read = sentence.span.start, sentence.read
    if read is not None and opens_place(sentence.text, read.start - base):
        # "in a hotel in Chad", but "outside Kidal" says where without its country
        end = read.end - base
        beside = [
            n for n in found if n.start >= end and re.fullmatch(r"[\s,]+(?:in|of|into|to|from)\s+", sentence.text[end : n.start])
        ]
        if not beside and any(_met(sentence, n, read) for n in names):
            return None
        found = beside or found
    if len({country_of(n.text) for n in found}) != 1:
        return None
    return Value(found[0].text, Span(base + found[0].start, base + found[0].end))


def _exact_place(question: Question, sentence: ScoredSentence, read: Span) -> Value | None:
    """The place in brackets that opens an entry, where the reader points at what stands before it: "Outside Oldtown (Karo)"."""
    passage = sentence.retrieved.passage
    opening = _OPENING.match(sentence.text)
    if (
        opening is None
        or _SITE.search(opening["before"])
        or _OF_MANY_PLACES.search(opening["place"])
        or not passage.place
        or country_of(passage.place)
        or not opening["place"].startswith(passage.place)
        or _WIDER.search(question.query)
    ):
        return None
    start = sentence.span.start + opening.start("place")
    if not sentence.span.start + opening.start("before") <= read.start < read.end <= start or restates(question, passage.place):
        return None
    return Value(passage.place, Span(start, start + len(passage.place)))


def _place_before(question: Question, sentence: ScoredSentence) -> Value | None:
    """The place that a sentence before in the passage turns to, else the entry's, else any told; never the question's own."""
    passage = sentence.retrieved.passage
    told: list[tuple[bool, Value]] = []
    for span in reversed([s for s in passage.sentences if s.end <= sentence.span.start]):
        text = sentence.slice(span)
        for name in find_names(text):
            owner = text[name.end : name.end + 2] in ("'s", "’s")
            known = name.text.isupper() or _NO_PLACE.match(name.text) or country_of(name.text) or restates(question, name.text)
            if is_place(text, name.start) and not owner and not known:
                value = Value(name.text, Span(span.start + name.start, span.start + name.end))
                moved = _MOVED.match(text[: name.start]) and _GOES_ON.match(text, name.end) and not _SPEAKS.search(text)
                told.append((bool(moved), value))
    if turned_to := next((value for moved, value in told if moved), None):
        return turned_to
    place = passage.place
    if not place or fold(place) in fold(question.query):
        return next((value for _, value in told), None)
    at = passage.text.find(place)
    stands = any(s.start <= passage.start + at < s.end <= sentence.span.end for s in passage.sentences) if at >= 0 else False
    return Value(place, Span(passage.start + at, passage.start + at + len(place)) if stands else None)
