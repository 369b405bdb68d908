"""How short answers are marked: SQuAD's exact match and F1; and how well scores tell two sorts of questions apart."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = frozenset(string.punctuation)


def normalize_answer(text: str) -> str:
    """SQuAD's normalisation: lower case, ASCII punctuation dropped, articles dropped, white space single (in that order)."""
    text = "".join(ch for ch in text.lower() if ch not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


def exact_match(answer: str, accepted: Sequence[str]) -> float | None:
    """1 when the normalised answer equals an accepted one (official SQuAD definition); None when nothing is accepted."""
    return max((float(normalize_answer(answer) == normalize_answer(gold)) for gold in accepted), default=None)


def f1(answer: str, accepted: Sequence[str]) -> float | None:
    """Best token F1 over the accepted answers (official SQuAD 2.0 definition: an empty side scores 1 only when both are)."""
    return max((_token_f1(answer, gold) for gold in accepted), default=None)


def _token_f1(answer: str, gold: str) -> float:
    given, wanted = normalize_answer(answer).split(), normalize_answer(gold).split()
    if not given or not wanted:
        return float(given == wanted)
    common = sum((Counter(given) & Counter(wanted)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(given), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def auroc(positive: ArrayLike, score: ArrayLike) -> float | None:
    """Chance that a positive scores above a negative, ties counting half (Mann-Whitney U); None when a side is empty."""
    labels = np.asarray(positive, dtype=bool)
    values = np.asarray(score, dtype=float)
    n_positive, n_negative = int(labels.sum()), int((~labels).sum())
    if not n_positive or not n_negative:
        return None
    return float((_mid_ranks(values)[labels].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def _mid_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle = (ends - counts + 1 + ends) / 2
    return np.asarray(middle[inverse], dtype=float)
