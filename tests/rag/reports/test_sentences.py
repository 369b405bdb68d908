"""Where sentences end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reports.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "U.S. troops came at dawn.",
        "The U.S. Army left.",
        "Gen. Traore and Lt. Col. Diallo met Dr. Keita.",
        "No. 5 company lost 3.5 km of road and $1.2 million.",
        "J. B. Smith came on Apr. 6 with 12 men.",
        "He wrote e.g. Three letters.",
        "“Go away!” he said.",
        "It was (not for the first time.) ignored.",
        "The line is broken\nby a page and goes on.",
        "The site example.org was down.",
    ],
)
def test_one_sentence_stays_one(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "pieces",
    [
        ["He is from the U.S.", "They know."],
        ["It said no.", "He went!", "Really?", "Yes."],
        ["“Go away.”", "He left."],
        ["They came (in force).", "Nobody saw them."],
        ["It happened in 2017.", "In 2018 it ended."],
        ["Wait…", "Then it came."],
        ["There were 12.", "Two died."],
        ["He went to Gao.", "“Why?”", "Nobody said."],
    ],
)
def test_sentences_end(pieces: list[str]) -> None:
    assert sentences(" ".join(pieces)) == pieces


def test_blank_lines_and_list_items_end_sentences() -> None:
    assert sentences("A heading\n\nSome text\n- one item\n- another item\n2. a third") == [
        "A heading",
        "Some text",
        "- one item",
        "- another item",
        "2. a third",
    ]


def test_offsets_count_from_the_base() -> None:
    assert [(span.start, span.end) for span in split_sentences("  One. Two. ", 100)] == [(102, 106), (107, 111)]


@pytest.mark.parametrize("unit", [".", " ", "?!", ". ", "a.", "\n", "\n \n", "A. ", "1. ", "“"])
def test_a_long_run_of_one_mark_is_read(unit: str) -> None:
    text = unit * 50_000
    covered = "".join(text[span.start : span.end] for span in split_sentences(text))
    assert "".join(covered.split()) == "".join(text.split())


@given(st.text(alphabet=st.sampled_from(list("abcAB .!?…\n\"'”()1-•\u00a0\t")), max_size=120))
def test_spans_cover_every_mark_once_in_order(text: str) -> None:
    end = 0
    for span in split_sentences(text):
        assert not text[end : span.start].strip()
        piece = text[span.start : span.end]
        assert piece
        assert piece == piece.strip()
        end = span.end
    assert not text[end:].strip()
