from __future__ import annotations

import pytest

from rag.answers.writing.quantities import find_quantities, implied_quantities


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("twenty-one men and 1,200 others", [21, 1200]),
        ("two hundred and fifty men, three and four", [250, 3, 4]),
        ("a dozen trucks, two dozen men", [12, 24]),
        ("1.5 million people", [1_500_000]),
        ("a four-man team of 14-year-old boys", [4, 14]),
        ("5 percent and 5%", [5, 5]),
        ("AK-47 rifles of the 5th brigade", []),
        ("at 10:30", [10.3]),
    ],
)
def test_numbers_are_read_as_values(text: str, values: list[float]) -> None:
    assert [q.value for q in find_quantities(text)] == values


def test_one_counts_something_or_stands_for_somebody() -> None:
    assert [q.value for q in find_quantities("one soldier died")] == [1]
    assert find_quantities("one of them died; no one was hurt, and this one fled") == []


def test_dozens_are_vague_and_no_number() -> None:
    found = find_quantities("dozens of men")
    assert [(q.value, q.is_vague) for q in found] == [(12, True)]


def test_numbers_of_dates_are_passed_over() -> None:
    text = "On April 6, 2018 three men came"
    assert [q.value for q in find_quantities(text, [(3, 16)])] == [3]


def test_spans_cover_the_words_of_the_number() -> None:
    text = "some forty-three people"
    (found,) = find_quantities(text)
    assert text[found.start : found.end] == "forty-three"


def test_other_words_imply_numbers() -> None:
    assert {q.value for q in implied_quantities("both fled, nobody else")} == {2, 0}
