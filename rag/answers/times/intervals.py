"""How long it was from one event to another: the day of each is asked for by itself, and the days between are counted.

Where a sentence itself tells the length ("two days later") it stands, unless the days of both events go against it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.answers.figures import parse_number
from rag.answers.several.coordination import with_year
from rag.answers.several.parts import Part
from rag.answers.several.union import join_answers
from rag.answers.times.event_dates import AUXILIARY, Ask, asking, both_days, is_event, middle
from rag.reports.date_text import format_day, format_range
from rag.reports.dates import find_dates
from rag.search.terms import FUNCTION_WORDS
from rag.types import Answer, DateRange, Question, RetrievedPassage

_F = re.IGNORECASE
_UNITS = {"day": 1.0, "night": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.44, "year": 365.25}
"""Days of a unit; months and years by their mean."""

_NAMED_UNIT = "|".join(_UNITS)
_LED = rf"(?:how\s+(?:long|soon)|(?:how\s+(?:many|much)|number\s+of)\s+(?:more\s+)?(?P<unit>{_NAMED_UNIT})s?)"
_SINCE = re.compile(rf"^(?P<head>.*?)\b{_LED}\s+(?P<way>after|before)\s+(?P<rest>.+)$", _F)
_LAPSE = r"time(?:\s+(?:lapse|span|difference))?|interval|gap|delay|period|distance\s+in\s+time"
_BETWEEN = re.compile(
    rf"^(?P<head>.*?\b)?(?:{_LED}|(?<!\bin\sthe\s)(?<!\bduring\sthe\s)(?:(?P<bare>{_NAMED_UNIT})s|{_LAPSE}))\b"
    r"(?:\s+(?:exactly|about|roughly|is|are|was|were|has|had|did|it|there|that|been|be|takes?|took|taken|pass(?:ed)?|elapsed?|went|go|gone|by|"
    rf"lay|lies?|the|{_LAPSE}))*\s+(?:(?P<between>between)|from)\s+(?P<rest>.+)$",
    _F,
)
"""Nothing but the passing of time may stand before "between": a road, a war or a border is as long as it is."""

_DASHED = re.compile(
    rf"^(?:(?:(?P<unit>{_NAMED_UNIT})s|{_LAPSE})\s+(?:between|from)|time\s+(?:lapse|span|difference)|interval)\b\s*:?\s+"
    r"(?P<first>.+?)\s+[-–—]\s+(?P<second>.+)$",
    _F,
)
"""The two events of a search: "time lapse market fire - mayor's arrest"."""

_ORDINAL = re.compile(r"(?:the\s+)?(?:first|second|third|fourth|last)\b", _F)
_TIMED = re.compile(r"\b(?:time|interval|delay|pass(?:ed)?|elapsed?|how\s+(?:long|soon)\s+was\s+it\s+between)\b", _F)
_OWNED = re.compile(r"(?:the|an?|his|her|its|their|[\w-]+['’]s)\s", _F)
_THAT = re.compile(r"(?:that|those|the\s+one)\s+(?:of|at|in|on)\s", _F)
"""Stands for the noun of the side before it."""

_INVERTED = re.compile(r"\b(?:did|does|do)\b", _F)
_PARTICIPLE = re.compile(
    r"^\s+(?:(?:not|first|again|then|also|still|already|\w+ly)\s+)*(?:\w+(?:ed|en|own|ught|uck|ung)|hit|shot|found|held|sent|set|lost|left|"
    r"cut|won|told|made|put|led|slain|laid|paid|said|met|overrun|begun|over|been|being|in|at|on|by|to|under|near|dead)\b",
    _F,
)
"""What follows an auxiliary whose subject stands before it: "(they) were taken", "(the camp) was overrun"."""

_LENGTH = re.compile(
    rf"(?:\b(?:a\s+)?(?:little|just|some|about|around|nearly|almost|over|under|more|less|roughly|barely|only)\s+(?:than\s+|over\s+|under\s+)?)?"
    rf"\b(?P<n>[\w-]+(?:\s+and\s+a\s+half)?)\s+(?:(?:more|full|long|whole)\s+)?(?P<unit>hour|minute|{_NAMED_UNIT})s?\b",
    _F,
)
_NEXT = re.compile(
    r"\b(?:the\s+)?(?:next|following|same|previous)\s+(?:day|night|morning|week|month|year)\b|\bthe\s+day\s+(?:before|after)\b",
    _F,
)
_APART = re.compile(r"\s+(?:later|earlier|before|after|afterwards|beforehand)\b", _F)
_TOPIC = re.compile(r"(\S+(?:\s+\S+)*?)\s*[,;:–—-]\s*")
"""What a search says first that it is about."""

_CLOSE = 0.35
"""Share by which a length in words may miss the days counted ("a little over two weeks"), beside one unit."""

_WEEKS, _MONTHS = 70, 730
"""Days up to which a length is also said in weeks, in months; longer ones in years."""

_MOST_UNITS = 400
"""Nobody asks for more than so many days or weeks: years would be asked for; one of the two is another event."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Two events and the time between them.

    Attributes:
        start: The event counted from, as a question for its day, or a date.
        end: The other one.
        unit: "day", "week", "month" and so on, or "" where the question leaves it open.
        forward: Whether the other one is said to be later; None where nothing says which comes first.
    """

    start: str
    end: str
    unit: str
    forward: bool | None


def find_interval(query: str) -> Interval | None:
    """The interval a question asks for.

    Args:
        query: The question made whole.

    Returns:
        The interval, or None for any other question.
    """
    text = query.strip().rstrip("?!. ")
    if match := _SINCE.match(text):
        first, second = _split_clauses(match["rest"])
        head = re.sub(r"^(?:and|so|but)\s+|[,\s]+$", "", match["head"])
        if not second and head:
            first, second = match["rest"], head
    elif match := _BETWEEN.match(text):
        joint = r"\s+and\s+" if match["between"] else r",?\s+(?:up\s+)?(?:to|until|till)\s+"
        sides = re.split(joint, match["rest"], flags=_F)
        if len(sides) > 2:  # "the raid on A and B and the vote"
            sides = re.split(rf"{joint}(?=(?:the|an?|when)\s)", match["rest"], flags=_F)
        if len(sides) != 2:
            return None
        first, second = _sharing(sides[0], sides[1], match["rest"])
        # roads lead to a place, only time runs until, passes and is counted in days
        lead = text[: match.start("rest")]
        until = re.search(r"\s(?:until|till)\s", match["rest"], _F)
        timed = match["unit"] or match["bare"] or _TIMED.search(lead)
        about = _of(match["head"], first, second)
        if about:
            first, second = about
        elif not until and not all(is_event(s) or _THAT.match(s) or (timed and _OWNED.match(s)) for s in (first, second)):
            return None
    elif match := _DASHED.match(text):
        first, second = _sharing(match["first"], match["second"], text)
    else:
        return None
    if not _says_something(first) or not _says_something(second):
        return None
    unit = (match.groupdict().get("unit") or match.groupdict().get("bare") or "").lower()
    way = match.groupdict().get("way")
    return Interval(
        asking(first, second),
        asking(second, first),
        "day" if unit == "night" else unit,
        None if way is None else way.lower() == "after",
    )


def _split_clauses(text: str) -> tuple[str, str]:
    """ "the siege were rockets fired": the event counted from, and the question for the other, which opens with its verb."""
    for match in AUXILIARY.finditer(text):
        if match.start() and (_INVERTED.fullmatch(match[0]) or not _PARTICIPLE.match(text[match.end() :])):
            return text[: match.start()].strip(" ,"), text[match.start() :].strip()
    return text, ""


def _sharing(first: str, second: str, whole: str) -> tuple[str, str]:
    """Two sides of "and" with what only one of them says: the noun ("the first and second raid"), the year."""
    if _ORDINAL.fullmatch(first) and (ordinal := _ORDINAL.match(second)):
        first += second[ordinal.end() :]
    one, other = with_year(first, whole), with_year(second, whole)
    days = [d[0].range for side in (one, other) if (d := find_dates(side))]
    # "28 December to 3 January 2020": they are of two years
    return (one, other) if len(days) < 2 or days[0].start <= days[1].end else (first, second)


def _of(head: str | None, first: str, second: str) -> tuple[str, str] | None:
    """Two bare nouns with what was said before them: "the mill strike of 1911, time from vote to walk-out"; None otherwise."""
    topic = _TOPIC.fullmatch(head or "")
    bare = all(len(re.sub(r"^(?:the|an?)\s", "", side).split()) == 1 for side in (first, second))
    if topic is None or not bare or AUXILIARY.search(topic[1]) or not _says_something(topic[1]):
        return None
    return f"{first} ({topic[1]})", f"{second} ({topic[1]})"


def _says_something(text: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    return any(word not in FUNCTION_WORDS and word not in ("that", "this", "then", "happened", "happen") for word in words)


def tell_interval(
    question: Question, ask: Ask, direct: Callable[[], Answer], passages: Sequence[RetrievedPassage]
) -> Answer | None:
    """The length of time a question asks for.

    Args:
        question: As understood.
        ask: Answers the questions for the two days.
        direct: The answer to the question as it stands.
        passages: Retrieved for the question, best first, to be listed with the answer.

    Returns:
        The length with both days, each cited; the direct answer where it tells the length and the days do not go against it, or
        are less sure; None where the question asks for no interval or neither is found.
    """
    asked = find_interval(question.query)
    if asked is None:
        return None
    plain = direct()
    told = _told_length(plain)
    pair = both_days(asked.start, asked.end, asked.forward, ask, question.filters)
    if pair is None:
        return plain if told is not None else None
    first, second = pair
    days = abs(middle(second.on) - middle(first.on))
    length = _in_words(first.on, second.on, asked.unit)
    if told is not None and (told < 1 or abs(told - days) <= max(_CLOSE * days, 3.0)):
        return plain
    answers = [d.answer for d in (first, second) if d.answer is not None]
    if told is not None and answers and plain.confidence > min(a.confidence for a in answers):
        return plain  # days that go against it are only as good as the less sure of them
    if not length or not answers or days > _MOST_UNITS * _UNITS.get(asked.unit, _UNITS["year"]):
        return plain if told is not None else None
    earlier, later = sorted((first, second), key=lambda d: (d.on.start, d.on.end))
    joined = join_answers(question, [Part(""), Part("")][: len(answers)], answers, passages)
    return replace(
        joined,
        answer=f"{length}, from {format_range(earlier.on)} to {format_range(later.on)}: {joined.answer}",
        short_answer=length,
        reason=" ".join(["Counted from the days the reports give.", *_reported(answers)]),
    )


def _reported(answers: Sequence[Answer]) -> list[str]:
    return list(
        dict.fromkeys(
            f"{format_range(c.happened)} is as reported on {format_day(c.date)}."
            for a in answers
            for c in a.citations[:1]
            if c.happened and c.date
        )
    )


def _told_length(answer: Answer) -> float | None:
    """The length that an answer's short answer tells, in days; 0 for hours, a half for "the next day"; None for none."""
    if answer.abstained or not answer.citations:
        return None
    cited = answer.citations[0]
    marked = [s for n, s in answer.highlights if n == cited.number]
    for match in _LENGTH.finditer(cited.quote):
        start, end = cited.start + match.start(), cited.start + match.end()
        if not any(s.start < end and start < s.end for s in marked) and match[0].lower() not in answer.short_answer.lower():
            continue
        n = parse_number(match["n"])
        # hours are how long a thing lasted, unless they lie between two
        if n is not None and (match["unit"].lower() in _UNITS or _APART.match(cited.quote[match.end() :])):
            return n * _UNITS.get(match["unit"].lower(), 0.0)
    return 0.5 if _NEXT.search(answer.short_answer) else None


def _in_words(first: DateRange, second: DateRange, unit: str) -> str:
    """The time between two days or periods, as exact as both are, in the unit asked for; "" where they are too wide to tell."""
    earlier, later = sorted((first, second), key=middle)
    days = middle(later) - middle(earlier)
    slack = (earlier.days + later.days - 2) / 2
    if not slack:
        return _exact(round(days), unit)
    # a month and a day are told apart in months, not in days
    for name in ("week", "month", "year"):
        if (not unit or unit == name) and slack <= 0.75 * _UNITS[name] and days >= 1.5 * _UNITS[name]:
            return f"about {_counted(round(days / _UNITS[name]), name)}"
    return ""


def _exact(days: int, unit: str) -> str:
    if not days:
        return "the same day"
    if not unit or unit == "day":
        larger = "" if days < 14 or unit else "week" if days < _WEEKS else "month" if days < _MONTHS else "year"
        whole = _counted(days, "day")
        return f"{whole} (about {_counted(round(days / _UNITS[larger]), larger)})" if larger else whole
    n = days / _UNITS[unit]
    if n < 1:
        return _counted(days, "day")
    if days % _UNITS[unit] == 0:
        return _counted(round(n), unit)
    return f"about {_counted(round(n), unit)} ({_counted(days, 'day')})"


def _counted(n: int, unit: str) -> str:
    return f"{n:,} {unit}{'' if n == 1 else 's'}"
