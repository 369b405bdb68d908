"""Quotations that can be read alone: where a sentence opens by pointing back ("it", "they", "that night"), the one before it is
quoted with it, word for word as the report has them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from rag.answers.citations import cite, days_told
from rag.reports.number_words import SMALL
from rag.search.kinds import AUXILIARIES
from rag.types import Citation, Passage, Span

_MOST = 2
"""Sentences quoted at most before the one that answers: the one before may point back itself."""

_UNITS = r"(?:minute|hour|day|night|morning|afternoon|evening|week|weekend|month|year|time|date)s?"
_NOW = (
    rf"(?:(?:past|last|coming|first|same|two|three|four)\s+)*(?:{_UNITS}|spring|summer|autumn|fall|winter|season|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)
"""What "this" is said of where it points at the day of the report, not at the sentence before."""

_THOSE = (
    r"(?:that|those)\b(?!\s+(?:who|whose|in|on|at|from|near|of|with|without|behind|[a-z]+ing|[a-z]+ed|"
    r"held|left|taken|shot|hit)\b)"
)
"""Not "those who fled"."""
_BEING = rf"(?:{AUXILIARIES})\b"
_POINTS_BACK = re.compile(
    rf"""[\W_]{{0,5}}(?:(?:and|but|yet|so|nor|still|then|since\s+then|by\s+then|until\s+then|at\s+that\s+time|even\s+so|instead|
    however|meanwhile|there|here|later|afterwards|soon|now),?\s+)?
    (?:(?-i:[Ii]t|[Tt]hey|[Hh]e|[Ss]he|[Ii]ts|[Tt]heir|[Hh]is|[Hh]er)\b
      (?![-/]|['’](?!(?:s|d|ll|re|ve)\b)|\s+(?:majesty|highness|excellency|holiness|hono)|\s+(?-i:[A-Z]))
    |there,\s
    |both\s+(?![^.;]{{0,50}}\band\b)[a-z]+s\b
    |(?:both|neither)\s+(?:{_BEING}|of\s+(?:them|these|those)\b|(?:wo)?men\b|sides\b)
    |(?:this|these)\b(?!\s+{_NOW}) | {_THOSE}
    |(?:because\s+of|for|of|in|on|at|by|with|from|among|after|before|behind|besides|despite|during|since|under|until)\s+
      (?:(?:this|these)\b(?!\s+{_NOW})|{_THOSE}|(?:them|him|it)\b)
    |the\s+same\b
    |the\s+(?:latter|former|others?|rest)\s+(?:{_BEING}|[a-z]+ed\b|(?:said|took|came|went|fled|kept|left|lost)\b)
    |(?:on\s+)?the\s+(?:very\s+)?(?:next|following|previous)\s+{_UNITS}\b
    |the\s+{_UNITS}\s+(?:after|before)\s*,
    |later\s+that\s+{_UNITS}\b
    |(?:[\w-]+\s+){{1,3}}of\s+(?:them\b|these\b|{_THOSE})
    |(?:[\w-]+\s+){{0,2}}{_UNITS}\s+(?:later\b(?!\s+than)|earlier\b(?!\s+than)|before(?=,)|after\s+(?:that|this)\b)
    |(?:another|the\s+other)\s+(?:{_BEING}|\d+|{"|".join(SMALL)})\b
    |others\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_STANDS_ALONE = re.compile(
    r"[\W_]{0,5}(?:(?:and|but|yet|so)\s+)?(?:it(?:\s+(?:is|was|has\s+been|had\s+been|will\s+be|would\s+be|may\s+be)|['’]s)\s+"
    r"(?:(?:not|still|now|also|only|widely|perhaps|probably)\s+)*"
    # "It was on February 17 that Paris had said ...", "It was ISX that ...", but not "It was led by a man who ..."
    r"(?:(?:(?:on|in|at|by|from)\s+(?:(?:the\s+)?\d|(?:early|mid|late)\b|(?-i:[A-Z]))|(?:only|because|here|there|then)\b|(?-i:[A-Z]))"
    r"[^.;:]{0,60}?\b(?:that|who|whom)\b|"
    r"(?:believed|hoped|said|thought|feared|known|reported|estimated|expected|assumed|rumou?red)\b(?!\s+(?:to|as|at|for|by|in|and)\b)|"
    r"(?:possible|impossible|illegal|difficult|hard|easy|clear|unclear|(?:un)?likely|true|unknown|time|high\s+time)\b(?!\s*(?:[,.]|and\b|$))|"
    r"(?:raining|snowing)\b)|"
    r"it\s+(?:seems?|seemed|appears?|appeared)\s+(?:that|as\s+if|likely|unlikely|clear)\b|"
    r"it\s+(?:turned\s+out|emerged|transpired|happened|follows)\s+(?:[a-z]+\s+)?(?:on\s+\w+\s+)?that\b|"
    r"it\s+remain(?:s|ed)\s+(?:unclear|clear|unknown|likely|that|to\s+be\s+seen)\b|"
    r"it\s+(?:takes?|took)\s+(?:only\s+|some\s+|more\s+than\s+|less\s+than\s+|an?\s+)?(?:[\w-]+\s+){0,2}"
    r"(?:minutes?|hours?|days?|nights?|weeks?|months?|years?|time|long)\b[^.;:]{0,40}\bto\b|it\s+(?:rain|snow)(?:s|ed)\b|"
    r"that\s+(?:the|an?|it|he|she|they|is\s+(?:to\s+say|because))\b)",
    re.IGNORECASE,
)
"""Where such a word stands for nothing before it."""


def points_back(text: str) -> bool:
    """Whether a sentence opens with words that only the sentence before explains.

    Args:
        text: Of the sentence.

    Returns:
        False where the opening word stands for nothing: "It was in May that the talks began."
    """
    return bool(_POINTS_BACK.match(text)) and not _STANDS_ALONE.match(text)


def with_antecedent(passage: Passage, span: Span, quoted: Collection[tuple[str, int]] = ()) -> Span:
    """A sentence's span, begun earlier where the sentence points back.

    Args:
        passage: Where it stands; its sentences are those of one entry, so another event's are never taken.
        span: Of the sentence, stored-text offsets.
        quoted: Report id and last character of sentences that are quoted anyway.

    Returns:
        A span with the same end that begins with the same sentence or with one of the ``_MOST`` before it in its paragraph.
    """
    starts = [s.start for s in passage.sentences]
    if span.start not in starts:
        return span
    first = at = starts.index(span.start)
    while first and at - first < _MOST and points_back(passage.text[starts[first] - passage.start : span.end - passage.start]):
        before = passage.sentences[first - 1].end
        gap = passage.text[before - passage.start : starts[first] - passage.start]
        if not gap.isspace() or (passage.report_id, before) in quoted or _ends_line(passage, first - 1, gap):
            break
        first -= 1
    return Span(starts[first], span.end)


def _ends_line(passage: Passage, index: int, gap: str) -> bool:
    """Whether a sentence ends its paragraph, or is all there is of its line: a title, a caption, an item of a list."""
    start = passage.sentences[index].start - passage.start
    own_line = start == 0 or passage.text[:start].rstrip(" \t").endswith("\n")
    return "\n\n" in gap or ("\n" in gap and own_line)


def cite_all(sentences: Sequence[tuple[Passage, Span]], *, whole: bool) -> tuple[Citation, ...]:
    """Citations of sentences, numbered from 1 in their order.

    Args:
        sentences: With the passages they stand in.
        whole: Whether those that point back are quoted with what they point at, unless that is one of the others.

    Returns:
        One citation for each; its days are those that the sentence itself tells of.
    """
    quoted = {(passage.report_id, span.end) for passage, span in sentences}
    cited = []
    for number, (passage, span) in enumerate(sentences, 1):
        citation = cite(passage, with_antecedent(passage, span, quoted) if whole else span, number)
        cited.append(replace(citation, happened=days_told(passage, span)))
    return tuple(cited)
