"""What the library's own words tell about a question's: which are names, whatever their case, and how names are written.

Nothing is mined ahead: the full-text index gives a few passages for each word of the question, and how the word is written there
tells whether it is a name and which words belong to it. That costs about a millisecond a word, and is kept until the library
changes.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.models.vocabulary import is_common
from rag.reports.names import NameMention, country_of, find_names, fold
from rag.search.terms import FUNCTION_WORDS, NameBook, stem

SAMPLES = 12
"""Passages looked at for a word."""

_KEPT = 2000
"""Words whose usage is kept, with their passages: about 20 MB."""

NAME_SHARE = 0.6
"""Least share of a word's uses inside sentences that are written with a capital, for it to be a name."""

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+")
_JOINERS = frozenset("of the for al el ag ad du de des da la le les l d bin ben ibn ould wal wa".split())
_ARTICLES = frozenset(("al", "el"))
_DIRECTIONS = frozenset(
    "north south east west central northern southern eastern western northeast northwest southeast southwest".split()
)
_LONGEST_READ = 600
"""Characters of a question in which names are looked for among the library's; what is longer is no question."""

_LONGEST = 9
"""Words of the longest name looked for."""

_GAP = r"[\s'’\-.]{1,2}"


@dataclass(frozen=True, slots=True)
class Usage:
    """How the library writes a word.

    Attributes:
        forms: The ways it is written, the commonest first.
        name_share: Share of its uses inside sentences that begin with a capital; 0 when it has none there.
        alone_share: Share of those capitals whose neighbours have none: "Rescue" of "Mountain Rescue Committee" is no name.
        texts: The passages looked at.
    """

    forms: tuple[str, ...]
    name_share: float
    alone_share: float
    texts: tuple[str, ...]


class Lexicon:
    """The words of a library, as far as questions need them. Safe to use from several threads."""

    def __init__(
        self,
        book: NameBook,
        frequency: Callable[[str], int],
        contexts: Callable[[str, int], Sequence[str]],
    ) -> None:
        """Nothing is read yet.

        Args:
            book: Abbreviations and words of the library.
            frequency: Number of passages that hold a word.
            contexts: Texts of at most so many passages that hold a word.
        """
        self.book = book
        self.frequency = frequency
        self._contexts = contexts
        self._known: dict[str, Usage] = {}

    def usage(self, word: str) -> Usage:
        """How the library writes a word.

        Args:
            word: One word, in any case; a stem stands for all its forms.

        Returns:
            Its usage; ``forms`` is empty when the library does not have it.
        """
        key = fold(word).replace(".", "")
        usage = self._known.get(key)
        if usage is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            usage = self._known[key] = self._observe(word, stem(key))
        return usage

    def names(self, text: str) -> list[NameMention]:
        """Names in a question, whatever its case.

        Args:
            text: The question.

        Returns:
            Mentions in order, not overlapping; the longest where several would.
        """
        tokens = [(m.start(), m.end(), m[0]) for m in _WORD.finditer(text[:_LONGEST_READ])]
        found = [
            NameMention(tokens[i][0], tokens[j - 1][1], text[tokens[i][0] : tokens[j - 1][1]]) for i, j in self._runs(tokens)
        ]
        if not _is_title_case(tokens):
            # Capitals alone may join what does not belong together (two names in a row): the reports know better.
            found += [
                name
                for name in find_names(text)
                if not (
                    any(name.start < other.end and other.start < name.end for other in found)
                    and all(self.frequency(word) for word in _WORD.findall(name.text))
                    and not self._contexts(name.text, 1)
                )
            ]
        chosen: list[NameMention] = []
        for name in sorted(found, key=lambda n: (n.start - n.end, n.start)):
            if not any(name.start < other.end and other.start < name.end for other in chosen):
                chosen.append(name)
        return sorted(chosen, key=lambda n: n.start)

    def forms(self, word: str) -> tuple[str, ...]:
        """The ways the library writes a word or a stem's words, the commonest first."""
        return self.usage(word).forms

    def together(self, first: str, second: str) -> str:
        """Two words as the library writes them one after the other ("Boko Haram"), or ""."""
        pattern = re.compile(rf"(?<![^\W_]){re.escape(first)}{_GAP}{re.escape(second)}(?![^\W_])")
        for text, plain in map(_folded, self._contexts(f"{first} {second}", 2)):
            if match := pattern.search(plain):
                return text[match.start() : match.end()]
        return ""

    # names ----------------------------------------------------------------------------------------------------------------

    def _runs(self, tokens: Sequence[tuple[int, int, str]]) -> list[tuple[int, int]]:
        """First and one past the last token of each name."""
        words = [word for _, _, word in tokens]
        runs: list[tuple[int, int]] = []
        i = 0
        while i < len(words):
            end = self._explained(words, i) or self._run(words, i)
            first = i
            while end and first > (runs[-1][1] if runs else 0) and self._goes_before(words, first, end):
                first -= 1
            if end:
                article = first > 0 and words[first - 1].lower() in _ARTICLES and all(j < first for _, j in runs[-1:])
                runs.append((first - article, end))
            i = max(end, i + 1)
        return runs

    def _explained(self, words: Sequence[str], i: int) -> int:
        """One past the last word of an abbreviation's long name or a country's beginning at ``i``, or 0."""
        if fold(words[i]) in FUNCTION_WORDS:
            return 0
        for end in range(min(len(words), i + _LONGEST), i + 1, -1):
            phrase = " ".join(words[i:end])
            if self.book.other_forms(phrase) or (end - i <= 4 and country_of(phrase)):
                return end
        return 0

    def _run(self, words: Sequence[str], i: int) -> int:
        if not self._may_be_name(words, i):
            return 0
        usage = self.usage(words[i])
        end = i + 1
        for k in range(i + 1, min(len(words), i + _LONGEST)):
            if words[k].lower() in _JOINERS:
                continue
            if k - end > 3 or fold(words[k]) in _CALENDAR or not _written_as_name(words[i : k + 1], usage.texts):
                break
            end = k + 1
        alone = end == i + 1 and fold(words[i]) != "us" and not country_of(words[i])
        if alone and (fold(words[i]) in _DIRECTIONS or (usage.alone_share < 0.34 and is_common(fold(words[i])))):
            return 0
        return end

    def _goes_before(self, words: Sequence[str], first: int, end: int) -> bool:
        """Whether the word before a name belongs to it: "red" is none by itself, "Red Crescent" is one."""
        before = fold(words[first - 1])
        if before in FUNCTION_WORDS or before in _CALENDAR or before in _JOINERS:
            return False
        return _written_as_name(words[first - 1 : end], self.usage(words[first]).texts, inside=True)

    def _may_be_name(self, words: Sequence[str], i: int) -> bool:
        word = words[i]
        folded = fold(word)
        if not folded.replace(".", "").isalpha() or len(folded) < 2 or folded in _CALENDAR:
            return False
        if folded in FUNCTION_WORDS:
            following = words[i + 1].lower() if i + 1 < len(words) else ""
            # "us troops": a pronoun is not followed by a noun
            return folded == "us" and bool(following) and following not in FUNCTION_WORDS
        if country_of(word) or self.book.other_forms(word):
            return True
        usage = self.usage(word)
        return usage.name_share >= NAME_SHARE

    def _observe(self, word: str, stemmed: str) -> Usage:
        texts = tuple(self._contexts(word, SAMPLES)) if self.frequency(word) else ()
        forms: Counter[str] = Counter()
        inside = capital = alone = 0
        key = fold(word).replace(".", "")
        # A word and its stem share their beginning; "y" and "i" are exchanged by stemming, so the last letters are left open.
        beginning = re.compile(rf"(?<![^\W_]){re.escape(key[: max(1, min(len(key), len(stemmed)) - 1)])}[^\W_]*")
        for text, plain in map(_folded, texts):
            for match in beginning.finditer(plain):
                if match[0] != key and stem(match[0]) != stemmed:
                    continue
                written = text[match.start() : match.end()]
                forms[written] += 1
                if _begins_sentence(text, match.start()):
                    continue
                inside += 1
                if written[0].isupper():
                    capital += 1
                    alone += not _has_capital_neighbour(text, match.start(), match.end())
        ordered = tuple(sorted(forms, key=lambda form: (-forms[form], form)))
        return Usage(ordered, capital / inside if inside else 0.0, alone / capital if capital else 0.0, texts)


_CALENDAR = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept "
    "oct nov dec monday tuesday wednesday thursday friday saturday sunday".split()
)
_ENDS = ".!?:\n…"
_BEFORE = re.compile(r"[A-Z][\w'’]*[\s\-'’]\Z|[A-Z][\w'’]*\s(?:of|the|for|in|and|al|el|ag|du|de|la|le)\s\Z")
_AFTER = re.compile(r"[\s\-'’]{1,2}[A-Z]|\s(?:of|for|al|el|ag|du|de|la|le)\s(?:the\s)?[A-Z]")


@lru_cache(maxsize=2048)
def _folded(text: str) -> tuple[str, str]:
    """A text and its folded form, of equal length: the few characters that fold to several are put aside."""
    plain = fold(text)
    if len(plain) != len(text):
        text = "".join(c if len(fold(c)) == 1 else " " for c in unicodedata.normalize("NFC", text))
        plain = fold(text)
    return text, plain


def _has_capital_neighbour(text: str, start: int, end: int) -> bool:
    return bool(_AFTER.match(text, end)) or bool(_BEFORE.search(text[max(0, start - 24) : start]))


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 6) : start].rstrip(" \t\"'“‘(«*_#")
    return not before or before[-1] in _ENDS


def _written_as_name(words: Sequence[str], texts: Sequence[str], inside: bool = False) -> bool:
    """Whether the words stand together in a text (``inside``: of a sentence), each but the small ones with a capital."""
    phrase = [fold(word).replace(".", "") for word in words]
    pattern = re.compile(_GAP.join(re.escape(word) for word in phrase) + r"(?![^\W_])", re.IGNORECASE)
    for text, plain in map(_folded, texts):
        if phrase[-1] not in plain:
            continue
        for match in pattern.finditer(plain):
            written = _WORD.findall(text[match.start() : match.end()])
            if inside and _begins_sentence(text, match.start()):
                continue
            if all(word[:1].isupper() or word.lower() in _JOINERS for word in written) and written[-1][:1].isupper():
                return True
    return False


def _is_title_case(tokens: Sequence[tuple[int, int, str]]) -> bool:
    """Whether nearly every longer word has a capital, so that capitals tell nothing."""
    longer = [word for _, _, word in tokens if len(word) >= 4 and word.isalpha()]
    return len(longer) >= 4 and sum(word[0].isupper() for word in longer) >= 0.8 * len(longer)
