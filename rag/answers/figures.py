"""Figures in sentences: the number, what it counts and what befell them ("14 dead and 18 injured" holds two).

Rules of English only. A figure that names nothing of its own ("a later list has 15") keeps the measure of those before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answers.spans import FRACTION, NUMBER, UNIT
from rag.answers.words import content_words
from rag.reports.number_words import SCALES, SMALL, TENS

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

_OUTCOMES = {
    "kill": r"kill(?:ed|ing|s)?|dead|died|dies?|dying|deaths?|slain|murder(?:ed|s)?|massacred|los(?:s|ses)|bodies|"
    # who lost their homes or the vote lives
    r"los(?:t|ing|es?)(?!\s+(?:their|its|his|her|our|the)\s+"
    rf"(?!(?:[\w-]+\s+)?(?:li(?:fe|ves)|{'|'.join(PERSONS.values())})\b))|"
    r"fatalities|toll|perished|executed|shot|cost\s+the\s+li(?:fe|ves)",
    "wound": r"wound(?:ed|ing|s)?|injur(?:ed|ing|ies|y)|hurt",
    "take": r"kidnap(?:ped|ping|s)?|abduct(?:ed|ion|ions)?|captured|seized|taken",
    "arrest": r"arrest(?:ed|s)?|detained|custody",
    "miss": r"missing|(?:has|have|had|were|was)\s+(?:not|never)\s+(?:yet\s+)?(?:been\s+)?(?:found|seen\s+again|heard\s+of)|"
    r"not\s+been\s+found|unaccounted|disappear(?:ed|ances?)|vanished|no\s+trace|without\s+(?:a\s+)?trace",
    "free": r"fre(?:ed|eing)|releas(?:ed|ing)|rescu(?:ed|ing)|liberated|escaped|"
    r"(?:brought|led|taken)\s+(?:out|to\s+safety)|saved",
    "flee": r"fled|displaced|homeless|driven\s+from",
}
OUTCOME = re.compile("|".join(rf"\b(?P<{name}>{pattern})\b" for name, pattern in _OUTCOMES.items()), re.IGNORECASE)

TIME = re.compile(
    r"\s*(?:-\s*)?(?:o['’]clock|a\.?m\b|p\.?m\b|seconds?|minutes?|hours?|days?|nights?|mornings?|weeks?|months?|years?|decades?|"
    r"centur(?:y|ies)|times|in\s+the\s+(?:morning|afternoon|evening)|on\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day\s+morning)\b",
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
    r"(?:st|nd|rd|th)\b|\s+(?:(?:other|different|such|differing)\s+)?(?:figures|counts|numbers|totals|tolls|versions|accounts|"
    r"sources|reports|lists|statements)\b|\s+(?:more|others?|further|extra|additional)\b|\s+of\s+(?:them|the|which|whom|those|these)\b(?!\s+dead)",
    re.IGNORECASE,
)
_NO_COUNT = re.compile(r"[$€£%]|\bper\s?cent\b", re.IGNORECASE)
_ENDS_IN_SCALE = re.compile(rf"(?:[\s-]+(?:{'|'.join(SCALES)}))+$", re.IGNORECASE)
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
_PUT_AT = re.compile(
    r"\b(?:puts?|place[ds]?|sets?|estimate[ds]?)\s+(?:the|its|their|his|her|our)\s+(?P<whom>[^.;,]*?)\s+at\s+$", re.IGNORECASE
)
_BREAK = re.compile(r"[;:.!?()]|,\s|\b(?:and|but|while|with)\b")
_NUMBER_OF = re.compile(r"\bnumber\s+of\s+(?P<what>[^.;,]*?)\b(?:is|was|at|to|has|had)\b[^.;,]{0,20}$", re.IGNORECASE)
_OF_THEIRS = re.compile(r"\s+of\s+(?:its|their|his|her|our)\b", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be(?:en|ing)?|got|gets?)\b", re.IGNORECASE)
_DENIED = re.compile(r"(?:n['’]t|\b(?:not|never))\s+(?:(?:be(?:en|ing)?|yet|\w+ly)\s+){0,2}$", re.IGNORECASE)
_LIFE = re.compile(r"\s+(?:\w+\s+)?li(?:fe|ves)\b", re.IGNORECASE)
_DOES = re.compile(r"(?!died|escaped|perished|fled)\w+ed|kills?|shot|lost|loses?|hurt", re.IGNORECASE)
_DONE_TO = re.compile(
    rf"\s+(?:{NUMBER.pattern}|{PERSON.pattern}|"
    r"(?:the|an?|several|many|their|his|her|its)\b(?:\s+(?:same|next|following|previous|very))?)",
    re.IGNORECASE,
)
"""What follows the verb of those who did it: "20 rebels killed three soldiers"."""

_WHEN = re.compile(
    r"\s+(?:morning|afternoon|evening|night|day|week|month|year|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", re.IGNORECASE
)
"""What makes the words before it a time, not somebody it was done to."""

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
    """The value of a number expression, its qualifier passed over; None for what names no one value ("dozens", "10 to 15").

    Args:
        text: Such as "at least 1,200", "twenty-one", "more than a hundred" or "3.5 million".

    Returns:
        The value, or None; a share of something ("two-thirds") has none.
    """
    number = NUMBER.search(text)
    if FRACTION.search(text) or (number and (number["high"] or number["most"])):
        return None
    text = re.sub(r"\bhalf\s+an?\b|\band\s+a\s+half\b", "0.5", text.lower())
    text = re.sub(r"(?<=\d)\s?bn\b", " billion", re.sub(r"([$€£].*\d)\s?m\b", r"\1 million", text))
    words = re.findall(r"\d+(?:[,\u00a0\u202f]\d{3}(?!\d))*(?:[.,]\d+)?|[a-z]+", text)
    total, current, scale, seen = 0.0, 0.0, 1.0, False
    for word in words:
        if word[0].isdigit():
            # a comma or a hard space groups thousands; before one or two digits a comma is a point
            value = float(re.sub(r"[,\u00a0\u202f](?=\d{3})", "", word).replace(",", "."))
            # "a million and a half": half of the last scale
            current, seen = current + value * (scale if value == 0.5 else 1.0), True
        elif word in SMALL or word in TENS:
            current, seen = current + SMALL.get(word, TENS.get(word, 0)), True
        elif word in SCALES:
            # "a hundred" is one hundred, "several hundred" is no value
            if not seen and not re.search(rf"\ba\s+{word}\b", text):
                return None
            scale = SCALES[word]
            current, seen = (current or 1.0) * scale, True
            if word != "hundred" and word != "dozen":
                total, current = total + current, 0.0
    return total + current if seen else None


def find_figures(text: str, dates: Sequence[tuple[int, int]] = ()) -> list[Figure]:
    """The figures of a sentence, in order.

    Args:
        text: Of the sentence.
        dates: Start and end of its date expressions, whose numbers count nothing.

    Returns:
        Figures with what they count, a range with its lower end; times of day, ages, lengths, sums and shares are left out.
    """
    matches = []
    for match in NUMBER.finditer(text):
        value = _least(match)
        if value is None or match["unit"] or _NO_COUNT.search(match.group()):
            continue
        if any(a < match.end() and match.start() < b for a, b in dates):
            continue
        before = text[: match.start()]
        if TIME.match(text, match.end()):
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
        found.append(Figure(match.start(), match.end(), match.group(), value, counted, outcome, replaced))
    return _shared(text, found)


def _least(number: re.Match[str]) -> float | None:
    """The value of a number, of a range its lower end: "five to six hundred" are 500 at least."""
    least, most = number["low"] or number["least"], number["high"] or number["most"]
    value = parse_number(least)
    if most and value is not None and (scale := _ENDS_IN_SCALE.search(most)):
        head = parse_number(most[: scale.start()])
        return parse_number(least + scale.group()) if head is not None and value < head else value
    return value


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
    if outcome and (_DENIED.search(near[: outcome.start()]) or _did_it(text, end, near, outcome)):
        outcome = None
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
    if counted and re.search(r"\bby\s+$", left):
        leads = False  # "killed by 12 gunmen" counts those who did it
    if leads and len(left[verb[-1].end() :].split()) <= 2:
        return counted, str(verb[-1].lastgroup)
    if outcome:
        return counted, str(outcome.lastgroup)
    if _TOLL_OF.search(left):
        return counted, "kill"
    if (put := _PUT_AT.search(left)) and (befell := OUTCOME.match(put["whom"])):
        return counted, str(befell.lastgroup)  # "put the dead of the raid at 20 soldiers"
    number_of = _NUMBER_OF.search(left) if not counted else None
    if number_of and (person := PERSON.search(number_of["what"])):
        return str(person.lastgroup), ""
    if counted and _NONE_LIVED.search(right):
        return counted, "kill"
    return counted, ""


def _did_it(text: str, end: int, near: str, outcome: re.Match[str]) -> bool:
    """Whether those counted after ``end`` did to others what ``outcome`` says: "20 rebels killed three soldiers"."""
    if (
        not _DOES.fullmatch(outcome.group())
        or not content_words(near[: outcome.start()])
        or _PASSIVE.search(near[: outcome.start()])
    ):
        return False
    others = _DONE_TO.match(text, end + outcome.end())
    if others is None or others["unit"] or _WHEN.match(text, others.end()):
        return False
    # "12 soldiers killed two days ago", "killed 20 injured", "lost their lives"
    return not any(said.match(text, others.end()) for said in (TIME, UNIT, _BEFELL, _LIFE))


def _shared(text: str, figures: Sequence[Figure]) -> list[Figure]:
    """Joined figures share the outcome said once: "17 soldiers and four civilians dead", "killed 14 soldiers and two guards"."""
    shared = list(figures)
    for i in range(len(shared) - 2, -1, -1):
        if (
            shared[i].counted
            and not shared[i].outcome
            and shared[i + 1].outcome
            and _JOINED.match(text[shared[i].end : shared[i + 1].start])
        ) and not OUTCOME.search(text[: shared[i + 1].start]):
            shared[i] = replace(shared[i], outcome=shared[i + 1].outcome)
    for i in range(1, len(shared)):
        between = text[shared[i - 1].end : shared[i].start]
        if shared[i].replaced and not shared[i].counted:
            shared[i] = replace(shared[i], counted=shared[i - 1].counted, outcome=shared[i - 1].outcome)
        elif not shared[i].outcome and shared[i].counted and _JOINED.match(between):
            # "20 rebels killed a guard and three soldiers"
            done = [str(m.lastgroup) for m in OUTCOME.finditer(between)]
            shared[i] = replace(shared[i], outcome=shared[i - 1].outcome or (done[-1] if done else ""))
    return shared


def counted_stems(text: str, start: int, end: int) -> set[str]:
    """What a number counts.

    Args:
        text: Of the sentence.
        start: First character of the number in it.
        end: One past its last.

    Returns:
        Stems of the words inside and after it up to a break, where there are none of those before it.
    """
    after = [w.stem for w in content_words(_BREAK.split(text[end : end + 60])[0])][:4]
    inside = [w.stem for w in content_words(text[start:end])]
    before = [] if after else [w.stem for w in content_words(_BREAK.split(text[max(0, start - 50) : start])[-1])][-3:]
    return {*inside, *after, *before}
