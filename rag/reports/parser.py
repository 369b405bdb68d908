"""From extracted text to a ``Report``: title, entries, furniture set apart.

A text is a dated report when two paragraphs or more open with a date, or when one among its first five does. Its entries run
from one opening date to the next; undated paragraphs belong to the entry above. Anything else is cut at its headings into
sections, or is one entry if it has none.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import PurePath

from rag.reports.countries import country_of
from rag.reports.dates import find_dates
from rag.reports.extracted import Extracted
from rag.reports.furniture import find_furniture, is_head_line
from rag.reports.headings import find_headings
from rag.reports.layout import Paragraph, find_paragraphs
from rag.reports.places import find_place
from rag.types import DateRange, Entry, Report, Span

PARSER_VERSION = "2"
"""Part of every report's id: raise it when the same file would be parsed otherwise."""

_COUNTRY = re.compile(r"(?P<name>[^\W\d_][\w'’.-]*(?:,?\s(?:(?:of|and|the|d'|de)\s)?[^\W\d_][\w'’.-]*){0,3}):\s+\S")
_SMALL = frozenset(("of", "and", "the", "de"))
_DECORATION = " \t*_#=~-–—|\ufeff\u200b\xa0"
_NAME_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_DATELINE = re.compile(r"(?:[^\W\d_]+[:,]?\s){0,6}\S{0,12}\d")
_TITLE_AT_MOST = 200


def parse_report(extracted: Extracted, name: str, sha256: str, size: int) -> Report:
    """Understand a text.

    Args:
        extracted: What reading the file yielded.
        name: File name as added.
        sha256: Of the original bytes, hexadecimal.
        size: Of the original, in bytes.

    Returns:
        The report; its entries and furniture are spans of ``extracted.text``, which it stores unchanged.
    """
    text = extracted.text
    paragraphs = find_paragraphs(text, extracted.headings, extracted.published_on or _date_of_name(name))
    openings = _openings(paragraphs)
    dated = bool(openings)
    if not dated:
        paragraphs = [replace(p, opening=None) if p.opening else p for p in paragraphs]
        if not extracted.headings:
            paragraphs = find_headings(text, paragraphs)
    else:
        kept = set(openings)
        paragraphs = [replace(p, opening=None) if p.opening and i not in kept else p for i, p in enumerate(paragraphs)]
    first = openings[0] if dated else 0
    title_at = _title_at(text, paragraphs, first if dated else len(paragraphs), dated)
    furniture = find_furniture(text, paragraphs, dated=dated, first=first if dated else title_at + 1) - {title_at}
    if dated:
        # Between headline and first entry only prose is content: datelines and bylines are not.
        furniture |= {i for i in range(first) if i != title_at and not paragraphs[i].level and not _is_prose(text, paragraphs[i])}
    title = _clean(text[paragraphs[title_at].start : paragraphs[title_at].end]) if title_at >= 0 else ""
    title = title or _clean(extracted.title)
    country = _country(title, dated)
    title = title or PurePath(name).stem or name
    if title_at >= 0 and len(furniture) + 1 == len(paragraphs):
        title_at = -1  # there is nothing but the headline: it is the content
    content = [i for i in range(len(paragraphs)) if i not in furniture and i != title_at]
    if dated:
        published, entries = _dated_entries(text, paragraphs, content, country)
    else:
        published = extracted.published_on or _date_in_head(text, paragraphs, content) or _date_of_name(name)
        entries = _sections(text, paragraphs, content, published)
    key = f"{name}\0{sha256}\0{PARSER_VERSION}"
    return Report(
        id=hashlib.sha256(key.encode()).hexdigest()[:16],
        name=name,
        title=title,
        country=country,
        published_on=published,
        text=text,
        entries=tuple(entries),
        furniture=tuple(_merged(paragraphs, furniture)),
        format=extracted.format,
        sha256=sha256,
        size=size,
    )


def _openings(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Indexes of the paragraphs that open entries; empty when the text is no dated report."""
    found = {i: p.opening for i, p in enumerate(paragraphs) if p.opening}
    alone = [i for i, opening in found.items() if opening.is_alone]
    # A date on a line of its own opens an entry when such lines are the habit of the text; a single one is a dateline.
    if len(alone) < 2 or len(found) > 3 * len(alone):
        found = {i: opening for i, opening in found.items() if not opening.is_alone}
    if sum(opening.sign == "colon" for opening in found.values()) * 2 > len(found):
        found = {i: opening for i, opening in found.items() if opening.sign == "colon" or opening.has_year}
    at = sorted(found)
    return at if len(at) >= 2 or (at and at[0] < 5 and found[at[0]].has_year) else []


def _title_at(text: str, paragraphs: Sequence[Paragraph], end: int, dated: bool) -> int:
    """Index of the paragraph before ``end`` that is the headline, or -1."""
    head = [i for i in range(min(end, len(paragraphs), 12)) if _may_be_title(text, paragraphs[i])]
    if not dated:
        head = [i for i in head[:3] if paragraphs[i].level and paragraphs[i].level <= 2 and i < 3]
        return head[0] if head and len(paragraphs) > 1 else -1
    levels = [i for i in head if paragraphs[i].level]
    named = [i for i in head if _COUNTRY.match(_clean(text[paragraphs[i].start : paragraphs[i].end]))]
    return next(iter([min(levels, key=lambda i: (paragraphs[i].level, i))] if levels else named or head), -1)


def _is_prose(text: str, paragraph: Paragraph) -> bool:
    piece = text[paragraph.start : paragraph.end]
    return len(piece.split()) >= 12 and re.search(r"[.!?][\"'”’)]{0,2}\s*\Z", piece) is not None


def _may_be_title(text: str, paragraph: Paragraph) -> bool:
    piece = text[paragraph.start : paragraph.end]
    return len(piece) <= _TITLE_AT_MOST and piece.count("\n") <= 1 and any(c.isalpha() for c in piece) and not is_head_line(piece)


def _clean(title: str) -> str:
    return " ".join(title.split()).strip(_DECORATION)


def _country(title: str, dated: bool) -> str:
    """The names before the colon of "Country: Headline"; in documents that are no dated reports only known countries."""
    match = _COUNTRY.match(title)
    if not match:
        return ""
    words = match["name"].replace(",", " ").split()
    if (
        len(words) > 4
        or any(word[0].islower() and word not in _SMALL for word in words)
        or any(c.isdigit() for c in match["name"])
    ):
        return ""
    return match["name"] if dated or country_of(match["name"]) else ""


def _dated_entries(
    text: str, paragraphs: Sequence[Paragraph], content: Sequence[int], country: str
) -> tuple[date | None, list[Entry]]:
    groups: list[list[Paragraph]] = []
    for i in content:
        if paragraphs[i].opening or not groups:
            groups.append([])
        groups[-1].append(paragraphs[i])
    # A heading just before an entry ("Events") is part of neither.
    for group in groups:
        while group and group[-1].level and not group[-1].opening:
            group.pop()
    groups = [group for group in groups if group]
    days = [group[0].opening.on for group in groups if group[0].opening]
    latest = max(day.end for day in days)
    has_lead = len(days) > 1 and days[0].end == latest  # a lone entry tells an event
    entries: list[Entry] = []
    seen_lead = False
    for group in groups:
        opening = group[0].opening
        start, end = group[0].start, group[-1].end
        if opening is None:
            entries.append(Entry(len(entries), start, end, DateRange(latest, latest)))
            continue
        is_lead = has_lead and not seen_lead
        seen_lead = True
        place = find_place(text[opening.end : min(end, opening.end + 400)], opening.place, country)
        entries.append(Entry(len(entries), start, end, opening.on, place, "", is_lead))
    return latest, entries


def _sections(text: str, paragraphs: Sequence[Paragraph], content: Sequence[int], published: date | None) -> list[Entry]:
    on = DateRange(published, published) if published else None
    entries: list[Entry] = []
    path: list[Paragraph] = []
    group: list[Paragraph] = []

    def finish() -> None:
        if group:
            heading = " / ".join(_clean(text[p.start : p.end]) for p in path[-2:])
            entries.append(Entry(len(entries), group[0].start, group[-1].end, on, "", heading))
            group.clear()

    for i in content:
        paragraph = paragraphs[i]
        if paragraph.level:
            if any(not p.level for p in group):
                finish()
            path = [p for p in path if p.level < paragraph.level] + [paragraph]
        group.append(paragraph)
    finish()
    return entries


def _date_in_head(text: str, paragraphs: Sequence[Paragraph], content: Sequence[int]) -> date | None:
    """A full date that fills one of the first lines, a byline's words aside."""
    for i in content[:4]:
        piece = text[paragraphs[i].start : paragraphs[i].end]
        if len(piece) > 80 or not _DATELINE.match(piece):
            continue
        for mention in find_dates(piece):
            if mention.range.is_day:
                return mention.range.start
    return None


def _date_of_name(name: str) -> date | None:
    match = _NAME_DATE.search(name)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _merged(paragraphs: Sequence[Paragraph], indexes: set[int]) -> Iterator[Span]:
    start = last = -1
    for i in sorted(indexes):
        if i != last + 1 or start < 0:
            if start >= 0:
                yield Span(paragraphs[start].start, paragraphs[last].end)
            start = i
        last = i
    if start >= 0:
        yield Span(paragraphs[start].start, paragraphs[last].end)
