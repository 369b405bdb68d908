"""What the browser tests share: reports, hostile texts, a watch over what a page does, and how to ask."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

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


def ask(page: Page, question: str) -> None:
    replies = page.locator("#chat .reply:not(.waiting)")
    before = replies.count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    expect(replies).to_have_count(before + 1)
    expect(page.locator("#chat .reply .foot, #chat .reply.error")).to_have_count(before + 1)
