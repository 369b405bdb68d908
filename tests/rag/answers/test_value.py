from __future__ import annotations

from datetime import date

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
    ("query", "text", "read", "expected"),
    [
        ("How many civilians were at the feast?", "There were some 100 civilians and five armed men.", "five", "some 100"),
        ("How many districts do the Reds hold?", "The Reds hold 30 of Ora's 45 districts.", "30", "30"),
        ("How many schools closed?", "There are 90 schools in the region; 12 were shut.", "12", "12"),
        ("How many tanks did Poland give?", "Germany gave 18 tanks and Poland 14.", "14", "14"),
        ("how many troops will Ora send", "Ora will send 600 soldiers to join the 4,500 troops there.", "600", "600"),
        ("how many attacks were there", "There were 230 bombings in 2018, compared to 120 attacks.", "230", "230"),
        ("how many soldiers came", "There came 500 police and 200 soldiers.", "500", "200"),
        ("How many candidates stood?", "Some 592 candidates applied and only seven were approved.", "seven", "seven"),
        ("How many schools closed?", "Out of 90 schools 12 closed.", "12", "12"),
        ("How many soldiers were wounded?", "It cost 98 soldiers their lives and wounded 47.", "47", "47"),
        ("How many men came?", "They were 12, with two men of Ora.", "12", "12"),
        ("How many rebels came?", "There came 40, of them 30 rebels and ten rebels of Ora.", "40", "40"),
    ],
)
def test_the_number_before_what_is_counted_is_meant(query: str, text: str, read: str, expected: str) -> None:
    question = understand(query)
    assert find_value(question, sentence(question, text, read)).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It began in the middle of November.", "the middle of November (November 11, 2017 to November 20, 2017)"),
        ("It began on the 3rd of November.", "November 3, 2017"),
        ("It began in mid-November 2017.", "mid-November 2017"),
    ],
)
def test_vague_days_are_told_in_the_words_of_the_report(text: str, expected: str) -> None:
    question = understand("When did it begin?")
    (found,) = retrieved(passage(text, date(2017, 12, 4)))
    day = found.passage.dates[0]
    told = ScoredSentence(found, found.passage.sentences[0], (0.0,) * len(FEATURES), None, Span(day.start, day.end), 0.0)
    assert find_value(question, told).text.removeprefix("the ") == expected.removeprefix("the ")


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
