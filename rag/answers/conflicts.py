"""Differing figures of one event side by side, each with its report's date; a later correction is named as one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rag.answers.composition import ACCOUNTS_DIFFER, CORRECTED, FIGURES_DIFFER, Composition, Quote, quotes_of
from rag.answers.events import Told, same_time, tellings, well_placed
from rag.answers.evidence import FEATURES, ScoredSentence, steps
from rag.answers.figures import PERSONS, Figure, find_figures
from rag.answers.measures import Measure, asked_account, asked_measure, other_persons, tells_outcome
from rag.answers.value import find_value
from rag.reports.date_text import format_day
from rag.reports.names import fold
from rag.search.terms import holds
from rag.types import Passage, Question, Span

MOST_QUOTES = 4
"""Sentences quoted for differing figures at most."""

_NAMES = FEATURES.index("names")
_NEAR = 3
"""A figure that names nothing of its own follows within so many sentences of one that says what is counted."""

_WELL_PLACED = 10
"""Place among all sentences up to which one is near enough to the question to be quoted for saying a figure first."""

_INSTEAD = 5
"""Place among all sentences before which a figure of the asked measure is taken instead of one of another measure."""

MOST_ACCOUNTS = 3
"""Accounts quoted side by side at most where a question asks for them."""

_ACCOUNT_NEAR, _ACCOUNT_BESIDE = 2.0, 5.0
"""Score below the best sentence's down to which another is an account of the same thing: a seventh as likely, or much less where
it stands beside the best one, as accounts do that are weighed against each other."""

_OTHER_ACCOUNT = re.compile(
    r"^(?:But\s+|Yet\s+|However,\s+)?(?:(?:by|in|according\s+to)\s+)?(?:an?other|others?|some|a\s+different|a\s+second|a\s+later)\b"
    r"(?:\s+[\w-]+){0,3}?\s+(?:accounts?|versions?|says?|said|writes?|wrote|puts?|gives?|gave|claims?|insists?|"
    r"(?:sources?|reports?|papers?|newspapers?|outlets?|officials?|agenc(?:y|ies))(?:\s+[\w-]+){0,2}?\s+"
    r"(?:says?|said|writes?|wrote|puts?|gives?|gave|claim(?:s|ed)?|insists?|speaks?|spoke|ha[sd]|have|told|"
    r"(?:report|count|estimat|list)(?:s|es|ed)?))\b",
    re.IGNORECASE,
)
"""How a sentence opens that tells the thing before it otherwise."""

_CORRECTION = re.compile(
    r"\bcorrect(?:ed|ion|s)?\b|\brevis(?:ed|ion)\b|\b(?:wrong|mistaken|understated|overstated)\b|\braised\s+(?:that|the\s+toll|it)\b",
    re.IGNORECASE,
)
_GRAVELY = re.compile(r"\b(?:badly|seriously|gravely|severely|critically)\b", re.IGNORECASE)
_LATER = re.compile(r"\blater\b|\bnow\b|\bsince\b|\bin\s+the\s+end\b|\bfinal\b|\bafterwards\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A figure of the asked measure, with the sentence that states it and that sentence's place among all (0 the best)."""

    told: Told
    figure: Figure
    rank: int

    @property
    def sentence(self) -> tuple[str, int]:
        return self.told.passage.report_id, self.told.span.start

    @property
    def key(self) -> tuple[str, str, int]:
        """By report date, then the order of the text; a figure given up comes before the one that holds."""
        place = self.told.span.start if self.figure.replaced else self.told.span.start + self.figure.start
        return str(self.told.passage.published_on), self.told.passage.report, place


def differing_figures(
    question: Question, scored: Sequence[ScoredSentence], passages: Sequence[Passage], idf: Callable[[str], float]
) -> Composition | None:
    """Compose an answer from differing figures.

    Args:
        question: As understood.
        scored: Sentences of the retrieved passages, most probable first.
        passages: Where to look for other tellings.
        idf: Weight of a word, higher for rarer ones.

    Returns:
        All figures with their dates, or None when the question asks for no figure or the reports give one only.
    """
    measure = asked_measure(question.query)
    if measure is None or not scored:
        return None
    told = {(t.passage.report_id, t.span.start): t for t in well_placed(question, scored, idf)}
    followed = {(t.passage.report_id, t.span.start): t for t in tellings(question, passages, idf)}
    told |= followed
    ordered = sorted(told.values(), key=lambda t: (str(t.passage.published_on), t.passage.report, t.span.start))
    claims = _claims(measure, ordered, scored)
    if not claims:
        return None
    best = scored[0]
    main = min(claims, key=lambda c: (c.rank, not _is_read(c, best), c.key))
    if main.rank > 0 and any(
        measure.accepts(f) and not other_persons(best.text[: f.start], f, measure) for f in find_figures(best.text, best.dates)
    ):
        return None  # the best sentence gives a figure of another event than the one found
    counted = {"", "men", main.figure.counted, *(("person", *measure.counted) if main.figure.counted == "" else ())}
    if measure.outcome == "free":
        counted.add("person")
    same = [
        c
        for c in claims
        if same_time(c.told.on, main.told.on)
        # "16 dead" may be the "15 soldiers" of another report, if that has no others beside them
        and (c.figure.counted in counted or not (measure.counted or main.figure.counted or _in_parts(c)))
    ]
    if len({c.figure.value for c in same}) < 2:
        # the best sentence may count others than those asked for ("20 enemies"), and one near it the right ones
        instead = 0 < main.rank < _INSTEAD and main.sentence in followed and find_figures(best.text, best.dates)
        return _composed([main], set()) if instead else None
    chosen = _chosen(main, same)
    # a search worded as a question no longer says "final number"
    if wanted := asked_account(question.query) or asked_account(question.text):
        return _composed([_one_of(chosen, wanted)], set())
    return _composed(chosen, {c.sentence for c in same if c.figure.replaced})


def _one_of(claims: Sequence[_Claim], wanted: str) -> _Claim:
    """The claim made first or last: by report, by the day of its entry, by the text; one given up is not the last."""

    def made(claim: _Claim) -> tuple[str, str, tuple[str, str, int]]:
        passage = claim.told.passage
        day = passage.published_on if passage.on is None else passage.on.start
        return str(passage.published_on), str(day), claim.key

    ordered = sorted(claims, key=made)
    if wanted == "first":
        return ordered[0]
    return next((c for c in reversed(ordered) if not c.figure.replaced), ordered[-1])


def other_accounts(question: Question, scored: Sequence[ScoredSentence]) -> Composition | None:
    """Compose an answer from the best sentence and the ones after it that give other accounts of the same thing.

    Args:
        question: As understood.
        scored: Sentences of the retrieved passages, most probable first.

    Returns:
        The values of all side by side, or None when no other account follows.
    """
    if not scored or question.kind == "yes_no":
        return None
    best = scored[0]
    after = [s for s in scored if s.retrieved.passage.id == best.retrieved.passage.id and s.span.start >= best.span.end]
    told = [best]
    for sentence in sorted(after, key=lambda s: s.span.start):
        if not _OTHER_ACCOUNT.match(sentence.text):
            break
        told.append(sentence)
    if len(told) < 2:
        return None
    values = [find_value(question, sentence) for sentence in told]
    if len({v.text for v in values}) < 2 and values[0].span is not None and values[0].span.end <= best.span.start:
        return None  # a place named before all of them is no account of any
    quotes = quotes_of(zip(told, values, strict=True))
    return Composition("; or: ".join(dict.fromkeys(v.text for v in values)), quotes, ACCOUNTS_DIFFER)


def accounts_beside(question: Question, scored: Sequence[ScoredSentence]) -> Composition | None:
    """Compose an answer to a question that asks for accounts in so many words, where they name no figure of a known measure.

    Args:
        question: As understood.
        scored: Sentences of the retrieved passages, most probable first.

    Returns:
        The best sentence with the likeliest others that say something else, up to ``MOST_ACCOUNTS``; None when there is none.
    """
    if not scored or question.kind == "yes_no":
        return None
    best = scored[0]
    told, values = [best], [find_value(question, best)]
    for sentence in scored[1:]:
        if len(told) == MOST_ACCOUNTS:
            break
        if sentence.score < best.score - (_ACCOUNT_BESIDE if steps(best, sentence) in (1, -1) else _ACCOUNT_NEAR):
            continue
        if sentence.features[_NAMES] < best.features[_NAMES]:
            continue  # of something else: it lacks a name of the question that the best one's passage has
        value = find_value(question, sentence)
        if not any(_one_value(value.text, v.text) for v in values):
            told.append(sentence)
            values.append(value)
    if len(told) < 2:
        return None
    pairs = sorted(zip(told, values, strict=True), key=lambda p: (str(p[0].retrieved.passage.published_on), p[0].span.start))
    quotes = quotes_of(pairs)
    return Composition("; or: ".join(v.text for _, v in pairs), quotes, "Accounts are quoted side by side.")


def _one_value(one: str, other: str) -> bool:
    """Whether one value holds the other, word for word."""
    ours, theirs = fold(one), fold(other)
    return holds(ours, theirs) or holds(theirs, ours)


def _in_parts(claim: _Claim) -> bool:
    """Whether the sentence of a claim counts several to whom the same befell ("12 soldiers and three drivers died")."""
    return sum(f.outcome == claim.figure.outcome for f in find_figures(claim.told.text, claim.told.dates)) > 1


def _claims(measure: Measure, told: Sequence[Told], scored: Sequence[ScoredSentence]) -> list[_Claim]:
    ranks = {(s.retrieved.passage.report_id, s.span.start): i for i, s in enumerate(scored)}
    claims: list[_Claim] = []
    measured: tuple[tuple[str, int], int] = (("", -1), -_NEAR - 1)
    toll: tuple[tuple[str, int], int] = (("", -1), -_NEAR - 1)
    counted: tuple[tuple[str, int], list[Figure]] = (("", -1), [])
    for index, sentence in enumerate(told):
        entry = (sentence.passage.report_id, sentence.passage.entry)
        if measure.outcome and tells_outcome(sentence.text, measure.outcome):
            measured = (entry, index)
        figures = find_figures(sentence.text, sentence.dates)
        led = next((f.start for f in figures if not f.outcome and not f.counted), len(sentence.text))
        beside = [f for f in figures if f.outcome == measure.outcome and f.start > led]
        # "raised that to 60, with 115 people hurt", but not "with 12 people badly hurt"
        if any(f.outcome == "kill" for f in figures) or (beside and not _GRAVELY.search(sentence.text, beside[0].start)):
            toll = (entry, index)
        before = counted[1] if counted[0] == entry else []
        if explicit := [f for f in figures if f.counted in PERSONS and f.outcome == measure.outcome]:
            counted = (entry, explicit)
        for figure in figures:
            bare = not figure.outcome and not figure.counted
            if bare and before and measure.counted <= PERSONS.keys() and not any(measure.accepts(f) for f in before):
                continue  # "the army says 14" goes on counting those counted before it
            if (
                figure.counted == "men"
                and not figure.outcome
                and any(f.counted in PERSONS and not measure.accepts(f) for f in figures)
            ):
                continue  # "fourteen civilians and two men" are of one side
            if not measure.accepts(figure) or other_persons(sentence.text[: figure.start], figure, measure):
                continue
            rank = ranks.get((sentence.passage.report_id, sentence.span.start), len(scored))
            if not measure.outcome and rank > _WELL_PLACED:
                continue  # men are counted for many reasons; without an outcome only the question's own words tell which
            if bare and (measured[0] != entry or index - measured[1] > _NEAR):
                continue
            if bare and measure.outcome not in ("", "kill"):
                # a toll that names nothing is one of the dead, where the wounded are told of in the sentences between
                since = toll if toll[1] == index else measured
                told_before = toll[0] == entry and index - toll[1] <= _NEAR and toll[1] >= since[1]
                if told_before or tells_outcome(told[measured[1]].text, "kill"):
                    continue
            measured = (entry, index)
            claims.append(_Claim(sentence, figure, rank))
    return claims


def _is_read(claim: _Claim, best: ScoredSentence) -> bool:
    """Whether the claim is the figure that the reader points at in the best sentence."""
    start = claim.told.span.start + claim.figure.start
    return best.read is not None and best.read.start < start + len(claim.figure.text) and start < best.read.end


def _chosen(main: _Claim, claims: Sequence[_Claim]) -> list[_Claim]:
    """A claim for each value: those of the fewest sentences, the best placed first."""
    chosen: dict[float, _Claim] = {}
    sentences: set[tuple[str, int]] = set()
    for claim in sorted(claims, key=lambda c: (c.figure.value != main.figure.value, c.rank, c.key)):
        value = claim.figure.value
        if value in chosen:
            continue
        # whoever said it first, among the sentences that stand as near to the question
        first = min(
            (c for c in claims if c.figure.value == value and c.rank <= max(claim.rank, _WELL_PLACED)), key=lambda c: c.key
        )
        if first.sentence not in sentences and len(sentences) >= MOST_QUOTES:
            continue
        chosen[value] = first
        sentences.add(first.sentence)
    return sorted(chosen.values(), key=lambda c: c.key)


def _composed(claims: Sequence[_Claim], giving_up: Collection[tuple[str, int]]) -> Composition:
    quotes: dict[tuple[str, int], Quote] = {}
    said = []
    corrected = False
    for index, claim in enumerate(claims):
        told, figure = claim.told, claim.figure
        span = Span(told.span.start + figure.start, told.span.start + figure.end)
        key = (told.passage.report_id, told.span.start)
        quote = quotes.get(key, Quote(told.passage, told.span))
        quotes[key] = Quote(quote.passage, quote.span, (*quote.values, span))
        day = told.passage.date if told.passage.is_lead else told.passage.published_on or told.passage.date
        dated = f"{figure.text} ({format_day(day)})" if day else figure.text
        is_correction = index > 0 and not figure.replaced
        is_correction = is_correction and (claim.sentence in giving_up or bool(_CORRECTION.search(told.text)))
        corrected = corrected or is_correction
        later = "later " if index > 0 and not figure.replaced and _LATER.search(told.text) else ""
        said.append(f"corrected to {dated}" if is_correction else f"{later}{dated}")
    if len(claims) == 1:
        return Composition(claims[0].figure.text, tuple(quotes.values()))
    remark = CORRECTED if corrected else FIGURES_DIFFER
    return Composition("; ".join(said), tuple(quotes.values()), remark)
