"""Prove that reports share no run of words with a text: ``python -m eval.overlap FILE... --against TEXT --words 8``."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.errors import RagError, UsageError
from rag.reports.sandbox import SandboxedReader
from rag.settings import Settings

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Words in lower case; punctuation, case and line ends do not hide a copy."""
    return _WORD.findall(text.lower())


def runs(text: str, n: int) -> set[tuple[str, ...]]:
    """Every run of ``n`` words."""
    words = words_of(text)
    return {tuple(words[i : i + n]) for i in range(len(words) - n + 1)}


def shared_runs(text: str, other: set[tuple[str, ...]], n: int) -> Iterator[str]:
    """Runs of ``n`` words of a text that are among others, in the order of the text.

    Args:
        text: To look through.
        other: Runs of another text, as ``runs`` makes them.
        n: Words in a run.

    Yields:
        Each shared run once.
    """
    words = words_of(text)
    seen = set()
    for i in range(len(words) - n + 1):
        run = tuple(words[i : i + n])
        if run in other and run not in seen:
            seen.add(run)
            yield " ".join(run)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the check.

    Args:
        argv: Arguments; those of the process when None.

    Returns:
        0 when nothing is shared, 1 when something is, 2 for wrong usage.
    """
    parser = argparse.ArgumentParser(
        prog="python -m eval.overlap", description="Find runs of words that reports share with a text."
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="reports, of any format the library reads")
    parser.add_argument(
        "--against", type=Path, action="append", required=True, metavar="TEXT", help="text to compare with (repeatable)"
    )
    parser.add_argument("--words", type=int, default=8, metavar="N", help="words in a run (default 8)")
    options = parser.parse_args(argv)
    try:
        return _check(options.files, options.against, options.words)
    except (RagError, OSError) as error:
        sys.stderr.write(f"overlap: {error}\n")
        return 2


def _check(files: Sequence[Path], against: Sequence[Path], n: int) -> int:
    if n < 1:
        raise UsageError("--words must be at least 1")
    defaults = Settings.load()
    with SandboxedReader(defaults.limits, defaults.splitting) as reader:
        other: set[tuple[str, ...]] = set()
        for path in against:
            other |= runs(reader.read(path.read_bytes(), path.name).report.text, n)
        found = total = 0
        for path in files:
            text = reader.read(path.read_bytes(), path.name).report.text
            total += len(words_of(text))
            for run in shared_runs(text, other, n):
                found += 1
                sys.stdout.write(f"{path}: {run}\n")
    sys.stdout.write(f"{len(files)} reports, {total} words, {found} shared runs of {n} words\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
