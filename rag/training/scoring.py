"""How well a reader reads: exact match and F1 as SQuAD counts them, AUROC of telling answered from unanswered questions."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from rag.models.reader import Excerpt, Reader, Reading
from rag.training.data import Item


def normalise(text: str) -> str:
    """SQuAD's normalisation: lower case, no punctuation, no articles, single spaces."""
    text = "".join(letter for letter in text.lower() if letter not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def exact_match(found: str, answers: Sequence[str]) -> float:
    """1.0 when the text equals an answer after normalisation."""
    return float(any(normalise(found) == normalise(answer) for answer in answers))


def f1(found: str, answers: Sequence[str]) -> float:
    """Best token F1 over the answers."""
    return max((_f1(normalise(found).split(), normalise(answer).split()) for answer in answers), default=0.0)


def _f1(found: list[str], gold: list[str]) -> float:
    shared = sum((Counter(found) & Counter(gold)).values())
    if not found or not gold:
        return float(found == gold)
    return 2 * shared / (len(found) + len(gold))


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that a positive scores above a negative; ties count half.

    Args:
        positive: Scores of what should be above.
        negative: Scores of what should be below.

    Returns:
        0 to 1; 0.5 is chance.

    Raises:
        ValueError: One of the two is empty.
    """
    if not positive or not negative:
        raise ValueError("AUROC needs positives and negatives")
    values = np.concatenate([np.asarray(positive, float), np.asarray(negative, float)])
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n = len(positive)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * len(negative)))


def read_items(items: Sequence[Item], reader: Reader, *, titled: bool = True) -> list[tuple[str, Reading]]:
    """Read each question on its own context.

    Args:
        items: The questions.
        reader: The reader.
        titled: Whether the context's title stands before it.

    Returns:
        For each, the best span's text and the reading.
    """
    pairs = [(item.question, Excerpt(item.context, item.title if titled else "")) for item in items]
    readings = reader.read_pairs(pairs)
    return [(item.context[reading.start : reading.end], reading) for item, reading in zip(items, readings, strict=True)]


def measure(reader: Reader, samples: Mapping[str, Sequence[Item]], *, titled: bool = True) -> dict[str, float]:
    """Score a reader on samples.

    Args:
        reader: The reader.
        samples: Questions by name, each sample either answerable or not; "answerable" is what the others are told from.
        titled: Whether titles stand before contexts.

    Returns:
        ``<name>.exact_match`` and ``<name>.f1`` of answerable samples; ``<name>.auroc`` (by the calibrated chance),
        ``<name>.auroc_margin`` and ``<name>.auroc_relevance`` of the others against the answerable ones.
    """
    scores: dict[str, float] = {}
    told: dict[str, list[Reading]] = {}
    for name, items in samples.items():
        if not items:
            continue
        readings = read_items(items, reader, titled=titled)
        told[name] = [reading for _, reading in readings]
        if items[0].span:
            pairs = [(text, item.answers) for (text, _), item in zip(readings, items, strict=True)]
            scores[f"{name}.exact_match"] = sum(exact_match(*pair) for pair in pairs) / len(pairs)
            scores[f"{name}.f1"] = sum(f1(*pair) for pair in pairs) / len(pairs)
    for name, readings_of in told.items():
        if samples[name][0].span is None and told.get("answerable"):
            for key in ("answerable", "margin", "relevance"):
                value = auroc([getattr(r, key) for r in told["answerable"]], [getattr(r, key) for r in readings_of])
                scores[f"{name}.auroc" if key == "answerable" else f"{name}.auroc_{key}"] = value
    return {name: round(value, 4) for name, value in scores.items()}
