"""A search worded as a question: "market bombing soldiers killed" becomes "market bombing: how many soldiers killed".

People type searches; the reader was trained on questions and is far surer of one that says what it asks for. Rules of English
only: what is counted, and the words that ask for a count or a day.
"""

from __future__ import annotations

import re

from rag.search.kinds import AUXILIARIES, COUNT_LED, OUTCOMES, QUESTION_WORD, question_kind, without_request

_F = re.IGNORECASE
_WORDED = re.compile(rf"{QUESTION_WORD.pattern}|\b(?:tell|list|names?|describe|explain)\b|^\s*(?:{AUXILIARIES})\b|\?", _F)
_HAPPENED = re.compile(r"\bwhat\s+(?:took\s+place|occurred|went\s+on)\b", _F)
"""Words that say no more than that something happened; search and reader know the plain one best."""

_NUMBER_OF = re.compile(r"(?<!est )\b(?:the\s+)?(?:total\s+)?number\s+(?:of\s+)?(?=[a-z])", _F)
_TOTAL = re.compile(rf"\btotal\s+(?={OUTCOMES})", _F)
_TOLL = re.compile(r"\s+(?:the\s+)?death\s+toll\s*[.]?$", _F)
_COUNTED = re.compile(
    rf"(?P<before>^|.*?\s)(?P<counted>(?:(?:[a-z]+\s+)?(?P<noun>[a-z]+(?:s|men|people|police|troops))\s+)?(?:{OUTCOMES}))\s*[.]?$",
    _F,
)

_NAME_LAST = re.compile(r"^\s*(?P<the>the\s+)?(?P<thing>\S+\s+\S.*?)[\s,]+(?:(?:code|full|real|proper)\s*-?)?name\s*[?.]*$", _F)
"""A search for a name: "three-border sweep operation name"."""

_OPENS_REQUEST = re.compile(rf"{QUESTION_WORD.pattern}|^\s*(?:{AUXILIARIES}|tell|list|names?|give|describe|explain)\b", _F)
_WOUNDED = re.compile(r"\s(?:missing|wounded|injured|dead)\s+[a-z]+(?:s|men|people|police|troops)\s*$", _F)
_HANGING = re.compile(
    r"\b(?:of|by|in|at|on|for|with|and|or|the|those|all|not|that|this|same|an?|own|new|old|its|his|her|their)\s*$", _F
)


def as_question(text: str) -> str:
    """A search in words that ask.

    Args:
        text: As typed or made whole.

    Returns:
        The question; the text itself when it asks already, or nothing in it says what is asked for.
    """
    text = _HAPPENED.sub("what happened", without_request(text))
    if (match := _NAME_LAST.match(text)) and not _OPENS_REQUEST.search(text) and not _HANGING.search(match["thing"]):
        return f"what is the name of the {match['thing']}"
    if _WORDED.search(text) or question_kind(text) != "how_many":
        return text
    if match := _NUMBER_OF.search(text):
        return f"{text[: match.start()]}how many {text[match.end() :]}"
    if match := _TOTAL.search(text):
        return f"{text[: match.start()]}how many {text[match.end() :]} in total"
    if match := _TOLL.search(text):
        return f"{text[: match.start()]}: how many died"
    if COUNT_LED.search(text):
        return f"how many {text}"
    if match := _WOUNDED.search(text):
        return f"{text[: match.start()]}: how many {match[0].strip()}"
    match = _COUNTED.match(text)
    if match is None or not match["before"].strip() or _HANGING.search(match["before"]):
        return text
    counted, before = match["counted"], match["before"].strip()
    words = counted.split()
    # "attack january soldiers killed": only the word that counts people belongs to the count
    if len(words) > 2 and not re.fullmatch(r"(?:[a-z]+(?:an|ian|ese|ish|ch|ien)|un)", words[0], _F):
        before, counted = f"{before} {words[0]}", " ".join(words[1:])
    return f"{before}: how many {counted}"
