"""Kill a writer at random moments and look whether the library is whole: ``python -m eval.bench.kills --kills 100``.

A worker process adds, replaces and removes reports and journals each operation before and after. It is ended with SIGKILL at a
random moment; then the library is looked at twice, as the kill left it and after the next opening has finished the jobs. Counted
are reports lost (acknowledged but gone, or removed but back), doubled, half visible, and differences between catalog and Chroma.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.library.health import examine
from rag.library.importer import Library
from rag.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
NAMES = [f"report-{n}.txt" for n in range(12)]


@dataclass(slots=True)
class Outcome:
    """What was counted over all kills; everything but ``kills``, ``operations``, ``unfinished`` and ``verdicts`` must be 0.

    Attributes:
        kills: Processes killed.
        operations: Operations the workers had finished.
        unfinished: Kills that left jobs behind.
        lost: Acknowledged reports that were gone, and acknowledged removals that were undone.
        doubled: Names with more than one visible version.
        half_visible: Reports of which only a part could be found, or of a content nobody stored.
        apart: Openings after which catalog, full text, originals or Chroma did not agree.
        verdicts: What the check-up at the next opening said of Chroma.
    """

    kills: int = 0
    operations: int = 0
    unfinished: int = 0
    lost: int = 0
    doubled: int = 0
    half_visible: int = 0
    apart: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)

    def to_row(self) -> dict[str, Any]:
        """For printing."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "verdicts"} | {"verdicts": dict(self.verdicts)}

    @property
    def ok(self) -> bool:
        return not (self.lost or self.doubled or self.half_visible or self.apart)


def run(folder: Path, kills: int, seed: int = 1, embedder: str = "double", steps: int = 20) -> Outcome:
    """Kill as often as asked.

    Args:
        folder: For the library, its files and the journal; empty at first.
        kills: How often.
        seed: Of the workers' choices and of the moments.
        embedder: "double" for the tests' keyword embedder and direct reader, "real" for the shipped ones.
        steps: Most operations a worker is given before it is killed.

    Returns:
        What was counted.
    """
    chance = random.Random(seed)
    outcome = Outcome()
    expected: dict[str, str] = {}
    for n in range(kills):
        journal = folder / f"journal-{n}.jsonl"
        _work_and_die(folder, journal, seed * 1_000 + n, embedder, chance, steps)
        finished, in_flight = _read_journal(journal)
        outcome.kills += 1
        outcome.operations += len(finished)
        for operation in finished:
            _apply(expected, operation)
        _look(folder, expected, in_flight, embedder, outcome)
    return outcome


def _work_and_die(folder: Path, journal: Path, seed: int, embedder: str, chance: random.Random, steps: int) -> None:
    command = [sys.executable, "-m", "eval.bench.kills", "--worker", str(folder), str(journal), str(seed), "--embedder", embedder]
    with subprocess.Popen(command, cwd=ROOT) as worker:
        # By progress, not by the clock, so that a busy machine is not killed before it has done anything.
        lines = chance.randrange(0, 2 * steps)
        while worker.poll() is None and _n_lines(journal) < lines:
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.1 if lines else 2.0))
        if worker.poll() is not None:
            raise RuntimeError(f"the worker ended by itself with status {worker.returncode}")
        worker.send_signal(signal.SIGKILL)


def _n_lines(journal: Path) -> int:
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def _read_journal(journal: Path) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    rows = [json.loads(line) for line in lines]
    done = {row["done"] for row in rows if "done" in row}
    begun = [row for row in rows if "begin" in row]
    waiting = [row for row in begun if row["begin"] not in done]
    return [row for row in begun if row["begin"] in done], waiting[0] if waiting else None


def _apply(expected: dict[str, str], operation: dict[str, Any]) -> None:
    if operation["sha256"]:
        expected[operation["name"]] = operation["sha256"]
    else:
        expected.pop(operation["name"], None)


def _look(folder: Path, expected: dict[str, str], in_flight: dict[str, Any] | None, embedder: str, outcome: Outcome) -> None:
    with open_library(folder, embedder) as library:
        after = dict(expected)
        if in_flight is not None:
            _apply(after, in_flight)
        _count(library, [expected, after], outcome)
        outcome.unfinished += library.catalog.has_jobs()
        verdict = _examine_as_left(library)
        outcome.verdicts[verdict] += 1
        library.resume()
        visible = _count(library, [expected, after], outcome)
        outcome.apart += not _agrees(library)
    expected.clear()
    expected.update(visible)  # whichever way the operation in flight went, it went for good


def _examine_as_left(library: Library) -> str:
    # The next opening examines anyway; asking first only tells us what it will find.
    if not library._owner.acquire():
        raise RuntimeError("another process owns the index of the library under test")
    verdict = "trusted" if library._owner._closed_cleanly() else library._owner.examine().verdict
    library._owner.release()
    return verdict


def _count(library: Library, allowed: list[dict[str, str]], outcome: Outcome) -> dict[str, str]:
    """Compare what can be seen with what may be there; returns name and SHA-256 of what can be seen."""
    visible: dict[str, str] = {}
    for row in library.list():
        if row.state != "ready":
            continue
        report = library.show(row.name)
        outcome.doubled += row.name in visible
        visible[row.name] = report.sha256
        passages = library.catalog.passages_of(report.id)
        whole = len(passages) == row.passages and all(report.text[p.start : p.end] == p.text for p in passages)
        outcome.half_visible += not (whole and passages)
    for name in NAMES:
        outcome.lost += visible.get(name) not in {state.get(name) for state in allowed}
    return visible


def _agrees(library: Library) -> bool:
    catalog = library.catalog
    originals = {path.name for path in (library.home / "originals").glob("*")}
    with library.owned_index() as index:
        same = sorted(index.ids()) == sorted(catalog.live_ids())
        sound = examine(index, catalog, library.model).verdict == "sound"
    whole = not catalog.has_jobs() and not catalog.faults() and not catalog.full_text_fault()
    return same and sound and whole and originals == catalog.wanted_originals()


def open_library(folder: Path, embedder: str, *, owner: bool = False) -> Library:
    """The library under test, with the doubles of the tests or the shipped parts."""
    settings = Settings.load({"home": folder / "home"}, env={})
    if embedder == "real":
        return Library.open(settings, owner=owner)
    spec = importlib.util.spec_from_file_location("doubles", ROOT / "tests" / "doubles.py")
    assert spec is not None
    assert spec.loader is not None
    doubles = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(doubles)
    return Library.open(settings, doubles.KeywordEmbedder(), doubles.DirectReader, owner=owner)


def _operations(seed: int) -> Iterator[tuple[str, str]]:
    """Endless pairs of name and new text, "" for a removal."""
    chance = random.Random(seed)
    while True:
        name = chance.choice(NAMES)
        if chance.random() < 0.25:
            yield name, ""
            continue
        events = [
            f"April {day}, 2018: Unit {chance.randrange(9**6)} met {chance.randrange(99)} herders at well {chance.randrange(9)}."
            for day in range(chance.randrange(2, 25), 0, -1)
        ]
        yield (
            name,
            "\n\n".join([f"Mali: Patrols {chance.randrange(10**6)}", "April 30, 2018: A month of patrols.", *events]) + "\n",
        )


def work(folder: Path, journal: Path, seed: int, embedder: str) -> None:
    """The worker: operate until killed."""
    files = folder / "files"
    files.mkdir(exist_ok=True)
    # Unbuffered: what a killed process wrote stays written.
    log = os.open(journal, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    library = open_library(folder, embedder, owner=seed % 2 == 0)  # every other one holds Chroma open, as the page does
    for n, (name, text) in enumerate(_operations(seed)):
        known = {row.name for row in library.list()}
        if not text and name not in known:
            continue
        sha256 = hashlib.sha256(text.encode()).hexdigest() if text else ""
        os.write(log, json.dumps({"begin": n, "name": name, "sha256": sha256}).encode() + b"\n")
        if text:
            (files / name).write_text(text, encoding="utf-8")
            results = library.add([files / name])
        else:
            results = library.remove([name])
        if results[0].status not in {"added", "replaced", "removed"}:
            raise RuntimeError(f"unexpected result: {results[0]}")
        os.write(log, json.dumps({"done": n}).encode() + b"\n")


def main() -> int:
    """Run the benchmark, or a worker of it."""
    parser = argparse.ArgumentParser(description="Kill a writer at random moments and look whether the library is whole.")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--embedder", choices=["double", "real"], default="double")
    parser.add_argument("--worker", nargs=3, metavar=("FOLDER", "JOURNAL", "SEED"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        folder, journal, seed = options.worker
        work(Path(folder), Path(journal), int(seed), options.embedder)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), options.kills, options.seed, options.embedder)
    print(json.dumps(outcome.to_row()))
    return 0 if outcome.ok else 1


if __name__ == "__main__":
    sys.exit(main())
