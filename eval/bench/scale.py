"""A large library beside a small one in one run: opening, searching, asking, memory, a cold process.

The reports are recombined from the corpus's sentences. Sentences are embedded once by the real model; a passage's vector is the
mean of its sentences', which spares hours and changes no time that is measured: questions are embedded and read as always.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eval.bench.speed import cold_runs, common_arguments, corpus_sentences, latencies, say, searching, write_reports
from eval.evalset import load_questions, shipped_files
from rag.assistant import Assistant
from rag.models.embedder import Embedder, ProgressCall, load_embedder
from rag.settings import Settings

Vectors = npt.NDArray[np.float32]


class ComposedEmbedder:
    """Embeds known sentences from memory and any text made of them as their mean; all else by the model itself."""

    def __init__(self, model: Embedder, sentences: Sequence[str]) -> None:
        self._model = model
        self._known = dict(zip(sentences, model.encode(sentences), strict=True))
        self._mean = np.mean(list(self._known.values()), axis=0)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._model.dim

    @property
    def fingerprint(self) -> str:
        """The model's own: questions asked of the library are embedded by it."""
        return self._model.fingerprint

    def encode(self, texts: Sequence[str], progress: ProgressCall | None = None) -> Vectors:
        """Vectors as said above, float32 of shape ``(len(texts), dim)``, unit length."""
        rows = np.empty((len(texts), self.dim), dtype=np.float32)
        for i, text in enumerate(texts):
            rows[i] = self._vector(" ".join(text.split()))
            if progress is not None and i % 1000 == 0:
                progress(i, len(texts))
        return rows

    def _vector(self, text: str) -> Vectors:
        known = self._known.get(text)
        if known is None:
            # Passages of the same sentences in another order still differ a little, as real ones would.
            parts = [self._known[s] for s in _ends(text) if s in self._known]
            noise = np.random.default_rng(zlib.crc32(text.encode())).normal(0, 0.02, self.dim)
            known = np.mean(parts, axis=0) + noise if parts else self._mean + noise
        return np.asarray(known / np.linalg.norm(known), dtype=np.float32)


def _ends(text: str) -> list[str]:
    from rag.reports.sentences import split_sentences

    return [text[s.start : s.end] for s in split_sentences(text)]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench and print a table.

    Args:
        argv: Arguments; those of the process when None.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(prog="python -m eval.bench scale", description="A large library beside a small one.")
    parser.add_argument("--passages", type=int, default=100_000, metavar="N", help="of the large library (default 100,000)")
    parser.add_argument("--small", type=int, default=1_000, metavar="N", help="of the small library (default 1,000)")
    parser.add_argument("--queries", type=int, default=100, metavar="N", help="questions searched and asked (default 100)")
    common_arguments(parser)
    options = parser.parse_args(argv)
    sentences = corpus_sentences(options.corpus)
    questions = [q.question for q in load_questions(shipped_files())][: options.queries]
    columns = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for n in (options.small, options.passages):
            home = Path(folder) / str(n)
            # Each library in a process of its own: memory and opening are those of a process that has seen no other.
            built = _apart(_build, home, sentences, n)
            columns.append({**_apart(_measure, home, questions), **built})
            columns[-1]["cold"] = cold_runs(
                [sys.executable, "-m", "rag.cli", "--home", str(home), "ask", questions[0]], options.cold
            )
    _show(columns)
    if options.json:
        options.json.write_text(json.dumps(columns, indent=1) + "\n", encoding="utf-8")
    return 0


def _apart(work: Any, *arguments: Any) -> dict[str, Any]:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: dict[str, Any] = pool.apply(work, arguments)
    return found


def _build(home: Path, sentences: Sequence[str], n_passages: int) -> dict[str, Any]:
    from rag.library.importer import Library

    settings = Settings.load({"home": home})
    reports = home.with_name(f"reports-{n_passages}")
    reports.mkdir()
    write_reports(sentences, n_passages, reports)
    embedder = ComposedEmbedder(load_embedder(settings), sentences)
    say(f"building a library of {n_passages:,} passages")
    began = time.perf_counter()
    with Library.open(settings, embedder, owner=True) as library:
        library.add([reports])
    return {"build_s": time.perf_counter() - began}


def _measure(home: Path, questions: Sequence[str]) -> dict[str, Any]:
    with Assistant(Settings.load({"home": home}), long_lived=True) as assistant:
        began = time.perf_counter()
        n = assistant.coverage().passages
        opened = time.perf_counter() - began
        began = time.perf_counter()
        assistant.warm()
        warmed = time.perf_counter() - began
        say(f"{n:,} passages: {len(questions)} questions")
        search = latencies(searching(assistant), questions)
        ask = latencies(assistant.ask, questions)
    return {"passages": n, "open_s": opened, "warm_s": warmed, "search": search, "ask": ask, "memory_mb": _memory_mb()}


def _memory_mb() -> float:
    # Kilobytes on Linux, bytes on macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _show(columns: Sequence[dict[str, Any]]) -> None:
    from eval.markdown import table

    rows = [
        ["building it, s", *(f"{c['build_s']:.0f}" for c in columns)],
        ["opening, s", *(f"{c['open_s']:.2f}" for c in columns)],
        ["loading models and first search, s", *(f"{c['warm_s']:.2f}" for c in columns)],
        *(
            [f"warm {part} {key.removesuffix('_ms')}, ms", *(f"{c[part][key]:.1f}" for c in columns)]
            for part in ("search", "ask")
            for key in ("p50_ms", "p95_ms")
        ),
        ["most memory, MB", *(f"{c['memory_mb']:.0f}" for c in columns)],
        ["cold `rag ask`, s", *(f"{c['cold']['wall_s']:.2f}" for c in columns)],
    ]
    n = columns[0]["search"]["n"]
    print(f"{n} questions, {os.cpu_count()} cores; passage vectors are composed, questions are embedded and read as always\n")
    print(table(["", *(f"{c['passages']:,} passages" for c in columns)], rows))


if __name__ == "__main__":
    sys.exit(main())
