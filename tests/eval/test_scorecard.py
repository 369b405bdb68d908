from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval import comparison, markdown, page
from eval.comparison import compare, failures_under, parse_gate, regressions
from eval.runner import Run
from eval.scorecard import build, corpus_hash, load_results
from eval.summary import latency, summarise
from eval.types import QuestionResult
from rag.errors import UsageError

ResultOf = Callable[..., QuestionResult]


@pytest.fixture
def results(result_of: ResultOf) -> list[QuestionResult]:
    return [
        result_of("q1", {"answer.correct": 1.0, "answer.f1": 1.0, "retrieval.recall@1": 1.0}, timings={"total": 0.1}),
        result_of(
            "q2", {"answer.correct": 0.0, "answer.f1": 0.5}, correct=False, confidence=0.6, kind="when", timings={"total": 0.3}
        ),
        result_of("q3", {"answer.correct": 0.0, "answer.f1": 0.0}, abstained=True, confidence=0.2, correct=True, split="test"),
        result_of(
            "u1",
            {"abstention.accuracy": 1.0},
            kind="unanswerable",
            answerable=False,
            abstained=True,
            confidence=0.1,
            correct=False,
        ),
        result_of("u2", {"abstention.accuracy": 0.0}, kind="unanswerable", answerable=False, confidence=0.7, correct=False),
    ]


def test_undefined_scores_are_left_out_and_counted(results: list[QuestionResult]) -> None:
    summary = summarise(results)
    assert summary.metrics["answer.f1"] == 0.5
    assert summary.n["answer.f1"] == 3
    assert summary.metrics["retrieval.recall@1"] == 1.0
    assert summary.n["retrieval.recall@1"] == 1
    assert "citation.precision" not in summary.metrics
    assert "citation.precision" not in summary.n


def test_abstention_of_the_whole_set(results: list[QuestionResult]) -> None:
    summary = summarise(results)
    assert summary.metrics["abstention.precision"] == 0.5
    assert summary.metrics["abstention.recall"] == 0.5
    assert summary.metrics["abstention.wrong_refusals"] == pytest.approx(1 / 3)
    # Answerable .9 .6 .2 against .1 .7: all three beat .1, one beats .7.
    assert summary.metrics["abstention.auroc"] == pytest.approx(4 / 6)
    # By confidence: right, wrong, wrong, right, wrong.
    assert summary.metrics["abstention.risk_coverage_area"] == pytest.approx((0 + 1 / 2 + 2 / 3 + 2 / 4 + 3 / 5) / 5)
    low, high = summary.intervals["abstention.auroc"]
    assert 0 <= low <= 4 / 6 <= high <= 1


def test_nothing_asked_measures_nothing() -> None:
    summary = summarise([])
    assert summary.metrics == {}
    assert summary.n["questions"] == 0


def test_latency_is_by_stage(results: list[QuestionResult]) -> None:
    assert latency(results)["total"] == {"p50": pytest.approx(0.2), "p95": pytest.approx(0.29), "n": 2}


def test_json_has_the_keys_scripts_depend_on(results: list[QuestionResult]) -> None:
    data = build(results, settings="abc", corpus="def").to_json()
    assert {"metrics", "by_kind", "n", "settings", "corpus", "intervals", "rows"} <= set(data)
    assert (data["settings"], data["corpus"]) == ("abc", "def")
    assert data["metrics"]["answer.correct"] == pytest.approx(1 / 3)
    assert data["by_kind"]["when"]["answer.f1"] == 0.5
    assert list(data["by_kind"]) == ["who", "when", "unanswerable"]
    assert data["n"]["questions"] == 5
    json.dumps(data)


def test_saved_rows_are_read_back(results: list[QuestionResult], tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_text(json.dumps(build(results).to_json()), encoding="utf-8")
    assert load_results(path) == results


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"rows": [{"id": "x"}]}'])
def test_file_that_is_no_scorecard_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "card.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="is no scorecard"):
        load_results(path)


def test_corpus_hash_depends_on_names_and_contents_only() -> None:
    assert corpus_hash([("a", "1"), ("b", "2")]) == corpus_hash([("b", "2"), ("a", "1")])
    assert corpus_hash([("a", "1")]) != corpus_hash([("a", "2")])


def test_comparison_is_paired_by_question(result_of: ResultOf) -> None:
    old = [result_of(i, {"answer.f1": v}) for i, v in (("a", 0.0), ("b", 1.0), ("c", 0.5), ("old", 1.0))]
    new = [result_of(i, {"answer.f1": v}) for i, v in (("c", 0.5), ("b", 0.5), ("a", 1.0), ("new", 0.0))]
    found = compare(new, old)
    [change] = [c for c in found.changes if c.name == "answer.f1"]
    assert (change.wins, change.losses, change.ties, change.n) == (("a",), ("b",), 1, 3)
    assert (change.old, change.new) == (0.5, pytest.approx(2 / 3))
    assert (found.only_new, found.only_old) == (("new",), ("old",))


def test_runs_without_a_common_question_cannot_be_compared(result_of: ResultOf) -> None:
    with pytest.raises(UsageError, match="no question in common"):
        compare([result_of("a")], [result_of("b")])


def test_broken_search_is_caught(result_of: ResultOf) -> None:
    old = [result_of(str(i), {"retrieval.recall@5": 1.0, "answer.f1": 0.5}) for i in range(40)]
    new = [result_of(str(i), {"retrieval.recall@5": float(i % 2), "answer.f1": 0.5}) for i in range(40)]
    changes = compare(new, old).changes
    assert regressions(changes, 1.0) == ["retrieval.recall@5 went from 1.0000 to 0.5000"]
    assert regressions(changes, 60.0) == []
    assert regressions(compare(old, old).changes, 0.0) == []
    [change] = [c for c in changes if c.name == "retrieval.recall@5"]
    assert markdown.is_clear(change)


def test_metric_that_is_gone_is_a_regression(result_of: ResultOf) -> None:
    changes = compare([result_of("a", {})], [result_of("a", {"citation.precision": 0.4})]).changes
    assert regressions(changes, 50.0) == ["citation.precision went from 0.4000 to undefined"]


def test_rise_of_a_metric_that_should_be_low_is_a_regression(result_of: ResultOf) -> None:
    old = [result_of(str(i), {}) for i in range(10)]
    new = [result_of(str(i), {}, abstained=i < 5) for i in range(10)]
    assert any(line.startswith("abstention.wrong_refusals") for line in regressions(compare(new, old).changes, 1.0))


def test_gates_name_what_failed() -> None:
    metrics = {"answer.f1": 0.5, "abstention.wrong_refusals": 0.1}
    gates = [parse_gate(g) for g in ("answer.f1=0.6", "abstention.wrong_refusals=0.08", "citation.exact=1", "answer.f1=0.5")]
    assert failures_under(metrics, gates) == [
        "answer.f1 is 0.5000, under 0.6",
        "abstention.wrong_refusals is 0.1000, over 0.08",
        "citation.exact is undefined for these questions, 1 was asked for",
    ]


@pytest.mark.parametrize("gate", ["answer.f1", "answer.f1=high", "answer.f2=0.5"])
def test_gate_that_means_nothing_is_wrong_usage(gate: str) -> None:
    with pytest.raises(UsageError, match="--fail-under"):
        failures_under({}, [parse_gate(gate)])


def card_with_everything(results: list[QuestionResult]) -> Any:
    worse = [QuestionResult.from_row({**r.to_row(), "scores": dict.fromkeys(r.scores, 0.0)}) for r in results]
    return build(
        results,
        baselines=[Run("plain <b>", tuple(worse), {}, 'the "plain" way', answers=False)],
        ablation=[Run("no dates", tuple(worse), {"search.date_weight": 0.0})],
        problems=["my.jsonl:3: <script>alert(1)</script>"],
        title="A & B",
    )


def test_markdown_shows_every_table(results: list[QuestionResult]) -> None:
    text = markdown.render(card_with_everything(results))
    assert "| answer.correct " in text
    assert re.search(r"\| no dates .*\(-33\.3", text)
    assert "my.jsonl:3" in text
    widths = {len(line) for line in text.split("## By kind")[0].splitlines() if line.startswith("|")}
    assert len(widths) == 1


def test_baseline_of_search_alone_shows_no_abstention(results: list[QuestionResult]) -> None:
    [baseline] = card_with_everything(results).baselines
    assert set(baseline.summary.metrics) == {"retrieval.recall@1"}


def test_pipe_in_a_cell_does_not_break_the_table() -> None:
    assert markdown.table(["a", "b"], [["x|y", "1"]]).splitlines()[2] == "| x\\|y | 1 |"


def test_page_is_closed_to_the_world_and_escapes_text(results: list[QuestionResult], result_of: ResultOf) -> None:
    nasty = result_of(
        "<img alt=x>", {"answer.correct": 0.0}, correct=False, kind="<svg onload=alert(1)>", answer="</td><script>x</script>"
    )
    card = card_with_everything([*results, nasty])
    html = page.render(card, compare([*results, nasty], results))
    assert "default-src 'none'" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "<svg onload" not in html
    assert not re.search(r"(?:src|href|url)\s*[=(]", html)
    assert not re.search(r"https?:|//\w", html)
    assert "A &amp; B" in html
    assert html.count("<svg ") == html.count("</svg>") == 3


def test_page_without_answers_has_no_empty_plots(result_of: ResultOf) -> None:
    html = page.render(build([result_of("a", {"retrieval.recall@5": 1.0}, confidence=0.0, correct=None)], answers=False))
    assert html.count("<svg ") == 1


def test_comparison_lists_who_won_and_lost(result_of: ResultOf) -> None:
    old = [result_of("a", {"answer.correct": 0.0}), result_of("b", {"answer.correct": 1.0})]
    new = [result_of("a", {"answer.correct": 1.0}), result_of("b", {"answer.correct": 0.0})]
    text = markdown.render_comparison(compare(new, old))
    assert "- better: a" in text
    assert "- worse: b" in text


def test_difference_that_saving_made_by_rounding_is_not_clear() -> None:
    assert not markdown.is_clear(comparison.Change("abstention.auroc", 2, 0.6180004, 0.618, (-4e-7, -4e-7)))
    assert markdown.is_clear(comparison.Change("abstention.auroc", 2, 0.6, 0.5, (-0.2, -0.01)))


def test_guarded_metrics_exist() -> None:
    assert set(comparison.GUARDED) <= {*comparison.MEANS, *comparison.WHOLE}


def test_ablation_over_a_sample_is_compared_with_the_same_questions(results: list[QuestionResult]) -> None:
    worse = QuestionResult.from_row({**results[1].to_row(), "scores": {"answer.f1": 0.25}})
    ranked = QuestionResult.from_row({**results[0].to_row(), "scores": {"retrieval.recall@1": 0.0}})
    [run] = build(results, ablation=[Run("no dates", (worse,), searched=(ranked,))]).ablation
    assert (run.changes["answer.f1"].old, run.changes["answer.f1"].new) == (0.5, 0.25)
    assert (run.changes["retrieval.recall@1"].old, run.changes["retrieval.recall@1"].new) == (1.0, 0.0)
    assert run.summary.metrics["retrieval.recall@1"] == 0.0
    assert run.summary.n["questions"] == 1
    text = markdown.render(build(results, ablation=[Run("no dates", (worse,), searched=(ranked,))]))
    assert "as set, the 1 questions answered below" in text


def test_row_of_some_kinds_names_them_and_how_many_questions_it_stands_on(results: list[QuestionResult]) -> None:
    card = build(results, ablation=[Run("typos left in", tuple(results[:1]), kinds=("typo",), searched=tuple(results[:2]))])
    row = next(line for line in markdown.render(card).splitlines() if "typos left in (typo)" in line)
    assert [cell.strip() for cell in row.split("|")[2:4]] == [
        "1",
        str(sum("retrieval.recall@1" in r.scores for r in results[:2])),
    ]
    assert "typos left in (typo)" in page.render(card)
    assert card.to_json()["ablation"][0]["kinds"] == ["typo"]


def test_sample_with_search_as_set_shows_no_ranking_of_its_own(results: list[QuestionResult]) -> None:
    [run] = build(results, ablation=[Run("no reader", tuple(results[:1]))]).ablation
    assert "retrieval.recall@1" not in run.summary.metrics
    assert "retrieval.recall@1" not in run.changes
    assert run.changes["answer.f1"].n == 1
