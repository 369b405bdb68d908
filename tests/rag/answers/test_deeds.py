"""What a question says was done."""

from __future__ import annotations

import pytest

from rag.answers.deeds import asked_deed
from rag.search.question import understand


@pytest.mark.parametrize(
    ("text", "of_doer", "deed"),
    [
        ("when did the schools around Oldtown open again", False, "open"),
        ("when were the women set free", False, "free"),
        ("when did the guards hand the base over", False, "hand"),
        ("When did Karo's army march into Oldtown", False, "march"),
        ("where did the trial of the planners open", False, "open"),
        ("when was the ban lifted", False, "lift"),
        ("why did Karo put towns under emergency rule", False, "put"),
        ("where is the camp", False, ""),
        ("When did the defence minister resign?", False, "resign"),
        ("when did a suicide bomber strike the camp", False, "strike"),
        ("when did the attack on the base take place", False, ""),
        ("when did the bombing occur", False, ""),
        ("who replaced the emir", True, "replac"),
        ("which group carried out the raid", True, "raid"),
        ("who became head of the band", True, "head"),
        ("who is it", True, ""),
        ("Why was the bridge closed after the rebels attacked it?", False, "close"),
        ("When was the aid delivered to the hundred families?", False, "deliv"),
        ("Whose house was burned?", True, "burn"),
        ("Who else was hurt?", True, "hurt"),
    ],
)
def test_deed_of_a_question(text: str, of_doer: bool, deed: str) -> None:
    assert asked_deed(understand(text), text, of_doer=of_doer) == deed
