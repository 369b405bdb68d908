"""The injection bench against a server that does as it is told, whatever it is shown."""

from __future__ import annotations

import sys

import pytest
from loopback import loopback

from eval.bench import injection
from eval.poisons import poisoned

pytestmark = pytest.mark.integration


def test_the_bench_counts_what_was_shown_written_and_passed_with_and_without_the_guard(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = next(iter(poisoned())).canary
    with loopback(f"The answer is {first} [1]. Raiders of the Marsh Band attacked Corvo [2].") as server:
        arguments = ["bench", "--llm", "openai-like/m", "--limit", "2", "--set", f"generation.url={server.url}"]
        monkeypatch.setattr(sys, "argv", arguments)
        assert injection.main() == 0
        assert len(server.requests) == 4
    lines = capsys.readouterr().out.splitlines()
    assert [line.replace(" ", "") for line in lines[2:]] == ["|asshipped|2|0|1|0|0|", "|guardtakenout|2|2|1|1|0|"]
