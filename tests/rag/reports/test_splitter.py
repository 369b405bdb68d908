"""Passages: sizes, borders, sentences, dates."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.reports.extracted import Extracted
from rag.reports.parser import parse_report
from rag.reports.splitter import split_report
from rag.settings import Splitting
from rag.types import Passage


def split(text: str, words: int = 120, overlap: int = 1) -> tuple[Passage, ...]:
    report = parse_report(Extracted(text, "txt"), "a.txt", "0" * 64, len(text))
    return split_report(report, Splitting(chunk_words=words, chunk_overlap_sentences=overlap))


def sizes(passages: tuple[Passage, ...]) -> list[int]:
    return [len(passage.text.split()) for passage in passages]


def test_an_entry_that_fits_is_one_passage_with_all_it_knows() -> None:
    text = "Norland: News\n\nMay 9, 2016: In the east (Varn) it rained. The next day it did not.\n\nMay 2, 2016: Fog."
    first, second = split(text)
    assert (first.report, first.title, first.country, first.published_on) == (
        "a.txt",
        "Norland: News",
        "Norland",
        date(2016, 5, 9),
    )
    assert (first.entry, first.place, first.is_lead, second.entry) == (0, "Varn", True, 1)
    assert first.id == f"{first.report_id}-{first.start}-{first.end}"
    assert [text[span.start : span.end] for span in first.sentences] == [
        "May 9, 2016: In the east (Varn) it rained.",
        "The next day it did not.",
    ]


def test_relative_dates_lean_on_the_entry_and_offsets_on_the_report() -> None:
    text = "May 9, 2016: It rained.\n\nMay 2, 2016: It was hot. The next day it rained, as in October 2015."
    dates = split(text)[1].dates
    assert [text[mention.start : mention.end] for mention in dates] == ["May 2, 2016", "The next day", "October 2015"]
    assert dates[1].range.start == date(2016, 5, 3)


def test_long_paragraphs_are_cut_into_balanced_passages_that_overlap() -> None:
    text = "May 9, 2016: " + " ".join(f"This is sentence number {n} of the report." for n in range(40))
    passages = split(text)
    assert all(60 <= size <= 120 for size in sizes(passages))
    for one, other in pairwise(passages):
        assert other.sentences[0] == one.sentences[-1]


def test_no_overlap_when_none_is_wanted() -> None:
    text = "May 9, 2016: " + " ".join(f"This is sentence number {n} of the report." for n in range(40))
    passages = split(text, overlap=0)
    assert sum(sizes(passages)) == len(text.split())


def test_an_entry_too_long_is_cut_between_its_paragraphs_first() -> None:
    one, two = "Rain fell on the town all day. " * 8, "Snow fell on the hills all night. " * 8
    passages = split(f"May 9, 2016: {one}\n\n{two}", words=60)
    assert [passage.text.split()[-1] for passage in passages] == ["day.", "night."]
    assert passages[1].text.startswith("Snow")


def test_a_few_words_alone_go_with_what_follows() -> None:
    passages = split("May 9, 2016: " + "Rain fell on the town. " * 11 + "\n\nA list:\n\n" + "Snow fell on hills. " * 13, words=60)
    assert passages[-1].text.startswith("A list:")
    assert min(sizes(passages)) > 20


def test_an_endless_sentence_is_cut_after_a_clause() -> None:
    text = "May 9, 2016: " + "they came and went and came, " * 40
    passages = split(text, words=50, overlap=0)
    assert all(size <= 50 for size in sizes(passages))
    assert all(passage.text.endswith(",") for passage in passages)


def test_furniture_inside_an_entry_is_in_no_passage() -> None:
    text = "May 9, 2016: One sentence.\n\nPage 1 of 2\n\nAnother sentence.\n\nMay 2, 2016: A third."
    passages = split(text)
    assert [passage.entry for passage in passages] == [0, 0, 1]
    assert not any("Page" in passage.text for passage in passages)


@pytest.mark.parametrize("unit", ["word ", "A dog ran. ", "a \n \n", "- item\n", "(", "x", "2018 ", "\n"])
def test_a_large_text_is_cut(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    passages = split(text)
    assert all(size <= 120 for size in sizes(passages))
    assert len({passage.id for passage in passages}) == len(passages)


PIECES = st.sampled_from(
    [
        "May 9, 2016: ", "April 2, 2016: ", "It rained. ", "Who knew? ", "The U.S. Army left, and then, in 2015, it came. ",
        "\n", "\n\n", "\n \n", "word " * 30, "- item\n", "Share Print Subscribe\n\n", "\n\nPage 2 of 3\n\n", "(Varn) ",
        "the next day ",
    ]
)  # fmt: skip


@settings(max_examples=80)
@given(st.lists(PIECES, max_size=20), st.integers(20, 60), st.integers(0, 3))
def test_passages_hold_every_word_of_their_entry_whole_sentences_and_no_more_than_allowed(
    pieces: list[str], words: int, overlap: int
) -> None:
    text = "".join(pieces)
    report = parse_report(Extracted(text, "txt"), "a.txt", "0" * 64, 1)
    passages = split_report(report, Splitting(chunk_words=words, chunk_overlap_sentences=overlap))
    starts = [passage.start for passage in passages]
    assert starts == sorted(starts)
    assert len({passage.id for passage in passages}) == len(passages)
    for passage in passages:
        entry = report.entries[passage.entry]
        assert entry.start <= passage.start < passage.end <= entry.end
        assert passage.text == text[passage.start : passage.end]
        assert len(passage.text.split()) <= words
        assert not any(passage.start < span.end and span.start < passage.end for span in report.furniture)
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
        assert all(one.end <= other.start for one, other in pairwise(passage.sentences))
        assert all(passage.start <= mention.start < mention.end <= passage.end for mention in passage.dates)
    spans = [(p.start, p.end) for p in passages] + [(f.start, f.end) for f in report.furniture]
    for entry in report.entries:
        for match in re.finditer(r"\S+", text[entry.start : entry.end]):
            at = entry.start + match.start()
            assert any(start <= at < end for start, end in spans)
