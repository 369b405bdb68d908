from __future__ import annotations

import pytest

from rag.answers.figures import find_figures, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("14", 14),
        ("at least 1,200", 1200),
        ("twenty-one", 21),
        ("more than a hundred", 100),
        ("two hundred and five", 205),
        ("3.5 million", 3_500_000),
        ("dozens", None),
        ("several hundred", None),
        ("one hundred and fifty", 150),
        ("two thousand three hundred", 2300),
        ("half a dozen", 6),
        ("two and a half million", 2_500_000),
        ("1\u00a0200", 1200),
        ("a million and a half", 1_500_000),
        ("2,5 million", 2_500_000),
        ("$1.5m", 1_500_000),
        ("3bn", 3_000_000_000),
        ("two-thirds", None),
        ("10-15", None),
        ("between 10 and 15", None),
    ],
)
def test_number_words_have_their_value(text: str, value: float | None) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The army has announced 14 dead and 18 injured.", [(14, "", "kill"), (18, "", "wound")]),
        ("A bomb killed three soldiers and wounded four.", [(3, "soldier", "kill"), (4, "soldier", "wound")]),
        ("There were 17 soldiers and four civilians dead.", [(17, "soldier", "kill"), (4, "civilian", "kill")]),
        ("It destroyed three vehicles.", [(3, "vehicl", "")]),
        ("The office says that 18 people were on board and that not one of them lived.", [(18, "person", "kill")]),
        ("A later list has 15.", [(15, "", "")]),
        ("One hundred and fifty people died.", [(150, "person", "kill")]),
        ("Between 10 and 15 guards died.", [(10, "guard", "kill")]),
        ("Five to six hundred people fled.", [(500, "person", "flee")]),
        ("Fifty to a hundred people fled.", [(50, "person", "flee")]),
        ("Flight 447 killed 12.", [(12, "", "kill")]),
        ("A 12-year-old girl was shot by 3 men.", [(3, "men", "")]),
        ("20 rebels killed 3 soldiers.", [(20, "attacker", ""), (3, "soldier", "kill")]),
        ("20 rebels killed the mayor and 3 soldiers.", [(20, "attacker", ""), (3, "soldier", "kill")]),
        ("20 rebels killed the mayor and two people were hurt.", [(20, "attacker", ""), (2, "person", "wound")]),
        ("Two bombs killed the mayor.", [(2, "bomb", "")]),
        ("12 soldiers killed two days ago were buried.", [(12, "soldier", "kill")]),
        ("12 soldiers killed, 20 injured.", [(12, "soldier", "kill"), (20, "", "wound")]),
        ("12 soldiers killed by a mine", [(12, "soldier", "kill")]),
        ("12 soldiers weren't killed.", [(12, "soldier", "")]),
        ("12 farmers lost their lives.", [(12, "civilian", "kill")]),
        ("300 people lost their jobs.", [(300, "person", "")]),
        ("The mill lost 12 guards.", [(12, "guard", "kill")]),
    ],
)
def test_figure_says_what_it_counts_and_what_befell_them(text: str, expected: list[tuple[float, str, str]]) -> None:
    assert [(f.value, f.counted, f.outcome) for f in find_figures(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "It began at around four in the morning.",
        "Scouts watch for a day or two.",
        "It lasted five days.",
        "They held the three camps.",
        "Nobody doubts it was about one that failed.",
    ],
)
def test_times_and_numbers_that_only_point_are_no_figures(text: str) -> None:
    assert find_figures(text) == []


def test_a_date_is_no_figure() -> None:
    text = "On June 3 2020 two guards died."
    assert [f.value for f in find_figures(text, [(3, 14)])] == [2]


def test_the_figure_given_up_is_marked_and_shares_the_measure() -> None:
    new, old = find_figures("The number of soldiers killed is 42, not 17.")
    assert (new.value, new.counted, new.outcome, new.replaced) == (42, "soldier", "kill", False)
    assert (old.value, old.counted, old.outcome, old.replaced) == (17, "soldier", "kill", True)


def test_no_fewer_than_belongs_to_the_figure() -> None:
    text = "It had no fewer than 22 killed."
    (figure,) = find_figures(text)
    assert figure.text == text[figure.start : figure.end] == "no fewer than 22"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A source said 14 others had been hurt.", [(14, "", "wound")]),
        ("Officials put the dead of the Oldtown raid at 20 soldiers.", [(20, "soldier", "kill")]),
        ("It puts its wounded in that fight at 14 men.", [(14, "men", "wound")]),
        ("It counts three of its soldiers dead, another three injured.", [(3, "soldier", "kill"), (3, "", "wound")]),
        ("The president gave the toll for the fight as 92 soldiers.", [(92, "soldier", "kill")]),
        ("The number of attackers is 28, and other papers have 40.", [(28, "attacker", ""), (40, "", "")]),
        ("The agencies started that day with at least 15.", [(15, "", "")]),
        ("The town fell at the price of two of its men.", []),
    ],
)
def test_figures_are_found_as_accounts_word_them(text: str, expected: list[tuple[float, str, str]]) -> None:
    assert [(f.value, f.counted, f.outcome) for f in find_figures(text)] == expected


@pytest.mark.parametrize("text", ["The two figures are still in use.", "There are three other versions."])
def test_numbers_of_accounts_are_no_figures(text: str) -> None:
    assert find_figures(text) == []
