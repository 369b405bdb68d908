"""Files to text: which files a folder holds, their bytes, and the text in them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from rag.errors import ReportError
from rag.reports.blocks import check_length
from rag.reports.encodings import clean, decode, has_words
from rag.reports.extracted import Extracted
from rag.reports.formats import ENDINGS, check_name, format_of
from rag.settings import Limits

IGNORE_FILE = ".ragignore"


def extract(data: bytes, name: str, limits: Limits) -> Extracted:
    """Turn the bytes of one file into text.

    Args:
        data: The whole file.
        name: Its name; the ending must fit what the bytes are.
        limits: What it may cost.

    Returns:
        Text in its stored form, with what the format states about it.

    Raises:
        ReportError: Anything that keeps the file from becoming a report, in one line.
    """
    check_name(name)
    check_size(len(data), name, limits)
    kind = format_of(data, name)
    if kind == "pdf":
        from rag.reports.pdf import extract_pdf as read
    elif kind == "docx":
        from rag.reports.docx import extract_docx as read
    elif kind == "html":
        from rag.reports.html import extract_html as read
    elif kind == "md":
        from rag.reports.markdown import extract_markdown as read
    else:
        read = _extract_txt
    extracted = read(data, name, limits)
    check_length(len(extracted.text), name, limits)
    if not has_words(extracted.text):
        raise ReportError(name, "holds no words (blank or signs only); nothing to add")
    return extracted


def _extract_txt(data: bytes, name: str, limits: Limits) -> Extracted:
    decoded = decode(data, name)
    check_length(len(decoded), name, limits)
    return Extracted(clean(decoded), "txt")


def check_size(size: int, name: str, limits: Limits) -> None:
    """Refuse an empty or an oversized file.

    Args:
        size: In bytes.
        name: For messages.
        limits: ``file_mb`` counts.

    Raises:
        ReportError: Nothing in it, or too much.
    """
    if size == 0:
        raise ReportError(name, "empty (0 bytes); nothing to add")
    if size > limits.file_mb * 1_000_000:
        raise ReportError(name, f"{size / 1e6:.1f} MB (at most {limits.file_mb}); split it, or raise limits.file_mb")


def load(path: Path, name: str, limits: Limits, inside: Path | None = None) -> bytes:
    """Read a regular file without ever waiting for it or reading more than is allowed.

    Args:
        path: Links are followed.
        name: For messages.
        limits: ``file_mb`` counts, before and while reading.
        inside: A folder that the file must lie in once links are followed; None for anywhere.

    Returns:
        Its bytes.

    Raises:
        ReportError: Not there, not allowed, no regular file, outside the folder, empty or too large.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
    # A FIFO without a writer would keep open() waiting for good.
    flags |= getattr(os, "O_NONBLOCK", 0)
    try:
        if inside is not None:
            path = path.resolve(strict=True)
            if not path.is_relative_to(inside.resolve(strict=True)):
                raise ReportError(name, f"a link that leads out of {inside.name or inside}; copy the file itself into the folder")
            # Between the check above and the opening the file may have been exchanged for a link.
            flags |= getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(path, flags)
    except (OSError, RuntimeError, ValueError) as error:
        raise ReportError(name, _why(error, path)) from error
    try:
        with open(handle, "rb") as stream:
            state = os.fstat(stream.fileno())
            if not stat.S_ISREG(state.st_mode):
                what = "a folder" if stat.S_ISDIR(state.st_mode) else "a device, pipe or socket"
                raise ReportError(name, f"{what}, not a file; give a regular file")
            if state.st_size:
                check_size(state.st_size, name, limits)
            # Some files (those of /proc) have a size of 0 and content all the same, others grow while they are read.
            data = stream.read(limits.file_mb * 1_000_000 + 1)
    except OSError as error:
        raise ReportError(name, _why(error, path)) from error
    check_size(len(data), name, limits)
    return data


def _why(error: Exception, path: Path) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT:
        return (
            "a link that leads nowhere; remove it or restore its file"
            if path.is_symlink()
            else "there is no such file; check the path"
        )
    if number in (errno.EACCES, errno.EPERM):
        return "may not be read; change its permissions"
    if number == errno.EISDIR:
        return "a folder, not a file; give a regular file"
    if number == errno.ELOOP or isinstance(error, RuntimeError):
        return "a link that leads in a circle; remove it"
    if number == errno.ENXIO:
        return "a device, pipe or socket, not a file; give a regular file"
    what = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
    return f"cannot be read ({what}); check the file"


def iter_files(
    folder: Path, *, skip_unknown: bool = False, on_error: Callable[[ReportError], None] | None = None
) -> Iterator[Path]:
    """Files of a folder and of the folders in it, sorted by path, part by part.

    Hidden files and folders (a leading dot), Word's lock files (a leading ``~$``) and what a file ``.ragignore`` at the top of
    the folder names are left out; it holds a shell pattern a line, matched against the file name and against the path inside the
    folder, with ``#`` comments. Links to folders are not followed: what lies inside is met anyway. Links to files are given when
    they end inside the folder.

    Args:
        folder: Where to look.
        skip_unknown: Leave out files whose ending is not read; otherwise they are given, and reading them says so.
        on_error: Called with what could not be looked into and with links that leave the folder; without it the first is raised.

    Yields:
        Paths that begin with ``folder``.

    Raises:
        ReportError: ``folder`` cannot be opened; or any refusal, when there is no ``on_error``.
    """
    try:
        root = folder.resolve(strict=True)
        waiting = [_entries(folder)]
        ignored = _ignored(folder / IGNORE_FILE)
    except (OSError, RuntimeError) as error:
        raise ReportError(str(folder), _why_folder(error, folder)) from error
    while waiting:
        path = next(waiting[-1], None)
        if path is None:
            waiting.pop()
            continue
        if ignored and any(fnmatchcase(path.name, p) or fnmatchcase(path.relative_to(folder).as_posix(), p) for p in ignored):
            continue
        try:
            if path.is_symlink():
                if _leaves(path, root):
                    shown = path.relative_to(folder).as_posix()
                    raise ReportError(
                        shown, f"a link that leads out of {root.name or root}; copy the file itself into the folder"
                    )
                if path.is_dir():
                    continue
            if path.is_dir():
                waiting.append(_entries(path))
                continue
        except ReportError as refusal:
            _refuse(refusal, on_error)
            continue
        except (OSError, RuntimeError) as error:
            _refuse(ReportError(path.relative_to(folder).as_posix(), _why_folder(error, path)), on_error)
            continue
        if not skip_unknown or path.suffix.lower() in ENDINGS:
            yield path


def _entries(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as found:
        names = sorted(entry.name for entry in found if not entry.name.startswith((".", "~$")))
    return iter([folder / name for name in names])


def _ignored(file: Path) -> list[str]:
    """Patterns of a ``.ragignore``; empty when there is none."""
    if not file.is_file():
        return []
    lines = (line.strip() for line in file.read_text(encoding="utf-8", errors="replace").splitlines())
    return [line.rstrip("/") for line in lines if line and not line.startswith("#")]


def _leaves(link: Path, root: Path) -> bool:
    return not link.resolve().is_relative_to(root)


def _refuse(refusal: ReportError, on_error: Callable[[ReportError], None] | None) -> None:
    if on_error is None:
        raise refusal
    on_error(refusal)


def _why_folder(error: Exception, path: Path) -> str:
    if isinstance(error, NotADirectoryError):
        return "a file, not a folder; give a folder"
    if isinstance(error, FileNotFoundError) and not path.is_symlink():
        return "there is no such folder; check the path"
    return _why(error, path)
