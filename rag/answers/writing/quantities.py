"""Numbers in a text as values: digits, number words, dozens, and the words that say a number without one ("both", "twice")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.reports.number_words import SCALES, SMALL, TENS

_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)|\d{1,2}[:h]\d\d(?!\w)|\d+(?:\.\d+)?(?!\w)|[^\W\d_]+(?:['’][^\W\d_]+)?|\w+|[^\w\s]"
)
_VAGUE = {"dozens": 12, "scores": 20, "hundreds": 100, "thousands": 1000, "millions": 10**6, "billions": 10**9, "tens": 10}
_IMPLIED = {
    "a": 1, "an": 1, "single": 1, "lone": 1, "once": 1, "another": 1, "sole": 1, "both": 2, "pair": 2, "couple": 2, "twice": 2,
    "double": 2, "twins": 2, "half": 0.5, "trio": 3, "thrice": 3, "quarter": 0.25, "no": 0, "none": 0, "nobody": 0, "nothing": 0,
    "without": 0, "neither": 0,
}  # fmt: skip
_PRONOUN_AFTER = frozenset("of another who which that is was were are has had by on in and or to".split())
_PRONOUN_BEFORE = frozenset("no any every each this that the which some other only".split())


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text.

    Attributes:
        start: First character.
        end: One past its last.
        value: What it says; the unit is not part of it.
        is_vague: Whether it is a plural such as "dozens", which only the same plural repeats.
    """

    start: int
    end: int
    value: float
    is_vague: bool = False


def find_quantities(text: str, skip: Sequence[tuple[int, int]] = ()) -> list[Quantity]:
    """Find the numbers of a text.

    "One" counts where it counts something ("one soldier"), not where it stands for somebody ("one of them"). A number that is
    part of a word or a name of a thing ("AK-47", "5th") is none.

    Args:
        text: Any text.
        skip: Spans to pass over, those of its dates.

    Returns:
        Numbers in order, not overlapping.
    """
    tokens = [(m.start(), m.end(), m.group()) for m in _TOKEN.finditer(text)]
    found: list[Quantity] = []
    i = 0
    while i < len(tokens):
        start, end, word = tokens[i]
        lower = word.lower()
        if any(a < end and start < b for a, b in skip):
            i += 1
        elif lower in _VAGUE:
            found.append(Quantity(start, end, float(_VAGUE[lower]), is_vague=True))
            i += 1
        elif _starts_number(text, tokens, i):
            stop, value = _read(text, tokens, i)
            if stop - i > 1 or lower != "one" or _counts(tokens, i):
                found.append(Quantity(start, tokens[stop - 1][1], value))
            i = stop
        else:
            i += 1
    return found


def implied_quantities(text: str) -> list[Quantity]:
    """Numbers that words of a text say without one: "both" is 2, "nobody" is 0, "a soldier" is 1."""
    words = re.finditer(r"[^\W\d_]+", text)
    return [Quantity(m.start(), m.end(), float(_IMPLIED[m[0].lower()])) for m in words if m[0].lower() in _IMPLIED]


def _starts_number(text: str, tokens: Sequence[tuple[int, int, str]], i: int) -> bool:
    start, _, word = tokens[i]
    if word[0].isdigit():
        # "AK-47" and "G5" are names of things, but "2014-2018" and "a -5" are numbers.
        glued = start >= 2 and text[start - 1] == "-" and text[start - 2].isalpha()
        return word[-1].isdigit() and word.isascii() and not glued
    lower = word.lower()
    return lower in SMALL or lower in TENS or (lower in SCALES and _after_article(tokens, i))


def _after_article(tokens: Sequence[tuple[int, int, str]], i: int) -> bool:
    return i > 0 and tokens[i - 1][2].lower() in ("a", "an", "one", "per", "half")


def _counts(tokens: Sequence[tuple[int, int, str]], i: int) -> bool:
    after = tokens[i + 1][2].lower() if i + 1 < len(tokens) else "."
    before = tokens[i - 1][2].lower() if i else ""
    return after.isalpha() and after not in _PRONOUN_AFTER and before not in _PRONOUN_BEFORE


def _read(text: str, tokens: Sequence[tuple[int, int, str]], i: int) -> tuple[int, float]:
    """One past the last token of the number that starts at token ``i``, and its value."""
    total = current = 0.0
    last = ""
    while i < len(tokens):
        word = tokens[i][2].lower()
        if last and text[tokens[i - 1][1] : tokens[i][0]] not in ("", " "):
            break
        if word == "-" and i + 1 < len(tokens) and last == "tens" and tokens[i + 1][2].lower() in SMALL:
            i += 1
            continue
        if word == "and" and last in ("hundred", "scale") and i + 1 < len(tokens) and _is_word_number(tokens[i + 1][2].lower()):
            i += 1
            continue
        if word[0].isdigit() and not last:
            current, last = _digits(word), "digits"
        elif word in TENS and last in ("", "hundred", "scale"):
            current, last = current + TENS[word], "tens"
        elif word in SMALL and (last in ("", "hundred", "scale") or (last == "tens" and 0 < SMALL[word] < 10)):
            current, last = current + SMALL[word], "small"
        elif word in ("hundred", "dozen") and last != "scale":
            current, last = (current or 1) * SCALES[word], "hundred"
        elif word in SCALES:
            total, current, last = total + (current or 1) * SCALES[word], 0.0, "scale"
        else:
            break
        i += 1
    return i, total + current


def _is_word_number(word: str) -> bool:
    return word in SMALL or word in TENS


def _digits(word: str) -> float:
    return float(re.sub(r"[:h]", ".", word.replace(",", "")))
