from __future__ import annotations

import pytest

from rag.search.followup import make_whole
from rag.types import Turn

HISTORY = [
    Turn("user", "Who attacked the camp in Kidal on April 5, 2018?"),
    Turn("assistant", "Gunmen of JNIM attacked the camp. [1]"),
]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("and how many were wounded?", "how many were wounded (attacked the camp in Kidal on April 5, 2018)"),
        ("and the wounded?", "how many wounded (attacked the camp in Kidal on April 5, 2018)"),
        ("what about June 2018", "Who attacked the camp in Kidal in June 2018"),
        ("and in Gao?", "Who attacked the camp in Gao on April 5, 2018"),
        ("what about the day after", "Who attacked the camp in Kidal on April 6, 2018"),
        ("and two days later?", "Who attacked the camp in Kidal on April 7, 2018"),
        (
            "what happened there in March of the same year?",
            "what happened there in March 2018 (attacked the camp in Kidal, JNIM)",
        ),
        ("who leads it", "who leads JNIM (attacked the camp in Kidal on April 5, 2018)"),
        ("Who is their leader?", "Who is JNIM's leader (attacked the camp in Kidal on April 5, 2018)"),
    ],
)
def test_what_is_left_out_comes_from_the_conversation(text: str, whole: str) -> None:
    assert make_whole(text, HISTORY) == whole


@pytest.mark.parametrize(
    "text",
    [
        "How many hostages did Boko Haram take from Dapchi in 2018?",
        "what happened in Gao in 2017?",
        "what happened on April 7, 2018?",
        "what is a katiba",
        "Did Boko Haram say they took hostages in Dapchi?",
    ],
)
def test_change_of_topic_is_recognised(text: str) -> None:
    assert make_whole(text, HISTORY) == text


def test_without_a_conversation_nothing_is_added() -> None:
    assert make_whole("and how many were wounded?", []) == "and how many were wounded?"
    assert make_whole("and how many were wounded?", [Turn("assistant", "Hello.")]) == "and how many were wounded?"


def test_follow_up_of_a_follow_up_reaches_the_topic() -> None:
    history = [*HISTORY, Turn("user", "and how many were wounded?"), Turn("assistant", "Eight. [1]")]
    assert make_whole("and killed?", history) == "how many killed (attacked the camp in Kidal on April 5, 2018)"


def test_later_question_counts_from_the_day_spoken_of_last() -> None:
    history = [*HISTORY, Turn("user", "what about the day after"), Turn("assistant", "Nobody did. [1]")]
    assert make_whole("and the next day?", history).endswith("on April 7, 2018")


def test_day_answered_to_when_goes_with_the_topic() -> None:
    history = [Turn("user", "When was the hotel in Bamako attacked?"), Turn("assistant", "On November 20, 2015. [1]")]
    assert make_whole("who claimed it", history) == "who claimed it (the hotel in Bamako attacked on November 20, 2015)"


def test_person_answered_stands_for_him() -> None:
    history = [
        Turn("user", "Was a missionary kidnapped in Niger?"),
        Turn("assistant", "Yes: in September men abducted Pierluigi Rossi from Tera. [1]"),
    ]
    assert make_whole("how many men came for him?", history).startswith("how many men came for Pierluigi Rossi (")


def test_new_topic_is_the_one_carried_on() -> None:
    history = [*HISTORY, Turn("user", "What did Boko Haram attack in Diffa?"), Turn("assistant", "A camp. [1]")]
    whole = make_whole("how many died there", history)
    assert "Diffa" in whole
    assert "Kidal" not in whole


def test_what_is_shown_beside_a_refusal_is_not_referred_to() -> None:
    history = [
        Turn("user", "Who attacked the camp in Kidal?"),
        Turn("assistant", "The reports do not say. The nearest they come (a.txt): Boko Haram did. [1]"),
    ]
    assert make_whole("who leads it", history) == "who leads it (attacked the camp in Kidal)"


FLOOD = [
    Turn("user", "How many people died in the flood in Dresden in August 2002?"),
    Turn("assistant", "It killed 20 people. [1]"),
]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("In Prague?", "How many people died in the flood in Prague in August 2002"),
        ("Prague?", "How many people died in the flood in Prague in August 2002"),
        ("in Prague", "How many people died in the flood in Prague in August 2002"),
        ("In 2013?", "How many people died in the flood in Dresden in 2013"),
        ("2013?", "How many people died in the flood in Dresden in 2013"),
        ("June 2013?", "How many people died in the flood in Dresden in June 2013"),
        ("May 2013?", "How many people died in the flood in Dresden in May 2013"),
        ("May?", "How many people died in the flood in Dresden in May 2002"),
        ("After 2013?", "How many people died in the flood in Dresden after 2013"),
        ("And Prague in 2013?", "How many people died in the flood in Prague in 2013"),
        ("UNHCR?", "How many people died in the flood in Dresden in August 2002 (UNHCR)"),
        ("Can you tell me when it began?", "when it began (died in the flood in Dresden in August 2002)"),
    ],
)
def test_fragment_is_exchanged(text: str, whole: str) -> None:
    assert make_whole(text, FLOOD) == whole


@pytest.mark.parametrize("text", ["thanks", "Thanks!", "ok", "Thank you very much.", "Really?", "Prague 2013"])
def test_courtesy_and_bare_search_are_left_alone(text: str) -> None:
    assert make_whole(text, FLOOD) == text


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (["In Prague?", "and the wounded?"], "how many wounded (in the flood in Prague in August 2002)"),
        (["2013?", "and the wounded?"], "how many wounded (in the flood in Dresden in 2013)"),
        (["thanks", "In Prague?"], "How many people died in the flood in Prague in August 2002"),
    ],
)
def test_fragment_changes_the_topic(texts: list[str], whole: str) -> None:
    history = list(FLOOD)
    for text in texts[:-1]:
        history += [Turn("user", text), Turn("assistant", "Seven. [1]")]
    assert make_whole(texts[-1], history) == whole


def test_place_is_added_where_none_was_named() -> None:
    assert make_whole("and in Prague?", [Turn("user", "UNHCR convoys")]) == "UNHCR convoys in Prague"
    assert make_whole("In Prague?", [Turn("user", "How many died in the flood?")]) == "How many died in the flood in Prague"


@pytest.mark.parametrize(
    ("question", "reply", "text", "whole"),
    [
        ("Who won the vote in Ghana?", "Kofi Ansu-Bell won.", "Was it fair?", "Was it fair (won the vote in Ghana)"),
        (
            "Who won the vote in Ghana?",
            "Kofi Ansu-Bell won.",
            "When did it take place?",
            "When did it take place (won the vote in Ghana)",
        ),
        (
            "Who won the vote in Ghana?",
            "Kofi Ansu-Bell won.",
            "How many voted in it?",
            "How many voted in it (won the vote in Ghana)",
        ),
        (
            "Could you tell me who won the vote in Ghana?",
            "Kofi Ansu-Bell won.",
            "Was it fair to him?",
            "Was it fair to Kofi Ansu-Bell (won the vote in Ghana)",
        ),
        (
            "Who runs the clinic in Lundby?",
            "Dr. Anna Weber runs it for Caritas Lundby.",
            "Who was her predecessor?",
            "Who was Anna Weber's predecessor (runs the clinic in Lundby)",
        ),
        (
            "Who runs the clinic in Lundby?",
            "Caritas Holm's Anna Weber runs it.",
            "Did anyone help her?",
            "Did anyone help Anna Weber (runs the clinic in Lundby)",
        ),
        (
            "Who won the vote in Lundby?",
            "Adama Bankole won it.",
            "When was he born?",
            "When was Adama Bankole born (won the vote in Lundby)",
        ),
        (
            "Who won the vote in Lundby?",
            "Councillor Mariam Keita won it.",
            "When was she born?",
            "When was Councillor Mariam Keita born (won the vote in Lundby)",
        ),
        ("Who raided the mill?", "Azure Dawn did.", "Is it still active?", "Is Azure Dawn still active (raided the mill)"),
        ("Who raided the mill?", "Azure Dawn did.", "Was it planned?", "Was it planned (raided the mill, Azure Dawn)"),
    ],
)
def test_pronoun_means_what_it_can(question: str, reply: str, text: str, whole: str) -> None:
    assert make_whole(text, [Turn("user", question), Turn("assistant", reply)]) == whole
