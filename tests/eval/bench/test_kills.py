from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench import kills

pytestmark = pytest.mark.integration


def test_a_killed_writer_loses_doubles_and_half_shows_nothing(tmp_path: Path) -> None:
    outcome = kills.run(tmp_path, kills=8, seed=3, steps=6)
    assert (outcome.lost, outcome.doubled, outcome.half_visible, outcome.apart) == (0, 0, 0, 0)
    assert outcome.kills == 8
    assert outcome.operations > 8
    assert outcome.unfinished > 0  # else the kills came too late to prove anything


def test_a_lost_report_would_be_counted(tmp_path: Path) -> None:
    outcome = kills.Outcome()
    with kills.open_library(tmp_path, "double") as library:
        kills._count(library, [{"report-1.txt": "its hash"}], outcome)
    assert outcome.lost == 1
    assert not outcome.ok
