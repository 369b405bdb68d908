"""Lines of pages to paragraphs: running heads out, lines joined, hyphens at line ends resolved. Pure functions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s*[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–—]?(?:\s*(?:of|/|von|sur|de)\s*\d{1,4})?", re.IGNORECASE
)
_BULLET = re.compile(r"(?:[•‣▪●○◦·–—\-\uf0b7]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN_WORD = re.compile(r"([^\W\d_]+)-$")
_NEXT_WORD = re.compile(r"[^\W\d_]+")
# Lines at the top and at the bottom of a page that may be running heads or feet.
_EDGE_LINES = 2
_GAP = 1.3
_MANY = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; the place of its first character and its letter height in PDF points, y growing upward."""

    text: str
    x: float
    y: float
    size: float


def flow(pages: Sequence[Sequence[Line]]) -> list[str]:
    """Put the lines of a document together to paragraphs.

    A new paragraph begins after a gap wider than the usual line distance, at a change of letter size, at a bullet, at an indented
    line or after a short line where the one before ends a sentence. At the top of a page or column the sentence decides.

    Args:
        pages: The lines of each page in reading order.

    Returns:
        Paragraphs, each one line.
    """
    kept = _without_running_lines(pages)
    distance = _usual_distances(kept)
    widest: dict[int, int] = defaultdict(int)
    for line in (line for page in kept for line in page):
        widest[round(line.size)] = max(widest[round(line.size)], len(line.text))
    paragraphs: list[list[str]] = []
    previous: Line | None = None
    for page in kept:
        for line in page:
            if previous is None or _begins_paragraph(previous, line, distance, widest[round(previous.size)]):
                paragraphs.append([])
            paragraphs[-1].append(line.text)
            previous = line
    words = Counter(word.lower() for page in kept for line in page for word in _WORD.findall(line.text))
    return [_join(lines, words) for lines in paragraphs]


def _without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Without page numbers, and without lines at the edge of more than half of three or more pages.

    Such lines stand apart from the text (by a gap or their letter size); a line within the text is never taken for one.
    """
    distance = _usual_distances(pages)
    orders = [sorted(range(len(page)), key=lambda index: (-page[index].y, index)) for page in pages]  # content comes in any order
    seen: Counter[str] = Counter()
    for page, order in zip(pages, orders, strict=True):
        seen.update({_DIGITS.sub("#", page[index].text) for index in (*order[:_EDGE_LINES], *order[-_EDGE_LINES:])})
    often = {text for text, n in seen.items() if n >= 3 and n * 2 > len(pages)}
    kept = []
    for page, order in zip(pages, orders, strict=True):
        drop = {*_running(page, order, often, distance), *_running(page, order[::-1], often, distance)}
        kept.append([line for index, line in enumerate(page) if index not in drop])
    return kept


def _running(page: Sequence[Line], order: Sequence[int], often: set[str], distance: dict[int, float]) -> list[int]:
    """Indexes of the running lines at that end of the page where ``order`` begins."""
    found: list[int] = []
    for index in order[:_EDGE_LINES]:
        text = page[index].text
        if _DIGITS.sub("#", text) not in often and not _PAGE_NUMBER.fullmatch(text):
            break
        found.append(index)
    if len(found) == len(order):
        return found if len(found) > 1 else []
    while found and not _stand_apart(page[found[-1]], page[order[len(found)]], distance):
        found.pop()
    return found


def _stand_apart(edge: Line, inner: Line, distance: dict[int, float]) -> bool:
    usual = distance.get(round(inner.size), 1.2 * inner.size)
    return not _same_size(edge, inner) or abs(edge.y - inner.y) > _GAP * usual


def _usual_distances(pages: Sequence[Sequence[Line]]) -> dict[int, float]:
    """Distance between neighbouring lines of one paragraph, by rounded letter size: the lower fifth of those seen.

    Few lines of a size (headings) tell nothing: theirs is at most a little over the letter height.
    """
    gaps: dict[int, list[float]] = defaultdict(list)
    for page in pages:
        for above, below in pairwise(page):
            gap = above.y - below.y
            if _same_size(above, below) and 0.7 * above.size < gap < 4 * above.size:
                gaps[round(above.size)].append(gap)
    usual: dict[int, float] = {}
    for size, found in gaps.items():
        lower = sorted(found)[len(found) // 5]
        usual[size] = lower if len(found) >= _MANY else min(lower, 1.1 * size)
    return usual


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= 0.1 * max(one.size, other.size)


def _begins_paragraph(previous: Line, line: Line, distance: dict[int, float], widest: int) -> bool:
    if not _same_size(previous, line):
        return True
    ends = bool(_SENTENCE_END.search(previous.text))
    gap = previous.y - line.y
    if gap < -0.5 * line.size or gap > 20 * line.size:  # the top of a column or page, or its end
        return ends or not line.text[:1].islower()
    if gap > _GAP * distance.get(round(line.size), 1.2 * line.size):
        return True
    if _BULLET.match(line.text):
        return True
    is_indented = line.x > previous.x + 0.8 * line.size
    is_short = len(previous.text) < 0.7 * widest
    return ends and (is_indented or is_short)


def _join(lines: Sequence[str], words: Counter[str]) -> str:
    text = lines[0]
    parts: list[str] = []
    for line in lines[1:]:
        broken = _BROKEN_WORD.search(text[-60:])
        following = _NEXT_WORD.match(line)
        if not broken or not following or not following[0][0].islower():
            parts.append(text + " ")
        else:
            # The document's own spelling decides; a word it never writes otherwise was broken by its hyphen.
            with_hyphen = f"{broken[1]}-{following[0]}".lower()
            keeps = words[with_hyphen] > words[with_hyphen.replace("-", "")]
            parts.append(text if keeps else text[:-1])
        text = line
    return "".join([*parts, text])
