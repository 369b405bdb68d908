"""The README cannot go stale: settings, commands and the version are compared with the program."""

from __future__ import annotations

import re
from pathlib import Path

import rag
from rag.cli.parser import build_parser
from rag.settings import describe

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def settings_table() -> str:
    """The README's table of settings, as it should stand between its two marks."""
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for key, default, meaning in describe():
        shown = "the user's data folder" if key == "home" else f"`{default}`" if str(default) else "(empty)"
        rows.append(f"| `{key}` | {shown} | {meaning} |")
    return "\n".join(rows)


def test_every_setting_stands_in_the_readme() -> None:
    table = README.partition("<!-- settings -->")[2].partition("<!-- /settings -->")[0].strip()
    assert table == settings_table()


def test_every_command_stands_in_the_readme() -> None:
    commands = set(re.findall(r"^    (\w+) +\S", build_parser().format_help(), re.MULTILINE))
    assert {"add", "ask", "serve", "doctor", "eval"} <= commands
    assert {name for name in commands if f"rag {name}" not in README} == set()


def test_changelog_names_the_version() -> None:
    versions = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert versions[0] == rag.__version__


def test_no_marks_of_unfinished_text_are_left() -> None:
    assert re.findall(r"@[A-Z_]+@|TODO|FIXME", README) == []
