"""From any text to markup that shows exactly that text, whoever renders it: a browser, or Markdown first.

Everything the page shows of reports, file names, questions, answers and errors passes through ``literal``. It is the only place
where text becomes markup; the other modules join its results with tags of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from urllib.parse import quote, urlencode

from rag.reports.date_text import format_day, format_range
from rag.types import DateMention, DateRange, Span

# Every ASCII character that HTML, Markdown (autolinks included) or TeX could take for its own; letters, digits, space are left.
_ACTIVE = re.compile(r"[^\w \u0080-\U0010FFFF]|_")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def literal(text: str) -> str:
    """Markup for a text: inert in HTML, in attribute values and in Markdown.

    Line ends become references as well: a blank line would end an HTML block of Markdown, and the rest would be read as Markdown.

    Args:
        text: Anything.

    Returns:
        Markup whose text content is the text; characters that cannot stand in HTML (NUL, lone surrogates) become U+FFFD.
    """
    return _ACTIVE.sub(_reference, _SURROGATE.sub("\ufffd", text))


def _reference(match: re.Match[str]) -> str:
    code = ord(match.group())
    printable = code >= 32 or code in (9, 10, 13)
    return f"&#{code};" if printable and code != 127 else "\ufffd"


def one_line(text: str, limit: int = 200) -> str:
    """Plain text on one line, without control and direction characters, cut at a length; for labels Gradio itself escapes."""
    kept = "".join(" " if ch.isspace() else ch for ch in text if ch.isspace() or unicodedata.category(ch)[0] != "C")
    kept = " ".join(kept.split())
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def marked_up(text: str, base: int, spans: Iterable[tuple[Span, str, str]]) -> str:
    """Text with spans set in tags.

    Args:
        text: The text.
        base: Position of its first character in the stored text that the spans refer to.
        spans: Span, tag and class; they may nest but not cross, the outer one first. What lies outside the text is cut off.

    Returns:
        Markup whose text content is the text.
    """
    opens: dict[int, list[str]] = {}
    closes: dict[int, list[str]] = {}
    for span, tag, css in spans:
        start, end = max(span.start - base, 0), min(span.end - base, len(text))
        if start < end:
            opens.setdefault(start, []).append(f'<{tag} class="{css}">')
            closes.setdefault(end, []).insert(0, f"</{tag}>")
    out, last = [], 0
    for cut in sorted({*opens, *closes}):
        out += [literal(text[last:cut]), *closes.get(cut, ()), *opens.get(cut, ())]
        last = cut
    return "".join([*out, literal(text[last:])])


def report_link(report_id: str, start: int | None = None, end: int | None = None) -> str:
    """Address of the report view, scrolled to a span of the stored text; fit to stand in an attribute."""
    query = {} if start is None or end is None else {"start": start, "end": end}
    address = f"report/{quote(report_id, safe='')}"
    return literal(f"{address}?{urlencode(query)}#quote") if query else literal(address)


def day(on: date | None) -> str:
    """A day in words as markup, or "undated"."""
    return literal(format_day(on)) if on else "undated"


def days(on: DateRange) -> str:
    """A range of days in words as markup."""
    return literal(format_range(on))


def told_days(dates: Iterable[DateMention], span: Span, entry_on: date | None) -> list[DateRange]:
    """Days a span of text speaks of other than its entry's day, without repeats, at most three."""
    own = DateRange(entry_on, entry_on) if entry_on else None
    found: list[DateRange] = []
    for mention in dates:
        inside = span.start <= mention.start and mention.end <= span.end
        if inside and mention.range != own and mention.range not in found:
            found.append(mention.range)
    return found[:3]


def confidence_words(confidence: float, abstained: bool) -> str:
    """The confidence of an answer in words.

    Args:
        confidence: 0 to 1.
        abstained: Whether nothing was answered.

    Returns:
        A phrase such as "high confidence".
    """
    if abstained:
        return "not answered by the reports"
    if confidence >= 0.85:
        return "high confidence"
    if confidence >= 0.65:
        return "fair confidence"
    return "low confidence, read the passage"


def alert(text: str) -> str:
    """What went wrong, as a line that screen readers read out at once."""
    return f'<p class="filter-error" role="alert">{literal(text)}</p>'


def count(n: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 report", "2,000 reports"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"
