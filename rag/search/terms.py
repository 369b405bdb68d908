"""Words of a question for full-text search: what to look for, under which other forms and spellings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from rag.reports.countries import country_of
from rag.reports.date_text import MONTH_NAMES
from rag.reports.names import country_forms, fold, similar_names
from rag.types import Question

# Dropping these gained 0.1 to 1.1 points of recall@1 on SQuAD and COVID-QA questions (2,000 and 1,337) and cost 0.5 on 583 about
# news; they are also what makes full-text search slow. A longer list, with "after", "during", "most", was no better.
FUNCTION_WORDS = frozenset(
    "a am an and are as at be been being but by did do does for from had has have he her him his how i if in into is it "
    "its many me much my of on or our over she so than that the their them then there these they this those to up us was "
    "we were what when where which while who whom whose why will with would you your".split()
)

_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+")
_TITLES = re.compile(
    r"^(?:(?:father|sister|brother|(?:vice\s+)?president|(?:(?:prime|foreign|defen[cs]e|finance|interior|health|justice)\s+)?minister|"
    r"governor|mayor|ambassador|(?:lieutenant\s+|lt\.?\s+)?(?:colonel|col)|lieutenant|captain|capt|sergeant|sgt|commander|sheikh|emir|imam|"
    r"pastor|bishop|pope|professor|prof|senator|judge|rev|sultan|dr|mr|mrs|sir|operation)\.?\s+|"
    # a single word after these is seldom a person's name ("General Motors", "King Street", "Chief Justice")
    r"(?:general|gen|major|king|queen|prince|princess|chief|cardinal|ms)\.?\s+(?=\S+\s+\S))+(?!(?:of|for|the)\b)(?=\S)",
    re.IGNORECASE,
)
"""What a question may put before a name where a report has the name alone: "Father Orr", "Operation Monsoon"."""

_SAME_SOUND = 0.95
"""What ``similar_names`` gives words of equal sound."""


class NameBook:
    """What the library itself says about names: abbreviations it explains and words it uses."""

    def __init__(self, acronyms: Iterable[tuple[str, str]] = (), vocabulary: Iterable[str] = ()) -> None:
        """Index both.

        Args:
            acronyms: Pairs of short and long name, commonest first.
            vocabulary: Words of the full-text index, lower case.
        """
        self._forms: dict[str, list[str]] = {}
        for short, long in acronyms:
            for known, other in ((short, long), (long, short)):
                others = self._forms.setdefault(_key(known), [])
                if other not in others:
                    others.append(other)
        self._words: dict[str, list[str]] = {}
        for word in vocabulary:
            if len(word) >= 4 and word.isalpha():
                self._words.setdefault(word[0], []).append(word)

    def other_forms(self, name: str, limit: int = 4) -> list[str]:
        """Short forms of a long name and long forms of a short one, as the reports write them.

        Args:
            name: As written in the question.
            limit: Most of them.

        Returns:
            The commonest first; empty when the reports explain no such name.
        """
        return self._forms.get(_key(name), [])[:limit]

    def spellings(self, word: str, *, known: bool) -> list[str]:
        """Words of the library that may be the same name spelt otherwise.

        Args:
            word: One word.
            known: The library has the word itself too. Then only what sounds the same and differs in a letter or two inside a
                word of six letters or more counts; shorter ones and different endings are other words ("Black" and "Blake",
                "Victoria" and "victory"), and looking for those too cost 1.5 points of recall@1 on SQuAD questions.

        Returns:
            The likest first, the word itself left out.
        """
        folded = fold(word)
        if len(folded) < (6 if known else 4) or not folded.isalpha():
            return []
        # The vocabulary is stemmed. The word's own stem among the answers would count the word twice.
        own = (folded, stem(folded))
        found = [(other, likeness) for other, likeness in _alike(folded, self._words.get(folded[0], ())) if other not in own]
        return [other for other, likeness in found if not known or (likeness >= _SAME_SOUND and _differs_inside(folded, other))]

    def alike(self, word: str, limit: int) -> list[str]:
        """Words of the library, stemmed, that are written much like a folded word, the likest first."""
        from rapidfuzz import fuzz, process

        pool = self._words.get(word[:1], ())
        return [other for other, _, _ in process.extract(word, pool, scorer=fuzz.ratio, score_cutoff=65, limit=limit)]


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("porter")


@lru_cache(maxsize=65536)
def stem(folded: str) -> str:
    """The Porter stem of a folded word, as the full-text index makes it."""
    return str(_stemmer().stemWord(folded))


def _alike(folded: str, pool: Collection[str]) -> list[tuple[str, float]]:
    from rapidfuzz import fuzz, process

    # The cheap comparison goes first: the careful one looks at sounds, too slowly for a whole vocabulary.
    near = process.extract(folded, pool, scorer=fuzz.ratio, score_cutoff=65, limit=40)
    return similar_names(folded, [word for word, _, _ in near]) if near else []


def _differs_inside(word: str, other: str) -> bool:
    from rapidfuzz.distance import DamerauLevenshtein

    likely = DamerauLevenshtein.normalized_similarity(word, other) >= 0.8
    return likely and not word.startswith(other) and not other.startswith(word)


def _key(name: str) -> str:
    return re.sub(r"^the ", "", fold(name)).replace(".", "").strip()


def words_of(text: str) -> list[str]:
    """Words in order, each once whatever its case; dotted abbreviations ("U.S.") are one word."""
    seen: dict[str, str] = {}
    for match in _WORD.finditer(text):
        seen.setdefault(match[0].lower(), match[0])
    return list(seen.values())


def lexical_terms(question: Question, book: NameBook, frequency: Callable[[str], int]) -> list[str]:
    """Terms to look for: content words, dates as words, other forms and spellings of names.

    Args:
        question: As understood.
        book: Names of the library.
        frequency: Number of passages that hold a term.

    Returns:
        Words and phrases; function words only when there is nothing else.
    """
    words = words_of(question.query)
    terms = [word for word in words if _is_content(word, question.query)] or list(words)
    for word in list(terms):
        terms += _dotted_forms(word)
    places = Counter((mention.start, mention.end) for mention in question.dates)
    for mention in question.dates:
        span = mention.range
        if places[mention.start, mention.end] > 1:
            continue  # alternatives: a day without a year
        if span.days <= 31 and (span.start.year, span.start.month) == (span.end.year, span.end.month):
            terms += [MONTH_NAMES[span.start.month - 1], str(span.start.year)]
            terms += [str(span.start.day)] if span.is_day else []
    for name in question.names:
        terms += book.other_forms(name)
    of_names = {fold(word) for name in question.names for word in words_of(name)}
    for word in words:
        if not _is_content(word, question.query):
            continue
        unknown = frequency(word) == 0
        if unknown or fold(word) in of_names:
            terms += book.spellings(word, known=not unknown)
    seen: dict[str, str] = {}
    for term in terms:
        seen.setdefault(fold(term), term)
    return list(seen.values())


def name_forms(name: str, book: NameBook) -> tuple[str, ...]:
    """Every form, folded, under which a passage may hold a name of the question.

    Args:
        name: As written in the question.
        book: Names of the library.

    Returns:
        The name itself first.
    """
    forms = [name, *book.other_forms(name), *country_forms(name), *_dotted_forms(name)]
    if (bare := without_title(name)) != name:
        forms += [bare, *book.other_forms(bare)]
    if len(words_of(bare)) == 1:
        forms += book.spellings(bare, known=True)
    return tuple(dict.fromkeys(fold(form) for form in forms))


def without_title(name: str) -> str:
    """A name without the titles before it: "Orr" of "Father Orr".

    Args:
        name: As written.

    Returns:
        The rest; the name itself where that is no name ("DR Congo", "Mrs May", "Mayor of London").
    """
    bare = name if country_of(name) else _TITLES.sub("", name)
    return name if bare.title() in MONTH_NAMES or len(bare) < len("Orr") else bare


def forms_of(question: Question, place: int) -> tuple[str, ...]:
    """Folded forms of the name at a place of ``question.names``; of a question understood without a library, the name alone."""
    return question.forms[place] if place < len(question.forms) else (fold(question.names[place]),)


def _is_content(word: str, query: str) -> bool:
    if word.lower() not in FUNCTION_WORDS:
        return True
    # "US" and "WHO" are names among small letters; in a question all in capitals they are not.
    return len(word) > 1 and word.isupper() and not query.isupper()


def _dotted_forms(word: str) -> list[str]:
    """The abbreviation with and without dots: "U.S." and "US" are different words to the index."""
    if "." in word:
        return [word.replace(".", "")]
    return [".".join(word) + "."] if 2 <= len(word) <= 5 and word.isupper() and word.isalpha() else []


def holds(haystack: str, form: str) -> bool:
    """Whether a folded text holds a folded form as whole words; a plural or possessive ending may follow."""
    # Finding the characters first spares most of the slower comparisons.
    return form in haystack and _whole_words(form).search(haystack) is not None


def holds_name(haystack: str, forms: Iterable[str]) -> bool:
    """Whether a folded text holds a name in any of its folded forms, abbreviations with or without their dots."""
    plain = haystack.replace(".", "")
    return any(holds(haystack, form) or holds(plain, form.replace(".", "")) for form in forms)


@lru_cache(maxsize=1024)
def _whole_words(form: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){re.escape(form)}(?:'?s)?(?![^\W_])")


def share_of_words(haystack: str, form: str) -> float:
    """Share of a form's words of three letters or more that a folded text holds."""
    words: Sequence[str] = [word for word in words_of(form) if len(word) >= 3 and word not in FUNCTION_WORDS]
    return sum(holds(haystack, word) for word in words) / len(words) if words else 0.0
