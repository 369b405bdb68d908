"""Questions for several things of one kind ("which countries", "which two camps", "names of the hostages")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answers.evidence import ScoredSentence
from rag.answers.figures import parse_number
from rag.types import Question

_NEAR = 1.5
"""Scores below the best one within which a sentence with a whole list is taken before it: a fifth as likely."""

_KINDS = frozenset(("list", "what", "who", "where"))
_NUMBER = r"two|three|four|five|six|seven|eight|nine|ten"
_ASKED = re.compile(
    rf"\b(?:which|what|name|list)\s+(?:the\s+)?(?P<number>{_NUMBER})\s+\w|"
    r"\b(?:which|what)\s+(?:[\w'’-]+\s+){0,2}?(?!was\b|is\b|has\b|does\b|this\b|us\b)\w{3,}(?<!ss)(?<!us)(?<!is)s\b(?!\s+(?:the|a|an)\b)|"
    r"\b(?:names|nationalities|members|countries|places|groups)\s+of\b",
    re.IGNORECASE,
)
_JOIN = re.compile(r",\s+(?:and\s+)?|\s+(?:and|or|as\s+well\s+as|plus)\s+", re.IGNORECASE)


def number_asked(query: str) -> int:
    """How many things a question asks for.

    Args:
        query: The question.

    Returns:
        The number it names, 2 for a plural without one, 0 when it asks for one thing.
    """
    match = _ASKED.search(query)
    if match is None:
        return 0
    return int(parse_number(match["number"]) or 2) if match["number"] else 2


def items_in(value: str) -> int:
    """How many names a short answer lists, at least 1."""
    return max(1, sum(any(c.isupper() for c in item) for item in _JOIN.split(value)))


def whole_list_first(question: Question, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Sentences with the best one that lists as many things as are asked for moved to the front.

    Args:
        question: As understood.
        scored: Most probable first.

    Returns:
        The same sentences; unchanged where one thing is asked for or the best one lists enough.
    """
    ordered = list(scored)
    number = number_asked(question.query) if question.kind in _KINDS else 0
    if not ordered or number < 2:
        return ordered
    for place, sentence in enumerate(ordered):
        if sentence.score < ordered[0].score - _NEAR:
            break
        if sentence.read is not None and items_in(sentence.slice(sentence.read)) >= number:
            return [sentence, *ordered[:place], *ordered[place + 1 :]]
    return ordered
