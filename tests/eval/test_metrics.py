"""Worked values, trec_eval by way of pytrec_eval, and the official SQuAD definitions written out."""

from __future__ import annotations

import collections
import math
import random
import re
import string

import pytest
import pytrec_eval

from eval import metrics
from rag.models.reading_scores import exact_match, f1, normalize_answer


def test_ranks_are_one_based_and_missing_ones_none() -> None:
    assert metrics.ranks_of(["b", "x", "a"], ["a", "b", "c"]) == [2, None, 1]


def test_recall_worked_by_hand() -> None:
    ranks = [1, 4, None]
    assert metrics.recall_at_k(ranks, 1) == pytest.approx(1 / 3)
    assert metrics.recall_at_k(ranks, 4) == pytest.approx(2 / 3)
    assert metrics.hit_at_k(ranks, 1) == 1.0
    assert metrics.hit_at_k([2], 1) == 0.0


def test_reciprocal_rank_stops_at_k() -> None:
    assert metrics.reciprocal_rank([4, 2], 10) == 0.5
    assert metrics.reciprocal_rank([11], 10) == 0.0
    assert metrics.reciprocal_rank([None], 10) == 0.0


def test_ndcg_worked_by_hand() -> None:
    # Gains 3 at rank 2 and 1 at rank 3; the best order has 3 at rank 1 and 1 at rank 2.
    expected = (3 / math.log2(3) + 1 / math.log2(4)) / (3 + 1 / math.log2(3))
    assert metrics.ndcg_at_k([2, 3], 10, [3, 1]) == pytest.approx(expected)


def test_ranking_metrics_without_gold_are_undefined() -> None:
    assert metrics.recall_at_k([], 5) is None
    assert metrics.hit_at_k([], 5) is None
    assert metrics.reciprocal_rank([]) is None
    assert metrics.ndcg_at_k([]) is None
    assert metrics.ndcg_at_k([1], 10, [0]) is None


def test_two_gold_items_met_by_one_passage_do_not_exceed_one() -> None:
    assert metrics.ndcg_at_k([1, 1]) == 1.0


@pytest.mark.parametrize("seed", range(20))
def test_ranking_metrics_agree_with_trec_eval(seed: int) -> None:
    rng = random.Random(seed)
    documents = [f"d{i}" for i in range(40)]
    gold = {d: rng.randint(1, 4) for d in rng.sample(documents, rng.randint(1, 8))}
    ranking = rng.sample(documents, 30)
    run = {"q": {d: float(len(ranking) - i) for i, d in enumerate(ranking)}}
    evaluator = pytrec_eval.RelevanceEvaluator({"q": gold}, {"recall_1,5,10", "ndcg_cut_10", "recip_rank", "success_5"})
    expected = evaluator.evaluate(run)["q"]
    ranks = metrics.ranks_of(list(gold), ranking)
    assert metrics.recall_at_k(ranks, 1) == pytest.approx(expected["recall_1"])
    assert metrics.recall_at_k(ranks, 5) == pytest.approx(expected["recall_5"])
    assert metrics.recall_at_k(ranks, 10) == pytest.approx(expected["recall_10"])
    assert metrics.hit_at_k(ranks, 5) == pytest.approx(expected["success_5"])
    assert metrics.ndcg_at_k(ranks, 10, list(gold.values())) == pytest.approx(expected["ndcg_cut_10"])
    assert metrics.reciprocal_rank(ranks, len(ranking)) == pytest.approx(expected["recip_rank"])


# The official definitions of SQuAD 2.0's evaluation, in its own order of steps, as the reference.


def official_normalize(s: str) -> str:
    def remove_articles(text: str) -> str:
        return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text)

    def white_space_fix(text: str) -> str:
        return " ".join(text.split())

    def remove_punc(text: str) -> str:
        exclude = set(string.punctuation)
        return "".join(ch for ch in text if ch not in exclude)

    return white_space_fix(remove_articles(remove_punc(s.lower())))


def official_f1(gold: str, given: str) -> float:
    gold_toks, pred_toks = official_normalize(gold).split(), official_normalize(given).split()
    common = collections.Counter(gold_toks) & collections.Counter(pred_toks)
    num_same = sum(common.values())
    if len(gold_toks) == 0 or len(pred_toks) == 0:
        return int(gold_toks == pred_toks)
    if num_same == 0:
        return 0
    precision = 1.0 * num_same / len(pred_toks)
    recall = 1.0 * num_same / len(gold_toks)
    return (2 * precision * recall) / (precision + recall)


PAIRS = [
    ("The Islamic State in the Greater Sahara", "Islamic State in Greater Sahara"),
    ("October 4, 2017", "4 October 2017"),
    ("", "something"),
    ("the", ""),
    ("U.S. troops", "US troops"),
    ("theatre an anthem", "theatre anthem"),
    ("four", "Four!"),
    ("a b b c", "b b d"),
]


@pytest.mark.parametrize(("given", "gold"), PAIRS)
def test_short_answers_agree_with_the_official_definitions(given: str, gold: str) -> None:
    assert normalize_answer(given) == official_normalize(given)
    assert exact_match(given, [gold]) == float(official_normalize(given) == official_normalize(gold))
    assert f1(given, [gold]) == pytest.approx(official_f1(gold, given))


def test_best_accepted_answer_counts() -> None:
    assert f1("the port", ["harbour", "port town"]) == pytest.approx(2 / 3)
    assert exact_match("ISGS", ["Islamic State in the Greater Sahara", "ISGS"]) == 1.0
    assert exact_match("x", []) is None
    assert f1("x", []) is None


@pytest.mark.parametrize(
    ("text", "phrase", "held"),
    [
        ("raiders burned three boats", "3", True),
        ("raiders burned thirteen boats", "three", False),
        ("4,000 people fled", "4000", True),
        ("U.S. forces", "US", True),
        ("the mayor’s house", "mayor", True),
        ("Abu-Walid fled", "abu walid", True),
        ("category", "cat", False),
        ("in 2017", "the", False),
        ("the rate was 3.5", "3", False),
    ],
)
def test_containment_is_of_whole_words(text: str, phrase: str, held: bool) -> None:
    assert metrics.contains(text, phrase) is held


def test_required_groups_need_an_alternative_each() -> None:
    groups = [["four", "4 dead"], ["seven"]]
    assert metrics.required_share("One report says 4 dead, the other five.", groups) == 0.5
    assert metrics.required_share("4 dead here, seven there", groups) == 1.0
    assert metrics.required_share("anything", []) is None


@pytest.mark.parametrize(
    ("short", "groups", "share"),
    [
        ("12 (May 2, 2019); corrected to thirteen (May 9, 2019)", [["12", "twelve"], ["13"]], 0.0),
        ("12; 13; 40", [["12"], ["13"]], 1 / 3),
        ("no figure at all", [["12"], ["13"]], None),
        ("June 3, 2020; or: June 4, 2020", [["June 3"], ["June 4"]], None),
        ("12", [["Gao"], ["12"]], None),
        ("12", [], None),
    ],
)
def test_figures_that_nobody_asked_for(short: str, groups: list[list[str]], share: float | None) -> None:
    assert metrics.stray_figures(short, groups) == pytest.approx(share)


def test_correctness_of_a_yes_or_no_looks_at_the_first_word_only() -> None:
    assert metrics.is_correct("Yes", "No one was arrested.", ["no"], (), yes_no=True) is False
    assert metrics.is_correct("No", "", ["no"], (), yes_no=True) is True
    assert metrics.is_correct("", "", ["no"], (), yes_no=True) is False


def test_correctness_with_required_groups_needs_all_of_them() -> None:
    assert metrics.is_correct("four", "four or seven", ["four"], [["four"], ["seven"]]) is True
    assert metrics.is_correct("four", "four", ["four"], [["four"], ["seven"]]) is False


def test_correctness_is_unknown_without_answers() -> None:
    assert metrics.is_correct("x", "x", [], ()) is None
    assert metrics.is_correct("", "in the port town", ["port town"], ()) is True
