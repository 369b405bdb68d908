"""What is a name in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reports.names import find_names


def names(text: str) -> list[str]:
    return [name.text for name in find_names(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who leads al Qaeda in Mali?", ["al Qaeda", "Mali"]),
        ("What did Iyad Ag Ghaly say to U.S. troops?", ["Iyad Ag Ghaly", "U.S."]),
        ("They hit Guinea-Bissau, N'Djamena and Burkina Faso's capital.", ["Guinea-Bissau", "N'Djamena", "Burkina Faso"]),
        ("We saw the Group for the Support of Islam and Muslims there.", ["Group for the Support of Islam and Muslims"]),
        ("Both Mali and Niger joined the G5 Sahel.", ["Mali", "Niger", "G5 Sahel"]),
        (
            "He met Charles de Gaulle and Mokhtar Belmokhtar in Côte d'Ivoire.",
            ["Charles de Gaulle", "Mokhtar Belmokhtar", "Côte d'Ivoire"],
        ),
        ("ISGS lost men. MINUSMA did not.", ["ISGS", "MINUSMA"]),
        ("why did the army lose?", []),
        ("Why did it rain? However, nobody knew. It's late. We'll go in April.", []),
        ("Gao?", ["Gao"]),
    ],
)
def test_names_of_a_text(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_the_first_word_of_a_sentence_counts_when_it_recurs_or_a_name_goes_on() -> None:
    assert names("Soldiers came to Gao early.") == ["Gao"]
    assert names("Kidal fell first. Nobody thought that Kidal would.") == ["Kidal", "Kidal"]
    assert names("Ansar Dine came back.") == ["Ansar Dine"]
    assert names("Aircraft came late. The aircraft left.") == []


@given(st.text(alphabet=st.sampled_from(list("Aab de.'’-\n?(")), max_size=60))
def test_name_spans_are_in_order_and_hold_their_text(text: str) -> None:
    end = 0
    for name in find_names(text):
        assert end <= name.start < name.end
        assert text[name.start : name.end] == name.text
        end = name.end
