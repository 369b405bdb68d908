"""The Ask tab in Chromium, beyond question and answer: feedback, history, copies, links."""

from __future__ import annotations

import json
import re

import pytest
from browser_kit import PAYLOADS, REPORT, SECOND, Server, ask
from playwright.sync_api import Locator, Page, expect

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


def test_question_taken_for_a_follow_up_can_be_asked_alone(page: Page, server: Server) -> None:
    ask(page, "who ambushed a patrol of gendarmes in Ayorou")
    ask(page, "and when?")
    assert page.locator("#a1 a.alone").count() == 0
    page.locator("#a2").get_by_role("link", name="Ask it alone").click()
    expect(page.locator("#chat .asked")).to_have_count(1)
    expect(page.locator("#a1 .foot")).to_be_visible()
    expect(page.locator("#chat .asked")).to_have_text("and when?")
    expect(page.locator("#a1")).not_to_contain_text("Ayorou")
    assert page.url == server.url


def test_sentence_quoted_word_for_word_says_so(page: Page) -> None:
    ask(page, "what destroyed a bus near Konna")
    said = page.locator("#a1 .said.quoted")
    expect(said.first).to_contain_text("a mine destroyed a bus")
    expect(said.first.locator(".unseen")).to_have_text(re.compile("quoted word for word"))


def open_history(page: Page) -> Locator:
    page.locator("#history").click()
    dialog = page.locator("#history-dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_conversation_is_kept_opened_again_renamed_and_deleted(page: Page) -> None:
    ask(page, "who ambushed a patrol of gendarmes in Ayorou")
    first = page.locator("#a1 .answer-text").inner_text()
    ask(page, "and when?")
    page.get_by_role("button", name="New").click()
    expect(page.locator("#chat .reply")).to_have_count(0)
    ask(page, "what destroyed a bus near Konna")

    dialog = open_history(page)
    expect(dialog.locator("li")).to_have_count(2)
    expect(dialog.locator("li.current")).to_contain_text("what destroyed a bus near Konna")
    older = dialog.locator("li").nth(1)
    expect(older).to_contain_text("2 questions")
    older.get_by_role("button", name="Rename").click()
    page.keyboard.type("<b>Ayorou</b>")
    page.keyboard.press("Enter")
    expect(dialog.locator("li").nth(1).locator(".history-open")).to_contain_text("<b>Ayorou</b>")
    assert dialog.locator("b").count() == 0
    dialog.locator("li").nth(1).locator(".history-open").click()
    expect(page.locator("#chat .reply")).to_have_count(2)
    expect(page.locator("#a1 .answer-text")).to_have_text(first, use_inner_text=True)
    expect(page.locator("#e2-1 mark.quote").first).to_be_visible()

    # It goes on where it was: the follow-up is understood, the answer joins the same conversation.
    ask(page, "and how many gendarmes were there?")
    dialog = open_history(page)
    expect(dialog.locator("li").first).to_contain_text("3 questions")
    delete = dialog.locator("li").first.get_by_role("button", name="Delete")
    delete.click()
    expect(dialog.locator("li")).to_have_count(2)
    dialog.get_by_role("button", name="Really delete").click()
    expect(dialog.locator("li")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(page.locator("#history")).to_be_focused()


def test_reload_brings_the_conversation_back_and_its_answers_can_still_be_judged(page: Page, server: Server) -> None:
    ask(page, "what destroyed a bus near Konna")
    page.reload()
    expect(page.locator("#chat .asked")).to_have_text("what destroyed a bus near Konna")
    expect(page.locator("#e1-1 mark.quote")).to_contain_text("a mine destroyed a bus")
    page.locator("#up-1").click()
    expect(page.locator("#kept")).to_contain_text("Kept.")
    assert FeedbackLog(server.home).all()[0][-1].question == "what destroyed a bus near Konna"


def test_tampered_history_is_refused_in_words(page: Page) -> None:
    ask(page, "what destroyed a bus near Konna")
    page.evaluate(
        """() => {
          const kept = JSON.parse(localStorage.getItem("ask-the-reports.conversations"));
          kept[0].records[0].citations = [{ title: "<img src=x onerror=alert(1)>" }];
          localStorage.setItem("ask-the-reports.conversations", JSON.stringify(kept));
        }"""
    )
    page.reload()
    expect(page.locator("#chat .reply.error")).to_contain_text("cannot be read")


def test_answer_is_copied_and_conversation_exported(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "what destroyed a bus near Konna")
    page.locator("#copy-1").click()
    expect(page.locator("#toast")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "**what destroyed a bus near Konna**" in copied
    assert "> March 12, 2018: In the center" in copied

    ask(page, PAYLOADS[0] + " zebu traders robbed")
    dialog = open_history(page)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export as Markdown").click()
    markdown = download.value.path().read_text(encoding="utf-8")
    assert download.value.suggested_filename == "what-destroyed-a-bus-near-Konna.md"
    assert copied in markdown
    assert "<script>" not in markdown.replace("\\<", "")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export as JSON").click()
    data = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [e["question"] for e in data["exchanges"]] == ["what destroyed a bus near Konna", PAYLOADS[0] + " zebu traders robbed"]
    assert data["exchanges"][0]["citations"][0]["quote"] in REPORT


def test_link_of_an_answer_asks_it_again_with_its_filters(page: Page, server: Server) -> None:
    page.goto(f"{server.url}?q=what+destroyed+a+bus+near+Konna&since=2018-03&country=Mali&report=mali-2018-04-09.txt")
    expect(page.locator("#chat .asked")).to_contain_text("what destroyed a bus near Konna")
    expect(page.locator("#chat .limits")).to_have_text("since March 1, 2018 · Mali · mali-2018-04-09.txt")
    expect(page.locator("#a1 .answer-text")).to_contain_text("a mine destroyed a bus")
    expect(page.locator(".chip")).to_have_count(3)
    assert page.url == server.url

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#a1 a.permalink").click()
    expect(page.locator("#toast")).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(server.url + "?q=what+destroyed+a+bus+near+Konna&since=2018-03-01&")
    page.goto(link)
    expect(page.locator("#chat .limits")).to_have_text("since March 1, 2018 · Mali · mali-2018-04-09.txt")

    page.goto(f"{server.url}?q=who&country=%3Cimg%20src=x%20onerror=alert(1)%3E")
    expect(page.locator("#chat .reply.error")).to_contain_text("which this library does not hold")
    assert page.locator("#chat .reply img").count() == 0


def test_suggestions_have_answers_and_belong_to_the_last_answer(page: Page) -> None:
    ask(page, "who attacked the army camp in Gao in April 2018")
    first = page.locator("#suggestions button:visible").first
    expect(first).to_be_visible()
    expect(page.locator("#suggestions [id='next-of-a1']")).to_have_text("Ask next")
    text = first.inner_text()
    first.click()
    expect(page.locator("#chat .asked").nth(1)).to_have_text(text)
    expect(page.locator("#a2 .foot")).to_be_visible()
    assert page.locator("#a2.abstained").count() == 0
    page.get_by_role("button", name="New").click()
    expect(page.locator("#suggestions")).not_to_be_visible()
