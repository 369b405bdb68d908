from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_library import put_live, read_text, report_text

from rag.library import rows
from rag.library.catalog import Catalog, Source
from rag.library.exact import ExactIndex
from rag.library.kept_vectors import StoredVectors


def embed_all(catalog: Catalog, seed: int) -> None:
    """A random unit vector for every passage that has none."""
    rng = np.random.default_rng(seed)
    for key, _ in catalog.unembedded("m", 0, 1000):
        vector = rng.normal(size=8)
        packed = rows.pack_vector(vector / np.linalg.norm(vector))
        catalog.put_vectors("m", [StoredVectors(key, str(key), packed, packed)])


def by_hand(catalog: Catalog, query: np.ndarray) -> list[str]:
    ids = sorted(catalog.live_ids())
    found = catalog.vectors(ids, "m")
    return sorted(found, key=lambda i: -float(found[i][0] @ query))


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    for name in ("a", "b", "c"):
        put_live(catalog, report_text("Mali", "April", f"Event one of {name}.", f"Event two of {name}."), f"{name}.txt")
    embed_all(catalog, 1)
    return catalog


QUERY = (np.ones(8) / np.sqrt(8)).astype(np.float32)


def test_the_order_is_that_of_the_cosines(catalog: Catalog) -> None:
    found = ExactIndex(catalog, "m").search(QUERY, 4)
    assert [i for i, _ in found] == by_hand(catalog, QUERY)[:4]
    best = catalog.vectors([found[0][0]], "m")[found[0][0]][0]
    assert found[0][1] == pytest.approx(float(best @ QUERY))


def test_it_follows_reports_that_come_and_go(catalog: Catalog) -> None:
    index = ExactIndex(catalog, "m")
    index.search(QUERY, 1)
    put_live(catalog, report_text("Niger", "May", "A new event."), "d.txt")
    embed_all(catalog, 2)
    catalog.hide(catalog.resolve("b.txt"))
    assert [i for i, _ in index.search(QUERY, 100)] == by_hand(catalog, QUERY)
    catalog.hide([stored.key for stored in catalog.stored()])
    assert index.search(QUERY, 100) == []


def test_an_older_report_that_goes_live_later_is_not_missed(catalog: Catalog) -> None:
    read = read_text(report_text("Chad", "June", "A late event."), "late.txt")
    key = catalog.add_report(read.report, read.passages, made_by="test", source=Source("", 0, 1))
    put_live(catalog, report_text("Niger", "May", "A new event."), "d.txt")
    embed_all(catalog, 3)
    index = ExactIndex(catalog, "m")
    assert len(index.search(QUERY, 100)) == len(catalog.live_ids())
    catalog.go_live([key])
    assert [i for i, _ in index.search(QUERY, 100)] == by_hand(catalog, QUERY)


def test_it_keeps_to_the_passages_allowed(catalog: Catalog) -> None:
    index = ExactIndex(catalog, "m")
    allowed = by_hand(catalog, QUERY)[3:6]
    assert [i for i, _ in index.search(QUERY, 2, allowed)] == allowed[:2]
    assert index.search(QUERY, 2, set()) == []
    assert index.search(QUERY, 2, {"unknown"}) == []
    assert index.search(QUERY, 0) == []


def test_vectors_of_another_model_are_not_seen(catalog: Catalog) -> None:
    assert ExactIndex(catalog, "other").search(QUERY, 5) == []
