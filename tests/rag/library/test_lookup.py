from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from made_library import put_live, report_text

from rag.errors import UsageError
from rag.library import lookup
from rag.library.catalog import Catalog
from rag.types import Filters

MALI = report_text("Mali", "April", "Gunmen ambushed a convoy near Gao.", "A market in Kidal was closed after clashes.")
NIGER = report_text("Niger", "March", "Floods destroyed a bridge at Tera.", "A camp at Ayorou was attacked in October 2017.")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    catalog = Catalog(tmp_path / "catalog.sqlite3")
    put_live(catalog, MALI, "mali.txt")
    put_live(catalog, NIGER, "niger.txt")
    return catalog


def texts(catalog: Catalog, ids: frozenset[str] | set[str] | None) -> str:
    assert ids is not None
    return " | ".join(p.text for p in catalog.passages(ids).values())


def best_text(catalog: Catalog, *terms: str) -> str:
    found = catalog.lexical(terms, 5)
    return catalog.passages([found[0][0]])[found[0][0]].text if found else ""


def test_the_passage_with_most_of_the_terms_comes_first(catalog: Catalog) -> None:
    found = catalog.lexical(["convoy", "ambushed", "market"], 5)
    assert "ambushed a convoy" in catalog.passages([found[0][0]])[found[0][0]].text
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert found[0][1] > 0


def test_words_meet_in_their_stems_and_without_accents(catalog: Catalog) -> None:
    assert "convoy" in best_text(catalog, "CONVOYS")
    assert "Kidal" in best_text(catalog, "Kidál")
    assert "Kidal" in best_text(catalog, "Kidál")


@pytest.mark.parametrize(
    "term", ['"', "convoy OR", "NEAR(convoy", "title:convoy", "convoy*", "^convoy", "convoy'; --", "(convoy)", "co\0nvoy"]
)
def test_query_syntax_is_plain_text(catalog: Catalog, term: str) -> None:
    assert all("convoy" in catalog.passages([i])[i].text for i, _ in catalog.lexical([term], 5))


def test_contexts_are_passages_that_hold_the_word(catalog: Catalog) -> None:
    found = catalog.contexts("Kidal", 5)
    assert found
    assert all("Kidal" in text for text in found)
    assert len(catalog.contexts("2018", 1)) == 1
    assert catalog.contexts("?!", 5) == []


def test_a_term_of_several_words_is_a_phrase(catalog: Catalog) -> None:
    assert "market in Kidal" in best_text(catalog, "market in Kidal")
    assert catalog.lexical(["Kidal market"], 5) == []


def test_no_terms_find_nothing(catalog: Catalog) -> None:
    assert catalog.lexical([], 5) == []
    assert catalog.lexical(["?!", ""], 5) == []
    assert catalog.lexical(["convoy"], 0) == []


def test_full_text_keeps_to_the_passages_allowed(catalog: Catalog) -> None:
    everywhere = catalog.lexical(["the", "in", "a"], 50)
    allowed = {everywhere[-1][0]}
    assert catalog.lexical(["the", "in", "a"], 1, within=allowed) == everywhere[-1:]
    assert catalog.lexical(["the"], 5, within=set()) == []


def test_a_column_without_weight_does_not_score(catalog: Catalog) -> None:
    titled = [i for i, score in catalog.lexical(["Events"], 50, text_weight=0.0) if score > 0]
    assert titled
    assert not [i for i, score in catalog.lexical(["Events"], 50, title_weight=0.0) if score > 1e-6]


def test_common_terms_are_left_out_only_when_the_budget_is_spent(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(catalog.lexical(["convoy", "in"], 50)) > 1
    monkeypatch.setattr(lookup, "LEXICAL_BUDGET", 1)
    assert len(catalog.lexical(["convoy", "in"], 50)) == 1
    assert len(catalog.lexical(["in"], 50)) > 1  # the rarest there is


def test_document_frequencies_count_live_passages(catalog: Catalog) -> None:
    assert catalog.document_frequency("Ambushes") == 1
    assert catalog.document_frequency("market in Kidal") == 1
    assert catalog.document_frequency("unheard") == 0
    catalog.hide([stored.key for stored in catalog.stored()])
    assert catalog.document_frequency("Ambushes") == 0


def test_no_filters_mean_no_restriction(catalog: Catalog) -> None:
    assert catalog.filter_ids(Filters()) is None


def test_a_date_filter_is_met_by_dates_in_the_text(catalog: Catalog) -> None:
    found = texts(catalog, catalog.filter_ids(Filters(since=date(2017, 10, 1), until=date(2017, 10, 31))))
    assert "October 2017" in found
    assert "convoy" not in found


def test_a_date_filter_is_met_by_entry_dates(catalog: Catalog) -> None:
    found = texts(catalog, catalog.filter_ids(Filters(since=date(2018, 4, 2), until=date(2018, 4, 2))))
    assert "convoy" in found
    assert "market" not in found


def test_an_open_date_filter_has_one_end(catalog: Catalog) -> None:
    assert "Floods" not in texts(catalog, catalog.filter_ids(Filters(since=date(2018, 4, 1))))
    assert "convoy" not in texts(catalog, catalog.filter_ids(Filters(until=date(2018, 3, 31))))


def test_as_of_leaves_out_entries_and_reports_of_later(catalog: Catalog) -> None:
    # The Niger entries are of March 1 and 2, but stand in a report of March 7.
    assert catalog.filter_ids(Filters(as_of=date(2018, 3, 6))) == frozenset()
    found = texts(catalog, catalog.filter_ids(Filters(as_of=date(2018, 3, 7))))
    assert "Floods" in found
    assert "convoy" not in found


def test_as_of_leaves_out_what_has_no_date(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "undated.sqlite3")
    read = put_live(catalog, "# Notes\n\nThe river has many names along its course.\n", "notes.md")
    assert read.passages[0].date is None
    assert catalog.filter_ids(Filters(as_of=date(2030, 1, 1))) == frozenset()
    assert catalog.filter_ids(Filters(since=date(1900, 1, 1))) == frozenset()
    assert catalog.filter_ids(Filters(reports=("notes.md",))) == {p.id for p in read.passages}


def test_reports_are_filtered_by_name_or_id_and_countries_in_any_case(catalog: Catalog) -> None:
    by_name = catalog.filter_ids(Filters(reports=("mali.txt",)))
    assert by_name == catalog.filter_ids(Filters(reports=(catalog.report("mali.txt").id,)))
    assert by_name == catalog.filter_ids(Filters(countries=("MALI",)))
    assert catalog.filter_ids(Filters(reports=("no such",))) == frozenset()
    assert catalog.filter_ids(Filters(countries=("Atlantis",))) == frozenset()
    assert catalog.filter_ids(Filters(reports=("mali.txt",), countries=("Niger",))) == frozenset()


def test_filters_follow_the_catalog(catalog: Catalog) -> None:
    filters = Filters(countries=("Mali",))
    assert catalog.filter_ids(filters)
    catalog.hide(catalog.resolve("mali.txt"))
    assert catalog.filter_ids(filters) == frozenset()


def test_an_unknown_report_is_answered_with_the_nearest_name(catalog: Catalog) -> None:
    with pytest.raises(UsageError, match=r"did you mean mali\.txt"):
        catalog.report("mali.tx")
    with pytest.raises(UsageError, match="rag list"):
        catalog.report("something else entirely")


def test_coverage_tells_counts_countries_and_span(catalog: Catalog) -> None:
    coverage = catalog.coverage()
    assert (coverage.reports, coverage.entries) == (2, 6)
    assert coverage.passages == len(catalog.live_ids()) == catalog.n_passages()
    assert (coverage.first, coverage.last) == (date(2018, 3, 1), date(2018, 4, 7))
    assert coverage.countries == (("Mali", 1), ("Niger", 1))


def test_acronyms_of_live_reports_are_known(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path / "c.sqlite3")
    put_live(catalog, report_text("Mali", "April", "The Movement for Unity and Jihad (MUJ) left Gao."), "a.txt")
    assert ("MUJ", "Movement for Unity and Jihad") in catalog.acronyms()
    catalog.hide(catalog.resolve("a.txt"))
    assert catalog.acronyms() == []


class Emptied(dict[Filters, frozenset[str]]):
    """A cache that another thread empties after every entry."""

    def __setitem__(self, key: Filters, value: frozenset[str]) -> None:
        super().__setitem__(key, value)
        self.clear()


def test_a_cache_that_another_thread_empties_costs_no_answer(catalog: Catalog) -> None:
    filters = Filters(reports=("mali.txt",))
    wanted = catalog.filter_ids(filters)
    catalog._filtered = (catalog.generation(), Emptied())
    assert catalog.filter_ids(filters) == wanted != frozenset()
