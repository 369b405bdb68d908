"""From paths the user names to files with names in the library."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ReportError
from rag.library.catalog import Source
from rag.reports.files import iter_files, load
from rag.settings import Limits

RACY_NS = 2_000_000_000
"""A file changed this shortly before it was looked at may change again without its time or size showing it (FAT keeps 2 s)."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be imported.

    Attributes:
        name: Its name in the library.
        path: Where it is.
        refusal: Why it cannot be taken, known from the path alone; "" when it can.
    """

    name: str
    path: Path
    refusal: str = ""


def collect(paths: Iterable[str | os.PathLike[str]], root: Path | None = None) -> list[SourceFile]:
    """Expand files and folders; a file is named by its base name, a file of a folder by its POSIX path inside the folder.

    Args:
        paths: Files and folders.
        root: A folder; a file below it is named by its POSIX path inside it.

    Returns:
        One item for each file, in order; a name met a second time is refused.
    """
    seen: dict[str, Path] = {}
    found = []
    for path in map(Path, paths):
        if path.is_dir():
            files = list(walk(path))
        elif path.exists() or path.is_symlink():
            inside = root is not None and path.is_relative_to(root)
            files = [SourceFile(path.relative_to(root).as_posix() if root and inside else path.name, path)]
        else:
            files = [SourceFile(path.name or str(path), path, f"no such file or folder ({path}); check the path")]
        for file in files:
            if file.name in seen and not file.refusal:
                reason = f"this batch already has a file of this name ({seen[file.name]}); rename one of them or add their folder"
                file = SourceFile(file.name, file.path, reason)
            seen.setdefault(file.name, file.path)
            found.append(file)
    return found


def walk(folder: Path) -> Iterator[SourceFile]:
    """All files under a folder in the order of their names; what cannot be taken from it comes last, with its reason.

    Hidden files and those that the folder's ``.ragignore`` names are passed over, links out of the folder refused.

    Args:
        folder: An existing folder.

    Yields:
        Its files.
    """
    root = folder.resolve()
    refusals: list[ReportError] = []
    for path in iter_files(root, on_error=refusals.append):
        yield SourceFile(path.relative_to(root).as_posix(), path)
    for refusal in refusals:
        yield SourceFile(refusal.name, root / refusal.name, refusal.reason)


def look(file: SourceFile) -> Source:
    """What tells, without reading it, whether a file changed.

    Args:
        file: The file.

    Returns:
        Its absolute path, time and size; time 0 when it changed so recently that it proves nothing.

    Raises:
        ReportError: It cannot be looked at, or is no regular file.
    """
    try:
        info = file.path.stat()
    except OSError as error:
        raise ReportError(file.name, f"cannot be read ({error.strerror}); check the file and its permissions") from error
    if not stat.S_ISREG(info.st_mode):
        raise ReportError(file.name, "is not a regular file; name a file or a folder")
    trusted = time.time_ns() - info.st_mtime_ns > RACY_NS
    return Source(os.path.abspath(file.path), info.st_mtime_ns if trusted else 0, info.st_size)


def read(file: SourceFile, limits: Limits) -> bytes:
    """The bytes of a file.

    Args:
        file: The file.
        limits: ``file_mb`` counts.

    Returns:
        Its content; a ``ReportError`` says that it cannot be read, is no regular file, empty or too large.
    """
    return load(file.path, file.name, limits)
