"""Texts that want to be more than text, in Chromium; and what the page's addresses let in and out."""

from __future__ import annotations

import pytest
from browser_kit import PAYLOADS, Server, ask
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_hostile_report_and_questions_run_nothing_and_reach_nobody(page: Page, server: Server) -> None:
    title = page.title()
    for question in ["zebu traders robbed in June 2018", PAYLOADS[0] + PAYLOADS[1], PAYLOADS[3] + PAYLOADS[6]]:
        ask(page, question)
    page.locator("details.others:visible summary").first.click()
    page.locator("#a1 a.cite").first.click()
    page.locator("#evidence .group:visible a.open-report").first.click()
    expect(page.locator("#report-dialog")).to_contain_text("zebu traders were robbed")
    for payload in PAYLOADS:
        assert payload in (page.locator("#report-dialog .report").text_content() or "")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Reports").click()
    expect(page.locator("#reports-table")).to_contain_text("<img src=x onerror=alert(1)> [x](y).txt")
    page.get_by_role("tab", name="Timeline").click()
    page.locator("#show-timeline").click()
    expect(page.locator("table.timeline")).to_contain_text("zebu traders")
    # The picture and the rows its zoom makes are drawn by a script of ours.
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Whole period").click()
    expect(page.locator(".timeline-note")).to_be_empty()
    expect(page.locator("table.timeline")).to_contain_text("zebu traders")
    # Gradio's own icons and fields stand outside these.
    ours = "#chat .message-content, #evidence, #report-dialog, #reports-table, #timeline-table, #synced, #coverage-chart"
    for active in (
        "script",
        "form",
        "iframe",
        "img",
        "svg circle[r='9']",
        "style",
        "link",
        "object",
        "embed",
        "video",
        "input",
        "base",
        "meta",
        "math",
    ):
        found = page.locator(ours).locator(active)
        assert [found.nth(i).evaluate("e => e.outerHTML") for i in range(found.count())] == [], active
    # A link that asks again holds the question as its query; it leads to this page all the same.
    assert page.locator(ours).locator("a[href*=evil]:not(.permalink), a[href^=javascript]").count() == 0
    links = page.locator("a.permalink")
    assert {links.nth(i).evaluate("e => e.origin + e.pathname") for i in range(links.count())} == {server.url}
    assert page.title() == title
    assert page.url == server.url
    reply = page.request.get(f"{server.url}report/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E%20%5Bx%5D(y).txt")
    assert reply.status == 200
    assert "<script" not in reply.text()


def test_policy_stands_on_every_reply_and_documentation_routes_are_closed(page: Page, server: Server) -> None:
    for path in ("", "config", "desk/desk.css", "desk-status", "report/none", "gradio_api/info"):
        reply = page.request.get(server.url + path)
        policy = reply.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe-eval" not in policy
        assert "http" not in policy
    for path in ("docs", "redoc", "openapi.json"):
        assert page.request.get(server.url + path).status == 404, path
    assert page.request.get(server.url, headers={"host": "evil.example"}).status == 421


def test_only_the_four_named_endpoints_are_offered(server: Server, page: Page) -> None:
    info = page.request.get(server.url + "gradio_api/info").json()
    assert sorted(info["named_endpoints"]) == ["/ask", "/list", "/search", "/timeline"]
    assert info["unnamed_endpoints"] == {}
    assert info["named_endpoints"]["/ask"]["parameters"][0]["parameter_name"] == "question"
