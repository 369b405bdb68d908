"""HTML to text: the main content found, menus and hidden parts left out, blocks as paragraphs. Nothing is fetched or run."""

from __future__ import annotations

import re
from typing import Any

from rag.errors import ReportError
from rag.reports.blocks import Blocks, check_memory
from rag.reports.encodings import decode
from rag.reports.extracted import Extracted
from rag.reports.webpage import BLOCKS, HEADINGS, Page, walk
from rag.settings import Limits

_SPACES = re.compile(r"[ \t\r\n\f\xa0]+")
_BREAKS = re.compile(r" *\n *")
_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_TAG = re.compile(rb"<[A-Za-z!/]")


def extract_html(data: bytes, name: str, limits: Limits) -> Extracted:
    """Read a web page.

    Args:
        data: The file.
        name: For messages.
        limits: ``text_mb`` counts.

    Returns:
        The main content as paragraphs; title of its ``<h1>`` or of the page; date of its metadata.

    Raises:
        ReportError: No text, too much of it, no HTML, or nested beyond reason.
    """
    root = _parse(data, name)
    page = Page(root)
    main = page.main_content()
    title, title_is_inside = page.title(main)
    blocks = Blocks(name, limits)
    if title and not title_is_inside:
        blocks.add(title, 1)
    n_title = blocks.n_characters
    _Writer(page, blocks).write(main)
    if blocks.n_characters == n_title:
        raise ReportError(name, "holds no text (scripts, menus or hidden parts only); save the page as text")
    return Extracted(blocks.text, "html", title, page.published_on(main), blocks.headings)


def _parse(data: bytes, name: str) -> Any:
    from lxml import etree, html

    if not _TAG.search(data.replace(b"\0", b"")):
        raise ReportError(name, "wrong ending: this is plain text, not HTML; rename it to end in .txt")
    declared = _META_CHARSET.search(data[:4096])
    text = decode(data, name, declared[1].decode("ascii") if declared else "")
    # Handed over as UTF-8 with the encoding forced: what the page declares was taken into account above. libxml2 ends at a NUL.
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    clean_bytes = text.replace("\0", "").encode("utf-8", "replace")
    try:
        root = html.document_fromstring(clean_bytes, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        check_memory(parser)
        raise ReportError(name, "holds no text; give a page that has some") from error
    check_memory(parser)
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        # libxml2 stops there and would silently leave the rest out.
        raise ReportError(name, "its elements are nested too deeply or too large to be read whole; save the page as text")
    return root


class _Writer:
    """Writes the text of an element into blocks."""

    def __init__(self, page: Page, blocks: Blocks) -> None:
        self._page = page
        self._blocks = blocks
        self._inline: list[str] = []
        self._level = 0
        self._n_pre = 0
        self._cells: list[str] | None = None
        self._n_rows = 0

    def write(self, root: Any) -> None:
        for event, element in walk(root, self._page.drops):
            if event == "in":
                self._enter(element, element.tag)
                self._text(element.text)
                continue
            if event == "out":
                self._leave(element.tag)
            elif element.tag in BLOCKS and self._cells is None:
                self._flush()  # a part left out still parts the text around it
            if element is not root:
                self._text(element.tail)
        self._flush()

    def _enter(self, element: Any, tag: str) -> None:
        if tag == "br":
            self._inline.append("\n")
        elif tag == "tr" and _is_data_row(element):
            self._flush()
            self._cells = []
        elif tag in BLOCKS and self._cells is None:
            self._flush()
            self._level = HEADINGS.get(tag, 0)
        self._n_pre += tag == "pre"
        if tag == "table":
            self._n_rows = 0

    def _leave(self, tag: str) -> None:
        if tag in ("td", "th") and self._cells is not None:
            self._cells.append(" ".join("".join(self._inline).split()))
            self._inline.clear()
        elif tag == "tr" and self._cells is not None:
            row = " | ".join(cell for cell in self._cells if cell)
            self._cells = None
            self._inline.clear()
            if row:
                self._blocks.add(row, separator="\n" if self._n_rows else "\n\n")
                self._n_rows += 1
        elif tag in BLOCKS and self._cells is None:
            self._flush()
            self._level = 0
        self._n_pre = max(0, self._n_pre - (tag == "pre"))

    def _text(self, text: str | None) -> None:
        if text:
            self._inline.append(text if self._n_pre else _SPACES.sub(" ", text))

    def _flush(self) -> None:
        text = "".join(self._inline)
        self._inline.clear()
        if not text.strip():
            return
        self._n_rows = 0
        if self._n_pre:
            self._blocks.add(text, self._level)
            return
        # Two line breaks in a row are how old pages part paragraphs; one is a line of verse or an address.
        for paragraph in re.split(r"\n{2,}", _BREAKS.sub("\n", re.sub(" {2,}", " ", text))):
            self._blocks.add(paragraph, self._level)


def _is_data_row(row: Any) -> bool:
    """A row of a table of facts: its cells hold no blocks of their own (tables that only lay out a page do)."""
    if any(True for _ in row.iterancestors("tr")):
        return False
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    if len(cells) < 2:
        return False
    for cell in cells:
        if any(isinstance(inner.tag, str) and inner.tag in BLOCKS and inner.tag != "p" for inner in cell.iterdescendants()):
            return False
        if len(list(cell.iter("p"))) > 1 or sum(1 for _ in cell.iter("br")) > 3:
            return False
    return True
