"""Between catalog rows and our dataclasses: days as integers, spans and mentions as compact JSON, vectors as float16 blobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.types import DateMention, DateRange, Entry, Passage, Report, Span

FloatArray = npt.NDArray[np.float32]
FIRST_DAY = 0
LAST_DAY = 99_991_231


def day_number(day: date) -> int:
    """``YYYYMMDD`` of a day."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> date:
    """The day of a ``YYYYMMDD`` number."""
    return date(number // 10_000, number // 100 % 100, number % 100)


def range_of(first: int | None, last: int | None) -> DateRange | None:
    """The range of two day numbers; None when either is missing."""
    return None if first is None or last is None else DateRange(day_of(first), day_of(last))


def pack_spans(spans: Iterable[Span], base: int) -> str:
    """JSON of spans as offsets from ``base``, flat: start, end, start, end ..."""
    return json.dumps([offset - base for span in spans for offset in (span.start, span.end)], separators=(",", ":"))


def unpack_spans(packed: str, base: int) -> tuple[Span, ...]:
    """The spans ``pack_spans`` packed."""
    flat: list[int] = json.loads(packed)
    return tuple(Span(base + start, base + end) for start, end in zip(flat[::2], flat[1::2], strict=True))


def pack_mentions(mentions: Iterable[DateMention], base: int) -> str:
    """JSON of date mentions with offsets from ``base``."""
    rows = [[m.start - base, m.end - base, m.text, day_number(m.range.start), day_number(m.range.end), m.kind] for m in mentions]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def unpack_mentions(packed: str, base: int) -> tuple[DateMention, ...]:
    """The mentions ``pack_mentions`` packed."""
    return tuple(
        DateMention(base + start, base + end, text, DateRange(day_of(first), day_of(last)), kind)
        for start, end, text, first, last, kind in json.loads(packed)
    )


def passage_of(row: Sequence[Any]) -> Passage:
    """A passage from a row of ``lookup.PASSAGE_COLUMNS``."""
    start = row[11]
    return Passage(
        id=row[0],
        report_id=row[1],
        report=row[2],
        title=row[3],
        country=row[4],
        published_on=None if row[5] is None else day_of(row[5]),
        entry=row[6],
        on=range_of(row[7], row[8]),
        place=row[9] or "",
        is_lead=bool(row[10]),
        start=start,
        end=row[12],
        text=row[13],
        sentences=unpack_spans(row[14], start),
        dates=unpack_mentions(row[15], start),
    )


def report_of(row: Sequence[Any], entries: Iterable[Sequence[Any]], furniture: Iterable[Sequence[Any]]) -> Report:
    """A report from its row, its entry rows and its furniture rows."""
    return Report(
        id=row[0],
        name=row[1],
        title=row[2],
        country=row[3],
        published_on=None if row[4] is None else day_of(row[4]),
        text=row[8],
        entries=tuple(Entry(e[0], e[1], e[2], range_of(e[3], e[4]), e[5], e[6], bool(e[7])) for e in entries),
        furniture=tuple(Span(start, stop) for start, stop in furniture),
        format=row[5],
        sha256=row[6],
        size=row[7],
    )


def days_of(passage: Passage) -> set[tuple[int, int]]:
    """Day ranges that a date filter may meet: the entry's (else the report's) and every date mentioned."""
    days = {(day_number(m.range.start), day_number(m.range.end)) for m in passage.dates}
    if passage.on is not None:
        days.add((day_number(passage.on.start), day_number(passage.on.end)))
    elif passage.published_on is not None:
        days.add((day_number(passage.published_on), day_number(passage.published_on)))
    return days


def pack_vector(vector: npt.NDArray[Any]) -> bytes:
    """Little-endian float16 bytes: half the size, cosine changed by less than 0.001."""
    return np.ascontiguousarray(vector, dtype="<f2").tobytes()


def unpack_vectors(blob: bytes, dim: int) -> FloatArray:
    """Vectors of a blob, shape ``(n, dim)``."""
    return widen(np.frombuffer(blob, dtype="<f2").reshape(-1, dim))


def widen(halves: npt.NDArray[np.float16]) -> FloatArray:
    """Float16 to float32, for finite values: a shift of the bits, six times as fast as numpy's own on the CPU measured.

    A half's exponent is biased by 15 and a float's by 127; multiplying by 2**112 makes up for it, subnormals included.
    """
    bits = halves.view(np.uint16)
    wide = (bits & 0x7FFF).astype(np.uint32)
    wide <<= 13
    floats = wide.view(np.float32)
    floats *= np.float32(2.0**112)
    wide |= (bits & 0x8000).astype(np.uint32) << 16
    return floats


def digest_of(texts: Sequence[str]) -> str:
    """32 hexadecimal digits that tell whether texts were embedded before."""
    return hashlib.blake2b(json.dumps(texts).encode(), digest_size=16).hexdigest()
