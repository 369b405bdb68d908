from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from answer_doubles import passage, retrieved

from rag.answers.composition import Composition
from rag.answers.conflicts import accounts_beside, differing_figures, other_accounts
from rag.answers.events import tellings
from rag.answers.evidence import FEATURES, ScoredSentence, score_sentences
from rag.answers.measures import asks_accounts
from rag.search.question import understand
from rag.types import Passage, Question

FIRST = passage(
    "May 2, 2019: At Oldtown a bomb went off beside the market. The governor spoke of ten dead.", date(2019, 5, 2), report="a.txt"
)
LATER = passage(
    "May 9, 2019: The bomb of May 2 at the Oldtown market has been counted again. The number of dead was 14, not ten.",
    date(2019, 5, 9),
    report="b.txt",
)
ELSEWHERE = passage(
    "May 2, 2019: At Newtown gunmen shot at a bus. The police spoke of three dead.", date(2019, 5, 2), report="c.txt"
)


def scored_by_words(
    question: Question, *passages: Passage, features: Collection[str] = ("cover", "typed")
) -> list[ScoredSentence]:
    weights = [1.0 if name in features else 0.0 for name in FEATURES]
    return score_sentences(question, retrieved(*passages), np.zeros(4, np.float32), {}, lambda word: 1.0, weights)


def compose(text: str, *passages: Passage, names: tuple[str, ...] = ()) -> Composition | None:
    question = replace(understand(text), names=names, forms=tuple((name.lower(),) for name in names))
    scored = scored_by_words(question, *passages, features=("cover", "context_cover", "typed"))
    return differing_figures(question, scored, passages, lambda word: 1.0)


def quoted(composition: Composition) -> Sequence[str]:
    return [q.passage.text[q.span.start - q.passage.start : q.span.end - q.passage.start] for q in composition.quotes]


def test_differing_figures_are_shown_with_dates_and_the_correction_is_named() -> None:
    found = compose("How many died in the bombing of the Oldtown market on May 2, 2019?", FIRST, LATER, ELSEWHERE)
    assert found is not None
    assert found.short == "ten (May 2, 2019); corrected to 14 (May 9, 2019)"
    assert quoted(found) == ["The governor spoke of ten dead.", "The number of dead was 14, not ten."]
    assert "corrects" in found.remark


def test_a_toll_that_names_nobody_may_be_another_reports_soldiers() -> None:
    ours = passage("May 2, 2019: At Oldtown a patrol was ambushed. Fifteen soldiers died.", date(2019, 5, 2), report="a.txt")
    agency = passage("May 2, 2019: At Oldtown a patrol was ambushed. An agency has 16 dead.", date(2019, 5, 2), report="b.txt")
    parts = passage("May 2, 2019: At Oldtown 12 soldiers and three drivers died.", date(2019, 5, 2), report="c.txt")
    found = compose("Oldtown ambush May 2, 2019 how many dead", agency, ours)
    assert found is not None
    assert "15" in found.short.lower().replace("fifteen", "15")
    assert "16" in found.short
    assert compose("Oldtown ambush May 2, 2019 how many dead", agency, parts) is None


def test_every_figure_shown_is_a_value_inside_its_quote() -> None:
    found = compose("How many died in the bombing of the Oldtown market on May 2, 2019?", FIRST, LATER)
    assert found is not None
    for quote in found.quotes:
        assert quote.values
        assert all(quote.span.start <= v.start < v.end <= quote.span.end for v in quote.values)


@pytest.mark.parametrize(
    "text", ["How many died in the bombing of the Oldtown market on May 2, 2019?", "Who bombed the Oldtown market?"]
)
def test_one_figure_or_none_asked_for_is_no_conflict(text: str) -> None:
    assert compose(text, FIRST, ELSEWHERE) is None


def test_an_event_of_another_day_is_no_telling_of_this_one() -> None:
    again = passage(
        "June 8, 2020: At Oldtown a bomb went off beside the market again. Six are dead.", date(2020, 6, 8), report="d.txt"
    )
    assert compose("How many died in the bombing of the Oldtown market on May 2, 2019?", FIRST, again) is None


def test_a_telling_ends_where_another_place_comes_up() -> None:
    both = passage(
        "May 2, 2019: At Oldtown a bomb went off. Two died. At Newtown a bus was shot at. Three died there.", date(2019, 5, 2)
    )
    told = tellings(understand("how many died at Oldtown in May 2019"), [both], lambda word: 1.0)
    assert [t.text for t in told][1:] == ["Two died."]


def test_another_account_that_follows_is_quoted_too() -> None:
    place = passage(
        "May 2, 2019: The patrol was looking for Ann Smith. Other accounts say it was Bob Jones. The patrol returned."
    )
    question = understand("who was the patrol looking for")
    scored = scored_by_words(question, place)
    found = other_accounts(question, scored)
    assert found is not None
    assert quoted(found) == ["May 2, 2019: The patrol was looking for Ann Smith.", "Other accounts say it was Bob Jones."]


@pytest.mark.parametrize(
    "after",
    ["Some town officials were hurt.", "Another official plane was due.", "Some 30 local officials fled.", "Some had fled."],
)
def test_others_who_say_nothing_give_no_account(after: str) -> None:
    place = passage(f"May 2, 2019: The patrol was looking for Ann Smith. {after} The patrol returned.")
    question = understand("who was the patrol looking for")
    assert other_accounts(question, scored_by_words(question, place)) is None


def test_an_agency_that_reports_gives_another_account() -> None:
    place = passage("May 2, 2019: The patrol was looking for Ann Smith. Another agency reported that it was Bob Jones.")
    question = understand("who was the patrol looking for")
    assert other_accounts(question, scored_by_words(question, place)) is not None


def test_accounts_asked_for_in_so_many_words_are_quoted_side_by_side() -> None:
    told = passage(
        "May 2, 2019: A car with a bomb was driven at a patrol. The rebels say that it was driven at the base. Rain fell all day."
    )
    question = understand("target of the car bomb in the army version and in the rebel version")
    scored = scored_by_words(question, told)
    assert asks_accounts(question.query)
    found = accounts_beside(question, scored)
    assert found is not None
    assert found.remark == "Accounts are quoted side by side."
    assert quoted(found)[:2] == [
        "May 2, 2019: A car with a bomb was driven at a patrol.",
        "The rebels say that it was driven at the base.",
    ]
    assert accounts_beside(question, scored[:1]) is None


def test_a_bare_figure_goes_on_counting_those_named_before_it() -> None:
    told = passage(
        "May 2, 2019: At Oldtown gunmen raided a camp. Local people spoke of ten dead soldiers. The army now says 14.",
        date(2019, 5, 2),
    )
    assert compose("How many attackers died in the raid on Oldtown?", told) is None
    found = compose("How many soldiers died in the raid on Oldtown?", told)
    assert found is not None
    assert found.short.startswith("ten")
    assert "14" in found.short


def test_a_bare_figure_before_the_wounded_counts_the_dead() -> None:
    told = passage(
        "May 2, 2019: At Oldtown a truck bomb went off in a camp. Local people spoke of 40 hurt. The president raised it to 60, "
        "with 115 people hurt. The list now stands at 77.",
        date(2019, 5, 2),
    )
    found = compose("How many were hurt by the truck bomb at Oldtown?", told)
    assert found is not None
    assert [told.text[v.start : v.end] for q in found.quotes for v in q.values] == ["40", "115"]


def test_a_bare_figure_of_the_missing_or_the_wounded_is_kept_where_nobody_died() -> None:
    fled = passage(
        "May 2, 2019: At Oldtown 20,000 people fled the flood. The government raised that to 35,000.", date(2019, 5, 2)
    )
    found = compose("How many people fled the flood at Oldtown?", fled)
    assert found is not None
    assert "35,000" in found.short
    beside = passage(
        "May 2, 2019: At Oldtown 20 died. Some 3,000 people fled. The UN later revised that to 4,500.", date(2019, 5, 2)
    )
    found = compose("How many people fled at Oldtown?", beside)
    assert found is not None
    assert "4,500" in found.short
    none = passage(
        "May 2, 2019: At Oldtown a bomb wounded 30. Nobody was killed. Police later revised that to 45.", date(2019, 5, 2)
    )
    found = compose("How many people were wounded at Oldtown?", none)
    assert found is not None
    assert "45" in found.short
    hurt = passage(
        "May 2, 2019: At Oldtown 40 people were hurt by the fire. Police put it at 45, with 12 people hurt badly.",
        date(2019, 5, 2),
    )
    found = compose("How many people were hurt by the fire at Oldtown?", hurt)
    assert found is not None
    assert "45" in found.short


def test_those_who_came_in_addition_are_not_all() -> None:
    told = passage(
        "May 2, 2019: At Oldtown the force has 5,100 soldiers. At Oldtown the force got 600 extra soldiers in spring.",
        date(2019, 5, 2),
    )
    assert compose("How many soldiers does the force at Oldtown have?", told) is None


def test_a_sentence_near_the_question_counts_although_its_entry_has_turned_to_another_place() -> None:
    told = passage(
        "May 2, 2019: At Oldtown a bomb went off beside the market. A wreck stood at Newtown. The bomb at the market left "
        "ten dead. Of the dead of the Oldtown market bomb the mayor counted 14 dead.",
        date(2019, 5, 2),
    )
    found = compose("bomb at the Oldtown market May 2, 2019 dead, all counts", told, names=("Oldtown",))
    assert found is not None
    assert "ten" in found.short
    assert "14" in found.short


def test_the_same_day_elsewhere_is_not_the_same_event() -> None:
    assert (
        compose("bombing of the Oldtown market on May 2, 2019 dead, figures given", FIRST, ELSEWHERE, names=("Oldtown",)) is None
    )


def test_whoever_was_led_to_safety_is_counted_as_guests_or_people() -> None:
    told = passage(
        "May 2, 2019: At Oldtown gunmen broke into a hotel. The police had 32 guests brought out. Later 36 people were led out.",
        date(2019, 5, 2),
    )
    found = compose("Oldtown hotel how many guests were brought to safety", told)
    assert found is not None
    assert "32" in found.short
    assert "36" in found.short


def test_an_entry_that_ends_with_a_glance_at_another_event_does_not_count_for_it() -> None:
    glance = passage(
        "May 3, 2019: At Newtown a mine was hit. Two people died. The road was closed for hours. It was busy again at night. "
        "The bombing at the Oldtown market was not forgotten.",
        date(2019, 5, 3),
        report="d.txt",
    )
    assert (
        compose("How many died in the bombing of the Oldtown market on May 2, 2019?", FIRST, glance, names=("Oldtown",)) is None
    )


def test_men_joined_with_others_are_of_their_side() -> None:
    told = passage(
        "May 2, 2019: At Oldtown gunmen attacked. Officials spoke of six attackers. A mayor spoke of ten civilians, two men.",
        date(2019, 5, 2),
    )
    assert compose("How many gunmen were there at Oldtown?", told) is None
