"""A file that is there whole or not at all, whatever ends the program or the machine."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step: beside it first, flushed to the disk, then moved into its place.

    Args:
        path: The file, in a folder that exists; one that is there is replaced.
        data: All of it.

    Raises:
        OSError: It cannot be written; what was there before is as it was.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    # Not every system lets a folder be opened; there the rename is as durable as the system makes it.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
