"""Every accepted file, byte for byte, under ``originals/<sha256>``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from rag.library.whole_file import write_whole


class Originals:
    """The folder of originals; writes and deletions happen inside a catalog transaction, so that they never cross."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where an original lies, or would."""
        return self.folder / sha256

    def store(self, data: bytes, sha256: str) -> None:
        """Write an original so that it is there whole or not at all; nothing happens when it is there already.

        Args:
            data: The bytes.
            sha256: Theirs.
        """
        target = self.path(sha256)
        if target.is_file() and target.stat().st_size == len(data):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(target, data)

    def read(self, sha256: str) -> bytes | None:
        """The bytes of an original; None when it is missing or no longer what it was."""
        try:
            data = self.path(sha256).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def discard(self, sha256: str) -> None:
        """Delete an original."""
        self.path(sha256).unlink(missing_ok=True)

    def strays(self, wanted: Iterable[str]) -> list[Path]:
        """Files no report needs: what a killed process had begun to write."""
        keep = set(wanted)
        return sorted(path for path in self.folder.glob("*") if path.name not in keep) if self.folder.is_dir() else []

    @staticmethod
    def recover(path: str, sha256: str) -> bytes | None:
        """The bytes of the file a report came from, if it is still there and still the same."""
        try:
            data = Path(path).read_bytes() if path else b""
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None
