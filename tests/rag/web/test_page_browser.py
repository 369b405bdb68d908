"""The page in Chromium, served by a real process over a real library. Network, console and dialogs are watched in every test."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from browser_kit import PAYLOADS, REPORT, SECOND, Server, Watch, ask
from playwright.sync_api import Browser, Page, expect

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
    field.blur()
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


def test_upload_takes_the_good_refuses_the_bad_and_removal_asks_first(page: Page, server: Server, tmp_path: Path) -> None:
    good, bad = tmp_path / "chad-2018-07-01.txt", tmp_path / "broken.pdf"
    good.write_text(
        "Chad: Lake News\n\nJuly 1, 2018: In the west (Bol) the Heron ferry sank with nine goats aboard.\n", encoding="utf-8"
    )
    bad.write_bytes(b"%PDF-1.7 and then nothing")
    page.get_by_role("tab", name="Reports").click()
    page.locator("#upload input[type=file]").set_input_files([good, bad])
    expect(page.locator("#outcome li.ok")).to_contain_text("chad-2018-07-01.txt: added")
    expect(page.locator("#outcome li.refused")).to_contain_text("broken.pdf")
    row = page.locator("#reports-table tr", has_text="Chad: Lake News")
    expect(row).to_contain_text("July 1, 2018")
    assert (server.corpus / good.name).is_file()
    assert not (server.corpus / bad.name).exists()

    row.get_by_role("button", name="Remove").click()
    page.locator("#confirm-dialog").get_by_role("button", name="Keep").click()
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Remove").click()
    page.locator("#confirm-dialog").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    expect(page.locator("#outcome")).to_contain_text("removed from the library")
    assert not (server.corpus / good.name).exists()


def test_reports_are_searched_sorted_replaced_and_opened(page: Page, server: Server, tmp_path: Path) -> None:
    first, second = tmp_path / "chad-2019-01-05.txt", tmp_path / "corrected.txt"
    first.write_text("Chad: Dry Wells\n\nJanuary 5, 2019: In the east (Abeche) three wells dried up.\n", encoding="utf-8")
    second.write_text("Chad: Dry Wells Counted\n\nJanuary 5, 2019: In the east (Abeche) five wells dried up.\n", encoding="utf-8")
    page.get_by_role("tab", name="Reports").click()
    rows = page.locator("#reports-table tbody tr")
    expect(rows).not_to_have_count(0)
    page.locator("#upload input[type=file]").set_input_files(first)
    expect(page.locator("#outcome")).to_contain_text("1 of 1 file done")
    expect(rows.first).to_contain_text("Chad: Dry Wells")
    before = rows.count()

    page.get_by_role("button", name="Entries").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Entries")
    page.get_by_role("button", name="Report", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Report")
    expect(rows.nth(1)).to_contain_text("Chad")
    page.locator("#search-reports").get_by_role("textbox").fill("niger patrol")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Niger: A Patrol Is Caught")
    page.locator("#search-reports").get_by_role("textbox").fill("dry WELLS")
    expect(rows.first).to_contain_text("Chad: Dry Wells")

    rows.first.get_by_role("button", name="Replace").click()
    with page.expect_file_chooser() as chooser:
        page.locator("#confirm-dialog").get_by_role("button", name="Choose a file").click()
    chooser.value.set_files(second)
    expect(page.locator("#outcome")).to_contain_text("chad-2019-01-05.txt: replaced the earlier version")
    expect(rows.first).to_contain_text("Chad: Dry Wells Counted")
    assert (server.corpus / first.name).read_text(encoding="utf-8") == second.read_text(encoding="utf-8")
    rows.first.get_by_role("link").click()
    expect(page.locator("#report-dialog")).to_contain_text("five wells dried up")
    page.keyboard.press("Escape")

    rows.first.get_by_role("button", name="Remove").click()
    page.locator("#confirm-dialog").get_by_role("button", name="Remove").click()
    expect(rows).to_have_count(0)
    page.locator("#search-reports").get_by_role("textbox").fill("")
    expect(rows).to_have_count(before - 1)


def test_folder_is_synced_on_request_and_coverage_follows(page: Page, server: Server) -> None:
    page.get_by_role("tab", name="Reports").click()
    chart = page.locator(".coverage-picture svg")
    expect(chart.locator(".country").filter(has_text="Mali")).to_have_count(1)
    expect(page.locator("#synced")).to_contain_text("The folder has not changed since.")
    added = server.corpus / "libya-2020-02-03.txt"
    added.write_text("Libya: Port News\n\nFebruary 3, 2020: In the east (Tobruk) the port opened.\n", encoding="utf-8")
    page.locator("#refresh").dispatch_event("click")
    expect(page.locator("#synced")).to_contain_text("1 file new (libya-2020-02-03.txt)")
    page.locator("#sync").click()
    expect(page.locator("#synced")).to_contain_text("libya-2020-02-03.txt: added")
    expect(page.locator("#synced")).to_contain_text("The folder has not changed since.")
    expect(page.locator("#reports-table")).to_contain_text("Libya: Port News")
    expect(chart.locator(".cell title").filter(has_text="Libya")).to_contain_text("1 entry")
    page.locator(".coverage-table summary").click()
    expect(page.locator(".coverage-table tr").filter(has_text="Libya")).to_contain_text("2020-02")
    added.unlink()
    page.locator("#sync").click()
    expect(page.locator("#synced")).to_contain_text("libya-2020-02-03.txt: removed")
    expect(page.locator("#reports-table")).not_to_contain_text("Libya")


def test_too_many_files_are_refused_by_name(page: Page, server: Server, tmp_path: Path) -> None:
    files = [tmp_path / f"empty-{i}.txt" for i in range(5)]
    for file in files:
        file.write_text("")
    page.get_by_role("tab", name="Reports").click()
    page.locator("#upload input[type=file]").set_input_files(files)
    expect(page.locator("#outcome li.refused")).to_have_count(5)
    expect(page.locator("#outcome li.refused").last).to_contain_text("at most 4 files")
    assert not list(server.corpus.glob("empty-*"))


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


def evaluate(page: Page, file: Path) -> None:
    page.get_by_role("tab", name="Evaluate").click()
    page.get_by_label("My own file").check()
    page.locator("#eval-file input[type=file]").set_input_files(file)
    expect(page.locator("#eval-file")).to_contain_text(file.name[:12])
    page.locator("#eval-start").click()


def test_own_questions_are_evaluated_compared_and_looked_into(page: Page, server: Server, tmp_path: Path) -> None:
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

    page.locator("#eval-start").click()
    expect(page.locator(".eval-bar")).to_be_visible()
    page.locator("#eval-cancel").click()
    expect(page.locator(".eval-line")).to_have_text("Cancelled.")


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


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
def test_page_has_no_serious_accessibility_finding_and_does_not_scroll_sideways(
    server: Server, browser: Browser, watch: Watch, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True
    )
    page = context.new_page()
    watch.attach(page)
    page.goto(server.url)
    expect(page.locator("#machine")).to_have_class(re.compile("ready"), timeout=120_000)
    ask(page, "who attacked the army camp in Gao in April 2018")
    ask(page, "what is the price of cocoa in Brazil")
    findings = []
    for tab in ("Ask", "Reports", "Timeline", "Evaluate"):
        page.get_by_role("tab", name=tab).click()
        if tab == "Timeline":
            page.locator("#show-timeline").click()
            expect(page.locator(".timeline-canvas svg")).to_be_visible()
        findings += Axe().run(page).response["violations"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    serious = {(f["id"], n["html"][:160]) for f in findings if f["impact"] in ("serious", "critical") for n in f["nodes"]}
    context.close()
    assert serious == set()
    assert watch.outside == []
