"""Typing errors: words of a question that no report has and English does not know, replaced by words of the reports.

A word that occurs in any report is never touched. What is replaced is told to the user, with the word typed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from rag.models.vocabulary import is_common
from rag.reports.dates import find_dates
from rag.reports.names import fold, similar_names
from rag.search.lexicon import Lexicon
from rag.types import Correction

LEAST_LIKENESS = 0.7
"""Of ``similar_names``: equal sound, one edit in five letters, two in eight."""

_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{4,30}(?![^\W_])")
_MOST = 12
"""Unknown words looked at in one question; each costs some milliseconds."""

_STEMS_LOOKED_AT = 8
_BY_FREQUENCY = 0.02
"""What ten times as many passages are worth in likeness: enough to choose between equals, never more than an edit."""


@dataclass(frozen=True, slots=True)
class _Choice:
    written: str
    likeness: float


def correct(text: str, lexicon: Lexicon) -> tuple[str, tuple[Correction, ...]]:
    """Correct the typing errors of a question.

    Args:
        text: The question.
        lexicon: Of the library.

    Returns:
        The text with the errors replaced, and what was replaced, in order; the text itself when there was none.
    """
    dated = [(d.start, d.end) for d in find_dates(text)]
    made: list[Correction] = []
    unknown = 0
    pieces: list[str] = []
    position = 0
    for match in _WORD.finditer(text):
        word = match[0]
        if any(a < match.end() and match.start() < b for a, b in dated) or not _is_unknown(word, lexicon):
            continue
        unknown += 1
        if unknown > _MOST:
            break
        better = _split(word, lexicon) or _nearest(word, lexicon)
        if better and fold(better) != fold(word):
            pieces += [text[position : match.start()], better]
            position = match.end()
            made.append(Correction(word, better))
    return "".join([*pieces, text[position:]]), tuple(made)


def _is_unknown(word: str, lexicon: Lexicon) -> bool:
    # Short words in capitals are abbreviations: another letter makes another body.
    return not (word.isupper() and len(word) <= 6) and lexicon.frequency(word) == 0 and not is_common(fold(word))


def _split(word: str, lexicon: Lexicon) -> str:
    """The word as two that the library writes together, such as "bokoharam", or ""."""
    folded = fold(word)
    for cut in range(3, len(folded) - 2):
        first, second = folded[:cut], folded[cut:]
        if lexicon.frequency(first) and lexicon.frequency(second):
            texts = lexicon.together(first, second)
            if texts:
                return texts
    return ""


def _nearest(word: str, lexicon: Lexicon) -> str:
    folded = fold(word)
    written: dict[str, str] = {}
    for stem in lexicon.book.alike(folded, _STEMS_LOOKED_AT):
        for form in lexicon.forms(stem):
            written.setdefault(fold(form), form)
    found = [
        _Choice(written[form], likeness + _BY_FREQUENCY * math.log10(1 + lexicon.frequency(form)))
        for form, likeness in similar_names(folded, written)
        if likeness >= LEAST_LIKENESS
    ]
    return max(found, key=lambda choice: (choice.likeness, choice.written)).written if found else ""
