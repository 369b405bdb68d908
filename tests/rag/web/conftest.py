"""Fixtures of the page's tests. Browser tests share one server, and each module a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_kit import CHROMIUM, PAYLOADS, REPORT, SECOND, SWITCHES, Server, View, Watch, page_process
from playwright.sync_api import Browser, Page, expect, sync_playwright
from web_doubles import ScriptedAssistant

from rag.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(
        {"home": tmp_path / "home", "corpus": tmp_path / "corpus", "web.upload_files": 3, "web.upload_mb": 1}, env={}
    )


@pytest.fixture
def assistant(settings: Settings) -> ScriptedAssistant:
    return ScriptedAssistant(settings)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "mali-2018-04-09.txt").write_text(REPORT, encoding="utf-8")
    (corpus / "niger-2018-05-20.txt").write_text(SECOND, encoding="utf-8")
    hostile = " ".join(PAYLOADS)
    (corpus / "<img src=x onerror=alert(1)> [x](y).txt").write_text(
        f"Mali: {PAYLOADS[0]} {PAYLOADS[1]} {PAYLOADS[6]}\n\nJune 4, 2018: A lead about the zebu market.\n\n"
        f"June 2, 2018: In the south (<b onmouseover=alert(1)>Sikasso</b>) zebu traders were robbed. {hostile}\n",
        encoding="utf-8",
    )
    with page_process(folder, WEB_UPLOAD_FILES="4", WEB_UPLOAD_MB="1") as url:
        yield Server(url, corpus, folder / "home")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole session: Playwright keeps an event loop running, and tests of other modules start their own.
    # Five seconds, the default, is short where the machine is shared; a condition that holds is seen at once all the same.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def watch(server: Server) -> Watch:
    return Watch(server.url)


@pytest.fixture
def page(server: Server, browser: Browser, watch: Watch) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(30_000)
    page = context.new_page()
    watch.attach(page)
    page.goto(server.url)
    expect(page.locator("#machine")).to_have_class(re.compile("ready"), timeout=120_000)
    # What Gradio loads at its opening has come by then; until then it may take the focus back to the question.
    expect(page.locator("#coverage .coverage")).to_be_visible()
    yield page
    context.close()
    assert watch.outside == []
    assert watch.errors == []
    assert watch.dialogs == []


@pytest.fixture
def view(server: Server, browser: Browser, watch: Watch) -> Iterator[View]:
    view = View(server, browser, watch)
    yield view
    for context in view.contexts:
        context.close()
    assert watch.outside == []
