"""Markdown to text: front matter read and set apart, comments out, marks of headings, links and emphasis taken off."""

from __future__ import annotations

import re
from datetime import date

from rag.reports.blocks import check_length, sane_day, tidy_title
from rag.reports.encodings import clean, decode
from rag.reports.extracted import Extracted, Heading
from rag.settings import Limits

_FIELD = re.compile(r"([A-Za-z][\w.-]*)[ \t]*[:=][ \t]*(.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_NOT_SETEXT = re.compile(r"\s*(?:[-*+>|]|\d+[.)]|    )")
# "[//]: # (...)" is the usual way to write a comment in Markdown.
_COMMENT_LINE = re.compile(r" {0,3}\[(?://|comment|_metadata_)[^\]\n]*\]:[ \t]")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*(?:[ \t]+\"[^\"\n]*\")?\)")
_REFERENCE = re.compile(r"\[([^\[\]\n]+)\]\[[^\[\]\n]*\]")
_STRONG = re.compile(r"\*\*(?=[^\s*])([^*\n]+)(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![*\w\\])\*(?=[^\s*])([^*\n]+)(?<=\S)\*(?![*\w])")
_MAX_FRONT_MATTER = 20_000


def extract_markdown(data: bytes, name: str, limits: Limits) -> Extracted:
    """Read a Markdown file; the stored text is the prose with the marks of headings, links and emphasis taken off.

    Args:
        data: The file.
        name: For messages.
        limits: ``text_mb`` counts.

    Returns:
        Text, title (front matter, else the first heading) and date (front matter). Refusals are ReportErrors.
    """
    decoded = decode(data, name)
    check_length(len(decoded), name, limits)
    fields, body = _front_matter(clean(decoded))
    lines: list[str] = []
    headings: list[Heading] = []
    length = 0
    beside = False
    for line, level in _lines(body):
        heads = bool(level and line)
        if (heads and lines and lines[-1].strip()) or (beside and line.strip()):
            lines.append("")  # sentences end at blank lines: none may run through a heading
            length += 1
        beside = heads
        if heads:
            headings.append(Heading(length, length + len(line), level))
        lines.append(line)
        length += len(line) + 1
    text = "\n".join(lines)
    title = tidy_title(fields.get("title", ""))
    if not title and headings:
        top = min(headings, key=lambda heading: (heading.level, heading.start))
        title = tidy_title(text[top.start : top.end])
    return Extracted(text, "md", title, _day(fields), tuple(headings))


def _day(fields: dict[str, str]) -> date | None:
    for key in ("date", "published", "published_on", "publishdate", "pubdate"):
        if day := sane_day(fields.get(key, "")):
            return day
    return None


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """The ``key: value`` lines between ``---`` (or ``+++``) lines at the very start, and the text after them."""
    start = text.lstrip("\n")
    mark = start[:3]
    if mark not in ("---", "+++") or start[3:4] != "\n":
        return {}, text
    end = start.find(f"\n{mark}", 3, _MAX_FRONT_MATTER)
    if end < 0:
        return {}, text
    block, rest = start[4:end], start[end + 4 :]
    fields: dict[str, str] = {}
    for line in block.split("\n"):
        if match := _FIELD.match(line):
            fields.setdefault(match[1].lower(), match[2].strip().strip("\"'"))
    if not fields:
        return {}, text  # a rule above a paragraph, not front matter
    return fields, rest.partition("\n")[2]


def _without_comments(text: str) -> str:
    """Drop ``<!-- -->``; one that is never closed stays, so that a slip does not swallow the rest of a report."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts.append(text[at:start])
        at = end + 3
    parts.append(text[at:])
    return "".join(parts)


def _lines(body: str) -> list[tuple[str, int]]:
    """Lines of the stored text, each with its heading level (0 for none)."""
    out: list[tuple[str, int]] = []
    fence = ""
    for line in _without_comments(body).split("\n"):
        mark = _FENCE.match(line)
        if fence:
            # A fence is closed by at least as many of its own marks.
            if mark and mark[1].startswith(fence):
                fence = ""
            else:
                out.append((line, 0))
        elif mark:
            fence = mark[1]
        elif heading := _ATX.match(line):
            words = (heading[2] or "").strip()
            bare = words.rstrip("#")
            out.append((_plain(bare.rstrip() if bare == "" or bare[-1:] in " \t" else words), len(heading[1])))
        elif _SETEXT.match(line) and out and _can_be_heading(out[-1]):
            out[-1] = (out[-1][0].strip(), 1 if "=" in line else 2)
        elif not _COMMENT_LINE.match(line):
            out.append((_plain(line), 0))
    return out


def _can_be_heading(last: tuple[str, int]) -> bool:
    line, level = last
    return level == 0 and bool(line.strip()) and not _NOT_SETEXT.match(line)


def _plain(line: str) -> str:
    if "[" in line:
        line = _LINK.sub(r"\1", line)
        line = _REFERENCE.sub(r"\1", line)
    if "*" in line:
        line = _STRONG.sub(r"\1", line)
        line = _EMPHASIS.sub(r"\1", line)
    return line
