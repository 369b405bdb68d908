"""A parsed web page judged: what can be seen, what is furniture, where the main content lies, what title and day it states."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Literal

from rag.reports.blocks import sane_day, tidy_title
from rag.reports.encodings import has_words

BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hgroup hr html legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul "
    "caption".split()
)
"""Elements that part paragraphs."""
HEADINGS = {f"h{level}": level for level in range(1, 7)}
_NEVER = frozenset(
    "script style noscript template iframe object embed svg math canvas audio video map button select option textarea "
    "input datalist head title meta link".split()
)
_FURNITURE = frozenset("nav aside footer header form dialog menu".split())
_FURNITURE_ROLES = frozenset(
    "navigation banner contentinfo complementary search dialog alertdialog alert menu menubar toolbar".split()
)
# Words of class and id attributes that name furniture.
_FURNITURE_WORDS = frozenset(
    "cookie cookies consent gdpr ccpa breadcrumb breadcrumbs newsletter subscribe subscription sidebar share sharing "
    "social related recommended advert adverts advertisement ads promo popup modal pagination pager comments disqus skip".split()
)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|font-size\s*:\s*0(?!\.?[1-9])"
    r"|(?:left|top|text-indent)\s*:\s*-\d{4,}",
    re.IGNORECASE,
)
_PUBLISHED = (
    "article:published_time datepublished citation_publication_date citation_date dc.date.issued dcterms.issued "
    "dcterms.created dc.date dcterms.date pubdate publishdate publish-date publication_date parsely-pub-date "
    "sailthru.date date"
).split()
# A part that holds this share of the page's own prose is the page, whatever it is called.
_MOST = 0.5


def walk(root: Any, drops: Callable[[Any], bool]) -> Iterator[tuple[Literal["in", "out", "past"], Any]]:
    """Elements in document order, on the way in and on the way out; those that are dropped are only passed. Never recursive."""
    stack = [(root, iter(root))]
    yield "in", root
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "out", element
        elif drops(child):
            yield "past", child
        else:
            yield "in", child
            stack.append((child, iter(child)))


class Page:
    """A parsed page with the amount of prose of every element (characters outside links, scripts and hidden parts)."""

    def __init__(self, root: Any) -> None:
        self.root = root
        body = root.find("body")
        self.body = root if body is None else body
        self._prose: dict[Any, int] = {}
        self._links: dict[Any, tuple[int, int]] = {}
        self._measure()
        self._total = max(1, self._prose.get(self.body, 0))

    def _measure(self) -> None:
        """One pass over what can be seen: characters outside links, characters inside links, and links, of every element."""
        counts = [[0, 0, 0]]
        n_anchors = 0
        for event, element in walk(self.body, _is_hidden):
            if event == "in":
                n_anchors += element.tag == "a"
                counts.append([0, 0, int(element.tag == "a")])
                counts[-1][n_anchors > 0] += len((element.text or "").strip())
                continue
            if event == "out":
                n_anchors -= element.tag == "a"
                prose, linked, n_links = counts.pop()
                self._prose[element] = prose
                self._links[element] = (linked, n_links)
                for index, n in enumerate((prose, linked, n_links)):
                    counts[-1][index] += n
            counts[-1][n_anchors > 0] += len((element.tail or "").strip())

    def drops(self, element: Any) -> bool:
        """Whether an element is left out: hidden, no text by nature, or furniture that holds no great part of the page."""
        if _is_hidden(element):
            return True
        prose = self._prose.get(element, 0)
        if prose > _MOST * self._total:
            return False
        tag = element.tag
        if tag == "header" and any(parent.tag in ("article", "main") for parent in element.iterancestors()):
            return False  # the headline and standfirst of the article itself
        if tag in _FURNITURE or element.get("role") in _FURNITURE_ROLES:
            return True
        if tag not in ("body", "html", "main", "article") and _is_named_furniture(element):
            return True
        linked, n_links = self._links.get(element, (0, 0))
        return n_links >= 3 and linked > 4 * prose and tag in ("ul", "ol", "div", "section", "table")

    def main_content(self) -> Any:
        """``<article>`` or ``<main>`` where it has a fair share of the prose, else the smallest part that holds nearly all."""
        for found in (self._one("article"), self._one("main"), self._by_role()):
            if found is not None and self._prose.get(found, 0) > 0.25 * self._total:
                return found
        node = self.body
        while True:
            children = [child for child in node if isinstance(child.tag, str) and child.tag in BLOCKS and not self.drops(child)]
            best = max(children, key=lambda child: self._prose.get(child, 0), default=None)
            if best is None or best.tag in ("p", "tr", "td", "li", "table", "tbody", *HEADINGS):
                return node
            if self._prose.get(best, 0) < 0.9 * self._prose.get(node, 0) or not self._prose.get(best, 0):
                return node
            node = best

    def _one(self, tag: str) -> Any:
        outermost = [
            e for e in self.root.iter(tag) if not any(True for _ in e.iterancestors(tag)) and not self._is_out_of_sight(e)
        ]
        return outermost[0] if len(outermost) == 1 else None

    def _by_role(self) -> Any:
        found = self.root.xpath("//*[@role='main' or @itemprop='articleBody']")
        return found[0] if len(found) == 1 and not self._is_out_of_sight(found[0]) else None

    def _is_out_of_sight(self, element: Any) -> bool:
        return _is_hidden(element) or any(_is_hidden(parent) for parent in element.iterancestors())

    def _is_dropped(self, element: Any) -> bool:
        return self.drops(element) or any(self.drops(parent) for parent in element.iterancestors())

    def title(self, main: Any) -> tuple[str, bool]:
        """The page's title, and whether it is written as a heading inside the main content."""
        for h1 in main.iter("h1"):
            if (text := tidy_title(h1.text_content())) and not self._is_dropped(h1):
                return text, True
        for h1 in self.root.iter("h1"):
            if (text := tidy_title(h1.text_content())) and not self._is_out_of_sight(h1):
                return text, False
        # A page without h1: its declared title, which stands in the text only if a heading repeats it.
        declared = self._meta().get("og:title") or (self.root.findtext(".//title") or "")
        text = tidy_title(declared)
        headings = (tidy_title(h.text_content()) for level in ("h2", "h3") for h in main.iter(level))
        return (text, any(text == heading for heading in headings)) if has_words(text) else ("", True)

    def _meta(self) -> dict[str, str]:
        values: dict[str, str] = {}
        for meta in self.root.iter("meta"):
            key = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
            if key and meta.get("content"):
                values.setdefault(key.lower(), meta.get("content"))
        return values

    def published_on(self, main: Any) -> date | None:
        """Publication day: meta elements, then JSON-LD, then ``<time datetime>`` in the main content, then anywhere."""
        meta = self._meta()
        written = [meta.get(key, "") for key in _PUBLISHED]
        written += [e.get("content") or e.get("datetime") or "" for e in self.root.xpath("//*[@itemprop='datePublished']")]
        written += _linked_data_dates(self.root)
        times = list(main.iter("time"))
        written += [time.get("datetime") or "" for time in sorted(times, key=lambda e: e.get("pubdate") is None)[:1]]
        header_times = [time for time in self.root.iter("time") if any(True for _ in time.iterancestors("header"))]
        written += [time.get("datetime") or "" for time in header_times[:1]]
        return next((day for text in written if (day := sane_day(text))), None)


def _is_hidden(element: Any) -> bool:
    tag = element.tag
    if not isinstance(tag, str) or tag in _NEVER:
        return True
    if tag in ("html", "body"):
        return False  # pages hide their whole body until a script has run
    if element.get("hidden") is not None or (element.get("aria-hidden") or "").strip().lower() == "true":
        return True
    style = element.get("style")
    return bool(style and _HIDING.search(style))


def _is_named_furniture(element: Any) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    return not _FURNITURE_WORDS.isdisjoint(re.split(r"[^a-z]+", names)) if names.strip() else False


def _linked_data_dates(root: Any) -> list[str]:
    """``datePublished`` of the JSON-LD objects of the page."""
    found: list[str] = []
    for script in root.xpath("//script[@type='application/ld+json']")[:20]:
        try:
            waiting: list[Any] = [json.loads(script.text or "")]
        except (ValueError, RecursionError):
            continue  # pages often hold broken JSON here; the date is then looked for elsewhere
        for _ in range(1000):
            if not waiting:
                break
            value = waiting.pop(0)
            if isinstance(value, list):
                waiting.extend(value)
            elif isinstance(value, dict):
                if isinstance(value.get("datePublished"), str):
                    found.append(value["datePublished"])
                waiting.extend(v for v in value.values() if isinstance(v, dict | list))
    return found
