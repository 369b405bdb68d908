"""Sentences against passages, with vectors of word counts: what counts here are the facts, not the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pytest
from answer_doubles import passage
from doubles import KeywordEmbedder

from rag.answers.writing.checking import Checker
from rag.types import DateRange, Passage

TEXT = (
    "In the north (Arden) gunmen of the Northern Relief Movement (NRM) attacked a French convoy near Tolbeck. "
    "Two soldiers were killed and eight wounded. Nobody has claimed the raid. The convoy had left Corvo on March 28th, 2018."
)
PASSAGE = passage(TEXT, date(2018, 4, 6), place="Arden")
OTHER = passage("In the south the river rose and a ferry sank. Eleven people drowned at Melby.", date(2018, 4, 2), start=900)


def checker(*passages: Passage, forms: Mapping[str, Sequence[str]] | None = None) -> Checker:
    embedder = KeywordEmbedder(256)
    vectors = {
        p.id: np.stack([embedder.encode([p.text[s.start - p.start : s.end - p.start]])[0] for s in p.sentences])
        for p in (PASSAGE, OTHER, *passages)
    }
    known = forms or {}
    return Checker(embedder.encode, lambda ids: {i: vectors[i] for i in ids}, lambda word: 1.0, lambda name: known.get(name, ()))


def kinds(sentence: str, *passages: Passage, forms: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    return [p.kind for p in checker(*passages, forms=forms).check(sentence, passages or (PASSAGE,)).problems]


@pytest.mark.parametrize(
    "sentence",
    [
        "Two soldiers were killed and eight wounded.",
        "2 soldiers were killed and 8 wounded.",
        "On April 6, 2018, gunmen of the NRM attacked a French convoy near Tolbeck.",
        "In April 2018 gunmen of the Northern Relief Movement attacked a convoy of France near Tolbeck.",
        "The convoy had left Corvo on 28 March 2018.",
        "Yes, two soldiers were killed.",
        "No, nobody has claimed the raid.",
    ],
)
def test_what_the_passage_says_is_supported(sentence: str) -> None:
    assert kinds(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Three soldiers were killed and eight wounded.", "number"),
        ("Eight soldiers were killed and two wounded.", "number"),
        ("Dozens of soldiers were killed and eight wounded.", "number"),
        ("On April 7, 2018, gunmen of the NRM attacked a French convoy near Tolbeck.", "date"),
        ("The convoy had left Corvo on April 6, 2018.", "date"),
        ("In 2017 gunmen of the NRM attacked a French convoy near Tolbeck.", "date"),
        ("Gunmen of the NRM attacked a German convoy near Tolbeck.", "name"),
        ("Gunmen of the NRM attacked a French convoy near Melby.", "name"),
        ("Corvo gunmen attacked a French convoy near Arden.", "name"),
        ("Two soldiers were not killed.", "denial"),
        ("Somebody has claimed the raid.", "denial"),
        ("The weather over the mountains turned cold and many herders sold goats.", "content"),
    ],
)
def test_what_it_does_not_say_is_named(sentence: str, kind: str) -> None:
    assert kind in kinds(sentence)


GARRISON = passage(
    "Raiders threatened the teachers of three villages. Lessons have stopped. The quarrel is about the language of lessons. "
    "In Melby the government raised the price of bread and closed two markets. "
    "A garrison of 40 men, not 60 as was said, holds Arden.",
    date(2018, 4, 9),
    start=6000,
)


@pytest.mark.parametrize(
    ("sentence", "amiss"),
    [
        ("Raiders threatened the teachers of three villages and the government raised the price of bread.", ""),
        ("Threatened teachers of villages raised the price of bread, and closed markets.", "joins"),
        ("The raiders who threatened the teachers said that the price of bread is the price of bread is the price.", "circles"),
        ("This passage is about raiders who threatened the teachers of three villages.", "speaks of the passage"),
        ("A garrison of 40 men, and not 60, holds Arden.", ""),
        ("A garrison of 40 men holds Arden, where 60 had been spoken of first.", ""),
        ("A garrison of 60 men holds Arden.", "the number 60"),
    ],
)
def test_halves_of_sentences_are_not_joined_at_will(sentence: str, amiss: str) -> None:
    problems = [p.text for p in checker(GARRISON).check(sentence, (GARRISON,)).problems]
    assert (problems == []) if not amiss else any(amiss in p for p in problems)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Two guardsmen of the River Guard were shot.", "Two men of the River Guard were shot."),
        ("Six CWP men were killed.", "Six Corvo Water Police men were killed."),
        ("Two days later the river rose at Melby.", "Two days after the storm the river rose at Melby."),
        ("The toll at Arden was corrected from 12 to 13.", "First 12 died at Arden, it was said. The toll at Arden is now 13."),
        ("In Tolbeck no boats may land.", "Boats may not land in Tolbeck."),
        ("Trucks are of no use to the guards of Melby.", "For the guards of Melby trucks are useless."),
        (
            "The guards of Melby do not know the language of the coast.",
            "The guards of Melby know neither the roads nor the language.",
        ),
    ],
)
def test_other_words_for_the_same_are_supported(sentence: str, source: str) -> None:
    told = passage(source, date(2018, 4, 9), start=7000)
    found = checker(told).check(sentence, (told,))
    assert [p.kind for p in found.problems if p.kind != "content"] == []


def test_a_sentence_that_cites_nothing_is_unsupported() -> None:
    found = checker().check("Two soldiers were killed.", ())
    assert [p.kind for p in found.problems] == ["citation"]


def test_a_true_sentence_that_cites_another_passage_is_unsupported() -> None:
    assert kinds("Two soldiers were killed and eight wounded.", OTHER)


def test_two_passages_carry_a_sentence_together() -> None:
    joined = "Two soldiers were killed and eight wounded, and eleven people drowned at Melby."
    assert kinds(joined, PASSAGE, OTHER) == []
    assert kinds(joined, PASSAGE)


def test_names_may_come_in_forms_the_library_knows() -> None:
    sentence = "Gunmen of the Liberators attacked a French convoy near Tolbeck."
    assert "name" in kinds(sentence)
    assert kinds(sentence, PASSAGE, forms={"Liberators": ["northern relief movement"]}) == []


def test_initials_stand_for_a_name_of_several_words() -> None:
    short = passage("The RWC sent a team of six to Tolbeck.", start=2000)
    assert kinds("The River Watch Council sent a team of six to Tolbeck.", short) == []


def test_another_spelling_of_a_name_is_the_name_but_another_country_is_not() -> None:
    spelt = passage("Preacher Amadou Kouffar spoke at Bandiagare to Nigerien soldiers.", start=3000)
    assert kinds("Preacher Amadou Koufar spoke at Bandjagare to soldiers of Niger.", spelt) == []
    assert "name" in kinds("Preacher Amadou Kouffar spoke at Bandiagare to Nigerian soldiers.", spelt)


def test_the_day_of_the_report_is_not_the_day_of_the_event() -> None:
    entry = passage("A bridge fell at Corvo.", date(2018, 4, 6), start=4000, published_on=date(2018, 4, 20))
    assert kinds("On April 6, 2018, a bridge fell at Corvo.", entry) == []
    assert kinds("On April 20, 2018, a bridge fell at Corvo.", entry) == ["date"]
    assert kinds("The report of April 20, 2018 says that a bridge fell at Corvo.", entry) == []


def test_relative_days_are_resolved_against_the_entry() -> None:
    entry = passage("A camp was burned at Corvo. The next day the army came to Corvo.", date(2018, 4, 6), start=5000)
    assert entry.dates[0].range == DateRange(date(2018, 4, 7), date(2018, 4, 7))
    assert kinds("The army came to Corvo on April 7, 2018.", entry) == []
    assert kinds("The army came to Corvo on April 9, 2018.", entry) == ["date"]


def test_the_finding_tells_on_which_sentences_it_rests() -> None:
    found = checker().check("Eight were wounded and two soldiers killed.", (PASSAGE,))
    where, span = found.rests_on[0]
    assert where.text[span.start - where.start : span.end - where.start] == "Two soldiers were killed and eight wounded."
    assert 0.45 < found.similarity <= 1
