"""Does the vector index hold what the catalog says? Asked in a child process, because a damaged index can crash its reader.

``python -m rag.library.health`` is that child: it reads one line of JSON, examines, writes one line of JSON, and ends at once
when its parent does, so that it never reads a folder somebody else has come to own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from typing import IO, Any, Literal

import numpy as np

from rag.errors import RagError
from rag.library.catalog import Catalog
from rag.library.vectors import ChromaIndex, load_chroma
from rag.settings import Vectors

Verdict = Literal["sound", "short", "extra", "damaged", "wedged"]

SAMPLE = 64
SELF_SIMILARITY = 0.99
"""A stored vector must find itself, or a duplicate, this near; the catalog's float16 rounding costs less than 0.001."""
START_S = 300.0
"""Longest wait for the child to have loaded the program, in seconds."""
_READY = b"ready\n"
FOUND_SHARE = 0.95
"""Share of the sample that must find itself; an approximate index of sound data finds practically all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an examination found.

    Attributes:
        verdict: "short" lacks passages, "extra" holds unknown ones, "damaged" answers wrongly, crashed or cannot be opened,
            "wedged" fails or hangs at every call.
        detail: In words.
        missing: Live passage ids the index lacks.
        extra: Ids in the index that no report has.
        count: Vectors in the index, -1 when unknown.
    """

    verdict: Verdict
    detail: str
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    count: int = -1


def examine(index: ChromaIndex, catalog: Catalog, model: str) -> Finding:
    """Compare an open index with the catalog: ids one by one, and a sample of vectors by letting them find themselves.

    Args:
        index: The open index.
        catalog: The truth.
        model: Whose vectors.

    Returns:
        The finding; never "wedged", that shows as a ``LibraryError``.
    """
    found = index.ids()
    live = catalog.live_ids()
    missing = sorted(live - set(found))
    extra = sorted(set(found) - live - catalog.known_ids(set(found) - live))
    present = sorted(live & set(found))
    wrong = _lost(index, catalog, model, present)
    detail = f"{len(found)} vectors for {len(live)} passages"
    if len(set(found)) != index.count():
        return Finding("damaged", f"{detail}, but it counts {index.count()}", count=len(found))
    if wrong:
        return Finding(
            "damaged", f"{detail}; {wrong} of {min(SAMPLE, len(present))} vectors do not find themselves", count=len(found)
        )
    if missing:
        return Finding("short", f"{detail}; {len(missing)} missing", tuple(missing), tuple(extra), len(found))
    if extra:
        return Finding("extra", f"{detail}; {len(extra)} belong to no report", (), tuple(extra), len(found))
    return Finding("sound", detail, count=len(found))


def _lost(index: ChromaIndex, catalog: Catalog, model: str, present: Collection[str]) -> int:
    """How many of a sample of vectors do not find themselves, or 0 when they are no more than an approximate index may lose."""
    chosen = np.random.default_rng(len(present)).permutation(len(present))[:SAMPLE]
    ordered = sorted(present)
    ids, vectors = catalog.vectors_of_ids([ordered[i] for i in chosen], model)
    if not ids:
        return 0
    answers = index.query_many(vectors, 1)
    lost = sum(not (answer and answer[0][1] >= SELF_SIMILARITY) for answer in answers)
    return lost if lost > (1 - FOUND_SHARE) * len(ids) else 0


def examine_apart(folder: Path, name: str, catalog: Catalog, model: str, settings: Vectors) -> Finding:
    """``examine`` in a child process with a deadline. This process must not have the folder open meanwhile.

    Args:
        folder: Of the embedded Chroma.
        name: Of the collection.
        catalog: The truth.
        model: Whose vectors.
        settings: Deadline of one call; the whole examination gets a few of them, and more for large libraries.

    Returns:
        The finding; a crash is "damaged", a hang or constant failure "wedged".
    """
    if not folder.is_dir():
        return Finding("damaged", "its folder is gone")
    request = {
        "folder": str(folder.absolute()),
        "name": name,
        "catalog": str(catalog.path.absolute()),
        "model": model,
        "vectors": settings.model_dump(),
    }
    deadline_s = 2 * settings.timeout_s + catalog.n_passages() / 1_000
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "rag.library.health"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=catalog.path.parent,  # Chroma reads an .env of the working directory; the library's own folder has none
        env={**os.environ, "PYTHONPATH": path},
    ) as child:
        return _hear(child, json.dumps(request).encode() + b"\n", deadline_s)


def _hear(child: subprocess.Popen[bytes], request: bytes, deadline_s: float) -> Finding:
    assert child.stdin is not None
    assert child.stdout is not None
    lines: Queue[bytes] = Queue()
    listener = threading.Thread(target=_listen, args=(child.stdout, lines), daemon=True)
    listener.start()
    answer: bytes | None
    try:
        with suppress(BrokenPipeError):  # it died already; its exit status tells how
            os.write(child.stdin.fileno(), request)  # past the buffer, whose closing would fail once more
        # The deadline is for Chroma; loading the program may take its time on a busy machine.
        answer = lines.get(timeout=START_S)
        if answer == _READY:
            answer = lines.get(timeout=deadline_s)
    except Empty:
        answer = None
    if answer != b"":
        child.kill()  # it has said everything or never will; Chroma's shutdown could crash or hang on damaged files
    code = child.wait()
    listener.join()
    if answer is None:
        return Finding("wedged", f"gave no answer within {deadline_s:.0f} s")
    if not answer:
        return Finding("damaged", f"its reader crashed (signal {-code})" if code < 0 else f"its reader ended with status {code}")
    found = json.loads(answer)
    return Finding(found["verdict"], found["detail"], tuple(found["missing"]), tuple(found["extra"]), found["count"])


def _listen(stream: IO[bytes], lines: Queue[bytes]) -> None:
    while line := stream.readline():
        lines.put(line)
    lines.put(b"")


def main() -> None:
    """The child: request on the first line of standard input, finding on standard output."""
    request: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(3)), daemon=True).start()
    settings = Vectors.model_validate(request["vectors"])
    catalog = Catalog(Path(request["catalog"]))
    try:
        load_chroma()
        sys.stdout.buffer.write(_READY)
        sys.stdout.buffer.flush()
        index = ChromaIndex.open(Path(request["folder"]), request["name"], catalog, request["model"], settings)
        finding = examine(index, catalog, request["model"])
    except RagError as error:
        wedged = isinstance(error.__cause__, TimeoutError) or "backfill" in str(error)  # its log can never be applied
        finding = Finding("wedged" if wedged else "damaged", str(error))
    except Exception as error:
        finding = Finding("damaged", f"{type(error).__name__}: {error}")
    row = {
        "verdict": finding.verdict,
        "detail": finding.detail,
        "missing": finding.missing,
        "extra": finding.extra,
        "count": finding.count,
    }
    sys.stdout.buffer.write(json.dumps(row).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
