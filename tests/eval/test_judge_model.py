from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.llms import CustomLLM

from eval.judging import judged
from eval.summary import summarise
from eval.types import QuestionResult
from rag.errors import ModelError


class ScriptedJudge(CustomLLM):
    """Says yes to everything, or a mark of 4; ``fails`` raises instead."""

    fails: bool = False

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=8000, num_output=100)

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        if self.fails:
            raise ConnectionError("no")
        return CompletionResponse(text="4.0\nNearly." if "Reference Answer" in prompt else "YES")

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:
        yield self.complete(prompt)


def result(**changes: Any) -> QuestionResult:
    made: dict[str, Any] = {
        "id": "q1", "question": "Who raided Corvo?", "kind": "who", "split": "dev", "answerable": True, "expected": "raiders",
        "answer": "Raiders did. [1]", "scores": {"answer.f1": 0.5}, "citations": ({"quote": "Raiders attacked Corvo."},),
    }  # fmt: skip
    return QuestionResult(**(made | changes))


def test_opinions_stand_beside_the_computed_scores() -> None:
    (found,) = judged([result()], ScriptedJudge())
    assert found.scores == {"answer.f1": 0.5, "judge.faithful": 1.0, "judge.correct": 0.75}
    assert summarise([found], intervals=False).metrics["judge.correct"] == 0.75


def test_declined_questions_are_not_judged() -> None:
    (found,) = judged([result(abstained=True)], ScriptedJudge())
    assert found.scores == {"answer.f1": 0.5}


def test_a_judge_that_fails_is_told() -> None:
    with pytest.raises(ModelError, match="judge failed"):
        judged([result()], ScriptedJudge(fails=True))


def test_every_result_ticks() -> None:
    ticks: list[int] = []
    step: Callable[[], None] = lambda: ticks.append(1)  # noqa: E731
    judged([result(), result(id="q2", abstained=True)], ScriptedJudge(), step)
    assert len(ticks) == 2
