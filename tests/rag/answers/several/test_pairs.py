"""Two things asked for side by side become two questions."""

from __future__ import annotations

import pytest

from rag.answers.several.pairs import paired
from rag.answers.several.parts import split_question
from rag.search.question import understand


@pytest.mark.parametrize(
    ("query", "questions"),
    [
        (
            "north 2017: guards killed in the may ambush vs nurses wounded on 8 june, final count",
            ["guards killed in the may 2017 ambush, north 2017", "nurses wounded on 8 june 2017, north 2017"],
        ),
        (
            "Name the Karan minister who travelled to Oldtown in May 2018 and the one whom soldiers seized in May 2021.",
            [
                "Name the Karan minister who travelled to Oldtown in May 2018?",
                "Name the Karan minister whom soldiers seized in May 2021?",
            ],
        ),
        (
            "names of the hotel besieged in 2015 and the resort raided in 2017",
            ["what was the name of the hotel besieged in 2015?", "what was the name of the resort raided in 2017?"],
        ),
        (
            "Two of the worst blows were the Oldtown bombing of 2017 and the Newtown raid of 2019. Who claimed each?",
            ["Who claimed the Oldtown bombing of 2017?", "Who claimed the Newtown raid of 2019?"],
        ),
        (
            "How did the size of the force change between mid-2015 and the end of 2019?",
            ["what was the size of the force in mid-2015?", "what was the size of the force in the end of 2019?"],
        ),
        (
            "How did turnout change between 2016 and 2020?",
            ["what was turnout in 2016?", "what was turnout in 2020?"],
        ),
        (
            "How has the price risen from 2016 to 2020?",
            ["what was the price in 2016?", "what was the price in 2020?"],
        ),
        (
            "loot from the Oldtown post, may 2017 raid and october 2017 raid",
            ["loot from the Oldtown post, may 2017 raid", "loot from the Oldtown post, october 2017 raid"],
        ),
    ],
)
def test_each_of_the_two_is_asked(query: str, questions: list[str]) -> None:
    assert [text for text, _ in paired(query)] == questions


@pytest.mark.parametrize(
    "query",
    [
        "who killed the mayor and the priest",
        "which groups fight in the north and the east",
        "army vs claim, how many died at Oldtown",
        "In Oldtown, January and February 2018 were how bad?",
        "what did the minister say of the raid and the vote",
        "When were the man who planned the raid and the one who financed it arrested?",
        "Is the band that attacked Oldtown and the one that attacked Newtown the same?",
        "What are the names of the bands fighting in the north and the east of Karia?",
        "What were the dates of the attacks on the Oldtown hotel and the camp at Newtown?",
        "Who led the brigade, formed in May 2017 and disbanded in June 2018?",
        "Why were more soldiers killed in 2017 compared to those killed in 2016?",
        "How did the garrison shrink from 2000 to 1950?",
        "How did the toll rise from 12 in 2016 to 20 in 2017?",
        "How did the town fall from rebel hands in April 2012 to the French in January 2013?",
    ],
)
def test_one_question_stays_one(query: str) -> None:
    assert paired(query) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "soldiers lost at Oldtown, then at Newtown, end of 2016",
            ["how many soldiers lost at Oldtown in the end of 2016?", "how many soldiers lost at Newtown, end of 2016?"],
        ),
        (
            "which clans do the Reds and the Blues each recruit",
            ["which clans do the Reds recruit", "which clans do the Blues recruit"],
        ),
        (
            "rebels killed by Karia january to may 2015 versus january to april 2016",
            ["how many rebels killed by Karia january to may 2015?", "how many rebels killed by Karia january to april 2016?"],
        ),
        (
            "which band took Oldtown in May 2020 and which one took Newtown that June",
            ["which band took Oldtown in May 2020?", "which band took Newtown that June 2020?"],
        ),
        (
            "From which two towns were the men killed in May 2019 and in June 2020?",
            ["From which town was the men killed in May 2019?", "From which town was the men killed in June 2020?"],
        ),
        (
            "Which two hotels were attacked, and which one was hit first?",
            ["Which two hotels were attacked?", "which one was hit first?"],
        ),
        (
            "Which armed group attacked Oldtown and which one attacked Newtown?",
            ["Which armed group attacked Oldtown?", "Which armed group attacked Newtown?"],
        ),
        ("target of the blast in the army version and in the rebel version", []),
    ],
)
def test_parts_of_the_whole_question(text: str, parts: list[str]) -> None:
    assert [part.text for part in split_question(understand(text))] == parts
