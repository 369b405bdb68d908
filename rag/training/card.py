"""The model card that lies beside the shipped reader, written from its manifest so that its figures are the measured ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

CARD = "MODEL_CARD.md"

RUNS = Path(__file__).with_name("RUNS.md")
"""What was run to get the shipped weights, told by hand; the card ends with it."""

DATA = (
    (
        "written/ beside the training script",
        "invented reports with questions, written for this reader",
        "Apache-2.0, as this project",
    ),
    ("squad11_train44, squad_trainsub_*, squad2_*", "SQuAD 1.1 and 2.0 (parts of train, 8 dev articles of 2.0)", "CC BY-SA 4.0"),
    ("squadshifts_new_wiki, _reddit and _amazon_reviews (0.4 of each)", "SQuADShifts", "none stated in the repository"),
    ("qed_train", "QED over Natural Questions", "CC BY-SA 3.0 (source text)"),
    ("qamr_dev, qamr_test", "QAMR, at most 6 questions a sentence", "MIT"),
    ("fairytaleqa_*", "FairytaleQA, questions answered by a span", "Apache-2.0"),
    ("timeqa_human_*", "Time-Sensitive QA, cut to paragraphs", "BSD-3-Clause"),
    ("muc4_roles_train", "MUC-4 event roles as five fixed questions", "MIT (repository); MUC-3/4 corpus"),
    ("policyqa_dev (a quarter)", "PolicyQA", "MIT"),
    (
        "realtimeqa_distant (half; a fifth of its no-answers)",
        "RealTime QA search results, distant labels",
        "none stated; news text",
    ),
    ("derived_negatives", "questions above with a similar paragraph that lacks the answer", "as their sources"),
)
"""Files trained on, what they are, and the licence their source states."""

_NAMES = {
    "squad11_dev32": "SQuAD 1.1 dev, 32 articles, gold paragraph",
    "nq_dev_oracle": "Natural Questions dev, gold paragraph",
    "covidqa_window": "COVID-QA windows; no answer: another window of the article",
    "clapnq": "CLAP NQ dev; no answer: annotated so",
    "held_out_adversarial": "held-out SQuAD 2.0 articles; no answer: written to mislead",
    "held_out_similar": "held-out articles; no answer: the most similar other paragraph",
    "held_out_written": "held-out written reports; no answer: the same question of an entry that does not tell it",
}


def card(manifest: Mapping[str, Any]) -> str:
    """The card's Markdown.

    Args:
        manifest: Of the reader, with scores, counts and recipe.

    Returns:
        The text, ending in a newline.
    """
    recipe, calibration = manifest["recipe"], manifest["calibration"]
    weights = " ".join(f"{calibration[key]:+.3f} x {key}" for key in ("margin", "relevance")) + f" {calibration['bias']:+.3f}"
    trained = (
        f"LoRA of rank {recipe['lora']} and the heads" if recipe["lora"] else "all six layers and the heads; embeddings frozen"
    )
    arithmetic = "bfloat16 products, float32 weights and sums" if recipe["bf16"] else "float32"
    data = "\n".join(f"| {' | '.join(row)} |" for row in DATA)
    share = recipe.get("share", 1.0)
    blended = f"- The weights are {share:g} of the run's and {1 - share:g} of those it began with.\n" if share < 1 else ""
    sums = "\n".join(f"- `{name}` SHA-256 `{digest}`" for name, digest in manifest["sha256"].items())
    return f"""# Reader

Extractive reader on {manifest["backbone"]} (Apache-2.0): a question and a passage in; the answer span, the relevance of the
passage, the form of the answer (span, yes, no, none) and the chance of an answer out. int8 ONNX, run by ONNX Runtime with no
other framework. Made by `python -m rag.training.reader` and `python -m rag.training.export`; the latter writes this card.

{sums}

## Scores
Measured on the int8 file as shipped; paragraphs stand under their titles. n is the number of questions. AUROC: chance that an
answered question scores higher than an unanswered one.

| set | exact match | F1 | n | AUROC | n without answer |
|---|---|---|---|---|---|
{_scores(manifest["scores"], manifest["n"])}

The rows of held-out articles use the half of the questions that the calibration was not fitted on.

{_nearness(manifest["int8"])}

An export that loses more than 0.01 F1 is refused.

## Training
- Trained: {trained}.
- Seed {recipe["seed"]}; {recipe["minutes_spent"]:.0f} minutes; {recipe["steps_done"]} steps of at most
  {recipe["batch_tokens"]} word pieces. Arithmetic: {arithmetic}.
{blended}- AdamW, rate {recipe["rate"]:g} (heads {recipe["head_rate"]:g}), warm-up over {recipe["warm_up"]:.0%} of the
  budget, then linear to zero; dropout {recipe["dropout"]}.
- Windows of 64 to 176 passage word pieces, placed at random around the answer. Half of the questions come with a similar
  passage that lacks the answer, found by words and by meaning; their scores are normalised together.
- Nearly half of the windows have no answer. A quarter of the answered questions are also asked of their own passage without the
  sentences that answer. Some are made by turning a word of the question to its opposite or putting in another text's name or
  number. Yes/no questions are made by rule from questions and their right or wrong answers.
- About {recipe["written_share"]:.0%} of the questions of a pass are of written reports: dated entries of invented events that
  can be taken for each other. Each stands nine times in ten with an entry that does not answer it: the same one before it was
  changed to tell what is asked, another entry of the report, or its own without the sentence that answers. Some are
  yes-or-no questions.
- Headings with title and date, dated openings, questions without their mark, typos, at small rates.
- A run limited by time does more or fewer steps on another machine, and the scores move with them.

Never trained on: two articles of SQuAD 2.0, every paragraph of the other held-out titles, one written report in twelve, the
evaluation files, this project's reports and its questions about them.

| files | what | licence stated |
|---|---|---|
{data}

SQuAD was part of all-MiniLM-L6-v2's own training data, SQuAD dev was not.

## Calibration
Chance of an answer = logistic({weights}), fitted on held-out questions, answered and
unanswered weighing the same. Thresholds for use belong to the settings.

## Limits
- English only; the vocabulary is lower-cased, so capitals tell it nothing.
- A small model: it finds where an answer would stand far better than it notices that a question was bent to have none. See the
  adversarial row before trusting it to decline alone.
- The yes/no head had some two thousand written questions, not all of them read yet, the rest were made by rule; treat it as a
  hint.
- It copies one span. Lists, counts and sums are for the code that calls it.
- Most of the public training text is encyclopedic, review or forum text; reports of conflict are a small part of it (MUC-4,
  news). The written reports were made by a language model and read in part only.
- Some sources state no licence (SQuADShifts, RealTime QA text, MUC text). If you need clear licences throughout, train without
  those files. The public data are not shipped: a folder of `*.jsonl.gz` is needed whose rows have `id`, `source`, `title`,
  `context`, `question`, `answers` (`text`, `start`) and `is_impossible`, as `rag/training/data.py` reads them.

{RUNS.read_text(encoding="utf-8").rstrip()}
"""


def _scores(scores: Mapping[str, float], counts: Mapping[str, int]) -> str:
    rows = []
    for name, words in _NAMES.items():
        unanswered = next((kind for kind in ("unanswerable", "adversarial", "similar") if f"{name}.{kind}" in counts), "")
        exact, f1 = (scores.get(f"{name}.answerable.{key}") for key in ("exact_match", "f1"))
        if exact is None or f1 is None:
            continue
        area = scores.get(f"{name}.{unanswered}.auroc")
        told = f"{area:.3f} | {counts[f'{name}.{unanswered}']:,}" if area is not None else " | "
        rows.append(f"| {words} | {exact:.1%} | {f1:.1%} | {counts[f'{name}.answerable']:,} | {told} |")
    return "\n".join(rows)


def _nearness(near: Mapping[str, float]) -> str:
    return (
        f"int8 against fp32 on {near['n']} questions: same span {near['same_span']:.1%}, F1 {near['f1_int8']:.3f} against "
        f"{near['f1_fp32']:.3f};\nthe margin of span over no answer moves by {near['margin_shift_mean']:.2f} on average "
        f"(99th percentile {near['margin_shift_p99']:.2f}) where it spreads by {near['margin_spread']:.2f}."
    )
