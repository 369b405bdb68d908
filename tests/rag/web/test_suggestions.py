from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from web_doubles import ScriptedAssistant, make_answer, make_report

from rag.errors import UsageError
from rag.types import Answer, Report
from rag.web.conversation import Exchange
from rag.web.shelf import Shelf
from rag.web.suggestions import SHOWN, Suggestions, candidates

REPORT = make_report()
ASKED = Exchange(1, "who was held in Gao", make_answer("who was held in Gao"), key="a" * 32)


def busy_report() -> Report:
    """The entry quoted speaks of names; a second entry stands below it."""
    text = REPORT.text.replace("More came.", "The Heron Group, the French and Issa Maman came from Bamako, not the Malians.")
    end = text.index("Archive") - 2
    below = replace(REPORT.entries[1], index=2, start=end, end=end, place="Kidal")
    return replace(REPORT, text=text, entries=(REPORT.entries[0], replace(REPORT.entries[1], end=end), below))


class Teller(ScriptedAssistant):
    """Answers each question from words of its own, but for those it is told to decline."""

    declines: Sequence[str] = ()

    def ask(self, text: str, **options: Any) -> Answer:
        answer = super().ask(text, **options)
        place = 1000 + len(self.asked)
        citation = replace(answer.citations[0], start=place, end=place + 5)
        declined = any(word in text for word in self.declines)
        return replace(answer, citations=(citation,), abstained=declined)


@pytest.fixture
def teller(assistant: ScriptedAssistant) -> Teller:
    return Teller(assistant.settings, stored={"mali.txt": busy_report()})


def suggested(teller: Teller, session: Sequence[Exchange] = (ASKED,), busy: bool = False, ticks: float = 0.0) -> list[str]:
    times = iter(n * ticks for n in range(100))
    double: Any = teller
    return Suggestions(double, Shelf(double.show).report, lambda: busy, lambda: next(times)).after(session)


def test_candidates_are_names_entries_beside_and_the_month() -> None:
    assert ASKED.answer is not None
    found = list(candidates(ASKED.answer, lambda _: busy_report()))
    assert "What happened in Kidal on April 6, 2018?" in found
    assert "What happened in Mali in April 2018?" in found
    assert any("Heron Group" in q for q in found)
    assert "What do the reports say about France?" in found
    assert not any(f"about {name}" in q for q in found for name in ("Gao", "French", "Mali", "Malians"))
    assert len(found) == len(set(found))


def test_only_answered_questions_are_suggested(teller: Teller) -> None:
    teller.declines = ("Kidal",)
    found = suggested(teller)
    assert 0 < len(found) <= SHOWN
    assert not any("Kidal" in q for q in found)
    # As they will be asked: with the conversation before them, under the same limits.
    assert teller.asked[0][1][0].content == "who was held in Gao"


def test_question_asked_before_is_not_suggested_again(teller: Teller) -> None:
    first = suggested(teller)[0]
    again = Exchange(0, first.upper(), make_answer(first))
    assert first not in suggested(teller, (again, ASKED))


def test_answer_from_the_words_just_quoted_is_no_suggestion(assistant: ScriptedAssistant) -> None:
    assistant.stored = {"mali.txt": busy_report()}
    double: Any = assistant
    assert Suggestions(double, Shelf(double.show).report, lambda: False).after((ASKED,)) == []
    assert assistant.asked


@pytest.mark.parametrize("session", [(), (replace(ASKED, writing=True),), (Exchange(1, "who", error="no"),)])
def test_without_a_whole_answer_nothing_is_tried(teller: Teller, session: Sequence[Exchange]) -> None:
    assert suggested(teller, session) == []
    assert teller.asked == []


def test_nothing_is_tried_while_somebody_waits(teller: Teller) -> None:
    assert suggested(teller, busy=True) == []
    assert teller.asked == []


def test_trying_ends_when_its_time_is_up(teller: Teller) -> None:
    assert len(suggested(teller, ticks=1.0)) == 1


def test_refused_and_removed_are_passed_over(teller: Teller) -> None:
    teller.error = UsageError("no")
    assert suggested(teller) == []
    teller.error = None
    teller.stored = {}
    assert suggested(teller) == []


def test_one_answer_at_a_time(teller: Teller) -> None:
    double: Any = teller
    suggestions = Suggestions(double, Shelf(double.show).report, lambda: False)
    inner: list[list[str]] = []

    class Nosy(Sequence[Exchange]):
        """A session that asks for suggestions itself while it is read."""

        def __len__(self) -> int:
            return 1

        def __getitem__(self, place: Any) -> Any:
            return ASKED

        def __iter__(self) -> Iterator[Exchange]:
            inner.append(suggestions.after((ASKED,)))
            return iter((ASKED,))

    assert suggestions.after(Nosy()) != []
    assert inner[0] == []
