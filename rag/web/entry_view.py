"""A quotation inside its entry, with the way to the entries beside it: the body of a card of evidence."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from rag.types import Citation, Entry, Passage, Report, Span
from rag.web.markup import day, days, literal, marked_up, told_days

WHOLE = 1_200
"""Characters up to which an entry is shown whole; of a longer one the quoted passage, until more is asked for."""


def render_cited(citation: Citation, passage: Passage | None, report: Report | None, short: Span | None = None) -> str:
    """Where and when the words stand, the words inside their entry, and links to the entries before and after.

    Args:
        citation: The quotation.
        passage: The passage it was found in, if it is known.
        report: Its report, or None where the library no longer holds it.
        short: The part of the quotation that is the short answer.

    Returns:
        Markup without raw line ends.
    """
    span = Span(citation.start, citation.end)
    spans = [(span, "mark", "quote")] + ([(short, "strong", "short")] if short and _inside(short, span) else [])
    if report is None or report.text[span.start : span.end] != citation.quote:
        text, base = (passage.text, passage.start) if passage else (citation.quote, citation.start)
        gone = '<p class="panel-note">The library no longer holds this report as it was quoted.</p>'
        return f'<div class="card-body">{_meta(citation, passage)}{_block(text, base, spans)}{gone}</div>'
    entry = next((e for e in report.entries if e.start <= span.start and span.end <= e.end), None)
    if entry is None:
        text, base = (passage.text, passage.start) if passage else (citation.quote, citation.start)
        return f'<div class="card-body">{_meta(citation, passage)}{_block(text, base, spans)}</div>'
    shown = Span(entry.start, entry.end)
    if entry.end - entry.start > WHOLE:
        shown = Span(passage.start, passage.end) if passage else span
    before = "… " if shown.start > entry.start else ""
    after = " …" if shown.end < entry.end else ""
    block = _block(report.text[shown.start : shown.end], shown.start, spans, before, after)
    steps = _steps(report, entry, span, more=bool(before or after), back=False)
    return f'<div class="card-body">{_meta(citation, passage)}{block}{steps}</div>'


def render_entry(report: Report, index: int, quoted: Span, root: str = "") -> str:
    """Another entry of the report a quotation stands in, whole; the quotation is marked where this entry holds it.

    Args:
        report: As stored.
        index: Of the entry, 0-based; an ``IndexError`` when there is none.
        quoted: The quotation, to find the way back to.
        root: The way from where the markup stands to the root of the page's addresses.

    Returns:
        Markup without raw line ends.
    """
    if index < 0:
        raise IndexError(index)
    entry = report.entries[index]
    block = _block(report.text[entry.start : entry.end], entry.start, [(quoted, "mark", "quote")])
    holds = entry.start <= quoted.start and quoted.end <= entry.end
    meta = [f'<span class="on">{_name(entry)}</span>']
    if report.published_on and (entry.on is None or entry.on.end != report.published_on):
        meta.append(f"report of {day(report.published_on)}")
    meta += [literal(entry.place)] if entry.place else []
    return (
        f'<div class="card-body"><p class="meta">{_dots(meta)}</p>{block}'
        f"{_steps(report, entry, quoted, more=False, back=not holds and quoted.end > 0, root=root)}</div>"
    )


def _name(entry: Entry) -> str:
    if entry.is_lead:
        return f"lead{f' of {days(entry.on)}' if entry.on else ''}"
    if entry.heading:
        return literal(entry.heading)
    return f"entry of {days(entry.on)}" if entry.on else "undated entry"


def _steps(report: Report, entry: Entry, quoted: Span, *, more: bool, back: bool, root: str = "") -> str:
    """Links in the order of the text. Each is an address of its own; the page's script puts what it leads to into the card."""
    at = next(i for i, e in enumerate(report.entries) if e.index == entry.index)
    home = next((i for i, e in enumerate(report.entries) if e.start <= quoted.start and quoted.end <= e.end), at)
    links = []
    if at > 0:
        links.append(_step(report, at - 1, quoted, "‹ Previous entry", root))
    if more:
        links.append(_step(report, at, quoted, "Whole entry", root))
    if back:
        links.append(_step(report, home, quoted, "Back to the quotation", root))
    if at + 1 < len(report.entries):
        links.append(_step(report, at + 1, quoted, "Next entry ›", root))
    place = f'<span class="place-in">{at + 1} of {len(report.entries)}</span>' if len(report.entries) > 1 else ""
    return f'<p class="steps">{"".join(links)}{place}</p>' if links else ""


def _step(report: Report, place: int, quoted: Span, label: str, root: str) -> str:
    query = urlencode({"start": quoted.start, "end": quoted.end})
    href = literal(f"{root}entry/{quote(report.id, safe='')}/{place}?{query}")
    return f'<a class="step" href="{href}">{label}</a>'


def _block(text: str, base: int, spans: list[tuple[Span, str, str]], before: str = "", after: str = "") -> str:
    return f'<blockquote class="passage">{before}{marked_up(text, base, spans)}{after}</blockquote>'


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start < inner.end <= outer.end


def _meta(citation: Citation, passage: Passage | None) -> str:
    """Dates and place: the entry's date and the report's when they differ, and the days the quotation itself speaks of."""
    parts = []
    if citation.date and citation.date != citation.published_on:
        parts.append(f'<span class="on">entry of {day(citation.date)}</span>')
        if citation.published_on:
            parts.append(f"report of {day(citation.published_on)}")
    else:
        parts.append(f'<span class="on">{"report of " if citation.date else ""}{day(citation.date)}</span>')
    if passage is not None:
        if passage.is_lead:
            parts.append("lead")
        if passage.place:
            parts.append(literal(passage.place))
        told = told_days(passage.dates, Span(citation.start, citation.end), citation.date)
        if told:
            parts.append(f"speaks of {', '.join(days(t) for t in told)}")
    return f'<p class="meta">{_dots(parts)}</p>'


def _dots(parts: list[str]) -> str:
    return '<span class="dot"> · </span>'.join(parts)
