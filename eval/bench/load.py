"""``python -m eval.bench.load``: many users asking a running page at once; errors, mixed-up answers and seconds.

Without ``--url`` a page of its own is started over the corpus folder in a temporary library. Exit code 1 when a request failed
or an answer went to the wrong user.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from eval.bench.doors import TIMEOUT_S, ApiDoor, Auth, Door, PageDoor

QUIET = 16
"""Conversations held one after the other before the load, to know what each must hear."""


@dataclass
class Load:
    """What a load found.

    Attributes:
        seconds: From question to answer, one for each question answered.
        errors: What failed, one line each.
        crossed: Answers that belong to another question or another's conversation, one line each.
        expected: What a single user got, by the place of his first question: an answer for each.
        wall_s: From the first question to the last answer, in seconds.
    """

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    expected: dict[int, list[str]] = field(default_factory=dict)
    wall_s: float = 0.0


async def run_load(
    url: str, questions: Sequence[str], *, users: int, each: int, door: Callable[[str, Auth], Door] = ApiDoor, auth: Auth = None
) -> Load:
    """Ask first one user after the other, then all users at once.

    Users who start at the same question ask the same ones in the same order; what the first of them got while the page was
    quiet is what every one of them must get, in a conversation of his own.

    Args:
        url: Address of the page.
        questions: Asked in turn; neighbours never ask the same at the same time.
        users: Asking at the same time, each over a connection of its own.
        each: Questions a user asks, one after the other.
        door: How they ask.
        auth: Name and password.

    Returns:
        What was found.
    """
    import httpx

    load = Load()
    starts = [number * 7 % len(questions) for number in range(min(users, QUIET))]

    def asked(start: int) -> list[str]:
        return [questions[(start + turn) % len(questions)] for turn in range(each)]

    for start in dict.fromkeys(starts):
        async with door(url, auth) as alone:
            load.expected[start] = [(await alone.ask(question)).answer for question in asked(start)]

    threads: dict[str, int] = {}

    async def user(number: int) -> None:
        start = starts[number % len(starts)]
        try:
            async with door(url, auth) as own:
                for turn, question in enumerate(asked(start), 1):
                    began = time.perf_counter()
                    told = await own.ask(question)
                    load.seconds.append(time.perf_counter() - began)
                    theirs = threads.setdefault(told.thread, number) if told.thread else number
                    right = told.question == question and told.answer == load.expected[start][turn - 1]
                    if not right or theirs != number or told.turn not in (0, turn):
                        load.crossed.append(f"user {number} asked {question!r} and got {told}")
        except (httpx.HTTPError, ValueError, KeyError) as error:
            load.errors.append(f"user {number}: {type(error).__name__}: {error}")

    began = time.perf_counter()
    await asyncio.gather(*(user(number) for number in range(users)))
    load.wall_s = time.perf_counter() - began
    return load


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
    parser.add_argument(
        "--door", choices=("api", "page"), default="page", help="the named interface, or sessions as of a browser"
    )
    parser.add_argument("--browser", action="store_true", help="also first paint and first answer in Chromium")
    options = parser.parse_args(argv)
    asked = [q.question for q in load_questions(shipped_files("dev"), "dev") if not q.history and q.filters.is_empty][:61]

    def measure(url: str) -> int:
        if options.browser:
            painted, answered = paint(url, asked[0])
            sys.stdout.write(f"first paint {painted:.2f} s, first answer {answered:.2f} s\n")
        door: Callable[[str, Auth], Door] = PageDoor if options.door == "page" else ApiDoor
        load = asyncio.run(run_load(url, asked, users=options.users, each=options.each, door=door))
        p50, p95 = np.percentile(load.seconds, [50, 95]) if load.seconds else (float("nan"), float("nan"))
        sys.stdout.write(
            f"{options.users} users x {options.each} questions ({options.door}): {len(load.seconds)} answered, "
            f"{len(load.errors)} errors, {len(load.crossed)} mixed up; p50 {p50:.2f} s, p95 {p95:.2f} s, "
            f"{len(load.seconds) / load.wall_s:.1f} answers/s\n"
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
