from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rag.errors import LibraryError
from rag.library.journal import append_row, put_row, read_rows

ROOT = Path(__file__).resolve().parents[3]


def test_rows_come_back_in_order_whatever_text_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "new" / "log.jsonl"
    rows: list[dict[str, Any]] = [{"id": "1", "text": "a\nb\u2028c"}, {"id": "2", "text": '<script>"é"'}]
    for row in rows:
        append_row(path, row)
    assert read_rows(path).rows == tuple(rows)
    assert path.read_bytes().count(b"\n") == 2


def test_no_file_is_no_rows(tmp_path: Path) -> None:
    assert read_rows(tmp_path / "none.jsonl").rows == ()


def test_torn_row_is_named_and_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    append_row(path, {"id": "1"})
    with path.open("ab") as file:
        file.write(b'{"id": "2", "te')
    append_row(path, {"id": "3"})
    held = read_rows(path)
    assert [row["id"] for row in held.rows] == ["1", "3"]
    assert held.problems == (f"{path}:2: is no JSON object; left out",)


def test_row_with_the_same_key_is_replaced_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    assert [put_row(path, {"id": i, "n": n}) for i, n in (("a", 1), ("b", 1), ("a", 2))] == [False, False, True]
    assert read_rows(path).rows == ({"id": "a", "n": 2}, {"id": "b", "n": 1})
    assert path.read_bytes().endswith(b"}\n")


def test_row_that_does_not_fit_is_told_and_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.jsonl"
    append_row(path, {"id": "1"})
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LibraryError, match="No space left"):
        append_row(path, {"id": "2"})
    with pytest.raises(LibraryError, match="No space left"):
        put_row(path, {"id": "1", "n": 2})
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} <= {path.name, f".{path.name}.lock"}


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LibraryError, match="cannot be written"):
        append_row(tmp_path / "file" / "log.jsonl", {"id": "1"})


@pytest.mark.integration
def test_several_processes_lose_and_mix_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    code = (
        "import sys; from pathlib import Path; from rag.library.journal import append_row\n"
        "for n in range(40): append_row(Path(sys.argv[1]), {'id': f'{sys.argv[2]}-{n}', 'text': 'x' * 20_000})"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), str(w)], cwd=ROOT) for w in range(4)]
    assert [w.wait(timeout=120) for w in writers] == [0] * 4
    held = read_rows(path)
    assert held.problems == ()
    assert {row["id"] for row in held.rows} == {f"{w}-{n}" for w in range(4) for n in range(40)}
    assert all(len(json.dumps(row)) > 20_000 for row in held.rows)
