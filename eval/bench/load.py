"""``python -m eval.bench.load``: many users asking a running page at once; errors, mixed-up answers and seconds.

Without ``--url`` a page of its own is started over the corpus folder in a temporary library. Exit code 1 when a request failed
or an answer went to the wrong user.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

TIMEOUT_S = 300.0


@dataclass
class Load:
    """What a load found.

    Attributes:
        seconds: From question to answer, one for each question answered.
        errors: What failed, one line each.
        crossed: Answers that belong to another question than the one asked, one line each.
        first_answers: What a single user got, by question.
        wall_s: From the first question to the last answer, in seconds.
    """

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    first_answers: dict[str, str] = field(default_factory=dict)
    wall_s: float = 0.0


async def run_load(url: str, questions: Sequence[str], *, users: int, each: int, auth: tuple[str, str] | None = None) -> Load:
    """Ask through the page's interface, first each question alone, then all users at once.

    Args:
        url: Address of the page.
        questions: Asked in turn; neighbours never ask the same at the same time.
        users: Asking at the same time, each over a connection of its own.
        each: Questions a user asks, one after the other.
        auth: Name and password.

    Returns:
        What was found; an answer must be the one its question got when asked alone.
    """
    import httpx

    load = Load()
    async with httpx.AsyncClient(base_url=url, auth=auth, timeout=TIMEOUT_S) as alone:
        for question in dict.fromkeys(questions):
            load.first_answers[question] = str((await _ask(alone, question))["answer"])

    async def user(number: int) -> None:
        async with httpx.AsyncClient(base_url=url, auth=auth, timeout=TIMEOUT_S) as client:
            for turn in range(each):
                question = questions[(number * 7 + turn) % len(questions)]
                began = time.perf_counter()
                try:
                    row = await _ask(client, question)
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    load.errors.append(f"user {number}, question {turn}: {type(error).__name__}: {error}")
                    continue
                load.seconds.append(time.perf_counter() - began)
                if row["question"] != question or row["answer"] != load.first_answers[question]:
                    load.crossed.append(f"user {number} asked {question!r} and got the answer to {row['question']!r}")

    began = time.perf_counter()
    await asyncio.gather(*(user(number) for number in range(users)))
    load.wall_s = time.perf_counter() - began
    return load


async def _ask(client: Any, question: str) -> dict[str, Any]:
    """One question over Gradio's HTTP interface: a call, then its event stream up to the result."""
    body = {"data": [question, None, "", "", "", None, None]}
    event = (await client.post("/gradio_api/call/ask", json=body)).raise_for_status().json()["event_id"]
    kind = ""
    async with client.stream("GET", f"/gradio_api/call/ask/{event}") as stream:
        stream.raise_for_status()
        async for line in stream.aiter_lines():
            name, _, value = line.partition(":")
            if name == "event":
                kind = value.strip()
            elif name == "data" and kind == "complete":
                row: dict[str, Any] = json.loads(value)[0]
                return row
            elif name == "data" and kind == "error":
                raise ValueError(f"the page answered with an error: {value.strip()}")
    raise ValueError("the stream ended without an answer")


@contextmanager
def own_page(corpus: Path) -> Iterator[str]:
    """A page of its own over a folder, in a temporary library, ready to answer.

    Args:
        corpus: The folder.

    Yields:
        Its address.
    """
    import httpx

    with tempfile.TemporaryDirectory(prefix="ask-the-reports-load-") as home:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("RAG_")}
        environment |= {"RAG_HOME": home, "RAG_CORPUS": str(corpus.absolute()), "RAG_WEB_PORT": "0"}
        program = "from rag.settings import Settings; from rag.web import serve; serve(Settings.load(), sync=True)"
        process = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            match = re.search(r"http://\S+", process.stdout.readline())
            if match is None:
                raise RuntimeError("the page did not start; its log says why")
            while httpx.get(f"{match.group()}/desk-status", timeout=TIMEOUT_S).json()["busy"]:
                time.sleep(0.2)
            yield match.group()
        finally:
            process.terminate()
            process.wait(30)


def paint(url: str, question: str) -> tuple[float, float]:
    """First paint and first answer in Chromium, in seconds; needs the packages of the extra ``dev``.

    Args:
        url: Address of the page.
        question: Typed and sent once the page is ready.

    Returns:
        Seconds to the first contentful paint, and from sending the question to its complete answer.
    """
    import shutil

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        switches = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=switches)
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("#machine.ready", timeout=TIMEOUT_S * 1000)
        painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
        page.locator("#question textarea").fill(question)
        began = time.perf_counter()
        page.keyboard.press("Enter")
        page.wait_for_selector("#chat .reply .foot", timeout=TIMEOUT_S * 1000)
        answered = time.perf_counter() - began
        browser.close()
    return float(painted), answered


def main(argv: Sequence[str] | None = None) -> int:
    """Run the load and print what was found.

    Args:
        argv: Arguments; those of the process when None.

    Returns:
        0, or 1 when something failed.
    """
    from eval.evalset import load_questions, shipped_files

    parser = argparse.ArgumentParser(prog="python -m eval.bench.load", description="Many users asking a page at once.")
    parser.add_argument("--url", help="a running page; without it one is started over --corpus")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--each", type=int, default=5, metavar="N", help="questions of one user")
    parser.add_argument("--browser", action="store_true", help="also first paint and first answer in Chromium")
    options = parser.parse_args(argv)
    asked = [q.question for q in load_questions(shipped_files("dev"), "dev") if not q.history and q.filters.is_empty][:61]

    def measure(url: str) -> int:
        if options.browser:
            painted, answered = paint(url, asked[0])
            sys.stdout.write(f"first paint {painted:.2f} s, first answer {answered:.2f} s\n")
        load = asyncio.run(run_load(url, asked, users=options.users, each=options.each))
        p50, p95 = np.percentile(load.seconds, [50, 95]) if load.seconds else (float("nan"), float("nan"))
        sys.stdout.write(
            f"{options.users} users x {options.each} questions: {len(load.seconds)} answered, {len(load.errors)} errors, "
            f"{len(load.crossed)} mixed up; p50 {p50:.2f} s, p95 {p95:.2f} s, {len(load.seconds) / load.wall_s:.1f} answers/s\n"
        )
        for line in [*load.errors, *load.crossed][:20]:
            sys.stderr.write(line + "\n")
        return 1 if load.errors or load.crossed else 0

    if options.url:
        return measure(options.url.rstrip("/"))
    with own_page(options.corpus) as url:
        return measure(url)


if __name__ == "__main__":
    sys.exit(main())
