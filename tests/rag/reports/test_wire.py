from __future__ import annotations

import io
import struct
from datetime import date
from typing import Any

import pytest

from rag.reports.names import AcronymPair
from rag.reports.wire import (
    Request,
    WireError,
    pack_reply,
    pack_result,
    receive,
    receive_request,
    send,
    send_request,
    unpack_reply,
    unpack_result,
)
from rag.types import DateMention, DateRange, Entry, Passage, Report, Span

TEXT = "Mali: Quiet\n\nApril 6, 2018: Nobody was killed."
DAY = DateRange(date(2018, 4, 6), date(2018, 4, 6))
REPORT = Report(
    "r1",
    "a.txt",
    "Mali: Quiet",
    "Mali",
    DAY.start,
    TEXT,
    (Entry(0, 13, 46, DAY, "Gao", "", True),),
    (Span(0, 11),),
    "txt",
    "ab",
    9,
)
PASSAGE = Passage(
    id="r1-13-46",
    report_id="r1",
    report="a.txt",
    title="Mali: Quiet",
    country="Mali",
    published_on=DAY.start,
    entry=0,
    on=DAY,
    place="Gao",
    is_lead=True,
    start=13,
    end=46,
    text=TEXT[13:46],
    sentences=(Span(13, 46),),
    dates=(DateMention(13, 26, "April 6, 2018", DAY, "absolute"),),
)
PAIR = AcronymPair("UN", "United Nations")


def unpack(value: dict[str, Any]) -> Any:
    return unpack_result(value, name="a.txt", sha256="ab", size=9, report_id="r1")


def packed(**changes: Any) -> dict[str, Any]:
    return {**unpack_reply(pack_reply("ok", value=pack_result(REPORT, [PASSAGE], [PAIR]))).value, **changes}


def test_result_comes_back_as_it_was() -> None:
    result = unpack(packed())
    assert (result.report, result.passages, result.acronyms) == (REPORT, (PASSAGE,), (PAIR,))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "another"},
        {"format": "exe"},
        {"text": 5},
        {"text": "a\ud800"},
        {"title": None},
        {"published_on": "soon"},
        {"published_on": 5},
        {"entries": [[0, 10_000, None, "", "", False]]},
        {"entries": [[-5, 3, None, "", "", False]]},
        {"entries": [[13, 46, ["2018-04-06", "2018-04-01"], "", "", False]]},
        {"entries": [[13, 46, None, 7, "", False]]},
        {"entries": [[13, 46, None, "", "", False], [20, 30, None, "", "", False]]},
        {"entries": None},
        {"furniture": [[0, 99]]},
        {"furniture": [[True, 2]]},
        {"passages": [[1, 13, 46, [], []]]},
        {"passages": [[0, 12, 46, [], []]]},
        {"passages": [[0, 13.0, 46, [], []]]},
        {"passages": [[0, 13, 46, [[0, 5]], []]]},
        {"passages": [[0, 13, 46, [], [[13, 26, None, "absolute"]]]]},
        {"passages": [[0, 13, 46, [], [[13, 26, ["2018-04-06", "2018-04-06"], "never"]]]]},
        {"passages": [[0, 13, 46, [], []], [0, 13, 46, [], []]]},
        {"passages": [[0, 13, 46]]},
        {"acronyms": [["UN"]]},
        {"acronyms": [["UN", 5]]},
    ],
    ids=lambda changes: str(changes)[:50],
)
def test_result_with_anything_out_of_place_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(WireError):
        unpack(packed(**changes))


@pytest.mark.parametrize("key", list(packed()))
def test_result_without_a_field_is_refused(key: str) -> None:
    value = packed()
    del value[key]
    with pytest.raises(WireError):
        unpack(value)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b'{"kind":"odd"}', b'{"kind":"ok"}', b"[" * 100_000, b"\xff\xfe", b"1" * 9999]
)
def test_reply_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        unpack_reply(data)


def test_frame_longer_than_allowed_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError, match="at most 10"):
        receive(io.BytesIO(struct.pack(">Q", 1 << 60)), 10)


@pytest.mark.parametrize("data", [b"", b"\0\0", struct.pack(">Q", 5) + b"abc"])
def test_stream_that_ends_early_gives_nothing(data: bytes) -> None:
    assert receive(io.BytesIO(data), 10) is None


def test_request_comes_back_as_it_was() -> None:
    stream = io.BytesIO()
    send_request(stream, Request("é.txt", "ab", b"\0\n"))
    send(stream, b"")
    stream.seek(0)
    assert receive_request(stream, 10) == Request("é.txt", "ab", b"\0\n")
    assert receive(stream, 10) == b""
