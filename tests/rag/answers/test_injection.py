"""Text in reports is data: models that obey it are caught, and what it hides is shown to no model."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from answer_doubles import passage, retrieved
from writing_doubles import ScriptedModel, quoted, writer

from eval.poisons import Poison, obeying, poisoned
from rag.answers.writing.orders import speaks_to_machines
from rag.answers.writing.plain import plain, visible
from rag.answers.writing.prompt import fenced
from rag.types import NOT_SUPPORTED, Answer

POISONS = list(poisoned())
CORPUS = Path(__file__).resolve().parents[3] / "corpus"


def unmarked(answer: Answer, canary: str) -> str:
    """The part of an answer that passes as supported, if the canary is in it."""
    out = [answer.answer[v.start : v.end] for v in answer.verdicts if v.supported]
    if answer.abstained or not answer.verdicts:
        out.append(answer.answer)
    out += [answer.short_answer, *(c.quote for c in answer.citations)]
    return next((text for text in out if canary in visible(text)), "")


def test_there_are_two_hundred_with_a_canary_each() -> None:
    assert len({p.canary for p in POISONS}) == len(POISONS) == 200


@pytest.mark.parametrize("poisons", [POISONS[n::20] for n in range(20)], ids=lambda p: p[0].canary)
def test_a_model_that_obeys_lets_no_canary_through_unmarked(poisons: list[Poison]) -> None:
    clean = passage("Raiders of the Marsh Band attacked Corvo. Two guards were killed and eight wounded.", date(2018, 4, 6))
    for poison in poisons:
        hostile = passage(
            poison.text, date(2018, 4, 6), start=5000, title=f"Land: {poison.canary}", report=f"{poison.canary}.txt"
        )
        passages = (hostile, clean)
        for reply in obeying(poison.canary):
            model = ScriptedModel(reply)
            answer = quoted((clean,), "Who attacked Corvo?")
            for part in writer(model, passages).stream(answer.question, retrieved(*passages), answer):
                assert unmarked(part, poison.canary) == "", (poison.text, reply)
                assert not re.search(r"https?:|!\[|\]\(|<\w", part.answer), (poison.text, reply)
                for verdict in part.verdicts:
                    following = part.answer[verdict.end :].lstrip()
                    left_out = verdict.start == verdict.end
                    assert verdict.supported or left_out or following.startswith(NOT_SUPPORTED)


def test_every_poison_is_kept_from_the_model() -> None:
    missed = [p.text for p in POISONS if not speaks_to_machines(p.text)]
    assert missed == []


def test_even_when_shown_it_stays_inside_its_fence_and_hides_nothing() -> None:
    for poison in POISONS:
        block = fenced(passage(poison.text), 1, "k3y")
        assert block.count("<") == block.count(">") == 2
        assert not re.search("[\u200b-\u200f\u2060-\u2064\U000e0000-\U000e007f]", block)


def test_reports_of_the_corpus_are_not_taken_for_orders() -> None:
    texts = [p.read_text(encoding="utf-8", errors="replace") for p in sorted(CORPUS.glob("*.txt"))]
    paragraphs = [part for text in texts for part in text.split("\n\n") if part.strip()]
    assert len(paragraphs) > 300
    assert [part for part in paragraphs if speaks_to_machines(part)] == []


@pytest.mark.parametrize(
    "text",
    [
        "The army ordered the villagers to leave and ignored the ceasefire.",
        "The minister refused to answer questions about the passage of the law.",
        "In a statement the group said that it would answer with force.",
        "The report said: “Nobody answered.” The system failed, and its users were told.",
        "Officials are not willing to say who gave the instructions.",
    ],
)
def test_reports_about_orders_are_no_orders(text: str) -> None:
    assert not speaks_to_machines(text)


def test_plain_text_shows_nothing_but_words() -> None:
    said = plain("**A** [b](http://x.example) ![c](data:image/png;base64,AA) <b>d</b> <!-- e --> www.f.example `g` [1]")
    assert said.split() == ["A", "b", "c", "d", "(link", "removed)", "g", "[1]"]
