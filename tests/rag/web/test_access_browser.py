"""The page for everybody: axe's rules, in Chromium, on every tab and dialog, wide and narrow, light and dark."""

from __future__ import annotations

import re

import pytest
from browser_kit import Server, View, ask
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
def test_no_tab_and_no_dialog_has_a_serious_finding_or_scrolls_sideways(view: View, width: int, scheme: str) -> None:
    page = view.open(width, scheme)
    serious = view.findings(page)
    ask(page, "who attacked the army camp in Gao in April 2018")
    expect(page.locator("#suggestions button:visible").first).to_be_visible()
    serious |= view.findings(page)
    ask(page, "what is the price of cocoa in Brazil")
    page.locator("details.others:visible summary").click()
    serious |= view.findings(page)
    page.locator("#down-1").click()
    expect(page.locator("#correction")).to_be_visible()
    serious |= view.findings(page)
    page.keyboard.press("Escape")
    page.locator("#history").click()
    page.locator("#history-dialog").get_by_role("button", name="Rename").click()
    serious |= view.findings(page)
    page.locator("#history-dialog").get_by_role("button", name="Close").click()
    page.locator("#a1 a.cite").first.click()
    page.locator("#e1-1 a.open-report").click()
    expect(page.locator("#report-dialog mark#quote")).to_be_visible()
    serious |= view.findings(page)
    page.keyboard.press("Escape")
    page.locator("#filters button").first.click()
    page.locator("#since").get_by_role("textbox").fill("2018")
    page.locator("#since").get_by_role("textbox").press("Tab")
    expect(page.locator(".chip")).to_be_visible()
    serious |= view.findings(page)
    page.get_by_role("tab", name="Reports").click()
    expect(page.locator(".coverage-picture svg")).to_be_visible()
    page.locator(".coverage-table summary").click()
    serious |= view.findings(page)
    page.locator("#reports-table button.remove").first.click()
    serious |= view.findings(page)
    page.locator("#confirm-dialog").get_by_role("button", name="Keep").click()
    page.get_by_role("tab", name="Timeline").click()
    page.locator("#show-timeline").click()
    expect(page.locator(".timeline-canvas svg")).to_be_visible()
    serious |= view.findings(page)
    page.get_by_role("tab", name="Evaluate").click()
    page.get_by_label("My own file").check()
    expect(page.locator("#eval-file")).to_be_visible()
    serious |= view.findings(page)
    assert serious == set()


def test_tab_key_goes_through_the_page_in_the_order_it_is_read(page: Page, server: Server) -> None:
    ask(page, "what destroyed a bus near Konna")
    page.locator("#machine").click()
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("document.activeElement.id || document.activeElement.className || document.activeElement.tagName")
        )
        if "open-report" in seen[-1]:
            break
    order = [
        next(i for i, name in enumerate(seen) if re.search(wanted, name)) for wanted in ("cite", "up-1", "copy-1", "open-report")
    ]
    assert order == sorted(order), seen
