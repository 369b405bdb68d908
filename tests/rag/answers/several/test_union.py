from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from answer_doubles import cited_numbers, misquoted, passage, retrieved

from rag.answers.antecedents import cite_all
from rag.answers.citations import cite
from rag.answers.several.parts import Part, split_question
from rag.answers.several.union import join_answers, same_answer, tells_apart
from rag.search.question import understand
from rag.types import Answer, Passage

MAY = passage("May 2, 2019: At Oldtown a bomb killed three guards.", report="may.txt")
JUNE = passage("June 2, 2019: At Oldtown a bomb killed four guards.", report="june.txt")


def answer(text: str, short: str, place: Passage, *, abstained: bool = False) -> Answer:
    citation = cite(place, place.sentences[0], 1)
    return Answer(understand(text), f"{citation.quote} [1]", short, abstained, "", 0.8, (citation,), tuple(retrieved(place)), 0.0)


def test_joined_answer_numbers_its_citations_through_and_adds_up_the_terms() -> None:
    question = understand("how many guards died in May 2019 and June 2019")
    parts = [Part("a", "May 2019"), Part("b", "June 2019")]
    joined = join_answers(question, parts, [answer("a", "three", MAY), answer("b", "four", JUNE)], retrieved(MAY))
    assert joined.short_answer == "May 2019: three; June 2019: four (7 in all)"
    assert cited_numbers(joined.answer) == [c.number for c in joined.citations] == [1, 2]
    assert misquoted(joined.citations, {"may.txt": MAY.text, "june.txt": JUNE.text}) == []
    assert [r.passage.report for r in joined.passages] == ["may.txt", "june.txt"]


def test_a_sum_is_not_made_where_each_is_asked_for_or_a_term_is_no_number() -> None:
    parts = [Part("a", "May 2019"), Part("b", "June 2019")]
    each = understand("how many guards died each in May 2019 and June 2019")
    assert "in all" not in join_answers(each, parts, [answer("a", "three", MAY), answer("b", "four", JUNE)], ()).short_answer
    both = understand("how many guards died in May 2019 and June 2019")
    assert "in all" not in join_answers(both, parts, [answer("a", "dozens", MAY), answer("b", "four", JUNE)], ()).short_answer


@pytest.mark.parametrize(
    ("text", "shorts", "total"),
    [
        ("How many guards were killed at Oldtown and at Newtown?", ("three", "4"), " (7 in all)"),
        ("How many guards were arrested in 2016, 2018 and 2020?", ("three", "at least 4", "5"), " (about 12 in all)"),
        ("How many died in the first and in the second raid on Oldtown?", ("three", "4"), " (7 in all)"),
        ("How many workers did the mill have in 2019 and in 2020?", ("300", "378"), ""),
        ("How many beds did the clinic have in May 2018 and in May 2019?", ("30", "40"), ""),
        ("How many jobs were lost by 2018 and by 2020?", ("30", "40"), ""),
        ("How many were killed before 2018 and after 2018?", ("30", "40"), ""),
        ("How many people were displaced in 2018 and in 2019?", ("30", "40"), ""),
        ("How many people were in custody in May 2018 and in May 2019?", ("30", "40"), ""),
        ("How many people were killed in May 2018 and in 2018?", ("30", "40"), ""),
        ("How many raiders died at Oldtown, by their own count and by other counts?", ("two", "three"), ""),
        ("How many guards were killed at Oldtown and at Newtown?", ("12 to 15", "three"), ""),
        ("How many guards were killed at Oldtown and at Newtown?", ("12-15", "three"), ""),
        ("How many of the sick died in 2018 and in 2019?", ("65%", "64.7 percent"), ""),
    ],
)
def test_only_what_befell_somebody_in_periods_or_places_apart_is_added_up(text: str, shorts: Sequence[str], total: str) -> None:
    question = understand(text)
    parts = split_question(question)
    said = [answer(p.text, short, MAY) for p, short in zip(parts, shorts, strict=True)]
    assert join_answers(question, parts, said, ()).short_answer.partition(" (")[2] == total[2:]


def test_what_is_quoted_for_one_part_is_not_quoted_again_for_another() -> None:
    both = passage("June 3, 2021: Gunmen stormed a school in Ora. They took 140 pupils.", report="school.txt")
    first, second = both.sentences
    question = understand("who stormed the school in Ora and how many pupils were taken?")
    parts = [Part("a"), Part("b")]
    (one,), (other,) = cite_all([(both, first)], whole=True), cite_all([(both, second)], whole=True)
    said = [
        Answer(question, f"{c.quote} [1]", short, False, "", 0.8, (c,), (), 0.0) for c, short in ((one, "Gunmen"), (other, "140"))
    ]
    assert tells_apart(said)
    joined = join_answers(question, parts, said, ())
    assert [c.quote for c in joined.citations] == ["June 3, 2021: Gunmen stormed a school in Ora.", "They took 140 pupils."]
    assert joined.answer == "June 3, 2021: Gunmen stormed a school in Ora. [1] They took 140 pupils. [2]"
    assert misquoted(joined.citations, {"school.txt": both.text}) == []
    turned = join_answers(question, parts, said[::-1], ())
    assert [c.quote for c in turned.citations] == [both.text]
    assert cited_numbers(turned.answer) == [1]


def test_a_part_without_answer_is_named() -> None:
    question = understand("how many guards died in May 2019 and June 2019")
    parts = [Part("a", "May 2019"), Part("b", "June 2019")]
    joined = join_answers(question, parts, [answer("a", "", MAY, abstained=True), answer("b", "four", JUNE)], ())
    assert joined.reason == "The reports do not say: May 2019."
    assert joined.short_answer == "June 2019: four"


def test_parts_answered_by_the_same_sentence_were_no_parts() -> None:
    assert not tells_apart([answer("a", "three", MAY), answer("b", "three", MAY)])
    assert tells_apart([answer("a", "three", MAY), answer("b", "four", JUNE)])
    assert not tells_apart([answer("a", "", MAY, abstained=True)])
    assert not tells_apart([])


@pytest.mark.parametrize(
    ("labels", "shorts", "expected"),
    [
        (("first round", "second round"), ("three", "three"), 0),
        (("first round", "second round"), ("three", "four"), None),
        (("", ""), ("three", "three"), None),
        (("bomb", "guards"), ("three", "three"), None),
        (("May 2, 2019", "May 5, 2019"), ("three", "three"), 0),
    ],
)
def test_one_sentence_answers_one_of_two_parts(labels: Sequence[str], shorts: Sequence[str], expected: int | None) -> None:
    parts = [Part("a", labels[0]), Part("b", labels[1])]
    weak, strong = (replace(answer("a", short, MAY), confidence=sure) for short, sure in zip(shorts, (0.6, 0.9), strict=True))
    assert same_answer(parts, [weak, strong]) == expected
    assert same_answer(parts, [weak, answer("b", shorts[1], JUNE)]) is None
