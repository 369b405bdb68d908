"""WordprocessingML as events: targets of lxml's parser for the parts of a DOCX that say something."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field

from rag.errors import ReportError
from rag.reports.blocks import Blocks

_WORD = ("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main")
_HEADING_NAME = re.compile(r"heading ([1-9])", re.IGNORECASE)
_OFF = frozenset({"0", "false", "off", "none"})
# Left out with all they hold: deleted or moved text, field codes, older copies for old programs, former formatting.
_SKIPPED = frozenset(
    {"del", "moveFrom", "instrText", "delText", "delInstrText", "Fallback", "pPrChange", "rPrChange", "sectPr", "tblPr"}
)
_LONG_CELL_CHARS = 500


class _Target:
    """Common part of the event targets: names without their namespace, no document type declaration."""

    def __init__(self, name: str) -> None:
        self._name = name

    def doctype(self, *_: str | None) -> None:
        raise ReportError(
            self._name, "holds a document type declaration, as entity bombs do and no DOCX may; save it again from its program"
        )

    def close(self) -> None:
        return None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, tag: str) -> None:
        return None

    def data(self, text: str) -> None:
        return None


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _value(attributes: dict[str, str]) -> str:
    for namespace in _WORD:
        if (value := attributes.get(f"{{{namespace}}}val")) is not None:
            return value
    return ""


class Relationships(_Target):
    """Where a part's relationships lead, by the last word of their type."""

    def __init__(self, name: str, folder: str = "") -> None:
        super().__init__(name)
        self._folder = folder
        self._targets: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(self._folder, target))
            self._targets.setdefault(attributes.get("Type", "").rpartition("/")[2], path)

    def target(self, kind: str) -> str:
        """Name of the archive member related in that way, or ""."""
        return self._targets.get(kind, "")


class CoreProperties(_Target):
    """Title and dates of the document's properties."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.values: dict[str, str] = {}
        self._open = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open = _local(tag)

    def end(self, tag: str) -> None:
        self._open = ""

    def data(self, text: str) -> None:
        if self._open in ("title", "created", "modified") and len(self.values.get(self._open, "")) < 1000:
            self.values[self._open] = self.values.get(self._open, "") + text


class Styles(_Target):
    """Heading level of every paragraph style: by its name, its outline level, or the style it is based on."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._levels: dict[str, int] = {}
        self._names: dict[str, str] = {}
        self._based_on: dict[str, str] = {}
        self._style = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = _local(tag)
        if local == "style":
            self._style = next((value for key, value in attributes.items() if _local(key) == "styleId"), "")
        elif not self._style:
            return
        elif local == "name":
            name = _value(attributes)
            self._names[self._style] = name.lower()
            if match := _HEADING_NAME.fullmatch(name):
                self._levels[self._style] = int(match[1])
        elif local == "basedOn":
            self._based_on[self._style] = _value(attributes)
        elif local == "outlineLvl" and _value(attributes) in set("012345678"):
            self._levels.setdefault(self._style, int(_value(attributes)) + 1)

    def end(self, tag: str) -> None:
        if _local(tag) == "style":
            self._style = ""

    def level(self, style: str) -> int:
        """Heading level of a style, 0 for body text."""
        for _ in range(20):  # styles may be based on each other in a circle
            if style in self._levels:
                return self._levels[style]
            if self.is_title(style):
                return 1
            style = self._based_on.get(style, "")
        return 0

    def is_title(self, style: str) -> bool:
        return self._names.get(style) == "title"


@dataclass(slots=True)
class _Paragraph:
    parts: list[str] = field(default_factory=list)
    style: str = ""
    outline: int | None = None


@dataclass(slots=True)
class _Table:
    row: list[list[str]] = field(default_factory=list)
    n_rows: int = 0


class Body(_Target):
    """The main part: writes paragraphs, headings and table rows into blocks, in document order."""

    def __init__(self, name: str, blocks: Blocks, styles: Styles) -> None:
        super().__init__(name)
        self.title = ""
        self._blocks = blocks
        self._styles = styles
        self._paragraphs: list[_Paragraph] = []
        self._tables: list[_Table] = []
        self._n_skipped = 0
        self._n_runs = 0
        self._is_hidden = False
        self._in_text = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = _local(tag)
        if self._n_skipped or local in _SKIPPED:
            self._n_skipped += 1
        elif local == "p":
            self._paragraphs.append(_Paragraph())
        elif local == "tbl":
            self._tables.append(_Table())
        elif local == "tc" and self._tables:
            self._tables[-1].row.append([])
        elif local == "r":
            self._n_runs += 1
            self._is_hidden = False
        elif local == "t":
            self._in_text = True
        elif self._paragraphs:
            self._inside_paragraph(local, attributes)

    def _inside_paragraph(self, local: str, attributes: dict[str, str]) -> None:
        paragraph = self._paragraphs[-1]
        if local == "pStyle":
            paragraph.style = _value(attributes)
        elif local == "outlineLvl" and _value(attributes).isdecimal():
            paragraph.outline = int(_value(attributes)[:2])
        elif local in ("vanish", "webHidden") and self._n_runs:
            self._is_hidden = _value(attributes).lower() not in _OFF
        elif not self._n_runs or self._is_hidden:
            return
        elif local in ("br", "cr"):
            paragraph.parts.append("\n")
        elif local in ("tab", "ptab"):
            paragraph.parts.append(" ")
        elif local == "noBreakHyphen":
            paragraph.parts.append("-")

    def data(self, text: str) -> None:
        if self._in_text and self._paragraphs and not self._n_skipped and not self._is_hidden:
            self._paragraphs[-1].parts.append(text)

    def end(self, tag: str) -> None:
        if self._n_skipped:
            self._n_skipped -= 1
            return
        local = _local(tag)
        if local == "t":
            self._in_text = False
        elif local == "r":
            self._n_runs = max(0, self._n_runs - 1)
            self._is_hidden = False
        elif local == "p" and self._paragraphs:
            self._end_paragraph(self._paragraphs.pop())
        elif local == "tr" and self._tables:
            self._end_row(self._tables[-1])
        elif local == "tbl" and self._tables:
            self._tables.pop()

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        text = "".join(paragraph.parts)
        if self._tables:
            if self._tables[-1].row and text.strip():
                self._tables[-1].row[-1].append(text)
            return
        level = self._styles.level(paragraph.style)
        if paragraph.outline is not None:
            level = paragraph.outline + 1 if paragraph.outline <= 8 else 0
        if not self.title and self._styles.is_title(paragraph.style):
            self.title = text.strip()
        self._blocks.add(text, level)

    def _end_row(self, table: _Table) -> None:
        cells = [cell for cell in table.row if cell]
        table.row = []
        if len(self._tables) > 1:
            # A table inside a cell: its rows are lines of that cell.
            if self._tables[-2].row and cells:
                self._tables[-2].row[-1].append(" | ".join(" ".join(" ".join(cell).split()) for cell in cells))
            return
        if len(cells) == 1 or any(len(cell) > 1 and sum(map(len, cell)) > _LONG_CELL_CHARS for cell in cells):
            # A table that only lays out the page: its paragraphs are paragraphs.
            for cell in cells:
                for text in cell:
                    self._blocks.add(text)
            table.n_rows = 0
            return
        row = " | ".join(" ".join(" ".join(cell).split()) for cell in cells)
        self._blocks.add(row, separator="\n" if table.n_rows else "\n\n")
        table.n_rows += bool(row)
