"""Builds the files the tests read: real ones, broken ones and hostile ones."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(
    paragraphs: Sequence[str] = ("Two mines went off near Kidal.",), *, title: str = "", head: str = "", invariant: bool = True
) -> bytes:
    """A PDF by reportlab, its text broken into lines and pages as a word processor would."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    style = getSampleStyleSheet()["BodyText"]
    out = io.BytesIO()

    def furnish(canvas: object, document: object) -> None:
        if head:
            canvas.drawString(72, 800, head)  # type: ignore[attr-defined]
            canvas.drawString(300, 20, f"Page {document.page}")  # type: ignore[attr-defined]

    document = SimpleDocTemplate(out, title=title or None, invariant=invariant)
    document.build([Paragraph(text, style) for text in paragraphs], onFirstPage=furnish, onLaterPages=furnish)
    return out.getvalue()


def scanned_pdf(n_pages: int = 1) -> bytes:
    """Pages with lines drawn on them and no text."""
    from reportlab.pdfgen import canvas

    out = io.BytesIO()
    page = canvas.Canvas(out)
    for _ in range(n_pages):
        page.line(0, 0, 100, 100)
        page.showPage()
    page.save()
    return out.getvalue()


def encrypted_pdf(user_password: str, algorithm: str = "AES-256") -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt(user_password, "the owner's", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_bomb(n_bytes: int) -> bytes:
    """One page whose content unpacks to that many bytes."""
    compressor = zlib.compressobj(9)
    chunk = b"BT /F1 12 Tf (x) Tj ET\n" * 50_000
    packed = b"".join(compressor.compress(chunk) for _ in range(n_bytes // len(chunk) + 1)) + compressor.flush()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream",
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def docx(body: str = "<w:p><w:r><w:t>Two mines went off near Kidal.</w:t></w:r></w:p>", **parts: bytes | str) -> bytes:
    """A DOCX by hand, from the inside of its body; further parts by name, ``/`` written ``__`` and ``.`` written ``_dot_``."""
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    members: dict[str, bytes | str] = {"[Content_Types].xml": "<Types/>", "word/document.xml": document}
    members.update({key.replace("__", "/").replace("_dot_", "."): value for key, value in parts.items()})
    return zipped(members)


def zipped(members: Mapping[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx_by_word_processor(blocks: Sequence[tuple[str, int | None]], *, title: str = "") -> bytes:
    """A DOCX by python-docx: paragraphs (None) and headings (their level)."""
    import docx as python_docx

    document = python_docx.Document()
    for text, level in blocks:
        if level is None:
            document.add_paragraph(text)
        else:
            document.add_heading(text, level)
    document.core_properties.title = title
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def docx_bomb(n_bytes: int) -> bytes:
    return docx("<w:p><w:r><w:t>" + "a" * n_bytes + "</w:t></w:r></w:p>")


def lying_docx(n_bytes: int) -> bytes:
    """A bomb whose directory says that it unpacks to 100 bytes."""
    data = bytearray(docx_bomb(n_bytes))
    real = next(i.file_size for i in zipfile.ZipFile(io.BytesIO(bytes(data))).infolist() if i.filename == "word/document.xml")
    return bytes(data).replace(real.to_bytes(4, "little"), (100).to_bytes(4, "little"))


def outcome(data: bytes, name: str) -> str:
    """The text of a file, or the one line it is refused with; any other exception is a defect."""
    from rag.errors import ReportError
    from rag.reports.files import extract
    from rag.settings import Limits

    try:
        return extract(data, name, Limits()).text
    except ReportError as error:
        return str(error)


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + f']><w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>'
)
"""An XML document that would unfold to a billion words."""
