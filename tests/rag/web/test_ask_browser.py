"""The Ask tab in Chromium, beyond question and answer: feedback, history, copies, links."""

from __future__ import annotations

import re

import pytest
from browser_kit import PAYLOADS, REPORT, SECOND, Server, ask
from playwright.sync_api import Page, expect

from eval.check import check_questions
from eval.evalset import load_questions
from rag.library.feedback import FeedbackLog

pytestmark = pytest.mark.browser

TEXTS = {"mali-2018-04-09.txt": REPORT, "niger-2018-05-20.txt": SECOND}


def test_thumbs_down_becomes_an_eval_question_with_its_evidence(page: Page, server: Server) -> None:
    ask(page, "how many soldiers were killed in Gao")
    page.locator("#down-1").click()
    expect(page.locator("#feedback")).to_be_visible()
    expect(page.locator("#why textarea, #why input")).to_be_focused()
    expect(page.locator("#kept")).to_contain_text("feedback.jsonl")
    page.keyboard.type("the camp is not the answer")
    page.get_by_label("The right answer, short; one a line").fill("seven\nseven soldiers")
    page.locator("#save-question").click()
    expect(page.locator("#kept [role=alert]")).to_contain_text("no words of a report")

    page.locator("#chosen-evidence input").click()
    page.get_by_role("option", name=re.compile("Seven soldiers were killed")).first.click()
    page.keyboard.press("Escape")
    expect(page.locator("#feedback")).to_be_visible()
    page.locator("#save-question").click()
    log = FeedbackLog(server.home)
    expect(page.locator("#kept")).to_contain_text(f"rag eval --questions {log.questions} --home {server.home}")

    question = load_questions([log.questions])[-1]
    assert question.question == "how many soldiers were killed in Gao"
    assert question.answers == ("seven", "seven soldiers")
    findings = check_questions([question], TEXTS, {})
    assert [error for error in findings.errors if question.id in error] == []
    assert any(f.id in question.id and f.vote == "down" and f.reason == "the camp is not the answer" for f in log.all()[0])

    page.locator("#why textarea, #why input").press("Escape")
    expect(page.locator("#feedback")).not_to_be_visible()
    expect(page.locator("#down-1")).to_be_focused()


def test_thumbs_up_and_hostile_reason_are_kept_as_typed(page: Page, server: Server) -> None:
    ask(page, PAYLOADS[0] + " zebu traders robbed")
    page.locator("#up-1").click()
    expect(page.locator("#feedback")).to_contain_text(PAYLOADS[0])
    expect(page.locator("#correction")).not_to_be_visible()
    page.locator("#why textarea, #why input").fill(PAYLOADS[1])
    page.locator("#save-feedback").click()
    expect(page.locator("#kept")).to_contain_text("Saved.")
    kept = FeedbackLog(server.home).all()[0][-1]
    assert (kept.vote, kept.reason) == ("up", PAYLOADS[1])
    assert page.locator("#feedback").locator("script, img, form").count() == 0


def test_card_steps_through_the_entries_of_the_report_and_back(page: Page, server: Server) -> None:
    ask(page, "what destroyed a bus near Konna")
    card = page.locator("#e1-1")
    expect(card.locator("blockquote")).to_contain_text("Eleven passengers were hurt")
    expect(card.locator(".place-in")).to_have_text("3 of 3")
    card.get_by_role("link", name="Previous entry").click()
    expect(card.locator("blockquote")).to_contain_text("the Red Falcon group")
    expect(card.locator(".meta")).to_contain_text("entry of April 6, 2018")
    expect(card.get_by_role("link", name="Previous entry")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card.locator(".meta")).to_contain_text("lead of April 9, 2018")
    expect(card).to_be_focused()
    assert card.locator("mark.quote").count() == 0
    card.get_by_role("link", name="Back to the quotation").click()
    expect(card.locator("mark.quote")).to_contain_text("a mine destroyed a bus")
    # The same address is a page of its own for a browser without scripts.
    href = card.get_by_role("link", name="Previous entry").get_attribute("href")
    assert "the Red Falcon group" in page.request.get(f"{server.url}{href}").text()
    assert page.request.get(f"{server.url}entry/none/0").status == 404
    assert page.request.get(f"{server.url}{href}".replace("/1?", "/99?")).status == 404


def test_hostile_entry_stays_text_when_it_is_stepped_through(page: Page) -> None:
    title = page.title()
    ask(page, "zebu traders robbed in June 2018")
    card = page.locator("#e1-1")
    card.get_by_role("link", name="Previous entry").click()
    expect(card.locator("blockquote")).to_contain_text("A lead about the zebu market")
    card.get_by_role("link", name="Next entry").click()
    expect(card.locator("blockquote")).to_contain_text("zebu traders were robbed")
    assert PAYLOADS[0] in (card.locator("blockquote").text_content() or "")
    assert card.locator("script, img, form, iframe, svg, b[onmouseover]").count() == 0
    assert page.title() == title


def test_typing_error_and_follow_up_are_told_as_understood(page: Page) -> None:
    ask(page, "who ambushed a patrol of gendarms in Ayorou")
    ask(page, "and when?")
    expect(page.locator("#a2 .understood")).to_contain_text("understood as:")
    expect(page.locator("#a2 .understood")).to_contain_text("Ayorou")


def test_sentence_quoted_word_for_word_says_so(page: Page) -> None:
    ask(page, "what destroyed a bus near Konna")
    said = page.locator("#a1 .said.quoted")
    expect(said.first).to_contain_text("a mine destroyed a bus")
    expect(said.first.locator(".unseen")).to_have_text(re.compile("quoted word for word"))
