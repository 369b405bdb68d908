from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest
from answer_doubles import passage, retrieved

from rag.answers.composition import Composition
from rag.answers.evidence import FEATURES, score_sentences
from rag.answers.several.gather import gather, wanted
from rag.search.question import understand
from rag.types import Passage


def entry(day: int, place: str, text: str, report: str = "a.txt", start: int = 0, country: str = "Land") -> Passage:
    on = date(2019, 5, day)
    words = f"May {day}, 2019: In the north ({place}) {text}"
    return passage(words, on, report=report, start=start, place=place, entry=day, country=country)


RAID = entry(2, "Oldtown", "gunmen raided a market. Two guards died.")
RAID_AGAIN = entry(2, "Oldtown", "a market was raided by gunmen. Two guards lost their lives.", report="b.txt")
BLAST = entry(9, "Newtown", "a bomb killed a farmer. At Bridge Hill, farther north, gunmen shot at a bus.", start=400)
TALKS = entry(12, "Oldtown", "elders met and drank tea.", start=800)
EARLIER = passage("April 2, 2019: In the north (Oldtown) a bomb killed a guard.", date(2019, 4, 2), place="Oldtown", start=1200)
ALL = (RAID, RAID_AGAIN, BLAST, TALKS, EARLIER)


def ask(text: str, passages: Sequence[Passage] = ALL) -> Composition | None:
    question = understand(text)
    weights = [1.0 if name == "cover" else 0.0 for name in FEATURES]
    scored = score_sentences(question, retrieved(*passages), np.zeros(4, np.float32), {}, lambda word: 1.0, weights)
    return gather(question, scored, passages, lambda word: 1.0)


def test_every_event_of_the_period_is_an_item_in_order_and_told_twice_is_one() -> None:
    found = ask("which places were attacked in May 2019")
    assert found is not None
    assert found.short == "Oldtown; Newtown; Bridge Hill"
    assert len(found.quotes) == 3


def test_events_are_named_by_place_and_day() -> None:
    found = ask("list the attacks in May 2019")
    assert found is not None
    assert found.short == "Oldtown, May 2, 2019; Newtown, May 9, 2019; Bridge Hill, May 9, 2019"


def test_a_place_asked_for_keeps_the_others_out() -> None:
    found = ask("how many attacks in Oldtown in May 2019")
    assert found is not None
    assert found.short == "1: Oldtown, May 2, 2019"


def test_so_many_as_asked_for_are_given() -> None:
    found = ask("which two places were attacked in May 2019")
    assert found is not None
    assert len(found.quotes) == 2


def test_values_are_the_places_inside_the_quotes() -> None:
    found = ask("which places were attacked in May 2019")
    assert found is not None
    for quote in found.quotes:
        (span,) = quote.values
        said = quote.passage.text[span.start - quote.passage.start : span.end - quote.passage.start]
        assert said in found.short
        assert quote.span.start <= span.start < span.end <= quote.span.end


@pytest.mark.parametrize("size", range(1, len(ALL) + 1))
def test_the_count_equals_the_number_of_cited_items_whatever_the_library_holds(size: int) -> None:
    for passages in itertools.permutations(ALL, size):
        found = ask("how many attacks were there in May 2019", passages)
        if found is not None:
            cited = {(q.passage.report_id, q.span.start) for q in found.quotes}
            assert int(found.short.partition(":")[0]) == len(found.quotes) == len(cited) == 1 + found.short.count(";")


@pytest.mark.parametrize(
    "text",
    [
        "who attacked Oldtown in May 2019",
        "which attacks were there",
        "how many guards died in May 2019",
        "attacks since 1999",
        "Were there attacks in Oldtown in May 2019?",
        "did the attacks in Oldtown in May 2019 kill anyone",
    ],
)
def test_one_thing_or_no_period_gathers_nothing(text: str) -> None:
    assert wanted(understand(text)) is None
    assert ask(text) is None
