from __future__ import annotations

import pytest

from rag.answers.figures import find_figures
from rag.answers.measures import (
    asked_account,
    asked_measure,
    asks_accounts,
    asks_versions,
    fits,
    is_measure_word,
    is_of_others,
    other_persons,
    without_accounts,
)


@pytest.mark.parametrize(
    ("query", "counted", "outcome"),
    [
        ("How many guards were killed at Oldtown", {"guard"}, "kill"),
        ("oldtown bombing dead", set(), "kill"),
        ("How many people were hurt when the bus burned?", {"person"}, "wound"),
        ("How many mine workers were killed at Oldtown", {"worker"}, "kill"),
        ("How many vehicles were lost in the raid", {"vehicl"}, "kill"),
        ("how many hurt by the rockets at Oldtown", set(), "wound"),
        ("How many dead in the raid", set(), "kill"),
        ("size of the force that attacked", {"attacker", "person"}, ""),
        ("The spokesman and the agency disagree about the wounded of the ambush", set(), "wound"),
        ("How many people did the bomber kill?", {"person"}, "kill"),
        ("How many soldiers did the rebels kill?", {"soldier"}, "kill"),
        ("How many did the rebels kill?", set(), "kill"),
        ("How many men did the rebels lose?", {"men", "attacker"}, "kill"),
        ("How many vehicles and houses were lost?", {"vehicl"}, "kill"),
        ("How many people lost their jobs?", {"person"}, ""),
        ("How many people lost their lives?", {"person"}, "kill"),
        ("How many of the dead were soldiers?", {"soldier"}, "kill"),
        ("how many of the 12 wounded were French soldiers", {"soldier"}, "wound"),
        ("How many of the attackers were killed?", {"attacker"}, "kill"),
        ("what death toll was given first", set(), "kill"),
        ("which death tolls were given", set(), "kill"),
        ("what new figure was given for the dead in Ora", set(), "kill"),
        ("how many isis backed fighters were killed", {"attacker"}, "kill"),
        ("how many honduras riot police were hurt", {"police"}, "wound"),
        ("how many thousands of people fled Ora", {"person"}, "flee"),
        ("how many isx fighters were killed", {"attacker"}, "kill"),
        ("how many vehicles and men were lost", {"men"}, "kill"),
    ],
)
def test_the_question_says_who_is_counted_and_what_befell_them(query: str, counted: set[str], outcome: str) -> None:
    measure = asked_measure(query)
    assert measure is not None
    assert (measure.counted, measure.outcome) == (counted, outcome)


@pytest.mark.parametrize(
    "query",
    [
        "who led the raid",
        "How many polling places stayed shut",
        "where did it happen",
        "How many seats did the party lose?",
        "How many years did the siege last and how many died?",
        "How many homes were destroyed and people killed?",
        "How many days were the hostages missing?",
        "Which ministry put the number of guards killed at 13?",
        "by what office was the death toll raised",
        "how many of the dead were thought to belong to the brigade",
        "How many of the wounded later died?",
        "How many of the victims were killed by soldiers in Ora?",
        "how many of the dead were not civilians",
        "how many nations send men to the force",
    ],
)
def test_questions_for_no_toll_have_no_measure(query: str) -> None:
    assert asked_measure(query) is None


@pytest.mark.parametrize(
    ("query", "text", "accepted"),
    [
        ("How many soldiers died?", "The army has 14 dead.", True),
        ("How many soldiers died?", "It has 14 injured.", False),
        ("How many soldiers died?", "The raid killed 14 civilians.", False),
        ("How many soldiers died?", "The raid killed 14 men.", True),
        ("How many civilians died?", "The raid killed 14 men.", False),
        ("How many attackers died?", "Two killed, said the police.", False),
        ("How many people died?", "The raid killed six soldiers.", True),
        ("How many workers died?", "The raid killed six soldiers.", False),
        ("How many workers died?", "The raid killed two workers of a mine.", True),
        ("How many people died?", "The raid killed six attackers.", False),
    ],
)
def test_a_figure_of_others_or_of_another_outcome_is_not_taken(query: str, text: str, accepted: bool) -> None:
    measure = asked_measure(query)
    assert measure is not None
    assert measure.accepts(find_figures(text)[0]) is accepted


def test_a_bare_figure_belongs_to_those_named_before_it_unless_they_give_it() -> None:
    measure = asked_measure("How many soldiers died?")
    assert measure is not None
    (figure,) = find_figures("For the raiders it is less: their side admits to two dead.")
    assert other_persons("For the raiders it is less: their side admits to ", figure, measure)
    assert not other_persons("The raiders said ", figure, measure)


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("How many soldiers were wounded?", "At least five soldiers lost their lives.", True),
        ("How many hostages were freed?", "Gunmen kidnapped 12 hostages.", True),
        ("How many attackers were killed?", "Nine soldiers were killed.", True),
        ("How many soldiers were killed?", "Nine rebels were killed.", True),
        ("How many soldiers were killed?", "Nine peacekeepers were killed.", False),
        ("How many people were killed?", "Nine rebels were killed.", False),
        ("How many soldiers were wounded?", "Five soldiers were killed and others wounded.", False),
        ("How many soldiers were wounded?", "Five soldiers came.", False),
        ("How many soldiers are missing?", "Five soldiers were killed and two have never been found.", False),
    ],
)
def test_a_figure_may_be_of_others_in_so_many_words(query: str, text: str, expected: bool) -> None:
    measure = asked_measure(query)
    assert measure is not None
    assert is_of_others(measure, find_figures(text)[0], text) is expected


def test_words_of_the_measure_do_not_say_which_event_is_meant() -> None:
    assert [w for w in ("killed", "soldiers", "toll", "market", "bombing") if is_measure_word(w)] == [
        "killed",
        "soldiers",
        "toll",
    ]


@pytest.mark.parametrize(
    "query",
    [
        "Oldtown bomb dead, all counts",
        "soldiers killed at Oldtown, figures given",
        "wounded at Oldtown, army vs mayor",
        "which dates are given for the raid",
        "deaths at Oldtown according to the army and according to the mayor",
        "do the reports agree on the day",
    ],
)
def test_a_question_may_say_that_it_expects_several_accounts(query: str) -> None:
    assert asks_accounts(query)


@pytest.mark.parametrize(
    "query",
    ["How many died at Oldtown?", "how many were killed at Oldtown according to the army", "When was the camp first raided?"],
)
def test_a_plain_question_expects_one_account(query: str) -> None:
    assert not asks_accounts(query)


def test_a_word_for_persons_that_names_a_place_is_not_who_is_counted() -> None:
    measure = asked_measure("bombing at the police academy dead, all counts")
    assert measure is not None
    assert measure.counted == set()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("target of the blast in the army version and in the rebel version", True),
        ("the spokesman and the agency disagree about the wounded, what does each say", True),
        ("exact date of the ambush, sources dont agree", True),
        ("What made this raid different from earlier ones?", False),
        ("What different weapons did the attackers use?", False),
        ("Who led the army and the police, respectively?", False),
        ("Why did the minister disagree with France?", False),
    ],
)
def test_only_accounts_of_one_thing_are_versions(query: str, expected: bool) -> None:
    assert asks_versions(query) is expected


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("How many soldiers died?", "The raid killed 14 soldiers.", 1.0),
        ("How many soldiers died?", "The raid killed 14 civilians.", -1.0),
        ("How many soldiers died?", "The raid left 14 soldiers wounded.", -1.0),
        ("How many soldiers died?", "Some 14 soldiers took part.", -0.5),
        ("How many soldiers died?", "A later count of the dead has 14.", 1.0),
        ("How many soldiers died?", "Of the dead 14 were soldiers.", 1.0),
        ("How many attackers died?", "The raid killed 14 people.", -1.0),
        ("How many people died?", "The raid killed 14 soldiers.", 1.0),
        ("How many hostages were freed or killed?", "About 14 were either killed or freed.", 0.5),
    ],
)
def test_what_goes_against_a_figure_is_told(query: str, text: str, expected: float) -> None:
    measure = asked_measure(query)
    assert measure is not None
    assert fits(measure, find_figures(text)[0], text) == expected


@pytest.mark.parametrize(
    ("query", "plain"),
    [
        ("Oldtown raid death toll what do the sources say", "Oldtown raid death toll"),
        ("Oldtown raid exact date, sources dont agree", "Oldtown raid exact date"),
        ("What are the successive death tolls of the Oldtown raid?", "death toll of the Oldtown raid?"),
        ("conflicting figures for the dead at Oldtown", "number of the dead at Oldtown"),
        ("guards killed at Oldtown, all counts", "guards killed at Oldtown"),
        ("when did the Reds split, opinions vary", "when did the Reds split"),
        ("date of the raid (sources differ)", "date of the raid"),
        ("how many reports were there", "how many reports were there"),
        ("how many guards died, according to the reports", "how many guards died, according to the reports"),
        ("What do the reports say about the raid?", "What do the reports say about the raid?"),
        ("Why do the sources disagree?", "Why do the sources disagree?"),
        ("How many died in the blast? Sources differ.", "How many died in the blast"),
        ("What did the clerk falsify: the accounts", "What did the clerk falsify: the accounts"),
        ("Oldtown summit: dates", "Oldtown summit: dates"),
        ("What were the various counts of fraud", "What were the various counts of fraud"),
        ("which rival figures of the party were jailed", "which rival figures of the party were jailed"),
    ],
)
def test_what_is_said_of_those_who_tell_is_left_out(query: str, plain: str) -> None:
    assert without_accounts(query) == plain


@pytest.mark.parametrize(
    ("query", "account"),
    [
        ("what was the final death toll of the raid", "last"),
        ("how many died in the raid in the end", "last"),
        ("Oldtown raid dead, latest count", "last"),
        ("what was the initial death toll of the raid", "first"),
        ("how many dead were first reported at Oldtown", "first"),
        ("how many died in the first raid", ""),
        ("how many died in the last raid", ""),
        ("how many guards were lost in the end of 2016", ""),
        ("how many people died in the first reported case", ""),
        ("what were the first and the final count of the dead", ""),
        ("how many died in the raid, all counts", ""),
    ],
)
def test_the_first_or_the_last_of_several_accounts_may_be_asked_for(query: str, account: str) -> None:
    assert asked_account(query) == account
