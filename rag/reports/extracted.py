"""What reading a file's bytes yields: text and the few facts its format states, before any of it is understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rag.types import ReportFormat


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line of the text.

    Attributes:
        start: First character of the heading in the extracted text.
        end: One past its last character.
        level: 1 for the highest, as in HTML.
    """

    start: int
    end: int
    level: int


@dataclass(frozen=True, slots=True)
class Extracted:
    r"""The text of one file, line ends normalised to ``\n``; every offset of the later report refers to it.

    Attributes:
        text: The whole text.
        format: What the bytes were.
        title: Title stated by the format (HTML ``<title>``, document properties), or "".
        published_on: Date stated by the format, or None.
        headings: In the order of the text, not overlapping; empty for formats that mark none (txt, pdf).
    """

    text: str
    format: ReportFormat
    title: str = ""
    published_on: date | None = None
    headings: tuple[Heading, ...] = ()
