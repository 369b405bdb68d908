"""False sentences made of true ones, to measure how many the check of sentences catches and how many true ones it doubts.

A true sentence is one of a report, cited to the passage it stands in. A mutation changes one thing in it: a number, a date, an
actor, a place, what it denies, the passage it cites, or who did what (halves of two sentences joined). The new value comes from
elsewhere in the reports or, harder, from the same passage. Two halves of the reports, parted by their names, keep tuning and
measuring apart.
"""

from __future__ import annotations

import calendar
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from eval.paraphrases import Paraphrase, half
from eval.turning import WORDS, negated, verb_at, with_day, written
from rag.answers.words import content_words
from rag.answers.writing.quantities import find_quantities
from rag.reports.acronyms import AcronymPair
from rag.reports.countries import DEMONYMS, country_of
from rag.reports.date_text import format_day
from rag.reports.dates import find_dates
from rag.reports.names import find_names, fold
from rag.types import DateMention, Passage, Span

KINDS = ("number", "date", "actor", "place", "negation", "citation", "joint")
"""What a mutation changes."""

_PLACE_BEFORE = re.compile(r"\b(?:in|near|at|outside|around|to|from|into|of|between|towards?|reached|left)\s(?:the\s)?$|\($")
_SUBJECT_AFTER = re.compile(
    r"\s(?:(?:has|have|had|was|were|would|also|then|men|fighters|militants|troops|soldiers)\s)?[a-z]+(?:ed|s|t|n)?\b"
)


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence with what it cites.

    Attributes:
        kind: One of ``KINDS``, or "" for a true one.
        source: Where the new value comes from ("elsewhere", "same passage"), or how a true one was made ("verbatim", ...).
        sentence: To be checked.
        cited: Ids of the passages it cites.
        report: File name of the report its truth stands in.
        original: The true sentence.
    """

    kind: str
    source: str
    sentence: str
    cited: tuple[str, ...]
    report: str
    original: str

    @property
    def is_true(self) -> bool:
        return not self.kind


@dataclass(frozen=True, slots=True)
class Statement:
    """A true sentence, its passage, and where its dates stand in it."""

    passage: Passage
    text: str
    dates: tuple[DateMention, ...]
    held_out: bool = False

    @property
    def half(self) -> str:
        return "test" if self.held_out else half(self.passage.report)


class Mutator:
    """Makes cases of passages; the same passages and seed give the same cases.

    Args:
        passages: Of the whole library.
        vectors: Of the passages by id, unit length.
        acronyms: Of the library.
        paraphrases: True sentences in other words; those whose quote no passage holds are left out.
        seed: Of the choices.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        vectors: Mapping[str, NDArray[np.float32]],
        acronyms: Iterable[AcronymPair] = (),
        paraphrases: Iterable[Paraphrase] = (),
        seed: int = 20261122,
    ) -> None:
        self._passages = [p for p in passages if p.id in vectors]
        self._random = random.Random(seed)
        self._matrix = np.stack([vectors[p.id] for p in self._passages])
        self._place = {p.id: n for n, p in enumerate(self._passages)}
        self._acronyms = list(acronyms)
        self._actors, self._places = _inventory(self._passages)
        self._paraphrased = [s for p in paraphrases if (s := self._placed(p)) is not None]

    def _placed(self, paraphrase: Paraphrase) -> Statement | None:
        holding = [p for p in self._passages if p.report == paraphrase.report and paraphrase.quote in " ".join(p.text.split())]
        if not holding:
            return None
        said = {w.stem for w in content_words(paraphrase.paraphrase)}
        passage = max(holding, key=lambda p: (len(said & {w.stem for w in content_words(p.text)}), len(p.text)))
        dates = find_dates(paraphrase.paraphrase, passage.date, latest=passage.published_on)
        return Statement(passage, paraphrase.paraphrase, tuple(dates), paraphrase.held_out)

    def cases(self, each: int, only: str) -> list[Case]:
        """Mutations of every kind and as many true sentences.

        Args:
            each: Mutations of each kind and source, where the reports hold enough.
            only: Half of the reports, see ``half``.

        Returns:
            Cases, true ones among them: verbatim, with the entry's day in front, and with names and numbers in another form.
        """
        told = [_statement(p, s) for p in self._passages if half(p.report) == only for s in p.sentences if _is_whole(_cut(p, s))]
        self._random.shuffle(told)
        makers: list[tuple[str, str, Callable[[Statement], str]]] = [
            ("number", "elsewhere", lambda s: self._number(s, same=False)),
            ("number", "same passage", lambda s: self._number(s, same=True)),
            ("date", "elsewhere", lambda s: self._date(s, same=False)),
            ("date", "same passage", lambda s: self._date(s, same=True)),
            ("actor", "elsewhere", lambda s: self._name(s, self._actors, same=False)),
            ("actor", "same passage", lambda s: self._name(s, self._actors, same=True)),
            ("place", "elsewhere", lambda s: self._name(s, self._places, same=False)),
            ("place", "same passage", lambda s: self._name(s, self._places, same=True)),
            ("negation", "elsewhere", lambda s: negated(s.text)),
            ("", "verbatim", lambda s: s.text),
            ("", "dated", _dated),
            ("", "other form", self._reworded),
        ]
        found: list[Case] = []
        for kind, source, make in makers:
            found += self._take(each, told, kind, source, make)
        found += self._swapped(each, told, "")
        said = [s for s in self._paraphrased if s.half == only]
        for kind, source, make in [m for m in makers if m[1] in ("elsewhere", "same passage")]:
            found += self._take(len(said), said, kind, f"{source}, paraphrase", make)
        found += self._take(len(said), said, "", "paraphrase", lambda s: s.text)
        found += self._swapped(len(said), said, ", paraphrase")
        return found + self._joined(each, only)

    def _take(self, each: int, told: Sequence[Statement], kind: str, source: str, make: Callable[[Statement], str]) -> list[Case]:
        cases = []
        for statement in told:
            made = make(statement)
            if made and (made != statement.text or not kind):
                cases.append(Case(kind, source, made, (statement.passage.id,), statement.passage.report, statement.text))
            if len(cases) == each:
                break
        return cases

    def _swapped(self, each: int, told: Sequence[Statement], suffix: str) -> list[Case]:
        """True sentences that cite another entry: one of the ten nearest in content, or any."""
        cases: list[Case] = []
        specific = [s for s in told if find_names(s.text) or find_quantities(s.text)]
        for source in ("elsewhere", "nearest"):
            for s in specific[:each]:
                row = self._place[s.passage.id]
                order = np.argsort(-(self._matrix @ self._matrix[row]))
                others = [self._passages[int(n)] for n in order if not _same_entry(self._passages[int(n)], s.passage)]
                other = self._random.choice(others[:10] if source == "nearest" else others)
                cases.append(Case("citation", source + suffix, s.text, (other.id,), s.passage.report, s.text))
        return cases

    def _joined(self, each: int, only: str) -> list[Case]:
        """The beginning of a sentence, up to its verb, with another sentence's end from its verb on, both of one passage."""
        cases: list[Case] = []
        passages = [p for p in self._passages if half(p.report) == only]
        self._random.shuffle(passages)
        for passage in passages:
            whole = [(n, text) for n, s in enumerate(passage.sentences) if _is_whole(text := _cut(passage, s))]
            if len(whole) < 2:
                continue
            (m, first), (n, second) = self._random.sample(whole, 2)
            heads, tails = verb_at(first), verb_at(second)
            source = "next sentence" if abs(m - n) == 1 else "same passage"
            if heads > 8 and tails > 0 and sum(c.source == source for c in cases) < each:
                said = first[:heads] + second[tails:]
                cases.append(Case("joint", source, said, (passage.id,), passage.report, first))
        return cases

    def _number(self, told: Statement, *, same: bool) -> str:
        passage, text = told.passage, told.text
        dates = [(d.start, d.end) for d in told.dates]
        numbers = [q for q in find_quantities(text, dates) if 2 <= q.value < 10**6 and not q.is_vague and q.value == int(q.value)]
        if not numbers:
            return ""
        q = self._random.choice(numbers)
        if same:
            skip = [(d.start - passage.start, d.end - passage.start) for d in passage.dates]
            others = {o.value for o in find_quantities(passage.text, skip) if o.value == int(o.value) and o.value >= 2}
            others -= {o.value for o in numbers}
            if not others:
                return ""
            value = int(self._random.choice(sorted(others)))
        else:
            v = int(q.value)
            value = self._random.choice([v + 1, v + 2, v * 2, v * 3, v + 10, max(2, v // 2), v * 10])
            if value == v:
                value += 3
        return text[: q.start] + written(value, text[q.start : q.end]) + text[q.end :]

    def _date(self, told: Statement, *, same: bool) -> str:
        passage, text = told.passage, told.text
        inside = [d for d in told.dates if d.kind in ("absolute", "partial") and d.range.is_day]
        if same:
            own = inside[0].range.start if inside else passage.on.start if passage.on and passage.on.is_day else None
            others = {d.range.start for d in passage.dates if d.range.is_day}
            others |= {day for day in (passage.date, passage.published_on) if day}
            others -= {own}
            if own is None or not others or passage.is_lead or (not inside and len(told.dates)):
                return ""
            day = self._random.choice(sorted(others))
        else:
            base = inside[0].range.start if inside else passage.date
            if base is None:
                return ""
            day = base + timedelta(days=self._random.choice([-400, -365, -45, -30, -9, -3, 2, 5, 12, 30, 61, 365, 731]))
            if any(d.range.is_day and d.range.start == day for d in passage.dates):
                return ""
        if inside:
            d = inside[0]
            return text[: d.start] + format_day(day) + text[d.end :]
        if told.dates:
            return ""
        return with_day(text, format_day(day))

    def _name(self, told: Statement, inventory: Sequence[str], *, same: bool) -> str:
        passage, text = told.passage, told.text
        known = set(inventory)
        names = [n for n in find_names(text) if n.text in known]
        if not names:
            return ""
        name = self._random.choice(names)
        held = fold(f"{passage.title} {passage.text} {passage.place}")
        if same:
            others = [o for o in inventory if fold(o) in held and not _alike(o, name.text) and fold(o) not in fold(text)]
            others = [o for o in others if fold(o) != fold(passage.country)]  # what is true of a place is true of its country
        else:
            others = [o for o in inventory if fold(o) not in held and not _alike(o, name.text)]
        others = [o for o in others if not self._is_other_form(o, held)] if not same else others
        if not others:
            return ""
        return text[: name.start] + self._random.choice(others) + text[name.end :]

    def _is_other_form(self, name: str, held: str) -> bool:
        """Whether the passage holds the name under another form, so that the swap might be true."""
        forms = [p.long for p in self._acronyms if p.short == name] + [
            p.short for p in self._acronyms if fold(p.long) == fold(name)
        ]
        country = country_of(name)
        forms += [country, *DEMONYMS[country]] if country else []
        return any(re.search(rf"(?<!\w){re.escape(fold(f))}(?!\w)", held) for f in forms)

    def _reworded(self, told: Statement) -> str:
        """A true sentence with its numbers written the other way and its names in another form."""
        text = told.text
        dates = [(d.start, d.end) for d in told.dates]
        for q in reversed(find_quantities(text, dates)):
            written = text[q.start : q.end]
            if written.isdigit() and 2 <= q.value <= 20:
                text = text[: q.start] + WORDS[int(q.value)] + text[q.end :]
            elif written.lower() in WORDS[2:]:
                text = text[: q.start] + str(int(q.value)) + text[q.end :]
        for name in reversed(find_names(text)):
            country = country_of(name.text)
            longs = [p.long for p in self._acronyms if p.short == name.text and _is_name(p.long)]
            if country and fold(name.text) == "american":
                text = text[: name.start] + "US" + text[name.end :]
            elif longs and name.start:
                text = text[: name.start] + longs[0] + text[name.end :]
        return text if text != told.text else ""


def _cut(passage: Passage, span: Span) -> str:
    return passage.text[span.start - passage.start : span.end - passage.start]


def _is_whole(text: str) -> bool:
    return 8 <= len(text.split()) <= 45 and text[0].isupper() and text.rstrip("”\"'’)").endswith((".", "!", "?"))


def _statement(passage: Passage, span: Span) -> Statement:
    moved = tuple(replace(d, start=d.start - span.start, end=d.end - span.start) for d in passage.dates_in(span))
    return Statement(passage, _cut(passage, span), moved)


def _dated(told: Statement) -> str:
    """The sentence with its entry's day in front, as a model that was shown the day would write."""
    on = told.passage.on
    if on is None or not on.is_day or told.passage.is_lead or told.dates:
        return ""
    return with_day(told.text, format_day(on.start))


def _is_name(long: str) -> bool:
    """Whether a long form is a name and not half a sentence."""
    return all(w[0].isupper() or len(w) <= 3 for w in re.findall(r"[^\W\d_]+", long))


def _same_entry(first: Passage, second: Passage) -> bool:
    return first.report_id == second.report_id and first.entry == second.entry


def _alike(first: str, second: str) -> bool:
    one, other = fold(first), fold(second)
    same_country = bool(country_of(first)) and country_of(first) == country_of(second)
    return one in other or other in one or same_country or bool(set(one.split()) & set(other.split()))


def _inventory(passages: Sequence[Passage]) -> tuple[list[str], list[str]]:
    """Actors and places of the reports: names that mostly act, and names that mostly say where."""
    acts: Counter[str] = Counter()
    wheres: Counter[str] = Counter()
    for passage in passages:
        for name in find_names(passage.text):
            if _PLACE_BEFORE.search(passage.text[: name.start][-12:]):
                wheres[name.text] += 1
            elif _SUBJECT_AFTER.match(passage.text, name.end):
                acts[name.text] += 1
        if passage.place:
            wheres[passage.place] += 2
    months = re.compile(rf"\b(?:{'|'.join(filter(None, calendar.month_name))})\b|\d")
    actors = [n for n, c in acts.items() if c >= 2 and c > 2 * wheres[n] and not months.search(n)]
    places = [n for n, c in wheres.items() if c >= 2 and c > 2 * acts[n] and not months.search(n) and not n.isupper()]
    return sorted(actors), sorted(places)


def parted(cases: Iterable[Case]) -> Iterator[tuple[str, str, list[Case]]]:
    """Cases by kind and source, in the order of ``KINDS``, the true ones last."""
    rows = list(cases)
    for kind in (*KINDS, ""):
        for source in dict.fromkeys(c.source for c in rows if c.kind == kind):
            yield kind, source, [c for c in rows if c.kind == kind and c.source == source]
