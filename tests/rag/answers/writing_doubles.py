"""A language model that says what a test tells it to, and a writer around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from answer_doubles import retrieved
from doubles import KeywordEmbedder

from rag.answers.citations import cite
from rag.answers.generative import GenerativeAnswerer
from rag.answers.writing.checking import Checker
from rag.errors import ModelError
from rag.settings import Generation
from rag.types import Answer, Passage, Question, Turn


class ScriptedModel:
    """Replays an answer in small pieces, remembers its prompts, and fails where told to."""

    name = "scripted/model"

    def __init__(self, reply: str, *, context_tokens: int = 4000, fails_after: int | None = None) -> None:
        self.reply = reply
        self.context_tokens = context_tokens
        self.fails_after = fails_after
        self.prompts: list[tuple[str, tuple[Turn, ...], str]] = []
        self.closed = 0

    def count(self, text: str) -> int:
        return len(text) // 3 + 1

    def load(self) -> None:
        pass

    def close(self) -> None:
        pass

    def stream(self, system: str, history: Sequence[Turn], question: str) -> Iterator[str]:
        self.prompts.append((system, tuple(history), question))
        try:
            for start in range(0, len(self.reply), 7):
                if self.fails_after is not None and start >= self.fails_after:
                    raise ModelError("scripted/model broke off its answer", retryable=True)
                yield self.reply[start : start + 7]
        finally:
            self.closed += 1


def writer(model: ScriptedModel, passages: Sequence[Passage], **settings: object) -> GenerativeAnswerer:
    embedder = KeywordEmbedder(256)
    vectors = {
        p.id: np.stack([embedder.encode([p.text[s.start - p.start : s.end - p.start]])[0] for s in p.sentences]) for p in passages
    }
    checker = Checker(embedder.encode, lambda ids: {i: vectors[i] for i in ids}, lambda word: 1.0)
    return GenerativeAnswerer(model, checker, Generation(**settings))  # type: ignore[arg-type]


def quoted(passages: Sequence[Passage], question: str, *, abstained: bool = False, short: str = "") -> Answer:
    """What the program answers without a model: the first sentence of the first passage."""
    citation = cite(passages[0], passages[0].sentences[0], 1)
    return Answer(
        question=Question(question, question),
        answer=f"{citation.quote} [1]",
        short_answer="" if abstained else short or citation.quote,
        abstained=abstained,
        reason="",
        confidence=0.8,
        citations=(citation,),
        passages=tuple(retrieved(*passages)),
        seconds=0.0,
    )


def write(
    model: ScriptedModel, passages: Sequence[Passage], question: str = "Who raided Corvo?", **settings: object
) -> list[Answer]:
    answer = quoted(passages, question)
    return list(writer(model, passages, **settings).stream(answer.question, retrieved(*passages), answer))
