"""Answers judged by a language model, with LlamaIndex's evaluators: opinions, kept under names of their own.

``judge.faithful``: whether the judge finds the answer carried by its quotations (FaithfulnessEvaluator). ``judge.correct``: how
well it agrees with the expected answer, 1 to 5 mapped to 0 to 1 (CorrectnessEvaluator).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from eval.support import strip_marks
from eval.types import QuestionResult
from rag.errors import ModelError
from rag.models.llm import LanguageModel, parse_name
from rag.settings import Generation

logger = logging.getLogger(__name__)


def load_judge(name: str, settings: Generation) -> Any:
    """The LlamaIndex model of a ``PROVIDER/NAME``.

    Args:
        name: As for ``--llm``.
        settings: Address and limits.

    Returns:
        A LlamaIndex ``LLM``; a name that is not understood or a missing package is an error.
    """
    return LanguageModel(parse_name(name, settings), settings).llama()


def judged(results: Iterable[QuestionResult], llm: Any, tick: Callable[[], None] | None = None) -> list[QuestionResult]:
    """Add the judge's scores to answers given; declined questions have none.

    Args:
        results: Of a run.
        llm: The judge, a LlamaIndex ``LLM``.
        tick: Called after each result.

    Returns:
        The results with ``judge.`` scores where the judge's reply could be read.
    """
    from llama_index.core.evaluation import CorrectnessEvaluator, FaithfulnessEvaluator

    faithful, correct = FaithfulnessEvaluator(llm=llm), CorrectnessEvaluator(llm=llm)
    scored = []
    # A loop of our own, closed again: LlamaIndex's `evaluate` would leave one open behind it.
    with asyncio.Runner() as runner:
        for result in results:
            scores = dict(result.scores)
            if not result.abstained:
                said = strip_marks(result.answer)
                quotes = [str(c["quote"]) for c in result.citations]
                try:
                    if quotes:
                        opinion = runner.run(faithful.aevaluate(query=result.question, response=said, contexts=quotes))
                        scores["judge.faithful"] = float(bool(opinion.passing))
                    if result.expected:
                        opinion = runner.run(correct.aevaluate(query=result.question, response=said, reference=result.expected))
                        if opinion.score is not None and 1 <= opinion.score <= 5:
                            scores["judge.correct"] = (float(opinion.score) - 1) / 4
                except ValueError:
                    logger.warning("%s: the judge's reply could not be read; it stays unjudged", result.id)
                except Exception as error:
                    raise ModelError(f"the judge failed ({type(error).__name__}); check it with: rag llm check") from error
            scored.append(replace(result, scores=scores))
            if tick is not None:
                tick()
    return scored
