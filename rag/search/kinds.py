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
    r"is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|should|may(?!\W*(?:\d|of\b|day\b)|[?.!,]*$)|might|must|"
    r"isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't|hadn't|won't"
)
"""Verbs a question may open with; a "may" before a number, "of", "day" or the end is the month."""

QUESTION_WORD = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
BODY = (
    r"(?:groups?|militias?|faction|organi[sz]ations?|army|forces?|unit|party|company|nation|alliance|coalition|movement)\b(?!-)"
)
_PERSON = (
    rf"(?:(?:person|people|man|men|woman|leader|commander|general|president|minister|official|spokesman|country's)\b(?!-)|{BODY})"
)
_FILL = rf"(?:(?!(?:{AUXILIARIES}|the|an?|made|caused|led|drove|happened|took|takes?)\b)[\w'’-]+\s+)"
"""A word between "what" and the noun it asks for: no verb, so that the noun of "what did the minister say" is not asked for."""

_OF_THOSE = rf"\b(?:which|what)\s+(?:of\s+the\s+|{_FILL}{{0,2}})"
_WHAT_IS_THE = r"\bwhat(?:['’]s|\s+(?:is|are|was|were))\s+the\s+"
_PLACE = r"(?:place|town|city|village|country|countries|region|province|area|district|state|camp|base|location|part|cities|towns)"
_NUMBER_OF = r"(?<!phone )\bnumber\s+of"
_TIME = r"(?:years?|months?|days?|dates?|weeks?|decade|time|century|season)"

_EXTENT = (
    r"(?:time[ -]?(?:frame|span|limit)|(?:length|period|amount)\s+of\s+time|"
    r"distance|duration|length|height|depth|weight|speed|price|cost)"
)
"""What a number with a unit tells."""

_OTHER_TIME = (
    r"(?!-|\s+(?:period|frame|span|limit|zone|table|scale|line|difference|of\s+(?:the\s+)?(?!day\b|night\b)\w+|"
    r"(?:did|does|do|will|would|is|was|were)\b[^?]*\b(?:take|takes|took|needed|required|left|agreed|given|allowed)\b))"
)
_ASKS_HOUR = re.compile(
    rf"(?<!for\s)(?<!in\s)\b(?:what|which)\s+(?:exact\s+)?times?\b{_OTHER_TIME}|\b(?:what|which)\s+(?:exact\s+)?hour\b(?!-)|"
    r"\b(?:what|which)\s+part\s+of\s+the\s+(?:day|night)\b|"
    r"(?:^|\b(?:what|when)\s+(?:is|was|were)\s+)(?:the\s+)?(?:exact\s+|precise\s+)?(?:time|hour)\s+of\s+"
    r"(?:day\b|(?:the|his|her|their|its)\b(?!\s+(?:year|month|week)))|^at\s+what\s+times\b",
    re.IGNORECASE,
)
_ASKS_WEEKDAY = re.compile(
    r"\b(?:what|which)\s+weekdays?\b|\bdays?\s+of\s+the\s+week\b|(?:^|\b(?:is|was)\s+the\s+)(?:the\s+)?weekday\s+of\b",
    re.IGNORECASE,
)

# The first pattern that matches decides; they are tried in this order.
_RULES: tuple[tuple[str, str], ...] = (
    (
        "how_many",
        rf"\bhow\s+many\b|{_WHAT_IS_THE}(?:number|total|head\s*count|(?:\w+\s+){{0,2}}(?:{_NUMBER_OF}|(?:death\s+)?toll))\b|"
        r"\b(?:what|which)\s+(?:total\s+)?(?:number|percentage|percent|share|(?:death\s+)?toll)\b|\bhow\s+(?:large|big|strong)\b|"
        r"\bhow\s+high\s+(?:is|was|did)\s+the\s+(?:\w+\s+)?(?:number|(?:death\s+)?toll)\b",
    ),
    (
        "how_much",
        r"\bhow\s+(?:much|far|long|old|often|high|fast|deep|wide|heavy|tall|near|close)\b|"
        rf"\b(?:what|which)\s+{_EXTENT}\s*(?:$|[?]|(?:{AUXILIARIES}|of|between|from|to|in)\b)|"
        rf"{_WHAT_IS_THE}{_EXTENT}\s+(?:of(?!\s+living)|between|from|to|in|at|for|the)\b",
    ),
    (
        "when",
        rf"\bwhen\b|\b(?:what|which)\s+(?:\w+\s+)?{_TIME}\b(?!\s+of\s+(?!the\b))|\bsince\s+what\b|\bhow\s+recently\b|"
        rf"{_WHAT_IS_THE}(?:\w+\s+){{0,2}}dates?\b|{_ASKS_HOUR.pattern}|{_ASKS_WEEKDAY.pattern}",
    ),
    (
        "where",
        rf"\bwhere\b|\b(?:what|which)\s+{_FILL}?{_PLACE}\b|^\s*(?:the\s+)?{_PLACE}\s+(?:in|to|from|near|at)\s+which\b",
    ),
    (
        "list",
        r"^\s*(?:please\s+)?(?:list|name(?!\s+of\b)|enumerate|give\s+(?:me\s+)?(?:a\s+list|all)|show\s+(?:me\s+)?all)\b|"
        rf"(?:{_OF_THOSE}|\b(?:which|what)\s+(?:are|were)\s+the\s+)(?:groups|countries|attacks|cities|towns|organi[sz]ations|"
        r"factions|militias|leaders|forces|places|events|incidents|operations|hotels|names|companies|regions|members|weapons)\b",
    ),
    (
        "who",
        rf"\bwho(?:m|se)?\b|{_OF_THOSE}(?<!kind of )(?<!sort of )(?<!type of ){_PERSON}|"
        rf"\b(?:what|which)\s+(?:is|was)\s+the\s+{_PERSON}\s+(?:that|who|which|behind|responsible)\b",
    ),
    (
        "why",
        r"\bwhy\b|\bwhat\s+(?:\w+\s+){0,2}(?:reason|reasons|cause|causes|motive|purpose|aim|goal)\b|\bhow\s+come\b|\bfor\s+what\s+reason\b|\bwhat\s+caused\b",
    ),
    ("yes_no", rf"^\s*(?:(?:and|so|but|ok|well)\s+)?(?:(?:{AUXILIARIES})\b|(?:(?:please\s+)?tell\s+(?:me|us)\s+if|whether)\b)"),
    ("how", r"\bhow\b"),
)
_NOUNS = {
    "how_many": re.compile(rf"{_NUMBER_OF}\b|\bdeath\s+toll\b|\bcount\s+the\b", re.IGNORECASE),
    "how_much": re.compile(
        rf"^\s*(?:the\s+)?(?:distance|duration|length|height|depth|weight)\s+(?:of|between|from|to)\b(?!.*(?:{QUESTION_WORD.pattern}))",
        re.IGNORECASE,
    ),
    "when": re.compile(r"(?<!to[ -])\bdates?\b", re.IGNORECASE),
    "where": re.compile(
        r"^\s*(?:the\s+|names?\s+of\s+(?:the\s+)?)?(?:(?:home|exact)\s+(?:region|town|village|city|province|district|place|location)|"
        r"(?:whereabouts|location|locality|site|scene|venue|town|village|birthplace))\s+of\s+(?!(?-i:[A-Z]))|"
        r"^(?!\s*(?:list|names?|show|give|tell)\b).*\w\s+(?<!\bits )(?<!\bunknown )(?<!\bsecret )(?<!\bnew )(?<!other )"
        r"(?<!\bchanged )(?<!\bknowing )(?<!\bundisclosed )(?:location|locality|whereabouts)\s*[?.]*$",
        re.IGNORECASE,
    ),
}
"""Nouns that ask by themselves, where no question word stands before them ("death toll of the raid", "the date he died")."""

_SOMEONE = r"(?:you|we|any(?:one|body)|some(?:one|body))"
_REQUEST = re.compile(
    r"^\s*(?:(?:please|and|so|but|ok|okay|well|hi|hello)\b[\s,]*)*(?:"
    # "could you tell me the date" asks for the date, "could you list the towns" for a list
    rf"(?:can|could|would|will)\s+{_SOMEONE}\s+(?:(?:please|kindly)\s+)*+(?:tell|remind)\s+(?:me|us)\s+(?!(?:if|whether|that)\b)|"
    r"(?:can|could|would|will)\s+you\s+(?:(?:please|kindly)\s+)*(?=(?:list|name|enumerate|give|show|describe|explain|identify)\s)|"
    # "do you know when it opened" asks when, "do the reports say that it opened" for a verdict
    rf"(?:(?:can|could|would|will|do|does)\s+{_SOMEONE}\s+(?:(?:please|kindly|happen\s+to|mind)\s+)*"
    r"(?:know|say|tell(?:ing\s+(?:me|us))?|find\s+out|check|let\s+(?:me|us)\s+know)|may\s+i\s+(?:ask|know)|"
    r"(?:do|does|did|can)\s+(?:the|any|these|your)\s+(?:reports?|documents?|files?|texts?|sources?)\s+"
    r"(?:(?:tell|show)(?:\s+(?:me|us))?|say|state|mention|give|record|explain))\s+"
    rf"(?=(?:(?:in|on|at|by|from|to|for|of|with|since|until|exactly|about|roughly)\s+)*{QUESTION_WORD.pattern}))",
    re.IGNORECASE,
)
ATTACKS = "attack|raid|ambush|bombing|bomb|blast|explosion|incident|clash|kidnapping|massacre|assault|shooting|battle|strike"
"""Nouns for what strikes people, one of which may stand for an event."""

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
    r"^\s*(?:[\w'’-]+\s+)?[a-z]+(?:s|men|people|police|troops)\s+(?:stationed|deployed|based|posted|remaining\s+in)\b",
    re.IGNORECASE,
)
"""A search that opens with what is counted: "wounded in the market bombing", "soldiers stationed in the north"."""

# A search without question words: "convoy ambush march 2018 soldiers killed" asks how many.
_COUNTED = re.compile(
    rf"\b(?:{OUTCOMES})\s*[?.]?$|\b(?:missing|wounded|injured|dead)\s+[a-z]+(?:s|men|people|police|troops)\s*[?.]?$|"
    r"\b(?:headcount|head\s+count)\b|\b(?:percent(?:age)?|per\s+cent|share\s+of\s+the\s+vote)\s*[?.]?$|"
    rf"\b(?:(?<!phone )number|total)\s+(?:of\s+)?[a-z]+|\bsize\s+of\s+the\s+(?:force|army|group|crowd|contingent)\b|"
    rf"{COUNT_LED.pattern}",
    re.IGNORECASE,
)
_WORDED = re.compile(rf"{QUESTION_WORD.pattern}|\b(?:tell|describe|explain)\b", re.IGNORECASE)
_COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _RULES)


_TIME_WORD = (
    rf"(?:early|mid|late|the|of|end|start|beginning|{'|'.join(SEASONS)}|{'|'.join(MONTH_NAMES)}|\d{{1,4}}(?:st|nd|rd|th)?)"
)
# After "in early" a "may" is the month, whatever follows.
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


def asks_hour(text: str) -> bool:
    """Whether a question asks for the time of day of something."""
    return bool(_ASKS_HOUR.search(text))


def asks_weekday(text: str) -> bool:
    """Whether a question asks on which day of the week something was."""
    return bool(_ASKS_WEEKDAY.search(text))


def without_request(text: str) -> str:
    """A question without the polite or indirect words that lead to it.

    Args:
        text: As typed or made whole.

    Returns:
        What is asked: "who won" of "could you tell me who won"; the text itself where it asks straight away, or asks whether.
    """
    return _REQUEST.sub("", text)


def question_kind(text: str) -> str:
    """The kind of a question: how_many, how_much, when, where, list, who, why, yes_no, how or what (the default)."""
    text = without_request(text)
    # "did they say when ..." is rare; "was the camp where ... attacked" is not: an opening auxiliary wins.
    if _asks_verdict(text):
        return "yes_no"
    text = _plain(text)
    asking = QUESTION_WORD.search(text)
    before = text[: asking.start()] if asking else text
    if asking and before.rstrip().endswith(","):
        before = ""  # "after the death toll rose, who ..." only leads up to what is asked
    for kind, pattern in _COMPILED:
        if pattern.search(text) or (kind in _NOUNS and _NOUNS[kind].search(before)):
            return kind
    return "how_many" if _COUNTED.search(text) and not _WORDED.search(text) else "what"
