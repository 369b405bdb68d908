"""Sentences turned by their form alone: denied, dated, with a number written another way."""

from __future__ import annotations

import re

from rag.reports.countries import country_of
from rag.reports.names import find_names
from rag.reports.number_words import SMALL

WORDS = (*SMALL, "twenty")
_AUXILIARY = re.compile(
    r"\b(was|were|is|are|has|have|had|will|would|could|can|should|may|might|must)\b"
    r"(?! (?:not|no|never|hardly|barely)\b)(?=\s[a-z])"
)
_NEGATED = re.compile(
    r"\b(?:(was|were|is|are|has|have|had|will|would|could|can|should|did|does|do) not|(\w+) never)\b(?=\s[a-z])"
)
_PAST = re.compile(r"(?<=[a-z] )([a-z]{3,}ed)\b(?= (?:the|a|an|to|on|in|at|for|that|two|three|four|five|by|into|from|with)\b)")


def negated(text: str) -> str:
    """The sentence with its first verb denied, or its denial taken out; "" where neither can be told by form."""
    if match := _NEGATED.search(text):
        kept = match[1] or match[2]
        return text[: match.start()] + kept + text[match.end() :]
    if re.search(r"\b(?:no|not|never|nobody|none|neither|nor|without)\b|n[’']t\b", text, re.IGNORECASE):
        return ""
    if match := _AUXILIARY.search(text):
        return text[: match.end()] + " not" + text[match.end() :]
    if match := _PAST.search(text):
        verb = match[1]
        stem = verb[:-1] if verb[-3] in "vsgcz" or verb.endswith(("aded", "ated", "ited", "ided", "osed", "ured")) else verb[:-2]
        return f"{text[: match.start()]}did not {stem}{text[match.end() :]}"
    return ""


def verb_at(text: str) -> int:
    """Where the first verb stands that can be told by its form; -1 without one."""
    return min((m.start() for m in (_AUXILIARY.search(text), _PAST.search(text)) if m), default=-1)


def with_day(text: str, day: str) -> str:
    """The sentence with a day in front; its first word keeps its capital only where that belongs to a name."""
    first = text.split()[0]
    named = country_of(first) or first.isupper() or any(n.start == 0 for n in find_names(text))
    return f"On {day}, {text if named else text[0].lower() + text[1:]}"


def written(value: int, like: str) -> str:
    if like[0].isdigit() or value > 20:
        return f"{value:,}" if "," in like else str(value)
    word = WORDS[value]
    return word.capitalize() if like[0].isupper() else word
