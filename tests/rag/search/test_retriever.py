"""The retriever over a shelf of five passages whose scores can be worked out by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pytest
from doubles import KeywordEmbedder

from rag.search.question import understand
from rag.search.retriever import Retriever, Trace
from rag.settings import Settings
from rag.types import DateMention, DateRange, Filters, Passage, Question, Span

FloatArray = npt.NDArray[np.float32]


def day(*numbers: int) -> DateRange:
    return DateRange(date(*numbers), date(*numbers))


def make(key: str, text: str, on: DateRange | None = None, told: tuple[DateRange, ...] = ()) -> Passage:
    ends = [match.end() for match in re.finditer(r"\.(?: |$)", text)]
    starts = [0, *ends[:-1]]
    return Passage(
        id=key,
        report_id="r",
        report="r.txt",
        title="Niger: News",
        country="Niger",
        published_on=None,
        entry=0,
        on=on,
        place="",
        is_lead=False,
        start=100,
        end=100 + len(text),
        text=text,
        sentences=tuple(Span(100 + start, 100 + len(text[:end].rstrip())) for start, end in zip(starts, ends, strict=True)),
        dates=tuple(DateMention(0, 1, "x", days, "absolute") for days in told),
    )


BRIDGE = make("a", "Engineers rebuilt the bridge. Rain stopped work twice.", on=day(2018, 4, 6))
FERRY = make("b", "The ferry sank near the bridge. Nobody drowned.", on=day(2016, 5, 1))
MARKET = make("c", "Grain prices fell at the market.", on=day(2018, 4, 20), told=(day(2016, 5, 1),))
SCHOOL = make("d", "Teachers of the WFP school were paid.")
TWIN = make("e", "Engineers rebuilt the bridge. Rain stopped work twice.", on=day(2018, 4, 6))


@dataclass(frozen=True)
class DateRangeHeld:
    """First and last day of what there is."""

    first: date | None
    last: date | None


class Shelf:
    """A catalog of the passages given; full text counts the terms a passage holds. Remembers the terms it was asked for."""

    def __init__(self, passages: Sequence[Passage], embedder: KeywordEmbedder) -> None:
        self.stock = {passage.id: passage for passage in passages}
        self.embedder = embedder
        self.number = 1
        self.pairs: list[tuple[str, str]] = []
        self.asked: list[list[str]] = []
        self.leaky = False

    def generation(self) -> int:
        return self.number

    def lexical(self, terms: Sequence[str], k: int, *, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        self.asked.append(list(terms))
        found = []
        for key, passage in self.stock.items():
            count = sum(bool(re.search(rf"\b{re.escape(term)}\b", passage.text, re.IGNORECASE)) for term in terms)
            if count and (within is None or key in within or self.leaky):
                found.append((key, float(count)))
        return sorted(found, key=lambda pair: -pair[1])[:k]

    def idf(self, term: str) -> float:
        n = self.document_frequency(term)
        return math.log(1 + (len(self.stock) - n + 0.5) / (n + 0.5))

    def document_frequency(self, term: str) -> int:
        return sum(term.lower() in passage.text.lower() for passage in self.stock.values())

    def passages(self, ids: Collection[str]) -> dict[str, Passage]:
        return {key: self.stock[key] for key in ids if key in self.stock}

    def vectors(self, ids: Collection[str], model: str) -> dict[str, tuple[FloatArray, FloatArray]]:
        assert model == "doubles"
        found = {}
        for key in ids:
            passage = self.stock[key]
            texts = [passage.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences]
            found[key] = (self.embedder.encode([passage.text])[0], self.embedder.encode(texts))
        return found

    def filter_ids(self, filters: Filters) -> frozenset[str] | None:
        if filters.is_empty:
            return None
        kept = set()
        for key, passage in self.stock.items():
            days = [m.range for m in passage.dates] + ([passage.on] if passage.on else [])
            since, until = filters.since or date.min, filters.until or date.max
            if any(one.start <= until and one.end >= since for one in days):
                kept.add(key)
        return frozenset(kept)

    def acronyms(self) -> list[tuple[str, str]]:
        return self.pairs

    def coverage(self) -> DateRangeHeld:
        days = [passage.on for passage in self.stock.values() if passage.on]
        return DateRangeHeld(min((d.start for d in days), default=None), max((d.end for d in days), default=None))

    def contexts(self, term: str, k: int) -> list[str]:
        return [p.text for p in self.stock.values() if term.lower() in p.text.lower()][:k]

    def vocabulary(self) -> list[str]:
        return sorted({word for passage in self.stock.values() for word in re.findall(r"\w+", passage.text.lower())})


class Library:
    """A library around the shelf; dense search compares with every passage."""

    model = "doubles"

    def __init__(self, *passages: Passage) -> None:
        self.embedder = KeywordEmbedder(dim=4096)
        self.catalog = Shelf(passages, self.embedder)

    def search_vectors(self, vector: FloatArray, k: int, within: Collection[str] | None = None) -> list[tuple[str, float]]:
        scores = {key: float(self.embedder.encode([p.text])[0] @ vector) for key, p in self.catalog.stock.items()}
        kept = [(key, score) for key, score in scores.items() if within is None or key in within or self.catalog.leaky]
        return sorted(kept, key=lambda pair: -pair[1])[:k]


@pytest.fixture
def library() -> Library:
    return Library(BRIDGE, FERRY, MARKET, SCHOOL)


def retriever(library: Library, **search: object) -> Retriever:
    settings = Settings.load({f"search.{key}": value for key, value in search.items()}, env={})
    return Retriever(library, library.embedder, settings)


def ask(text: str, **fields: object) -> Question:
    return replace(Question(text=text, query=text), **fields)  # type: ignore[arg-type]


def test_score_is_the_weighted_sum_of_its_parts(library: Library) -> None:
    first, second = retriever(library).search(ask("rebuilt bridge"))[:2]
    assert first.passage == BRIDGE
    assert first.parts["lexical"] == 1.0
    assert second.parts["lexical"] == 0.5
    # two of the passage's eight distinct words; two of the best sentence's four
    assert first.parts["dense"] == pytest.approx(2 / np.sqrt(2 * 8), abs=1e-3)
    assert first.parts["sentence"] == pytest.approx(2 / np.sqrt(2 * 4), abs=1e-3)
    expected = 0.35 * 1.0 + 0.2 * first.parts["dense"] + 0.45 * first.parts["sentence"]
    assert first.score == pytest.approx(expected)
    assert [found.rank for found in retriever(library).search(ask("rebuilt bridge"))] == [1, 2, 3, 4]


def test_best_sentence_is_the_nearest_one(library: Library) -> None:
    first = retriever(library).search(ask("rain stopped work"), 1)[0]
    assert first.best_sentence is not None
    assert first.passage.text[first.best_sentence.start - 100 : first.best_sentence.end - 100] == "Rain stopped work twice."


def test_equal_passages_stand_in_the_order_of_their_ids() -> None:
    found = retriever(Library(TWIN, FERRY, BRIDGE)).search(ask("rebuilt bridge"))
    assert [one.passage.id for one in found] == ["a", "e", "b"]
    assert found[0].score == found[1].score


def test_top_k_limits_and_defaults_to_the_setting(library: Library) -> None:
    assert len(retriever(library, top_k=2).search(ask("bridge"))) == 2
    assert len(retriever(library, top_k=2).search(ask("bridge"), 3)) == 3
    assert retriever(library).search(ask("bridge"), 0) == []


def test_empty_library_finds_nothing() -> None:
    assert retriever(Library()).search(ask("bridge")) == []


@pytest.mark.parametrize("leaky", [False, True])
@pytest.mark.parametrize("fusion", ["score", "rrf", "dense", "lexical"])
def test_nothing_outside_the_filters_is_returned(library: Library, leaky: bool, fusion: str) -> None:
    library.catalog.leaky = leaky
    question = ask("rebuilt bridge", filters=Filters(until=date(2016, 12, 31)))
    found = retriever(library, fusion=fusion).search(question)
    assert found
    assert {one.passage.id for one in found} <= {"b", "c"}


def test_filter_that_nothing_meets_finds_nothing(library: Library) -> None:
    assert retriever(library).search(ask("bridge", filters=Filters(since=date(2030, 1, 1)))) == []


def test_date_in_the_text_lifts_a_passage_that_shares_no_word(library: Library) -> None:
    question = understand("What happened on May 1, 2016?")
    assert question.dates
    found = retriever(library).search(question)
    by_id = {one.passage.id: one for one in found}
    assert set(by_id) >= {"b", "c"}
    assert by_id["c"].parts["date"] == by_id["b"].parts["date"] == 1.0
    assert {one.passage.id for one in found[:2]} == {"b", "c"}


def test_dated_passages_join_though_neither_search_found_them() -> None:
    crowd = [make(f"x{number:03}", f"Engineers met again number {number}.") for number in range(40)]
    library = Library(*crowd, MARKET)
    asked = (DateMention(0, 1, "x", day(2018, 4, 20), "absolute"),)
    found = retriever(library, candidates=5, date_weight=1.0).search(ask("engineers met", dates=asked), 5)
    assert found[0].passage.id == "c"
    assert "c" not in {one.passage.id for one in retriever(library, candidates=5).search(ask("engineers met"), 5)}


def test_date_evidence_is_soft(library: Library) -> None:
    asked = (DateMention(0, 1, "x", day(2016, 5, 1), "absolute"),)
    with_date = retriever(library).search(ask("rebuilt bridge", dates=asked))
    assert {"a", "b"} <= {one.passage.id for one in with_date}
    without = retriever(library, date_weight=0.0).search(ask("rebuilt bridge", dates=asked))
    assert without[0].passage.id == "a"


def test_names_count_under_the_forms_the_reports_explain(library: Library) -> None:
    library.catalog.pairs = [("WFP", "World Food Programme")]
    found = retriever(library).search(ask("Who paid the World Food Programme?", names=("World Food Programme",)), 1)[0]
    assert found.passage.id == "d"
    assert found.parts["name"] == 1.0
    assert "WFP" in library.catalog.asked[-1]


def test_other_spelling_is_searched_for() -> None:
    library = Library(make("a", "Gunmen attacked Bandjagara."), make("b", "Gunmen attacked Douentza."))
    found = retriever(library).search(understand("Who attacked Bandiagara?"))
    assert [one.passage.id for one in found] == ["a", "b"]
    assert found[0].parts["name"] == 1.0


def test_lexicon_follows_the_library(library: Library) -> None:
    search = retriever(library)
    before = search.lexicon()
    assert search.lexicon() is before
    library.catalog.pairs = [("WFP", "World Food Programme")]
    library.catalog.number += 1
    assert search.lexicon().book.other_forms("WFP") == ["World Food Programme"]


def test_single_modes_use_their_index_alone(library: Library) -> None:
    dense = retriever(library, fusion="dense").search(ask("rebuilt bridge"), 1)[0]
    assert dense.score == dense.parts["dense"]
    assert library.catalog.asked == []
    library.embedder.asked.clear()
    lexical = retriever(library, fusion="lexical").search(ask("rebuilt bridge"))
    assert [one.score for one in lexical] == [1.0, 0.5]
    assert library.embedder.asked == []


def test_rank_fusion_mode(library: Library) -> None:
    found = retriever(library, fusion="rrf").search(ask("rebuilt bridge"))
    assert found[0].passage.id == "a"
    assert found[0].score == pytest.approx(2 / 61)


def test_stages_are_timed(library: Library) -> None:
    trace = Trace()
    retriever(library).search(understand("Who rebuilt the bridge on April 6, 2018?"), trace=trace)
    assert set(trace.seconds) == {"filter", "embed", "dense", "lexical", "rescore", "evidence", "passages"}
    assert all(seconds >= 0 for seconds in trace.seconds.values())


def test_day_after_an_event_is_looked_up() -> None:
    library = Library(
        make("a", "Gunmen raided Oldwater market.", on=day(2018, 4, 6)),
        make("b", "A bomb went off at the mill.", on=day(2018, 4, 7)),
        make("c", "A bomb went off at the quay.", on=day(2018, 5, 20)),
    )
    question = retriever(library).understand("where did a bomb go off the day after the Oldwater raid")
    assert [d.range for d in question.dates] == [day(2018, 4, 7)]
    assert "April 7, 2018" in question.understood_as
    assert retriever(library).search(question)[0].passage.id == "b"
