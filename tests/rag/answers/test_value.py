from __future__ import annotations

import pytest
from answer_doubles import passage, retrieved

from rag.answers.evidence import FEATURES, ScoredSentence
from rag.answers.spans import candidates
from rag.answers.value import find_value
from rag.search.question import understand
from rag.types import Question, Span


def sentence(question: Question, text: str, read: str) -> ScoredSentence:
    """A sentence in which the reader points at the words ``read``; at nothing for ""."""
    (found,) = retrieved(passage(text))
    span = found.passage.sentences[0]
    ranked = candidates(question, found.passage, span)
    at = text.index(read)
    pointed = Span(at, at + len(read)) if read else None
    return ScoredSentence(found, span, (0.0,) * len(FEATURES), ranked[0] if ranked else None, pointed, 0.0)


@pytest.mark.parametrize(
    ("query", "text", "read", "expected"),
    [
        ("How many soldiers were killed?", "No soldiers were killed, but 12 rebels were wounded.", "No soldiers", "No soldiers"),
        ("How many soldiers were killed?", "A soldier was killed and 12 were wounded.", "A soldier", "A soldier"),
        ("How long did the siege last?", "It lasted a week and killed nine.", "a week", "a week"),
        (
            "How long did the siege last?",
            "It lasted from dawn to dusk and killed nine.",
            "from dawn to dusk",
            "from dawn to dusk",
        ),
        ("How long did the siege last?", "It lasted three and a half hours.", "three", "three and a half hours"),
        ("How old was the girl?", "A 12-year-old girl was shot by 3 men.", "12-year-old", "12-year-old"),
        ("How often were convoys hit?", "Convoys were hit every day by 30 men.", "every day", "every day"),
        ("How far is the mine?", "The mine lies 40km away, 12 hours by road.", "40km", "40km"),
        ("How much was the ransom?", "The ransom was 5 million Nobo francs.", "5 million", "5 million Nobo francs"),
        ("How many guards died?", "Between 10 and 15 guards died.", "10", "Between 10 and 15"),
    ],
)
def test_a_quantity_at_which_the_reader_points_is_kept_and_completed(query: str, text: str, read: str, expected: str) -> None:
    question = understand(query)
    value = find_value(question, sentence(question, text, read))
    assert value.text == expected
    assert value.span is not None
    assert text[value.span.start : value.span.end] == expected


@pytest.mark.parametrize(
    ("text", "read", "expected"),
    [
        ("In the ambush 12 soldiers were killed.", "", "12"),
        ("In the ambush 12 soldiers were killed.", "ambush", "12"),
        ("In the ambush 12 rebels were wounded.", "ambush", "ambush"),
    ],
)
def test_the_number_of_the_rules_stands_in_only_where_it_fits(text: str, read: str, expected: str) -> None:
    question = understand("How many soldiers were killed?")
    assert find_value(question, sentence(question, text, read)).text == expected


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        ("Free Front", "FFC (Free Front of the Coast)"),
        ("Free Front of the Coast", "Free Front of the Coast"),
        ("FFC", "FFC"),
    ],
)
def test_the_opening_of_what_explains_a_short_name_is_that_name(read: str, expected: str) -> None:
    question = understand("who was blamed for the raid")
    assert (
        find_value(question, sentence(question, "FFC (Free Front of the Coast) was blamed for the raid.", read)).text == expected
    )


@pytest.mark.parametrize(
    ("text", "read", "expected"),
    [
        ("At Oldtown the men of Ada Sol fought.", "Ada", "Ada Sol"),
        ("At Oldtown the men of President Ada Sol fought.", "Sol", "Ada Sol"),
        ("The Reds, once Oldtown Defence League, fought.", "Oldtown", "Oldtown Defence League"),
        ("It was Ada Sol and Ben Tey who fought.", "Sol and Ben", "Ada Sol and Ben Tey"),
    ],
)
def test_a_name_is_not_cut(text: str, read: str, expected: str) -> None:
    question = understand("Who fought at the river?")
    assert find_value(question, sentence(question, text, read)).text == expected
