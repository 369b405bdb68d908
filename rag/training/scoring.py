"""How well a reader reads, and how well it tells answered from unanswered questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.models.reader import Excerpt, Reader, Reading
from rag.models.reading_scores import auroc, exact_match, f1
from rag.training.data import Item


def read_items(items: Sequence[Item], reader: Reader, *, titled: bool = True) -> list[tuple[str, Reading]]:
    """Read each question on its own context.

    Args:
        items: The questions.
        reader: The reader.
        titled: Whether the context's title stands before it.

    Returns:
        For each, the best span's text and the reading.
    """
    pairs = [(item.question, Excerpt(item.context, item.title if titled else "", item.on if titled else None)) for item in items]
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
            scores[f"{name}.exact_match"] = sum(exact_match(*pair) or 0.0 for pair in pairs) / len(pairs)
            scores[f"{name}.f1"] = sum(f1(*pair) or 0.0 for pair in pairs) / len(pairs)
    for name, readings_of in told.items():
        if samples[name][0].span is None and told.get("answerable"):
            answered = told["answerable"]
            labels = [True] * len(answered) + [False] * len(readings_of)
            for key in ("answerable", "margin", "relevance"):
                value = auroc(labels, [getattr(r, key) for r in (*answered, *readings_of)])
                assert value is not None  # neither side is empty
                scores[f"{name}.auroc" if key == "answerable" else f"{name}.auroc_{key}"] = value
    return {name: round(value, 4) for name, value in scores.items()}
