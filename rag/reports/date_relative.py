"""Matchers of dates told from another date: "yesterday", "two weeks earlier", "last spring", "the end of that year".

As in ``rag.reports.date_absolute`` each looks at one position of a text and returns an ``Atom`` or None.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.reports.date_absolute import Matcher, bare_year, decade, month_year, season
from rag.reports.date_words import (
    MONTH,
    MONTHS,
    NUM,
    NUMBER_WORD,
    NUMBERS,
    S0,
    SEASONS,
    UNIT,
    UNITS,
    WEEKDAY,
    WEEKDAYS,
    Atom,
    B,
    S,
)

_F = re.IGNORECASE
_GOES_ON = "(?:an?|the|in|on|at|it|he|they|there|another|his|its|some|two|three|four|five|and|but|when)"
_THEN = rf"(?:{S}(?:that|then)(?={S0}[,.;:!?)]|{S0}\Z|{S}{_GOES_ON}{B}))"
_SHIFT = re.compile(
    rf"{NUM}[\s-]{{1,3}}(?:full{S})?{UNIT}{B}{S}(?P<way>ago|earlier|later|sooner|prior|previously|beforehand|afterwards?|before|after|hence|from{S}now"
    rf"|on(?={S0}[,.;:)])){B}(?:(?<=prior){S}to{B})?(?P<that>{_THEN})?",
    _F,
)
_NEXT = re.compile(
    rf"(?P<which>next|following|previous|preceding){S}(?P<unit>day|night|morning|evening|afternoon|week|month|year|weekend|quarter){B}",
    _F,
)
_BESIDE = re.compile(
    rf"(?P<unit>day|night|morning|week|month|year){S}(?P<way>before|after){B}(?P<that>{_THEN})?(?P<last>{S}yesterday)?", _F
)
_WEEK_OF = re.compile(rf"week{S}(?:of|beginning|starting)(?={S}(?:the{S})?[\w])", _F)
_DEICTIC = re.compile(rf"(?P<word>yesterday|tomorrow|tonight|today|last{S}night){B}", _F)
_LAST = re.compile(
    rf"(?P<which>last|this|next|past|coming){S}(?:(?P<inner>past|coming){S})?"
    rf"(?:(?P<unit>week|month|year|weekend|quarter|decade)|(?P<season>spring|summer|autumn|fall|winter)|{MONTH}|{WEEKDAY}){B}",
    _F,
)
_WINDOW = re.compile(rf"(?P<which>last|past|previous|next|coming){S}{NUM}[\s-]{{1,3}}{UNIT}{B}", _F)
_WITHIN = re.compile(rf"(?P<part>earlier|later){S}(?:in{S})?(?:the|this|that|last|the{S}same){S}(?P<unit>week|month|year){B}", _F)
_THE_UNIT = re.compile(
    rf"(?P<which>the{S}same|the{S}following|the{S}previous|the|that|this){S}(?P<unit>week|month|year|decade){B}", _F
)

_PART = re.compile(
    rf"(?P<part>early|late|mid|middle|beginning|start|end|close)(?P<of>{S}of|{S}in|){B}[\s-]{{1,3}}(?:the{S})?", _F
)
_NTH = re.compile(
    rf"(?P<nth>first|second|third|fourth|last|final|opening|closing)(?:{S}(?P<n>\d{{1,2}}|{NUMBER_WORD}))?{S}"
    rf"(?P<piece>half|quarter|week|day|month|third)(?P<plural>s)?{S}of{S}(?:the{S})?",
    _F,
)
_NTHS = {"first": 1, "opening": 1, "second": 2, "third": 3, "fourth": 4, "last": -1, "final": -1, "closing": -1}
_PARTS = {"middle": "mid", "beginning": "start", "close": "end"}
_BACK = ("ago", "earlier", "sooner", "prior", "previously", "beforehand", "before")


def _number(word: str) -> int:
    word = " ".join(word.lower().split())
    return int(word) if word.isdigit() else NUMBERS.get(word, 1)


def shift(text: str, pos: int) -> Atom | None:
    """Reads "two weeks ago", "a day later", "three days before that", "half a year earlier", "five months on"."""
    match = _SHIFT.match(text, pos)
    if not match or text[max(0, pos - 1) : pos] in tuple("-.,"):
        return None
    way, unit, number = match["way"].lower(), match["unit"].lower(), match["n"].lower()
    unit = UNITS.get(unit, unit)
    n = _number(number)
    if number.startswith("half"):
        unit, n = {"year": ("month", 6), "month": ("week", 2), "decade": ("year", 5), "week": ("day", 3)}.get(unit, ("", 0))
        if not unit:
            return None
    if re.match(rf"{S}than{B}", text[match.end() : match.end() + 8]):
        return None
    wants = way in ("before", "after", "prior") and not match["that"]
    step = -n if way in _BACK else n
    return Atom(
        pos,
        match.end(),
        "shift",
        step=step,
        unit=unit,
        deictic=way in ("ago", "hence") or way.startswith("from"),
        wants_date=wants,
    )


def next_unit(text: str, pos: int) -> Atom | None:
    """Reads "the next day", "the previous month", "next week"."""
    match = _NEXT.match(text, pos)
    if not match:
        return None
    unit, which = match["unit"].lower(), match["which"].lower()
    step = 1 if which in ("next", "following") else -1
    told = re.search(r"(?:^|\W)(the|that|its|their)\s{1,3}\Z", text[max(0, pos - 8) : pos], _F)
    start = told.start(1) - len(text[max(0, pos - 8) : pos]) + pos if told else pos
    deictic = which == "next" and not told and unit not in ("day", "morning", "night", "evening")
    if unit == "weekend" or unit == "quarter":
        return Atom(start, match.end(), "unit", step=step, unit=unit, deictic=deictic)
    if deictic or unit in ("month", "year"):
        return Atom(start, match.end(), "unit", step=step, unit=unit, deictic=deictic)
    return Atom(start, match.end(), "shift", step=step, unit=UNITS.get(unit, unit), deictic=deictic)


def week_of(text: str, pos: int) -> Atom | None:
    """Reads "the week of April 2, 2018", with the date still to come."""
    match = _WEEK_OF.match(text, pos)
    return Atom(pos, match.end(), "unit", unit="week", wants_date=True) if match else None


def beside(text: str, pos: int) -> Atom | None:
    """Reads "the day before", "the night after", "the day before yesterday"."""
    match = _BESIDE.match(text, pos)
    told = re.search(r"(?:^|\W)(the)\s{1,3}\Z", text[max(0, pos - 8) : pos], _F)
    if not match or not told:
        return None
    start = told.start(1) - len(text[max(0, pos - 8) : pos]) + pos
    unit, step = UNITS.get(match["unit"].lower(), match["unit"].lower()), -1 if match["way"].lower() == "before" else 1
    if match["last"]:
        return Atom(start, match.end(), "shift", step=-2, unit="day", deictic=True) if step < 0 and unit == "day" else None
    if unit in ("month", "year"):
        return Atom(start, match.end(), "unit", step=step, unit=unit, wants_date=not match["that"])
    if unit in ("week", "fortnight"):
        unit = f"the {unit}"
    return Atom(start, match.end(), "shift", step=step, unit=unit, wants_date=not match["that"])


def deictic(text: str, pos: int) -> Atom | None:
    """Reads "yesterday", "today", "tomorrow", "last night"."""
    match = _DEICTIC.match(text, pos)
    if not match:
        return None
    step = {"yesterday": -1, "tomorrow": 1}.get(match["word"].lower(), -1 if match["word"].lower().startswith("last") else 0)
    return Atom(pos, match.end(), "shift", step=step, unit="day", deictic=True)


def last_named(text: str, pos: int) -> Atom | None:
    """Reads "last week", "this month", "last spring", "this past March", "next Tuesday"."""
    match = _LAST.match(text, pos)
    if not match:
        return None
    which = (match["inner"] or match["which"]).lower()
    step = {"last": -1, "past": -1, "this": 0}.get(which, 1)
    end = match.end()
    if match["unit"]:
        told = re.search(r"(?:^|\W)the\s{1,3}\Z", text[max(0, pos - 8) : pos], _F)
        if step and (told or (match["inner"] and which == "past" and match["unit"].lower() != "weekend")):
            return Atom(pos, end, "window", step=step, unit=match["unit"].lower(), deictic=True)
        return Atom(pos, end, "unit", step=step, unit=match["unit"].lower(), deictic=True)
    if match["season"]:
        return Atom(pos, end, "season", month=SEASONS[match["season"].lower()], step=step, unit=which, deictic=True)
    if match["month"]:
        if match["month"] in ("may", "march") and re.match(rf"{S}(?:be|have|not|on){B}", text[end : end + 8]):
            return None
        return Atom(pos, end, "month", month=MONTHS[match["month"][:3].lower()], step=step, unit=which, deictic=True)
    return Atom(pos, end, "weekday", day=WEEKDAYS[match["weekday"][:3].lower()], step=step, unit=which, deictic=True)


def window(text: str, pos: int) -> Atom | None:
    """Reads "the last two weeks", "the past year"."""
    match = _WINDOW.match(text, pos)
    if not match or match["n"].lower().startswith(("a", "half")):
        return None
    step = _number(match["n"]) * (1 if match["which"].lower() in ("next", "coming") else -1)
    return Atom(pos, match.end(), "window", step=step, unit=UNITS.get(match["unit"].lower(), match["unit"].lower()), deictic=True)


def within(text: str, pos: int) -> Atom | None:
    """Reads "earlier this year", "later that month", "earlier in the week"."""
    match = _WITHIN.match(text, pos)
    if not match:
        return None
    words = match[0].lower().split()
    step = -1 if "last" in words else 0
    part = match["part"].lower() if step == 0 else ("early" if match["part"].lower() == "earlier" else "late")
    return Atom(
        pos,
        match.end(),
        "unit",
        step=step,
        unit=match["unit"].lower(),
        part=part,
        deictic="this" in words or "last" in words or "the" in words,
    )


def _the_unit(text: str, pos: int) -> Atom | None:
    match = _THE_UNIT.match(text, pos)
    if not match:
        return None
    which = match["which"].lower().split()[-1]
    step = {"following": 1, "previous": -1}.get(which, 0)
    return Atom(pos, match.end(), "unit", step=step, unit=match["unit"].lower(), deictic=which == "this")


def _month_core(text: str, pos: int) -> Atom | None:
    match = re.compile(MONTH, _F).match(text, pos)
    if not match or (len(match["month"].rstrip(".")) <= 4 and match["month"].lower() not in ("may", "june", "july")):
        return None
    return Atom(pos, match.end(), "month", month=MONTHS[match["month"][:3].lower()])


_CORES: tuple[Matcher, ...] = (month_year, _month_core, decade, bare_year, season, last_named, next_unit, _the_unit)


def part(text: str, pos: int) -> Atom | None:
    """Reads "late 2017", "mid-April", "the end of last year", "the first quarter of 2018", "the third week of January"."""
    if match := _PART.match(text, pos):
        name = match["part"].lower()
        of = match["of"].lower().strip()
        if name in ("middle", "beginning", "start", "end", "close") and of != "of":
            return None
        code = _PARTS.get(name, name)
    elif match := _NTH.match(text, pos):
        code = _piece(match)
        if not code:
            return None
    else:
        return None
    end = match.end()
    the = re.search(r"the\s{1,3}\Z", match[0], _F)
    for at in (end, end - len(the[0])) if the else (end,):
        for core in _CORES:
            if atom := core(text, at):
                return replace(atom, start=pos, part=code) if atom.end > end else None
    return None


def _piece(match: re.Match[str]) -> str:
    nth, piece = _NTHS[match["nth"].lower()], match["piece"].lower()
    if piece in ("day", "month"):
        n = _number(match["n"]) if match["n"] else 1
        if match["plural"] and not match["n"]:
            n = 5 if piece == "day" else 2
        return f"{piece}s:{n if nth > 0 else -n}" if abs(nth) == 1 else ""
    if piece == "week" and match["n"] and abs(nth) == 1:
        return f"days:{7 * nth * _number(match['n'])}"
    if match["n"] or match["plural"]:
        return ""
    if piece == "week":
        return f"w{nth}" if nth > 0 else "lastw"
    if piece == "third":
        return {1: "early", 2: "mid", 3: "late", -1: "late"}.get(nth, "")
    size = 2 if piece == "half" else 4
    number = nth if nth > 0 else size
    return f"{piece[0]}{number}" if number <= size else ""
