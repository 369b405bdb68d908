from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from llama_index.core import Settings as LlamaSettings
from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.llms import CustomLLM
from loopback import loopback

from eval.judging import Judge, judged
from eval.summary import summarise
from eval.types import QuestionResult
from rag.errors import ModelError
from rag.settings import Generation


class ScriptedJudge(CustomLLM):
    """Says yes to everything, or a mark of 4; ``fails`` raises instead."""

    fails: str = ""
    verdict: str = "YES"
    mark: str = "4.0\nNearly."
    asked: int = 0

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=8000, num_output=100)

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        self.asked += 1
        if self.fails:
            raise ModelError("the server is gone", retryable=self.fails == "for now")
        return CompletionResponse(text=self.mark if "Reference Answer" in prompt else self.verdict)

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:
        yield self.complete(prompt)


def result(**changes: Any) -> QuestionResult:
    made: dict[str, Any] = {
        "id": "q1", "question": "Who raided Corvo?", "kind": "who", "split": "dev", "answerable": True, "expected": "raiders",
        "answer": "Raiders did. [1]", "scores": {"answer.f1": 0.5}, "citations": ({"quote": "Raiders attacked Corvo."},),
    }  # fmt: skip
    return QuestionResult(**(made | changes))


def test_opinions_stand_beside_the_computed_scores() -> None:
    (found,), ended = judged([result()], ScriptedJudge())
    assert found.scores == {"answer.f1": 0.5, "judge.faithful": 1.0, "judge.correct": 0.75}
    assert summarise([found], intervals=False).metrics["judge.correct"] == 0.75
    assert ended == ""


@pytest.mark.parametrize(("mark", "score"), [("5", 1.0), ("Score: 2.0 of 5", 0.25), ("100", None), ("Well, it is good.", None)])
def test_a_reply_without_a_readable_mark_leaves_the_answer_unjudged(mark: str, score: float | None) -> None:
    (found,), _ = judged([result()], ScriptedJudge(mark=mark, verdict="Perhaps."))
    assert found.scores.get("judge.correct") == score
    assert "judge.faithful" not in found.scores


def test_declined_questions_are_not_judged() -> None:
    (found,), _ = judged([result(abstained=True)], ScriptedJudge())
    assert found.scores == {"answer.f1": 0.5}


def test_a_judge_that_fails_for_good_is_told_and_asked_no_more() -> None:
    judge = ScriptedJudge(fails="for good")
    found, ended = judged([result(), result(id="q2")], judge)
    assert "the server is gone" in ended
    assert judge.asked == 1
    assert [r.scores for r in found] == [{"answer.f1": 0.5}] * 2


def test_a_judge_that_is_busy_is_asked_three_times_in_a_row() -> None:
    judge = ScriptedJudge(fails="for now")
    found, ended = judged([result(id=f"q{n}") for n in range(5)], judge)
    assert ended
    assert judge.asked == 3
    assert len(found) == 5


def test_no_global_setting_of_llamaindex_is_read_or_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object) -> object:
        raise AssertionError("a global setting was read")

    kind = type(LlamaSettings)
    for name in [n for n, member in vars(kind).items() if isinstance(member, property)]:
        monkeypatch.setattr(kind, name, property(refuse, lambda self, value: refuse(self)))
    (found,), ended = judged([result()], ScriptedJudge())
    assert ended == ""
    assert found.scores["judge.faithful"] == 1.0


def test_every_result_ticks() -> None:
    ticks: list[int] = []
    step: Callable[[], None] = lambda: ticks.append(1)  # noqa: E731
    judged([result(), result(id="q2", abstained=True)], ScriptedJudge(), step)
    assert len(ticks) == 2


def test_a_judge_over_the_wire_is_sent_the_answer_with_its_quotations() -> None:
    with loopback("YES it does", "5.0") as server:
        judge = Judge("openai-like/m", Generation(url=server.url, timeout_s=20, retries=0))
        try:
            (found,), ended = judged([result()], judge)
        finally:
            judge.close()
        sent = [str(r["body"]["messages"]) for r in server.requests]
    assert ended == ""
    assert found.scores["judge.faithful"] == found.scores["judge.correct"] == 1.0
    assert "Raiders attacked Corvo." in sent[0]
    assert "Who raided Corvo?" in sent[1]
