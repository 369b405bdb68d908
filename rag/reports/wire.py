"""What the parent and the reading child say to each other: length-prefixed frames of JSON, checked field by field on arrival.

The child parses hostile files, so nothing it sends is unpickled or trusted: passages travel as positions, and the parent cuts
their text out of the report itself, sets name, size and hash from what it read, and refuses anything out of place.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, Literal, cast, get_args

from rag.reports.names import AcronymPair
from rag.types import DateKind, DateMention, DateRange, Entry, Passage, Report, ReportFormat, Span

_LENGTH = struct.Struct(">Q")
_KINDS = get_args(DateKind)
_FORMATS = get_args(ReportFormat)
_REQUEST_BYTES = 1 << 20
_SURROGATE = re.compile("[\ud800-\udfff]")

ReplyKind = Literal["ok", "refused", "memory", "failed"]


class WireError(Exception):
    """The other side sent something that is no valid message."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """All that reading one file yields.

    Attributes:
        report: The report.
        passages: In the order of its text.
        acronyms: Acronyms and long names the text itself explains.
    """

    report: Report
    passages: tuple[Passage, ...]
    acronyms: tuple[AcronymPair, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A file on its way to the child."""

    name: str
    sha256: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a result ("ok"), a refusal in words ("refused"), memory that ran out, or a failure of the reader itself.

    Attributes:
        kind: Which of them.
        reason: For all but "ok", one line.
        value: For "ok", what ``pack_result`` made.
        retire: The child asks to be replaced (its memory has grown).
    """

    kind: ReplyKind
    reason: str
    value: dict[str, Any]
    retire: bool


def send(stream: BinaryIO, *parts: bytes) -> None:
    """Write one frame made of the parts.

    Args:
        stream: To write to.
        *parts: Joined without anything between them.
    """
    stream.write(_LENGTH.pack(sum(len(part) for part in parts)))
    for part in parts:
        stream.write(part)
    stream.flush()


def receive(stream: BinaryIO, most: int) -> bytes | None:
    """Read one frame.

    Args:
        stream: To read from.
        most: Largest length accepted, in bytes.

    Returns:
        Its content; None when the stream ended, before or within it.

    Raises:
        WireError: It claims to be longer than ``most``.
    """
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > most:
        raise WireError(f"a message of {length} bytes, at most {most} were expected")
    body = stream.read(length)
    return body if len(body) == length else None


def send_request(stream: BinaryIO, request: Request) -> None:
    """Send a file: a frame that describes it, then a frame with its bytes."""
    send(stream, json.dumps({"name": request.name, "sha256": request.sha256}).encode())
    send(stream, request.data)


def receive_request(stream: BinaryIO, most: int) -> Request | None:
    """The next file, or None when there are no more."""
    head = receive(stream, _REQUEST_BYTES)
    if head is None:
        return None
    data = receive(stream, most)
    if data is None:
        return None
    described = json.loads(head)
    return Request(described["name"], described["sha256"], data)


def pack_reply(kind: ReplyKind, reason: str = "", value: dict[str, Any] | None = None, *, retire: bool = False) -> bytes:
    """A reply as bytes."""
    reply = {"kind": kind, "reason": reason, "value": value or {}, "retire": retire}
    # Lone surrogates do not exist in clean text; should one slip through, it must not break the line.
    return json.dumps(reply, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def unpack_reply(data: bytes) -> Reply:
    """A reply out of bytes that may hold anything.

    Args:
        data: One frame.

    Returns:
        The reply, its ``value`` not yet looked into.

    Raises:
        WireError: The bytes are no reply.
    """
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise WireError("not JSON") from error
    if not isinstance(raw, dict) or raw.get("kind") not in get_args(ReplyKind):
        raise WireError("no reply")
    return Reply(raw["kind"], _string(raw, "reason"), _dict(raw, "value"), raw.get("retire") is True)


def pack_result(report: Report, passages: Sequence[Passage], acronyms: Sequence[AcronymPair]) -> dict[str, Any]:
    """A result as plain lists; the passages without their text, and without what they share with the report."""
    return {
        "id": report.id,
        "title": report.title,
        "country": report.country,
        "published_on": _day_out(report.published_on),
        "text": report.text,
        "format": report.format,
        "entries": [[e.start, e.end, _range_out(e.on), e.place, e.heading, e.is_lead] for e in report.entries],
        "furniture": [[span.start, span.end] for span in report.furniture],
        "passages": [
            [
                p.entry,
                p.start,
                p.end,
                [[s.start, s.end] for s in p.sentences],
                [[d.start, d.end, _range_out(d.range), d.kind] for d in p.dates],
            ]
            for p in passages
        ],
        "acronyms": [[pair.short, pair.long] for pair in acronyms],
    }


def unpack_result(value: dict[str, Any], *, name: str, sha256: str, size: int, report_id: str) -> ReadResult:
    """A result out of a reply, every field checked.

    Args:
        value: Of an "ok" reply.
        name: File name the parent knows.
        sha256: Of the bytes the parent read.
        size: Of them.
        report_id: What the id must be.

    Returns:
        The result.

    Raises:
        WireError: A field is missing, of a wrong type, or a position lies outside what it belongs to.
    """
    try:
        return _unpack_result(value, name, sha256, size, report_id)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise WireError(f"a malformed result ({type(error).__name__})") from error


def _unpack_result(value: dict[str, Any], name: str, sha256: str, size: int, report_id: str) -> ReadResult:
    if value["id"] != report_id:
        raise WireError("the id of another report")
    if value["format"] not in _FORMATS:
        raise WireError("an unknown format")
    text = _string(value, "text")
    entries: list[Entry] = []
    last = 0
    for index, (start, end, on, place, heading, is_lead) in enumerate(value["entries"]):
        span = _span(start, end, last, len(text))
        last = span.end
        entries.append(Entry(index, span.start, span.end, _range_in(on), _text(place), _text(heading), is_lead is True))
    report = Report(
        id=report_id,
        name=name,
        title=_string(value, "title"),
        country=_string(value, "country"),
        published_on=_day_in(value["published_on"]),
        text=text,
        entries=tuple(entries),
        furniture=tuple(_span(start, end, 0, len(text)) for start, end in value["furniture"]),
        format=cast(ReportFormat, value["format"]),
        sha256=sha256,
        size=size,
    )
    passages = tuple(_passage(row, report) for row in value["passages"])
    if len({passage.id for passage in passages}) < len(passages):
        raise WireError("two passages at one place")
    acronyms = tuple(AcronymPair(_text(short), _text(long)) for short, long in value["acronyms"])
    return ReadResult(report, passages, acronyms)


def _passage(row: list[Any], report: Report) -> Passage:
    index, start, end, sentences, dates = row
    if type(index) is not int or not 0 <= index < len(report.entries):
        raise WireError("a passage of no entry")
    entry = report.entries[index]
    span = _span(start, end, entry.start, entry.end)
    return Passage(
        id=f"{report.id}-{span.start}-{span.end}",
        report_id=report.id,
        report=report.name,
        title=report.title,
        country=report.country,
        published_on=report.published_on,
        entry=index,
        on=entry.on,
        place=entry.place,
        is_lead=entry.is_lead,
        start=span.start,
        end=span.end,
        text=report.text[span.start : span.end],
        sentences=tuple(_span(first, last, span.start, span.end) for first, last in sentences),
        dates=tuple(_mention(mention, span, report.text) for mention in dates),
    )


def _mention(row: list[Any], within: Span, text: str) -> DateMention:
    start, end, days, kind = row
    span = _span(start, end, within.start, within.end)
    meant = _range_in(days)
    if meant is None or kind not in _KINDS:
        raise WireError("a date mention without a date")
    return DateMention(span.start, span.end, text[span.start : span.end], meant, cast(DateKind, kind))


def _span(start: Any, end: Any, lowest: int, highest: int) -> Span:
    if type(start) is not int or type(end) is not int or not lowest <= start <= end <= highest:
        raise WireError(f"a place {start}..{end} outside {lowest}..{highest}")
    return Span(start, end)


def _range_out(days: DateRange | None) -> list[str] | None:
    return [days.start.isoformat(), days.end.isoformat()] if days else None


def _range_in(value: Any) -> DateRange | None:
    if value is None:
        return None
    start, end = value
    return DateRange(date.fromisoformat(start), date.fromisoformat(end))


def _day_out(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day_in(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or bool(_SURROGATE.search(value)):
        raise WireError("no text where text was expected")
    return value


def _string(value: dict[str, Any], key: str) -> str:
    return _text(value[key]) if key in value else _missing(key)


def _missing(key: str) -> str:
    raise WireError(f"no {key}")


def _dict(value: dict[str, Any], key: str) -> dict[str, Any]:
    found = value.get(key)
    if not isinstance(found, dict):
        raise WireError(f"no {key}")
    return found
