from __future__ import annotations

import html
from dataclasses import replace

import pytest
from web_doubles import make_answer

from rag.types import Turn
from rag.web.conversation import HISTORY, Exchange, throttled, turns
from rag.web.reply import messages


def test_follow_ups_get_the_last_answered_exchanges_as_turns() -> None:
    session = [Exchange(n, f"q{n}", make_answer(f"q{n}")) for n in range(1, HISTORY + 3)]
    session.insert(3, Exchange(99, "failed", error="no"))
    found = turns(session)
    assert len(found) == 2 * HISTORY
    assert found[-2] == Turn("user", f"q{HISTORY + 2}")
    assert found[-1].role == "assistant"
    assert "failed" not in [t.content for t in found]


def test_marks_link_to_their_card_and_unknown_numbers_stay_text() -> None:
    answer = replace(make_answer("who"), answer="Two men were held. [1] See [7].")
    reply = messages([Exchange(4, "who", answer)])[1]["content"]
    assert '<a class="cite" href="#e4-1"' in reply
    assert "e4-7" not in reply
    assert "[7]" in html.unescape(reply)


def test_nothing_typed_or_answered_reaches_the_chat_as_markup() -> None:
    hostile = '<img src=x onerror=alert(1)> [x](javascript:1)\n\n    # code "'
    answer = replace(make_answer(hostile), answer=hostile, short_answer=hostile, reason=hostile)
    for message in messages([Exchange(1, hostile, answer, limits=hostile), Exchange(2, hostile, error=hostile)]):
        assert "<img" not in message["content"]
        assert "](" not in message["content"]
        assert "\n" not in message["content"]


def test_abstention_is_told_with_its_reason_and_without_confidence() -> None:
    reply = html.unescape(messages([Exchange(1, "who", make_answer("who", abstained=True))])[1]["content"])
    assert "not answered by the reports" in reply
    assert "Nothing near was found." in reply


def test_understood_question_is_shown_when_it_differs() -> None:
    answer = make_answer("and when")
    answer = replace(answer, question=replace(answer.question, understood_as="when were two men held"))
    assert "understood as: when were two men held" in html.unescape(messages([Exchange(1, "and when", answer)])[1]["content"])


@pytest.mark.parametrize(
    ("times", "sent"),
    [([0.0, 0.01, 0.02, 0.03], [0, 3]), ([0.0, 0.2, 0.21, 0.5], [0, 1, 3]), ([0.0], [0])],
)
def test_partial_answers_are_spaced_and_the_last_one_always_comes(times: list[float], sent: list[int]) -> None:
    answers = [make_answer(str(i)) for i in range(len(times))]
    clock = iter(times)
    assert list(throttled(answers, 0.1, lambda: next(clock))) == [answers[i] for i in sent]
