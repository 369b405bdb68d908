from __future__ import annotations

from datetime import date

from answer_doubles import passage
from doubles import KeywordEmbedder

from rag.answers.timeline import build_timeline
from rag.search.question import understand
from rag.types import Filters, Passage, TimelineRow

GAO = passage("April 6, 2018: Gunmen killed a peacekeeper outside Gao.", report="a.txt")
AGAIN = passage("April 6, 2018: Gunmen killed a peacekeeper outside Gao town.", report="b.txt", published_on=date(2018, 5, 1))
LATER = passage(
    "June 1, 2018: Soldiers met elders in Kidal. It recalled the raid of October 4, 2017 at Tera.",
    date(2018, 6, 1),
    report="c.txt",
)


def rows(*passages: Passage, about: str = "", filters: Filters | None = None) -> list[TimelineRow]:
    embedder = KeywordEmbedder()
    vectors = {p.id: embedder.encode([p.text[s.start - p.start : s.end - p.start] for s in p.sentences]) for p in passages}
    question = understand(about) if about else None
    return build_timeline(passages, vectors, question, filters or Filters(), lambda word: 1.0)


def test_events_stand_by_their_own_day_not_their_entrys() -> None:
    assert [row.on.start for row in rows(LATER, GAO)] == [date(2017, 10, 4), date(2018, 4, 6), date(2018, 6, 1)]


def test_one_event_told_twice_is_one_row_with_both_citations() -> None:
    (row,) = rows(GAO, AGAIN)
    assert [(c.number, c.report) for c in row.citations] == [(1, "a.txt"), (2, "b.txt")]


def test_far_apart_events_are_all_kept() -> None:
    many = [passage(f"March 1, {year}: A bridge fell.", date(year, 3, 1), report=f"{year}.txt") for year in range(2012, 2020)]
    assert len(rows(*many)) == 8


def test_period_limits_by_event_date() -> None:
    assert [r.on.start for r in rows(LATER, GAO, filters=Filters(since=date(2018, 4, 7)))] == [date(2018, 6, 1)]


def test_about_keeps_what_concerns_it() -> None:
    assert [r.on.start for r in rows(LATER, GAO, about="Kidal elders")] == [date(2018, 6, 1)]


def test_nothing_gives_nothing() -> None:
    assert rows() == []


def test_other_words_of_another_report_about_the_same_day_and_place_join_the_row() -> None:
    first = passage("April 6, 2018: In the west (Gao) gunmen killed a peacekeeper.", report="a.txt", place="Gao")
    told = passage(
        "May 1, 2018: On April 6, 2018 the Gao camp lost one peacekeeper to gunmen who got away on foot.",
        date(2018, 5, 1),
        report="b.txt",
        is_lead=True,
        entry=0,
    )
    elsewhere = passage(
        "April 6, 2018: Near Tera the flooded river carried off two bridges and some houses.", report="c.txt", place="Tera"
    )
    assert [len(row.citations) for row in rows(first, told, elsewhere)] == [2, 1]
