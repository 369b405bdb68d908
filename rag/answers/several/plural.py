"""Questions for several things ("which groups", "names of the colonels"): sentences that answer with a row of them come first.

The short answer is then the whole row, of which the reader often takes a part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answers.evidence import ScoredSentence, Value, raised
from rag.answers.figures import parse_number
from rag.answers.several.rows import Row, find_row
from rag.answers.value import find_value
from rag.search.kinds import QUESTION_WORD
from rag.types import Question, Span

ROW = 1.9
"""Added to the score of a sentence that answers a question for several things with a row: six times as likely."""

_ROW_OF_OTHERS = 0.9
"""Added where the row has another number of items than the question asks for."""

_LOOKED_AT = 20
"""Sentences, best first, in which rows are looked for."""

_NUMBER = r"two|three|four|five|six|seven|eight|nine|ten|\d"
_NO_NOUN = (
    r"is|was|does|has|as|this|its|his|us|always|news|causes|happens|losses|makes|takes|gives|says|series|status|basis|"
    r"tolls|counts|figures|numbers|totals|deaths|casualties"
)
_PLURAL = rf"(?!(?:{_NO_NOUN})\b)(?:[a-z]{{2,}}(?<!s)(?<!u)(?<!i)s|people|men|women|children|troops|nationalities)"
_NO_ADJECTIVE = r"happened|happens|is|are|was|were|did|do|does|has|have|had|will|would|can|could|in|at|on|by|from|for|to"
_BETWEEN = rf"(?:(?!(?:{_NO_ADJECTIVE})\b)[\w'’-]+\s+){{0,2}}?"
_SEVERAL = (
    re.compile(
        rf"\b(?:which|what|whose|name|list|names\s+of|give|both)\s+(?:(?:are|were)\s+(?=the\b))?(?:all\s+)?(?:of\s+)?(?:the\s+|these\s+)?"
        rf"(?:(?P<number>{_NUMBER})\s+)?{_BETWEEN}{_PLURAL}\b(?!\s+(?:the|a|an|his|its|their)\b)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:who|what)\s+(?:are|were)\s+(?:they|those|these|all)\b|\bwhat\s+(?:is|was)\s+(?:found\s+)?there\b", re.IGNORECASE
    ),
    re.compile(r"\bnationalities\b|^\s*who\b(?!\s+else\b).*\btogether\b", re.IGNORECASE),
)
_ONE_NAME = re.compile(r"\bname\s+of\s+(?:the|a|an)\b|\bwhat\s+(?:sort|kind|type)\s+of\b", re.IGNORECASE)
_OPENS_WITH_SEVERAL = re.compile(rf"^\s*(?:the\s+)?(?:(?P<number>{_NUMBER})\s+)?(?:[\w'’-]+\s+)?{_PLURAL}\b", re.IGNORECASE)


def asks_several(question: Question) -> int | None:
    """How many things a question asks for.

    Args:
        question: As understood.

    Returns:
        The number, 0 where it asks for several and does not say how many, None where it asks for one.
    """
    if question.kind in ("yes_no", "how_many", "how_much", "when", "why", "how") or _ONE_NAME.search(question.query):
        return None
    for pattern in _SEVERAL:
        if match := pattern.search(question.query):
            number = match.groupdict().get("number")
            return int(parse_number(number) or 0) if number else 0
    if question.kind == "list":
        return 0
    if not QUESTION_WORD.search(question.query) and (match := _OPENS_WITH_SEVERAL.match(question.query)):
        return int(parse_number(match["number"]) or 0) if match["number"] else 0
    return None


def with_rows(question: Question, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """Sentences for a question for several things, those that answer with a row of things raised.

    Args:
        question: As understood.
        scored: Sentences, most probable first.

    Returns:
        The sentences, most probable first.
    """
    number = asks_several(question)
    if number is None:
        return list(scored)

    def bonus(sentence: ScoredSentence) -> float:
        row = read_row(sentence, number)
        return 0.0 if row is None else ROW if not number or row.n == number else _ROW_OF_OTHERS

    return raised(scored, bonus, _LOOKED_AT)


def read_row(sentence: ScoredSentence, number: int = 0) -> Row | None:
    """The row of which the reader's words in a sentence are a part, of at most so many items; None where they are in none."""
    if sentence.read is None:
        return None
    base = sentence.span.start
    return find_row(sentence.text, max(0, sentence.read.start - base), sentence.read.end - base, number)


def row_value(question: Question, sentence: ScoredSentence) -> Value:
    """The short answer that a sentence gives, grown to the whole row in which the reader's words stand.

    Args:
        question: As understood.
        sentence: An answering sentence.

    Returns:
        The row where several things are asked for and told in one, else what ``find_value`` gives.
    """
    number = asks_several(question)
    row = None if number is None else read_row(sentence, number)
    if row is None or sentence.read is None:
        return find_value(question, sentence)
    base, read = sentence.span.start, sentence.read
    runs_on = sentence.text[row.end : read.end - base].startswith((", and ", ", but "))
    span = Span(min(read.start, base + row.start), base + row.end if runs_on else max(read.end, base + row.end))
    return Value(sentence.slice(span), span)
