"""From a report to its passages: spans of whole sentences inside one entry, with their sentences and dates.

An entry of at most ``chunk_words`` words is one passage. A longer one is cut at its paragraphs first: paragraphs that fit
together stay together, one of a few words (a heading, a list item) goes with the next; a paragraph too long by itself is cut
at sentence ends into pieces of about the same length, each but the first repeating the last ``chunk_overlap_sentences``
sentences of the one before; a sentence too long by itself is cut after a clause or at a space. Furniture inside an entry (the
head of a page) ends a passage.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from rag.reports.dates import find_dates
from rag.reports.sentences import split_sentences
from rag.settings import Splitting
from rag.types import DateMention, Entry, Passage, Report, Span

_WORD = re.compile(r"\S+")
_BLANK_LINE = re.compile(r"\n[ \t\r\f\v\xa0]*\n")
_CLAUSE_END = re.compile(r"[,;:—–)]$")


def split_report(report: Report, settings: Splitting) -> tuple[Passage, ...]:
    """Cut a report into passages.

    Args:
        report: The report.
        settings: Sizes.

    Returns:
        Passages in the order of the text, never across two entries; overlapping only by the repeated sentences.
    """
    passages: list[Passage] = []
    furniture = list(report.furniture)
    starts = [span.start for span in furniture]
    for entry in report.entries:
        # Relative dates lean on what was said before in the entry, so they are read once over all of it.
        anchor = entry.on.end if entry.on else report.published_on
        dates = find_dates(report.text[entry.start : entry.end], anchor, entry.start, latest=report.published_on)
        first = bisect_left(starts, entry.start)
        last = bisect_left(starts, entry.end)
        for sentences in _cut(report.text, entry, furniture[first:last], settings):
            passages.append(_passage(report, entry, sentences, dates))
    return tuple(passages)


def _passage(report: Report, entry: Entry, sentences: Sequence[Span], dates: Sequence[DateMention]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    first = bisect_left(dates, start, key=lambda mention: mention.start)
    last = bisect_left(dates, end, key=lambda mention: mention.start)
    return Passage(
        id=f"{report.id}-{start}-{end}",
        report_id=report.id,
        report=report.name,
        title=report.title,
        country=report.country,
        published_on=report.published_on,
        entry=entry.index,
        on=entry.on,
        place=entry.place,
        is_lead=entry.is_lead,
        start=start,
        end=end,
        text=report.text[start:end],
        sentences=tuple(sentences),
        dates=tuple(mention for mention in dates[first:last] if mention.end <= end),
    )


def _cut(text: str, entry: Entry, furniture: Sequence[Span], settings: Splitting) -> Iterator[list[Span]]:
    """The sentences of each passage of an entry."""
    at = entry.start
    for span in (*furniture, Span(entry.end, entry.end)):
        if text[at : span.start].strip():
            yield from _cut_piece(text, at, span.start, settings)
        at = span.end


def _cut_piece(text: str, start: int, end: int, settings: Splitting) -> Iterator[list[Span]]:
    limit = settings.chunk_words
    together: list[Span] = []
    n_together = 0
    for first, last in _clusters(text, start, end, limit // 10):
        sentences = [piece for span in split_sentences(text[first:last], first) for piece in _fitting(text, span, limit)]
        n_words = _count(text, first, last)
        if together and n_together + n_words > limit:
            yield together
            together, n_together = [], 0
        if n_words > limit:
            # The pieces are balanced by themselves: the next paragraph does not join the last of them.
            yield from _balanced(text, sentences, settings)
        else:
            together = together + sentences
            n_together += n_words
    if together:
        yield together


def _clusters(text: str, start: int, end: int, small: int) -> Iterator[tuple[int, int]]:
    """Paragraphs, the small ones (headings, list items) joined to what follows them, the last ones to what stands above."""
    first = held = -1
    for at, last in _paragraphs(text, start, end):
        if first >= 0 and _has_words(text, first, held, small) and _has_words(text, at, end, small):
            yield first, held
            first = -1
        first = at if first < 0 else first
        held = last
    if first >= 0:
        yield first, held


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for match in _BLANK_LINE.finditer(text, start, end):
        if text[at : match.start()].strip():
            yield at, match.start()
        at = match.end()
    if text[at:end].strip():
        yield at, end


def _count(text: str, start: int, end: int) -> int:
    return sum(1 for _ in _WORD.finditer(text, start, end))


def _has_words(text: str, start: int, end: int, n: int) -> bool:
    """Whether there are so many words; looks no further than it must."""
    return sum(1 for _ in islice(_WORD.finditer(text, start, end), n)) == n


def _balanced(text: str, sentences: Sequence[Span], settings: Splitting) -> Iterator[list[Span]]:
    """Consecutive sentences in pieces of about the same number of words; what is left over is shared out anew after each."""
    words = [_count(text, span.start, span.end) for span in sentences]
    limit, overlap = settings.chunk_words, settings.chunk_overlap_sentences
    left = sum(words)
    first = 0
    while first < len(sentences):
        target = left / -(-left // limit)
        last, size = first + 1, words[first]
        while last < len(sentences) and size + words[last] <= limit and size + words[last] / 2 <= target:
            size += words[last]
            last += 1
        back, room = first, limit - size
        while back > 0 and first - back < overlap and words[back - 1] <= room:
            back -= 1
            room -= words[back]
        yield list(sentences[back:last])
        left -= size
        first = last


def _fitting(text: str, span: Span, limit: int) -> Iterator[Span]:
    """The sentence itself, or clauses of at most ``limit`` words of one that is longer."""
    words = [match.span() for match in _WORD.finditer(text, span.start, span.end)]
    # a tenth of the limit is left as room to end the pieces after clauses
    n_pieces = 1 if len(words) <= limit else -(-len(words) * 10 // (limit * 9))
    first = 0
    for piece in range(n_pieces, 0, -1):
        left = len(words) - first
        size = -(-left // piece)
        last = first + size
        if piece > 1:
            # up to a fifth of the piece is given up to end it after a clause
            for cut in range(last, max(first + 1, last - size // 5), -1):
                if _CLAUSE_END.search(text[slice(*words[cut - 1])]) and len(words) - cut <= limit * (piece - 1):
                    last = cut
                    break
        yield Span(words[first][0], words[last - 1][1])
        first = last
