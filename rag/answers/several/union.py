"""One answer from those of a question's parts: the short answers side by side, a sum with its terms, all citations."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answers.citations import renumber
from rag.answers.figures import OUTCOME, parse_number
from rag.answers.several.parts import Part
from rag.answers.spans import INEXACT, NUMBER
from rag.answers.words import content_words
from rag.reports.dates import find_dates
from rag.types import Answer, Citation, Question, RetrievedPassage, Span

_APART = re.compile(
    r"\b(?:each|respectively|again|separately|versus|vs|compared|than|more|fewer|how\s+(?:did|has|have|had)|percent(?:age)?|per|rate|share|"
    r"average|custody|detained|held|still)\b",
    re.IGNORECASE,
)
"""Asked side by side or of a change, or as a share or of those who are somewhere at a time."""

_ADDED_UP = frozenset(("kill", "wound", "take", "arrest", "free"))
"""Outcomes that befall somebody once; the missing and the displaced of one year are those of the next, too."""

_WITHIN = re.compile(r"\b(?:in|at|on|near|during|outside|around|inside|of)\s+(?:the\s+)?$", re.IGNORECASE)
_UP_TO = re.compile(
    r"\b(?:by|until|till|up\s+to|as\s+of|since|before|after)\s+(?:the\s+)?(?:(?:end|start|beginning)\s+of\s+)?$", re.IGNORECASE
)
_PERCENT = re.compile(r"%|\bper\s?cent\b", re.IGNORECASE)


def join_answers(
    question: Question, parts: Sequence[Part], answers: Sequence[Answer], passages: Sequence[RetrievedPassage]
) -> Answer:
    """One answer from those of the parts.

    Args:
        question: The whole, as understood.
        parts: Its parts.
        answers: To the parts, in their order; at least one answers.
        passages: Retrieved for the whole, best first.

    Returns:
        The short answers side by side, the sentences of all with their citations numbered through. A part the reports do not
        answer is named in ``reason``.
    """
    said: list[str] = []
    texts: list[str] = []
    missing: list[str] = []
    citations: list[Citation] = []
    highlights: list[tuple[int, Span]] = []
    for part, answer in zip(parts, answers, strict=True):
        if answer.abstained:
            missing.append(part.label or part.text.strip(" ?"))
            continue
        said.append(f"{part.label}: {answer.short_answer}" if part.label else answer.short_answer)
        quoted = tuple(citations)
        numbers, text = {}, answer.answer
        for citation in answer.citations:
            own = _not_shown(citation, quoted)
            if own is None:
                numbers[citation.number] = next(c.number for c in quoted if _holds(c, citation))
                continue
            text = text.replace(citation.quote, own.quote, 1)
            numbers[citation.number] = len(citations) + 1
            citations.append(replace(own, number=len(citations) + 1))
        if len(citations) > len(quoted) or not texts:
            texts.append(renumber(text, numbers))
        highlights += [(numbers[number], span) for number, span in answer.highlights if number in numbers]
    total = "" if missing else _total(question, parts, answers)
    remarks = [f"The reports do not say: {'; '.join(missing)}."] if missing else []
    remarks += list(dict.fromkeys(a.reason for a in answers if a.reason and not a.abstained))
    shown = {r.passage.id for r in passages}
    added = [r for a in answers if not a.abstained for r in a.passages if r.passage.id in {c.passage_id for c in citations}]
    more = {r.passage.id: r for r in added if r.passage.id not in shown}
    return Answer(
        question=question,
        answer=" ".join(texts),
        short_answer="; ".join(dict.fromkeys(said)) + total,
        abstained=False,
        reason=" ".join(remarks),
        confidence=min(a.confidence for a in answers if not a.abstained),
        citations=tuple(citations),
        passages=(*passages, *(replace(r, rank=len(passages) + n) for n, r in enumerate(more.values(), 1))),
        seconds=0.0,
        highlights=tuple(dict.fromkeys(highlights)),
    )


def _holds(shown: Citation, citation: Citation) -> bool:
    return shown.report_id == citation.report_id and shown.start <= citation.start and citation.end <= shown.end


def _not_shown(citation: Citation, shown: Sequence[Citation]) -> Citation | None:
    """What of a quotation is not quoted already: it may begin with the sentence that answers another part."""
    if any(_holds(c, citation) for c in shown):
        return None
    for other in shown:
        if _holds(citation, other) and citation.start == other.start:
            rest = citation.quote[other.end - citation.start :].lstrip()
            return replace(citation, start=citation.end - len(rest), quote=rest)
    return citation


def tells_apart(answers: Sequence[Answer]) -> bool:
    """Whether the parts were answered by different sentences; parts all answered by the same ones were no parts."""
    given = [frozenset((c.report_id, c.end) for c in a.citations) for a in answers if not a.abstained]
    return bool(given) and (len(given) == 1 or len(set(given)) > 1)


def same_answer(parts: Sequence[Part], answers: Sequence[Answer]) -> int | None:
    """The less sure of two parts that were answered alike by one sentence.

    Args:
        parts: Of a question.
        answers: To the parts, in their order.

    Returns:
        Its place; None where there are not two, they differ, or the sentence speaks of what sets both apart.
    """
    match answers:
        case [one, other] if not (one.abstained or other.abstained) and all(p.label for p in parts):
            pass
        case _:
            return None
    if one.short_answer != other.short_answer or tells_apart(answers):
        return None
    told = {w.stem for c in one.citations for w in content_words(c.quote)}
    first, second = ({w.stem for w in content_words(p.label)} for p in parts)
    if (first - second) & told and (second - first) & told:
        return None
    return 0 if one.confidence < other.confidence else 1


def _total(question: Question, parts: Sequence[Part], answers: Sequence[Answer]) -> str:
    """The sum of the parts' figures, its terms being the short answers before it; "" where nothing is to be added up.

    Only those whom something befell, in periods or places that have none in common, can be added.
    """
    outcome = OUTCOME.search(question.query)
    if question.kind != "how_many" or outcome is None or outcome.lastgroup not in _ADDED_UP or _APART.search(question.query):
        return ""
    if not all(p.label and _is_share(p) for p in parts) or _overlap(parts):
        return ""
    values = [_one_number(a.short_answer) for a in answers]
    if any(v is None for v in values) or any(";" in a.short_answer for a in answers):
        return ""
    known = [v for v in values if v is not None]
    open_ended = any(INEXACT.search(a.short_answer) for a in answers)
    return f" ({'about ' if open_ended else ''}{sum(known):,g} in all)"


def _is_share(part: Part) -> bool:
    """Whether a part counts within a period or a place: not up to a day, not by one account of several."""
    before, found, _ = part.text.partition(part.label)
    if _UP_TO.search(before) or re.match(r"(?:by|until|since|before|after)\b", part.label, re.IGNORECASE):
        return False
    return bool(find_dates(part.label)) or bool(found and _WITHIN.search(before))


def _overlap(parts: Sequence[Part]) -> bool:
    """Whether the period of a part lies in that of another; two places have the same one."""
    days = [found[-1].range for p in parts if (found := find_dates(f"in {p.label}"))]
    return any(one != other and one.overlaps(other) for one, other in itertools.combinations(days, 2))


def _one_number(text: str) -> float | None:
    """The value of a text with one number in it: no range, no share."""
    value, found = parse_number(text), [parse_number(m[0]) for m in NUMBER.finditer(text)]
    return value if found == [value] and not _PERCENT.search(text) else None
