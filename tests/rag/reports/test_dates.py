"""What date expressions mean, by the conventions the module states."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.reports.dates import find_dates, parse_bound

ANCHOR = date(2018, 4, 9)  # a Monday


def understood(text: str, anchor: date | None = ANCHOR) -> list[str]:
    """Mentions as "first..last", or the day alone."""
    spans = [mention.range for mention in find_dates(text, anchor)]
    return [str(span.start) if span.is_day else f"{span.start}..{span.end}" for span in spans]


@pytest.mark.parametrize(
    "text",
    [
        "April 6, 2018",
        "6 April 2018",
        "Apr. 6th, 2018",
        "the 6th of April 2018",
        "2018-04-06",
        "2018/4/6",
        "06/04/2018",
        "6.4.2018",
        "Friday, April 6, 2018",
        "Fri 6 Apr 2018",
        "april 6 2018",
        "April 6 of 2018",
        "6-Apr-2018",
        "2018-04-06T10:00",
    ],
)
def test_full_dates_need_no_anchor(text: str) -> None:
    assert understood(text, None) == ["2018-04-06"]
    assert find_dates(text)[0].kind == "absolute"


def test_numeric_dates_are_day_first_unless_impossible() -> None:
    assert understood("03/04/2018 and 04/13/2018") == ["2018-04-03", "2018-04-13"]


@pytest.mark.parametrize("text", ["April 31, 2018", "February 30", "31/04/2018", "2018-13-01", "2018-02-30", "13/13/2018"])
def test_days_the_calendar_lacks_are_no_days(text: str) -> None:
    assert all(not mention.range.is_day for mention in find_dates(text, ANCHOR))


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("in October 2017", "2017-10-01..2017-10-31"),
        ("Oct 2017", "2017-10-01..2017-10-31"),
        ("in october 2017", "2017-10-01..2017-10-31"),
        ("October, 2017", "2017-10-01..2017-10-31"),
        ("2017-10", "2017-10-01..2017-10-31"),
        ("in 2017", "2017-01-01..2017-12-31"),
        ("the 2015 accord", "2015-01-01..2015-12-31"),
        ("early 2017", "2017-01-01..2017-04-30"),
        ("mid-2017", "2017-05-01..2017-08-31"),
        ("a late 2017 ambush", "2017-09-01..2017-12-31"),
        ("the end of 2017", "2017-11-01..2017-12-31"),
        ("the beginning of 2017", "2017-01-01..2017-02-28"),
        ("the first half of 2018", "2018-01-01..2018-06-30"),
        ("the first quarter of 2018", "2018-01-01..2018-03-31"),
        ("the last quarter of 2018", "2018-10-01..2018-12-31"),
        ("Q2 2018", "2018-04-01..2018-06-30"),
        ("2018 Q2", "2018-04-01..2018-06-30"),
        ("2018-Q2", "2018-04-01..2018-06-30"),
        ("H1 2018", "2018-01-01..2018-06-30"),
        ("the first two weeks of May 2018", "2018-05-01..2018-05-14"),
        ("the last two weeks of May 2018", "2018-05-18..2018-05-31"),
        ("May in 2018", "2018-05-01..2018-05-31"),
        ("the first three months of 2018", "2018-01-01..2018-03-31"),
        ("late March 2018", "2018-03-21..2018-03-31"),
        ("early in March 2018", "2018-03-01..2018-03-10"),
        ("the middle of March 2018", "2018-03-11..2018-03-20"),
        ("the third week of January 2018", "2018-01-15..2018-01-21"),
        ("the last week of January 2018", "2018-01-25..2018-01-31"),
        ("spring 2016", "2016-03-01..2016-05-31"),
        ("the winter of 2016", "2016-12-01..2017-02-28"),
        ("the fall of 2012", "2012-09-01..2012-11-30"),
        ("the 1990s", "1990-01-01..1999-12-31"),
        ("the early 1990s", "1990-01-01..1993-04-30"),
    ],
)
def test_parts_of_the_calendar(text: str, means: str) -> None:
    assert understood(text, None) == [means]
    assert find_dates(text)[0].kind == "partial"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("April 5-6, 2018", "2018-04-05..2018-04-06"),
        ("April 5 and 6, 2018", "2018-04-05..2018-04-06"),
        ("5 to 6 April 2018", "2018-04-05..2018-04-06"),
        ("April 5, 6 and 7, 2018", "2018-04-05..2018-04-07"),
        ("April 5th, 6th and 7th of 2018", "2018-04-05..2018-04-07"),
        ("5, 6 and 7 April 2018", "2018-04-05..2018-04-07"),
        ("Q1 to Q3 2018", "2018-01-01..2018-09-30"),
        ("january to april in 2016", "2016-01-01..2016-04-30"),
        ("from March 28 to April 6, 2018", "2018-03-28..2018-04-06"),
        ("between April 5 and April 9, 2018", "2018-04-05..2018-04-09"),
        ("from December 30 to January 2, 2018", "2017-12-30..2018-01-02"),
        ("from 2007 to 2011", "2007-01-01..2011-12-31"),
        ("between 2012 and 2014", "2012-01-01..2014-12-31"),
        ("2016-2018", "2016-01-01..2018-12-31"),
        ("from June 2016 until March 2017", "2016-06-01..2017-03-31"),
        ("january to april 2016", "2016-01-01..2016-04-30"),
        ("killed march to may 2015", "2015-03-01..2015-05-31"),
        ("Jan-Mar 2018", "2018-01-01..2018-03-31"),
        ("nov to feb 2018", "2017-11-01..2018-02-28"),
        ("2014 to 2016", "2014-01-01..2016-12-31"),
    ],
)
def test_ranges(text: str, means: str) -> None:
    assert understood(text, None) == [means]
    assert find_dates(text)[0].kind == "range"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("on April 6", "2018-04-06"),
        ("on April 20th", "2017-04-20"),
        ("On June 29 two women came", "2017-06-29"),
        ("on the 6th", "2018-04-06"),
        ("on the 28th", "2018-03-28"),
        ("in March", "2018-03-01..2018-03-31"),
        ("since november", "2017-11-01..2017-11-30"),
        ("late March", "2018-03-21..2018-03-31"),
        ("yesterday", "2018-04-08"),
        ("the day before yesterday", "2018-04-07"),
        ("the next day", "2018-04-10"),
        ("the night before", "2018-04-08"),
        ("two days ago", "2018-04-07"),
        ("a day later", "2018-04-10"),
        ("five days after.", "2018-04-14"),
        ("eighteen days before that, nothing", "2018-03-22"),
        ("two weeks earlier", "2018-03-23..2018-03-29"),
        ("a month later", "2018-05-01..2018-05-31"),
        ("half a year earlier", "2017-10-01..2017-10-31"),
        ("twenty-six months earlier", "2016-02-01..2016-02-29"),
        ("two years ago", "2016-01-01..2016-12-31"),
        ("last week", "2018-04-02..2018-04-08"),
        ("this month", "2018-04-01..2018-04-30"),
        ("last month", "2018-03-01..2018-03-31"),
        ("the previous month", "2018-03-01..2018-03-31"),
        ("next month", "2018-05-01..2018-05-31"),
        ("last year", "2017-01-01..2017-12-31"),
        ("in the last year", "2017-04-09..2018-04-09"),
        ("in the last two weeks", "2018-03-26..2018-04-09"),
        ("earlier this year", "2018-01-01..2018-04-09"),
        ("the end of last year", "2017-11-01..2017-12-31"),
        ("last spring", "2017-03-01..2017-05-31"),
        ("last November", "2017-11-01..2017-11-30"),
        ("this past March", "2018-03-01..2018-03-31"),
        ("on Tuesday", "2018-04-03"),
        ("on Monday", "2018-04-09"),
        ("last Monday", "2018-04-02"),
        ("next Friday", "2018-04-13"),
        ("last weekend", "2018-04-07..2018-04-08"),
        ("in the last quarter", "2018-01-09..2018-04-09"),
        ("the last week of last month", "2018-03-25..2018-03-31"),
        ("On February 29", "2016-02-29"),
        ("on February 28-29", "2016-02-28..2016-02-29"),
        ("by February 29", "2020-02-29"),
        ("on the 31st", "2018-03-31"),
        ("twenty one days ago", "2018-03-19"),
        ("twenty-one days ago", "2018-03-19"),
        ("this past May", "2017-05-01..2017-05-31"),
        ("this past week", "2018-04-02..2018-04-09"),
        ("this past weekend", "2018-04-07..2018-04-08"),
        ("this coming week", "2018-04-16..2018-04-22"),
        ("this coming winter", "2018-12-01..2019-02-28"),
        ("April 5, 6 and 7", "2018-04-05..2018-04-07"),
    ],
)
def test_what_needs_an_anchor_is_resolved_against_it_or_left_out(text: str, means: str) -> None:
    assert understood(text) == [means]
    assert find_dates(text, ANCHOR)[0].kind == "relative"
    assert find_dates(text, None) == []


@pytest.mark.parametrize(
    "text",
    [
        "2000 fighters and 13,000 men with $2000 in 2,018 trucks",
        "they may march and may 15 men die",
        "for five days, within weeks, in three days",
        "the 5th battalion of the 157th, on the 3rd attempt, in the 19th century",
        "two days after the blast",
        "no earlier than planned, two days earlier than that plan",
        "UN Resolution 2014, Room 2017.",
        "A Sunday Times reporter, Black Friday",
        "an a-10, version 1.2018, 10.2018.5, 2018%",
        "August Strindberg, June Smith and April Jones marched in Mayfair",
        "sat down, the sun set, the mar was second",
        "",
    ],
)
def test_what_looks_like_a_date_and_is_none(text: str) -> None:
    assert understood(text) == []


def test_a_number_that_counts_is_not_the_day_of_its_month() -> None:
    assert understood("In April 20 soldiers died") == ["2018-04-01..2018-04-30"]


@pytest.mark.parametrize(
    "text", ["On April 5, 6 and 7 soldiers died", "On April 5, 20-30 men came", "On April 5, 4 and 3 were hurt"]
)
def test_numbers_that_count_are_no_days_of_a_list(text: str) -> None:
    assert understood(text) == ["2018-04-05"]


@pytest.mark.parametrize(
    ("text", "anchor", "means"),
    [
        ("On the 31st it fell.", date(2019, 5, 10), ["2019-03-31"]),
        ("On the 31st it fell.", date(2019, 3, 3), ["2019-01-31"]),
        ("on the 29th", date(2019, 3, 10), ["2019-01-29"]),
        ("on 29 February", date(2019, 5, 10), ["2016-02-29"]),
        ("In February 2019 they came, and on the 29th they left.", date(2019, 5, 1), ["2019-02-01..2019-02-28"]),
        ("29 February or 3 March 2019", date(2019, 5, 1), ["2019-03-03"]),
    ],
)
def test_a_day_that_its_month_lacks_is_looked_for_in_another_or_left_out(text: str, anchor: date, means: list[str]) -> None:
    assert understood(text, anchor) == means


def test_an_entry_of_the_last_days_of_a_year_may_run_into_the_next() -> None:
    assert understood("On January 2 the hospital reopened.", date(2018, 12, 31)) == ["2019-01-02"]
    assert understood("On January 5 it closed. In January it burned.", date(2018, 12, 31)) == [
        "2018-01-05",
        "2018-01-01..2018-01-31",
    ]


def test_the_next_day_follows_the_day_last_spoken_of_in_the_paragraph() -> None:
    assert understood("On June 3, 2017 it began. The following day it ended.", None) == ["2017-06-03", "2017-06-04"]
    assert understood("On June 3, 2017 it began.\n\nThe following day it ended.") == ["2017-06-03", "2018-04-10"]


def test_a_distance_takes_the_date_that_follows_it() -> None:
    assert understood("two days after April 5, 2018", None) == ["2018-04-07"]
    assert understood("the day before the April 5, 2018 vote", None) == ["2018-04-04"]


def test_the_week_of_a_day_runs_from_monday_to_sunday() -> None:
    assert understood("in the week of April 4, 2018", None) == ["2018-04-02..2018-04-08"]
    assert understood("in the week of April 3 to 9, 2018", None) == ["2018-04-03..2018-04-09"]
    assert understood("a week of rain", None) == []


def test_a_bare_day_stays_in_the_month_last_spoken_of() -> None:
    text = "In May 2014 the army failed. The fighting lasted from the 17th to the 21st. On the 25th it was over."
    assert understood(text, date(2014, 8, 25))[1:] == ["2014-05-17..2014-05-21", "2014-05-25"]


def test_a_yearless_day_follows_the_full_date_of_its_sentence() -> None:
    assert understood("On March 22, 2012 they rose, and on April 6 they declared a state.")[1] == "2012-04-06"
    assert understood("On March 22, 2012 they rose. On April 6 they came back.")[1] == "2018-04-06"


def test_an_entry_may_run_into_the_days_after_its_date() -> None:
    assert understood("It ran through the night into the 11th, and on April 12 it ended.") == ["2018-04-11", "2018-04-12"]


def test_august_of_that_year_leans_on_the_year_before_it() -> None:
    assert understood("In 2014 they came. In August of that year they left.")[1] == "2014-08-01..2014-08-31"


def test_until_takes_the_nearest_month() -> None:
    assert understood("The vote is put off until June.") == ["2018-06-01..2018-06-30"]
    assert understood("He led it until February.") == ["2018-02-01..2018-02-28"]


def test_later_never_passes_the_day_of_publication() -> None:
    assert find_dates("Ten weeks later it is worse.", ANCHOR, latest=ANCHOR) == []
    assert [m.text for m in find_dates("The next day they fled. The vote is next month.", ANCHOR, latest=date(2018, 4, 20))] == [
        "The next day",
        "next month",
    ]


def test_future_is_preferred_when_asked_for() -> None:
    assert find_dates("on March 3", ANCHOR, prefer="future")[0].range.start == date(2019, 3, 3)
    assert find_dates("on Tuesday", ANCHOR, prefer="future")[0].range.start == date(2018, 4, 10)


def test_offsets_count_from_the_base_and_spans_hold_the_text() -> None:
    text = "since October 2017 and on April 6"
    for mention in find_dates(text, ANCHOR, base=1000):
        assert text[mention.start - 1000 : mention.end - 1000] == mention.text


@pytest.mark.parametrize(
    "unit",
    [
        "April ",
        "a ",
        "1 ",
        "2018 ",
        "20",
        " ",
        "two days ",
        "the 1st ",
        "the next ",
        "April 5 and ",
        "from 2017 to ",
        "late ",
        "-",
        "\n",
        "1990s",
    ],
)
def test_a_line_of_100000_characters_is_read(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    ends = 0
    for mention in find_dates(text, ANCHOR):
        assert ends <= mention.start < mention.end <= len(text)
        ends = mention.end


WORDS = st.sampled_from(
    "April May March may 6 6th 31 2018 1999 20 , . - – to and the of last next this week month year day days two a early late "
    "mid end first half quarter ago later earlier before after that between from until on in since "
    "Monday yesterday spring winter 06/04/2018 2018-04 soldiers \n\n ( ) 's".split(" ")
)


@given(st.lists(WORDS, max_size=25), st.dates() | st.none())
def test_mentions_are_in_order_and_inside_whatever_the_words(words: list[str], anchor: date | None) -> None:
    text = " ".join(words)
    end = 0
    for mention in find_dates(text, anchor):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.text == text[mention.start : mention.end]
        assert mention.range.start <= mention.range.end
        end = mention.end


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    assert all(mention.text for mention in find_dates(text, ANCHOR))


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_written_days_are_read_back(day: date) -> None:
    for text in (day.isoformat(), f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%b} {day.year}", f"{day:%d/%m/%Y}"):
        assert [mention.range.start for mention in find_dates(text)] == [day]


def test_bounds_of_a_setting() -> None:
    assert parse_bound("2018-04-06", last=False) == parse_bound(" April 6,  2018 ", last=True) == date(2018, 4, 6)
    assert parse_bound("2018", last=False) == date(2018, 1, 1)
    assert parse_bound("2018", last=True) == date(2018, 12, 31)
    assert parse_bound("2018-02", last=True) == date(2018, 2, 28)
    assert parse_bound("late 2017", last=False) == date(2017, 9, 1)


@pytest.mark.parametrize("text", ["", "soon", "yesterday", "2018-02-30", "April 6, 2018 or so", "x" * 500])
def test_a_setting_that_is_no_date_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError, match="is not a date; write it as") as caught:
        parse_bound(text, last=False)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 160


@pytest.mark.parametrize(
    "text", ["It fired 1900 to 2000 rounds.", "some 2000 to 2017 fighters", "troops will march to April 2016 talks"]
)
def test_counts_and_verbs_begin_no_range(text: str) -> None:
    assert not any(d.kind == "range" for d in find_dates(text))
