"""Stand-ins that mean something: rankings obvious by eye, no model, no child process."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Sequence
from types import TracebackType

import numpy as np
import numpy.typing as npt

from rag.reports.files import extract
from rag.reports.names import find_acronyms
from rag.reports.parser import parse_report
from rag.reports.splitter import split_report
from rag.reports.wire import ReadResult
from rag.settings import Settings


class KeywordEmbedder:
    """Counts words into ``dim`` buckets, so texts are near when they share words; remembers what it was asked to embed."""

    def __init__(self, dim: int = 64, fingerprint: str = "keyword-64") -> None:
        self.dim = dim
        self.fingerprint = fingerprint
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> npt.NDArray[np.float32]:
        self.asked += texts
        counts = np.zeros((len(texts), self.dim), dtype=np.float32)
        counts[:, 0] = 0.01  # a text without words still has a direction
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                counts[row, zlib.crc32(word.encode()) % self.dim] += 1
        if progress is not None:
            progress(len(texts), len(texts))
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


class DirectReader:
    """What the sandboxed reader does, in this process: for tests that are not about hostile files."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.names: list[str] = []

    def __enter__(self) -> DirectReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def read(self, source: bytes, name: str) -> ReadResult:
        self.names.append(name)
        extracted = extract(source, name, self._settings.limits)
        report = parse_report(extracted, name, hashlib.sha256(source).hexdigest(), len(source))
        return ReadResult(report, split_report(report, self._settings.splitting), tuple(find_acronyms(report.text)))
