from __future__ import annotations

from datetime import date

import pytest
from answer_doubles import PointingReader, misquoted, passage
from test_extractive import ask

from rag.answers.antecedents import cite_all, points_back, with_antecedent
from rag.types import DateRange, Passage, Span

RAID = passage("April 6, 2018: Gunmen came to Karo. They set fire to the school. That night it rained. The army slept.", start=30)


@pytest.mark.parametrize(
    "text",
    [
        "It began on the 19th.",
        "But they fled.",
        "Its leader was shot.",
        "That night the police spoke of two killed.",
        "Those words were not forgotten.",
        "This was the third raid.",
        "The next day the army came.",
        "Four days later the staff answered.",
        "Three of them died.",
        "At least seven of them died.",
        "Both were freed.",
        "Another 23 were hurt.",
        "In that raid nobody died.",
        "Since then he has been silent.",
        "The same post had been visited before.",
        "“He lied,” the minister said.",
        "It is a town that lies 30 km from Goma.",
        "It was led by a man who had fought in Libya.",
        "The day after, they fled.",
        "Hours later the bridge fell.",
        "Later that day the army came.",
        "There they found ten bodies.",
        "Because of this the market closed.",
        "However, he stayed.",
        "The latter was freed.",
        "Both of them died.",
        "Both towns were taken.",
        "There, the rebels killed two.",
        "It's the largest in the north.",
        "It is in an area that rebels have long ruled.",
        "It took control of the mines and began to tax miners.",
        "It remains as strong as before.",
        "It was known as Camp Lion.",
        "It was illegal and was banned.",
    ],
)
def test_a_sentence_that_opens_with_a_pronoun_points_back(text: str) -> None:
    assert points_back(text)


@pytest.mark.parametrize(
    "text",
    [
        "It was on February 17 that Paris spoke.",
        "It is not known who fired.",
        "This year the rains failed.",
        "These days nobody travels.",
        "Those who fled have not come back.",
        "Both Mali and Niger sent troops.",
        "Neither Mali nor Niger answered.",
        "Four days before the vote gunmen came.",
        "Italy sent troops.",
        "Hers Oil lost a truck.",
        "The army slept.",
        "April 6, 2018: They came at night.",
        "Other Roads is a charity.",
        "This summer the Nile flooded.",
        "This past week police arrested ten men.",
        "Those killed in Aleppo were buried.",
        "Most of those who fled Goma have returned.",
        "The former president of Peru was tried.",
        "The rest of Yemen is calm.",
        "Another earthquake struck Nepal.",
        "Both the army and the police deny it.",
        "Both guards and police deny it.",
        "It is believed that he fled.",
        "It is hard to say.",
        "It's clear that he lied.",
        "It remains unclear who fired.",
        "It took three days to reach the town.",
        "IT workers struck in Bangalore.",
        "His Majesty King Ora spoke.",
        "He Xiangjian, the billionaire, was held.",
        "That the minister lied surprised nobody.",
        "Two weeks later than planned, the vote was held.",
    ],
)
def test_a_sentence_that_can_be_read_alone_does_not(text: str) -> None:
    assert not points_back(text)


@pytest.mark.parametrize(("index", "first"), [(0, 0), (1, 0), (2, 0), (3, 3)])
def test_a_quotation_begins_with_what_it_points_back_to(index: int, first: int) -> None:
    sentences = RAID.sentences
    assert with_antecedent(RAID, sentences[index]) == Span(sentences[first].start, sentences[index].end)


def test_at_most_two_sentences_are_added_and_none_over_a_break() -> None:
    chain = passage("Gunmen came. They fired. They fled. They came back.")
    assert with_antecedent(chain, chain.sentences[3]).start == chain.sentences[1].start
    for text in ("- Police seized arms.\n- They were sold at night.", "FLOODS IN DHAKA!\nThey killed 12."):
        items = passage(text)
        assert with_antecedent(items, items.sentences[-1]) == items.sentences[-1]
    wrapped = passage("In the night gunmen came to\nKaro. They killed 12.\nThey fled.")
    assert with_antecedent(wrapped, wrapped.sentences[2]).start == 0
    parted = passage("Gunmen came.\n\nThey fired.")
    assert with_antecedent(parted, parted.sentences[1]) == parted.sentences[1]
    assert with_antecedent(chain, Span(3, 9)) == Span(3, 9)


def test_what_is_quoted_anyway_is_not_quoted_twice() -> None:
    first, second, *_ = RAID.sentences
    together = cite_all([(RAID, first), (RAID, second)], whole=True)
    assert [c.quote for c in together] == ["April 6, 2018: Gunmen came to Karo.", "They set fire to the school."]
    (alone,) = cite_all([(RAID, second)], whole=True)
    assert alone.quote == "April 6, 2018: Gunmen came to Karo. They set fire to the school."
    assert misquoted([alone], {RAID.report_id: " " * 30 + RAID.text}) == []
    assert cite_all([(RAID, second)], whole=False)[0].quote == "They set fire to the school."


def test_the_days_are_those_of_the_sentence_that_answers() -> None:
    text = "In May 2017 gunmen came to Karo. They came back in June 2017."
    told = passage(text, date(2018, 4, 6))
    (citation,) = cite_all([(told, told.sentences[1])], whole=True)
    assert citation.quote == text
    assert citation.happened == DateRange(date(2017, 6, 1), date(2017, 6, 30))


def place() -> Passage:
    return passage("April 6, 2018: In Sokolo a patrol was ambushed. It was a Monday evening. Traders stayed away.")


def test_an_answer_quotes_what_its_sentence_speaks_of() -> None:
    reader = PointingReader("a Monday evening")
    answer = ask("at what time of day was the patrol ambushed", place(), reader=reader, sentences=1)
    assert answer.citations[0].quote == "April 6, 2018: In Sokolo a patrol was ambushed. It was a Monday evening."
    assert answer.short_answer == "Monday evening"
    plain = ask("at what time of day was the patrol ambushed", place(), reader=reader, sentences=1, antecedents=False)
    assert plain.citations[0].quote == "It was a Monday evening."


def test_the_nearest_evidence_is_quoted_whole_too() -> None:
    reader = PointingReader("a Monday evening")
    answer = ask("was it a Monday evening in Gao", place(), reader=reader, abstain_below=1.0)
    assert answer.abstained
    assert answer.citations[0].quote.startswith("April 6, 2018: In Sokolo")
    plain = ask("was it a Monday evening in Gao", place(), reader=reader, abstain_below=1.0, antecedents=False)
    assert plain.citations[0].quote == "It was a Monday evening."
