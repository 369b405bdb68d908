"""What the page may do to the corpus folder: take files into it, replace one, remove one."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import RagError, ReportError
from rag.web.markup import count, literal, one_line

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library.results import ImportResult, ProgressCallback

logger = logging.getLogger(__name__)

_RESERVED = frozenset('<>:"/\\|?*')
_LONGEST_NAME = 180
"""Bytes; file systems take 255, and temporary names add to it."""


class Corpus:
    """The corpus folder as the page may change it; one change at a time.

    Args:
        assistant: Reads what is stored and takes what is uploaded.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._folder = assistant.settings.corpus
        self.lock = threading.Lock()

    def upload(self, files: Sequence[str | Path], progress: ProgressCallback | None = None) -> Iterator[tuple[str, bool, str]]:
        """Take uploaded files one after the other; a refused one leaves folder and library as they were.

        Args:
            files: Where the upload lies; their base names are kept.
            progress: Told how far the file at hand is.

        Yields:
            File name, whether it went in, and one line that says what became of it.
        """
        total = 0
        for position, path in enumerate(map(Path, files)):
            name = one_line(path.name)
            try:
                size = path.stat().st_size
                total += size
                self._check_room(name, position + 1, total)
                with self.lock:
                    result = self._take(path, safe_name(path.name), progress)
                yield result.name, result.status != "refused", described(result)
            except RagError as error:
                yield name, False, str(error)
            except OSError as error:
                logger.exception("upload of %s failed", name)
                yield name, False, f"{name}: cannot be stored ({error.strerror}); check the corpus folder {self._folder}"

    def _check_room(self, name: str, n_files: int, size: int) -> None:
        web = self._assistant.settings.web
        if n_files > web.upload_files:
            raise ReportError(name, f"not taken: at most {web.upload_files} files in one upload; send it with the next")
        if size > web.upload_mb * 1_000_000:
            raise ReportError(name, f"not taken: at most {web.upload_mb} MB in one upload; send it with the next")

    def replace(self, report_id: str, upload: str | Path, progress: ProgressCallback | None = None) -> tuple[bool, str]:
        """Put an uploaded file in the place of a report, under the report's name; the earlier version answers until it is ready.

        A report that does not exist is a ``UsageError``.

        Args:
            report_id: Of the report.
            upload: Where the new file lies; its own name does not matter, its ending does.
            progress: Told how far it is.

        Returns:
            Whether it went in, and one line that says what became of it.
        """
        name = self._assistant.show(report_id).name
        path = Path(upload)
        try:
            if path.suffix.lower() != Path(name).suffix.lower():
                raise ReportError(one_line(name), f"not replaced: the new file must end in {Path(name).suffix or 'nothing'} too")
            if not self._may_hold(name):
                raise ReportError(
                    one_line(name), "not replaced: no file of this name can lie in the corpus folder; add a new one"
                )
            with self.lock:
                result = self._take(path, name, progress)
        except ReportError as error:
            return False, str(error)
        return True, described(result)

    def _may_hold(self, name: str) -> bool:
        """Whether a report's name is the way to a file inside the corpus folder that an upload could have made."""
        root = self._folder.resolve()
        try:
            safe = all(part == safe_name(part) for part in name.split("/"))
        except ReportError:
            return False
        return safe and (root / name).parent.resolve().is_relative_to(root)

    def _take(self, upload: Path, name: str, progress: ProgressCallback | None = None) -> ImportResult:
        limit = self._assistant.settings.limits.file_mb
        if upload.stat().st_size > limit * 1_000_000:
            raise ReportError(name, f"is larger than {limit} MB; split it")
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir():
            raise ReportError(name, "the corpus has a folder of this name; rename the file")
        # Hidden names: sync passes over them, so that a half-copied file is never read.
        with tempfile.TemporaryDirectory(prefix=".upload-", dir=self._folder) as room:
            fresh, earlier = Path(room) / "new", Path(room) / "earlier"
            shutil.copyfile(upload, fresh)
            existed = target.is_file() or target.is_symlink()
            if existed:
                shutil.copy2(target, earlier, follow_symlinks=False)
            os.replace(fresh, target)
            try:
                result = self._assistant.add([target], progress, root=self._folder)[0]
                if result.status == "refused":
                    raise ReportError(result.name, result.reason)
            except BaseException:
                # The folder must not keep what the library refused: the next sync would refuse it again, and an earlier
                # version would be lost.
                if existed:
                    os.replace(earlier, target)
                else:
                    target.unlink(missing_ok=True)
                raise
        return result

    def remove(self, report_id: str) -> str:
        """Remove a report from the library, and its file from the corpus folder where it is still the same.

        A report that does not exist is a ``UsageError``.

        Args:
            report_id: Of the report.

        Returns:
            One line that says what was done.
        """
        with self.lock:
            report = self._assistant.show(report_id)
            file = self._file_of(report.name, report.sha256)
            if file is not None:
                file.unlink()
            self._assistant.remove([report.id])
        where = " from the library and from the corpus folder" if file else " from the library"
        return f"{one_line(report.name)}: removed{where}."

    def _file_of(self, name: str, sha256: str) -> Path | None:
        root = self._folder.resolve()
        path = root / name
        inside = path.resolve().is_relative_to(root) and path != root
        if not inside or path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as handle:
            same = hashlib.file_digest(handle, "sha256").hexdigest() == sha256
        return path if same else None


def safe_name(name: str) -> str:
    """A file name that stays inside its folder on every system.

    Args:
        name: As the browser sent it, folders included.

    Returns:
        The base name: no separators, reserved, control or direction characters, not hidden, not overlong.

    Raises:
        ReportError: Nothing is left of it.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(ch for ch in base if unicodedata.category(ch)[0] != "C")
    kept = "".join("_" if ch in _RESERVED else ch for ch in kept).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    while len(kept.encode()) > _LONGEST_NAME and stem:
        stem = stem[:-1]
        kept = f"{stem}{dot}{ending}"
    if not kept or not kept.strip("_. ") or len(kept.encode()) > _LONGEST_NAME:
        raise ReportError(one_line(name) or "file", "has no usable file name; rename it")
    return kept


def described(result: ImportResult) -> str:
    """What became of one file, in a line."""
    size = f" ({count(result.entries, 'entry', 'entries')}, {count(result.passages, 'passage')})" if result.passages else ""
    words = {
        "added": f"added{size}",
        "replaced": f"replaced the earlier version{size}",
        "unchanged": "already in the library, unchanged",
        "removed": "removed",
        "queued": f"stored; {result.reason or 'it will be indexed soon'}",
        "refused": result.reason,
    }
    return f"{one_line(result.name)}: {words[result.status]}"


def render_lines(lines: Sequence[tuple[str, bool, str]], pending: str = "") -> str:
    """The outcome of an upload as a list."""
    items = [f'<li class="{"ok" if ok else "refused"}">{literal(line)}</li>' for _, ok, line in lines]
    if pending:
        items.append(f'<li class="pending">{literal(pending)}</li>')
    return f'<div role="status"><ul class="outcome">{"".join(items)}</ul></div>' if items else ""
