"""DOCX to text, read as a stream: the archive is checked before it is opened and again while it unpacks.

WordprocessingML is parsed with lxml's event interface instead of being built into a document: memory stays flat, a document type
declaration (entity bombs) stops the reading before its entities exist, and only the parts that hold text are unpacked at all.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from typing import Any

from rag.errors import ReportError
from rag.reports.blocks import Blocks, check_memory, sane_day, sane_title, tidy_title
from rag.reports.extracted import Extracted
from rag.reports.wordml import Body, CoreProperties, Relationships, Styles
from rag.settings import Limits

_MAX_ENTRIES = 10_000
# Below this a high ratio does no harm (a short form of repeated rows packs very well).
_RATIO_MATTERS_BYTES = 1_000_000
_CHUNK = 1 << 18
_DAMAGED = "damaged or cut short, not a readable DOCX; save it again from its program"


def extract_docx(data: bytes, name: str, limits: Limits) -> Extracted:
    """Read a Word document: paragraphs and tables in document order, headings by their styles.

    Deleted text of tracked changes and hidden text are left out, inserted text is kept. Headers, footers, notes and comments are
    other parts of the archive and are not read.

    Args:
        data: The file.
        name: For messages.
        limits: ``unpacked_mb``, ``ratio`` and ``text_mb`` count.

    Returns:
        The text; title of its properties, else of its title or first heading; the day it was created, where that is sane.

    Raises:
        ReportError: Damaged, encrypted, a bomb, or without text.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(_Archive(archive, name, len(data), limits), name, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, KeyError) as error:
        raise ReportError(name, _DAMAGED) from error


def is_docx(data: bytes) -> bool:
    """Whether a zip file's directory names a Word document's main part."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(info.filename.startswith("word/") and info.filename.endswith(".xml") for info in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        return b"word/document.xml" in data[:100_000]  # cut short: its directory, at the end, is gone


class _Archive:
    """The zip file, checked by its directory, with a budget on what really comes out of it."""

    def __init__(self, archive: zipfile.ZipFile, name: str, packed: int, limits: Limits) -> None:
        self._archive = archive
        self._name = name
        self._packed = packed
        self._limits = limits
        self._unpacked = 0
        infos = archive.infolist()
        if len(infos) > _MAX_ENTRIES:
            raise ReportError(name, f"{len(infos)} files inside (at most {_MAX_ENTRIES}); not a plain document, save it again")
        if any(info.flag_bits & 1 for info in infos):
            raise ReportError(name, "encrypted; save a copy without a password")
        self._check(sum(info.file_size for info in infos))
        self._members = {info.filename: info for info in infos}

    def _check(self, unpacked: int) -> None:
        if unpacked > self._limits.unpacked_mb * 1_000_000:
            raise ReportError(
                self._name,
                f"unpacks to more than {self._limits.unpacked_mb} MB; save it again smaller, or raise limits.unpacked_mb",
            )
        if unpacked > _RATIO_MATTERS_BYTES and unpacked > self._limits.ratio * self._packed:
            raise ReportError(
                self._name,
                f"unpacks to more than {self._limits.ratio} times its size, like a bomb; save it again, or raise limits.ratio",
            )

    def has(self, member: str) -> bool:
        return member in self._members

    def chunks(self, member: str) -> Iterator[bytes]:
        """The member's bytes in pieces, counted as they come out (a directory can lie about sizes)."""
        info = self._members[member]
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ReportError(self._name, "packed in a way no DOCX is; save it again from its program")
        with self._archive.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                self._unpacked += len(chunk)
                self._check(self._unpacked)
                yield chunk

    def parse(self, member: str, target: Any) -> None:
        """Feed a part to an event target; a part that is not there leaves the target as it is."""
        from lxml import etree

        if not self.has(member):
            return
        parser = etree.XMLParser(target=target, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            for chunk in self.chunks(member):
                parser.feed(chunk)
            parser.close()
        except etree.XMLSyntaxError as error:
            check_memory(parser)
            raise ReportError(self._name, _DAMAGED) from error


def _read(archive: _Archive, name: str, limits: Limits) -> Extracted:
    package = Relationships(name)
    archive.parse("_rels/.rels", package)
    main = package.target("officeDocument") or "word/document.xml"
    if not archive.has(main):
        raise ReportError(name, _DAMAGED)
    folder, file = posixpath.split(main)
    parts = Relationships(name, folder)
    archive.parse(f"{folder}/_rels/{file}.rels", parts)
    styles = Styles(name)
    archive.parse(parts.target("styles") or f"{folder}/styles.xml", styles)
    core = CoreProperties(name)
    archive.parse(package.target("core-properties") or "docProps/core.xml", core)
    blocks = Blocks(name, limits)
    body = Body(name, blocks, styles)
    archive.parse(main, body)
    if not blocks.n_characters:
        raise ReportError(name, "holds no text (pictures only, perhaps); give a document that has some")
    title = sane_title(core.values.get("title", "")) or tidy_title(body.title) or blocks.first_heading()
    return Extracted(blocks.text, "docx", title, _day(core.values), blocks.headings)


def _day(values: dict[str, str]) -> date | None:
    return sane_day(values.get("created", "")) or sane_day(values.get("modified", ""))
