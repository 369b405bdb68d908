from __future__ import annotations

import html
import re
from dataclasses import replace

from web_doubles import make_answer

from rag.types import Answer, Correction, Verdict
from rag.web.conversation import Exchange
from rag.web.reply import messages

ANSWER = make_answer("who")
QUOTE = ANSWER.citations[0].quote


def reply(answer: Answer, **changes: object) -> str:
    return messages([Exchange(1, "who", answer, key="a" * 32, **changes)])[1]["content"]  # type: ignore[arg-type]


def said(markup: str, kind: str) -> list[str]:
    return [html.unescape(re.sub(r"<[^>]+>", "", part)) for part in re.findall(rf'<span class="said {kind}">(.*?)<a ', markup)]


def test_sentence_that_is_its_citation_word_for_word_is_marked_as_quoted() -> None:
    assert said(reply(ANSWER), "quoted") == [f"{QUOTE} "]
    led = replace(ANSWER, answer=f"The nearest they come: {QUOTE} [1]")
    assert said(reply(led), "quoted") == [f"{QUOTE} "]
    assert "The nearest they come: " in html.unescape(reply(led))


def test_sentence_changed_by_a_word_is_not_marked_as_quoted() -> None:
    assert said(reply(replace(ANSWER, answer=f"{QUOTE.replace('two', 'six')} [1]")), "quoted") == []


def test_verdicts_of_a_language_model_s_sentences_are_shown_with_their_reasons() -> None:
    text = "Two men were held. [1] Twelve fled. [1] Nobody knows why."
    at = text.index("Twelve")
    verdicts = (Verdict(0, at - 1, (1,), True), Verdict(at, at + 16, (1,), False, ("the number 12 <b>",)))
    markup = reply(replace(ANSWER, answer=text, verdicts=verdicts))
    assert said(markup, "supported") == ["Two men were held. "]
    assert said(markup, "unsupported") == ["Twelve fled. "]
    assert "not supported: the number 12 <b>" in html.unescape(markup)
    assert "<b>" not in markup
    assert html.unescape(re.sub(r"<[^>]+>", "", markup)).count("Nobody knows why.") == 1


def test_verdicts_outside_the_text_or_across_each_other_lose_no_word() -> None:
    text = "One. [1] Two."
    verdicts = (Verdict(0, 8, (1,), True), Verdict(3, 99, (), False), Verdict(5, 13, (), False))
    markup = reply(replace(ANSWER, answer=text, verdicts=verdicts))
    assert re.sub(r"<span class=\"(?:verdict|unseen)\".*?</span>", "", markup).count("Two") == 1


def test_only_a_whole_answer_can_be_judged_copied_and_linked() -> None:
    assert re.findall(r'id="(up|down|copy)-1"', reply(ANSWER)) == ["up", "down", "copy"]
    assert "permalink" in reply(ANSWER)
    assert 'class="act' not in reply(ANSWER, writing=True)


def test_words_taken_for_typing_errors_are_told() -> None:
    question = replace(ANSWER.question, understood_as="who in Gao", corrections=(Correction("<gaoo>", "Gao"),))
    assert "understood as: who in Gao (“Gao” for “<gaoo>”)" in html.unescape(
        re.sub(r"<[^>]+>", "", reply(replace(ANSWER, question=question)))
    )
