from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import made_files
import pytest

from rag.errors import ReportError
from rag.reports.files import extract, iter_files, load
from rag.reports.formats import ENDINGS, check_name
from rag.settings import Limits

LIMITS = Limits()
SMALL = Limits(file_mb=1, text_mb=1, pages=1, unpacked_mb=1)
PAGE = b"<!DOCTYPE html><html><body><p>Two mines went off near Kidal.</p></body></html>"


def refusal(data: bytes, name: str, limits: Limits = LIMITS) -> str:
    with pytest.raises(ReportError) as caught:
        extract(data, name, limits)
    message = str(caught.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert ";" in message or " but " in message, "a refusal says what to do"
    return caught.value.reason


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.txt", lambda: b"", "empty (0 bytes)"),
    "blank": ("a.txt", lambda: b" \n\t\r\n", "holds no words"),
    "signs only": ("a.md", lambda: b"---\n***\n", "holds no words"),
    "binary": ("a.txt", lambda: bytes(range(256)) * 4, "binary data"),
    "binary in markdown": ("a.md", lambda: b"\x00\x01\x02" * 99, "binary data"),
    "binary as pdf": ("a.pdf", lambda: bytes(range(256)) * 4, "binary data"),
    "picture": ("a.txt", lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "a picture; run OCR"),
    "rtf": ("a.txt", lambda: b"{\\rtf1 hello}", "an RTF document"),
    "old word": ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "an old or encrypted Office file"),
    "gzip": ("a.txt", lambda: b"\x1f\x8b\x08" + b"\x00" * 50, "a gzip archive"),
    "zip": ("a.txt", lambda: made_files.zipped({"a.txt": "hello"}), "a zip archive"),
    "zip as docx": ("a.docx", lambda: made_files.zipped({"a.txt": "hello"}), "not a readable DOCX"),
    "pdf named txt": ("a.txt", made_files.pdf, "wrong ending: this is a PDF; rename it to a.pdf"),
    "docx named pdf": ("a.pdf", made_files.docx, "wrong ending: this is a Word document (DOCX); rename it to a.docx"),
    "docx named txt": ("a.txt", made_files.docx, "rename it to a.docx"),
    "pdf named docx": ("a.docx", made_files.pdf, "wrong ending: this is a PDF"),
    "html named txt": ("a.txt", lambda: PAGE, "wrong ending: this is an HTML page; rename it to a.html"),
    "html named pdf": ("a.pdf", lambda: PAGE, "wrong ending: this is an HTML page"),
    "text named pdf": ("a.pdf", lambda: b"Just words.", "wrong ending: this is plain text; rename it to a.txt"),
    "text named docx": ("a.docx", lambda: b"Just words.", "wrong ending: this is plain text"),
    "text named html": ("a.html", lambda: b"Just words.", "wrong ending: this is plain text"),
    "truncated pdf": ("a.pdf", lambda: made_files.pdf()[:900], "cut short"),
    "damaged pdf": ("a.pdf", lambda: b"%PDF-1.4\n" + b"rubbish " * 40 + b"\n%%EOF", "damaged"),
    "encrypted pdf": ("a.pdf", lambda: made_files.encrypted_pdf("secret"), "encrypted; save a copy without a password"),
    "scan": ("a.pdf", made_files.scanned_pdf, "no text layer"),
    "truncated docx": ("a.docx", lambda: made_files.docx()[:-40], "damaged or cut short"),
    "docx bomb": ("a.docx", lambda: made_files.docx_bomb(30_000_000), "like a bomb"),
    "entity bomb": ("a.docx", lambda: made_files.docx(word__document_dot_xml=made_files.LAUGHS), "entity bombs"),
    "html of scripts": ("a.html", lambda: b"<html><script>var words</script></html>", "holds no text"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_file_is_refused_in_one_line(case: str) -> None:
    name, build, expected = BAD[case]
    assert expected in refusal(build(), name)


def test_file_larger_than_the_limit_is_refused() -> None:
    assert refusal(b"a" * 1_000_001, "a.txt", SMALL) == "1.0 MB (at most 1); split it, or raise limits.file_mb"


def test_text_longer_than_the_limit_is_refused() -> None:
    assert "limits.text_mb" in refusal(b"a" * 1_000_001, "a.txt", Limits(text_mb=1))


@pytest.mark.parametrize("name", ["a.exe", "a.doc", "a", "a.txt.gz", "a.json"])
def test_unknown_ending_is_refused_with_those_that_are_read(name: str) -> None:
    reason = refusal(b"words", name)
    assert all(ending[1:] in reason for ending in ENDINGS)


@pytest.mark.parametrize("name", ["a\n.txt", "a\x1b[2J.txt", "a\udcff.txt", "a\u202etxt.txt"], ids=ascii)
def test_name_that_cannot_be_shown_is_refused_without_showing_it(name: str) -> None:
    with pytest.raises(ReportError, match="its name holds characters") as caught:
        check_name(name)
    assert str(caught.value).isprintable()
    assert str(caught.value).encode()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.TXT", b"Just words.", "txt"),
        ("a.text", b"Just words.", "txt"),
        ("a.markdown", b"# Words", "md"),
        ("a.htm", PAGE, "html"),
        ("a.html", b"<p>Words", "html"),
        ("folder/a b.txt", b"Just words.", "txt"),
    ],
)
def test_usual_endings_are_read(name: str, data: bytes, kind: str) -> None:
    assert extract(data, name, LIMITS).format == kind


def test_text_that_speaks_of_pdf_and_html_stays_text() -> None:
    text = "The mark %PDF- opens a PDF, <html> a page."
    assert extract(text.encode(), "a.txt", LIMITS).text == text


def test_very_long_line_is_read_whole() -> None:
    line = "The road to Kidal is long. " * 4000
    assert extract(line.encode(), "a.txt", LIMITS).text == line


def test_few_nuls_in_a_text_are_removed() -> None:
    assert extract(b"Kidal\x00 was quiet that day.", "a.txt", LIMITS).text == "Kidal was quiet that day."


def test_same_bytes_give_the_same_text() -> None:
    data = "lâ€™armÃ©e\r\n\u200bMénaka".encode()
    assert extract(data, "a.txt", LIMITS) == extract(data, "b.txt", LIMITS)


def unreadable(path: Path, limits: Limits = LIMITS, inside: Path | None = None) -> str:
    with pytest.raises(ReportError) as caught:
        load(path, "a.txt", limits, inside)
    assert "\n" not in str(caught.value)
    return caught.value.reason


def test_fifo_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert "a device, pipe or socket" in unreadable(tmp_path / "a.txt")


def test_folder_device_and_missing_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    assert "a folder, not a file" in unreadable(tmp_path / "folder.txt")
    assert "a device" in unreadable(Path("/dev/zero"))
    assert "there is no such file" in unreadable(tmp_path / "none.txt")


def test_links_that_lead_nowhere_or_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "gone.txt")
    (tmp_path / "circle.txt").symlink_to(tmp_path / "circle.txt")
    assert "leads nowhere" in unreadable(tmp_path / "dangling.txt")
    assert "in a circle" in unreadable(tmp_path / "circle.txt")
    assert "in a circle" in unreadable(tmp_path / "circle.txt", inside=tmp_path)


def test_file_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests may run as root, whom permissions do not stop; the system's refusal is played back instead.
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert "may not be read; change its permissions" in unreadable(tmp_path / "a.txt")


def test_sixty_megabyte_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with open(tmp_path / "a.txt", "wb") as file:
        file.truncate(60_000_000)
    assert unreadable(tmp_path / "a.txt") == "60.0 MB (at most 50); split it, or raise limits.file_mb"


def test_file_that_hides_its_size_is_still_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a" * 1_500_000)
    real = os.fstat

    def sizeless(handle: int) -> os.stat_result:
        state = list(real(handle))
        state[6] = 0
        return os.stat_result(state)

    monkeypatch.setattr(os, "fstat", sizeless)
    assert "limits.file_mb" in unreadable(path, SMALL)


def test_link_out_of_the_folder_is_refused_and_one_inside_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "own.txt").write_text("own")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "in.txt").symlink_to(folder / "own.txt")
    assert "leads out of folder" in unreadable(folder / "out.txt", inside=folder)
    assert load(folder / "in.txt", "in.txt", LIMITS, folder) == b"own"
    assert load(folder / "out.txt", "out.txt", LIMITS) == b"secret"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "reports"
    for name in ["b.txt", "a/z.md", "a/y.pdf", "a.txt", ".hidden.txt", ".git/x.txt", "~$lock.docx", "notes.xyz", "c/d/e.html"]:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")
    return root


def relative(paths: list[Path], root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in paths]


def test_folder_is_walked_in_order_without_hidden_files(tree: Path) -> None:
    found = relative(list(iter_files(tree)), tree)
    assert found == ["a/y.pdf", "a/z.md", "a.txt", "b.txt", "c/d/e.html", "notes.xyz"]


def test_unknown_endings_are_left_out_when_asked(tree: Path) -> None:
    assert "notes.xyz" not in relative(list(iter_files(tree, skip_unknown=True)), tree)


def test_links_out_of_the_folder_are_named_and_the_others_go_on(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tree / "a" / "out.txt").symlink_to(tmp_path / "secret.txt")
    (tree / "outer").symlink_to(tmp_path, target_is_directory=True)
    (tree / "circle").symlink_to(tree, target_is_directory=True)
    (tree / "again.txt").symlink_to(tree / "b.txt")
    refused: list[ReportError] = []
    found = relative(list(iter_files(tree, on_error=refused.append)), tree)
    assert [error.name for error in refused] == ["a/out.txt", "outer"]
    assert all("leads out of reports" in error.reason for error in refused)
    assert found == ["a/y.pdf", "a/z.md", "a.txt", "again.txt", "b.txt", "c/d/e.html", "notes.xyz"]


def test_link_out_of_the_folder_is_raised_when_nobody_listens(tree: Path, tmp_path: Path) -> None:
    (tree / "outer").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(ReportError, match="leads out of"):
        list(iter_files(tree))


@pytest.mark.parametrize(("name", "reason"), [("none", "no such folder"), ("b.txt", "a file, not a folder")])
def test_folder_that_is_none_is_refused(tree: Path, name: str, reason: str) -> None:
    with pytest.raises(ReportError, match=reason):
        list(iter_files(tree / name))


def test_ragignore_keeps_files_about_the_folder_out(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("README.md", "a.txt", "sub/b.txt", "sub/draft-c.txt", "sub/README.md"):
        (tmp_path / name).write_text("Words.", encoding="utf-8")
    (tmp_path / ".ragignore").write_text("# about the folder\nREADME.md\n\nsub/draft-*\n", encoding="utf-8")
    assert [path.relative_to(tmp_path).as_posix() for path in iter_files(tmp_path)] == ["a.txt", "sub/b.txt"]
