from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from eval.runner import add_withheld, ask_all, run_ablations, run_baselines, search_all, spread
from eval.scoring import Shelf, locate_evidence, score
from eval.types import KINDS, EvalQuestion, Evidence
from eval.variants import ABLATIONS, Variant
from rag.settings import Settings
from rag.types import Answer, Filters, Report, Turn

BOATS = "In the port town raiders burned three boats."
MAYOR = "The mayor blamed a smuggling ring."
RIFLES = "A patrol found a cache of rifles near the old mill."
AnswerOf = Callable[..., Answer]


@pytest.fixture
def shelf(report: Report) -> Shelf:
    return Shelf(lambda key: report)


def mark(question: EvalQuestion, answer: Answer, shelf: Shelf) -> Any:
    located = locate_evidence([question], shelf)
    return score(question, answer, located.evidence[question.id], shelf)


def test_right_answer_scores_everywhere(boats_question: EvalQuestion, answer_of: AnswerOf, shelf: Shelf) -> None:
    result = mark(boats_question, answer_of(BOATS, "three", found=[MAYOR, BOATS]), shelf)
    assert result.correct is True
    assert result.scores == {
        "abstention.accuracy": 1.0,
        "citation.exact": 1.0,
        "retrieval.recall@1": 0.0,
        "retrieval.recall@5": 1.0,
        "retrieval.recall@10": 1.0,
        "retrieval.hit@1": 0.0,
        "retrieval.hit@5": 1.0,
        "retrieval.hit@10": 1.0,
        "retrieval.mrr@10": 0.5,
        "retrieval.ndcg@10": pytest.approx(0.6309, abs=1e-4),
        "answer.exact_match": 1.0,
        "answer.f1": 1.0,
        "answer.contains": 1.0,
        "answer.correct": 1.0,
        "answer.correct_and_cited": 1.0,
        "citation.precision": 1.0,
        "citation.recall": 1.0,
        "citation.supported": 1.0,
    }
    assert result.timings == {"retrieve": 0.1, "total": 0.25}


def test_declined_answerable_question_scores_nothing_but_its_ranking(
    boats_question: EvalQuestion, answer_of: AnswerOf, shelf: Shelf
) -> None:
    result = mark(boats_question, answer_of(BOATS, found=[BOATS], abstained=True), shelf)
    assert result.correct is None
    assert result.scores["retrieval.recall@1"] == 1.0
    assert result.scores["answer.correct"] == 0.0
    assert result.scores["answer.f1"] == 0.0
    assert result.scores["citation.recall"] == 0.0
    assert result.scores["abstention.accuracy"] == 0.0
    assert "citation.precision" not in result.scores
    assert result.citations == ()


def test_unanswerable_question_is_only_about_declining(answer_of: AnswerOf, shelf: Shelf) -> None:
    question = EvalQuestion("u", "who paid the raiders", "unanswerable", answerable=False)
    answered = mark(question, answer_of(MAYOR, "a smuggling ring"), shelf)
    assert answered.correct is False
    assert answered.scores == {"abstention.accuracy": 0.0, "citation.exact": 1.0, "citation.supported": 1.0}
    assert mark(question, answer_of(abstained=True), shelf).scores == {"abstention.accuracy": 1.0}


def test_quote_that_is_not_in_the_stored_text_is_caught(boats_question: EvalQuestion, answer_of: AnswerOf, shelf: Shelf) -> None:
    answer = answer_of(BOATS, "three")
    wrong = replace(answer, citations=(replace(answer.citations[0], start=0),))
    assert mark(boats_question, wrong, shelf).scores["citation.exact"] == 0.0


def test_evidence_that_is_not_in_the_library_leaves_the_question_out(
    boats_question: EvalQuestion, answer_of: AnswerOf, scripted: Any
) -> None:
    lost = replace(boats_question, id="q2", source="my.jsonl:2", evidence=(Evidence("erewhon-2018-05-02.txt", "sank"),))
    gone = replace(boats_question, id="q3", evidence=(Evidence("no.txt", "sank"),))
    assistant = scripted({boats_question.question: answer_of(BOATS, "three")})
    own = Shelf(assistant.show)
    located = locate_evidence([boats_question, lost, gone], own)
    assert [problem.split(":")[0] for problem in located.problems] == ["my.jsonl", "q3"]
    assert "does not hold the quote 'sank'" in located.problems[0]
    assert [r.id for r in ask_all(assistant, [boats_question, lost, gone], located, own)] == ["q1"]


def test_history_and_limits_of_a_question_are_passed_on(boats_question: EvalQuestion, answer_of: AnswerOf, scripted: Any) -> None:
    turns = (Turn("user", "what burned"), Turn("assistant", "boats"))
    question = replace(boats_question, history=turns, filters=Filters(countries=("Erewhon",)))
    assistant = scripted({question.question: answer_of(BOATS, "three")})
    own = Shelf(assistant.show)
    ticks: list[int] = []
    ask_all(assistant, [question], locate_evidence([question], own), own, lambda: ticks.append(1))
    assert assistant.asked == [(question.question, turns)]
    assert assistant.limits == [question.filters]
    assert ticks == [1]


def test_withheld_answers_tell_whether_declining_cost_a_right_one(
    boats_question: EvalQuestion, answer_of: AnswerOf, scripted: Any, shelf: Shelf
) -> None:
    declined = mark(boats_question, answer_of(abstained=True, confidence=0.2), shelf)
    unbounded = scripted({boats_question.question: answer_of(BOATS, "three", confidence=0.2)})
    [filled] = add_withheld(unbounded, [declined], [boats_question])
    assert filled == replace(declined, correct=True)
    still = scripted({boats_question.question: answer_of(abstained=True)})
    assert add_withheld(still, [declined], [boats_question])[0].correct is False


def test_search_only_runs_mark_rankings_of_answerable_questions(boats_question: EvalQuestion, shelf: Shelf) -> None:
    unanswerable = EvalQuestion("u", "why", "unanswerable", answerable=False)
    located = locate_evidence([boats_question, unanswerable], shelf)
    start, end = located.evidence["q1"][0].spans[0]
    results = search_all(lambda q: [("r1", start, end)], [boats_question, unanswerable], located.evidence)
    assert [(r.id, r.scores["retrieval.mrr@10"]) for r in results] == [("q1", 1.0)]


def test_each_variant_is_opened_with_its_own_settings(
    boats_question: EvalQuestion, answer_of: AnswerOf, scripted: Any, shelf: Shelf
) -> None:
    opened: list[Settings] = []

    def opener(settings: Settings) -> Any:
        opened.append(settings)
        return scripted({boats_question.question: answer_of(BOATS, "three", found=[BOATS])})

    settings = Settings.load({"search.date_weight": 0.0}, env={})
    located = locate_evidence([boats_question], shelf)
    variants = [Variant("no dates", {"search.date_weight": 0.0}), Variant("no names", {"search.name_weight": 0.0}, "names off")]
    [run] = run_ablations(opener, settings, [boats_question], located, shelf, variants)
    assert (run.name, run.what, run.answers) == ("no names", "names off", True)
    assert opened[0].search.name_weight == 0.0
    baselines = run_baselines(opener, settings, [boats_question], located)
    assert [s.search.fusion for s in opened[1:]] == ["lexical", "dense", "rrf"]
    assert all(not b.answers and b.results[0].scores["retrieval.recall@1"] == 1.0 for b in baselines)


def test_ablation_answers_a_sample_and_searches_for_all(
    boats_question: EvalQuestion, answer_of: AnswerOf, scripted: Any, shelf: Shelf
) -> None:
    questions = [replace(boats_question, id=f"q{i}", question=f"how many boats {i}") for i in range(6)]
    answers = {q.question: answer_of(BOATS, "three", found=[BOATS]) for q in questions}
    settings = Settings.load({}, env={})
    located = locate_evidence(questions, shelf)
    variants = [Variant("no names", {"search.name_weight": 0.0}), Variant("declines", {"answering.abstain_below": 0.9})]
    search, answering = run_ablations(lambda s: scripted(answers), settings, questions, located, shelf, variants, answered=2)
    assert (len(search.results), len(search.searched)) == (2, 6)
    assert (len(answering.results), len(answering.searched)) == (2, 0)


def test_ablation_asks_the_kinds_a_part_is_there_for_and_ranks_where_search_differs(
    boats_question: EvalQuestion, answer_of: AnswerOf, scripted: Any, shelf: Shelf
) -> None:
    kinds = ("typo", "who", "who", "typo", "when", "typo")
    questions = [replace(boats_question, id=f"q{i}", question=f"how many boats {i}", kind=k) for i, k in enumerate(kinds)]
    answers = {q.question: answer_of(BOATS, "three", found=[BOATS]) for q in questions}
    settings = Settings.load({}, env={})
    located = locate_evidence(questions, shelf)
    variants = [
        Variant("typos left in", {"understanding.typos": False}, kinds=("typo",)),
        Variant("no reader", {"answering.reader": False}),
        Variant("no parts", {"answering.parts": False}, kinds=("no such kind",)),
    ]
    ticks: list[None] = []
    typos, reader, parts = run_ablations(
        lambda s: scripted(answers), settings, questions, located, shelf, variants, 2, lambda: ticks.append(None), ranked=4
    )
    assert {r.kind for r in (*typos.results, *typos.searched)} == {"typo"}
    assert (len(typos.results), len(typos.searched), typos.kinds) == (2, 3, ("typo",))
    assert (len(reader.results), len(reader.searched)) == (2, 4)
    assert (len(parts.results), len(parts.searched)) == (2, 0)
    assert len(ticks) == 6
    [whole] = run_ablations(lambda s: scripted(answers), settings, questions, located, shelf, variants[:1], 40)
    assert whole.searched == whole.results


def test_every_ablation_row_names_kinds_there_are() -> None:
    assert {kind for variant in ABLATIONS for kind in variant.kinds} <= set(KINDS)


def test_sample_has_every_kind_in_its_share(boats_question: EvalQuestion) -> None:
    questions = [replace(boats_question, id=str(i), kind="who" if i % 4 else "when") for i in range(40)]
    chosen = spread(questions, 8)
    assert [q.kind for q in chosen].count("when") == 2
    assert spread(questions, 0) == spread(questions, 99) == questions
