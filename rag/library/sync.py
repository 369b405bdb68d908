"""What a folder and the library have to say to each other, decided from file times and sizes."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ReportError, UsageError
from rag.library import sources
from rag.library.catalog import Catalog, Source, Stored
from rag.library.results import FolderChanges, ImportResult


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync has to do.

    Attributes:
        settled: Results known without reading a file.
        to_read: Files that are new or may have changed.
        gone: Reports that came from the folder and whose file is no longer there.
        to_forget: Paths of refused files that are gone or have changed.
    """

    settled: list[ImportResult]
    to_read: list[sources.SourceFile]
    gone: list[Stored]
    to_forget: list[str]


def existing_folder(folder: Path) -> Path:
    """The folder, absolute and free of links.

    Args:
        folder: As the user gave it.

    Returns:
        Its real path.

    Raises:
        UsageError: It is not there, is no folder, or cannot be listed; taken for an empty one, it would empty the library.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; nothing was changed, check the path")
    try:
        with os.scandir(folder):
            return folder.resolve()
    except OSError as error:
        raise UsageError(f"{folder}: cannot be listed ({error.strerror}); nothing was changed, check its permissions") from error


def compare(catalog: Catalog, root: Path, made_by: str, *, hash_all: bool) -> Plan:
    """Compare a folder with the library.

    Args:
        catalog: The truth.
        root: From ``existing_folder``.
        made_by: Fingerprint of the parser in use.
        hash_all: Trust no file time.

    Returns:
        The plan.
    """
    newest = {stored.name: stored for stored in catalog.stored()}
    refused = catalog.refusals(made_by)
    plan = Plan([], [], [], [])
    present = set()
    unseen = []
    for file in sources.walk(root):
        present.add(file.name)
        if file.refusal:
            unseen.append(file.name + "/")  # perhaps a folder that cannot be listed now: what lies in it is not gone
        try:
            source = None if file.refusal or hash_all else sources.look(file)
        except ReportError:
            source = None  # reading it will say so
        known = newest.get(file.name)
        if source is None or source.mtime_ns == 0:
            plan.to_read.append(file)
        elif known is not None and known.state == "ready" and known.made_by == made_by and known.source == source:
            plan.settled.append(ImportResult(file.name, "unchanged", "", known.id, known.n_entries, known.n_passages))
        elif refused.get(source.path, ())[:2] == (source.mtime_ns, source.size):
            plan.settled.append(ImportResult(file.name, "refused", refused[source.path][2]))
        else:
            plan.to_read.append(file)
    here = {str(root / name) for name in present}
    plan.to_forget.extend(path for path in refused if Path(path).is_relative_to(root) and path not in here)
    missing = (s for s in newest.values() if s.name not in present and not s.name.startswith(tuple(unseen)))
    plan.gone.extend(stored for stored in missing if came_from(stored, root))
    return plan


def differences(catalog: Catalog, root: Path, made_by: str) -> FolderChanges:
    """What a sync of the folder would find, with nothing read in.

    Args:
        catalog: The truth.
        root: From ``existing_folder``.
        made_by: Fingerprint of the parser in use.

    Returns:
        The differences; a file whose time cannot be trusted counts as changed only when its content is another one.
    """
    plan = compare(catalog, root, made_by, hash_all=False)
    newest = {stored.name: stored for stored in catalog.stored()}
    new = [file.name for file in plan.to_read if file.name not in newest]
    changed = [file.name for file in plan.to_read if file.name in newest and not _same_content(file, newest[file.name])]
    return FolderChanges(tuple(new), tuple(changed), tuple(stored.name for stored in plan.gone))


def _same_content(file: sources.SourceFile, stored: Stored) -> bool:
    try:
        if file.refusal or file.path.stat().st_size != stored.source.size:
            return False
        with file.path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest() == stored.sha256
    except OSError:
        return False  # a sync will say why


def came_from(stored: Stored, root: Path) -> bool:
    """Whether a report was read from the file of its name in a folder."""
    return stored.source.path != "" and Path(stored.source.path) == root / stored.name


def may_adopt(stored: Stored, source: Source) -> bool:
    """Whether an unchanged report may be said to come from this file: it did before, or where it came from is gone."""
    if stored.source == source:
        return False
    return stored.source.path in {"", source.path} or not Path(stored.source.path).exists()
