"""What a text denies: the words in reach of "not", "no", "nobody", "failed to" and their like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from rag.answers.words import FUNCTION_WORDS, stem

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[,;:.!?()]|[-–—]{1,2}(?=\s)")
_CUES = frozenset(
    "not no never none neither nor nobody nothing nowhere without cannot hardly scarcely barely unable unlikely untrue "
    "lack lacks lacked lacking absent".split()
)
_REFUSING = frozenset(
    "failed fail fails denied deny denies denying refused refuse refuses rejected reject rejects declined avoided avoid stopped "
    "prevented prevent prevents ruled dismissed instead abandoned cancelled canceled foiled thwarted averted unsuccessful "
    "far".split()
)
_STOPS = frozenset(", ; : . ! ? ( ) - – — --".split()) | frozenset(
    "but although though while because which who when where and".split()
)
_NOT_DENIED = (
    ("not", "only"),
    ("no", "longer"),
    ("no", "less"),
    ("no", "fewer"),
    ("no", "more"),
    ("no", "doubt"),
    ("not", "far"),
)
_REACH = 4
"""Content words after a cue that it denies, within its clause."""

_PREFIX = re.compile(r"^(?:un|non)(?=[a-z]{4})")
_OPPOSITES = tuple(
    (frozenset(stem(w) for w in one.split()), frozenset(stem(w) for w in other.split()))
    for one, other in (
        ("before", "after"),
        (
            "above more increase increased rise rose rising growing grew",
            "below less fewer decrease decreased fall fell falling shrank",
        ),
        ("survive survived survivor alive", "die died dead death killed"),
        ("arrive arrived enter entered", "leave left depart departed withdrew"),
        ("accept accepted agree agreed", "reject rejected refuse refused"),
        ("win won victory", "lose lost defeat defeated"),
        ("release released free freed", "hold held capture captured seize seized"),
        ("confirm confirmed admit admitted", "deny denied"),
        ("open opened reopened", "close closed shut"),
        ("support supported back backed", "oppose opposed"),
        ("allow allowed permit permitted", "forbid forbade ban banned prevent prevented"),
        ("succeed succeeded success", "fail failed failure"),
        ("first", "last"),
        ("begin began start started", "end ended stop stopped"),
    )
)
"""Pairs of word groups of which one denies the other: facts of the language."""


@lru_cache(maxsize=4096)
def denied_stems(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Stems a text denies and stems it states; a word that stands both ways is in both."""
    tokens = [m.group() for m in _TOKEN.finditer(text)]
    denied: set[str] = set()
    stated: set[str] = set()
    reach = 0
    for i, token in enumerate(tokens):
        lower = token.lower().replace("’", "'")
        after = tokens[i + 1].lower() if i + 1 < len(tokens) else ""
        if lower in _STOPS:
            reach = 0
        elif (lower in _CUES and (lower, after) not in _NOT_DENIED) or lower.endswith("n't"):
            reach = _REACH
        elif lower in _REFUSING:
            denied.add(stem(lower))
            reach = _REACH
        elif lower not in FUNCTION_WORDS and lower[0].isalpha():
            plain = _PREFIX.sub("", re.sub(r"'s?$", "", lower))
            turned = plain != re.sub(r"'s?$", "", lower)
            is_denied = (reach > 0) != turned
            (denied if is_denied else stated).add(stem(plain))
            reach -= reach > 0
    return frozenset(denied), frozenset(stated)


def contradicted(claim: str, sources: Iterable[str]) -> list[str]:
    """Words that a claim denies and the sources state, or the other way round.

    Args:
        claim: A sentence.
        sources: The sentences it rests on.

    Returns:
        Stems, in order of the alphabet; empty when claim and sources agree.
    """
    denied, stated = denied_stems(claim)
    source_denied: set[str] = set()
    source_stated: set[str] = set()
    for source in sources:
        theirs = denied_stems(source)
        source_denied |= theirs[0]
        source_stated |= theirs[1]
    turned = (denied & source_stated) - source_denied - stated
    turned |= (stated & source_denied) - source_stated - denied
    return sorted(turned)


def opposed(claim: str, source: str) -> list[str]:
    """Words of a claim whose opposite, and not they, stands in the source ("before" for "after")."""
    said, given = (
        {stem(w) for w in re.findall(r"[a-z]+", claim.lower())},
        {stem(w) for w in re.findall(r"[a-z]+", source.lower())},
    )
    found = []
    for group, others in [*_OPPOSITES, *((b, a) for a, b in _OPPOSITES)]:
        if said & group and not said & others and given & others and not given & group:
            found += sorted(said & group)
    return found
