"""Headings of texts whose format marks none (plain text, PDF), told by their shape.

A heading is a paragraph of one line, at most 90 characters and 12 words, that begins with a capital, a digit or a mark, does
not end like a sentence, and stands above prose. It must also be marked: by hash signs, by a line of ``=`` or ``-`` below it, by
a number ("2.1 Results"), by capitals only, or by capitals on most of its longer words; the first line of a text needs no mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.reports.layout import Paragraph

_HASH = re.compile(r"(?P<hashes>#{1,6})\s+\S")
_UNDERLINED = re.compile(r"[^\n]{2,90}\n\s{0,3}(?P<line>={3,}|-{3,})\s*\Z")
_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){1,3}|(?:\d{1,2}|[IVX]{1,5})(?=[.)]))[.)]?\s+[^\W\d_]")
_SENTENCE_END = re.compile(r"[.!?;:,…][\"'”’»)\]]{0,2}\s*\Z")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def find_headings(text: str, paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Give the paragraphs that are headings their level.

    Args:
        text: The text.
        paragraphs: Its paragraphs, none of them a heading yet.

    Returns:
        The same paragraphs, some with a level.
    """
    levels = [_level(text[p.start : p.end], i == 0) for i, p in enumerate(paragraphs)]
    out = []
    for i, (paragraph, level) in enumerate(zip(paragraphs, levels, strict=True)):
        below = paragraphs[i + 1] if i + 1 < len(paragraphs) else None
        stands_above = below is not None and (
            levels[i + 1] > level
            or below.end - below.start > 90
            or _SENTENCE_END.search(text[max(below.start, below.end - 4) : below.end]) is not None
        )
        out.append(replace(paragraph, level=level) if level and stands_above else paragraph)
    return out


def _level(piece: str, is_first: bool) -> int:
    """1 to 6, or 0 for no heading."""
    if len(piece) > 190:
        return 0
    if match := _UNDERLINED.fullmatch(piece):
        return 1 if match["line"][0] == "=" else 2
    if "\n" in piece or len(piece) > 90:
        return 0
    if match := _HASH.match(piece):
        return len(match["hashes"])
    words = _WORD.findall(piece)
    if not words or len(words) > 12 or _SENTENCE_END.search(piece) or not (piece[0].isupper() or piece[0].isdigit()):
        return 0
    if match := _NUMBERED.match(piece):
        return min(6, 2 + match["number"].count("."))
    if is_first:
        return 1
    if piece.isupper() and len(piece) > 3:
        return 2
    long_words = [word for word in words if len(word) > 3]
    return 3 if long_words and all(word[0].isupper() for word in long_words) and words[0][0].isupper() else 0
