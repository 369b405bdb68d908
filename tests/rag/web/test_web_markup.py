from __future__ import annotations

import html
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.types import DateMention, DateRange, Span
from rag.web.markup import confidence_words, count, literal, marked_up, one_line, report_link, told_days

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[click](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "https://evil.example/auto www.evil.example",
    "**bold** _it_ `code` ~~s~~ # head\n\n    code block\n\n<form action=https://evil.example>",
    "$$\\href{javascript:alert(1)}{x}$$",
    "&lt;script&gt; &#60; &amp;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_literal_shows_exactly_the_text_and_leaves_no_active_character(text: str) -> None:
    markup = literal(text)
    assert html.unescape(markup) == text
    assert not set(markup) & set("<>\"'`*_[]()!$\\~\n/:.=")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_any_text_comes_back_from_its_markup(text: str) -> None:
    assert html.unescape(literal(text)) == text


def test_characters_html_cannot_hold_become_replacement_characters() -> None:
    assert literal("a\x00b\x1bc\ud800d") == "a\ufffdb\ufffdc\ufffdd"


class Tree(HTMLParser):
    """Collects (open tags, text) pieces; markup that does not nest shows as an unexpected stack."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.pieces: list[tuple[tuple[str, ...], str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        self.pieces.append((tuple(self.stack), data))


def test_quote_and_short_answer_nest_and_keep_every_character() -> None:
    tree = Tree()
    tree.feed(marked_up("One <two> three four", 100, [(Span(104, 115), "mark", "quote"), (Span(104, 109), "strong", "short")]))
    assert tree.pieces == [
        ((), "One "),
        (("mark", "strong"), "<two>"),
        (("mark",), " three"),
        ((), " four"),
    ]


def test_spans_outside_the_text_are_cut_off() -> None:
    assert (
        marked_up("abc", 10, [(Span(0, 11), "mark", "quote"), (Span(50, 60), "mark", "quote")])
        == '<mark class="quote">a</mark>bc'
    )


def test_labels_lose_control_and_direction_characters() -> None:
    assert one_line("a\u202eb\n c\x07" + "d" * 300, 10) == "ab cddddd…"


def test_report_link_cannot_leave_the_attribute_or_the_report_path() -> None:
    link = html.unescape(report_link('../"><b>', 3, 9))
    assert link == "report/..%2F%22%3E%3Cb%3E?start=3&end=9#quote"


def test_only_days_other_than_the_entry_s_are_told() -> None:
    entry = date(2018, 4, 1)
    same = DateMention(0, 5, "April 1", DateRange(entry, entry), "absolute")
    october = DateRange(date(2017, 10, 1), date(2017, 10, 31))
    other = DateMention(10, 22, "October 2017", october, "partial")
    outside = DateMention(90, 95, "2012", DateRange(date(2012, 1, 1), date(2012, 12, 31)), "partial")
    assert told_days([same, other, other, outside], Span(0, 50), entry) == [october]


@pytest.mark.parametrize(
    ("confidence", "abstained", "words"),
    [
        (0.9, False, "high confidence"),
        (0.7, False, "fair confidence"),
        (0.5, False, "low confidence, read the passage"),
        (0.9, True, "not answered by the reports"),
    ],
)
def test_confidence_is_told_in_words(confidence: float, abstained: bool, words: str) -> None:
    assert confidence_words(confidence, abstained) == words


def test_counts_are_written_with_their_noun() -> None:
    assert [count(1, "entry", "entries"), count(0, "report"), count(2000, "entry", "entries")] == [
        "1 entry",
        "0 reports",
        "2,000 entries",
    ]
