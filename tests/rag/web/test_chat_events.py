from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from web_doubles import ScriptedAssistant, make_report

from rag.errors import ModelError
from rag.web.chat import FAILED, Events
from rag.web.conversation import KEPT, Exchange
from rag.web.examples import Examples

NONE: tuple[Any, ...] = ("", "", "", [], [])


@pytest.fixture
def events(assistant: ScriptedAssistant) -> Events:
    double: Any = assistant
    return Events(double, Examples(double))


def last(
    events: Events, question: str, session: tuple[Exchange, ...] = (), fields: tuple[Any, ...] = NONE
) -> tuple[Exchange, ...]:
    return list(events.ask(question, session, *fields))[-1][0]


def test_question_shows_at_once_and_the_answer_follows(events: Events) -> None:
    steps = list(events.ask("who was held", (), *NONE))
    assert "Looking" in html.unescape(steps[0][1][1]["content"])
    assert "two men were held" in html.unescape(steps[-1][1][1]["content"])
    assert 'class="card"' in steps[-1][2]


def test_waiting_for_models_is_told(events: Events, assistant: ScriptedAssistant) -> None:
    assistant.models = "loading"
    assert "models are loading" in html.unescape(next(iter(events.ask("who", (), *NONE)))[1][1]["content"])


def test_follow_up_carries_the_conversation(events: Events, assistant: ScriptedAssistant) -> None:
    session = last(events, "who was held")
    last(events, "and when", session)
    text, history, _ = assistant.asked[-1]
    assert text == "and when"
    assert (history[0].role, history[0].content) == ("user", "who was held")
    assert len(history) == 2


def test_two_sessions_do_not_meet(events: Events, assistant: ScriptedAssistant) -> None:
    first = last(events, "first question")
    second = last(events, "second question")
    assert [e.question for e in first] == ["first question"]
    assert [e.question for e in second] == ["second question"]
    assert assistant.asked[-1][1] == ()


def test_filters_reach_the_assistant_and_are_told_in_the_chat(events: Events, assistant: ScriptedAssistant) -> None:
    session = last(events, "who", fields=("2018", "", "", ["Mali"], []))
    assert assistant.asked[-1][2].countries == ("Mali",)
    assert session[-1].limits == "since January 1, 2018 · Mali"


def test_bad_filter_is_told_and_nothing_is_asked(events: Events, assistant: ScriptedAssistant) -> None:
    session = last(events, "who", fields=("yesterdayish", "", "", [], []))
    assert "is not a date" in session[-1].error
    assert assistant.asked == []


def test_our_own_error_is_shown_in_its_words(events: Events, assistant: ScriptedAssistant) -> None:
    assistant.error = ModelError("the model could not be loaded; run make install")
    assert last(events, "who")[-1].error == "the model could not be loaded; run make install"


def test_unforeseen_error_is_logged_and_not_shown(
    events: Events, assistant: ScriptedAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    assistant.error = RuntimeError("secret path /srv/x")
    assert last(events, "who")[-1].error == FAILED
    assert "secret path" in caplog.text


def test_blank_question_changes_nothing(events: Events, assistant: ScriptedAssistant) -> None:
    session = last(events, "who")
    assert last(events, "  \n", session) == session
    assert len(assistant.asked) == 1


def test_session_is_bounded_and_numbers_go_on(events: Events) -> None:
    session = tuple(Exchange(n, "q", error="x") for n in range(1, KEPT + 1))
    grown = last(events, "who", session)
    assert len(grown) == KEPT
    assert grown[-1].number == KEPT + 1


def test_examples_and_coverage_follow_the_library(events: Events, assistant: ScriptedAssistant) -> None:
    assert events.examples() == []
    assistant.stored = {"mali.txt": make_report()}
    assert events.examples() == ["What happened in Gao on April 6, 2018?", "What happened in Mali in April 2018?"]
    assert "April 6, 2018 to April 9, 2018" in html.unescape(events.coverage_line())


def test_conversation_kept_in_the_browser_comes_back_and_goes_on(events: Events, assistant: ScriptedAssistant) -> None:
    assistant.stored = {"mali.txt": make_report()}
    session = last(events, "who was held")
    row = json.loads(html.unescape(re.sub("<[^>]+>", "", events.kept(session))))
    restored, shown, _ = events.restore(json.dumps({"turn": 1, "records": [row]}), ())
    assert "two men were held" in html.unescape(shown[1]["content"])
    grown = last(events, "and when", restored)
    assert [e.number for e in grown] == [1, 2]
    assert grown[1].thread == grown[0].thread == session[0].key


def test_conversation_that_cannot_be_read_leaves_the_one_on_the_page(events: Events) -> None:
    session = last(events, "who")
    after, _, _ = events.restore('{"records": [1]}', session)
    assert after[:1] == session
    assert "cannot be read" in after[-1].error
    assert events.restore(" ", session)[0] == session


def test_link_gives_its_question_and_fields_or_says_why_not(events: Events, assistant: ScriptedAssistant) -> None:
    assistant.stored = {"mali.txt": make_report()}
    question, fields, session, _, _ = events.reopen('[["q", "who"], ["since", "2018"], ["country", "Mali"]]', ())
    assert (question, fields, session) == ("who", ("2018", "", "", ["Mali"], []), ())
    question, fields, session, _, _ = events.reopen('[["q", "who"], ["report", "gone.txt"]]', ())
    assert (question, fields) == ("", None)
    assert "gone.txt" in session[0].error


def test_unforeseen_error_of_a_suggestion_is_logged_and_none_is_made(
    events: Events, assistant: ScriptedAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    session = last(events, "who")
    assistant.stored = {"mali.txt": make_report()}
    assistant.error = RuntimeError("broken")
    assert events.suggestions(session) == []
    assert "broken" in caplog.text


def test_only_the_last_part_of_an_answer_is_whole(events: Events, assistant: ScriptedAssistant) -> None:
    assistant.partials = 3
    steps = [step[0][-1] for step in events.ask("who", (), *NONE)]
    assert [s.done for s in steps[:-1]] == [False] * (len(steps) - 1)
    assert steps[-1].done
