"""Collects the paragraphs and headings of a document into one text with their places in it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from rag.errors import ReportError
from rag.reports.encodings import clean
from rag.reports.extracted import Heading
from rag.settings import Limits

_DAY = re.compile(r"\s*(?:D:)?(\d{4})-?(\d{2})-?(\d{2})(?!\d{7})")
# What programs write when they know no title, or the name of the file they came from.
_NO_TITLE = re.compile(
    r"(?:untitled|document|doc|title|no title|word document|microsoft word|powerpoint presentation|new microsoft word document)"
    r"[\s\d]*|\(.*\)"
    r"|.*\.(docx?|rtf|txt|pdf|html?|indd|pptx?|odt|tex|dvi|qxd|pages|wpd|pub)",
    re.IGNORECASE,
)
# Epochs and the date in python-docx's own template: days a program wrote because it knew none.
_NO_DAYS = frozenset(
    {date(1980, 1, 1), date(1970, 1, 1), date(1904, 1, 1), date(1900, 1, 1), date(2000, 1, 1), date(2013, 12, 23)}
)
_TITLE_CHARS = 300


class Blocks:
    """A document's text in the making; each block is cleaned on its way in, so that offsets are the stored text's."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self._parts: list[str] = []
        self._headings: list[Heading] = []
        self._length = 0

    def add(self, text: str, level: int = 0, *, separator: str = "\n\n") -> None:
        """Append a block; one that is blank is left out. A document that grows past ``limits.text_mb`` is a ReportError.

        Args:
            text: Its text.
            level: 0 for a paragraph, 1 to 9 for a heading of that level.
            separator: What stands between it and the block before.
        """
        text = clean(text).strip()
        if not text:
            return
        if level:
            text = " ".join(text.split())
        if self._parts:
            self._parts.append(separator)
            self._length += len(separator)
        if level:
            self._headings.append(Heading(self._length, self._length + len(text), level))
        self._parts.append(text)
        self._length += len(text)
        check_length(self._length, self._name, self._limits)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def headings(self) -> tuple[Heading, ...]:
        return tuple(self._headings)

    @property
    def n_characters(self) -> int:
        return self._length

    def first_heading(self) -> str:
        """Text of the first heading of the highest level there is, or ""."""
        if not self._headings:
            return ""
        top = min(self._headings, key=lambda heading: (heading.level, heading.start))
        return tidy_title(self.text[top.start : top.end])


def check_length(n_characters: int, name: str, limits: Limits) -> None:
    """Refuse a text that is too long.

    Args:
        n_characters: How long it is so far.
        name: For the message.
        limits: ``text_mb`` counts.

    Raises:
        ReportError: It is longer than allowed.
    """
    if n_characters > limits.text_mb * 1_000_000:
        raise ReportError(name, f"more than {limits.text_mb} million characters of text; split the file, or raise limits.text_mb")


def check_memory(parser: Any) -> None:
    """Tell an lxml parser's lack of memory from a fault of the file: it reports both as a syntax error.

    Args:
        parser: After parsing, whether that went well or not.

    Raises:
        MemoryError: It ran out of memory on the way.
    """
    if any(entry.type_name == "ERR_NO_MEMORY" for entry in parser.error_log):
        raise MemoryError


def tidy_title(title: str) -> str:
    """One line, cleaned, at most 300 characters."""
    return " ".join(clean(title).split())[:_TITLE_CHARS]


def sane_title(title: str) -> str:
    """A title from a file's properties, or "" when a program made it up (a file name, "Untitled", "Document1")."""
    title = tidy_title(title).removeprefix("Microsoft Word - ")
    return "" if len(title) < 3 or _NO_TITLE.fullmatch(title) or not any(c.isalpha() for c in title) else title


def sane_day(written: str) -> date | None:
    """The day at the start of an ISO or PDF date ("2018-04-09T...", "D:20180409..."), or None.

    Days before 1950 or after 2100 and days that programs write for want of a better (1 January 1980) count as none.
    """
    match = _DAY.match(written)
    if not match:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return day if 1950 <= day.year <= 2100 and day not in _NO_DAYS else None
