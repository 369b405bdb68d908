from __future__ import annotations

import pytest

from rag.answers.times.event_dates import asking, is_event


@pytest.mark.parametrize(
    ("event", "asked"),
    [
        ("the raid on Oldtown", "when was the raid on Oldtown?"),
        ("Ann Smith was freed", "when Ann Smith was freed?"),
        ("when Ann Smith was freed", "when Ann Smith was freed?"),
        ("when the mill opened", "when the mill opened?"),
        ("did the army take Oldtown", "when did the army take Oldtown?"),
        ("the raid of 1 May", "when was the raid of 1 May?"),
        ("5 May 2019", "5 May 2019"),
    ],
)
def test_an_event_is_asked_for_its_day(event: str, asked: str) -> None:
    assert asking(event, "") == asked


@pytest.mark.parametrize(
    "text",
    [
        "5 May 2019",
        "the raid on Oldtown",
        "Ann Smith's death",
        "his resignation",
        "the 2016 elections",
        "the founding of the firm",
        "the November 2015 rockets on the mill",
        "the peace deal signed in Oldtown",
        "when the mill opened",
        "Ann Smith was freed",
    ],
)
def test_what_happens_has_a_day(text: str) -> None:
    assert is_event(text)


@pytest.mark.parametrize(
    "text",
    ["Oldtown", "rich", "Monday", "2016", "the airport", "the station", "the building", "the fire station", "its toll", "1 May"],
)
def test_a_place_or_a_thing_has_none(text: str) -> None:
    assert not is_event(text)
