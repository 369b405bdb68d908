from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import made_files
import pytest

import rag
from rag.errors import ReportError
from rag.reports import sandbox
from rag.reports.sandbox import SandboxedReader
from rag.settings import Limits, Splitting

pytestmark = pytest.mark.integration

LIMITS = Limits(seconds=30)
REPORT = (
    b"Mali: Quiet Days\n\nApril 9, 2018: The Islamic State in the Greater Sahara (ISGS) was quiet. The army was not.\n\n"
    b"April 6, 2018: In the northeast (outside Gao) two mines went off. Nobody was hurt.\n"
)


@pytest.fixture(scope="module")
def reader() -> Iterator[SandboxedReader]:
    with SandboxedReader(LIMITS, Splitting()) as reader:
        yield reader


def refusal(reader: SandboxedReader, source: Path | bytes, name: str = "") -> str:
    with pytest.raises(ReportError) as caught:
        reader.read(source, name)
    assert "\n" not in str(caught.value)
    return caught.value.reason


def test_report_is_read_with_its_passages_and_acronyms(reader: SandboxedReader, tmp_path: Path) -> None:
    (tmp_path / "mali.txt").write_bytes(REPORT)
    result = reader.read(tmp_path / "mali.txt")
    assert (result.report.name, result.report.title, result.report.size) == ("mali.txt", "Mali: Quiet Days", len(REPORT))
    assert result.report.text == REPORT.decode()
    assert [entry.is_lead for entry in result.report.entries] == [True, False]
    assert all(passage.text == result.report.text[passage.start : passage.end] for passage in result.passages)
    assert ("ISGS", "Islamic State in the Greater Sahara") in [(pair.short, pair.long) for pair in result.acronyms]


def test_same_file_by_path_and_by_bytes_is_the_same_report(reader: SandboxedReader, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_bytes(REPORT)
    assert reader.read(tmp_path / "other.txt", "mali.txt") == reader.read(REPORT, "mali.txt")


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("a.txt", lambda: REPORT),
        ("a.md", lambda: b"# Head\n\nSome words of prose stand here."),
        ("a.html", lambda: b"<h1>Head</h1><p>Some words of prose stand here.</p>"),
        ("a.pdf", made_files.pdf),
        ("a.docx", made_files.docx),
    ],
)
def test_every_format_goes_through(reader: SandboxedReader, name: str, build: Callable[[], bytes]) -> None:
    result = reader.read(build(), name)
    assert result.report.format == name[2:]
    assert result.passages


def test_the_others_of_a_batch_go_in(reader: SandboxedReader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "empty.txt").write_bytes(b"")
    with open(tmp_path / "big.txt", "wb") as big:
        big.truncate(60_000_000)
    bad: list[tuple[Path | bytes, str]] = [
        (tmp_path / "pipe.txt", ""),
        (tmp_path / "gone.txt", ""),
        (tmp_path / "empty.txt", ""),
        (tmp_path / "big.txt", ""),
        (tmp_path, "folder.txt"),
        (bytes(range(256)) * 9, "binary.txt"),
        (made_files.pdf(), "pdf.txt"),
        (made_files.pdf()[:800], "short.pdf"),
        (made_files.encrypted_pdf("secret"), "locked.pdf"),
        (made_files.pdf_bomb(60_000_000), "bomb.pdf"),
        (made_files.docx_bomb(30_000_000), "bomb.docx"),
        (made_files.lying_docx(20_000_000), "lying.docx"),
        (made_files.docx(word__document_dot_xml=made_files.LAUGHS), "laughs.docx"),
        (b"<html>" + b"<div>" * 100_000, "deep.html"),
        (b"words", "a.exe"),
    ]
    went_in = 0
    for number, (source, name) in enumerate(bad):
        refusal(reader, source, name)
        went_in += bool(reader.read(REPORT, f"good-{number}.txt").passages)
    assert went_in == len(bad)


def test_file_that_needs_too_much_memory_names_the_setting() -> None:
    page = b"<p>a</p>" * 1_500_000
    with SandboxedReader(Limits(memory_mb=256), Splitting()) as reader:
        assert refusal(reader, page, "a.html") == "needs more than 256 MB of memory to read; split it, or raise limits.memory_mb"
        assert reader.read(REPORT, "a.txt").passages


def test_file_that_takes_too_long_names_the_setting() -> None:
    with SandboxedReader(Limits(seconds=0.2), Splitting()) as reader:
        assert reader.read(REPORT, "a.txt").passages
        assert (
            refusal(reader, b"<p>a</p>" * 1_500_000, "a.html")
            == "took more than 0.2 s to read; split it, or raise limits.seconds"
        )
        assert reader.read(REPORT, "a.txt").passages


def test_processor_time_is_bounded_by_the_kernel_itself() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(rag.__file__).parent.parent)!r})\n"
        "from rag.reports.sandbox_child import _allow_seconds; _allow_seconds(0.5)\nwhile True: pass"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGXCPU


HOSTILE = {
    "full stops": "a. " * 100_000,
    "openings": "April 9, 2018: x\n" * 3_000,
    "brackets": "Islamic (" * 30_000,
    "capitals": "Ab " * 100_000,
    "one word": "x" * 300_000,
    "digits": "1" * 300_000,
    "lines": "a\n" * 150_000,
    "blanks": "a" + " " * 300_000 + "b",
    "months": "April " * 50_000,
    "quotes": "“a” " * 75_000,
    "mojibake": "Ã©â€™ " * 50_000,
    "initials": "U.S. " * 60_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_read_within_the_processor_limit(reader: SandboxedReader, kind: str) -> None:
    # What grows with the square of the length takes minutes at this size; the child's limit of 30 s is the measure.
    assert reader.read(HOSTILE[kind].encode(), "a.txt").report.text


def test_long_line_is_read_whole(reader: SandboxedReader) -> None:
    line = "The road to Kidal is long. " * 4_000
    result = reader.read(line.encode(), "a.txt")
    assert result.report.text == line
    assert len(result.passages) > 1


def test_threads_may_share_a_reader(reader: SandboxedReader) -> None:
    names: list[str] = []

    def read(number: int) -> None:
        names.append(reader.read(REPORT, f"{number}.txt").report.name)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names) == sorted(f"{number}.txt" for number in range(16))


def test_child_lost_while_idle_is_replaced() -> None:
    with SandboxedReader(LIMITS, Splitting()) as reader:
        reader.read(REPORT, "a.txt")
        assert reader._child is not None
        reader._child._process.kill()
        reader._child._process.wait()
        assert reader.read(REPORT, "b.txt").passages


def test_a_large_parent_does_not_make_the_child_seem_grown() -> None:
    # A process that has held more than the child may must not have its children replaced after each file.
    code = (
        "import sys; big = bytearray(900_000_000); big[::4096] = b'x' * len(big[::4096]); del big\n"
        "from rag.reports.sandbox import SandboxedReader; from rag.settings import Limits, Splitting\n"
        "with SandboxedReader(Limits(), Splitting()) as reader:\n"
        "    reader.read(b'Words about a town. It was quiet.', 'a.txt'); print(reader._child is not None)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert done.stdout.strip() == "True"


def test_closed_reader_leaves_no_process_and_starts_again_when_asked() -> None:
    reader = SandboxedReader(LIMITS, Splitting())
    reader.read(REPORT, "a.txt")
    assert reader._child is not None
    process = reader._child._process
    reader.close()
    assert process.returncode is not None
    assert reader.read(REPORT, "a.txt").passages
    reader.close()


def test_file_outside_the_named_folder_is_refused(reader: SandboxedReader, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (tmp_path / "secret.txt").write_bytes(REPORT)
    (folder / "a.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(ReportError, match="leads out of reports"):
        reader.read(folder / "a.txt", inside=folder)


# Children that misbehave, put in the place of the real one.
_OPENING = """
import json, os, signal, struct, sys
def take():
    (n,) = struct.unpack(">Q", sys.stdin.buffer.read(8)); return sys.stdin.buffer.read(n)
def give(data):
    sys.stdout.buffer.write(struct.pack(">Q", len(data)) + data); sys.stdout.buffer.flush()
take(); give(b"ready"); take(); take()
"""


@pytest.fixture
def refusal_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    def run(code: str) -> str:
        monkeypatch.setattr(sandbox, "_START", _OPENING + code)
        with SandboxedReader(LIMITS, Splitting()) as reader:
            return refusal(reader, REPORT, "a.txt")

    return run


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("give(b'rubbish')", "no sensible answer"),
        ("sys.stdout.buffer.write(struct.pack('>Q', 1 << 50)); sys.stdout.buffer.flush(); take()", "no sensible answer"),
        ("give(json.dumps({'kind': 'ok', 'reason': '', 'value': {'id': 'another'}}).encode())", "no sensible answer"),
        ("import pickle; give(pickle.dumps(os.getcwd))", "no sensible answer"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "broke down on it (SIGSEGV)"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "raise limits.seconds"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "lack of memory"),
        ("sys.exit(3)", "exit code 3"),
        ("raise MemoryError", "raise limits.memory_mb"),
        (
            "give(json.dumps({'kind': 'failed', 'reason': 'KeyError: 1', 'value': {}}).encode())",
            "the reader failed on it (KeyError: 1)",
        ),
    ],
)
def test_child_that_misbehaves_costs_one_line(refusal_of: Callable[[str], str], code: str, expected: str) -> None:
    assert expected in refusal_of(code)


def test_child_inherits_neither_handles_nor_environment(
    refusal_of: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    handle = os.open(os.devnull, os.O_RDONLY)
    os.set_inheritable(handle, True)
    seen = f"' '.join([*os.environ, *[str(n) for n in range(3, 256) if os.path.exists('/dev/fd/' + str(n)) and n == {handle}]])"
    answer = refusal_of(f"give(json.dumps({{'kind': 'refused', 'reason': 'saw ' + {seen}, 'value': {{}}}}).encode())")
    os.close(handle)
    assert answer.startswith("saw ")
    assert "OPENAI_API_KEY" not in answer
    assert str(handle) not in answer.split()


def test_child_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_START", "import no_such_module_at_all")
    with SandboxedReader(LIMITS, Splitting()) as reader, pytest.raises(RuntimeError, match="no_such_module_at_all"):
        reader.read(REPORT, "a.txt")


def test_small_files_import_no_format_library() -> None:
    root = str(Path(rag.__file__).parent.parent)
    code = (
        f"import sys; sys.path.insert(0, {root!r})\nimport rag.reports.sandbox_child\nfrom rag.reports.files import extract\n"
        "from rag.settings import Limits\nextract(b'words', 'a.txt', Limits())\n"
        "print(sorted({'pypdf', 'docx', 'lxml', 'ftfy', 'charset_normalizer', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
