"""Several processes on one library, and a real Chroma server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles import DirectReader, KeywordEmbedder
from made_library import assert_consistent, report_text

from rag.errors import LibraryError, SettingsError
from rag.library import indexing
from rag.library.exact import ExactIndex
from rag.library.importer import Library
from rag.library.owner import IndexOwner
from rag.library.vectors import ChromaIndex, server_address
from rag.settings import Settings

pytestmark = pytest.mark.integration

OWNER = """
import sys
from pathlib import Path
from doubles import DirectReader, KeywordEmbedder
from rag.library.importer import Library
from rag.settings import Settings
with Library.open(Settings.load({"home": Path(sys.argv[1])}, env={}), KeywordEmbedder(), DirectReader, owner=True) as library:
    assert library.wait_ready(60)
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def owner(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that owns the library's index."""
    tests = Path(__file__).resolve().parents[2]
    env = {**os.environ, "PYTHONPATH": f"{tests.parent}{os.pathsep}{tests}"}
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(settings.home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process
        process.kill()


def test_the_owner_indexes_what_another_process_adds(owner: subprocess.Popen[bytes], open_library, folder: Path) -> None:
    embedder = KeywordEmbedder()
    library = open_library(embedder)
    assert {r.status for r in library.add([folder])} == {"added"}
    assert not library.is_owner
    assert embedder.asked == []  # the owner did it
    assert isinstance(library.index(), ExactIndex)
    assert len(library.search_vectors(embedder.encode(["convoy"])[0], 3)) == 3
    checks = {c.name: c for c in library.doctor().checks}
    assert "another process" in checks["vector index"].detail
    library.remove(["mali.txt"])
    assert library.catalog.lexical(["convoy"], 3) == []
    owner.communicate(timeout=60)  # closes its input: it ends cleanly, the removal cleaned up or not
    assert library.resume()
    assert_consistent(library)


def test_who_cannot_wait_is_told_that_the_report_is_queued(owner: subprocess.Popen[bytes], open_library, folder: Path) -> None:
    owner.send_signal(signal.SIGSTOP)
    library = open_library(**{"vectors.wait_s": 0})
    results = library.add([folder])
    assert {r.status for r in results} == {"queued"}
    assert all("will index it" in r.reason for r in results)
    assert library.catalog.live_ids() == set()
    with pytest.raises(LibraryError, match="another process owns the index"):
        library.reindex()
    owner.send_signal(signal.SIGCONT)
    owner.communicate(timeout=60)
    assert {r.status for r in library.add([folder])} <= {"added", "unchanged"}
    assert_consistent(library)


def test_when_the_owner_dies_the_waiting_process_finishes_the_work(
    owner: subprocess.Popen[bytes], open_library, folder: Path
) -> None:
    owner.send_signal(signal.SIGSTOP)
    library = open_library()
    results: list = []
    adding = threading.Thread(target=lambda: results.extend(library.add([folder])))
    adding.start()
    while not library.catalog.has_jobs():
        time.sleep(0.01)
    owner.kill()
    adding.join(60)
    assert {r.status for r in results} == {"added"}
    assert_consistent(library)


def test_a_long_lived_library_takes_over_from_a_process_that_ended(
    owner: subprocess.Popen[bytes], open_library, folder: Path
) -> None:
    library = open_library(owner=True)
    assert not library.is_owner
    owner.communicate(timeout=60)
    assert library.wait_ready(60)
    assert library.is_owner
    assert isinstance(library.index(), ChromaIndex)
    library.add([folder])
    assert len(library.search_vectors(KeywordEmbedder().encode(["convoy"])[0], 3)) == 3
    assert library.is_owner


def test_threads_of_one_process_add_and_search_together(open_library, tmp_path: Path) -> None:
    library = open_library(owner=True)
    assert library.wait_ready(60)
    failures: list[BaseException] = []

    def add(n: int) -> None:
        try:
            path = tmp_path / f"thread-{n}.txt"
            path.write_text(report_text("Mali", "April", f"Patrol {n} found a mine."), encoding="utf-8")
            assert [r.status for r in library.add([path])] == ["added"]
            for _ in range(5):
                library.search_vectors(KeywordEmbedder().encode(["mine"])[0], 5)
                library.catalog.lexical(["mine"], 5)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=add, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(library.list()) == 6
    assert_consistent(library)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a `chroma run` on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    program = Path(sysconfig.get_path("scripts")) / "chroma"
    command = [str(program), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder) as process:
        while True:
            assert process.poll() is None, "chroma run ended by itself"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def test_ownership_is_taken_under_the_librarys_lock_only(open_library, monkeypatch: pytest.MonkeyPatch) -> None:
    under_lock = []
    acquire = IndexOwner.acquire

    def recorded(owner: IndexOwner) -> bool:
        under_lock.append(library._lock._is_owned())
        return acquire(owner)

    library = open_library()
    monkeypatch.setattr(IndexOwner, "acquire", recorded)
    library._worker.watch()
    assert library.wait_ready(60)
    assert set(under_lock) == {True}


def test_a_chroma_server_serves_a_library(server: str, open_library, folder: Path) -> None:
    library = open_library(**{"vectors.url": server, "vectors.one_shot": "chroma"})
    assert {r.status for r in library.add([folder])} == {"added"}
    assert isinstance(library.index(), ChromaIndex)
    best, _ = library.search_vectors(KeywordEmbedder().encode(["gunmen ambushed a convoy near gao"])[0], 3)[0]
    assert "ambushed" in library.catalog.passages([best])[best].text
    library.remove(["mali.txt"])
    library.reindex()
    assert_consistent(library)
    assert library.doctor().ok
    assert not (library.home / "chroma").exists()


def test_two_libraries_on_one_server_do_not_meet(server: str, tmp_path: Path, folder: Path) -> None:
    counts = []
    for home, paths in (("one", [folder]), ("two", [folder / "mali.txt"])):
        settings = Settings.load({"home": tmp_path / home, "vectors.url": server}, env={})
        with Library(settings, KeywordEmbedder(), DirectReader) as library:
            library.add(paths)
            with library.owned_index() as index:
                counts.append((index.count(), library.catalog.n_passages()))
    assert all(held == wanted for held, wanted in counts)
    assert counts[0] != counts[1]


def test_what_a_server_lost_is_put_back(server: str, open_library, folder: Path) -> None:
    library = open_library(**{"vectors.url": server})
    library.add([folder])
    with library.owned_index() as index:
        index.delete(index.ids()[:2])
    assert_consistent(library)


def test_what_a_dead_rebuild_left_on_a_server_spoils_no_later_one(server: str, open_library, folder: Path) -> None:
    library = open_library(**{"vectors.url": server})
    library.add([folder])
    with library.owned_index():
        begun = library._owner._connect(library._owner._state()["number"] + 1, create=True)
        begun.upsert(["of-a-report-removed-since"], KeywordEmbedder().encode(["text"]))
        begun.close()
    library.reindex()
    assert_consistent(library)


def test_a_server_that_is_not_there_is_named_and_nothing_is_lost(open_library, folder: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        library = open_library(**{"vectors.url": url})
        with pytest.raises(LibraryError, match="no Chroma server answers"):
            library.add([folder])
    library.close()
    library = open_library()
    assert {row.state for row in library.list()} == {"pending"}
    library.resume()
    assert {row.state for row in library.list()} == {"ready"}
    assert_consistent(library)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host", "http://", "http://host:port", "http://host/path"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match=r"vectors\.url"):
        server_address(url)


def test_addresses_are_taken_apart() -> None:
    assert server_address("http://localhost:9000") == ("localhost", 9000, False)
    assert server_address("http://localhost/") == ("localhost", 8000, False)
    assert server_address("https://chroma.example") == ("chroma.example", 443, True)


def test_closing_does_not_wait_for_all_the_work(open_library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(KeywordEmbedder):
        started, go_on = threading.Event(), threading.Event()

        def encode(self, texts, progress=None):
            self.started.set()
            assert self.go_on.wait(60)
            return super().encode(texts, progress)

    monkeypatch.setattr(indexing, "BATCH", 1)
    library = open_library(Slow(), owner=True)
    results: list = []
    adding = threading.Thread(target=lambda: results.extend(library.add([folder])))
    adding.start()
    assert Slow.started.wait(60)
    closing = threading.Thread(target=library.close)
    closing.start()
    while not library._closing.is_set():
        time.sleep(0.01)
    Slow.go_on.set()
    closing.join(60)
    adding.join(60)
    assert {r.status for r in results} <= {"queued", "added", "refused"}
    assert len(results) == 3
    library = open_library()
    stored = {r.name for r in results if r.status != "refused"}
    assert {row.name for row in library.list()} == stored
    library.resume()
    assert_consistent(library)
