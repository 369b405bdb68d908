"""Matchers of calendar dates: days, months, years, seasons, decades, whole or in part, with or without a year.

Each matcher looks at one position of a text and returns an ``Atom`` or None; ``rag.reports.dates`` decides where they look.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.reports.date_context import (
    AND_MONTH,
    COUNTED,
    DATED,
    FUNCTION_WORD,
    LOWER_WORD,
    MODAL,
    NOT_A_DAY_AFTER,
    NOT_A_MONTH_BEFORE,
    NOT_A_YEAR_BEFORE,
    ON,
    ORDINAL_BEFORE,
    PERIOD,
    PLAINLY_DATED,
    SEASONAL,
    SPRING,
    STRONG,
    THE_BEFORE,
    THIS,
    TO_DATED_MONTH,
    TO_YEAR,
    YEAR_BEFORE,
    behind,
    glued,
)
from rag.reports.date_words import DAY, MONTH, MONTHS, NOT_MORE_DIGITS, S0, SEASONS, WEEKDAY, WEEKDAYS, YEAR, Atom, B, S, has_day

Matcher = Callable[[str, int], Atom | None]

_F = re.IGNORECASE
_D = rf"(?P<day>{DAY})(?P<ordinal>st|nd|rd|th)?{NOT_MORE_DIGITS}{B}"
_JOIN = rf"(?:\s{{0,2}}[-–—/]\s{{0,2}}|{S}(?P<word>to|and|or|through|until|till|into){S}(?:the{S})?)"
_MORE = rf"(?P<more>(?:,{S0}{DAY}(?:st|nd|rd|th)?{NOT_MORE_DIGITS}{B}){{1,5}},?)?"
_SECOND = rf"{_MORE}{_JOIN}(?P<last>{DAY})(?P<ordinal2>st|nd|rd|th)?{NOT_MORE_DIGITS}{B}"
_D2 = rf"(?:{_SECOND}(?!{S0}{MONTH.replace('?P<month>', '?:')}))?"
_SEP = rf"(?:{S0},{S0}|{S})"
_THAT = rf"(?:{S}(?:of{S})?(?P<that>that|the{S}same|this|last|the{S}previous|the{S}following){S}year)"
_OF_YEAR = rf"(?:(?:{_SEP}(?:of{S}|in{S})?){YEAR}|{_THAT})?"

_MONTH_DAY = re.compile(rf"{MONTH}{S}(?:the{S})?{_D}{_D2}{_OF_YEAR}", _F)
_MONTH_ONE_DAY = re.compile(rf"{MONTH}{S}(?:the{S})?{_D}", _F)
_DAY_MONTH = re.compile(
    rf"{_D}(?:{_SECOND})?[\s-]{{1,3}}(?:of{S})?{MONTH}(?:-{YEAR.replace('?P<year>', '?P<dashed>')}|){_OF_YEAR}", _F
)
_MONTH_YEAR = re.compile(rf"{MONTH}(?:(?:{_SEP}(?:of{S}|in{S})?){YEAR}|{_THAT})", _F)
_MONTH_ONLY = re.compile(MONTH, _F)
_ISO = re.compile(
    r"(?P<year>(?:19|20)\d\d)([-/.])(?P<month>0?[1-9]|1[0-2])\2(?P<day>0?[1-9]|[12]\d|3[01])(?!\d|-\d)(?![^\W\dTt_])"
)
_ISO_MONTH = re.compile(r"(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])(?![\d-])")
_NUMERIC = re.compile(r"(?P<a>0?[1-9]|[12]\d|3[01])([-/.])(?P<b>0?[1-9]|[12]\d|3[01])\2(?P<year>(?:19|20)\d\d)(?!\d|[-/]\d)")
_YEAR = re.compile(YEAR, _F)
_YEARS = re.compile(r"(?P<year>(?:19|20)\d\d)\s?[-–/]\s?(?P<last>(?:(?:19|20)\d\d|\d\d))(?![\d-]|[.,]\d|%)")
_DECADE = re.compile(r"(?P<year>(?:19|20)\d0)['’]?s(?![^\W_])", _F)
_SEASON = re.compile(rf"(?P<season>spring|summer|autumn|fall|winter){B}(?:(?:{_SEP}(?:of{S})?){YEAR}|{_THAT})?", _F)
_ORDINAL = re.compile(
    rf"(?P<day>{DAY})(?P<ordinal>st|nd|rd|th){B}(?:{_JOIN}(?P<last>{DAY})(?:st|nd|rd|th){B})?"
    rf"(?:{S}of{S}(?P<month>(?:that|the|this|the{S}same){S}month))?",
    _F,
)
_Q = "(?:q[1-4]|h[12])"
_QUARTER = re.compile(
    rf"(?P<q>{_Q})(?P<more>(?:(?:{S0},|{S0}[-–—/]|{S}(?:and|or|to|through)){S0}{_Q}){{0,3}})(?:{_SEP}(?:of{S})?|[-/]){YEAR}", _F
)
_YEAR_QUARTER = re.compile(rf"{YEAR}(?:{_SEP}|[-/])(?P<q>{_Q}){B}", _F)
_WEEKDAY = re.compile(rf"{WEEKDAY}(?:,?{S}(?:the{S}|on{S})?)?", _F)

_THAT_YEAR = {"that": 0, "same": 0, "this": 0, "last": -1, "previous": -1, "following": 1}


def _listed(match: re.Match[str]) -> bool:
    """Whether the days of "5, 6 and 7" stand in their order, as days do and counts need not."""
    days = [int(day) for day in re.findall(r"\d+", f"{match['day']} {match['more'] or ''} {match['last'] or ''}")]
    return match["more"] is None or (match["word"] is not None and days == sorted(set(days)))


def _that(match: re.Match[str]) -> tuple[int, str, bool] | None:
    """(step, unit, deictic) of "of that year", or None."""
    words = (match.group("that") or "").lower().split()
    return (_THAT_YEAR[words[-1]], "year", words[-1] in ("this", "last")) if words else None


def _atom(match: re.Match[str], sort: str, **fields: int) -> Atom:
    groups = match.groupdict()
    year = int(groups["year"]) if groups.get("year") else None
    that = _that(match) if "that" in groups else None
    step, unit, deictic = that or (0, "", False)
    return Atom(match.start(), match.end(), sort, year, step=step, unit=unit, deictic=deictic, **fields)  # type: ignore[arg-type]


def month_day(text: str, pos: int) -> Atom | None:
    """Reads "April 6, 2018", "Apr. 6th", "April 5-6, 2018", "April 5 and 6", "April 5, 6 and 7, 2018"."""
    match = _MONTH_DAY.match(text, pos)
    if not match:
        return None
    month, day = MONTHS[match["month"][:3].lower()], int(match["day"])
    if not match["year"] and not match["that"] and not match["ordinal"] and not match["last"]:
        # "in April 20 soldiers died": the number counts what follows
        after, before = match.end("day"), behind(text, pos)
        leads = PERIOD.search(before) and not FUNCTION_WORD.match(text, after)
        if LOWER_WORD.match(text, after) and (leads or (COUNTED.match(text, after) and not ON.search(before))):
            return None
        if match["month"] in ("may", "march") and not DATED.search(behind(text, pos)):
            return None
    after = match.end("last")
    counted = match["word"] and not match["year"] and not match["that"] and not match["ordinal2"]
    if (counted and LOWER_WORD.match(text, after) and not FUNCTION_WORD.match(text, after)) or not _listed(match):
        shorter = _MONTH_ONE_DAY.match(text, pos)
        return Atom(pos, shorter.end(), "day", month=month, day=day) if shorter else None
    if not has_day(int(match["year"] or 2000), month, day):
        return None
    last = int(match["last"] or 0)
    return _atom(
        match,
        "day",
        month=month,
        day=day,
        last_day=last if last > day and has_day(int(match["year"] or 2000), month, last) else 0,
    )


def day_month(text: str, pos: int) -> Atom | None:
    """Reads "6 April 2018", "the 6th of April", "28 or 29 March", "5, 6 and 7 May"."""
    match = _DAY_MONTH.match(text, pos)
    if not match or glued(text, pos) or not _listed(match):
        return None
    month, day, last = MONTHS[match["month"][:3].lower()], int(match["day"]), int(match["last"] or 0)
    year = int(match["year"] or match["dashed"] or 0)
    bare = not (year or match["that"] or match["ordinal"])
    if bare and match["month"] in ("may", "march", "mar", "dec", "sun") and not PLAINLY_DATED.search(behind(text, pos)):
        return None
    if bare and COUNTED.match(text, match.end()):
        return None
    if not has_day(year or 2000, month, day) or (last and not has_day(year or 2000, month, last)):
        return None
    atom = _atom(match, "day", month=month, day=day, last_day=last if last > day else 0)
    if match["dashed"]:
        return Atom(atom.start, atom.end, "day", year, month, day, atom.last_day)
    return atom


def numeric(text: str, pos: int) -> Atom | None:
    """2018-04-06, 2018/04/06, 06/04/2018 (day first unless that is impossible), 2018-04."""
    if glued(text, pos):
        return None
    if match := _ISO.match(text, pos):
        year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    elif match := _NUMERIC.match(text, pos):
        year, day, month = int(match["year"]), int(match["a"]), int(match["b"])
        if month > 12:
            day, month = month, day
    elif match := _ISO_MONTH.match(text, pos):
        return Atom(pos, match.end(), "month", int(match["year"]), int(match["month"]))
    else:
        return None
    if month > 12 or not has_day(year, month, day):
        return None
    return Atom(pos, match.end(), "day", year, month, day)


def month_year(text: str, pos: int) -> Atom | None:
    """Reads "October 2017", "Oct. 2017", "August of that year"."""
    match = _MONTH_YEAR.match(text, pos)
    return _atom(match, "month", month=MONTHS[match["month"][:3].lower()]) if match else None


def month_only(text: str, pos: int) -> Atom | None:
    """Reads "March" where it can only be the month: written out, and led to if it has other meanings."""
    match = _MONTH_ONLY.match(text, pos)
    if not match:
        return None
    word = match["month"]
    before = behind(text, pos)
    if TO_DATED_MONTH.match(text, match.end()) and not (word in ("march", "may") and NOT_A_MONTH_BEFORE.search(before)):
        return Atom(pos, match.end(), "month", month=MONTHS[word[:3].lower()])  # "jan to april 2016"
    if word != "May" and len(word) <= 4 and word.lower() not in ("may", "june", "july"):
        return None  # an abbreviation means a month beside a number only
    if word.islower() and not PLAINLY_DATED.search(before):
        return None
    if (
        word.lower() in ("march", "april", "may", "june", "august")
        and not DATED.search(before)
        and not AND_MONTH.match(text, match.end())
    ):
        return None
    if not word.islower() and not PLAINLY_DATED.search(before) and re.match(r"\s[A-Z]", text[match.end() : match.end() + 2]):
        return None  # "June Smith and April Jones"
    if word.lower() == "may" and MODAL.match(text, match.end()):
        return None
    return Atom(pos, match.end(), "month", month=MONTHS[word[:3].lower()])


def year(text: str, pos: int) -> Atom | None:
    """Reads "2017" where the words around it make it a year."""
    match = _YEAR.match(text, pos)
    if not match or glued(text, pos):
        return None
    before, number = behind(text, pos), int(match["year"])
    atom = Atom(pos, match.end(), "year", number)
    counted = bool(COUNTED.match(text, match.end()))
    to = TO_YEAR.match(text, match.end())
    if to and not counted and not COUNTED.match(text, to.end()) and not NOT_A_YEAR_BEFORE.search(before):
        return atom
    if YEAR_BEFORE.search(before):
        strong = STRONG.search(before)
        return None if counted and (not strong or number % 100 == 0) else atom
    if counted or NOT_A_YEAR_BEFORE.search(before):
        return None
    if THE_BEFORE.search(before):
        return atom if LOWER_WORD.match(text, match.end()) or re.match(r"\s[A-Z]", text[match.end() : match.end() + 2]) else None
    plausible = 1990 <= number <= 2039 and re.match(r"\s{0,2}(?:[?.!,;:)]|$)", text[match.end() : match.end() + 3])
    return atom if plausible and re.search(r"[^\W\d_][,]?\s\Z", before) else None


def year_range(text: str, pos: int) -> Atom | None:
    """Reads "2016-2018", "2016–18"."""
    match = _YEARS.match(text, pos)
    if not match or glued(text, pos):
        return None
    first = int(match["year"])
    last = int(match["last"]) if len(match["last"]) == 4 else first // 100 * 100 + int(match["last"])
    if not first < last <= first + 60 or COUNTED.match(text, match.end()):
        return None
    return Atom(pos, match.end(), "year", first, until=Atom(match.start("last"), match.end(), "year", last))


def bare_year(text: str, pos: int) -> Atom | None:
    """Reads "2017" wherever the caller knows that a year is meant."""
    match = _YEAR.match(text, pos)
    return Atom(pos, match.end(), "year", int(match["year"])) if match else None


def lone_year(text: str, pos: int) -> Atom | None:
    """Reads "2017" where it counts nothing: in a question, whose few words may leave out what leads to a year."""
    if glued(text, pos) or COUNTED.match(text, pos + 4) or NOT_A_YEAR_BEFORE.search(behind(text, pos)):
        return None
    atom = bare_year(text, pos)
    return atom if atom and atom.year and 1990 <= atom.year <= 2039 and atom.year % 100 else None


def decade(text: str, pos: int) -> Atom | None:
    """Reads "the 1990s"."""
    match = _DECADE.match(text, pos)
    return Atom(pos, match.end(), "decade", int(match["year"])) if match else None


def season(text: str, pos: int) -> Atom | None:
    """Reads "spring 2016", "the fall of 2012", "in the summer"."""
    match = _SEASON.match(text, pos)
    if not match:
        return None
    word = match["season"].lower()
    if not match["year"] and not match["that"]:
        before = behind(text, pos)
        led = THIS if word == "fall" else SPRING if word == "spring" else SEASONAL
        if not led.search(before):
            return None
    return _atom(match, "season", month=SEASONS[word])


def quarter(text: str, pos: int) -> Atom | None:
    """Reads "Q2 2018", "2018 Q2", "H1 2018", the first of "Q1 and Q2 2018"."""
    match = _QUARTER.match(text, pos)
    if match and match["more"]:
        return Atom(pos, match.end("q"), "year", int(match["year"]), part=match["q"].lower())
    match = match or (None if glued(text, pos) else _YEAR_QUARTER.match(text, pos))
    return Atom(pos, match.end(), "year", int(match["year"]), part=match["q"].lower()) if match else None


def ordinal(text: str, pos: int) -> Atom | None:
    """Reads "the 19th", "the 17th to the 21st", "the 11th of that month": a day whose month was said before."""
    match = _ORDINAL.match(text, pos)
    if not match or not (ORDINAL_BEFORE.search(behind(text, pos)) or (match["last"] and THE_BEFORE.search(behind(text, pos)))):
        return None
    if not match["month"] and (NOT_A_DAY_AFTER.match(text, match.end()) or text[match.end() : match.end() + 1] == "-"):
        return None
    day, last = int(match["day"]), int(match["last"] or 0)
    return Atom(pos, match.end(), "ordinal", day=day, last_day=last if last > day else 0)


def weekday(text: str, pos: int) -> Atom | None:
    """Reads "Friday, April 6, 2018", "Monday the 19th", "on Tuesday"."""
    match = _WEEKDAY.match(text, pos)
    if not match:
        return None
    for matcher in (month_day, day_month, numeric, ordinal):
        if atom := matcher(text, match.end()):
            return Atom(
                pos,
                atom.end,
                atom.sort,
                atom.year,
                atom.month,
                atom.day,
                atom.last_day,
                step=atom.step,
                unit=atom.unit,
                deictic=atom.deictic,
            )
    word = match["weekday"]
    end = match.end("weekday")
    before = behind(text, pos)
    if not word.lower().endswith("day") or re.search(
        r"(?:^|\W)(?:a|an|every|each|black|bloody|good|easter|palm|holy|ash)\s\Z", before, _F
    ):
        return None
    led = re.search(r"(?:^|\W)(?:on|last|next|this|by|since|until|same|previous|following)\s\Z", before, _F)
    if not led and (
        word.islower() or not re.search(r"[\w,)]\s\Z", before) or re.match(r"\s[A-Z]|['’]s?\s[A-Z]", text[end : end + 4])
    ):
        return None  # a headline's or a name's Sunday
    same = "same" if re.search(r"(?:^|\W)same\s\Z", before, _F) else ""
    return Atom(pos, end, "weekday", day=WEEKDAYS[word[:3].lower()], unit=same)
