from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_doubles import TEXT, make_answer, make_report

from rag.errors import UsageError
from rag.types import Answer, Correction, Filters, Report, Verdict
from rag.web.conversation import Exchange
from rag.web.reply import messages
from rag.web.transcript import record, restore, to_markdown

REPORT = make_report()


def show(reference: str) -> Report | None:
    return REPORT if reference == REPORT.id else None


def exchange(number: int = 1, **changes: Any) -> Exchange:
    answer = make_answer("who was held")
    question = replace(answer.question, understood_as="who was held in Gao", corrections=(Correction("Gaoo", "Gao"),))
    answer = replace(answer, question=question, verdicts=(Verdict(0, 5, (1,), False, ("the number 12",), 0.5),))
    answer = replace(answer, **changes)
    limits = Filters(since=date(2018, 1, 1), countries=("Mali",))
    key = f"{number:032x}"
    return Exchange(
        number, "who was held", answer, limits="since January 1, 2018 · Mali", filters=limits, key=key, thread="1" * 32,
        asked_at="2026-03-04T05:06:07+00:00",
    )  # fmt: skip


def row(**changes: Any) -> dict[str, Any]:
    return {**json.loads(record(exchange())), **changes}


def kept(*rows: Any) -> str:
    return json.dumps({"turn": 1, "records": rows})


def test_conversation_comes_back_as_it_was_shown() -> None:
    first, second = exchange(1), exchange(2)
    back = restore(kept(*(json.loads(record(e)) for e in (first, second))), show)
    assert messages(back) == messages((first, second))
    assert [(e.key, e.thread, e.filters, e.asked_at) for e in back] == [
        (e.key, e.thread, e.filters, e.asked_at) for e in (first, second)
    ]
    assert back[0].answer is not None
    assert first.answer is not None
    assert back[0].answer.citations == first.answer.citations
    assert [r.passage.text for r in back[0].answer.passages] == [r.passage.text for r in first.answer.passages]


@pytest.mark.parametrize("changes", [{"error": "x"}, {"waiting": "x"}, {"writing": True}, {"answer": None}])
def test_only_a_whole_answer_is_kept(changes: dict[str, Any]) -> None:
    assert record(replace(exchange(), **changes)) == ""


def test_passages_are_the_library_s_own_and_unknown_ones_stay_out() -> None:
    passages = [["e" * 16, 0, 10, 1.0], [REPORT.id, 0, len(TEXT), 0.5], [REPORT.id, *row()["passages"][0][1:3], 0.25]]
    [back] = restore(kept(row(passages=passages)), show)
    assert back.answer is not None
    assert [r.passage.text for r in back.answer.passages] == [TEXT[passages[2][1] : passages[2][2]]]
    assert back.answer.passages[0].passage.sentences


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", kept(), kept(1), kept([]), kept({}), '{"records": ' + "[" * 100_000,
        kept(row(question=None)), kept(row(number="x")), kept(row(number=-1)), kept(row(key="../x")), kept(row(thread="<b>")),
        kept(row(confidence="high")), kept(row(citations=[{}])), kept(row(passages=[["a"]])), kept(row(highlights=[[1]])),
        kept(row(filters={"since": "soon"})), kept(row(verdicts=[1])), kept(row(abstained=1)), kept(row(number=2), row(number=1)),
        kept(row(number=float("inf"))),
    ],
)  # fmt: skip
def test_what_is_no_conversation_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        restore(text, show)
    assert "\n" not in str(refused.value)


def test_overlong_conversation_is_refused() -> None:
    with pytest.raises(UsageError, match="characters"):
        restore(" " * 4_000_001, show)


def test_hostile_record_is_shown_as_text() -> None:
    bad = "<script>alert(1)</script>"
    citation = {**row()["citations"][0], "title": bad, "quote": bad, "report": bad}
    back = restore(kept(row(question=bad, answer=f"{bad} [1]", short_answer=bad, reason=bad, citations=[citation])), show)
    assert "<script" not in "".join(m["content"] for m in messages(back))


def test_markdown_holds_question_answer_and_citations() -> None:
    assert to_markdown(exchange(verdicts=())) == (
        "**who was held** (since January 1, 2018 · Mali)\n\n*understood as: who was held in Gao*\n\n"
        "April 6, 2018: In the north (Gao) two men were held. \\[1\\]\n\n*high confidence*\n\n"
        "\\[1\\] Mali: The Quiet Month (mali.txt, entry of April 6, 2018, report of April 9, 2018):\n\n"
        "> April 6, 2018: In the north (Gao) two men were held.\n"
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_no_text_becomes_markup_in_markdown(text: str) -> None:
    answer = make_answer(text)
    answer = replace(answer, answer=text, short_answer="", reason=text)
    markdown = to_markdown(Exchange(1, text, answer))
    bare = markdown.replace("\\\\", "").replace("\\<", "").replace("\\`", "").replace("\\[", "").replace("\\&", "")
    assert not set(bare) & set("<`[&")


def test_line_that_would_be_a_heading_or_a_list_stays_a_line() -> None:
    answer: Answer = replace(make_answer("q"), answer="# head\n- item\n1. one\n=====\n2018 ended", short_answer="")
    assert "\\# head\n\\- item\n1\\. one\n\\=====\n2018 ended" in to_markdown(Exchange(1, "q", answer))
