"""The Reports tab in Chromium: files in, replaced, out; the table, the folder, what is covered."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_kit import Server
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


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


def test_files_too_large_together_are_refused_by_name_and_the_others_go_in(page: Page, server: Server, tmp_path: Path) -> None:
    files = [tmp_path / f"togo-2021-0{n}-05.txt" for n in (1, 2, 3)]
    for n, file in enumerate(files, 1):
        entry = f"Togo: Month {n}\n\nJanuary {n}, 2021: In the north (Dapaong) a lorry turned over.\n"
        file.write_text(entry + " " * 400_000, encoding="utf-8")
    page.get_by_role("tab", name="Reports").click()
    page.locator("#upload input[type=file]").set_input_files(files)
    expect(page.locator("#outcome li.ok")).to_have_count(2)
    expect(page.locator("#outcome li.refused")).to_contain_text("togo-2021-03-05.txt: not taken: at most 1 MB in one upload")
    rows = page.locator("#reports-table tbody tr").filter(has_text="Togo")
    for left in (1, 0):
        rows.first.get_by_role("button", name="Remove").click()
        page.locator("#confirm-dialog").get_by_role("button", name="Remove").click()
        expect(rows).to_have_count(left)


def test_too_many_files_are_refused_by_name(page: Page, server: Server, tmp_path: Path) -> None:
    files = [tmp_path / f"empty-{i}.txt" for i in range(5)]
    for file in files:
        file.write_text("")
    page.get_by_role("tab", name="Reports").click()
    page.locator("#upload input[type=file]").set_input_files(files)
    expect(page.locator("#outcome li.refused")).to_have_count(5)
    expect(page.locator("#outcome li.refused").last).to_contain_text("at most 4 files")
    assert not list(server.corpus.glob("empty-*"))
