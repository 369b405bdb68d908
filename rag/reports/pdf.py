"""PDF to text with pypdf: its limits on, pages counted first, lines put together to paragraphs."""

from __future__ import annotations

import io
import logging
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from rag.errors import ReportError
from rag.reports.blocks import Blocks, check_length, sane_day, sane_title
from rag.reports.encodings import has_words
from rag.reports.extracted import Extracted
from rag.reports.reflow import Line, flow
from rag.settings import Limits

if TYPE_CHECKING:
    from pypdf import PdfReader

logger = logging.getLogger(__name__)

_DAMAGED = "damaged, not a readable PDF; save or fetch it again"
_TAIL_BYTES = 4096
# pypdf's own default for one stream is 75 MB; a page of text is a thousandth of that.
_STREAM_BYTES = 30_000_000


def extract_pdf(data: bytes, name: str, limits: Limits) -> Extracted:
    """Read the text layer of a PDF.

    Running heads, running feet and page numbers are left out, paragraphs broken over lines and pages are put together.

    Args:
        data: The file.
        name: For messages.
        limits: ``pages`` and ``text_mb`` count.

    Returns:
        The text; title and day of creation from its properties where they are sane. No headings: a PDF marks none.

    Raises:
        ReportError: Cut short, damaged, encrypted, too long, or without a text layer.
        MemoryError: Passed on: the process is at its limit, which says nothing about the file's form.
    """
    import pypdf
    from pypdf.errors import LimitReachedError

    tail = data.rstrip(b"\0\t\n\r ")[-_TAIL_BYTES:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        raise ReportError(name, "cut short: the end of the PDF is missing; fetch or copy it again")
    try:
        # No helper program is ever started (jbig2dec), and what one stream unpacks to stays small.
        with pypdf.apply_configuration(
            zlib_maximum_output_length=_STREAM_BYTES,
            lzw_maximum_output_length=_STREAM_BYTES,
            run_length_maximum_output_length=_STREAM_BYTES,
            jbig2dec_binary=None,
        ):
            reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
            if reader.is_encrypted:
                _open_without_password(reader, name)
            return _read(reader, name, limits)
    except (ReportError, MemoryError):
        raise
    except LimitReachedError as error:
        raise ReportError(name, "unpacks beyond reason, as decompression bombs do; print it to a new PDF") from error
    except Exception as error:
        # Damaged files make pypdf raise nearly anything (KeyError, TypeError, RecursionError ...); all mean the same here.
        logger.debug("%s: pypdf failed", name, exc_info=True)
        raise ReportError(name, _DAMAGED) from error


def _open_without_password(reader: PdfReader, name: str) -> None:
    from pypdf.errors import DependencyError

    try:
        opened = reader.decrypt("")
    except DependencyError:
        opened = None  # AES needs the cryptography package, which is not required for anything else
    if not opened:
        raise ReportError(name, "encrypted; save a copy without a password")


def _read(reader: PdfReader, name: str, limits: Limits) -> Extracted:
    n_pages = len(reader.pages)
    if n_pages > limits.pages:
        raise ReportError(name, f"{n_pages} pages (at most {limits.pages}); split it, or raise limits.pages")
    pages: list[list[Line]] = []
    n_characters = 0
    for page in reader.pages:
        lines = _lines(page)
        n_characters += sum(len(line.text) for line in lines)
        check_length(n_characters, name, limits)
        pages.append(lines)
    blocks = Blocks(name, limits)
    for paragraph in flow(pages):
        blocks.add(paragraph)
    if not has_words(blocks.text):
        raise ReportError(name, "no text layer (a scan, perhaps); run OCR on it first")
    title, day = _properties(reader)
    return Extracted(blocks.text, "pdf", title, day)


def _lines(page: Any) -> list[Line]:
    """The lines of a page with their places, in the order of the page's own content."""
    lines: list[Line] = []
    waiting: list[tuple[str, float, float, float]] = []

    def finish() -> None:
        text = " ".join("".join(piece[0] for piece in waiting).split())
        if text:
            _, x, y, size = next(piece for piece in waiting if piece[0].strip())
            lines.append(Line(text, x, y, size))
        waiting.clear()

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        height = abs(size * tm[3] * cm[3]) or abs(size)
        for index, piece in enumerate(re.split("\n", text)):
            if index:
                finish()
            if piece:
                waiting.append((piece, x, y, height))

    plain = page.extract_text(visitor_text=visit)
    finish()
    n_seen = sum(len(line.text.replace(" ", "")) for line in lines)
    if n_seen < 0.9 * len("".join(plain.split())):
        # Some content streams report no positions: the bare lines then, one size, evenly spaced.
        return [
            Line(" ".join(line.split()), 0.0, -12.0 * number, 10.0)
            for number, line in enumerate(plain.split("\n"))
            if line.strip()
        ]
    return lines


def _properties(reader: PdfReader) -> tuple[str, date | None]:
    try:
        info = reader.metadata
        if info is None:
            return "", None
        return sane_title(str(info.get("/Title") or "")), sane_day(str(info.get("/CreationDate") or ""))
    except Exception:
        # The properties are an extra: a file whose text reads well is not refused for them.
        logger.debug("unreadable PDF properties", exc_info=True)
        return "", None
