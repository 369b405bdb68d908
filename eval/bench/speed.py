"""Ours against the plain LlamaIndex quickstart in one run: ingest, warm search, cold first answer, as ratios.

The quickstart is ``VectorStoreIndex`` over nodes with the same passage texts, embedded with the same weights the way its users
run them: sentence-transformers in float32, ten texts at a time. Ours does more in the same time (reads and splits files, embeds
every sentence besides, fills full-text and vector index, survives a kill), so its rate is that of finished passages. The
quickstart's rate is measured on a sample, its index then filled with ready vectors, to keep the run short.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.bootstrap import percentile
from eval.evalset import load_questions, shipped_files
from rag.assistant import Assistant
from rag.settings import Settings
from rag.types import Passage

_WORDS_PER_PASSAGE = 75  # at least, of generated reports
_PASSAGES_PER_REPORT = 20

_QUICKSTART_COLD = """
import sys
from llama_index.core import StorageContext, load_index_from_storage
from rag.llamaindex import ReportEmbedding
from rag.models.embedder import load_embedder
from rag.settings import Settings
embed_model = ReportEmbedding(load_embedder(Settings.load({"models.backend": "torch"})), embed_batch_size=10)
index = load_index_from_storage(StorageContext.from_defaults(persist_dir=sys.argv[1]), embed_model=embed_model)
print(index.as_retriever(similarity_top_k=10).retrieve(sys.argv[2])[0].node.text)
"""


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall and CPU seconds; CPU ones are steadier on a machine that is shared."""

    wall: float
    cpu: float


class Clock:
    """Measures a block, child processes included once they have ended."""

    def __enter__(self) -> Clock:
        self._wall, self._cpu = time.perf_counter(), _cpu_seconds()
        return self

    def __exit__(self, *_: object) -> None:
        self.timing = Timing(time.perf_counter() - self._wall, _cpu_seconds() - self._cpu)


def _cpu_seconds() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def write_reports(sentences: Sequence[str], n_passages: int, folder: Path, seed: int = 1) -> None:
    """Dated reports recombined from sentences, about so many passages in all.

    Args:
        sentences: To draw from.
        n_passages: Wanted.
        folder: Where the files go.
        seed: Of the draw.
    """
    rng = random.Random(seed)
    for number in range(-(-n_passages // _PASSAGES_PER_REPORT)):
        paragraphs = [f"Erewhon: Report {number}"]
        for entry in range(_PASSAGES_PER_REPORT):
            text: list[str] = []
            while sum(len(s.split()) for s in text) < _WORDS_PER_PASSAGE:
                text.append(rng.choice(sentences))
            paragraphs.append(f"March {28 - entry}, {1990 + number % 30}: {' '.join(text)}")
        (folder / f"report-{number:05}.txt").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def common_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of every bench."""
    parser.add_argument("--cold", type=int, default=3, metavar="N", help="cold processes, the median counts (default 3)")
    parser.add_argument(
        "--corpus", type=Path, default=Path("corpus"), metavar="DIR", help="reports whose sentences are recombined"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="save the numbers")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench and print a table.

    Args:
        argv: Arguments; those of the process when None.

    Returns:
        0.
    """
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench speed", description="Speed against the plain LlamaIndex quickstart."
    )
    parser.add_argument("--passages", type=int, default=2000, metavar="N", help="passages ingested (default 2,000)")
    parser.add_argument("--sample", type=int, default=300, metavar="N", help="passages the quickstart embeds (default 300)")
    parser.add_argument("--queries", type=int, default=100, metavar="N", help="warm searches (default 100)")
    common_arguments(parser)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        numbers = _measure(options, Path(folder))
    _show(numbers)
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    return 0


def _measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    reports, home, persisted = folder / "reports", folder / "home", folder / "quickstart"
    reports.mkdir()
    write_reports(corpus_sentences(options.corpus), options.passages, reports)
    questions = [q.question for q in load_questions(shipped_files())][: options.queries]
    settings = Settings.load({"home": home})
    numbers: dict[str, Any] = {}
    with Assistant(settings, long_lived=True) as assistant:
        assistant.embedder.encode(["warm"])
        say(f"ours: {options.passages} passages")
        with Clock() as clock:
            assistant.add([reports])
        passages = [p for row in assistant.list() for p in assistant.library.catalog.passages_of(row.id)]
        numbers["passages"] = len(passages)
        numbers["ours"] = {"ingest": _rate(len(passages), clock.timing)}
        assistant.warm()
        numbers["ours"]["search"] = latencies(searching(assistant), questions)
        vectors = assistant.library.catalog.vectors([p.id for p in passages], assistant.library.model)
    numbers["quickstart"] = _quickstart(passages, vectors, questions, options.sample, persisted)
    command = [sys.executable, "-m", "rag.cli", "--home", str(home), "ask", questions[0]]
    numbers["ours"]["cold"] = cold_runs(command, options.cold)
    numbers["quickstart"]["cold"] = cold_runs(
        [sys.executable, "-c", _QUICKSTART_COLD, str(persisted), questions[0]], options.cold
    )
    return numbers


def searching(assistant: Assistant) -> Callable[[str], object]:
    """Search as compared: understanding and retrieval, without the reader, which the quickstart has none of."""
    return lambda text: assistant.pipeline.retriever.search(assistant.understand(text), 10)


def corpus_sentences(corpus: Path) -> list[str]:
    """Sentences of 6 to 40 words of all reports in a folder."""
    from eval.check import read_texts
    from rag.reports.sentences import split_sentences

    texts = read_texts(corpus).values()
    found = [text[s.start : s.end] for text in texts for s in split_sentences(text)]
    return [" ".join(s.split()) for s in found if 6 <= len(s.split()) <= 40]


def _quickstart(
    passages: Sequence[Passage], vectors: Any, questions: Sequence[str], sample: int, persisted: Path
) -> dict[str, Any]:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.schema import TextNode

    from rag.llamaindex import ReportEmbedding
    from rag.models.embedder import load_embedder

    embed_model = ReportEmbedding(load_embedder(Settings.load({"models.backend": "torch"})), embed_batch_size=10)
    embed_model.get_query_embedding("warm")
    chosen = random.Random(1).sample(list(passages), min(sample, len(passages)))
    say(f"quickstart: {len(chosen)} passages")
    with Clock() as clock:
        VectorStoreIndex([TextNode(id_=p.id, text=p.text) for p in chosen], embed_model=embed_model)
    nodes = [TextNode(id_=p.id, text=p.text, embedding=vectors[p.id][0].tolist()) for p in passages]
    index: Any = VectorStoreIndex(nodes, embed_model=embed_model)
    index.storage_context.persist(str(persisted))
    return {
        "ingest": _rate(len(chosen), clock.timing),
        "search": latencies(index.as_retriever(similarity_top_k=10).retrieve, questions),
    }


def _rate(n: int, timing: Timing) -> dict[str, float]:
    return {"n": n, "wall_s": timing.wall, "cpu_s": timing.cpu, "per_s": n / timing.wall, "per_cpu_s": n / timing.cpu}


def latencies(search: Callable[[str], object], questions: Sequence[str]) -> dict[str, float]:
    """Milliseconds by question, after five that warm up."""
    for question in questions[:5]:
        search(question)
    seconds = []
    for question in questions:
        began = time.perf_counter()
        search(question)
        seconds.append(time.perf_counter() - began)
    return {"n": len(seconds), "p50_ms": 1000 * (percentile(seconds, 50) or 0), "p95_ms": 1000 * (percentile(seconds, 95) or 0)}


def cold_runs(command: Sequence[str], times: int) -> dict[str, float]:
    """Median wall and CPU seconds of a command run several times, each in a process of its own."""
    say(f"cold: {times} processes")
    timings = []
    for _ in range(times):
        with Clock() as clock:
            subprocess.run(command, check=True, capture_output=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})
        timings.append(clock.timing)
    return {
        "n": times,
        "wall_s": percentile([t.wall for t in timings], 50) or 0,
        "cpu_s": percentile([t.cpu for t in timings], 50) or 0,
    }


def _show(numbers: dict[str, Any]) -> None:
    from eval.markdown import table

    ours, plain = numbers["ours"], numbers["quickstart"]
    rows = []
    for label, part, key, unit, higher in (
        ("ingest, passages/s", "ingest", "per_s", "{:.1f}", True),
        ("ingest, passages/CPU s", "ingest", "per_cpu_s", "{:.1f}", True),
        ("warm search p50, ms", "search", "p50_ms", "{:.1f}", False),
        ("warm search p95, ms", "search", "p95_ms", "{:.1f}", False),
        ("cold process to first answer, s", "cold", "wall_s", "{:.1f}", False),
        ("cold process to first answer, CPU s", "cold", "cpu_s", "{:.1f}", False),
    ):
        mine, theirs = ours[part][key], plain[part][key]
        ratio = mine / theirs if higher else theirs / mine
        rows.append([label, unit.format(mine), unit.format(theirs), f"{ratio:.2f}x"])
    print(f"{numbers['passages']} passages; the quickstart embedded {plain['ingest']['n']} of them\n")
    print(table(["", "ours", "quickstart", "better by"], rows))


def say(line: str) -> None:
    """Tell on standard error what is being done."""
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
