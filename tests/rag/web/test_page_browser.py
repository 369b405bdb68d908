"""Asking in Chromium: a real process over a real library. Network, console and dialogs are watched in every test."""

from __future__ import annotations

import re

import pytest
from browser_kit import REPORT, Server, ask
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_answer_comes_with_its_card_and_the_mark_leads_to_it(page: Page) -> None:
    ask(page, "who attacked the army camp in Gao in April 2018")
    assert "Red Falcon" in page.locator("#chat .reply .answer-text").inner_text()
    card = page.locator("#e1-1")
    expect(card).to_contain_text("Mali: Raids Along The River")
    expect(card).to_contain_text("mali-2018-04-09.txt")
    quote = card.locator("mark.quote").text_content() or ""
    assert quote in REPORT
    mark = page.locator("#chat .reply a.cite").first
    mark.click()
    expect(card).to_be_focused()
    expect(card).to_have_class(re.compile("current"))
    # The answer is the quotation itself, mark aside.
    assert quote.strip() in (page.locator("#chat .reply .answer-text").text_content() or "")


def test_highlight_is_the_span_the_interface_names(page: Page, server: Server) -> None:
    from gradio_client import Client

    question = "how many passengers were hurt near Konna"
    row = Client(server.url, verbose=False).predict(question, api_name="/ask")
    ask(page, question)
    for citation in row["citations"]:
        shown = page.locator(f"#e1-{citation['number']} mark.quote").text_content()
        assert shown == citation["quote"]
    report = page.request.get(f"{server.url}report/{row['citations'][0]['report']}").text()
    assert "Konna" in report


def test_older_marks_bring_back_their_evidence_and_follow_ups_are_understood(page: Page) -> None:
    ask(page, "who ambushed a patrol of gendarmes in Ayorou")
    ask(page, "and when?")
    expect(page.locator("#evidence .group:visible")).to_have_attribute("id", "g2")
    page.locator("#a1 a.cite").first.click()
    expect(page.locator("#evidence .group:visible")).to_have_attribute("id", "g1")
    page.get_by_role("button", name="New").click()
    expect(page.locator("#chat .reply")).to_have_count(0)
    expect(page.locator("#examples button:visible").first).to_be_visible()


def test_abstention_shows_the_nearest_evidence_and_the_coverage(page: Page) -> None:
    ask(page, "what is the price of cocoa in Brazil in 1987")
    expect(page.locator("#chat .reply.abstained")).to_contain_text("not answered by the reports")
    expect(page.locator("#evidence .group:visible h2")).to_have_text("Nearest evidence")
    expect(page.locator("#evidence .group:visible .panel-note")).to_contain_text("The library holds")


def test_report_opens_at_the_quotation_and_escape_closes_it(page: Page) -> None:
    ask(page, "what destroyed a bus near Konna")
    link = page.locator("#e1-1 a.open-report")
    link.click()
    report = page.locator("#report-dialog .report")
    expect(report.locator("h1")).to_have_text("Mali: Raids Along The River")
    expect(report.locator("mark#quote")).to_have_text(page.locator("#e1-1 mark.quote").text_content() or "")
    expect(report.locator("mark#quote")).to_be_in_viewport()
    expect(report.locator(".furniture")).to_contain_text("Archive")
    assert report.locator("section.entry").count() == 3
    page.keyboard.press("Escape")
    expect(page.locator("#report-dialog")).not_to_be_visible()
    expect(link).to_be_focused()


def test_keys_send_break_lines_and_focus(page: Page) -> None:
    field = page.locator("#question textarea")
    field.fill("first")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second")
    expect(field).to_have_value("first\nsecond")
    expect(page.locator("#chat .reply")).to_have_count(0)
    field.fill("")
    expect(field).to_have_value("")
    page.locator("h1").first.click()
    expect(field).not_to_be_focused()
    page.keyboard.press("/")
    expect(field).to_be_focused()
    expect(field).to_have_value("")


def test_example_is_asked_by_a_click(page: Page) -> None:
    example = page.locator("#examples button.example:visible").first
    text = example.inner_text()
    example.click()
    expect(page.locator("#chat .asked")).to_have_text(text)
    expect(page.locator("#chat .reply .foot")).to_have_count(1)


def test_filters_limit_the_answer_show_as_chips_and_reset(page: Page) -> None:
    page.locator("#filters button").first.click()
    page.locator("#since").get_by_role("textbox").fill("May 2018")
    page.locator("#since").get_by_role("textbox").press("Tab")
    expect(page.locator(".chip")).to_have_text("since May 1, 2018")
    ask(page, "who attacked the army camp in Gao")
    expect(page.locator("#chat .limits")).to_have_text("since May 1, 2018")
    assert "Red Falcon" not in page.locator("#evidence").inner_text()
    page.locator("#reset-filters").click()
    expect(page.locator(".chip")).to_have_count(0)
    ask(page, "who attacked the army camp in Gao")
    assert "Red Falcon" in page.locator("#a2").inner_text()


def test_country_and_report_day_limit_chat_and_timeline_alike(page: Page) -> None:
    page.locator("#filters button").first.click()
    page.locator("#countries input").click()
    page.get_by_role("option", name="Niger").click()
    page.keyboard.press("Escape")
    page.locator("#as-of").get_by_role("textbox").fill("December 2018")
    page.locator("#as-of").get_by_role("textbox").press("Tab")
    expect(page.locator(".chip")).to_have_text(["as reported by December 31, 2018", "Niger"])
    ask(page, "who attacked the army camp in Gao")
    expect(page.locator("#chat .limits")).to_have_text("as reported by December 31, 2018 · Niger")
    assert "Mali" not in page.locator("#evidence").inner_text()
    page.get_by_role("tab", name="Timeline").click()
    page.locator("#show-timeline").click()
    rows = page.locator("table.timeline tbody tr")
    expect(rows.filter(has_text="Sand Viper")).to_have_count(1)
    expect(rows.filter(has_text="Mali")).to_have_count(0)
    page.locator("#as-of").get_by_role("textbox").fill("April 2018")
    page.locator("#as-of").get_by_role("textbox").press("Tab")
    page.locator("#show-timeline").click()
    expect(page.locator("#timeline-table")).to_contain_text("No dated event was found")


def test_on_a_phone_a_new_answer_is_read_from_its_start(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 640})
    for n, question in enumerate(("who attacked the army camp in Gao", "what destroyed a bus near Konna"), 1):
        ask(page, question)
        expect(page.locator("#chat .asked").nth(n - 1)).to_be_in_viewport()
        expect(page.locator(f"#a{n} .short-answer")).to_be_in_viewport()


def test_end_of_an_answer_and_the_field_stay_in_view(page: Page) -> None:
    for question in ("who attacked the army camp in Gao", "what destroyed a bus near Konna", "who ambushed a patrol"):
        ask(page, question)
    expect(page.locator("#a3 .foot")).to_be_in_viewport()
    # What stands between the conversation and the field grows, or the window shrinks: the conversation gives way.
    page.set_viewport_size({"width": 1280, "height": 640})
    expect(page.locator("#a1 .foot")).not_to_be_in_viewport()
    expect(page.locator("#a3 .foot")).to_be_in_viewport()
    expect(page.locator("#question textarea")).to_be_in_viewport()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator("#filters button").first.click()
    expect(page.locator("#since")).to_be_visible()
    expect(page.locator("#question textarea")).to_be_in_viewport()
    expect(page.locator("#a3 .foot")).to_be_in_viewport()
