from __future__ import annotations

from datetime import date

import pytest

from rag.search.evidence import date_evidence, meeting, name_evidence
from rag.types import DateMention, DateRange, Passage

DAY = DateRange(date(2018, 4, 6), date(2018, 4, 6))
MONTH = DateRange(date(2018, 4, 1), date(2018, 4, 30))
YEAR = DateRange(date(2018, 1, 1), date(2018, 12, 31))
OTHER = DateRange(date(2016, 4, 6), date(2016, 4, 6))


def mention(days: DateRange, start: int = 0) -> DateMention:
    return DateMention(start, start + 1, "x", days, "absolute")


def passage(text: str = "", on: DateRange | None = None, told: tuple[DateRange, ...] = (), **fields: object) -> Passage:
    known: dict[str, object] = {
        "id": "r-0-9",
        "report_id": "r",
        "report": "r.txt",
        "title": "",
        "country": "",
        "published_on": None,
        "entry": 0,
        "place": "",
        "is_lead": False,
        "start": 0,
        "end": len(text),
    }
    return Passage(**{**known, **fields}, on=on, text=text, dates=tuple(mention(days) for days in told))  # type: ignore[arg-type]


def test_meetings_are_graded_by_precision() -> None:
    grades = [meeting(DAY, DAY), meeting(MONTH, DAY), meeting(DAY, MONTH), meeting(DAY, YEAR), meeting(DAY, OTHER)]
    assert grades == sorted(grades, reverse=True)
    assert grades[:2] == [1.0, 0.9]
    assert grades[2:] == pytest.approx([0.41, 0.2, 0.0], abs=0.005)


def test_partial_overlap_counts_less_than_containment() -> None:
    spring = DateRange(date(2018, 3, 15), date(2018, 4, 15))
    assert meeting(MONTH, spring) == 0.4


def test_date_in_the_text_counts_as_much_as_the_entrys() -> None:
    asked = [mention(DAY)]
    assert date_evidence(asked, passage(on=OTHER, told=(DAY,))) == date_evidence(asked, passage(on=DAY)) == 1.0


def test_reports_date_counts_half_and_only_without_an_entrys() -> None:
    assert date_evidence([mention(DAY)], passage(published_on=DAY.start)) == 0.5
    assert date_evidence([mention(DAY)], passage(on=OTHER, published_on=DAY.start)) == 0.0


def test_several_dates_are_averaged() -> None:
    assert date_evidence([mention(DAY), mention(OTHER, 5)], passage(told=(DAY,))) == 0.5


def test_one_of_several_meanings_of_a_date_is_enough() -> None:
    assert date_evidence([mention(DAY), mention(OTHER)], passage(told=(DAY,))) == 1.0


def test_rarer_names_weigh_more() -> None:
    forms = [("oldwater",), ("mali",)]
    assert name_evidence(forms, passage("Rain in Oldwater"), [3.0, 1.0]) == 0.75


def test_no_dates_and_no_names_are_no_evidence() -> None:
    assert date_evidence([], passage(on=DAY)) == 0.0
    assert name_evidence([], passage("Anything")) == 0.0


def test_share_of_names_under_any_form() -> None:
    found = passage("The Food Programme's trucks reached Téra.", title="Niger: Grain Arrives")
    assert name_evidence([("tera",)], found) == 1.0
    assert name_evidence([("niger", "nigerien"), ("gao",)], found) == 0.5
    assert name_evidence([("wfp", "food programme")], found) == 1.0


def test_part_of_a_name_counts_up_to_half() -> None:
    assert name_evidence([("harouna djibo",)], passage("Djibo left.")) == pytest.approx(0.25)


def test_place_and_country_hold_names_too() -> None:
    assert name_evidence([("kidal",), ("mali",)], passage("Nothing.", place="Kidal", country="Mali")) == 1.0


@pytest.mark.parametrize("seat", ["paris", "n'djamena", "ndjamena", "addis ababa"])
def test_country_counts_half_where_its_seat_of_government_is_named(seat: str) -> None:
    text = "French, Chadian and Ethiopian soldiers came."
    assert name_evidence([(seat,)], passage(text)) == pytest.approx(0.5)
    assert name_evidence([(seat,)], passage(f"Talks in {seat.title()}. {text}")) == pytest.approx(1.0)
    assert name_evidence([(seat,)], passage("Malian soldiers came.")) == 0.0


def test_country_named_is_not_met_by_a_place_in_it() -> None:
    assert name_evidence([("marseille",)], passage("French soldiers came.")) == 0.0
