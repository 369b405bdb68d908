from __future__ import annotations

import pytest

from rag.search.kinds import question_kind, without_request


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("May 2018 floods: how many died?", "how_many"),
        ("May 3 storm damage", "what"),
        ("may 2017 raid on the post", "what"),
        ("May of 2017 in the valley", "what"),
        ("May day march in Lundby", "what"),
        ("May?", "what"),
        ("May the council veto it?", "yes_no"),
    ],
)
def test_may_before_a_day_or_year_is_the_month(text: str, kind: str) -> None:
    assert question_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("base stormed by riders 1 May 2019 location", "where"),
        ("locality of the burnt resort", "where"),
        ("location of Barn Hill", "what"),
        ("distance between the camp where it began and the capital", "how_much"),
        ("within what time frame did he swear to win", "how_much"),
        ("What was the duration of the siege?", "how_much"),
        ("At what time did the siege begin?", "when"),
        ("What was the headcount of the force?", "how_many"),
        ("Orr first round 2018 percent", "how_many"),
        ("foreign troops remaining in the north", "how_many"),
        ("french forces left in 2022", "what"),
        ("ministers left in protest", "what"),
        ("girls missing from the school", "how_many"),
        ("what cost the president his job", "what"),
        ("which speed boats were seized", "what"),
        ("cost of living crisis in accra who was blamed", "who"),
        ("what was the distance the missile flew", "how_much"),
        ("list attacks by location", "list"),
        ("rebels fled to an unknown location", "what"),
        ("attack location", "where"),
        ("hostages moved to another location", "what"),
        ("soldiers missing in the north", "how_many"),
    ],
)
def test_measures_and_places_are_asked_for_by_their_nouns(text: str, kind: str) -> None:
    assert question_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Could you tell me who won the election in Ghana?", "who"),
        ("Can you tell me how many people died?", "how_many"),
        ("can anyone tell me how many were hurt", "how_many"),
        ("Do you know when Mercy Hospital opened?", "when"),
        ("Would you list the towns that were flooded?", "list"),
        ("could you please give me a list of the towns", "list"),
        ("Could you tell me the number of people killed?", "how_many"),
        ("Would you mind telling me where it was?", "where"),
        ("do the reports say how much the repair cost", "how_much"),
        ("May I ask in which year it opened?", "when"),
        ("Can you please tell me whether the bridge was hit?", "yes_no"),
        ("tell me if the bridge was hit", "yes_no"),
        ("Do you know if the bridge was hit?", "yes_no"),
        ("Do the reports say that the bridge was hit?", "yes_no"),
        ("Would you say the flood was severe?", "yes_no"),
        ("Could anyone tell the villagers about the flood?", "yes_no"),
    ],
)
def test_polite_opening_does_not_tell_the_kind(text: str, kind: str) -> None:
    assert question_kind(text) == kind


def test_request_is_taken_off() -> None:
    assert without_request("Please, could you tell me who won?") == "who won?"
    assert without_request("Was it known to the mayor?") == "Was it known to the mayor?"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What did the minister say?", "what"),
        ("What did the president announce?", "what"),
        ("What did the company do?", "what"),
        ("What is the company's name?", "what"),
        ("What was the army's role?", "what"),
        ("What made the company fail?", "what"),
        ("What man-made cause led to the flood?", "what"),
        ("What is the general opinion on the merger?", "what"),
        ("What did the forces find?", "what"),
        ("What did state television say?", "what"),
        ("what kind of organisation is the Larch Society", "what"),
        ("What minister resigned?", "who"),
        ("which company built it", "who"),
        ("what armed group did it", "who"),
        ("Which Larch-backed militia took the mill?", "who"),
        ("What is the group that took the mill?", "who"),
        ("What are the names of the hostages?", "list"),
        ("What kinds of weapons were found?", "list"),
    ],
)
def test_only_the_noun_after_what_is_asked_for(text: str, kind: str) -> None:
    assert question_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("When did the number of cases peak?", "when"),
        ("Which country has the highest number of cases?", "where"),
        ("Which country has the highest number of cases", "where"),
        ("Who reported the death toll?", "who"),
        ("Why did the death toll rise?", "why"),
        ("When was the death toll revised?", "when"),
        ("What is the phone number of the hospital?", "what"),
        ("phone number of the hospital", "what"),
        ("Why was the election date moved?", "why"),
        ("Who set the date for the election?", "who"),
        ("After the death toll rose, who resigned?", "who"),
        ("What was the final death toll?", "how_many"),
        ("Which death toll was repeated most often?", "how_many"),
        ("How high was the death toll?", "how_many"),
        ("What was the number of dead?", "how_many"),
        ("number of people who died in the mill fire", "how_many"),
        ("What was the opening date of the bridge?", "when"),
        ("the date he died", "when"),
        ("which weekday was it", "when"),
        ("what time of day did it open", "when"),
        ("by what part of the day had they left", "when"),
        ("home region of the men who fled", "where"),
        ("the village in which he was born", "where"),
        ("City of London lawsuit", "what"),
        ("region of the brain affected", "what"),
        ("what 24 hour strike was held in Oldtown", "what"),
        ("what was the exact time of the quake", "when"),
        ("who was mayor at the time of the raid", "who"),
    ],
)
def test_question_word_goes_before_a_noun_that_asks(text: str, kind: str) -> None:
    assert question_kind(text) == kind
