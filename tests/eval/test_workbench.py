from __future__ import annotations

import contextvars
import json

import pytest

from eval import workbench


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_progress_is_told_as_lines_with_first_and_last_step(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        workbench.AS_LINES.set(True)
        with workbench.bar("questions", 3) as tick:
            for _ in range(4):  # one too many is still the end
                tick()
        with workbench.steps() as step:
            step("read", 1, 2)
            step("embed", 5, 9)

    contextvars.copy_context().run(work)
    told = lines_of(capsys)
    assert told[0] == {"what": "questions", "done": 0, "total": 3}
    assert {"what": "questions", "done": 3, "total": 3} in told
    assert told[-2:] == [{"what": "read", "done": 1, "total": 2}, {"what": "embed", "done": 5, "total": 9}]


def test_without_it_a_person_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with workbench.bar("questions", 3) as tick:
        tick()
    assert "eval: questions (3)" in capsys.readouterr().err
