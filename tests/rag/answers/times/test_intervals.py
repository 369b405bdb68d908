from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from answer_doubles import misquoted, passage, retrieved

from rag.answers.citations import cite
from rag.answers.times.intervals import find_interval, tell_interval
from rag.search.question import understand
from rag.types import Answer, Filters, Passage

RAID = passage("May 2, 2019: At Oldtown gunmen raided the depot.", date(2019, 5, 2), report="may.txt")
BLAST = passage("June 13, 2019: At Newtown a bomb killed three guards.", date(2019, 6, 13), report="june.txt")
LATER = passage("It was two days later that the depot burned down.", date(2019, 5, 2), report="later.txt")
ASKED = "How many days after the raid at Oldtown did a bomb go off at Newtown?"


def told(text: str, short: str, place: Passage, *, abstained: bool = False) -> Answer:
    citation = cite(place, place.sentences[0], 1)
    return Answer(understand(text), f"{citation.quote} [1]", short, abstained, "", 0.8, (citation,), tuple(retrieved(place)), 0.0)


def nothing() -> Answer:
    return told(ASKED, "", RAID, abstained=True)


def by_place(text: str, filters: Filters) -> Answer:
    if "Oldtown" in text:
        return told(text, "May 2, 2019", RAID)
    return told(text, "June 13, 2019", BLAST)


@pytest.mark.parametrize(
    ("text", "start", "end", "unit", "forward"),
    [
        (
            "how many days after the siege were rockets fired at the camp",
            "when was the siege?",
            "when were rockets fired at the camp?",
            "day",
            True,
        ),
        (
            "How long before Ann Smith was kidnapped did the raid take place?",
            "when Ann Smith was kidnapped?",
            "when did the raid take place?",
            "",
            False,
        ),
        (
            "weeks between the ambush at Oldtown and the vote",
            "when was the ambush at Oldtown?",
            "when was the vote?",
            "week",
            None,
        ),
        (
            "time lapse Oldtown market fire - arrest of the mayor",
            "when was Oldtown market fire?",
            "when was arrest of the mayor?",
            "",
            None,
        ),
        (
            "the Oldtown mill dispute 1911, time from vote to strike",
            "when was vote (the Oldtown mill dispute 1911)?",
            "when was strike (the Oldtown mill dispute 1911)?",
            "",
            None,
        ),
        (
            "How long was it from the fall of Oldtown to the truce?",
            "when was the fall of Oldtown?",
            "when was the truce?",
            "",
            None,
        ),
        (
            "days between the vote and the raid on Oldtown and Newtown",
            "when was the vote?",
            "when was the raid on Oldtown and Newtown?",
            "day",
            None,
        ),
        ("how many months after May 2, 2019 was the depot rebuilt", "May 2, 2019", "when was the depot rebuilt?", "month", True),
        ("How many days between 1 May and 5 May 2019?", "1 May 2019", "5 May 2019", "day", None),
        (
            "How many days were there between the raid of 1 May and the vote of 5 May 2019?",
            "when was the raid of 1 May 2019?",
            "when was the vote of 5 May 2019?",
            "day",
            None,
        ),
        (
            "How many days from the raid of 28 December to the vote of 3 January 2020?",
            "when was the raid of 28 December?",
            "when was the vote of 3 January 2020?",
            "day",
            None,
        ),
        (
            "how much time between the first and second raid on Oldtown",
            "when was the first raid on Oldtown?",
            "when was second raid on Oldtown?",
            "",
            None,
        ),
        (
            "How long was it between when the mayor was taken and when he was freed?",
            "when the mayor was taken?",
            "when he was freed?",
            "",
            None,
        ),
        ("the mill, time from attack to claim", "when was attack (the mill)?", "when was claim (the mill)?", "", None),
    ],
)
def test_both_events_are_asked_for_their_days(text: str, start: str, end: str, unit: str, forward: bool | None) -> None:
    found = find_interval(text)
    assert found is not None
    assert (found.start, found.end, found.unit, found.forward) == (start, end, unit, forward)


def test_what_one_event_calls_there_is_named_by_the_other() -> None:
    found = find_interval("how long after the staff of Oldtown were taken was the post there attacked")
    assert found is not None
    assert found.end == "when was the post there attacked (Oldtown)?"


@pytest.mark.parametrize(
    "text",
    [
        "how long did the battle last",
        "days of mourning - Oldtown",
        "delay of the election - reasons",
        "Time magazine - person of the year",
        "time and place of the funeral - Oldtown",
        "what happened two days after the raid at Oldtown",
        "how many soldiers died between Oldtown and Newtown",
        "who was killed the day after the raid",
        "how many days after the raid",
        "how many people were taken days before the vote",
        "How long is the road from Oldtown to Newtown?",
        "How long has the war between Oldland and Newland lasted?",
        "How long is the border between Oldland and Newland?",
        "How long did the talks between the army and the rebels last?",
        "How long is it from Oldtown to Newtown?",
        "How long is it from the airport to the hotel?",
        "What is the gap between rich and poor?",
        "What is the gap between the 2016 turnout and the 2020 turnout?",
        "What was the gap between what was promised and what was delivered?",
        "What is the time difference between Oldtown and Newtown?",
        "What time did the train from Oldtown to Newtown leave?",
        "How many days a week is the clinic open from Monday to Friday?",
        "How many days between 1 May and 5 May?",
        "how many years between 2016 and 2020",
        "What happened in the days between the raid and the vote?",
    ],
)
def test_a_question_for_anything_else_is_no_interval(text: str) -> None:
    assert find_interval(text) is None


def test_the_days_between_are_counted_and_both_are_cited() -> None:
    answer = tell_interval(understand(ASKED), by_place, nothing, retrieved(RAID, BLAST))
    assert answer is not None
    assert answer.short_answer == "42 days"
    assert answer.answer.startswith("42 days, from May 2, 2019 to June 13, 2019: ")
    assert [c.report for c in answer.citations] == ["may.txt", "june.txt"]
    assert not misquoted(answer.citations, {"may.txt": RAID.text, "june.txt": BLAST.text})


@pytest.mark.parametrize(
    ("asked", "length"),
    [
        ("How many weeks after the raid at Oldtown did a bomb go off at Newtown?", "6 weeks"),
        ("How long after the raid at Oldtown did a bomb go off at Newtown?", "42 days (about 6 weeks)"),
        ("How many months after the raid at Oldtown did a bomb go off at Newtown?", "about 1 month (42 days)"),
        ("How many years after the raid at Oldtown did a bomb go off at Newtown?", "42 days"),
    ],
)
def test_the_length_is_told_in_the_unit_asked_for(asked: str, length: str) -> None:
    answer = tell_interval(understand(asked), by_place, nothing, ())
    assert answer is not None
    assert answer.short_answer == length


def test_a_length_the_text_tells_stands() -> None:
    asked = "How long after the raid at Oldtown did the depot burn down?"
    direct = told(asked, "two days later", LATER)

    def ask(text: str, filters: Filters) -> Answer:
        return told(text, "May 2, 2019" if "raid" in text else "May 4, 2019", RAID if "raid" in text else LATER)

    assert tell_interval(understand(asked), ask, lambda: direct, ()) is direct


def test_days_that_go_against_a_length_in_the_text_are_counted_instead() -> None:
    answer = tell_interval(understand(ASKED), by_place, lambda: told(ASKED, "two days later", LATER), ())
    assert answer is not None
    assert answer.short_answer == "42 days"


def test_a_length_in_the_text_that_is_surer_than_the_days_stands() -> None:
    direct = replace(told(ASKED, "two days later", LATER), confidence=0.95)
    answer = tell_interval(understand(ASKED), by_place, lambda: direct, ())
    assert answer == direct


def test_an_event_on_the_wrong_side_is_looked_for_again_on_the_right_one() -> None:
    seen: list[Filters] = []

    def ask(text: str, filters: Filters) -> Answer:
        seen.append(filters)
        if "Oldtown" in text:
            return told(text, "May 2, 2019", RAID)
        return told(text, "June 13, 2019" if filters.since else "January 1, 2018", BLAST)

    answer = tell_interval(understand(ASKED), ask, nothing, ())
    assert answer is not None
    assert answer.short_answer == "42 days"
    assert seen[-1].since == date(2019, 5, 2)


def test_an_event_years_away_is_looked_for_again_near_the_other() -> None:
    def ask(text: str, filters: Filters) -> Answer:
        if "Oldtown" in text:
            return told(text, "May 2, 2019" if filters.since else "May 2, 2012", RAID)
        return told(text, "June 13, 2019" if not filters.until else "", BLAST, abstained=filters.until is not None)

    answer = tell_interval(understand(ASKED), ask, nothing, ())
    assert answer is not None
    assert answer.short_answer == "42 days"


def test_an_event_the_question_dates_itself_is_of_that_time() -> None:
    asked = "How many months were there between the vote of March 2018 and the bomb at Newtown?"

    def ask(text: str, filters: Filters) -> Answer:
        return told(text, "January 1, 2012" if "vote" in text else "June 13, 2019", RAID if "vote" in text else BLAST)

    answer = tell_interval(understand(asked), ask, nothing, ())
    assert answer is not None
    assert answer.short_answer == "about 15 months"
    assert [c.report for c in answer.citations] == ["june.txt"]


def test_two_dates_of_the_question_alone_are_nothing_the_reports_tell() -> None:
    asked = "How many days after May 2, 2019 was the truce of June 13, 2019?"
    assert tell_interval(understand(asked), lambda text, _: told(text, "", RAID, abstained=True), nothing, ()) is None


def test_a_month_is_told_by_the_day_that_reports_of_its_time_give() -> None:
    def ask(text: str, filters: Filters) -> Answer:
        if "Oldtown" in text:
            return told(text, "May 2, 2019" if filters.as_of else "May 2019", RAID)
        return told(text, "June 13, 2019", BLAST)

    answer = tell_interval(understand(ASKED), ask, nothing, ())
    assert answer is not None
    assert answer.short_answer == "42 days"


def test_an_event_without_a_day_leaves_the_question_to_others() -> None:
    def ask(text: str, filters: Filters) -> Answer:
        return by_place(text, filters) if "Oldtown" in text else told(text, "", BLAST, abstained=True)

    assert tell_interval(understand(ASKED), ask, nothing, ()) is None


def test_one_sentence_for_both_events_tells_no_interval() -> None:
    assert tell_interval(understand(ASKED), lambda text, _: told(text, "May 2, 2019", RAID), nothing, ()) is None


@pytest.mark.parametrize(
    "text",
    [
        "How many days passed between the blockade and the takeover?",
        "How much time passed between the leak and the inquiry?",
        "How long was it between the kidnap and the ransom payment?",
        "How many days elapsed from the outage to the repair?",
        "How many days were there between the first tremor and the second?",
        "How many years between the census of 2010 and the one of 2015?",
        "how long from the mayor's appeal for calm until the soldiers had him",
        "How much time lay between the death of two nurses in May and that of the guards?",
    ],
)
def test_what_passes_is_time_whatever_the_events(text: str) -> None:
    assert find_interval(text) is not None
