"""Texts that want to be more than text, in Chromium; and what the page's addresses let in and out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from browser_kit import PAYLOADS, Server, ask, evaluate
from playwright.sync_api import Page, expect

from rag.library.feedback import FeedbackLog

pytestmark = pytest.mark.browser


ACTIVE = (
    "script", "form", "iframe", "img", "svg circle[r='9']", "style", "link", "object", "embed", "video", "audio", "input", "base",
    "meta", "math", "template", "marquee", "xss", "button[formaction]", "[style*=evil]", "svg use", "plaintext",
    "xmp",
)  # fmt: skip
"""Elements that only a payload taken for markup would make; pages of ours have none of them where they show texts."""


def active(page: Page, places: str, *, but: Sequence[str] = ()) -> list[str]:
    """Elements that should not be where texts are shown, and attributes that would run.

    Args:
        page: The page.
        places: Selector of what shows texts.
        but: Those of ``ACTIVE`` that the page itself has there.
    """
    script = """([places, active]) => {
      const runs = (a) => /^on/i.test(a.name) || /^\\s*javascript:/i.test(a.value);
      return [...document.querySelectorAll(places)].flatMap((place) => [...place.querySelectorAll("*")])
        .filter((e) => e.matches(active) || [...e.attributes].some(runs)).map((e) => e.outerHTML.slice(0, 200));
    }"""
    return list(page.evaluate(script, [places, ",".join(name for name in ACTIVE if name not in but)]))


def test_corpus_of_hostile_texts_is_large() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 100


def in_bundles(size: int) -> list[str]:
    """All payloads, so many to a text, in an order in which no report has them."""
    turned = PAYLOADS[::-1]
    return [" ".join(turned[i : i + size]) for i in range(0, len(turned), size)]


def test_hostile_question_file_runs_nothing_anywhere_on_the_evaluate_tab(page: Page, server: Server, tmp_path: Path) -> None:
    title = page.title()
    rows: list[dict[str, Any]] = []
    for n, text in enumerate(in_bundles(9)):
        turn = {"role": "user", "content": text}
        given = {
            "id": f"{text} {n}",
            "kind": f"{n} {text}",
            "question": f"who attacked the camp in Gao {text}",
            "history": [turn],
        }
        rows.append(
            {**given, "answers": [text, "Red Falcon"], "evidence": [{"report": "mali-2018-04-09.txt", "quote": "Red Falcon"}]}
        )
    unknown = [
        {"id": f"left out {n}", "question": "who", "evidence": [{"report": text, "quote": text}]}
        for n, text in enumerate(in_bundles(9))
    ]
    mistaken = [{"id": "1", "question": "who", text: 1} for text in in_bundles(9)]

    file = tmp_path / "<img src=x onerror=\"document.title='run'\"> [x](y) ](javascript:alert(1)).jsonl"
    file.write_text("\n".join(map(json.dumps, mistaken)), encoding="utf-8")
    evaluate(page, file)
    expect(page.locator(".eval-line")).to_have_text("It failed:", timeout=120_000)
    expect(page.locator(".eval-progress li").first).to_contain_text("unknown field")
    assert active(page, "#eval-progress") == []
    file.write_text("\n".join(map(json.dumps, rows + unknown)), encoding="utf-8")
    for earlier in (False, True):
        page.reload()
        expect(page.locator("#machine")).to_have_class(re.compile("ready"))
        page.get_by_role("tab", name="Evaluate").click()
        if earlier:
            page.locator("#eval-compare input").click()
            page.get_by_role("option", name=re.compile("img src")).first.click()
        evaluate(page, file)
        expect(page.locator(".eval-bar")).to_be_visible()
        expect(page.locator(".eval-line")).to_have_text("Done. Some inputs were left out:", timeout=280_000)
        expect(page.locator(".eval-questions tbody tr")).to_have_count(len(rows))
    expect(page.locator(".scorecard-part")).to_contain_text("Against the earlier scorecard")
    expect(page.locator(".scorecard-part")).to_contain_text("Left out")
    for details in page.locator(".scorecard-part details").all():
        details.locator("summary").first.click()
    for n, row in enumerate(rows):
        shown = page.locator(".eval-questions tbody tr").nth(n)
        expect(shown).to_contain_text(row["question"])
        shown.get_by_role("button").click()
        dialog = page.locator("#question-dialog")
        expect(dialog.locator(".eval-column")).to_have_count(3)
        for field in ("id", "kind", "question"):
            expect(dialog).to_contain_text(row[field])
        expect(dialog.locator(".eval-column").first).to_contain_text(row["answers"][0])
        assert active(page, "#question-dialog") == []
        page.keyboard.press("Escape")
    # The picture by kind is drawn with shapes of its own.
    assert active(page, "#eval-host, #eval-view, #eval-progress, #eval-told") == []
    page.locator("#eval-run input").click()
    expect(page.get_by_role("option", name=re.compile("img src")).first).to_be_visible()
    assert active(page, "ul[role=listbox]") == []
    page.keyboard.press("Escape")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the scorecard in a tab").click()
    apart = opened.value
    apart.wait_for_load_state()
    expect(apart.locator("main")).to_contain_text(PAYLOADS[0])
    assert active(apart, "main", but=("style",)) == []
    assert ("img src=x" in apart.title(), page.title()) == (True, title)
    assert page.url == server.url


def test_hostile_judgements_and_conversation_names_stay_text(page: Page, server: Server) -> None:
    title = page.title()
    ask(page, "what destroyed a bus near Konna")
    page.locator("#down-1").click()
    expect(page.locator("#why textarea, #why input")).to_be_focused()
    for text in in_bundles(18):
        page.locator("#why textarea, #why input").fill(text)
        page.get_by_label("The right answer, short; one a line").fill(text)
        page.locator("#chosen-evidence input").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator("#chosen-evidence .token")).to_have_text(text)
        page.locator("#save-question").click()
        expect(page.locator("#kept [role=alert]")).to_contain_text("stands in none of the reports shown")
        assert active(page, "#kept") == []
        page.locator("#chosen-evidence").get_by_role("button", name="Clear").click()
        page.locator("#save-feedback").click()
        expect(page.locator("#kept")).to_contain_text("Saved.")
        kept = FeedbackLog(server.home).all()[0][-1]
        assert (kept.reason, kept.expected) == (text, (text,))

    page.evaluate(
        """(names) => {
          const store = "ask-the-reports.conversations";
          const [kept] = JSON.parse(localStorage.getItem(store));
          const made = names.map((title, n) => ({ ...kept, thread: n.toString(16).padStart(32, "0"), title }));
          localStorage.setItem(store, JSON.stringify([kept, ...made]));
        }""",
        PAYLOADS[:90],
    )
    page.locator("#history").click()
    dialog = page.locator("#history-dialog")
    expect(dialog.locator("li")).to_have_count(91)
    names = dialog.locator(".history-open").all_inner_texts()
    assert all(payload in name for payload, name in zip(PAYLOADS, names[1:], strict=False))
    for payload in PAYLOADS[90:]:
        first = dialog.locator("li").first
        first.get_by_role("button", name="Rename").click()
        dialog.locator(".history-rename").fill(payload)
        page.keyboard.press("Enter")
        expect(first.locator(".history-open")).to_contain_text(payload[:80])
        assert active(page, "#history-dialog") == []
    with page.expect_download() as download:
        dialog.locator("li").nth(1).get_by_role("button", name="Export as Markdown").click()
    assert PAYLOADS[0] not in download.value.path().read_text(encoding="utf-8")
    # Opened again it is the same conversation, whatever it is called.
    dialog.locator("li").nth(1).locator(".history-open").click()
    expect(page.locator("#chat .asked")).to_have_text("what destroyed a bus near Konna")
    assert page.title() == title
    assert page.url == server.url


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
    assert active(page, ours) == []
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
