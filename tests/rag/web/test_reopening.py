from __future__ import annotations

import json
from datetime import date
from urllib.parse import parse_qsl

import pytest
from web_doubles import make_answer

from rag.errors import UsageError
from rag.types import Filters
from rag.web.conversation import Exchange
from rag.web.filters import read_filters
from rag.web.reopening import read_link
from rag.web.reply import address

COUNTRIES, REPORTS = {"Mali", "Côte d'Ivoire"}, {"a.txt", "<b>&.txt"}


def test_link_of_an_answer_asks_the_same_question_under_the_same_limits() -> None:
    filters = Filters(
        date(2017, 10, 1), date(2018, 1, 2), date(2018, 4, 30), ("<b>&.txt",), ("Côte d'Ivoire", "Mali")
    )  # fmt: skip
    question = 'who "did" it & why? #1 <b>\nand é'
    link = address(Exchange(1, question, make_answer(question), filters=filters))
    back = read_link(json.dumps(parse_qsl(link.removeprefix("?"))), COUNTRIES, REPORTS)
    assert back.question == question
    assert read_filters(*back.fields) == filters


@pytest.mark.parametrize(
    ("pairs", "says"),
    [
        ('{"q": 1}', "cannot be read"),
        ("[", "cannot be read"),
        ("[[1]]", "cannot be read"),
        (" " * 60_001, "too long"),
        ('[["q", "who"], ["since", "soonish"]]', "not a date"),
        ('[["q", "who"], ["since", "2019"], ["until", "2018"]]', "lies after"),
        ('[["q", "who"], ["country", "Atlantis"]]', "within Atlantis, which this library does not hold: who"),
        ('[["q", "who"], ["report", "gone.txt"]]', "gone.txt"),
    ],
)
def test_link_that_cannot_be_followed_says_why(pairs: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_link(pairs, COUNTRIES, REPORTS)
