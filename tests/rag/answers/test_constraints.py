from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from answer_doubles import PointingReader, passage, retrieved

from rag.answers.constraints import CHECKS, NEUTRAL, SIGNS, check
from rag.answers.evidence import FEATURES, ScoredSentence, score_sentences
from rag.answers.wanted import lacking, wanted, with_unit
from rag.search.question import understand
from rag.settings import Settings
from rag.types import Passage

RAID = passage(
    "April 6, 2018: In the north (Karo) gunmen raided the post. Twelve soldiers were killed and three were hurt.", place="Karo"
)
LATER = passage("May 2, 2018: In Karo the market opened again.", date(2018, 5, 2), report="later.txt", place="Karo")


def scored_as_read(text: str, passages: Sequence[Passage], read: str) -> list[ScoredSentence]:
    parts = [[(s.start - p.start, s.end - p.start) for s in p.sentences] for p in passages]
    weights = [float(name == "margin") for name in FEATURES]
    readings = PointingReader(read).read(text, passages, parts)
    return score_sentences(understand(text), retrieved(*passages), np.zeros(2, dtype=np.float32), {}, _idf, weights, readings)


def scored_of(text: str, told: str, read: str = "") -> ScoredSentence:
    return scored_as_read(text, [passage(told)], read or told)[0]


def checks(text: str, *passages: Passage, read: str, settings: dict[str, object] | None = None) -> dict[str, float]:
    question = understand(text)
    scored = scored_as_read(text, passages, read)
    answering = Settings.load({f"answering.{k}": v for k, v in (settings or {}).items()}, env={}).answering
    return dict(zip(CHECKS, check(question, scored, _idf, answering), strict=True))


def _idf(word: str) -> float:
    return 2.0 if word == "" else 1.0


def test_every_check_has_a_sign_and_a_value_that_says_nothing() -> None:
    assert len(CHECKS) == len(SIGNS) == len(NEUTRAL)


def test_other_day_is_a_contradiction_and_no_day_is_none() -> None:
    assert checks("how many soldiers were killed in Karo on April 6, 2018", RAID, read="Twelve")["misdated"] == 0.0
    assert checks("how many soldiers were killed in Karo on April 9, 2018", RAID, read="Twelve")["misdated"] == 1.0
    assert checks("how many soldiers were killed in Karo", RAID, read="Twelve")["misdated"] == 0.0


def test_a_nearer_day_counts_for_more() -> None:
    met = checks("how many soldiers were killed in Karo on April 6, 2018", RAID, read="Twelve")
    wide = checks("how many soldiers were killed in Karo in April 2018", RAID, read="Twelve")
    other = checks("how many soldiers were killed in Karo on April 9, 2018", RAID, read="Twelve")
    none = checks("how many soldiers were killed in Karo", RAID, read="Twelve")
    assert met["dated"] >= wide["dated"] > none["dated"] == 0.0 > other["dated"]


def test_a_patrol_is_no_group_that_did_it() -> None:
    assert checks("which group raided the post in Karo", RAID, read="soldiers")["ungrouped"] == 1.0
    assert checks("who raided the post in Karo", RAID, read="soldiers")["ungrouped"] == 0.0


def test_support_falls_when_the_passages_of_the_day_speak_of_other_things() -> None:
    same = checks("how many soldiers were killed in the Karo raid of April 6, 2018", RAID, LATER, read="Twelve")
    other = checks("how many soldiers were killed in the Karo raid of May 2, 2018", RAID, LATER, read="Twelve")
    assert other["supported"] < same["supported"] - 0.2


def test_number_of_others_stands_in_place_of_the_one_asked_for() -> None:
    assert checks("how many soldiers were killed in Karo", RAID, read="Twelve")["filled"] == 1.0
    asked = checks("how many attackers were killed in Karo", RAID, read="Twelve")
    assert (asked["filled"], asked["miscounted"]) == (-1.0, 1.0)


def test_hurt_are_not_killed() -> None:
    hurt = passage("April 6, 2018: In Karo three were hurt.")
    assert checks("how many were killed in Karo", hurt, read="three")["miscounted"] == 1.0
    assert checks("how many were killed in Karo", RAID, read="three")["miscounted"] == 0.0, "the sentence has that number too"


@pytest.mark.parametrize(
    ("text", "unnamed"),
    [("The bomb killed Captain Ayo Sanne of the guard.", 0.0), ("The bomb killed a captain of the guard.", 1.0)],
)
def test_name_is_wanted_and_told_or_not(text: str, unnamed: float) -> None:
    read = "Ayo Sanne" if "Sanne" in text else "a captain"
    assert checks("name of the officer killed by the bomb", passage(text), read=read)["unnamed"] == unnamed


def test_group_is_wanted_and_gunmen_are_none() -> None:
    named = passage("April 6, 2018: In Karo fighters of the Red Front raided the post.")
    assert checks("which group raided the post", named, read="Red Front")["unclaimed"] == 0.0
    assert checks("which group raided the post", RAID, read="gunmen")["unclaimed"] == 1.0
    assert checks("who raided the post", RAID, read="gunmen")["unclaimed"] == 0.5


def test_victim_is_no_doer() -> None:
    patrol = passage("April 6, 2018: In Karo a WFO patrol was attacked.")
    assert checks("which group attacked the patrol in Karo", patrol, read="WFO")["unclaimed"] == 1.0


def test_deed_is_told_beside_or_nowhere() -> None:
    assert checks("who claimed the raid in Karo", RAID, read="gunmen")["done"] == 0.0
    claimed = passage("April 6, 2018: In Karo gunmen raided the post. The Red Front took responsibility.")
    assert checks("who claimed the raid in Karo", claimed, read="Red Front")["done"] == 1.0
    assert checks("who claimed the raid in Karo", claimed, read="gunmen")["done"] == 0.5


def test_what_a_day_is_asked_for_must_be_told() -> None:
    taken = passage("April 6, 2018: In Karo gunmen kidnapped a miner.")
    assert checks("when was the miner of Karo kidnapped", taken, read="April 6, 2018")["happened"] == 1.0
    assert checks("when was the miner of Karo released", taken, read="April 6, 2018")["happened"] == 0.0
    assert checks("who kidnapped the miner of Karo", taken, read="gunmen")["happened"] == 0.5


def test_reason_is_told_or_not() -> None:
    told = passage("April 6, 2018: In Karo gunmen shot the chief because he had spoken to the army.")
    assert checks("why was the chief of Karo shot", told, read="he had spoken")["unreasoned"] == 0.0
    assert checks("why was the post in Karo raided", RAID, read="gunmen")["unreasoned"] == 0.5


def test_event_that_only_dates_the_question_need_not_be_in_the_entry() -> None:
    asked = "what happened in Karo on April 6, 2018, the day after the battle of Tesso"
    assert checks(asked, RAID, read="gunmen")["missing_name"] == 0.0
    assert checks("what happened in Tesso on April 6, 2018", RAID, read="gunmen")["missing_name"] == 0.5


def test_name_the_entry_lacks_counts_by_its_rarity() -> None:
    assert checks("did the Red Front raid Karo", RAID, read="gunmen")["missing_name"] == 0.5
    assert checks("who raided Karo", RAID, read="gunmen")["missing_name"] == 0.0


def test_name_in_another_passage_of_the_entry_is_not_missing() -> None:
    first = passage("April 6, 2018: In Karo gunmen of the Red Front raided the post.", report="a.txt")
    second = passage("Twelve soldiers were killed there.", report="a.txt", start=400)
    other = passage("April 6, 2018: In Ulo twelve were killed.", report="b.txt")
    text = "how many soldiers did the Red Front kill"
    assert checks(text, second, first, read="Twelve")["missing_name"] == 0.0
    assert checks(text, other, first, read="twelve")["missing_name"] > 0.0


@pytest.mark.parametrize(
    ("family", "silenced"),
    [
        ("check_dates", ("dated", "misdated", "supported")),
        ("check_names", ("missing_name",)),
        ("check_wanted", ("filled", "unnamed", "unclaimed", "ungrouped", "miscounted", "done", "happened", "unreasoned")),
    ],
)
def test_family_switched_off_says_nothing(family: str, silenced: Sequence[str]) -> None:
    text = "how many attackers of the Red Front were killed in Karo on May 9, 2018"
    on, off = checks(text, RAID, read="Twelve"), checks(text, RAID, read="Twelve", settings={family: False})
    neutral = dict(zip(CHECKS, NEUTRAL, strict=True))
    assert {name: off[name] for name in silenced} == {name: neutral[name] for name in silenced}
    assert {name: value for name, value in off.items() if name not in silenced} == {
        name: value for name, value in on.items() if name not in silenced
    }
    assert any(on[name] != neutral[name] for name in silenced)


@pytest.mark.parametrize(
    ("text", "lack"),
    [
        ("how many attackers were killed in Karo", "gives no number of attackers"),
        ("how many soldiers were killed in Karo", ""),
        ("name of the officer killed in Karo", "gives no name that could be meant"),
        ("which group raided the post in Karo", "names no group"),
        ("who raided the post in Karo", ""),
        ("why was the post raided", ""),
    ],
)
def test_lack_is_told_only_when_nothing_in_the_passage_may_be_meant(text: str, lack: str) -> None:
    found = retrieved(RAID)
    weights = [0.0] * len(FEATURES)
    question = understand(text)
    scored = score_sentences(question, found, np.zeros(2, dtype=np.float32), {}, _idf, weights)
    assert lacking(question, scored) == lack


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Which group demanded a ransom for the nurse?", "The Sand Brothers demanded a ransom for the nurse."),
        ("Was a ransom demanded at Karo?", "At Karo the kidnappers demanded a ransom."),
        ("When was the ransom handed over?", "The ransom was handed over at Karo on April 3."),
        ("Who raised the price of bread in Karo?", "The mayor of Karo, Bob Jones, raised the price of bread."),
        ("How far is the mine from Karo?", "The mine is 40km from Karo."),
        ("How old was the girl?", "A 12-year-old girl was shot."),
    ],
)
def test_a_unit_is_asked_of_measures_only(text: str, told: str) -> None:
    sentence = scored_of(text, told)
    assert with_unit(understand(text), [sentence]) == [sentence]


@pytest.mark.parametrize(
    ("text", "told", "read", "kept"),
    [
        ("How old was the chief?", "Bob Jones, 67, was shot.", "67", True),
        ("How much was the ransom?", "They were paid 300,000 naira for the nurse.", "300,000 naira", True),
        ("How old was the chief when he died?", "Four hostages were freed.", "Four", False),
        ("How many days of mourning were there?", "The siege of the hotel killed 22 men.", "22", False),
        ("How many days of mourning were there?", "Two days of mourning followed.", "Two", True),
        ("How many years was he mayor?", "He was mayor between 2010 and 2015.", "2010", True),
        ("How many years old was the suspect?", "The suspect, 21, was shot.", "21", True),
        ("How old was the chief when he died?", "The chief died in Karo.", "Karo", False),
    ],
)
def test_a_number_of_nobody_may_be_the_measure(text: str, told: str, read: str, kept: bool) -> None:
    assert bool(with_unit(understand(text), [scored_of(text, told, read)])) is kept


@pytest.mark.parametrize(
    ("text", "told", "read", "filled"),
    [
        ("What is the name of the group that claimed the attack?", "The attack was claimed by JNF.", "JNF", 1.0),
        ("Who was shot at Karo?", "On Monday Alou Keita was shot at Karo.", "Alou Keita", 1.0),
        ("Which group was driven from Karo?", "Then the Sand Brothers were driven from Karo.", "Sand Brothers", 1.0),
        ("Who attacked the camp?", "In the end France attacked the camp.", "France", 1.0),
        ("Who attacked the patrol?", "On Monday a WFO patrol was attacked.", "WFO", 0.0),
    ],
)
def test_who_it_was_may_be_a_body_one_acted_on_or_a_country(text: str, told: str, read: str, filled: float) -> None:
    values = checks(text, passage(f"April 6, 2018: {told}"), read=read)
    assert 1.0 - values["unclaimed"] == filled


def test_a_village_that_is_asked_for_by_name_is_a_place() -> None:
    assert wanted("What was the name of the village that was raided?", "what").kind == "place"
    assert wanted("What was the name of the officer who was shot?", "what").kind == "name"
    assert wanted("What was the name of the base commander?", "what").kind == "name"
    assert wanted("Who signed for the Reds, by name?", "who").of_person


def test_what_is_counted_is_no_verb_and_no_doer() -> None:
    assert wanted("How many candidates stood?", "how_many").noun == "candidates"
    assert wanted("How many free clinics opened?", "how_many").noun == "clinics"
    assert wanted("How many ground troops were sent?", "how_many").noun == "troops"
    assert wanted("How many did the rebels kill?", "how_many").noun == ""


def test_no_lack_is_told_where_the_reader_sees_an_answer() -> None:
    found = retrieved(passage("April 6, 2018: In Karo gunmen raided the post. Smith won the vote."))
    question = understand("who won the vote in Karo")
    sentences = score_sentences(question, found, np.zeros(2, dtype=np.float32), {}, _idf, [0.0] * len(FEATURES))
    margin = FEATURES.index("margin")
    seen = [replace(s, features=(*s.features[:margin], 0.5, *s.features[margin + 1 :])) for s in sentences]
    assert lacking(question, seen) == ""
