"""A language model's answer on the page, sentence by sentence, each with its verdict, over a real wire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_kit import REPORT, Watch, page_process
from loopback import Loopback, loopback
from playwright.sync_api import Browser, expect

from rag.types import NOT_SUPPORTED

pytestmark = pytest.mark.browser

REPLY = (
    "Gunmen of the Red Falcon group attacked the army camp in Gao [1]. Seven soldiers were | killed [1]. "
    "The camp has 400 beds [1]."
)


@pytest.fixture
def model() -> Iterator[Loopback]:
    with loopback(REPLY) as server:
        yield server


@pytest.fixture
def written(tmp_path: Path, model: Loopback) -> Iterator[str]:
    """Address of a page whose answers the model writes."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "mali-2018-04-09.txt").write_text(REPORT, encoding="utf-8")
    with page_process(tmp_path, LLM="openai-like/m", GENERATION_URL=model.url, GENERATION_TIMEOUT_S="200") as url:
        yield url


def test_sentences_come_one_by_one_with_their_verdicts(written: str, model: Loopback, browser: Browser) -> None:
    watch = Watch(written)
    page = browser.new_context().new_page()
    page.set_default_timeout(60_000)
    watch.attach(page)
    page.goto(written)
    expect(page.locator("#machine")).to_have_class(re.compile("ready"), timeout=120_000)
    expect(page.locator("#coverage .coverage")).to_be_visible()
    page.locator("#question textarea").fill("who attacked the army camp in Gao in April 2018")
    page.keyboard.press("Enter")
    said = page.locator("#a1 .said")
    expect(said).to_have_count(1, timeout=120_000)
    expect(said.first).to_have_class(re.compile("supported"))
    # The model is still writing: its second sentence has begun and is not shown before it is whole and checked.
    assert "Seven" not in page.locator("#a1").inner_text()
    model.released.set()
    expect(said).to_have_count(3, timeout=60_000)
    expect(said.nth(1)).to_contain_text("Seven soldiers were killed.")
    expect(said.nth(2)).to_have_class(re.compile("unsupported"))
    expect(page.locator("#a1")).to_contain_text(NOT_SUPPORTED)
    assert watch.outside == watch.errors == []
