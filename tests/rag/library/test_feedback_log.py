from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rag.library.feedback import Feedback, FeedbackLog, Quote
from rag.types import Filters, Turn

GIVEN = Feedback(
    id="a1",
    at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
    vote="down",
    question="who did it",
    kind="who",
    history=(Turn("user", "what happened"), Turn("assistant", "A raid. [1]")),
    filters=Filters(since=date(2018, 1, 1), as_of=date(2018, 4, 9), countries=("Mali",), reports=("r.txt",)),
    answer="Pirates. [1]",
    short_answer="Pirates",
    confidence=0.5,
    citations=(Quote("r.txt", "Pirates"),),
    reason="wrong group",
    expected=("raiders",),
    evidence=(Quote("r.txt", "raiders did it"),),
    settings="0123456789ab",
)


def test_judgement_comes_back_as_it_was_given(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path)
    log.add(GIVEN)
    assert log.all() == ([GIVEN], [])
    assert log.path == tmp_path / "feedback" / "feedback.jsonl"


def test_change_of_mind_counts_and_the_first_word_stays_on_file(tmp_path: Path) -> None:
    log = FeedbackLog(tmp_path)
    for given in (GIVEN, replace(GIVEN, id="b2"), replace(GIVEN, vote="up", reason="")):
        log.add(given)
    found, problems = log.all()
    assert [(f.id, f.vote) for f in found] == [("a1", "up"), ("b2", "down")]
    assert problems == []
    assert len(log.path.read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.parametrize("change", [{"vote": "sideways"}, {"at": "soon"}, {"history": [1]}, {"filters": {"since": "x"}}])
def test_row_that_is_no_judgement_is_named_and_the_others_are_read(tmp_path: Path, change: dict[str, object]) -> None:
    log = FeedbackLog(tmp_path)
    log.add(GIVEN)
    with log.path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({**GIVEN.to_row(), "id": "bad", **change}) + "\n")
    found, problems = log.all()
    assert [f.id for f in found] == ["a1"]
    assert len(problems) == 1
    assert "row bad" in problems[0]
