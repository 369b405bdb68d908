"""The shape of a text: paragraphs, and the dates that open entries. Spans refer to the text as stored.

A paragraph is a run of lines without a blank one between. A line inside a run begins a paragraph of its own after or before a
heading, at a date that opens an entry, at a list item, and where the line above was ended on purpose: it is longer than hard
wrapping makes lines (160 characters), or the next word would have fitted on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from rag.reports.dates import find_dates
from rag.reports.extracted import Heading
from rag.types import DateRange

WRAPPED_AT_MOST = 160

_LINE = re.compile(r"[^\n]+")
_ITEM = re.compile(r"\s{0,8}(?:[-*•‣▪–]|\(?\d{1,2}[.)])\s")
_RULE = re.compile(r"\s{0,3}(?:={3,}|-{3,})\s{0,9}")
_QUICK = re.compile(
    r"[\s\ufeff\u200b]{0,8}(?:[#>*_•\-–—]{1,6}\s{0,3}){0,2}"
    r"(?=\d{1,2}(?:st|nd|rd|th)?[\s./&–-]|\d{4}[-/.]\d|(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"\s{0,3}(?:\*\*|__|\*|_)?\s{0,3}"
    r"(?:\((?P<bracket>[^()\n]{1,60})\)|,\s(?P<comma>[A-Z][\w'’-]{0,24}(?:\s[A-Z][\w'’-]{0,24}){0,2}))?"
    r"\s{0,3}(?:\*\*|__|\*|_)?\s{0,3}(?P<sign>:(?!\d)|\.?\s?[–—](?=\s)|\.?\s-(?=\s)|\.-(?=\s))(?:\*\*|__)?"
)
_ALONE = re.compile(r"[\s*_:.]{0,6}(?:\n|\Z)")
_STOPPED = re.compile(r"[.!?:;…][\"'”’»)\]*_]{0,3}\s*\Z")


@dataclass(frozen=True, slots=True)
class Opening:
    """A date that opens an entry.

    Attributes:
        on: The days it means.
        end: One past the colon, dash or line that closes it.
        place: What stood with the date ("(Kidal)"), or "".
        has_year: Whether the year is written.
        is_alone: Whether the date fills its line.
        sign: "colon", "dash" or "line".
    """

    on: DateRange
    end: int
    place: str
    has_year: bool
    is_alone: bool
    sign: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, trimmed of white space.

    Attributes:
        start: First character.
        end: One past its last.
        level: Of the heading it is, or 0.
        opening: The date it opens with, or None.
    """

    start: int
    end: int
    level: int = 0
    opening: Opening | None = None


def read_opening(text: str, start: int, anchor: date | None = None) -> Opening | None:
    """The date that opens an entry on the line beginning at ``start``, or None.

    Args:
        text: The whole text.
        start: First character of a line.
        anchor: A day near which a date without a year is looked for.

    Returns:
        The opening, or None.
    """
    quick = _QUICK.match(text, start)
    if not quick:
        return None
    at = quick.end()
    snippet = text[at : at + 90].partition("\n")[0]
    mentions = find_dates(snippet, anchor)
    if not mentions or mentions[0].start or mentions[0].range.days > 31:
        return None
    first = mentions[0]
    has_year = re.search(r"(?:19|20)\d\d", first.text) is not None
    days = first.range if has_year or anchor is None else _nearest(snippet, anchor, first.range)
    if alone := _ALONE.match(text, at + first.end):
        return Opening(days, alone.end(), "", has_year, True, "line")
    mark = _MARK.match(text, at + first.end)
    if not mark:
        return None
    place = (mark["bracket"] or mark["comma"] or "").strip()
    return Opening(days, mark.end(), place, has_year, False, "colon" if mark["sign"] == ":" else "dash")


def _nearest(snippet: str, anchor: date, found: DateRange) -> DateRange:
    """Of last year's, this year's and next year's day the one nearest to the neighbouring entry's."""
    candidates = [found]
    later = find_dates(snippet, anchor, prefer="future")
    if later and later[0].start == 0:
        candidates.append(later[0].range)
    return min(candidates, key=lambda days: abs((days.start - anchor).days))


def find_paragraphs(text: str, headings: Iterable[Heading] = (), anchor: date | None = None) -> list[Paragraph]:
    """Split a text into its paragraphs.

    Args:
        text: The text.
        headings: Headings known from the format.
        anchor: The document's own date, for openings without a year.

    Returns:
        Paragraphs in order; together they hold every character that is not white space.
    """
    levels = {heading.start: heading for heading in headings if text[heading.start : heading.end].strip()}
    lines = [(match.start(), match.end()) for match in _LINE.finditer(text) if not match[0].isspace()]
    width = _width(lines)
    return list(_filled(text, list(_paragraphs(text, lines, levels, width)), anchor))


def _paragraphs(text: str, lines: list[tuple[int, int]], levels: dict[int, Heading], width: int) -> Iterator[Paragraph]:
    run: list[int] = []
    last_end = 0
    for start, end in lines:
        first = start + len(text[start:end]) - len(text[start:end].lstrip())
        last = start + len(text[start:end].rstrip())
        heading = levels.get(start) or levels.get(first)
        if run and (heading or _breaks(text, run[-1], last_end, start, end, width)):
            yield Paragraph(run[0], last_end)
            run = []
        if heading:
            yield Paragraph(first, last, heading.level)
            continue
        run = [run[0], first] if run else [first, first]
        last_end = last
    if run:
        yield Paragraph(run[0], last_end)


def _breaks(text: str, above: int, above_end: int, start: int, end: int, width: int) -> bool:
    """Whether a paragraph ends between the line above and the line ``start`` to ``end``."""
    if text.count("\n", above_end, start) > 1 or above_end - above > WRAPPED_AT_MOST:
        return True
    line = text[start : min(end, start + 60)]
    if _ITEM.match(line):
        return True
    if _RULE.fullmatch(line):
        return False  # it underlines the line above
    stopped = _STOPPED.search(text[above:above_end][-6:]) is not None
    if opening := read_opening(text, start):
        return stopped or (opening.has_year and opening.sign == "colon")
    word = line.split(None, 1)[0]
    return above_end - above + 1 + len(word) < 0.8 * width


def _width(lines: list[tuple[int, int]]) -> int:
    """The width a text was wrapped at: nine tenths of the lines that can be wrapped ones are no longer."""
    lengths = sorted(end - start for start, end in lines if end - start <= WRAPPED_AT_MOST)
    return max(50, lengths[len(lengths) * 9 // 10]) if lengths else 50


def _filled(text: str, paragraphs: list[Paragraph], anchor: date | None) -> Iterator[Paragraph]:
    """Give each paragraph its opening; one without a year takes it from the entries above."""
    near = anchor
    if near is None:
        dated = (read_opening(text, paragraph.start) for paragraph in paragraphs)
        near = next((opening.on.end for opening in dated if opening and opening.has_year), None)
    for paragraph in paragraphs:
        opening = read_opening(text, paragraph.start, near)
        if opening and paragraph.level and not opening.is_alone:
            opening = None
        if opening is None:
            yield paragraph
        else:
            near = opening.on.end if opening.sign == "colon" or opening.is_alone or near is None else near
            if opening.is_alone:
                opening = replace(opening, end=min(opening.end, paragraph.end))
            yield replace(paragraph, opening=opening)
