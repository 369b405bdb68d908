"""JSON lines that several processes add to: a row is in the file whole or not at all.

Rows are only ever added at the end, or one is replaced by its key in a file written beside and moved over. An OS lock next to the
file keeps writers apart; a row that a power cut left torn is told to the reader by its line and harms no other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import LibraryError
from rag.library.whole_file import write_whole

_WAIT_S = 30.0
"""Longest wait for another writer; a row takes milliseconds."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file holds.

    Attributes:
        rows: Its JSON objects, in order.
        problems: One line for each line that is none, with file and line number.
    """

    rows: tuple[dict[str, Any], ...]
    problems: tuple[str, ...] = ()


def append_row(path: Path, row: Mapping[str, Any]) -> None:
    """Add a row at the end; file and folder are made when they are not there.

    Args:
        path: The file.
        row: What JSON can hold.

    Raises:
        LibraryError: It cannot be written; the file is as it was.
    """
    with _writing(path):
        _append(path, _line(row))


def put_row(path: Path, row: Mapping[str, Any], key: str = "id") -> bool:
    """Replace the row that has the same key, or add this one at the end.

    Args:
        path: The file.
        row: What JSON can hold.
        key: Name of the field that tells rows apart.

    Returns:
        Whether a row was replaced.

    Raises:
        LibraryError: It cannot be written; the file is as it was.
    """
    with _writing(path):
        lines = path.read_bytes().split(b"\n") if path.exists() else []
        places = [i for i, line in enumerate(lines) if _field(line, key) == row[key]]
        if not places:
            _append(path, _line(row))
            return False
        lines[places[-1]] = _line(row).rstrip(b"\n")
        write_whole(path, b"\n".join(lines))
        return True


def read_rows(path: Path) -> Rows:
    """All rows of a file; none when there is no file.

    Args:
        path: The file.

    Returns:
        Rows, and the lines that are none.

    Raises:
        LibraryError: The file is there but cannot be read.
    """
    try:
        # Not splitlines: a text may hold U+2028, which JSON allows inside a string.
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return Rows(())
    except OSError as error:
        raise LibraryError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    rows, problems = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = _object(line)
        if row is None:
            problems.append(f"{path}:{number}: is no JSON object; left out")
        else:
            rows.append(row)
    return Rows(tuple(rows), tuple(problems))


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=_WAIT_S):
            yield
    except Timeout as error:
        raise LibraryError(f"{path}: another program has held it for {_WAIT_S:.0f} s; try again") from error
    except OSError as error:
        raise LibraryError(f"{path}: cannot be written ({error.strerror}); check the folder and the space left") from error


def _append(path: Path, line: bytes) -> None:
    with path.open("ab+", buffering=0) as file:
        before = file.seek(0, os.SEEK_END)
        if before:
            file.seek(-1, os.SEEK_END)
            # A file edited by hand, or torn by a power cut, may lack its last line end.
            if file.read(1) != b"\n":
                line = b"\n" + line
        try:
            if file.write(line) != len(line):
                raise OSError(28, "the disk is full")
            os.fsync(file.fileno())
        except OSError:
            file.truncate(before)
            raise


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _field(line: bytes, key: str) -> Any:
    return (_object(line) or {}).get(key)
