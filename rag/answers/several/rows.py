"""Rows: things side by side in a sentence ("X, Y and Z"), told by the words alone.

Items are divided by commas and a last "and" or "or"; they open alike (with a capital, an article, a preposition), and a verb or a
preposition ends the last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answers.figures import parse_number

_LONGEST = 12
"""Words of an item at most; what is longer is a clause."""

_ARTICLES = frozenset("the a an its their his her some several another".split())
_PREPOSITIONS = frozenset(
    "in at on by from to with near into about against between during after before outside around under over through for as "
    "inside behind along across".split()
)
_ENDS = _PREPOSITIONS | frozenset(
    "is are was were be been has have had do does did will would can could may might must should who which whom whose that "
    "where when while but because although though so than if then since until it they he she there this these those not no "
    "fought fell hit struck ran led held left lost made met sent set shot stood won broke gave got knew kept began drove "
    "said says also took went came".split()
)
_PARTICLES = frozenset("of al ag el the de du d and-".split())
_TOKEN = re.compile(r"\([^()]*\)|[^\s,;:.!?()“”\"]+(?:[.,][^\s,;:.!?()“”\"]+)*|[,;:.!?()“”\"]")
_JOINED = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
_ADJECTIVE = re.compile(r"(?:an|ese|ish|ch|ien)$")


@dataclass(frozen=True, slots=True)
class Row:
    """Items side by side in a sentence, offsets in its text."""

    start: int
    end: int
    n: int


def find_row(text: str, start: int, end: int, number: int = 0) -> Row | None:
    """The row that meets a span of a sentence.

    Args:
        text: The sentence.
        start: First character of the span.
        end: One past its last.
        number: Items at most, the last of the row; 0 for all.

    Returns:
        The row with most items; None where the span stands in none.
    """
    for aside in re.finditer(r"\(([^()]*)\)", text):
        if aside.start(1) <= start and end <= aside.end(1):
            inner = find_row(aside[1], start - aside.start(1), end - aside.start(1), number)
            return inner and Row(inner.start + aside.start(1), inner.end + aside.start(1), inner.n)
    tokens = list(_TOKEN.finditer(text))
    found = []
    for place, token in enumerate(tokens):
        if token[0].lower() in ("and", "or") and 0 < place < len(tokens) - 1:
            row = _row_around(tokens, place, start, end, number)
            if row is not None and row.start < end and start < row.end:
                found.append(row)
    whole = max(found, key=lambda r: (r.n, r.end - r.start), default=None)
    if whole is not None and whole.start < start and not _opens_item(text[whole.start : start]):
        return Row(start, whole.end, 2) if _JOINED.search(text[start : whole.end]) else None
    return whole


def _opens_item(before: str) -> bool:
    """Whether what stands between the first item of a row and a span ends where an item may begin."""
    words = before.rpartition(",")[2].split()
    return all(
        w.lower() in _ARTICLES | _PREPOSITIONS | {"to"} or w[0].isupper() or w[0].isdigit() or "’s" in w or "'s" in w
        for w in words
    ) or ("," not in before and len(words) <= 3)


def _row_around(tokens: Sequence[re.Match[str]], conjunction: int, start: int, end: int, number: int) -> Row | None:
    """The row whose last two items a conjunction joins, where it may be the one that meets a span."""
    after = conjunction + 1
    while after < len(tokens) and tokens[after][0].lower() in ("else", "also", "then", "finally", "again", "above", "all"):
        after += 1
    stop = _last_item(tokens, after)
    edge = conjunction - 1 if tokens[conjunction - 1][0] == "," else conjunction
    if stop == after or not edge:
        return None
    opening, first, n = tokens[after][0], after, 1
    while True:
        low = next((i for i in range(edge - 1, -1, -1) if not _is_word(tokens[i])), -1) + 1
        inner = tokens[low:edge]
        if low == 0 or tokens[low - 1][0] != "," or not _is_item(inner) or _is_other(inner, opening):
            break
        if inner[0][0].lower() not in ("who", "which", "whom", "whose"):  # "X, who is a priest, and Y": said of an item
            opening, n = inner[0][0], n + 1
            first = low
        edge = low - 1
        if n == number:
            return Row(tokens[first].start(), tokens[stop - 1].end(), n)
    if edge == conjunction - 1 and n == 1:
        return None  # "the fort, and the fire": what a comma parts from a single one goes on with the sentence
    # "A and B, and": the second one opens another clause
    head = None if any(_joins(t) for t in inner) else _first_item(tokens, low, edge, opening, start)
    if head is None:
        return Row(tokens[first].start(), tokens[stop - 1].end(), n) if n > 1 else None
    if n == 1:
        # "gunmen came and shot": what is joined is not what was read
        rest = [t for t in tokens[head:edge] if t.start() >= end]
        met = any(t.start() < end and start < t.end() for t in tokens[after:stop])
        if rest and not met and rest[0][0].lower() not in _PREPOSITIONS | {"of"}:
            return None
    return Row(tokens[head].start(), tokens[stop - 1].end(), n + 1)


def _joins(token: re.Match[str]) -> bool:
    return token[0].lower() in ("and", "or")


def _is_word(token: re.Match[str]) -> bool:
    return token[0][0].isalnum() or token[0][0] in "('’$€£-"


def _is_item(words: Sequence[re.Match[str]]) -> bool:
    """Whether the words between two commas are an item, or what is said of one; a clause of its own is neither."""
    if not 0 < len(words) <= _LONGEST or any(_joins(w) for w in words):
        return False
    opening = words[0][0]
    if opening.lower() in ("but", "while", "when", "where", "it", "they", "he", "she", "so", "then", "as", "if", "said"):
        return False
    return not (opening[0].isupper() and len(words) > 2 and re.fullmatch(r"[a-z]+(?:s|ed)|is|was|are|were", words[1][0]))


def _is_other(words: Sequence[re.Match[str]], opening: str) -> bool:
    """Whether words between two commas lead up to the first item ("in which the French, ...") rather than being one."""
    relative = any(w[0].lower() in ("which", "whom", "where", "that") for w in words[1:3])
    return relative or (words[0][0].lower() in _PREPOSITIONS and opening.lower() not in _PREPOSITIONS)


def _last_item(tokens: Sequence[re.Match[str]], after: int) -> int:
    """One past the last token of an item that begins at a token."""
    place = after
    if place < len(tokens) and tokens[place][0].lower() in _PREPOSITIONS:
        place += 1
    capital = place < len(tokens) and tokens[place][0][0].isupper()
    begin = place
    while place < len(tokens) and _is_word(tokens[place]) and place - after < _LONGEST:
        word = tokens[place][0]
        if word.lower() in _ENDS or word.lower() in ("and", "or"):
            break
        if capital and word[0].islower() and word.lower() not in _PARTICLES:
            if place == begin + 1 and _ADJECTIVE.search(tokens[begin][0]) and word.endswith(("s", "men")):
                place += 1  # "Malian and Nigerien troops"
            break
        if place > begin and re.fullmatch(r"[a-z]{3,}ed", word) and _is_verb(tokens, place):
            break
        place += 1
    while place > begin and tokens[place - 1][0].lower() in _PARTICLES | _ARTICLES:
        place -= 1
    return place if place > begin else after


def _is_verb(tokens: Sequence[re.Match[str]], place: int) -> bool:
    """Whether a word in -ed is what somebody did: "troops worked with", not "a displaced population"."""
    following = tokens[place + 1][0] if place + 1 < len(tokens) else "."
    return following.lower() in _ENDS | _ARTICLES or not following[0].isalpha() or parse_number(following.lower()) is not None


def _first_item(tokens: Sequence[re.Match[str]], low: int, edge: int, opening: str, read: int) -> int | None:
    """The token with which the first item begins, which ends before ``edge``: it opens like the next one."""
    if edge <= low or not _is_word(tokens[edge - 1]):
        return None
    own = next((i for i in range(low, edge) if tokens[i].end() > read >= tokens[i].start()), None)
    alike = next((test for test in _LIKENESSES if test(opening)), None)
    if alike is not None:
        last = edge if own is None else own + 1
        head = next((i for i in range(last - 1, low - 1, -1) if alike(tokens[i][0])), None)
        if own is None and opening[0].isupper() and head != edge - 1 and tokens[edge - 1][0][0] != "(":
            return None
        if head is None or not opening[0].isupper():
            return own if head is None else head
        while head > low and (alike(tokens[head - 1][0]) or tokens[head - 1][0].lower() in _PARTICLES):
            head -= 1
        while tokens[head][0].lower() in _PARTICLES:
            head += 1
        return head
    if own is not None:
        return own
    before = edge - 2
    bounded = before == low or (before > low and tokens[before - 1][0].lower() in _ENDS)
    return before if bounded and tokens[before][0].lower() not in _ENDS | _ARTICLES else edge - 1


_LIKENESSES: tuple[Callable[[str], bool], ...] = (
    lambda word: word.lower() in _PREPOSITIONS,
    lambda word: word.lower() in _ARTICLES or parse_number(word.lower()) is not None,
    lambda word: word[0].isupper(),
    lambda word: word.endswith("ed"),
)
"""How an item may open; those of a row open alike."""
