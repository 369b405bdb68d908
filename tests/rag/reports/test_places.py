"""The place an entry names at its opening."""

from __future__ import annotations

import pytest

from rag.reports.places import find_place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("In the north (Varn) shots fell.", "Varn"),
        ("In the northeast (outside Varn) shots fell.", "Varn"),
        ("In the east (Akel near the Sorn border) shots fell.", "Akel"),
        ("In the west (north of Tilla, in the Ouin area) shots fell.", "Tilla"),
        ("In the north (a UN base some 60 kilometers east of Varn) a bomb fell.", "Varn"),
        ("In the south (El Adde, on the road) shots fell.", "El Adde"),
        ("On the coast road (near Bin Varn) shots fell.", "Bin Varn"),
        ("In Varn troops finished a battle.", "Varn"),
        ("In Varn, on the road to Akel, a mine blew up.", "Varn"),
        ("In Varn President Ibrahim Keller (IBK to everyone) spoke.", "Varn"),
        ("In New Quay the Security Council met.", "New Quay"),
        ("In Varn the CMA (Council of Many Areas) signed.", "Varn"),
        ("In central Mali, four men attacked a hotel in the city of Varn.", "Varn"),
        ("In central Mali Fulani herders came.", ""),
        ("In the north mines damaged two cars.", ""),
        ("In the north (near the Malian border) a truck blew up.", ""),
        ("In a statement published today it said so.", ""),
        ("In March nothing happened.", ""),
        ("The CMA (Council of Many Areas) signed.", ""),
        ("", ""),
    ],
)
def test_places(text: str, place: str) -> None:
    assert find_place(text, country="Mali") == place


def test_the_place_beside_the_date_comes_first() -> None:
    assert find_place("In Akel it rained.", given="near Varn") == "Varn"


def test_the_country_of_the_report_is_no_place_in_it_but_another_is() -> None:
    assert find_place("In Mali it rained.", country="Mali") == ""
    assert find_place("In Guinea it rained.", country="Mali") == "Guinea"
