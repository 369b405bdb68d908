"""The Timeline tab in Chromium: table, picture, zoom, file."""

from __future__ import annotations

import csv
import io
import re

import pytest
from browser_kit import SECOND
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def show_timeline(page: Page) -> None:
    page.get_by_role("tab", name="Timeline").click()
    page.locator("#show-timeline").click()
    expect(page.locator(".timeline-canvas svg")).to_be_visible()


def test_timeline_lists_events_by_their_day_and_opens_the_report(page: Page) -> None:
    show_timeline(page)
    rows = page.locator("table.timeline tbody tr")
    expect(rows.first).to_contain_text("March 12, 2018")
    expect(rows.filter(has_text="May 14, 2018")).to_contain_text("Sand Viper")
    page.locator("table.timeline a.open-report").first.click()
    expect(page.locator("#report-dialog mark#quote")).to_contain_text("Mopti")


def test_picture_of_the_timeline_opens_the_passage_and_zooms_with_its_table(page: Page) -> None:
    show_timeline(page)
    picture, rows = page.locator(".timeline-canvas svg"), page.locator("table.timeline tbody tr")
    expect(picture.locator(".dot")).to_have_count(rows.count())
    before = rows.count()
    expect(picture.locator("> title")).to_contain_text(f"{before} events, March 12, 2018 to")
    expect(page.locator("#timeline-words")).to_contain_text(f"{before} events")

    ambush = picture.get_by_role("link", name=re.compile("Sand Viper"))
    ambush.click()
    expect(page.locator("#report-dialog mark#quote")).to_contain_text("Sand Viper")
    page.keyboard.press("Escape")
    expect(ambush).to_be_focused()

    # By keys: the arrows go from event to event, enter opens.
    picture.locator(".dot").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#report-dialog mark#quote")).to_contain_text("April 6, 2018")
    page.keyboard.press("Escape")

    # By dragging: from before the first event to just behind it.
    box = picture.bounding_box()
    first = picture.locator(".dot").first.bounding_box()
    assert box
    assert first
    page.mouse.move(box["x"] + 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(first["x"] + 5, box["y"] + 20)
    page.mouse.move(first["x"] + 30, box["y"] + 20)
    page.mouse.up()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("March 12, 2018")
    expect(page.locator(".timeline-said")).to_contain_text(f"1 of {before} events, March 12, 2018")
    page.get_by_role("button", name="Later").click()
    page.get_by_role("button", name="Whole period").click()
    expect(rows).to_have_count(before)
    expect(page.get_by_role("button", name="Whole period")).to_be_disabled()
    page.get_by_role("button", name="Zoom in").click()
    expect(page.get_by_role("button", name="Zoom out")).to_be_enabled()


def test_timeline_is_exported_within_its_words_and_filters(page: Page) -> None:
    page.locator("#filters button").first.click()
    page.locator("#since").get_by_role("textbox").fill("May 2018")
    page.locator("#since").get_by_role("textbox").press("Tab")
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_role("tab", name="Timeline").click()
    page.locator("#about").get_by_role("textbox").fill("Sand Viper ambush")
    page.locator("#show-timeline").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert download.value.suggested_filename == "timeline.csv"
    assert [(row["from"], row["report"]) for row in rows] == [("2018-05-14", "niger-2018-05-20.txt")]
    assert rows[0]["text"] in SECOND
