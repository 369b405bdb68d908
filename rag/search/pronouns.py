"""What a pronoun of a follow-up means: a person, a body or several that the last answer named. Rules of English only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.reports.names import NameMention
from rag.search.kinds import BODY, question_kind

_F = re.IGNORECASE
_PRONOUN = re.compile(r"\b(?:(?P<person>he|she|him|his|her)|(?P<thing>its?)|they|them|their)\b", _F)
_POSSESSIVE = re.compile(
    r"his|its|their|her(?=\s+(?!(?:a|an|the|to|in|on|at|by|for|from|into|with|after|before|during|when|while|why|how|what|that|"
    r"and|or|as|so|too|there|then|again|back|out|up|down|off|alone|first|later|yesterday|today)\b)\w)",
    _F,
)
_BODY = re.compile(
    rf"\b(?:(?-i:(?![IVX]+\b)[A-Z]{{2,}}\b(?!\s[A-Z][a-z]))|(?:front|union|council|bank|agency|ministry)\b|{BODY})", _F
)
_PERSON_ASKED = re.compile(
    r"\bwho(?:m\s+did|\s+(?:(?:was|were|is|are)(?!\s+(?:behind|responsible|blamed|accused|suspected)\b)|won|wins|leads?|led|heads?|"
    r"headed|runs?|ran|commands?|commanded|wrote|resigned|died|became|succeeded|replaced|signed))\b",
    _F,
)
_BESIDE = re.compile(r"\b(?:for|of|from|with|at|in|near|to|the)\s+$", _F)
"""What stands before the name of a body or a place rather than a person's."""

_OF_BODY = re.compile(
    r"\b(?:lead\w*|led|found\w*|form(?:ed)?|join\w*|belong\w*|members?|active|operat\w*|allied|merged?|split|based?)\b", _F
)
_OF_EVENT = re.compile(
    r"\b(?:take|takes|took|taken)\s+place\b|\b(?:happen|occur)\w*|\b(?:last|begin|began|start|end)(?:ed)?\b|"
    r"\b(?:in|during|after|before)\s+it\b",
    _F,
)
_MOST_NAMES = 3


def is_body(name: str) -> bool:
    """Whether a name shows that it is a body's: an acronym, or a word such as "front" or "union" in it."""
    return bool(_BODY.search(name))


def asks_person(question: str) -> bool:
    """Whether a question asks for a person rather than for whoever did it ("who won", "who is")."""
    return bool(_PERSON_ASKED.search(question))


def of_body(question: str) -> bool:
    """Whether a question asks what one asks of bodies: who leads it, who founded it, where it is active."""
    return bool(_OF_BODY.search(question))


def person_among(names: Sequence[NameMention], text: str) -> str:
    """Whom "he" or "she" means after an answer.

    Args:
        names: Found in the text.
        text: Of the answer.

    Returns:
        The first name that is no body's, one that stands by itself before those of places and owners; "" where there is none.
    """
    people = [n for n in names if not is_body(n.text)]
    alone = [n for n in people if not _BESIDE.search(text[: n.start]) and text[n.end : n.end + 2] not in ("'s", "’s")]
    return (alone or people)[0].text if people else ""


def put_in(question: str, before: str, names: Sequence[str], person: str) -> tuple[str, bool]:
    """Replace a pronoun by what the last answer named, where it can mean nothing else.

    Args:
        question: The follow-up.
        before: The question before it, made whole.
        names: Of its answer.
        person: Of these, whom "he" or "she" may mean, or "".

    Returns:
        The question, and whether anything was put in.
    """
    for match in sorted(_PRONOUN.finditer(question), key=lambda m: m["person"] is None):
        if referent := person if match["person"] else _named(match, question, before, names):
            owned = "'s" if _POSSESSIVE.match(question, match.start()) else ""
            return f"{question[: match.start()]}{referent}{owned}{question[match.end() :]}", True
    return question, False


def _named(pronoun: re.Match[str], question: str, before: str, names: Sequence[str]) -> str:
    if not names or question_kind(before) not in ("who", "list"):
        return ""
    if not pronoun["thing"]:
        return " and ".join(names[:_MOST_NAMES])
    if _OF_EVENT.search(question):
        return ""
    return names[0] if is_body(names[0]) or (of_body(question) and not asks_person(before)) else ""
