"""Where something happened: the place in the sentence that answers, in a sentence before it, or that of the entry."""

from __future__ import annotations

from rag.answers.evidence import ScoredSentence, Value, restates
from rag.answers.spans import is_place, opens_place
from rag.reports.countries import country_of
from rag.reports.names import find_names, fold
from rag.types import Question, Span


def place_told(question: Question, sentence: ScoredSentence) -> Value | None:
    """The place that the rules find, or else the one the entry was at last, where the reader's words can be none: "ISX", "five".

    Args:
        question: As understood.
        sentence: An answering sentence.

    Returns:
        The place, in a sentence before this one where it stands there; None where the reader's words will do or none is told.
    """
    if sentence.read is not None and _may_be_place(sentence, sentence.read):
        return None
    if sentence.candidate is not None and not sentence.candidate.text.isupper():
        return Value(sentence.candidate.text, sentence.candidate.span)
    if sentence.read is not None and opens_place(sentence.text, sentence.read.start - sentence.span.start):
        return None
    # where a sentence has a day of its own it may tell of another place
    return None if sentence.dates else _place_before(question, sentence)


def _may_be_place(sentence: ScoredSentence, read: Span) -> bool:
    """Whether words hold a name that a place can have: a short form in capitals only where it is a country's or stands as one."""
    start, end = read.start - sentence.span.start, read.end - sentence.span.start
    return any(
        not name.text.isupper() or country_of(name.text) or opens_place(sentence.text, name.start)
        for name in find_names(sentence.text)
        if name.start < end and start < name.end
    )


def _place_before(question: Question, sentence: ScoredSentence) -> Value | None:
    """The last place named before a sentence in its passage, else that of the entry; none that the question names itself."""
    passage = sentence.retrieved.passage
    for span in reversed([s for s in passage.sentences if s.end <= sentence.span.start]):
        text = sentence.slice(span)
        for name in find_names(text):
            owner = text[name.end : name.end + 2] in ("'s", "’s")
            if is_place(text, name.start) and not (
                owner or name.text.isupper() or country_of(name.text) or restates(question, name.text)
            ):
                return Value(name.text, Span(span.start + name.start, span.start + name.end))
    place = passage.place
    if not place or fold(place) in fold(question.query):
        return None
    at = passage.text.find(place)
    stands = any(s.start <= passage.start + at < s.end <= sentence.span.end for s in passage.sentences) if at >= 0 else False
    return Value(place, Span(passage.start + at, passage.start + at + len(place)) if stands else None)
