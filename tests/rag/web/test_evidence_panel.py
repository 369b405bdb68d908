from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date

from web_doubles import make_answer

from rag.types import DateMention, DateRange
from rag.web.conversation import Exchange
from rag.web.evidence import EMPTY, KEPT_GROUPS, render_evidence


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def test_empty_conversation_says_what_will_stand_here() -> None:
    assert render_evidence([]) == EMPTY
    assert render_evidence([Exchange(1, "q", error="no")]) == EMPTY


def test_highlighted_span_is_the_quote_with_the_short_answer_inside() -> None:
    answer = make_answer("who")
    panel = render_evidence([Exchange(1, "who", answer)])
    mark = re.search(r'<mark class="quote">(.*?)</mark>', panel)
    assert mark is not None
    assert text_of(mark.group(1)) == answer.citations[0].quote
    assert '<strong class="short">two men</strong>' in mark.group(1)


def test_card_tells_both_dates_place_title_and_file() -> None:
    told = text_of(render_evidence([Exchange(1, "who", make_answer("who"))]))
    for part in ("entry of April 6, 2018", "report of April 9, 2018", "Gao", "Mali: The Quiet Month", "mali.txt"):
        assert part in told


def test_one_date_is_told_once() -> None:
    answer = make_answer("who")
    citation = replace(answer.citations[0], date=date(2018, 4, 9))
    told = text_of(render_evidence([Exchange(1, "who", replace(answer, citations=(citation,), passages=()))]))
    assert "report of April 9, 2018" in told
    assert "entry of" not in told


def test_days_the_quotation_speaks_of_are_told() -> None:
    answer = make_answer("who")
    october = DateRange(date(2017, 10, 1), date(2017, 10, 31))
    start = answer.citations[0].start
    retrieved = answer.passages[0]
    passage = replace(retrieved.passage, dates=(DateMention(start + 3, start + 8, "October 2017", october, "partial"),))
    answer = replace(answer, passages=(replace(retrieved, passage=passage),))
    assert "speaks of October 2017" in text_of(render_evidence([Exchange(1, "who", answer)]))


def test_only_the_newest_group_is_shown_and_old_ones_leave() -> None:
    session = [Exchange(n, "q", make_answer("q")) for n in range(1, KEPT_GROUPS + 5)]
    panel = render_evidence(session)
    assert panel.count("<section") == KEPT_GROUPS
    assert re.findall(r'id="g(\d+)">', panel) == [str(KEPT_GROUPS + 4)]


def test_abstention_shows_the_nearest_evidence_and_the_coverage() -> None:
    told = text_of(render_evidence([Exchange(1, "who", make_answer("who", abstained=True))], "The library holds 1 report."))
    assert "Nearest evidence" in told
    assert "The library holds 1 report." in told
    assert "two men were held" in told


def test_report_title_and_passage_are_inert() -> None:
    answer = make_answer("who")
    bad = "<script>alert(1)</script>"
    retrieved = answer.passages[0]
    passage = replace(retrieved.passage, id="other", title=bad, text=bad, place=bad)
    answer = replace(
        answer,
        citations=(replace(answer.citations[0], title=bad, report=bad),),
        passages=(retrieved, replace(retrieved, passage=passage)),
    )
    panel = render_evidence([Exchange(1, bad, answer)])
    assert "<script" not in panel
    assert text_of(panel).count(bad) >= 4
