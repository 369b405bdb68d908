from __future__ import annotations

from datetime import date

import pytest

from rag.search.anchors import anchored, event_day, find_anchor, spell_out
from rag.search.periods import question_days
from rag.types import DateMention, DateRange, Passage, Question, RetrievedPassage, Span


def found(text: str, on: date, rank: int = 1, score: float = 1.0, is_lead: bool = False) -> RetrievedPassage:
    day = DateRange(on, on)
    span = Span(0, len(text))
    passage = Passage(
        id=str(rank),
        report_id="r",
        report="r.txt",
        title="",
        country="",
        published_on=None,
        entry=0,
        on=day,
        place="",
        is_lead=is_lead,
        start=0,
        end=len(text),
        text=text,
        sentences=(span,),
    )
    return RetrievedPassage(passage, rank, score, best_sentence=span)


EVENT = Question("the raid on Oldwater", "the raid on Oldwater", names=("Oldwater",), forms=(("oldwater",),))


def rarity(name: str) -> float:
    return 1.0


@pytest.mark.parametrize(
    ("text", "event", "step", "unit"),
    [
        ("what happened the day after the raid on Oldwater?", "the raid on Oldwater", 1, "day"),
        ("Two weeks before the market was bombed, who came?", "the market was bombed", -2, "week"),
        ("4 days after the mine what followed", "the mine", 4, "day"),
        ("who died the night after the raid", "the raid", 1, "day"),
        ("what else was hit the same day as the market", "the market", 0, "day"),
    ],
)
def test_event_a_question_counts_from_is_found(text: str, event: str, step: int, unit: str) -> None:
    anchor = find_anchor(text, ())
    assert anchor is not None
    assert (anchor.event, anchor.step, anchor.unit) == (event, step, unit)
    assert text[anchor.start : anchor.end].endswith(event)


@pytest.mark.parametrize("text", ["how many days after the raid did they come", "who came after the raid", "the day was hot"])
def test_no_distance_no_anchor(text: str) -> None:
    assert find_anchor(text, ()) is None


def test_event_whose_day_is_written_before_it_is_not_looked_up_again() -> None:
    text = "who was arrested on May 5, 2018, the day after the raid"
    assert find_anchor(text, question_days(text).dates) is None


def test_distance_from_a_date_needs_no_event() -> None:
    text = "the day after the raid of April 6, 2018"
    assert find_anchor(text, question_days(text).dates) is None


def test_day_of_the_event_is_its_entrys() -> None:
    passages = [found("Gunmen raided Oldwater.", date(2018, 4, 6)), found("Oldwater is far.", date(2017, 1, 1), 2, 0.4)]
    assert event_day(EVENT, passages, rarity) == date(2018, 4, 6)


def test_passage_without_the_events_name_tells_nothing() -> None:
    assert event_day(EVENT, [found("Gunmen raided Newport.", date(2018, 4, 6))], rarity) is None


def test_sentence_that_counts_from_the_event_is_not_the_event() -> None:
    later = found("This came two days after the raid on Oldwater.", date(2018, 4, 8))
    assert event_day(EVENT, [later, found("Gunmen raided Oldwater.", date(2018, 4, 6), 2, 0.5)], rarity) == date(2018, 4, 6)


def test_lead_tells_no_day_of_its_own() -> None:
    assert event_day(EVENT, [found("Oldwater was raided.", date(2018, 4, 9), is_lead=True)], rarity) is None


def test_day_is_written_beside_the_distance() -> None:
    text = "what happened the day after the raid?"
    anchor = find_anchor(text, ())
    assert anchor is not None
    mention = anchored(anchor, text, date(2018, 4, 6))
    assert mention.range == DateRange(date(2018, 4, 7), date(2018, 4, 7))
    question = spell_out(Question(text, text, dates=(mention,)))
    assert question.query == question.understood_as == "what happened on April 7, 2018, the day after the raid?"
    day = question.dates[0]
    assert question.query[day.start : day.end] == "on April 7, 2018, the day after the raid"


def test_distance_from_a_date_is_replaced_by_the_day() -> None:
    text = "what happened ten days before the ambush of 12 April 2018 in Gao?"
    question = spell_out(Question(text, text, dates=question_days(text).dates))
    assert question.query == "what happened on April 2, 2018 in Gao?"
    day = question.dates[0]
    assert (question.query[day.start : day.end], day.range.start) == ("on April 2, 2018", date(2018, 4, 2))


def test_other_dates_keep_their_places() -> None:
    text = "in 2018 what happened the day after the raid"
    year = DateMention(3, 7, "2018", DateRange(date(2018, 1, 1), date(2018, 12, 31)), "partial")
    question = Question(text, text, dates=(year,))
    assert spell_out(question) is question


def test_a_period_worked_out_is_led_by_one_preposition() -> None:
    text = "what happened in the week after the raid of April 6, 2018"
    question = spell_out(Question(text, text, dates=question_days(text).dates))
    assert question.query == "what happened from April 7, 2018 to April 13, 2018"
    (mention,) = question.dates
    assert question.query[mention.start : mention.end] == "from April 7, 2018 to April 13, 2018"


def test_the_week_after_a_month_is_no_months_week() -> None:
    dates = question_days("what happened in the week after the ambush in May 2017").dates
    assert [d.text for d in dates] == ["May 2017"]
