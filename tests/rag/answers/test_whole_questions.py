"""Questions asked of a small library with the shipped models: the parts of the program together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.settings import Settings
from rag.types import Answer

MAY = """Nobo: A Bad Week
May 4, 2019: The raid on Oldtown is still talked of. The army has corrected its count and speaks of 15 dead soldiers now.

May 2, 2019: In the north (Oldtown) gunmen raided the army post at around four in the morning. The army said that 12 soldiers \
were killed. The raiders took three trucks and left for the hills.

May 1, 2019: In the capital the guards drove Prime Minister Bram Tey to their barracks. They had left two of the colonels \
who had helped them, Cai Orr and Dan Ulm, out of the new council.
"""
JUNE = """Nobo: After The Raid
June 3, 2019: Local officials have put the dead of the Oldtown raid of May 2 at 20 soldiers. Father Abel Sunn, a priest \
who had been held since May 20, was freed on June 1.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("whole")
    paths: list[Path] = []
    for name, text in (("nobo-2019-05-04.txt", MAY), ("nobo-2019-06-03.txt", JUNE)):
        paths.append(folder / name)
        paths[-1].write_text(text, encoding="utf-8")
    with Assistant(Settings.load({"home": str(folder / "home")})) as opened:
        opened.add(paths)
        yield opened


def quoted(answer: Answer) -> list[str]:
    return [c.quote for c in answer.citations]


def test_accounts_that_are_said_to_differ_are_all_shown(assistant: Assistant) -> None:
    answer = assistant.ask("how many soldiers were killed in the Oldtown raid, sources don't agree")
    assert {"12", "15", "20"} <= set(answer.short_answer.replace("(", " ").split())
    assert len(answer.citations) == 3
    assert answer.question.query.endswith("sources don't agree")


@pytest.mark.parametrize(("which", "expected"), [("final", "20 soldiers"), ("initial", "12 soldiers")])
def test_the_final_and_the_initial_count_are_told_apart(assistant: Assistant, which: str, expected: str) -> None:
    answer = assistant.ask(f"what was the {which} death toll of the Oldtown raid")
    assert answer.short_answer == expected.split()[0]
    assert expected in answer.citations[0].quote


def test_a_minister_is_not_taken_for_a_colonel(assistant: Assistant) -> None:
    answer = assistant.ask("who was the prime minister that the guards removed in May 2019")
    assert answer.short_answer == "Bram Tey"
    assert "Prime Minister Bram Tey" in quoted(answer)[0]


def test_hour_and_weekday_of_the_same_event(assistant: Assistant) -> None:
    assert assistant.ask("at what time was the post at Oldtown raided").short_answer == "at around four in the morning"
    assert assistant.ask("on which weekday was the post at Oldtown raided").short_answer == "Thursday, May 2, 2019"


def test_an_hour_that_is_not_told_is_not_answered_with_a_date(assistant: Assistant) -> None:
    assert assistant.ask("at what time was Father Sunn freed").abstained
