"""The check-up: catalog, originals, full-text index, vectors and Chroma, each compared with what it should be."""

from __future__ import annotations

from collections.abc import Callable

from rag.errors import RagError
from rag.library.catalog import Catalog
from rag.library.indexing import Indexer
from rag.library.originals import Originals
from rag.library.owner import IndexOwner
from rag.library.results import Check, HealthReport, ProgressCallback


def check_up(
    catalog: Catalog,
    originals: Originals,
    owner: IndexOwner,
    indexer: Indexer,
    model: Callable[[], str],
    mine: bool,
    repair: bool,
    progress: ProgressCallback | None,
) -> HealthReport:
    """Look at everything; the caller holds the library's lock.

    Args:
        catalog: The truth.
        originals: The folder of originals.
        owner: Of the vector index.
        indexer: Does what is left to do.
        model: Whose vectors there should be.
        mine: Whether this process owns the index.
        repair: Put right what can be.
        progress: Told how far a repair is.

    Returns:
        The findings.
    """
    faults = catalog.faults()
    report = HealthReport((Check("catalog", not faults, "; ".join(faults) or "SQLite finds no fault"),))
    if faults:  # nothing built on a broken file can be judged
        detail = report.checks[0].detail + "; restore catalog.sqlite3 from a backup, or start anew from originals/"
        return HealthReport((Check("catalog", False, detail),))
    report = report.with_check(_full_text(catalog, repair))
    report = report.with_check(_originals(catalog, originals, repair))
    if not mine:
        return report.with_check(Check("vector index", True, "in use by another process, which checks it itself; not looked at"))
    report = report.with_check(_strays(catalog, originals, indexer, repair))
    try:
        return _vectors(report, catalog, owner, indexer, model(), repair, progress)
    except RagError as error:
        return report.with_check(Check("repair", False, str(error)))


def _full_text(catalog: Catalog, repair: bool) -> Check:
    fault = catalog.full_text_fault()
    if fault and repair:
        catalog.rebuild_full_text()
        left = catalog.full_text_fault()
        return Check("full text", not left, f"did not agree with the passages ({fault}); rebuilt", repaired=not left)
    return Check("full text", not fault, fault or "agrees with the live passages")


def _originals(catalog: Catalog, originals: Originals, repair: bool) -> Check:
    needed = catalog.originals()
    bad = {sha256: names for sha256, names in needed.items() if originals.read(sha256) is None}
    mended = set()
    if repair:
        for stored in catalog.stored():
            data = originals.recover(stored.source.path, stored.sha256) if stored.sha256 in bad else None
            if data is not None:
                originals.discard(stored.sha256)
                originals.store(data, stored.sha256)
                mended.add(stored.sha256)
    left = sorted(name for sha256, names in bad.items() if sha256 not in mended for name in names)
    if left:
        return Check("originals", False, f"missing or damaged: {', '.join(left)}; add these files again", repaired=bool(mended))
    detail = f"{len(needed)} originals hash to their names"
    return Check("originals", True, f"{detail}; {len(mended)} restored" if mended else detail, repaired=bool(mended))


def _strays(catalog: Catalog, originals: Originals, indexer: Indexer, repair: bool) -> Check:
    strays = originals.strays(catalog.wanted_originals())
    if strays and repair:
        n = indexer.sweep()
        return Check("stray files", True, f"{n} files no report needs were deleted", repaired=True)
    return Check("stray files", not strays, f"{len(strays)} files no report needs" if strays else "none")


def _vectors(
    report: HealthReport,
    catalog: Catalog,
    owner: IndexOwner,
    indexer: Indexer,
    model: str,
    repair: bool,
    progress: ProgressCallback | None,
) -> HealthReport:
    n_jobs = len(catalog.jobs("pending")) + len(catalog.jobs("removing"))
    n_bare = catalog.count_unembedded(model)
    owner.close_index()
    finding = owner.examine()
    if repair:
        if not owner.mismatched():  # else the work below builds a new index anyway
            owner.mend(finding, progress)
        indexer.drain(progress)
        owner.close_index()
        after = owner.examine()
    else:
        after = finding
    jobs_left = catalog.has_jobs()
    bare_left = catalog.count_unembedded(model)
    report = report.with_check(
        Check(
            "jobs",
            not jobs_left,
            f"{n_jobs} unfinished" if n_jobs else "none unfinished",
            repaired=bool(n_jobs) and not jobs_left,
        )
    )
    report = report.with_check(
        Check(
            "stored vectors",
            bare_left == 0,
            f"{n_bare} passages had none" if n_bare else "every passage has its own",
            repaired=n_bare > bare_left,
        )
    )
    sound = after.verdict == "sound"
    detail = f"{finding.verdict}: {finding.detail}" + (f"; now {after.verdict}: {after.detail}" if after != finding else "")
    return report.with_check(Check("vector index", sound, detail, repaired=finding.verdict != "sound" and sound))
