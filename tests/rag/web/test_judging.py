from __future__ import annotations

import html
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from web_doubles import make_answer, make_report

from eval.check import check_questions
from eval.evalset import load_questions
from rag.errors import UsageError
from rag.library.feedback import FeedbackLog
from rag.settings import Settings
from rag.types import Filters, Span
from rag.web.conversation import Exchange
from rag.web.judging import ALL, NONE, Judging

REPORT = make_report()
FIRST = Exchange(1, "what happened", make_answer("what happened"), key="a" * 32, thread="a" * 32)
SECOND = Exchange(
    2, "who was held", make_answer("who was held"), key="b" * 32, thread="a" * 32, filters=Filters(since=date(2018, 1, 1))
)
SESSION = (FIRST, SECOND)


@pytest.fixture
def log(settings: Settings) -> FeedbackLog:
    return FeedbackLog(settings.home)


@pytest.fixture
def judging(log: FeedbackLog, settings: Settings) -> Judging:
    return Judging(log, lambda _: REPORT, settings)


def test_thumb_is_kept_at_once_with_all_it_takes_to_ask_again(judging: Judging, log: FeedbackLog, settings: Settings) -> None:
    form = judging.press("down-2#1", SESSION)
    [kept], _ = log.all()
    assert (kept.id, kept.vote, kept.question) == ("b" * 32, "down", "who was held")
    assert [t.content for t in kept.history][:1] == ["what happened"]
    assert kept.filters == SECOND.filters
    assert kept.citations[0].quote == SECOND.answer.citations[0].quote if SECOND.answer else False
    assert kept.settings == settings.fingerprint()
    assert form.bad
    assert str(log.path) in html.unescape(form.status)


def test_thumbs_up_asks_for_no_correction(judging: Judging) -> None:
    assert not judging.press("up-1", SESSION).bad


def test_sentences_of_the_passages_can_be_chosen_the_quoted_one_first(judging: Judging) -> None:
    answer = make_answer("who")
    retrieved = answer.passages[0]
    start = retrieved.passage.start
    sentences = (Span(start, start + 14), Span(retrieved.passage.end - 10, retrieved.passage.end))
    passage = replace(retrieved.passage, sentences=sentences)
    session = (Exchange(1, "who", replace(answer, passages=(replace(retrieved, passage=passage),)), key="c" * 32),)
    labels = [label for label, _ in judging.press("down-1", session).choices]
    assert len(labels) == 3
    assert labels[0].startswith(answer.citations[0].quote)
    assert all("April 6, 2018, mali.txt" in label for label in labels)


def test_correction_becomes_an_eval_question_that_reads_and_checks(judging: Judging, log: FeedbackLog) -> None:
    chosen = judging.press("down-2", SESSION).choices[0][1]
    pasted = "“two  men\nwere held”"
    told = judging.save("down-2", SESSION, "too long", "any", "two men\n2 men\n", [chosen, pasted], as_question=True)
    assert f"rag eval --questions {log.questions} --home {log.home}" in html.unescape(told)
    [question] = load_questions([log.questions])
    assert question.answers == ("two men", "2 men")
    assert [e.quote for e in question.evidence] == [REPORT.text[slice(*span)] for span in spans(chosen)] + ["two men were held"]
    assert question.filters == SECOND.filters
    findings = check_questions([question], {REPORT.name: REPORT.text}, {})
    assert [e for e in findings.errors if question.id in e] == []
    [kept], _ = log.all()
    assert kept.reason == "too long"


def spans(chosen: str) -> list[tuple[int, int]]:
    start, end = chosen.partition(":")[2].split("-")
    return [(int(start), int(end))]


def test_reports_do_not_say_becomes_an_unanswerable_question(judging: Judging, log: FeedbackLog) -> None:
    judging.save("down-1", SESSION, meaning=NONE, as_question=True)
    [question] = load_questions([log.questions])
    assert (question.kind, question.answerable) == ("unanswerable", False)


def test_list_is_kept_as_one(judging: Judging, log: FeedbackLog) -> None:
    judging.save("down-1", SESSION, meaning=ALL, expected="two men\nmore", evidence=["two men were held"], as_question=True)
    assert load_questions([log.questions])[0].required == (("two men",), ("more",))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"expected": "x", "evidence": ["no such words"]}, "stands in none of the reports shown"),
        ({"expected": "x", "evidence": ["0:9999-10000"]}, "stands in none"),
        ({"expected": "x", "evidence": ["  "]}, "stands in none"),
        ({"expected": "x"}, "no words of a report"),
        ({"evidence": ["two men"]}, "no answer is given"),
        ({}, "nothing of what the answer should have been"),
        ({"meaning": NONE, "expected": "x"}, "clear one of the two"),
        ({"reason": "x" * 2001}, "2,001 characters"),
        ({"expected": "\n".join(map(str, range(21)))}, "at most 20 answers"),
    ],
)
def test_what_makes_no_question_is_told_and_nothing_is_written(
    judging: Judging, log: FeedbackLog, fields: dict[str, object], says: str
) -> None:
    told = judging.save("down-1", SESSION, as_question=True, **fields)  # type: ignore[arg-type]
    assert 'role="alert"' in told
    assert says in html.unescape(told)
    assert not log.path.exists()
    assert not log.questions.exists()


@pytest.mark.parametrize("pressed", ["", "down-9", "sideways-1", "down-1; rm", "up-1#x"])
def test_press_on_nothing_is_refused(judging: Judging, pressed: str) -> None:
    with pytest.raises(UsageError, match="no longer in the conversation"):
        judging.press(pressed, SESSION)


def test_hostile_words_stay_text(judging: Judging) -> None:
    bad = "<script>alert(1)</script>"
    session = (Exchange(1, bad, make_answer(bad), key="d" * 32),)
    form = judging.press("down-1", session)
    told = judging.save("down-1", session, expected="x", evidence=[bad])
    assert "<script" not in form.title + told
    assert bad in html.unescape(told)


def test_folder_that_cannot_be_written_is_told(judging: Judging, log: FeedbackLog) -> None:
    log.path.parent.parent.mkdir(parents=True)
    Path(log.path.parent).write_text("a file where the folder should be")
    assert "cannot be written" in html.unescape(judging.save("up-1", SESSION, "good"))
