"""What a question demands besides its subject, checked against the sentence that would answer it and what stands around it.

A question's days, names and the thing it wants told are each met, contradicted or not spoken of. The reader compares words and is
easily led by a sentence about the right place on the wrong day; these checks compare what the words mean.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answers.deeds import asked_deed
from rag.answers.evidence import FEATURES, ScoredSentence
from rag.answers.wanted import Want, filled, own_words, wanted
from rag.answers.words import content_words, told
from rag.reports.names import fold
from rag.search.terms import forms_of, holds_name, share_of_words
from rag.settings import Answering
from rag.types import Question

CHECKS = tuple(
    "dated misdated supported missing_name filled unnamed unclaimed ungrouped miscounted done happened unreasoned".split()
)
"""Names of the checks, in the order of their values.

dated: how the best sentence meets the question's days, -1 to 1; 0 where it names none. misdated: it names days and the best
sentence is of others. supported: how much less of the question any passage of its days holds than the best passage of any day,
0 to -1. missing_name: the rarest of its names that the entry does not hold in any form, by rarity, 0 to 1. filled: whether the
thing wanted is there, where it is neither name nor doer nor reason. unnamed, unclaimed, unreasoned: a name, a doer, a reason is
wanted and none is told, 0 to 1. ungrouped: the same of a doer that must be a group ("which group laid the mine", and a patrol
drove over it). miscounted: a number of others stands in its place, 0 to 1. done: whether what a doer is asked for is told in
the sentence (1), beside it (0.5) or nowhere (0); 0.5 where that cannot be told. happened: the same of what a day, a place or a
reason is asked for: who asks when takes it for granted."""

SIGNS = (1, -1, 1, -1, 1, -1, -1, -1, -1, 1, 1, -1)
"""Which way each check can only speak: 1 for an answer, -1 against it."""

NEUTRAL = (0.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.0)
"""Values that say nothing, for checks switched off."""

_FAMILY = ("dates", "dates", "dates", "names", *("wanted",) * 8)

_DATE, _COVER = FEATURES.index("date"), FEATURES.index("context_cover")
_ANCHOR = re.compile(
    r"\b(?:(?:the\s+)?(?:days?|weeks?|months?|years?|hours?)\s+(?:after|before)|following|preceding|since)\s+the\b.*",
    re.IGNORECASE,
)


def check(
    question: Question, scored: Sequence[ScoredSentence], idf: Callable[[str], float], settings: Answering | None = None
) -> tuple[float, ...]:
    """Check the best sentence.

    Args:
        question: As understood.
        scored: Sentences of all retrieved passages, best first; at least one.
        idf: Weight of a word, higher for rarer ones.
        settings: Which families of checks are on; all when None.

    Returns:
        Values by ``CHECKS``.
    """
    best = scored[0]
    want = wanted(question.query, question.kind)
    fill = filled(question, want, best)
    done = _done(question, want, best)
    is_name, is_doer = want.kind == "name", want.kind in ("doer", "group")
    values = (
        best.features[_DATE] if question.dates else 0.0,
        float(bool(question.dates) and best.features[_DATE] <= 0),
        _supported(question, scored),
        _missing_name(question, scored, idf),
        0.5 if is_name or is_doer or want.kind == "reason" else fill,
        1.0 - max(0.0, fill) if is_name else 0.0,
        1.0 - max(0.0, fill) if is_doer else 0.0,
        1.0 - max(0.0, fill) if want.kind == "group" else 0.0,
        max(0.0, -fill) if want.kind == "number" else 0.0,
        done if is_name or is_doer else 0.5,
        0.5 if is_name or is_doer else done,
        1.0 - fill if want.kind == "reason" else 0.0,
    )
    if settings is None:
        return values
    on = {"dates": settings.check_dates, "names": settings.check_names, "wanted": settings.check_wanted}
    return tuple(v if on[family] else neutral for v, neutral, family in zip(values, NEUTRAL, _FAMILY, strict=True))


def _supported(question: Question, scored: Sequence[ScoredSentence]) -> float:
    """Of the share of the question's words that a passage holds: the best of its days, less the best of any."""
    if not question.dates:
        return 0.0
    best = max(s.features[_COVER] for s in scored)
    return max(s.features[_COVER] * max(0.0, s.features[_DATE]) for s in scored) - best


def _missing_name(question: Question, scored: Sequence[ScoredSentence], idf: Callable[[str], float]) -> float:
    highest = idf("") or 1.0
    best = scored[0].retrieved.passage
    # an entry may be cut into several passages
    entry = {p.id: p for s in scored if (p := s.retrieved.passage).report_id == best.report_id and p.entry == best.entry}
    text = fold("\n".join((best.title, best.country, best.place, *(p.text for p in entry.values()))))
    missing = 0.0
    anchored = _ANCHOR.search(question.query) if question.dates else None
    for place, name in enumerate(question.names):
        if anchored and name in anchored.group():
            continue  # it names the event that dates the question, which may be told elsewhere
        forms = forms_of(question, place)
        if holds_name(text, forms):
            continue
        rarity = max((idf(name[w.start : w.end]) for w in content_words(name)), default=0.0) / highest
        missing = max(missing, rarity * (1.0 - share_of_words(text, forms[0])))
    return missing


def _done(question: Question, want: Want, best: ScoredSentence) -> float:
    is_doer = want.kind in ("doer", "group")
    if not is_doer and want.kind not in ("day", "place", "reason"):
        return 0.5
    deed = asked_deed(question, own_words(question.query), of_doer=is_doer)
    if not deed:
        return 0.5
    if is_told := told(deed, best.text):
        return is_told
    passage = best.retrieved.passage
    place = passage.sentences.index(best.span) if best.span in passage.sentences else 0
    first, last = passage.sentences[max(0, place - 1)], passage.sentences[min(len(passage.sentences) - 1, place + 1)]
    around = passage.text[first.start - passage.start : last.end - passage.start]
    return 0.5 if told(deed, around) else 0.0
