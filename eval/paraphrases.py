"""True sentences in words of their own, written by hand, and which reports tune and which measure."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "questions" / "paraphrases.jsonl"


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A true sentence in words of its own, and the verbatim words of a report that its passage holds.

    Attributes:
        report: File name.
        quote: Verbatim words of the passage.
        paraphrase: The sentence.
        held_out: Whether it measures although questions about its report tune.
    """

    report: str
    quote: str
    paraphrase: str
    held_out: bool = False


def load_paraphrases(path: Path = FILE) -> list[Paraphrase]:
    """The shipped paraphrases, written by hand."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Paraphrase(**json.loads(line)) for line in lines if line.strip()]


@lru_cache(maxsize=1)
def _splits() -> dict[str, str]:
    found: dict[str, str] = json.loads((FILE.parent / "splits.json").read_text(encoding="utf-8"))
    return found


def half(report: str) -> str:
    """ "dev" or "test": the half of the reports a file belongs to, that of its questions; dev tunes, test measures."""
    return _splits().get(report) or ("dev" if zlib.crc32(report.encode()) % 2 else "test")
