from __future__ import annotations

import pytest

from rag.search.question import understand
from rag.search.wording import as_question
from rag.settings import Understanding


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("market bombing march 2018 soldiers killed", "market bombing march 2018: how many soldiers killed"),
        ("market bombing 2016 wounded", "market bombing 2016: how many wounded"),
        ("three-border sweep operation name", "what is the name of the three-border sweep operation"),
        ("the hostage taken in 2015 name?", "what is the name of the hostage taken in 2015"),
        ("soldiers taken prisoner at the camp, number", "how many soldiers taken prisoner at the camp"),
        ("the pilot name", "what is the name of the pilot"),
        ("the new president's name", "what is the name of the new president"),
        ("their leader's name", "what is the name of their leader"),
        ("camp attack number injured", "camp attack how many injured"),
        ("air strike number of civilians dead according to the army", "air strike how many civilians dead according to the army"),
        ("mountain battle may 2015 total killed", "mountain battle may 2015 how many killed in total"),
        ("may 2017 mill raid soldiers killed", "may 2017 mill raid: how many soldiers killed"),
        ("wounded in the market bombing of may 2016", "how many wounded in the market bombing of may 2016"),
        ("german wounded by the car bomb", "how many german wounded by the car bomb"),
        ("french wounded by the car bomb", "how many french wounded by the car bomb"),
        ("guards stationed in the north in 2019", "how many guards stationed in the north in 2019"),
        ("bridge camp may 2016 missing soldiers", "bridge camp may 2016: how many missing soldiers"),
        ("hotel attack 2017 death toll", "hotel attack 2017: how many died"),
        ("what took place at the bridge", "what happened at the bridge"),
        ("bridge ambush french soldiers killed", "bridge ambush: how many french soldiers killed"),
    ],
)
def test_search_for_a_count_asks_how_many(text: str, question: str) -> None:
    assert as_question(text) == question


@pytest.mark.parametrize(
    "text",
    [
        "How many soldiers were killed",
        "who was killed",
        "was anybody killed",
        "soldiers killed?",
        "market bombing",
        "date the governor was killed",
        "which operation has a name",
        "tell me the name",
        "the people who gave it its name",
        "places of that name",
        "show me the ship's name",
        "his real name",
        "he was killed under a false name",
        "attack carried out in god's name",
        "the war in all but name",
        "country change name",
        "coup leader last name",
        "party former name",
        "lowest number of fatalities",
        "names of those killed",
        "soldiers killed",
        "governor killed in the raid",
        "policeman killed in the raid",
        "politician kidnapped in the north",
    ],
)
def test_what_asks_already_or_tells_nothing_stays(text: str) -> None:
    assert as_question(text) == text


def test_worded_question_is_shown_and_can_be_switched_off() -> None:
    text = "market bombing march 2018 soldiers killed"
    assert understand(text).understood_as == as_question(text)
    assert understand(text).kind == "how_many"
    assert understand(text, options=Understanding(wording=False)).understood_as == ""
