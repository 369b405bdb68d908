"""The evidence panel: for each answer of the conversation a group of cards, one card a citation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.types import Answer, Citation, Passage, Report, RetrievedPassage, Span
from rag.web.conversation import Exchange
from rag.web.entry_view import render_cited
from rag.web.markup import count, day, literal, report_link

Show = Callable[[str], Report | None]

KEPT_GROUPS = 20
"""Answers whose evidence stays on the page; older marks still lead to the report."""

EMPTY = (
    '<section class="evidence-empty"><h2>Evidence</h2><p>Each sentence of an answer carries a mark such as '
    '<span class="cite">1</span>. The passage it quotes appears here, with its report and its dates.</p></section>'
)


def render_evidence(exchanges: Sequence[Exchange], coverage: str = "", show: Show = lambda _: None) -> str:
    """The whole panel; the newest group is shown, the others wait for a click on one of their marks.

    Args:
        exchanges: The conversation, oldest first.
        coverage: What the library holds, in words; shown with abstentions.
        show: A report by id, or None where the library does not hold it.

    Returns:
        Markup without raw line ends.
    """
    answered = [(e, e.answer) for e in exchanges if e.answer is not None][-KEPT_GROUPS:]
    if not answered:
        return EMPTY
    last = answered[-1][0]
    return "".join(_group(e.number, answer, coverage, show, shown=e is last) for e, answer in answered)


def _group(number: int, answer: Answer, coverage: str, show: Show, shown: bool) -> str:
    cited = {c.passage_id for c in answer.citations}
    by_id = {r.passage.id: r.passage for r in answer.passages}
    others = [r for r in answer.passages if r.passage.id not in cited]
    cards = "".join(_card(number, answer, c, by_id.get(c.passage_id), show) for c in answer.citations)
    title = "Nearest evidence" if answer.abstained else "Evidence"
    note = ""
    if answer.abstained:
        covered = f" {literal(coverage)}" if coverage else ""
        note = f'<p class="panel-note">The reports do not answer this; what follows comes nearest.{covered}</p>'
    if not answer.passages:
        note = f'<p class="panel-note">No passage was found. {literal(coverage)}</p>'
    hidden = "" if shown else " hidden"
    return (
        f'<section class="group" id="g{number}"{hidden}><h2>{title}</h2>'
        f'<p class="asked-of">{literal(answer.question.understood_as or answer.question.text)}</p>'
        f"{note}{cards}{_others(others)}</section>"
    )


def _card(number: int, answer: Answer, citation: Citation, passage: Passage | None, show: Show) -> str:
    quote = Span(citation.start, citation.end)
    short = next((s for n, s in answer.highlights if n == citation.number and quote.start <= s.start < s.end <= quote.end), None)
    body = render_cited(citation, passage, show(citation.report_id), short)
    key = f"e{number}-{citation.number}"
    return (
        f'<article class="card" id="{key}" tabindex="-1"><div class="card-head">'
        f'<a class="cite back" href="#a{number}" title="Back to the answer">{citation.number}</a>'
        f"<h3>{literal(citation.title)}</h3></div>{body}"
        f'<p class="acts"><a class="open-report" href="{report_link(citation.report_id, citation.start, citation.end)}" '
        f'title="Open the whole report at this quotation">Open report</a>'
        f'<span class="file">{literal(citation.report)}</span></p></article>'
    )


def _others(others: Sequence[RetrievedPassage]) -> str:
    if not others:
        return ""
    items = "".join(
        f'<li><a class="open-report" href="{report_link(r.passage.report_id, r.passage.start, r.passage.end)}">'
        f'{literal(r.passage.title)}</a> <span class="meta">{day(r.passage.date)}</span>'
        f"<p>{literal(_opening(r.passage.text))}</p></li>"
        for r in others
    )
    return f'<details class="others"><summary>{count(len(others), "other passage")} found</summary><ol>{items}</ol></details>'


def _opening(text: str, limit: int = 220) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[:limit].rsplit(" ", 1)[0] + " …"
