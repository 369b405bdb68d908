from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from web_doubles import ScriptedAssistant, make_report

from rag.errors import ReportError, UsageError
from rag.web.corpus import Corpus, safe_name


def sent(tmp_path: Path, name: str, content: bytes = b"April 6, 2018: text") -> Path:
    folder = tmp_path / "sent"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_upload_lands_in_the_corpus_folder_and_in_the_library(tmp_path: Path, assistant: ScriptedAssistant) -> None:
    lines = list(Corpus(assistant).upload([sent(tmp_path, "mali.txt")]))  # type: ignore[arg-type]
    assert lines == [("mali.txt", True, "mali.txt: added (2 entries, 3 passages)")]
    assert files(assistant.settings.corpus) == {"mali.txt": b"April 6, 2018: text"}


def test_refused_file_leaves_the_folder_as_it_was_and_the_others_go_in(tmp_path: Path, assistant: ScriptedAssistant) -> None:
    assistant.settings.corpus.mkdir()
    (assistant.settings.corpus / "old.txt").write_bytes(b"earlier")
    assistant.refuse = {"old.txt": "is empty; nothing to read", "new.bin": "is no text"}
    uploads = [sent(tmp_path, "old.txt", b""), sent(tmp_path, "new.bin", b"\0"), sent(tmp_path, "good.txt")]
    lines = list(Corpus(assistant).upload(uploads))  # type: ignore[arg-type]
    assert [(name, ok) for name, ok, _ in lines] == [("old.txt", False), ("new.bin", False), ("good.txt", True)]
    assert lines[0][2] == "old.txt: is empty; nothing to read"
    assert files(assistant.settings.corpus) == {"old.txt": b"earlier", "good.txt": b"April 6, 2018: text"}


def test_count_and_total_size_of_an_upload_are_limited(tmp_path: Path, assistant: ScriptedAssistant) -> None:
    uploads = [sent(tmp_path, f"{i}.txt", b"x" * 400_000) for i in range(5)]
    lines = list(Corpus(assistant).upload(uploads))  # type: ignore[arg-type]
    assert [ok for _, ok, _ in lines] == [True, True, False, False, False]
    assert "at most 1 MB" in lines[2][2]
    assert "at most 3 files" in lines[4][2]


def test_link_in_the_corpus_is_replaced_not_followed(tmp_path: Path, assistant: ScriptedAssistant) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_bytes(b"mine")
    assistant.settings.corpus.mkdir()
    (assistant.settings.corpus / "link.txt").symlink_to(outside)
    list(Corpus(assistant).upload([sent(tmp_path, "link.txt")]))  # type: ignore[arg-type]
    assert outside.read_bytes() == b"mine"
    assert not (assistant.settings.corpus / "link.txt").is_symlink()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\dir\\re:port?.txt", "re_port_.txt"),
        (".hidden.txt", "hidden.txt"),
        ("a\u202eb\x00c.txt", "abc.txt"),
        ("Situación — mayo.txt", "Situación — mayo.txt"),
        ("<img src=x>.txt", "_img src=x_.txt"),
    ],
)
def test_names_stay_inside_their_folder(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_overlong_name_is_cut_before_its_ending() -> None:
    cut = safe_name("é" * 300 + ".txt")
    assert cut.endswith("é.txt")
    assert len(cut.encode()) <= 180


@pytest.mark.parametrize("name", ["", "..", "../", "\x00", "???"])
def test_name_with_nothing_left_is_refused(name: str) -> None:
    with pytest.raises(ReportError):
        safe_name(name)


def stored(assistant: ScriptedAssistant, name: str, content: bytes) -> None:
    report = make_report(name, sha256=hashlib.sha256(content).hexdigest())
    assistant.stored[name] = report


def test_removal_takes_the_unchanged_file_out_of_the_folder(assistant: ScriptedAssistant) -> None:
    assistant.settings.corpus.mkdir()
    path = assistant.settings.corpus / "mali.txt"
    path.write_bytes(b"same")
    stored(assistant, "mali.txt", b"same")
    assert "corpus folder" in Corpus(assistant).remove("mali.txt")  # type: ignore[arg-type]
    assert not path.exists()
    assert assistant.stored == {}


@pytest.mark.parametrize("name", ["mali.txt", "../outside.txt"])
def test_removal_leaves_changed_files_and_files_outside(tmp_path: Path, assistant: ScriptedAssistant, name: str) -> None:
    assistant.settings.corpus.mkdir()
    path = assistant.settings.corpus / name
    path.write_bytes(b"changed" if name == "mali.txt" else b"same")
    stored(assistant, name, b"same")
    assert "corpus folder" not in Corpus(assistant).remove(name)  # type: ignore[arg-type]
    assert path.exists()
    assert assistant.stored == {}


def test_removal_of_an_unknown_report_is_refused(assistant: ScriptedAssistant) -> None:
    with pytest.raises(UsageError):
        Corpus(assistant).remove("nothing")  # type: ignore[arg-type]


def test_replacement_takes_the_name_of_the_report(tmp_path: Path, assistant: ScriptedAssistant) -> None:
    assistant.settings.corpus.mkdir()
    (assistant.settings.corpus / "mali.txt").write_bytes(b"earlier")
    stored(assistant, "mali.txt", b"earlier")
    ok, line = Corpus(assistant).replace("mali.txt", sent(tmp_path, "other.txt", b"later"))  # type: ignore[arg-type]
    assert (ok, line) == (True, "mali.txt: replaced the earlier version (2 entries, 3 passages)")
    assert files(assistant.settings.corpus) == {"mali.txt": b"later"}


def test_refused_replacement_leaves_the_earlier_version(tmp_path: Path, assistant: ScriptedAssistant) -> None:
    assistant.settings.corpus.mkdir()
    (assistant.settings.corpus / "mali.txt").write_bytes(b"earlier")
    stored(assistant, "mali.txt", b"earlier")
    assistant.refuse = {"mali.txt": "is empty; nothing to read"}
    for upload in (sent(tmp_path, "other.txt", b""), sent(tmp_path, "other.pdf")):
        ok, _ = Corpus(assistant).replace("mali.txt", upload)  # type: ignore[arg-type]
        assert not ok
    assert files(assistant.settings.corpus) == {"mali.txt": b"earlier"}


def test_report_of_a_subfolder_is_replaced_where_it_lies(tmp_path: Path, assistant: ScriptedAssistant) -> None:
    (assistant.settings.corpus / "north").mkdir(parents=True)
    (assistant.settings.corpus / "north" / "chad.txt").write_bytes(b"earlier")
    stored(assistant, "north/chad.txt", b"earlier")
    ok, line = Corpus(assistant).replace("north/chad.txt", sent(tmp_path, "other.txt", b"later"))  # type: ignore[arg-type]
    assert (ok, line) == (True, "north/chad.txt: replaced the earlier version (2 entries, 3 passages)")
    assert files(assistant.settings.corpus / "north") == {"chad.txt": b"later"}
    assert [p.name for p in assistant.settings.corpus.iterdir()] == ["north"]


def test_link_to_a_folder_outside_is_not_followed(tmp_path: Path, assistant: ScriptedAssistant) -> None:
    assistant.settings.corpus.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (assistant.settings.corpus / "north").symlink_to(tmp_path / "elsewhere")
    stored(assistant, "north/chad.txt", b"earlier")
    ok, line = Corpus(assistant).replace("north/chad.txt", sent(tmp_path, "other.txt"))  # type: ignore[arg-type]
    assert (ok, "not replaced" in line) == (False, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("name", ["../outside.txt", ".hidden.txt", "north/../../outside.txt", "north//chad.txt", "/tmp/chad.txt"])
def test_replacement_stays_in_the_folder(tmp_path: Path, assistant: ScriptedAssistant, name: str) -> None:
    stored(assistant, name, b"earlier")
    ok, line = Corpus(assistant).replace(name, sent(tmp_path, "other.txt"))  # type: ignore[arg-type]
    assert not ok
    assert "not replaced" in line
    assert not (assistant.settings.corpus / name).exists()
