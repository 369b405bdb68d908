"""Figures in sentences: the number, what it counts and what befell them ("14 dead and 18 injured" holds two).

Rules of English only. A figure that names nothing of its own ("a later list has 15") keeps the measure of those before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answers.spans import NUMBER
from rag.answers.words import content_words
from rag.reports.number_words import SCALES, SMALL, TENS

_OUTCOMES = {
    "kill": r"kill(?:ed|ing|s)?|dead|died|dies?|dying|deaths?|slain|murder(?:ed|s)?|massacred|los(?:t|s|ses|ing|es?)|bodies|"
    r"fatalities|toll|perished|executed|shot|cost\s+the\s+li(?:fe|ves)",
    "wound": r"wound(?:ed|ing|s)?|injur(?:ed|ing|ies|y)|hurt",
    "take": r"kidnap(?:ped|ping|s)?|abduct(?:ed|ion|ions)?|captured|seized|taken",
    "arrest": r"arrest(?:ed|s)?|detained|custody",
    "miss": r"missing|not\s+been\s+found|unaccounted",
    "free": r"fre(?:ed|eing)|releas(?:ed|ing)|rescu(?:ed|ing)|liberated|escaped|"
    r"(?:brought|led|taken)\s+(?:out|to\s+safety)|saved",
    "flee": r"fled|displaced|homeless|driven\s+from",
}
OUTCOME = re.compile("|".join(rf"\b(?P<{name}>{pattern})\b" for name, pattern in _OUTCOMES.items()), re.IGNORECASE)

PERSONS = {
    "soldier": "soldiers?|troops?|servicem[ae]n|recruits?|comrades",
    "attacker": "attackers?|raiders?|gunm[ae]n|militants?|terrorists?|jihadis?|jihadists?|insurgents?|bombers?|assailants?|"
    "rebels?|bandits?|assassins?|fighters?|extremists?",
    "police": "police|policem[ae]n|gendarmes?|gendarmerie",
    "peacekeeper": "peacekeepers?|blue\\s+helmets",
    "civilian": "civilians?|villagers?|residents?|bystanders?|traders?|herders?|farmers?|passengers?|inhabitants",
    "hostage": "hostages?|captives?",
    "prisoner": "prisoners?|detainees?|inmates?",
    "guest": "guests?|tourists?",
    "child": "children|child|girls?|boys?|pupils?|students?",
    "woman": "wom[ae]n",
    "guard": "guards?",
    "men": "m[ae]n|members?",
    "person": "people|persons?|victims?|lives",
}
PERSON = re.compile("|".join(rf"\b(?P<{name}>{pattern})\b" for name, pattern in PERSONS.items()), re.IGNORECASE)

_TIME = re.compile(
    r"\s*(?:-\s*)?(?:o['’]clock|a\.?m\b|p\.?m\b|seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies)|"
    r"in\s+the\s+(?:morning|afternoon|evening)|on\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day\s+morning)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"^[^.;:()]{0,40}?(?:,|\band\b|\bor\b|\bplus\b|\bwith\b)\s*$", re.IGNORECASE)
_NONE_LIVED = re.compile(
    r"\b(?:not\s+(?:one|a\s+single)|none|nobody)\b[^.;]{0,30}\b(?:lived|survived)\b|\bno\s+survivors\b", re.IGNORECASE
)
_NO_CLAIM = re.compile(
    r"(?:\b(?:the|these|those|all|other|another|further|its|their|his|her|any|every|each|first|last)|"
    r"\b(?:hours?|days?|weeks?|months?|years?)\s+or)\s+$",
    re.IGNORECASE,
)
"""What stands before a number that only points at something known ("the three camps", "a day or two")."""

_NO_CLAIM_AFTER = re.compile(
    r"(?:st|nd|rd|th)\b|\s+(?:more|others?|further|times)\b|\s+of\s+(?:them|the|which|whom|those|these)\b(?!\s+dead)",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"\b(?:another|an?\s+further)\s+$", re.IGNORECASE)
_BEFELL = re.compile(
    rf"\s+(?:others?\s+)?(?:(?:were|was|had\s+been|have\s+been|are|is)\s+)?(?:{OUTCOME.pattern})".replace("?P<", "?P<_"),
    re.IGNORECASE,
)
_STATED = re.compile(
    r"\b(?:sa(?:id|ys?)|sp(?:oke|eaks?)\s+of|talk(?:ed|s)\s+(?:of|about)|puts?\s+(?:it|them|this|that)?\s*at|(?:made|makes?)(?:\s+it)?|g(?:ave|ives?)|given\s+(?:as|is)|"
    r"ha[sd]|have|count(?:ed|s)?|us(?:ed|ing)|names?|named|announced?|claim(?:ed|s)?|wrote|writes?|printed|lists?|listed|keeps?\s+to|beg[ai]n\s+with|start(?:ed|s)?\b.{0,15}\bwith|(?:raised|cut|lowered|revised|brought)\b.{0,20}\bto|to|show|reached|"
    r"(?:number|figure|count|toll|total|range)\b.{0,30}?\b(?:is|was|are|of|at|came\s+out\s+at|stands?\s+at|stood\s+at)|is|was|at)\s+(?:only\s+|just\s+|now\s+|still\s+|first\s+)?$|\($",
    re.IGNORECASE,
)
REPLACED = re.compile(
    r"\b(?:not|instead\s+of|rather\s+than|and\s+not|up\s+from|down\s+from|no\s+longer)\s+(?:the\s+)?$", re.IGNORECASE
)
_TOLL_OF = re.compile(r"\b(?:tolls?|deaths)\b[^.;,]*?\b(?:as|at|of|to|was|is)\s+$", re.IGNORECASE)
_NUMBER_OF = re.compile(r"\bnumber\s+of\s+(?P<what>[^.;,]*?)\b(?:is|was|at|to|has|had)\b[^.;,]{0,20}$", re.IGNORECASE)
_OF_THEIRS = re.compile(r"\s+of\s+(?:its|their|his|her|our)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[.;:!?]|,\s|\band\b|\bwhile\b|\bbut\b|\bwith\b|\bagainst\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number said of something.

    Attributes:
        start: First character in the text it was found in, qualifier included.
        end: One past its last.
        text: As written ("at least 30").
        value: The number.
        counted: What is counted: a class of persons, the stem of another noun, or "" when the figure names nothing.
        outcome: What befell them ("kill", "wound", ...), or "".
        replaced: Whether it is named as the figure that no longer holds ("42, not 17").
    """

    start: int
    end: int
    text: str
    value: float
    counted: str = ""
    outcome: str = ""
    replaced: bool = False


def parse_number(text: str) -> float | None:
    """The value of a number expression, its qualifier passed over; None for what names no value ("dozens", "hundreds").

    Args:
        text: Such as "at least 1,200", "twenty-one", "more than a hundred" or "3.5 million".

    Returns:
        The value, or None.
    """
    words = re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?|[a-z]+", text.lower())
    total, current, seen = 0.0, 0.0, False
    for word in words:
        if word[0].isdigit():
            current, seen = current + float(word.replace(",", "")), True
        elif word in SMALL or word in TENS:
            current, seen = current + SMALL.get(word, TENS.get(word, 0)), True
        elif word in SCALES:
            # "a hundred" is one hundred, "several hundred" is no value
            if not seen and not re.search(rf"\ba\s+{word}\b", text.lower()):
                return None
            current, seen = (current or 1.0) * SCALES[word], True
            if word != "hundred" and word != "dozen":
                total, current = total + current, 0.0
    return total + current if seen else None


def find_figures(text: str, dates: Sequence[tuple[int, int]] = ()) -> list[Figure]:
    """The figures of a sentence, in order.

    Args:
        text: Of the sentence.
        dates: Start and end of its date expressions, whose numbers count nothing.

    Returns:
        Figures with what they count; times of day, ages and lengths of time are left out.
    """
    matches = []
    for match in NUMBER.finditer(text):
        value = parse_number(match.group())
        if value is None or any(a < match.end() and match.start() < b for a, b in dates):
            continue
        before = text[: match.start()]
        if _TIME.match(text, match.end()):
            continue
        if (_NO_CLAIM.search(before) or _NO_CLAIM_AFTER.match(text, match.end())) and not _is_own_count(text, match):
            continue
        if re.search(r"\bone$", match.group(), re.IGNORECASE) and not re.match(r"\s+\w+", text[match.end() :]):
            continue
        matches.append((match, value))
    found: list[Figure] = []
    for index, (match, value) in enumerate(matches):
        prior = matches[index - 1][0].end() if index else 0
        after = matches[index + 1][0].start() if index + 1 < len(matches) else len(text)
        counted, outcome = _measure(text, prior, match.start(), match.end(), after)
        if not counted and re.search(r"\bone$", match.group(), re.IGNORECASE):
            continue  # a pronoun, as in "about one that killed so many"
        if (
            not counted
            and not outcome
            and not _STATED.search(text[: match.start()])
            and not REPLACED.search(text[: match.start()])
        ):
            continue
        if not outcome and _OF_THEIRS.match(text, match.end()):
            continue  # "at the price of two of its men" counts part of them
        replaced = bool(REPLACED.search(text[: match.start()]))
        no = re.search(r"\bno\s+$", text[: match.start()]) if re.match(r"fewer|less|more", match.group(), re.IGNORECASE) else None
        start = no.start() if no else match.start()
        found.append(Figure(start, match.end(), text[start : match.end()], value, counted, outcome, replaced))
    return _shared(text, found)


def _is_own_count(text: str, number: re.Match[str]) -> bool:
    """Whether a number of others still counts all to whom its outcome befell ("two killed and 14 others hurt")."""
    others = _ANOTHER.search(text[: number.start()]) or re.match(r"\s+others?\b", text[number.end() :], re.IGNORECASE)
    befell = _BEFELL.match(text, number.end())
    if not others or not befell:
        return False
    own = OUTCOME.search(befell.group())
    return own is not None and all(m.lastgroup != own.lastgroup for m in OUTCOME.finditer(text[: number.start()]))


def _measure(text: str, before: int, start: int, end: int, after: int) -> tuple[str, str]:
    """What the number between ``start`` and ``end`` counts, and what befell them."""
    right = text[end:after]
    stop = _CLAUSE.search(right)
    near = right[: stop.start()] if stop else right
    person = PERSON.search(near)
    outcome = OUTCOME.search(near)
    counted = "person" if re.search(r"\btotal\s+of\s+$", text[:start], re.IGNORECASE) else ""
    if person and len(near[: person.start()].split()) <= 3:
        counted = str(person.lastgroup)
    elif not (outcome and not content_words(near[: outcome.start()])):
        words = [w for w in content_words(near) if not near[: w.start].strip()]
        counted = words[0].stem if words and words[0].stem != "other" else counted
    left = text[before:start]
    verb = list(OUTCOME.finditer(left))
    leads = bool(verb) and not re.search(r"[,;:]|\band\b", left[verb[-1].end() :])
    if leads and not counted and not outcome:
        # "the number of soldiers killed is 42": a bare number takes what was said before it
        person = PERSON.search(left)
        return (str(person.lastgroup) if person else ""), str(verb[-1].lastgroup)
    if leads and len(left[verb[-1].end() :].split()) <= 2:
        return counted, str(verb[-1].lastgroup)
    if outcome:
        return counted, str(outcome.lastgroup)
    if _TOLL_OF.search(left):
        return counted, "kill"
    number_of = _NUMBER_OF.search(left) if not counted else None
    if number_of and (person := PERSON.search(number_of["what"])):
        return str(person.lastgroup), ""
    if counted and _NONE_LIVED.search(right):
        return counted, "kill"
    return counted, ""


def _shared(text: str, figures: Sequence[Figure]) -> list[Figure]:
    """Joined figures share the outcome said once: "17 soldiers and four civilians dead", "killed 14 soldiers and two guards"."""
    shared = list(figures)
    for i in range(len(shared) - 2, -1, -1):
        if (
            shared[i].counted
            and not shared[i].outcome
            and shared[i + 1].outcome
            and _JOINED.match(text[shared[i].end : shared[i + 1].start])
        ) and not OUTCOME.search(text[: shared[i].start]):
            shared[i] = replace(shared[i], outcome=shared[i + 1].outcome)
    for i in range(1, len(shared)):
        between = text[shared[i - 1].end : shared[i].start]
        if shared[i].replaced and not shared[i].counted:
            shared[i] = replace(shared[i], counted=shared[i - 1].counted, outcome=shared[i - 1].outcome)
        elif not shared[i].outcome and shared[i].counted and shared[i - 1].outcome and _JOINED.match(between):
            shared[i] = replace(shared[i], outcome=shared[i - 1].outcome)
    return shared
