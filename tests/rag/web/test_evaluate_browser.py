"""The Evaluate tab in Chromium, with real evaluations behind it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from browser_kit import View, ask, evaluate
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def findings_on_scorecard(page: Page) -> set[tuple[str, str]]:
    """Serious findings of axe on the newest scorecard and on one of its questions."""
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.locator(".scorecard .tile").first).to_be_visible()
    for details in page.locator(".scorecard-part details").all():
        details.locator("summary").first.click()
    found = View.findings(page)
    page.locator("button.eval-question").first.click()
    expect(page.locator("#question-dialog .eval-column").first).to_be_visible()
    return found | View.findings(page)


def test_own_questions_are_evaluated_compared_and_looked_into(page: Page, view: View, tmp_path: Path) -> None:
    hostile = "<img src=https://evil.example/q.png onerror=\"document.title='run'\"> what is the price of cocoa in Brazil"
    rows = [
        {"id": "q1", "question": "who attacked the army camp in Gao", "kind": "who", "answers": ["Red Falcon"],
         "evidence": [{"report": "mali-2018-04-09.txt", "quote": "gunmen of the Red Falcon group attacked the army camp"}]},
        {"id": "q2", "question": "how many gendarmes were ambushed", "kind": "how_many", "answers": ["nine hundred"],
         "evidence": [{"report": "niger-2018-05-20.txt", "quote": "ambushed a patrol of twelve gendarmes"}]},
        {"id": "q3", "question": hostile, "kind": "unanswerable", "answerable": False},
    ]  # fmt: skip
    file = tmp_path / "my questions.jsonl"
    file.write_text("not json\n", encoding="utf-8")
    evaluate(page, file)
    expect(page.locator(".eval-line")).to_have_text("It failed:", timeout=120_000)
    expect(page.locator(".eval-progress li")).to_contain_text(re.compile("jsonl.*1"))

    page.reload()
    expect(page.locator("#machine")).to_have_class(re.compile("ready"))
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    evaluate(page, file)
    expect(page.locator(".eval-bar")).to_be_visible()
    # Asking goes on meanwhile.
    page.get_by_role("tab", name="Ask").click()
    ask(page, "who attacked the army camp in Gao in April 2018")
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.locator(".eval-line")).to_have_text("Done.", timeout=240_000)
    expect(page.locator(".scorecard .tile").first).to_be_visible()
    expect(page.locator(".scorecard figure svg").first).to_be_visible()
    questions = page.locator(".eval-questions tbody tr")
    expect(questions).to_have_count(3)
    page.get_by_label("Kind every").select_option("unanswerable")
    expect(questions).to_have_count(1)
    expect(questions).to_contain_text(hostile)
    page.get_by_label("Kind every").select_option("how_many")
    questions.get_by_role("button").click()
    dialog = page.locator("#question-dialog")
    expect(dialog.locator(".eval-column").first).to_contain_text("nine hundred")
    expect(dialog.locator(".eval-column").nth(1)).to_contain_text("twelve")
    page.keyboard.press("Escape")
    expect(questions.get_by_role("button")).to_be_focused()

    # Against the one just made.
    page.locator("#eval-compare input").click()
    page.get_by_role("option", name=re.compile("my questions")).click()
    page.locator("#eval-start").click()
    expect(page.locator(".eval-bar")).to_be_visible()
    expect(page.locator(".eval-line")).to_have_text("Done.", timeout=240_000)
    expect(page.locator(".scorecard-part")).to_contain_text("Against the earlier scorecard")
    page.get_by_label("Kind every").select_option("who")
    questions.get_by_role("button").click()
    expect(dialog.locator(".eval-column")).to_have_count(3)
    page.keyboard.press("Escape")
    assert page.title() == "Ask the Reports"
    for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")):
        assert findings_on_scorecard(view.open(width, scheme)) == set()

    page.locator("#eval-start").click()
    expect(page.locator(".eval-bar")).to_be_visible()
    page.locator("#eval-cancel").click()
    expect(page.locator(".eval-line")).to_have_text("Cancelled.")
