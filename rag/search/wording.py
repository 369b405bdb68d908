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

_NUMBER_LAST = re.compile(r",\s+number\s*[?.]*$", _F)
_NAME_LAST = re.compile(r"\s(?:(?:code|full|real|proper)[ -]?)?name$", _F)
_NO_NAMED = re.compile(
    rf"{QUESTION_WORD.pattern}|^(?:{AUXILIARIES}|tell|list|names?|give|describe|explain|show|find|search|identify|get|look|please|i|and)\b|"
    r"\b(?:his|her|its|their|my|our|another|false|fake|wrong|but|change[sd]?|changing|called|same|god['’]s|first|"
    r"middle|last|family|given|official|former|original|other|alternative|second)$|"
    r"\b(?:in|under|by|of|with|from|for)\s+(?:an?\s+|the\s+)?[\w-]+['’]s$|\b(?:is|are|was|were)\b",
    _F,
)
"""What asks for something else, or names nothing: "he was killed under a false name", "in the people's name"."""

_DETERMINED = re.compile(r"(?:the|an?|this|that|these|those|his|her|its|their|my|our)\s", _F)
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
    if (match := _NUMBER_LAST.search(text)) and not _WORDED.search(text):
        return f"how many {text[: match.start()].strip()}"
    if named := _named(text):
        return f"what is the name of {named}"
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


def _named(text: str) -> str:
    """What a search asks the name of: "the three-border sweep operation" of "three-border sweep operation name"; "" for none."""
    plain = text.strip().rstrip("?. ")
    match = _NAME_LAST.search(plain)
    thing = plain[: match.start()].rstrip(" ,") if match else ""
    if not thing or _NO_NAMED.search(thing) or _HANGING.search(thing):
        return ""
    if not _DETERMINED.match(thing):
        if " " not in thing:
            return ""
        thing = f"the {thing}"
    return thing[:-2] if thing.endswith(("'s", "’s")) else thing
