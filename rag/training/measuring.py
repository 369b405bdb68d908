"""Measuring an exported reader: calibration, nearness of int8 to fp32, and scores on the held-out and evaluation questions."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rag.models.reader import Calibration, Reader, Reading
from rag.training.data import Item, read_items, sample
from rag.training.scoring import measure
from rag.training.scoring import read_items as answer_items

logger = logging.getLogger(__name__)


def fit_calibration(answered: Sequence[Reading], unanswered: Sequence[Reading]) -> Calibration:
    """Logistic regression by Newton's method, both classes weighing the same.

    Args:
        answered: Readings of passages that answer.
        unanswered: Readings of passages that do not.

    Returns:
        The calibration.
    """
    readings = [*answered, *unanswered]
    x = np.array([[r.margin, r.relevance, 1.0] for r in readings])
    y = np.array([1.0] * len(answered) + [0.0] * len(unanswered))
    weight = np.where(y == 1, 0.5 / len(answered), 0.5 / len(unanswered))
    beta = np.zeros(3)
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        # A little ridge keeps perfectly separated samples finite.
        gradient = x.T @ (weight * (p - y)) + 1e-4 * beta
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + 1e-4 * np.eye(3)
        step = np.linalg.solve(hessian, gradient)
        beta -= step
        if np.abs(step).max() < 1e-9:
            break
    return Calibration(*(round(float(value), 6) for value in beta))


def agreement(full: Reader, small: Reader, items: Sequence[Item]) -> dict[str, float]:
    """How near the int8 readings are to fp32 ones on the same questions."""
    a, b = answer_items(items, full), answer_items(items, small)
    shift = np.array([x[1].margin - y[1].margin for x, y in zip(a, b, strict=True)])
    return {
        "same_span": float(np.mean([x[0] == y[0] for x, y in zip(a, b, strict=True)])),
        "margin_shift_mean": float(np.abs(shift).mean()),
        "margin_shift_p99": float(np.quantile(np.abs(shift), 0.99)),
        "margin_spread": float(np.std([x[1].margin for x in a])),
    }


def evaluation_samples(folder: Path, n: int) -> dict[str, dict[str, list[Item]]]:
    """Evaluation files by name, each as answerable and unanswerable samples.

    Args:
        folder: Of the evaluation files.
        n: Most questions of each kind; 0 takes all.

    Returns:
        For each set, "answerable" and, where it has any, "unanswerable".
    """
    files = {
        "squad11_dev32": ("squad11_dev32_eval",),
        "nq_dev_oracle": ("nq_dev_oracle",),
        "covidqa_window": ("covidqa_window",),
        "clapnq": ("clapnq_dev_answerable", "clapnq_dev_unanswerable"),
    }
    found: dict[str, dict[str, list[Item]]] = {}
    for name, parts in files.items():
        paths = [folder / f"{part}.jsonl.gz" for part in parts]
        items = [item for path in paths if path.is_file() for item in read_items(path)]
        kinds = {"answerable": [item for item in items if item.span], "unanswerable": [item for item in items if not item.span]}
        found[name] = {kind: sample(rows, n) if n else rows for kind, rows in kinds.items() if rows}
    return {name: kinds for name, kinds in found.items() if kinds}


def measure_all(
    reader: Reader, held_out: Mapping[str, Sequence[Item]], folder: Path, n: int
) -> tuple[dict[str, float], dict[str, int]]:
    """Score a reader on the half of the held-out questions it was not calibrated on, and on the evaluation files.

    Args:
        reader: The reader.
        held_out: As ``rag.training.data.Mix`` holds them.
        folder: Of the evaluation files.
        n: Most questions of each evaluation kind; 0 takes all.

    Returns:
        Scores by ``<set>.<name>`` and how many questions of each kind were read.
    """
    half = {kind: items[1::2] for kind, items in held_out.items()}
    bent = {item.title for item in half["adversarial"]}
    # Each kind of no-answer is told from answered questions of the same articles.
    sets: dict[str, Mapping[str, Sequence[Item]]] = {
        "held_out_adversarial": {
            "answerable": [i for i in half["answerable"] if i.title in bent],
            "adversarial": half["adversarial"],
        },
        "held_out_similar": {"answerable": [i for i in half["answerable"] if i.title not in bent], "similar": half["similar"]},
        "held_out_written": {
            "answerable": half.get("written_answerable", []),
            "unanswerable": half.get("written_unanswerable", []),
        },
        **evaluation_samples(folder, n),
    }
    scores: dict[str, float] = {}
    counts: dict[str, int] = {}
    for name, samples in sets.items():
        for key, value in measure(reader, samples).items():
            scores[f"{name}.{key}"] = value
        counts |= {f"{name}.{kind}": len(items) for kind, items in samples.items()}
        logger.info("%s", json.dumps({key: value for key, value in scores.items() if key.startswith(name)}))
    return scores, counts
