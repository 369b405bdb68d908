"""What is set apart as site furniture, and what never is."""

from __future__ import annotations

import pytest

from rag.reports.furniture import find_furniture
from rag.reports.layout import find_paragraphs

ENTRY = "May 9, 2016: In the east it rained for two days, and the river rose."


def apart(*pieces: str) -> list[str]:
    """The furniture of a dated report made of these paragraphs."""
    text = "\n\n".join(pieces)
    paragraphs = find_paragraphs(text)
    first = next(i for i, paragraph in enumerate(paragraphs) if paragraph.opening)
    found = find_furniture(text, paragraphs, dated=True, first=first)
    return [text[paragraphs[i].start : paragraphs[i].end] for i in sorted(found)]


@pytest.mark.parametrize(
    "piece",
    [
        "Share   Print   Subscribe",
        "Home | About | Contact | Login",
        "Norland: Current 2022 2021 2020 2019",
        "2019 2018 2017",
        "© 2016 Norland News",
        "Copyright 2016 by the editors. All rights reserved.",
        "Page 3 of 7",
    ],
)
def test_shapes_that_are_furniture_wherever_they_stand(piece: str) -> None:
    assert apart(ENTRY, piece, "May 2, 2016: Fog lay on the land.") == [piece]
    assert apart(piece, ENTRY) == [piece]


@pytest.mark.parametrize(
    "piece",
    [
        "Article Archive",
        "Older reports",
        "Related articles",
        "Read also:",
        "We need your help! Please subscribe.",
        "This service has no sponsor. Those who can spare a little are asked to subscribe.",
        "No advertiser pays for these pages. Subscriptions do.",
        "Sign up for our newsletter.",
        "Follow us on Twitter and like us on Facebook.",
        "This site uses cookies. By browsing you accept them.",
        "Subscribe",
    ],
)
def test_tails_are_furniture(piece: str) -> None:
    assert apart(ENTRY, piece) == [piece]


def test_a_short_line_is_furniture_only_above_furniture() -> None:
    assert apart(ENTRY, "Stay with us", "Please subscribe to these pages.") == [
        "Stay with us",
        "Please subscribe to these pages.",
    ]
    assert apart(ENTRY, "Nobody was hurt", "The river fell again on the next day, and people went home.") == []


def test_all_below_an_archive_heading_is_furniture_when_most_of_it_is_marked() -> None:
    odd = "If you know someone who follows the north, send the address on, and send it soon."
    assert apart(ENTRY, "Archive", "Norland: Current 2016 2015 2014", odd, "Share Print")[0] == "Archive"
    assert odd in apart(ENTRY, "Archive", "Norland: Current 2016 2015 2014", odd, "Share Print")


@pytest.mark.parametrize(
    "piece",
    [
        "The party said it had sold subscriptions to a newsletter to pay for guns, and the police believe it.",
        "In 2014, 2015 and 2016 the river rose.",
        "The archive of the ministry burned down in the night.",
        "Nobody was hurt.",
        "He said: share the land and close the border.",
    ],
)
def test_prose_of_an_entry_is_never_furniture(piece: str) -> None:
    assert apart(ENTRY, piece, "The river fell again on the next day, and people went home.") == []


def test_paths_and_bylines_above_the_report_are_furniture() -> None:
    assert apart("Home > Africa > Norland", "By Jane Doe", ENTRY) == ["Home > Africa > Norland", "By Jane Doe"]
