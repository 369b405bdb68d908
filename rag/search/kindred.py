"""Words near in meaning: "salary" in a question is met by "wages" in a report, for less than the word itself would count.

The table (``kindred.json``, made by ``rag.search.kindred_table``) knows common English words only, nothing of any library, so
that its cost does not grow with one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.reports.names import fold
from rag.search.terms import FUNCTION_WORDS, stem
from rag.types import Passage, Question

TABLE = Path(__file__).with_name("kindred.json")

MOST_NEAR = 8
"""Words taken for one word of the question, of those that the library holds."""

_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Kin:
    """A word of a question with what may stand for it.

    Attributes:
        word: Folded.
        near: Words near in meaning, with what each is worth: likeness (0.6 to 1) times weight, in nats.
    """

    word: str
    near: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Kindred:
    """The words of a question that others may stand for.

    Attributes:
        words: With their kin.
        weight: Of all words that the question looks for, names aside; in nats, above 0.
    """

    words: tuple[Kin, ...]
    weight: float


@lru_cache(maxsize=1)
def near_words() -> Mapping[str, Mapping[str, float]]:
    """Stem of a common word to the words near it in meaning and their likeness, the likest first."""
    table: dict[str, dict[str, float]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table


def kindred_of(question: Question, idf: Callable[[str], float], frequency: Callable[[str], int]) -> Kindred | None:
    """What may stand for the words of a question.

    Names are left out: another name is another thing.

    Args:
        question: As understood.
        idf: Weight of a word, higher for rarer ones.
        frequency: Number of passages that hold a word.

    Returns:
        None where nothing in the library is near any of its words.
    """
    names = {word for name in question.names for word in _WORD.findall(fold(name))}
    words = [w for w in dict.fromkeys(_WORD.findall(fold(question.query))) if w not in FUNCTION_WORDS and w not in names]
    found: list[Kin] = []
    weight = 0.0
    for word in words:
        own = idf(word)
        weight += own
        held = [(near, likeness) for near, likeness in near_words().get(stem(word), {}).items() if frequency(near)]
        if held:
            # A rare word is not made common by a common one, nor the other way about.
            near = tuple((other, likeness * min(own, idf(other))) for other, likeness in held[:MOST_NEAR])
            found.append(Kin(word, tuple(sorted(near, key=lambda pair: -pair[1]))))
    return Kindred(tuple(found), weight) if found and weight > 0 else None


def kindred_evidence(kindred: Kindred, passage: Passage) -> float:
    """Share of a question's words that a passage has others for; a word it holds itself counts elsewhere.

    Args:
        kindred: Of the question.
        passage: The passage; its text and title are read.

    Returns:
        From 0 to 1.
    """
    held, stems = _words(passage.title, passage.text)
    total = 0.0
    for kin in kindred.words:
        if stem(kin.word) not in stems:
            total += next((worth for word, worth in kin.near if word in held), 0.0)
    return total / kindred.weight


@lru_cache(maxsize=4096)
def _words(*parts: str) -> tuple[frozenset[str], frozenset[str]]:
    held: Sequence[str] = _WORD.findall(fold(" ".join(parts)))
    return frozenset(held), frozenset(map(stem, held))
