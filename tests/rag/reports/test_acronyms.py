"""Abbreviations and their long names."""

from __future__ import annotations

import pytest

from rag.reports.acronyms import AcronymPair, find_acronyms


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("ISGS (Islamic State in the Greater Sahara) came.", [("ISGS", "Islamic State in the Greater Sahara")]),
        ("Islamic State in the Greater Sahara (ISGS) came.", [("ISGS", "Islamic State in the Greater Sahara")]),
        (
            "JNIM (Jamâ’ah Nusrah al Islâm wal Muslimîn, or Group for the support of Islam and Moslems) came.",
            [("JNIM", "Jamâ’ah Nusrah al Islâm wal Muslimîn"), ("JNIM", "Group for the support of Islam and Moslems")],
        ),
        (
            "AQIM (Al Qaeda in the Islamic Maghreb, or AQMI in French) came.",
            [("AQIM", "Al Qaeda in the Islamic Maghreb"), ("AQIM", "AQMI")],
        ),
        ("In Algiers the CMA (Coordination of Azawad Movements) signed.", [("CMA", "Coordination of Azawad Movements")]),
        ("The Movement for the Salvation of Azawad (MSA) left.", [("MSA", "Movement for the Salvation of Azawad")]),
        ("The UN force in Mali (MINUSMA) came.", []),
        ("In the north (Kidal) shells fell.", []),
        ("The army (see below) and Mali (M) and (A) came.", []),
        ("General Keita (IBK to everyone here) spoke.", []),
        ("CEDEAO (the regional bloc, known in English as ECOWAS) met.", [("CEDEAO", "ECOWAS")]),
        ("AB (", []),
    ],
)
def test_pairs_of_a_text(text: str, pairs: list[tuple[str, str]]) -> None:
    assert find_acronyms(text) == [AcronymPair(short, long) for short, long in pairs]


def test_a_pair_is_told_once() -> None:
    assert len(find_acronyms("GIA (Groupe Islamique Armé). GIA (Groupe Islamique Armé).")) == 1
