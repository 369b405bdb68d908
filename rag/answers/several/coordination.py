"""Two circumstances of one question: "in the first round and in the run-off", "at A in May and a month later at B", "X versus Y".

Each becomes a question of its own: what stands before them is asked of each, and the day that only one of them names holds for
both. Rules of English alone.
"""

from __future__ import annotations

import re

from rag.reports.dates import find_dates
from rag.search.kinds import AUXILIARIES, OUTCOMES, QUESTION_WORD, question_kind
from rag.search.periods import dated_phrase, without_dates

_PREPOSITION = r"in|at|on|near|during|by|from|for|of|under|after|before|outside|around"
_LATER = r"(?:an?|one|two|three|some|several|\d+)\s+(?:days?|weeks?|months?|years?)\s+(?:later|before|earlier|after(?:wards)?)"
_JOINT = re.compile(
    rf"(?:,?\s+(?:and|versus|vs\.?|as\s+against|compared\s+(?:with|to)|but)\s+|,\s+(?=(?:then|later)\s))(?:(?:again|then|later|also|{_LATER}|how\s+many)\s+)*"
    rf"(?P<preposition>{_PREPOSITION})\s+(?=\w)",
    re.IGNORECASE,
)
VERSUS = r"(?:versus|vs\.?|as\s+against|compared\s+(?:with|to)|as\s+opposed\s+to)"
_AGAINST = re.compile(rf",?\s+{VERSUS}\s+(?=\w)", re.IGNORECASE)
_BOTH = re.compile(
    rf"\b(?P<preposition>{_PREPOSITION})\s+both\s+(?P<first>[^,?]+?)\s+and\s+(?P<second>[^,?]+?)(?=$|[,?]|\s(?:{_PREPOSITION})\s)",
    re.IGNORECASE,
)
_SUBJECTS = re.compile(
    r"\b(?P<first>(?:the\s+)?[\w'’-]+)\s+and\s+(?P<second>(?:the\s+)?[\w'’-]+(?:\s+(?-i:[A-Z])[\w'’-]+)*)", re.IGNORECASE
)
_DAYS = re.compile(r"\b(?:dates|days|years|months)\b", re.IGNORECASE)
_EACH = re.compile(r"\b(?:each(?!\s+other)|respectively|separately)\b", re.IGNORECASE)
_ONLY_SUBJECT = re.compile(
    r"\b(?:how\s+many|which|what|whose)\s+(?:[\w'’-]+\s+){0,3}?(?:[a-z]+s|people|men|women|children|troops|police)\s+$",
    re.IGNORECASE,
)
_VERB = re.compile(
    rf"^(?:(?!\b(?:that|which|who|where)\b).)*?(?P<tail>\s(?:{AUXILIARIES}|(?<!the\s)[a-z]{{2,}}ed)\b.*)$", re.IGNORECASE
)
_RANGE = re.compile(r"\b(?:between|from)\b[^,]*$", re.IGNORECASE)
_PLURAL_OPENS = re.compile(r"^\s*(?:[\w'’-]+\s+)?(?:[a-z]{2,}(?<!s)s|people|men|women|troops)\b", re.IGNORECASE)
_AUXILIARY = re.compile(rf"\b(?:{AUXILIARIES})\s+$", re.IGNORECASE)
_BEFELL = re.compile(
    rf"^\s*(?!(?:name|list|number|total|the|give)\b)(?:(?:[\w'’-]+\s+){{0,2}}[a-z]+(?:s|men|people|police|troops)\s+)?(?:{OUTCOMES})\s*$",
    re.IGNORECASE,
)
"""A search that opens with what is counted: "soldiers killed", "dead"."""

_MONTH = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b(?:\s+\d{1,2}\b)?",
    re.IGNORECASE,
)
_MONTH_LED = re.compile(
    r"(?:^|\b(?:in|of|on|during|since|until|by|the|that|this|early|late|mid|and|from|to|\d+)\s+)$", re.IGNORECASE
)
"""What may stand before a "may" or "march" that is a month."""

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_EDGES = " ,?."
_MEASURED = ("how_many", "how_much", "when", "where")
_ASKED = (*_MEASURED, "who", "what", "list")


def coordinated(query: str) -> list[tuple[str, str]]:
    """The questions that a question for two circumstances stands for.

    Args:
        query: As understood.

    Returns:
        Two questions, each with the circumstance that sets it apart; nothing where it asks for one.
    """
    kind = question_kind(query)
    if kind not in _ASKED:
        return []
    for found in (_joined(query), _against(query), _both(query) if kind in _MEASURED else [], _subjects(query, kind)):
        if found and all(label for _, label in found):
            return found
    return []


def _joined(query: str) -> list[tuple[str, str]]:
    for joint in _JOINT.finditer(query):
        left, rest = query[: joint.start()], query[joint.end() :]
        opening = _last(left, re.escape(joint["preposition"])) or _last(left, _PREPOSITION)
        if opening is None or QUESTION_WORD.match(rest) or _RANGE.search(left[max(0, opening.start() - 1) :]):
            return []
        if _opens_with_day(left[opening.start() :]) and not _opens_with_day(f"in {with_year(rest, query)}"):
            # "in A in 2019 and in B in 2020"
            opening = _last(left[: opening.start()], re.escape(joint["preposition"])) or opening
        head, first = left[: opening.start()], left[opening.start() :]
        if _ends_in_day(head) and _opens_with_day(first):
            return []  # "in 2016, in 2018 and in 2020": a run of days
        verb = _VERB.match(rest) if _ONLY_SUBJECT.search(head) else None
        tail = verb["tail"] if verb else ""
        return _pair(head, first, f"{joint['preposition']} {rest.removesuffix(tail)}", joint[0], tail.rstrip(_EDGES))
    return []


def _opens_with_day(text: str) -> bool:
    """Whether a preposition stands before a day."""
    days = find_dates(text)
    return bool(days) and re.fullmatch(r"\w+\s+(?:the\s+)?", text[: days[0].start]) is not None


def _ends_in_day(text: str) -> bool:
    days = find_dates(text)
    return bool(days) and text[days[-1].end :].strip() == ","


def _against(query: str) -> list[tuple[str, str]]:
    """Two things compared: two days, or what a preposition stands before; "by one, A versus B" compares who tells it."""
    joint = _AGAINST.search(query)
    if joint is None:
        return []
    left, rest = query[: joint.start()], with_year(query[joint.end() :], query)
    by_day = _first_day(left)
    days = find_dates(rest)
    if by_day is not None and not by_day[0] and (not days or rest[days[-1].end :].strip(_EDGES)):
        by_day = None  # "the May 2017 versus October 2017 raids"
    if by_day is not None and (_YEAR.match(rest) or (days and not days[0].start)):
        opening: re.Match[str] | None = by_day
    elif "," in without_dates(left):
        return []
    else:
        opening = _last(left, "in|at|on|near|during|by|for|under")
        if opening is not None and by_day is not None and opening.start() == by_day.start():
            opening = _last(left[: opening.start()], "in|at|on|near|during|by|for|under")
    if opening is None:
        return []
    return _pair(left[: opening.start()], left[opening.start() :], f"{opening[0].strip()} {rest}", joint[0])


def _both(query: str) -> list[tuple[str, str]]:
    match = _BOTH.search(query)
    if match is None:
        return []
    rest = query[match.end() :]
    return [
        (f"{query[: match.start()]}{match['preposition']} {match[n]}{rest}", match[n].strip(_EDGES)) for n in ("first", "second")
    ]


def _subjects(query: str, kind: str) -> list[tuple[str, str]]:
    """Two doers with a day of each ("on which dates did A and B sign"), or two of anything where each is asked for."""
    if not (kind == "when" and _DAYS.search(query)) and not _EACH.search(query):
        return []
    found = (m for m in _SUBJECTS.finditer(query) if not find_dates(m[0]) and not re.search(r"\d", m[0]))
    match = next((m for m in found if kind in _MEASURED or _AUXILIARY.search(query[: m.start()])), None)
    if match is None:
        return []
    asked = re.sub(r"\s{2,}", " ", _EACH.sub("", query))
    start = asked.find(match[0])
    if start < 0:
        return []
    singular = re.sub(r"\b(date|day|year|month)s\b", r"\1", asked[:start])
    return [(f"{singular}{match[n]}{asked[start + len(match[0]) :]}", match[n]) for n in ("first", "second")]


def _pair(head: str, first: str, second: str, joint: str, tail: str = "") -> list[tuple[str, str]]:
    """Two questions of one beginning; a day that only one circumstance tells holds for both, unless that was some time later.

    The tail is what is said of both after the second: "how many in A and in B" *were hurt*.
    """
    befell = _BEFELL.search(head)
    if len(head.split()) < 2 and not befell:
        return []
    first, second = (re.sub(r",?\s+(?:each|respectively|separately)\s*$", "", p.rstrip(_EDGES)) for p in (first, second))
    whole = f"{first} {second}{tail}"
    first, second = with_year(first.strip(_EDGES), whole), with_year(second.strip(_EDGES), whole)
    labels = [re.sub(rf"^(?:{_PREPOSITION})\s+(?:the\s+)?", "", p, flags=re.IGNORECASE) for p in (first, second)]
    if labels[0].lower() == labels[1].lower():
        labels = [first, second]  # "before 2018 and after 2018"
    own, others, before = find_dates(first), find_dates(second), find_dates(head)
    later = re.search(_LATER, joint, re.IGNORECASE)
    if others and not own and not before:
        first = f"{first} {dated_phrase(others[-1])}"
    elif own and not others and not later:
        second = f"{second} {dated_phrase(own[-1])}"
    if befell and not QUESTION_WORD.search(head):
        head = f"how many {head}"
    elif not QUESTION_WORD.search(head):
        # the reader knows questions best: "troops in A compared with B" counts, "the score in A and in B" asks what it was
        plural = _PLURAL_OPENS.match(head)
        head = f"{('how many' if _AGAINST.match(joint + 'x') else 'which') if plural else 'what was the'} {head}"
    return [(f"{head}{first}{tail}?", labels[0]), (f"{head}{second}{tail}?", labels[1])]


def with_year(phrase: str, whole: str) -> str:
    """A phrase with the year of the whole where it names a month alone: "on 15 October and on 20 October 2017".

    Args:
        phrase: A part of the whole.
        whole: With a year, or without.

    Returns:
        The phrase, dated where it can be.
    """
    year = _YEAR.search(whole)
    month = _MONTH.search(phrase)
    if year is None or month is None or _YEAR.search(phrase):
        return phrase
    if month[0] in ("may", "march") and not _MONTH_LED.search(phrase[: month.start()]):
        return phrase
    return f"{phrase[: month.end()]} {year[0]}{phrase[month.end() :]}"


def _last(text: str, preposition: str) -> re.Match[str] | None:
    found = list(re.finditer(rf"\b(?:{preposition})\s+(?=\w)", text, re.IGNORECASE))
    return found[-1] if found and found[-1].start() else None


def _first_day(text: str) -> re.Match[str] | None:
    """The preposition, if any, before the day that ends a text: "in Niger in February 2013" is compared by its day."""
    days = find_dates(text)
    if not days or text[days[-1].end :].strip():
        return None
    return re.search(rf"(?:\b(?:{_PREPOSITION})\s+(?:the\s+)?)?$", text[: days[-1].start], re.IGNORECASE)
