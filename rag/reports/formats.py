"""What a file is, by its name and its content together: where they disagree it is refused with the ending it should have."""

from __future__ import annotations

import codecs
import os

from rag.errors import ReportError
from rag.reports.encodings import decode
from rag.types import ReportFormat

ENDINGS: dict[str, ReportFormat] = {
    ".txt": "txt",
    ".text": "txt",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
"""Endings that are read, lower case; any other is refused."""

_KNOWN = "txt, text, md, markdown, html, htm, pdf, docx"
_NAMES: dict[ReportFormat, str] = {
    "txt": "plain text",
    "md": "Markdown",
    "html": "an HTML page",
    "pdf": "a PDF",
    "docx": "a Word document (DOCX)",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Beginnings of files that are no text, with what to call them.
_FOREIGN = (
    (_OLE, "an old or encrypted Office file; save it as an unencrypted .docx"),
    (b"{\\rtf", "an RTF document; save it as .docx"),
    (b"%!PS", "a PostScript file; convert it to PDF"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"\x89PNG", "a picture; run OCR on it first"),
    (b"\xff\xd8\xff", "a picture; run OCR on it first"),
    (b"GIF8", "a picture; run OCR on it first"),
)


def check_name(name: str) -> None:
    """Refuse a file name that cannot be shown or stored, or whose ending is not read.

    Args:
        name: Without its folder.

    Raises:
        ReportError: Control characters, bytes that are no UTF-8, or an ending that is not read.
    """
    shown = name.encode("utf-8", "replace").decode("utf-8")
    if shown != name or not name.isprintable():
        visible = "".join(c if c.isprintable() else "?" for c in shown)
        raise ReportError(visible, "its name holds characters that cannot be shown; rename it")
    ending = os.path.splitext(name)[1].lower()
    if ending not in ENDINGS:
        what = f"the ending {ending} is not read" if ending else "it has no ending"
        raise ReportError(name, f"{what}; give a file that ends in one of: {_KNOWN}")


def format_of(data: bytes, name: str) -> ReportFormat:
    """The format of a file whose name was checked.

    Args:
        data: The whole file.
        name: Its name.

    Returns:
        What it is, which is what its ending says.

    Raises:
        ReportError: It is something else.
    """
    said = ENDINGS[os.path.splitext(name)[1].lower()]
    start = data[:1024].removeprefix(codecs.BOM_UTF8).lstrip()
    for beginning, what in _FOREIGN:
        if start.startswith(beginning):
            raise ReportError(name, f"not {_NAMES[said]} but {what}")
    # Readers of PDF allow some bytes before its mark; a text that merely speaks of it is no PDF.
    is_pdf = start.startswith(b"%PDF-") or (said == "pdf" and b"%PDF-" in data[:1024])
    is_zip = data.startswith((b"PK\x03\x04", b"PK\x05\x06"))
    if is_zip and said != "docx":
        from rag.reports.docx import is_docx

        if not is_docx(data):
            raise ReportError(
                name, f"not {_NAMES[said]} but a zip archive or another program's document; unpack or convert it first"
            )
    found: ReportFormat | None = "pdf" if is_pdf else "docx" if is_zip else None
    if found is None and said in ("txt", "md") and _starts_as_html(start):
        found = "html"
    if found is None and said in ("pdf", "docx"):
        decode(data[:65_536], name)  # binary data is called that, rather than text
        found = "html" if _starts_as_html(start) else "txt"
    if found and found != said:
        stem = os.path.splitext(name)[0]
        raise ReportError(name, f"wrong ending: this is {_NAMES[found]}; rename it to {stem}.{found}")
    return said


def _starts_as_html(start: bytes) -> bool:
    return start[:100].replace(b"\0", b"").lower().startswith((b"<!doctype html", b"<html"))
