"""One pure function per metric of a single question; ranks are 1-based, values 0 to 1, None where a metric is undefined.

Ranking metrics take the rank of each gold item (None: not found), so that passages, contexts, documents and evidence quotes are
measured alike. They agree with trec_eval (``recall_k``, ``recip_rank``, ``ndcg_cut_k``) when each gold item is one ranked item.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Hashable, Sequence

from rag.answers.figures import parse_number
from rag.answers.spans import NUMBER
from rag.reports.dates import find_dates
from rag.reports.number_words import SMALL

Rank = int | None

_FOLDED = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})
_NUMBERS = {word: str(value) for word, value in {**SMALL, "twenty": 20}.items()}


# --- ranking ---------------------------------------------------------------------------------------------------------------


def ranks_of(gold: Sequence[Hashable], ranking: Sequence[Hashable]) -> list[Rank]:
    """Rank of each gold item in a ranking without repeats; None for one that is not there."""
    place = {item: rank for rank, item in reversed(list(enumerate(ranking, 1)))}
    return [place.get(item) for item in gold]


def recall_at_k(ranks: Sequence[Rank], k: int) -> float | None:
    """Share of the gold items found at rank ``k`` or better."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks) if ranks else None


def hit_at_k(ranks: Sequence[Rank], k: int) -> float | None:
    """1 when any gold item is found at rank ``k`` or better ("success@k")."""
    return float(any(rank is not None and rank <= k for rank in ranks)) if ranks else None


def reciprocal_rank(ranks: Sequence[Rank], k: int = 10) -> float | None:
    """1 over the best rank, 0 when no gold item is within ``k``; its mean over questions is MRR@k."""
    if not ranks:
        return None
    best = min((rank for rank in ranks if rank is not None and rank <= k), default=None)
    return 1.0 / best if best else 0.0


def ndcg_at_k(ranks: Sequence[Rank], k: int = 10, grades: Sequence[float] | None = None) -> float | None:
    """Normalised discounted cumulative gain: grade over log2(rank + 1), summed, over the same sum of the best order.

    Args:
        ranks: Of the gold items.
        k: Ranks that count.
        grades: Of the gold items, in the same order, linear gain as in trec_eval; all 1 when None.

    Returns:
        0 to 1 (two gold items met by one ranked item could exceed the best order; the value is capped), or None.
    """
    gains = [1.0] * len(ranks) if grades is None else [max(0.0, float(g)) for g in grades]
    best = sorted(gains, reverse=True)[:k]
    ideal = sum(gain / math.log2(place + 1) for place, gain in enumerate(best, 1))
    if ideal == 0:
        return None
    found = sum(g / math.log2(r + 1) for g, r in zip(gains, ranks, strict=True) if r is not None and r <= k)
    return min(1.0, found / ideal)


# --- short answers ---------------------------------------------------------------------------------------------------------


def loose_tokens(text: str) -> tuple[str, ...]:
    """Words for containment: like SQuAD's, but curly quotes, dashes and hyphens part words and small numbers become digits.

    "twenty-one" stays two words on both sides, so it still equals itself; dots inside initials fall away ("U.S." is "us").
    """
    text = text.translate(_FOLDED).lower()
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"\b((?:[a-z]\.){2,})", lambda m: m.group().replace(".", ""), text)
    text = re.sub(r"'s\b", "", text)
    words = re.findall(r"[^\W_]+(?:\.\d+)?", text)
    return tuple(_NUMBERS.get(word, word) for word in words if word not in ("a", "an", "the"))


def contains(text: str, phrase: str) -> bool:
    """Whether the words of a phrase stand in a text, in order, together, as whole words; an empty phrase does not."""
    words, wanted = loose_tokens(text), loose_tokens(phrase)
    n = len(wanted)
    return n > 0 and any(words[i : i + n] == wanted for i in range(len(words) - n + 1))


def contains_any(text: str, accepted: Collection[str]) -> float | None:
    """1 when the text holds an accepted answer; None when nothing is accepted."""
    return float(any(contains(text, gold) for gold in accepted)) if accepted else None


def required_share(text: str, groups: Sequence[Collection[str]]) -> float | None:
    """Share of the required groups of which the text holds an alternative; None when nothing is required."""
    return sum(any(contains(text, a) for a in group) for group in groups) / len(groups) if groups else None


def stray_figures(short_answer: str, groups: Sequence[Collection[str]]) -> float | None:
    """Share of the figures of a short answer that none of the required ones is; days and what is in brackets are passed over.

    A row of differing figures may hold all that are asked for and others of another event: ``required_share`` does not see those.

    Args:
        short_answer: As given.
        groups: Required groups.

    Returns:
        0 to 1; None where a required group names no figure, or the answer tells none.
    """
    wanted = [{value for a in group if (value := parse_number(a)) is not None} for group in groups]
    plain = re.sub(r"\([^()]*\)", " ", short_answer)
    for day in reversed(find_dates(plain)):
        plain = f"{plain[: day.start]} {plain[day.end :]}"
    told = [parse_number(m.group()) for m in NUMBER.finditer(plain)]
    values = {value for value in told if value is not None}
    if not wanted or not all(wanted) or not values:
        return None
    return len(values - set().union(*wanted)) / len(values)


def is_correct(
    short_answer: str, answer: str, accepted: Sequence[str], groups: Sequence[Collection[str]], *, yes_no: bool = False
) -> bool | None:
    """Whether an answer is right.

    With required groups all must stand in the answer; a yes or no must be the short answer's first word; otherwise an accepted
    answer must stand in the short answer or in the answer's sentences.

    Args:
        short_answer: As given.
        answer: As given, without marks.
        accepted: Acceptable answers.
        groups: Required groups.
        yes_no: Whether it is a yes-or-no question.

    Returns:
        The verdict, or None when neither answers nor groups are known.
    """
    if groups:
        return required_share(f"{short_answer}\n{answer}", groups) == 1.0
    if not accepted:
        return None
    if yes_no:
        first = loose_tokens(short_answer)[:1]
        return any(first == loose_tokens(gold)[:1] for gold in accepted)
    return any(contains(short_answer, gold) or contains(answer, gold) for gold in accepted)
