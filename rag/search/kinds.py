"""What a question asks for, told from its words alone.

The kind steers what counts as a short answer: a *when* is a date, a *how_many* a number with its unit, a *who* a name. It is
read from the question word and the noun that follows it, wherever it stands ("in which year ...", "name the groups that ..."),
in any case and without a question mark.
"""

from __future__ import annotations

import re

from rag.reports.date_text import MONTH_NAMES
from rag.reports.date_words import SEASONS

AUXILIARIES = (
    "is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|should|may|might|must|isn't|aren't|wasn't|weren't|"
    "don't|doesn't|didn't|hasn't|haven't|hadn't|won't"
)
QUESTION_WORD = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_PERSON = (
    r"(?:person|people|man|men|woman|leader|commander|general|president|minister|official|spokesman|group|groups|militia|"
    r"militias|faction|organi[sz]ations?|army|force|forces|country's|unit|party|company|nation|alliance|coalition|movement)"
)
_PLACE = r"(?:place|town|city|village|country|countries|region|province|area|district|state|camp|base|location|part|cities|towns)"
_TIME = r"(?:years?|months?|days?|dates?|weeks?|decade|time|century|season)"

# The first pattern that matches decides; they are tried in this order.
_RULES: tuple[tuple[str, str], ...] = (
    (
        "how_many",
        r"\bhow\s+many\b|\bnumber\s+of\b.*\?|\bwhat\s+(?:is|was|were)\s+the\s+(?:number|death toll|toll|total)\b|"
        r"\bwhat\s+(?:number|percentage|percent|share)\b|\bdeath toll\b|\bhow\s+(?:large|big|strong)\b|\bcount\s+the\b",
    ),
    ("how_much", r"\bhow\s+(?:much|far|long|old|often|high|fast|deep|wide|heavy|tall|near|close)\b"),
    (
        "when",
        rf"\bwhen\b|\b(?:what|which)\s+(?:\w+\s+)?{_TIME}\b(?!\s+of\s+(?!the\b))|\bsince\s+what\b|\bhow\s+recently\b|"
        r"(?<!to )\bdates?\b",
    ),
    ("where", rf"\bwhere\b|\b(?:what|which)\s+(?!took\b|takes?\b)(?:\w+\s+)?{_PLACE}\b"),
    (
        "list",
        r"^\s*(?:please\s+)?(?:list|name|enumerate|give\s+(?:me\s+)?(?:a\s+list|all)|show\s+(?:me\s+)?all)\b|"
        r"\b(?:which|what)\s+(?:\w+\s+){0,2}(?:groups|countries|attacks|cities|towns|organi[sz]ations|factions|militias|leaders|"
        r"forces|places|events|incidents|operations|hotels|names|companies|regions|members|weapons)\b",
    ),
    ("who", rf"\bwho(?:m|se)?\b|\b(?:what|which)\s+(?:\w+\s+){{0,2}}{_PERSON}\b"),
    (
        "why",
        r"\bwhy\b|\bwhat\s+(?:\w+\s+){0,2}(?:reason|reasons|cause|causes|motive|purpose|aim|goal)\b|\bhow\s+come\b|\bfor\s+what\s+reason\b|\bwhat\s+caused\b",
    ),
    ("yes_no", rf"^\s*(?:(?:and|so|but|ok|well)\s+)?(?:{AUXILIARIES})\b"),
    ("how", r"\bhow\b"),
)
OUTCOMES = (
    r"killed|dead|died|deaths|fatalities|injured|wounded|hurt|casualties|losses|lost|missing|arrested|kidnapped|abducted|detained|"
    r"captured|freed"
)
"""What befell people, as searches word it."""

_MANY = (
    r"(?:[a-z]+(?:s|men|people|police|troops)|people|men|women|army|"
    r"(?!(?:(?!german)\w*man|march|\w*cian)\b)[a-z]+(?:an|ian|ese|ish|ch|ien))"
)
"""Several people: a plural, or a nationality that stands for one."""

COUNT_LED = re.compile(
    rf"^\s*(?:(?:[\w'’-]+\s+)?{_MANY}\s+)?(?:{OUTCOMES})\s+(?:in|at|by|on|during|from|of)\b|"
    r"^\s*(?:[\w'’-]+\s+)?[a-z]+(?:s|men|people|police|troops)\s+(?:stationed|deployed|based|posted)\b",
    re.IGNORECASE,
)
"""A search that opens with what is counted: "wounded in the market bombing", "soldiers stationed in the north"."""

# A search without question words: "convoy ambush march 2018 soldiers killed" asks how many.
_COUNTED = re.compile(
    rf"\b(?:{OUTCOMES})\s*[?.]?$|\b(?:missing|wounded|injured|dead)\s+[a-z]+(?:s|men|people|police|troops)\s*[?.]?$|"
    rf"\b(?:number|total)\s+(?:of\s+)?[a-z]+|\bsize\s+of\s+the\s+(?:force|army|group|crowd|contingent)\b|{COUNT_LED.pattern}",
    re.IGNORECASE,
)
_WORDED = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how|tell|describe|explain)\b", re.IGNORECASE)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _RULES)


_TIME_WORD = (
    rf"(?:early|mid|late|the|of|end|start|beginning|{'|'.join(SEASONS)}|{'|'.join(MONTH_NAMES)}|\d{{1,4}}(?:st|nd|rd|th)?)"
)
_VERB_FIRST = rf"(?!(?:may|might|must|should)\b)(?:{AUXILIARIES})"
_LED_TO_VERDICT = re.compile(
    rf"^\s*(?!(?:name|list|give|tell|identify|describe|show|find|explain|state|say|please)\b)[^?]*?\w,\s+{_VERB_FIRST}\s+\w|"
    rf"^\s*(?:as\s+of|by|in|on|during|since|until|before|after)\s+(?:{_TIME_WORD}[\s,-]+)+{_VERB_FIRST}\s+\w",
    re.IGNORECASE,
)
"""A verdict asked for after a phrase that only leads up to it: "In May 2017, was the post ...", "the colonel, was he ..."."""

_OWN_CLAUSE = re.compile(r"\bthat\b", re.IGNORECASE)


def _asks_verdict(text: str) -> bool:
    """Whether a verdict is asked for: after a phrase only where no question word asks for more and no "that" opens a clause."""
    if dict(_COMPILED)["yes_no"].search(text):
        return True
    return bool(_LED_TO_VERDICT.search(text)) and not QUESTION_WORD.search(text) and not _OWN_CLAUSE.search(text)


def _plain(text: str) -> str:
    """The text without a "when" or "where" that only joins a clause: one that follows the word that asks."""
    asking = QUESTION_WORD.search(text)
    if asking is None:
        return text
    return text[: asking.end()] + re.sub(r"\b(?:when|where)\b", " ", text[asking.end() :], flags=re.IGNORECASE)


def question_kind(text: str) -> str:
    """The kind of a question: how_many, how_much, when, where, list, who, why, yes_no, how or what (the default)."""
    # "did they say when ..." is rare; "was the camp where ... attacked" is not: an opening auxiliary wins.
    if _asks_verdict(text):
        return "yes_no"
    text = _plain(text)
    for kind, pattern in _COMPILED:
        if pattern.search(text):
            return kind
    return "how_many" if _COUNTED.search(text) and not _WORDED.search(text) else "what"
