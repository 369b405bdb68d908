"""A whole report as HTML: entries as sections, furniture dimmed, one quotation marked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rag.types import Entry, Report, Span
from rag.web.markup import day, days, literal, marked_up


def render_report(report: Report, quote: Span | None = None) -> str:
    """The report as a fragment of HTML.

    Args:
        report: As stored.
        quote: The span to mark; its ``mark`` carries the id "quote". Spans outside the text are ignored.

    Returns:
        Markup; its text content holds the stored text in order.
    """
    if quote is not None and not 0 <= quote.start < quote.end <= len(report.text):
        quote = None
    body = "".join(_parts(report, quote))
    country = f"{literal(report.country)} · " if report.country else ""
    return (
        f'<article class="report"><header><h1 id="report-title">{literal(report.title)}</h1><p class="meta">{country}'
        f'{day(report.published_on)} · <span class="file">{literal(report.name)}</span></p></header>{body}</article>'
    )


def render_document(report: Report, quote: Span | None = None) -> str:
    """The report as a page of its own, without scripts, for a tab or for printing."""
    # "quote" jumps are the browser's own, by the #quote of the address.
    return document(report.title, render_report(report, quote), depth=1)


def document(title: str, body: str, depth: int) -> str:
    """A page of its own around some markup.

    Args:
        title: Plain text.
        body: Markup.
        depth: Folders between the page's address and the root.

    Returns:
        The page, without scripts.
    """
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{literal(title)}</title><link rel="stylesheet" href="{"../" * depth}desk/desk.css"></head>'
        f'<body class="report-page"><main>{body}</main></body></html>'
    )


def _parts(report: Report, quote: Span | None) -> Iterator[str]:
    furniture = sorted(report.furniture, key=lambda s: s.start)
    at = 0
    for entry in sorted(report.entries, key=lambda e: e.start):
        yield from _loose(report.text, at, entry.start, furniture, quote)
        yield _section(report, entry, furniture, quote)
        at = max(at, entry.end)
    yield from _loose(report.text, at, len(report.text), furniture, quote)


def _section(report: Report, entry: Entry, furniture: list[Span], quote: Span | None) -> str:
    label = [part for part in ("lead" if entry.is_lead else "", days(entry.on) if entry.on else "", literal(entry.place)) if part]
    head = f'<p class="entry-head">{" · ".join(label)}</p>' if label else ""
    css = "entry lead" if entry.is_lead else "entry"
    text = _text(report.text, entry.start, entry.end, furniture, quote)
    return f'<section class="{css}" id="entry-{entry.index}">{head}{text}</section>'


def _loose(text: str, start: int, end: int, furniture: list[Span], quote: Span | None) -> Iterator[str]:
    """What stands between entries: the title line, furniture."""
    if text[start:end].strip():
        yield f'<div class="loose">{_text(text, start, end, furniture, quote)}</div>'


def _text(text: str, start: int, end: int, furniture: list[Span], quote: Span | None) -> str:
    """Stored text with furniture dimmed and the quotation marked; pieces are cut so that the two never cross."""
    out = []
    cuts = sorted({start, end, *(c for s in furniture for c in (s.start, s.end) if start < c < end)})
    for low, high in pairwise(cuts):
        spans = [(quote, "mark", "quote")] if quote else []
        markup = marked_up(text[low:high], low, spans)
        dim = any(s.start <= low and high <= s.end for s in furniture)
        out.append(f'<span class="furniture">{markup}</span>' if dim else markup)
    joined = "".join(out)
    if quote and start <= quote.start < end:
        joined = joined.replace('<mark class="quote">', '<mark class="quote" id="quote" tabindex="-1">', 1)
    return f'<div class="text">{joined}</div>'
