"""What cited passages hold that a claim can rest on: words, names in all their forms, numbers, days; and their sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.answers.figures import REPLACED
from rag.answers.words import content_words
from rag.answers.writing.quantities import find_quantities, implied_quantities
from rag.answers.writing.slots import Slot, slot
from rag.reports.date_text import format_day
from rag.reports.names import PARTICLES, NameMention, country_forms, country_of, find_acronyms, find_names, fold, phonetic_key
from rag.reports.number_words import SMALL, TENS
from rag.search.terms import holds
from rag.types import DateMention, DateRange, Passage, Span

_SMALL_WORDS = PARTICLES | frozenset("the a an of and in for on at to by from ag l d".split())
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+")
_PEOPLE = re.compile(r"s?(?:man|men|woman|women)$")


@dataclass(frozen=True, slots=True)
class Ground:
    """A sentence of a cited passage.

    Attributes:
        passage: Where it stands.
        span: In the report's stored text.
        text: Its characters.
        stems: Of its content words.
        vector: Unit length, or None where it was not embedded.
    """

    passage: Passage
    span: Span
    text: str
    stems: frozenset[str]
    vector: NDArray[np.float32] | None

    @property
    def names(self) -> list[NameMention]:
        """Its names, those inside dates left out."""
        found = sentence_names(self.text, lambda word: False)
        dates = [(d.start - self.span.start, d.end - self.span.start) for d in self.dates]
        return [n for n in found if not any(a < n.end and n.start < b for a, b in dates)]

    @property
    def days(self) -> list[DateRange]:
        """Days the sentence names itself."""
        return [d.range for d in self.dates]

    @property
    def dates(self) -> list[DateMention]:
        """Its date expressions."""
        return self.passage.dates_in(self.span)


class Grounds:
    """Everything a few passages hold, looked up as claims need it.

    Args:
        passages: The cited ones; at least one.
        vectors: Sentence vectors by passage id, in the order of ``passage.sentences``.
        forms: Other forms of a name, folded, by the library's own abbreviations and spellings.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        vectors: Mapping[str, NDArray[np.float32]],
        forms: Callable[[str], Sequence[str]],
    ) -> None:
        self.passages = tuple(passages)
        self._known_forms = forms
        self.sentences = [
            Ground(
                passage,
                span,
                text := passage.text[span.start - passage.start : span.end - passage.start],
                frozenset(w.stem for w in content_words(text)),
                vectors[passage.id][n] if passage.id in vectors and n < len(vectors[passage.id]) else None,
            )
            for passage in passages
            for n, span in enumerate(passage.sentences)
        ]

    @cached_property
    def text(self) -> str:
        """All they say, with what stands above each: title, place, country and day."""
        return "\n".join(f"{heading(p)}\n{p.text}" for p in self.passages)

    @cached_property
    def folded(self) -> str:
        """``text`` for comparing."""
        return fold(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """Stems of the content words of ``text``."""
        return frozenset(w.stem for w in content_words(self.text))

    @cached_property
    def values(self) -> frozenset[float]:
        """Numbers of the passages, those of dates among them, and those said by other words."""
        said = {q.value for p in self.passages for q in find_quantities(f"{p.title}\n{p.text}") if not q.is_vague}
        years = {float(y) for d in self.days for y in (d.start.year, d.end.year)}
        return frozenset(said | years | {q.value for p in self.passages for q in implied_quantities(p.text)})

    @cached_property
    def vague(self) -> frozenset[float]:
        """Plurals such as "dozens"."""
        return frozenset(q.value for p in self.passages for q in find_quantities(p.text) if q.is_vague)

    @cached_property
    def number_slots(self) -> tuple[Slot, ...]:
        """Every number of the sentences, those said by other words too, dates left out."""
        found = []
        for g in self.sentences:
            dates = [(d.start - g.span.start, d.end - g.span.start) for d in g.dates]
            firm = find_quantities(g.text, dates)
            found += [slot(g.text, q.start, q.end, q.value, is_loose=q.value in self.replaced) for q in firm]
            loose = [q for q in (*find_quantities(g.text), *implied_quantities(g.text)) if q not in firm]
            found += [slot(g.text, q.start, q.end, q.value, is_loose=True) for q in loose]
        return tuple(found)

    @cached_property
    def replaced(self) -> frozenset[float]:
        """Numbers that the passages themselves say no longer hold ("20, not 14")."""
        return frozenset(q.value for g in self.sentences for q in find_quantities(g.text) if REPLACED.search(g.text[: q.start]))

    @cached_property
    def name_slots(self) -> tuple[Slot, ...]:
        """Every name of the sentences, dates left out."""
        return tuple(slot(g.text, n.start, n.end) for g in self.sentences for n in g.names)

    @cached_property
    def days(self) -> tuple[DateRange, ...]:
        """Days the passages speak of and those of their entries."""
        return tuple(d for p in self.passages for d in (*(m.range for m in p.dates), *((p.on,) if p.on else ())))

    @cached_property
    def published(self) -> tuple[DateRange, ...]:
        """Days of the reports themselves."""
        return tuple(DateRange(p.published_on, p.published_on) for p in self.passages if p.published_on)

    @cached_property
    def _explained(self) -> dict[str, list[str]]:
        """Short and long names that the passages themselves give for each other, folded."""
        found: dict[str, list[str]] = {}
        for passage in self.passages:
            for pair in find_acronyms(passage.text):
                found.setdefault(fold(pair.short), []).append(fold(pair.long))
                found.setdefault(fold(pair.long), []).append(fold(pair.short))
        return found

    def _forms(self, name: str) -> list[str]:
        """Other forms of a name, folded, and those that the passages give for one of these."""
        forms = [fold(name), *self._known_forms(name)]
        return list(dict.fromkeys([*forms, *(other for form in forms for other in self._explained.get(form, ()))]))

    @cached_property
    def _capitals(self) -> tuple[tuple[str, str], ...]:
        """Words of four letters and more written with a capital: folded, with their sound."""
        words = {fold(w) for w in _WORD.findall(self.text) if w[0].isupper() and len(w) >= 4}
        return tuple((w, phonetic_key(w)) for w in words)

    def is_name(self, word: str) -> bool:
        """Whether the passages write a word as a name, or part of one, inside a sentence and never small."""
        named = any(n.start > 0 and word in n.text.split() for g in self.sentences for n in g.names)
        return named and not holds(self.text, word.lower())

    def has_name(self, name: str) -> bool:
        """Whether the passages hold a name: in one of its forms, or each of its words in some spelling."""
        # A name of several words must be there whole or word by word; "the" and such do not count.
        words = [w for w in _WORD.findall(name) if fold(w) not in _SMALL_WORDS]
        country = country_of(name)
        forms = [fold(name), *(fold(f) for f in country_forms(name))] if country else [*self._forms(name), fold(name)]
        if any(holds(self.folded, form) or holds(self.folded, form.replace(".", "")) for form in forms):
            return True
        if (initials := _initials(name)) and holds(self.folded, initials):
            return True  # "United Nations" where the passages have "UN"
        if name.isupper() and any(_initials(n.text) == fold(name).replace(".", "") for g in self.sentences for n in g.names):
            return True  # and the other way round
        return bool(words) and all(self._has_word(word) for word in words)

    def same_name(self, one: str, other: str) -> bool:
        """Whether two names may be of one thing: a word in common, a form in common, or another spelling."""
        words = [{fold(w) for w in _WORD.findall(name) if fold(w) not in _SMALL_WORDS} for name in (one, other)]
        if words[0] & words[1] or fold(one) in fold(other) or fold(other) in fold(one):
            return True
        country = country_of(one)
        if country or country_of(other):
            return country == country_of(other)
        if set(self._forms(one)) & set(self._forms(other)):
            return True
        if _initials(one) == fold(other) or _initials(other) == fold(one):
            return True
        return any(_same_spelling(a, phonetic_key(a), b, phonetic_key(b)) for a in words[0] for b in words[1])

    def _has_word(self, word: str) -> bool:
        folded = fold(word)
        plain = folded.replace(".", "")
        if holds(self.folded, folded) or holds(self.folded, plain) or (plain.endswith("s") and holds(self.folded, plain[:-1])):
            return True
        forms = country_forms(word)
        if forms:
            return any(holds(self.folded, fold(form)) for form in forms)
        if _PEOPLE.search(folded) and holds(self.folded, _PEOPLE.sub("", folded)):
            return True  # "Guardsmen" where the passages have "Guard"
        if word.isupper() or word.isdigit():
            return any(holds(self.folded, form) for form in self._forms(word))
        if len(folded) < 4:
            return False
        sound = phonetic_key(word)
        return any(_same_spelling(folded, sound, other, other_sound) for other, other_sound in self._capitals)


def sentence_names(text: str, is_name: Callable[[str], bool]) -> list[NameMention]:
    """Names of a sentence; its first word too where that is a country's or is known as a name, and none with a number in front.

    Args:
        text: One sentence.
        is_name: Whether a word at its beginning is a name.

    Returns:
        The names in order.
    """
    names = [n for name in find_names(text) if (n := _without_number(name)) is not None]
    first = re.match(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text)
    if first and first[0][0].isupper() and not any(n.start < first.end() for n in names):
        word = re.sub(r"['’]s$", "", first[0])
        if country_of(word) or is_name(word):
            names.insert(0, NameMention(0, len(word), word))
    return names


def _without_number(name: NameMention) -> NameMention | None:
    """ "CJTF" for "Twelve CJTF", None for "Twelve"."""
    first, _, rest = name.text.partition(" ")
    if first.lower() not in SMALL and first.lower() not in TENS:
        return name
    return NameMention(name.end - len(rest), name.end, rest) if rest else None


def _initials(name: str) -> str:
    """First letters of a name of several words, small words left out: "un" for "United Nations"; else ""."""
    words = [fold(w) for w in _WORD.findall(name) if fold(w) not in _SMALL_WORDS]
    return "".join(w[0] for w in words) if len(words) >= 2 else ""


def _same_spelling(word: str, sound: str, other: str, other_sound: str) -> bool:
    """Whether two folded words spell one name: equal sound, or one letter in seven apart."""
    if country_of(other) or word[0] != other[0]:
        return False
    if len(sound) >= 4 and sound == other_sound:
        return True
    if min(len(word), len(other)) < 7:
        return False
    from rapidfuzz.distance import DamerauLevenshtein

    return bool(DamerauLevenshtein.distance(word, other, score_cutoff=1) <= 1)


def heading(passage: Passage) -> str:
    """What stands above a passage: title, country, place, the days of its entry and of its report, in words."""
    days = []
    if passage.on:
        days += [format_day(passage.on.start), format_day(passage.on.end)]
    if passage.published_on:
        days.append(format_day(passage.published_on))
    return " | ".join(dict.fromkeys(part for part in (passage.title, passage.country, passage.place, *days) if part))
