"""What a text denies: the words in reach of "not", "no", "nobody", "failed to" and their like."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from rag.answers.words import FUNCTION_WORDS, stem
from rag.reports.number_words import SCALES, SMALL, TENS

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[,;:.!?()]|[-–—]{1,2}(?=\s)")
_CUES = frozenset(
    "not no never none neither nor nobody nothing nowhere without cannot hardly scarcely barely unable unlikely untrue "
    "lack lacks lacked lacking absent yet".split()
)
_REFUSING = frozenset(
    "failed fail fails denied deny denies denying refused refuse refuses rejected reject rejects declined avoided avoid stopped "
    "prevented prevent prevents ruled dismissed instead abandoned cancelled canceled foiled thwarted averted unsuccessful "
    "far".split()
)
_ONLY_BEFORE = {"yet": "to", "ruled": "out", "instead": "of", "far": "from"}
"""Words that deny only with another after them ("has yet to land", "ruled out a strike")."""

_STOPS = frozenset(", ; : . ! ? ( ) - – — --".split()) | frozenset(
    "but although though while because which who when where and".split()
)
_NOT_DENIED = frozenset(
    [("no", "doubt")] + [(cue, word) for cue in ("not", "never") for word in ("only", "just", "merely", "long", "far")]
)
_AT_LEAST = frozenset("less fewer more".split())
"""After "no" and before "than" they deny nothing: "no fewer than nine"."""

COMPARED = re.compile(
    r"\b(?:no|not|never|nobody|nothing|none|neither)\b[^.;:]*"
    r"\b(?:so (?:many|much|\w+ly)|such|ever|earlier|previous|before then)\b",
    re.IGNORECASE,
)
"""Denials that only say that something was the greatest of its kind ("no earlier raid had killed so many")."""

_HALF_DENIED = re.compile(
    r"\b(?:few|fewer|little|less|least|only|just|rather|unless|too|until|seldom|rarely|mere(?:ly)?|\w{3,}less|"
    r"(?:un|non|in|im|dis)\w{5,}|wrong\w*|false|withdr\w+|lost|dropped|ended|stopped|empty|closed|escaped?|survived)\b",
    re.IGNORECASE,
)
_WITH_VERB = frozenset("no neither none nobody nothing".split())
"""They deny the verb before them as much as what follows ("they speak neither", "it has no")."""

_AUXILIARIES = frozenset("was were is are be been being has have had will would can could may might must should shall".split())
_PREPOSITIONS = frozenset(
    "in on at by from with for near into over under against between through during since until than".split()
)
_EMPTY = FUNCTION_WORDS | _AUXILIARIES | SMALL.keys() | TENS.keys() | SCALES.keys() | {"longer"}
_DETERMINERS = frozenset("the a an this that these those his her its their our any every each some".split())
_REACH = 4
"""Content words after a cue that it denies, within its clause."""

_PREFIX = re.compile(r"^(?:un|non)(?=[a-z]{4})")


def _pairs(*words: tuple[str, str]) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    return tuple((frozenset(map(stem, one.split())), frozenset(map(stem, other.split()))) for one, other in words)


_DENIALS = _pairs(
    ("accept accepted agree agreed", "reject rejected refuse refused"),
    ("win won victory", "lose lost defeat defeated"),
    ("confirm confirmed admit admitted", "deny denied"),
    ("support supported back backed", "oppose opposed"),
    ("allow allowed permit permitted", "forbid forbade ban banned prevent prevented"),
    ("succeed succeeded success", "fail failed failure"),
)
"""Pairs of word groups of which one denies the other wherever it stands: facts of the language."""

_OPPOSITES = _DENIALS + _pairs(
    ("before", "after"),
    (
        "above more increase increased rise rose rising growing grew",
        "below less fewer decrease decreased fall fell falling shrank",
    ),
    ("survive survived survivor alive", "die died dead death killed"),
    ("arrive arrived enter entered", "leave left depart departed withdrew"),
    ("release released free freed", "hold held capture captured seize seized"),
    ("open opened reopened", "close closed shut"),
    ("first", "last"),
    ("begin began start started", "end ended stop stopped"),
)
"""Those, and pairs that do so where they are said of one thing: "open" is no word for what "close" by is."""


@lru_cache(maxsize=4096)
def denied_stems(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Stems a text denies and stems it states; a word that stands both ways, or could, is in both."""
    tokens = [m.group() for m in _TOKEN.finditer(text)]
    lowers = [t.lower().replace("’", "'") for t in tokens]
    compared = COMPARED.search(text) is not None
    denied: set[str] = set()
    stated: set[str] = set()
    reach = either = 0
    before = ""
    for i, lower in enumerate(lowers):
        after, then = (*lowers[i + 1 : i + 3], "", "")[:2]
        if lower in _STOPS or (0 < reach < _REACH and _leads_on(lower, after)):
            reach = either = 0
        elif _is_cue(lower, after, then):
            reach = _REACH
            either = _subject_length(lowers, i) if lower in ("no", "neither") else 0
            either = _REACH if compared or after == "longer" else either
            if lower in _WITH_VERB and before:
                denied.add(before)
        elif _is_refusal(lowers[i - 1] if i else "", lower, after):
            denied.add(stem(lower))
            reach, either = _REACH, 0
        elif _is_content(lower):
            word = re.sub(r"'s?$", "", lower)
            plain = _PREFIX.sub("", word)
            before = stem(plain)
            is_denied = (reach > 0) != (plain != word)
            (denied if is_denied else stated).add(before)
            if either > 0:
                (stated if is_denied else denied).add(before)
                either -= 1
            reach -= reach > 0
    return frozenset(denied), frozenset(stated)


def _is_cue(lower: str, after: str, then: str) -> bool:
    if lower == "no" and after in _AT_LEAST and then == "than":
        return False
    held = lower in _CUES and (lower, after) not in _NOT_DENIED and _ONLY_BEFORE.get(lower, after) == after
    return held or lower.endswith("n't")


def _is_refusal(before: str, lower: str, after: str) -> bool:
    return lower in _REFUSING and (before, lower) not in _NOT_DENIED and _ONLY_BEFORE.get(lower, after) == after


def _is_content(lower: str) -> bool:
    """Whether a word can be denied; a number that is denied is another number, which is not checked here."""
    return lower[0].isalpha() and lower not in _EMPTY


def _leads_on(lower: str, after: str) -> bool:
    """Whether what follows is a place, time or person beside what is denied ("no help to the army", "not hit in the north")."""
    return lower in _PREPOSITIONS or (lower == "to" and after in _DETERMINERS)


def _subject_length(lowers: list[str], cue: int) -> int:
    """Content words between "no" and the verb it denies, which need not be denied ("no soldier may enter"); 0 without a verb."""
    words = 0
    for lower in lowers[cue + 1 : cue + 1 + _REACH]:
        if lower in _AUXILIARIES:
            return words
        if lower in _STOPS:
            break
        words += _is_content(lower)
    return 0


def denies(text: str, *, refusing: bool = False, but: Collection[str] = ()) -> bool:
    """Whether a text says outright that something is not so.

    Args:
        text: Such as a sentence or a clause.
        refusing: Whether a word that refuses counts too ("failed to", "cancelled").
        but: Stems of refusing words that do not count.

    Returns:
        True when it does.
    """
    lowers = ["", *(m.group().lower().replace("’", "'") for m in _TOKEN.finditer(text)), "", ""]
    return any(
        _is_cue(lower, after, then) or (refusing and _is_refusal(before, lower, after) and stem(lower) not in but)
        for before, lower, after, then in zip(lowers, lowers[1:], lowers[2:], lowers[3:], strict=False)
    )


def leaves_room_for_denial(text: str) -> bool:
    """Whether a text denies something, or says it in a way that a denial could tell ("useless", "too few", "unready")."""
    return denies(text) or bool(_HALF_DENIED.search(text)) or any(w in _REFUSING for w in re.findall(r"[a-z]+", text.lower()))


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


def opposed(claim: str, source: str, *, plainly: bool = False) -> list[str]:
    """Words of a claim whose opposite, and not they, stands in the source ("before" for "after").

    Args:
        claim: A sentence, or a question.
        source: The sentence it is held against.
        plainly: Only words whose opposite denies them whatever it is said of ("accepted" for "rejected").

    Returns:
        Stems; empty when none is opposed.
    """
    said, given = (
        {stem(w) for w in re.findall(r"[a-z]+", claim.lower())},
        {stem(w) for w in re.findall(r"[a-z]+", source.lower())},
    )
    found = []
    pairs = _DENIALS if plainly else _OPPOSITES
    for group, others in [*pairs, *((b, a) for a, b in pairs)]:
        if said & group and not said & others and given & others and not given & group:
            found += sorted(said & group)
    return found
