"""Answers judged by a language model, with LlamaIndex's evaluators: opinions, kept under names of their own.

``judge.faithful``: whether the judge finds the answer carried by its quotations (FaithfulnessEvaluator). ``judge.correct``: how
well it agrees with the expected answer, 1 to 5 mapped to 0 to 1 (CorrectnessEvaluator).

Left to itself, LlamaIndex's faithfulness evaluator builds an index, and with it the defaults of the global ``Settings``. Here the
evaluator's prompts go to a synthesizer that is given every part of it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.callbacks import CallbackManager
from llama_index.core.evaluation import CorrectnessEvaluator, EvaluationResult, FaithfulnessEvaluator
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.llms import CustomLLM
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.schema import NodeWithScore, TextNode
from pydantic import PrivateAttr

from eval.support import strip_marks
from eval.types import QuestionResult
from rag.errors import ModelError
from rag.models.llm import LanguageModel
from rag.models.providers import parse_name
from rag.settings import Generation
from rag.types import Turn

logger = logging.getLogger(__name__)

_MOST_FAILURES = 3
"""In a row; then the judge is asked no more."""

_YES_OR_NO = re.compile(r"\b(?:yes|no)\b", re.IGNORECASE)
_MARK = re.compile(r"\W*(?:score\W*)?([1-5](?:\.\d+)?)(?![\d.]*\d)", re.IGNORECASE)


class Judge(CustomLLM):
    """A language model of ours as LlamaIndex's evaluators ask one: with our deadline, retries and errors of one line.

    Args:
        name: ``PROVIDER/NAME``, as for ``--llm``.
        settings: Address and limits.
    """

    _model: LanguageModel = PrivateAttr()
    _limits: Generation = PrivateAttr()

    def __init__(self, name: str, settings: Generation) -> None:
        super().__init__()
        self._limits = settings
        self._model = LanguageModel(parse_name(name, settings), settings)
        self._model.load()

    @property
    def metadata(self) -> LLMMetadata:
        """What LlamaIndex wants to know."""
        return LLMMetadata(
            context_window=self._model.context_tokens,
            num_output=self._limits.max_tokens,
            is_chat_model=True,
            model_name=str(self._model.name),
        )

    def close(self) -> None:
        """Let go of connections."""
        self._model.close()

    def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        """Answer messages, the last of which is the question."""
        *before, last = messages
        system = "\n".join(m.content or "" for m in before if m.role == MessageRole.SYSTEM)
        turns = [Turn(m.role.value, m.content or "") for m in before if m.role != MessageRole.SYSTEM]
        said = "".join(self._model.stream(system, turns, last.content or ""))
        return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=said))

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        """Answer a prompt as a user's message."""
        return CompletionResponse(text="".join(self._model.stream("", (), prompt)))

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:
        """Answer a prompt, all at once: a judge's words are read when they are complete."""
        yield self.complete(prompt)


class _Faithfulness(FaithfulnessEvaluator):
    """LlamaIndex's prompts and reading of the reply, with no global setting behind them."""

    async def aevaluate(
        self,
        query: str | None = None,
        response: str | None = None,
        contexts: Sequence[str] | None = None,
        sleep_time_in_seconds: int = 0,
        **_: Any,
    ) -> EvaluationResult:
        metadata = self._llm.metadata
        synthesizer = get_response_synthesizer(
            llm=self._llm,
            callback_manager=CallbackManager([]),
            prompt_helper=PromptHelper.from_llm_metadata(metadata),
            chat_prompt_helper=ChatPromptHelper.from_llm_metadata(metadata),
            text_qa_template=self._eval_template,
            refine_template=self._refine_template,
        )
        nodes = [NodeWithScore(node=TextNode(text=text)) for text in contexts or ()]
        said = str(await synthesizer.asynthesize(response or "", nodes))
        word = _YES_OR_NO.search(said)
        passing = word[0].lower() == "yes" if word else None
        return EvaluationResult(query=query, response=response, passing=passing, feedback=said)


def _mark(reply: str) -> tuple[float | None, str]:
    """The mark a reply begins with, None where it begins with none; LlamaIndex's own reading fails on a reply of one line."""
    found = _MARK.match(reply)
    return (float(found[1]) if found else None), reply


def judged(
    results: Iterable[QuestionResult], llm: Any, tick: Callable[[], None] | None = None
) -> tuple[list[QuestionResult], str]:
    """Add the judge's scores to answers given; declined questions have none.

    A reply that cannot be read, or a judge that fails on one answer, leaves that answer unjudged; a judge that fails for good, or
    three times in a row, is asked no more: the answers, which took longer, are not lost with it.

    Args:
        results: Of a run.
        llm: The judge, a LlamaIndex ``LLM``.
        tick: Called after each result.

    Returns:
        The results, with ``judge.`` scores where there are any; and why judging ended early, or "".
    """
    faithful, correct = _Faithfulness(llm=llm), CorrectnessEvaluator(llm=llm, parser_function=_mark)
    scored: list[QuestionResult] = []
    failed, ended = 0, ""
    # A loop of our own, closed again: LlamaIndex's `evaluate` would leave one open behind it.
    with asyncio.Runner() as runner:
        for result in results:
            scores = dict(result.scores)
            if not result.abstained and not ended:
                try:
                    scores.update(runner.run(_opinions(result, faithful, correct)))
                    failed = 0
                except Exception as error:
                    failed += 1
                    why = str(error) if isinstance(error, ModelError) else type(error).__name__
                    logger.warning("%s: the judge failed (%s); it stays unjudged", result.id, why)
                    if failed == _MOST_FAILURES or not getattr(error, "retryable", False):
                        ended = f"the judge failed ({why}); check it with: rag llm check"
            scored.append(replace(result, scores=scores))
            if tick is not None:
                tick()
    return scored, ended


async def _opinions(result: QuestionResult, faithful: _Faithfulness, correct: CorrectnessEvaluator) -> dict[str, float]:
    said = strip_marks(result.answer)
    quotes = [str(c["quote"]) for c in result.citations]
    scores = {}
    if quotes:
        opinion = await faithful.aevaluate(query=result.question, response=said, contexts=quotes)
        if opinion.passing is not None:
            scores["judge.faithful"] = float(opinion.passing)
    if result.expected:
        opinion = await correct.aevaluate(query=result.question, response=said, reference=result.expected)
        if opinion.score is not None and opinion.score <= 5:
            scores["judge.correct"] = (float(opinion.score) - 1) / 4
    return scores
