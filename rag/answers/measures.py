"""What a question wants counted, and which figures can be that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answers.deeds import is_past
from rag.answers.figures import OUTCOME, PERSON, PERSONS, TIME, Figure
from rag.answers.words import content_words
from rag.reports.countries import country_of
from rag.search.kinds import AUXILIARIES

_ANYONE = frozenset(("", "men", "person"))
_ARMED = frozenset(("soldier", "attacker", "police", "peacekeeper", "guard"))
"""Those whom reports also count as so many "men"."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a question wants counted.

    Attributes:
        counted: Classes of persons or stems of nouns named after "how many"; empty when none is.
        outcome: What befell them, or "".
    """

    counted: frozenset[str]
    outcome: str

    def accepts(self, figure: Figure) -> bool:
        """Whether a figure can be one of this measure: nothing it says of itself goes against it."""
        if figure.outcome != self.outcome and (figure.outcome or figure.counted):
            return False
        if figure.counted in self.counted:
            return True
        if not figure.counted:
            # "two killed" are victims; those who attacked are named when they are meant
            return "attacker" not in self.counted or not figure.outcome
        if figure.counted == "men":
            nationals = self.counted - PERSONS.keys() if self.outcome else frozenset()
            return not self.counted - _ANYONE - _ARMED - nationals
        # asked for people or for nobody in particular, the soldiers of a report are meant; those who attacked are not
        if self.outcome == "free" and figure.counted == "person":
            return True  # whoever was led out is counted as people, guests and hostages alike
        return figure.counted in PERSONS and figure.counted != "attacker" and not self.counted - _ANYONE


def fits(measure: Measure, figure: Figure, text: str) -> float:
    """How a figure fits a measure, for a sentence chosen already: only what goes against it counts.

    Args:
        measure: What the question wants counted.
        figure: Found in the sentence.
        text: The sentence.

    Returns:
        1 when it is said of those persons or that outcome, 0.5 when nothing tells, -0.5 when nothing is said to have befallen
        them, -1 when others are counted or something else befell them.
    """
    if measure.outcome and figure.outcome != measure.outcome and not tells_outcome(text, measure.outcome):
        if figure.outcome:
            return -1.0
        if figure.counted:
            return -0.5  # so many took part
    before = [str(m.lastgroup) for m in PERSON.finditer(text, 0, figure.start)]
    counted = figure.counted or (before[-1] if before and figure.outcome else "")
    if counted == "person" and figure.outcome and "attacker" in measure.counted:
        return -1.0  # victims
    known = measure.counted & PERSONS.keys()
    if counted in PERSONS and counted not in _ANYONE and known and not known & {counted, *_ANYONE}:
        return -1.0
    return 1.0 if figure.counted in measure.counted or (measure.outcome and figure.outcome == measure.outcome) else 0.5


def is_of_others(measure: Measure, figure: Figure, text: str) -> bool:
    """Whether a figure is in so many words not the one asked for.

    Args:
        measure: What the question wants counted.
        figure: Found in the sentence.
        text: The sentence.

    Returns:
        True where something else befell those counted and what is asked for is not told at all, or where the attackers are asked
        for and others are counted, or the other way round.
    """
    if not measure.outcome or not figure.outcome:
        return False
    if figure.outcome != measure.outcome:
        return not tells_outcome(text, measure.outcome)
    known = (measure.counted & PERSONS.keys()) - _ANYONE
    sides = bool(known) and figure.counted in PERSONS and figure.counted not in _ANYONE
    return sides and ("attacker" in known) != (figure.counted == "attacker")


_ASKED = re.compile(
    r"\bhow\s+many\s+(?P<many>(?:[\w'’-]+\s+){0,3}[\w'’-]+)|\bnumber\s+of\s+(?P<number>(?:[\w'’-]+\s+){0,2}[\w'’-]+)|"
    r"\bsize\s+of\s+(?P<size>(?:[\w'’-]+\s+){0,3}[\w'’-]+)",
    re.IGNORECASE,
)
_TOLL = re.compile(
    r"\b(?:death\s+)?tolls?\b|\bcasualt(?:y|ies)\b|\bhow\s+many\b|\bnumber\s+(?:of|killed|dead|wounded|injured|hurt)\b|\bloss(?:es)?\b|"
    r"\bsize\s+of\b|\b(?:counts|figures|totals|numbers)\b|\btotal\s+(?:killed|dead|wounded|injured|hurt|deaths)\b|"
    r"\b(?:killed|dead|wounded|injured|deaths|victims)\s*(?:[?,;:]|$)|"
    r"\b(?:(?:dis)?agrees?|differ|accounts?|versions?|figures?)\b[^?]*\b(?:about|on|for|of)\s+the\s+(?:dead|wounded|injured|killed)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:all|both|different|differing|various|successive|conflicting|other|rival)\s+(?:[\w-]+\s+)?"
    r"(?:counts|figures|tolls|versions|accounts|numbers|dates|names|sources|reports|sides|claims)\b|"
    r"\b(?:figures|numbers|counts|tolls|dates|names)\s+(?:are\s+|were\s+)?(?:given|reported|named|mentioned|claimed)\b|"
    r"\b(?:versions|accounts|sources|reports)\b[^?]{0,20}\b(?:say|said|give|gave|agree|differ|disagree|vary|conflict|tell)\b|"
    r"\b(?:versions|vs|versus|respectively)\b|\bdiffer(?:ent|ing)?\b|"
    r"\b(?:old|first|initial|early|earlier)\s+and\s+(?:the\s+)?(?:new|later|final|revised|corrected)\b|"
    r"\bas\s+(?:first|later)\b|\bat\s+first\b.*\b(?:later|now|in\s+the\s+end|finally)\b|"
    r"\bfirst\b.*\b(?:correct(?:ed|ion)|revised)\b|\bwhat\s+(?:death\s+)?tolls\b",
    re.IGNORECASE,
)
"""How a question words that it expects more than one account."""


_VERSIONS = re.compile(
    r"\b(?:accounts|versions|sources|sides|opinions|views)\b[^?]{0,20}\b(?:say|said|gives?|gave|agree|differ|disagree|vary|conflict|"
    r"contradict|maintain|divided)\b|\b(?:disagree|differ)\b[^?]{0,20}\babout\b|\bversion\b.*\bversion\b|"
    r"\baccording\s+to\b.*\baccording\s+to\b|\b(?:each|respectively)\s+(?:say|claim|maintain|give)s?\b",
    re.IGNORECASE,
)
"""How a question asks for what each of several tells."""


def asks_versions(query: str) -> bool:
    """Whether a question asks for what each of several accounts tells ("in the army version and in the rebel version").

    Args:
        query: The question.

    Returns:
        True when it does; one that only says "different" does not.
    """
    return bool(_VERSIONS.search(query))


def asks_accounts(query: str) -> bool:
    """Whether a question says itself that it expects more than one account ("all counts", "army vs claim").

    Args:
        query: The question.

    Returns:
        True when it does; a question with one answer does not.
    """
    return bool(_SEVERAL.search(query)) or asks_versions(query)


_COUNT = r"(?:\w+\s+){0,2}?(?:counts?|tolls?|figures?|numbers?|totals?|tally|tallies|estimates?|reckoning)\b"
_LAST = re.compile(
    rf"\b(?:final|latest|last|most\s+recent|current|newest|updated|corrected|revised|definitive|confirmed)\s+{_COUNT}|"
    r"\bin\s+the\s+end\b(?!\s+of\b)|\bfinally\b|\beventually\b|\bas\s+it\s+(?:now\s+|finally\s+)?(?:stands|stood)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(
    rf"\b(?:first|initial|early|earliest|original|preliminary)\s+(?:{_COUNT}|(?:\w+\s+)?(?:reports?|announcements?|statements?)\b)|"
    r"\bat\s+first\b|\binitially\b|\boriginally\b|\b(?:was|were|as|been)\s+first\s+(?:reported|announced|said|put|given)\b",
    re.IGNORECASE,
)


def asked_account(query: str) -> str:
    """Which of several accounts of a figure a question wants.

    Args:
        query: The question.

    Returns:
        "first", "last", or "" for any or for both.
    """
    first, last = bool(_FIRST.search(query)), bool(_LAST.search(query))
    return "" if first == last or asks_accounts(query) else "first" if first else "last"


_TELLERS = r"(?:sources|accounts|reports|versions|newspapers|papers|media|opinions|figures|counts|tolls|numbers|dates)"
_DIFFER = r"(?:(?:do\s*n['’]?t|dont|do\s+not|dis)\s*agree|differ|vary|conflict|contradict\s+each\s+other)"
_SIDE_REMARK = re.compile(
    rf"(?:\s?[,;:.?(–—-]\s*(?:and\s+|but\s+)?(?:the\s+)?{_TELLERS}\s+(?:{_DIFFER}|given|reported|claimed|are\s+different)|"
    rf"[\s,;:.?–—-]+what\s+(?:do|did)\s+(?:the\s+)?(?:\w+\s+)?{_TELLERS}\s+(?:say|give|tell|report)|"
    rf"\s?[,;:–—-]\s*what\s+(?:figures|counts|tolls|numbers)\s+(?:are|were)\s+(?:given|reported|claimed)|"
    rf"\s?[,;:.?(–—-]\s*(?:all|both|different|various|conflicting)\s+(?:the\s+)?{_TELLERS})\s*\)?[?.]*$",
    re.IGNORECASE,
)
"""What a question says at its end of those who tell: ", sources don't agree", "what do the reports say", ", all counts"."""

_OF_PERSONS = r"(?=(?:the\s+)?(?:number\s+of\s+)?(?:dead|deaths|killed|wounded|injured|hurt|missing|casualties|victims|losses)\b)"
_DIFFERING = re.compile(
    r"^\s*(?:(?:what|which)\s+(?:are|were)\s+)?(?:the\s+)?(?:successive|different|differing|conflicting|various|rival)\s+"
    r"(?:(?P<toll>(?:death\s+)?tolls)\s+(?:(?:given|reported|claimed)\s+)?(?:for|of|at|in)\s+|(?P<date>dates)\s+(?:given\s+)?(?:for|of)\s+|"
    rf"(?:figures|counts|numbers)\s+(?:(?:given|reported|claimed)\s+)?(?:for|of|on)\s+{_OF_PERSONS}(?:the\s+number\s+of\s+)?)",
    re.IGNORECASE,
)


def without_accounts(query: str) -> str:
    """A question that asks for differing accounts, as it would be asked by one who expects a single one.

    Args:
        query: The question.

    Returns:
        "Oldtown raid toll" of "Oldtown raid toll, sources don't agree"; the query itself where it says nothing of them.
    """
    plain = _SIDE_REMARK.sub("", query)
    opens = _DIFFERING.match(plain)
    if opens is None:
        return plain
    lead = "death toll of " if opens["toll"] else "date of " if opens["date"] else "number of "
    return lead + plain[opens.end() :]


_NAMES_A_THING = re.compile(
    r"\s+(?:academ|stations?|posts?|camps?|bas(?:e|es)\b|patrol|convoy|headquarters|barracks|school|quarter|vehicle|truck|bus|column|unit|"
    r"cent(?:er|re)s?\b|hotel|resort|checkpoint|house|residence)",
    re.IGNORECASE,
)
"""What follows a word for persons that only says whose a place or thing is ("police academy")."""

_AFTER_COUNTED = re.compile(rf"(?:^|\s)(?:{AUXILIARIES}|by|that|who|whom)\b", re.IGNORECASE)
_OWN_LOSS = re.compile(r"\b(?:lose|suffer|sustain)\b", re.IGNORECASE)
"""Verbs whose subject counts its own: "how many men did the rebels lose"."""

_AFTER_NOUN = re.compile(
    rf"(?:^|\s)(?:{AUXILIARIES}|in|at|on|by|of|from|near|during|after|the)\b|{OUTCOME.pattern}", re.IGNORECASE
)


_OTHER_ASKED = re.compile(
    rf"^\W*(?:(?:in|by|from|at|on|to|of|for|with)\s+)?(?:which|what)\s+(?!(?:{AUXILIARIES}|the|accounts?|versions?|sources?|reports?)\b)"
    r"(?P<asked>[\w'’-]+(?:\s+[\w'’-]+){0,2})",
    re.IGNORECASE,
)
"""A question for something else, in which a count only says more of it: "which ministry put the number of dead at 13"."""

_OF_THE_DEAD = re.compile(
    r"\bhow\s+many\s+of\s+(?:the|those|these|its|his|her|their)\s+(?:[\w-]+\s+)??"
    r"(?P<befell>dead|killed|victims|casualties|fatalities|wounded|injured|missing)\b(?P<rest>[^?]*)",
    re.IGNORECASE,
)
"""A question for some of those whom something befell."""

_WERE_PERSONS = re.compile(
    rf"\b(?:were|was|are|is|been)\s+(?:(?!(?:by|not)\b)[\w-]+\s+){{0,2}}?(?:{PERSON.pattern})", re.IGNORECASE
)
_THINGS = re.compile(r"\bhow\s+many\s+(?P<noun>(?-i:[a-z][a-z'’-]*[a-rt-z]s))\s+(?P<next>[\w'’-]+)", re.IGNORECASE)
"""Several things asked for by the first word after "how many", with the next one."""

_GIVES = re.compile(r"send|contribute|provide|supply|give|lend|keep|host|have|train|deploy|sell|need|want|use", re.IGNORECASE)
_NO_THING = re.compile(r"\w*(?:ous|us|ss|is)|news|thousands|hundreds|dozens|millions|scores", re.IGNORECASE)


def asked_measure(query: str) -> Measure | None:
    """What a question wants counted, or None when it asks for no figure.

    Args:
        query: The question.

    Returns:
        The measure, or None.
    """
    if not _TOLL.search(query) or _asks_other(query):
        return None
    if some := _OF_THE_DEAD.search(query):
        return _of_some(some)
    outcome = OUTCOME.search(query)
    befell = str(outcome.lastgroup) if outcome else "kill" if re.search(r"\bcasualt", query, re.IGNORECASE) else ""
    named = _ASKED.search(query)
    asked = next((g for g in named.groups() if g), "") if named else query
    # the gunmen are not counted in "how many people did the gunmen kill"
    phrase = _AFTER_COUNTED.split(asked)[0] if named and not _OWN_LOSS.search(query) else asked
    counted = {str(m.lastgroup) for m in PERSON.finditer(phrase) if named or not _NAMES_A_THING.match(query, m.end())}
    if counted and counted_things(query):
        counted = set()  # "how many nations send men" counts no men
    if named and named["size"]:
        counted |= {"person"} | ({"attacker"} if re.search(r"\battack", query, re.IGNORECASE) else set())
    elif named and not counted:
        if not befell:
            return None  # things, not people: too many different numbers are said of them
        noun = content_words(_AFTER_NOUN.split(phrase)[0])
        plural = [w for w in noun if phrase[w.end - 1 : w.end] == "s"] or noun[-1:]
        if plural and outcome and _of_others(query, query.index(phrase, named.start()) + plural[-1].end, outcome):
            return None
        counted = {plural[0].stem} if plural else set()
    elif len(counted) > 1:
        counted -= {"person"}
    return Measure(frozenset(counted), befell)


def _asks_other(query: str) -> bool:
    """Whether a question asks which one, and a count only says more of it."""
    asked = _OTHER_ASKED.match(query)
    counts = asked and (
        _TOLL.search(asked["asked"]) or re.search(r"\b(?:figure|estimate|count|amount|number)\b", asked["asked"], re.IGNORECASE)
    )
    return asked is not None and not counts and not re.search(r"\bhow\s+many\b", query, re.IGNORECASE)


def _of_some(asked: re.Match[str]) -> Measure | None:
    """The measure of "how many of the dead were soldiers"; None where nothing tells those asked for from the rest."""
    persons = _WERE_PERSONS.search(asked["rest"])
    outcome = OUTCOME.search(asked["befell"])
    if persons is None or persons.lastgroup in _ANYONE:
        return None
    return Measure(frozenset({str(persons.lastgroup)}), str(outcome.lastgroup) if outcome else "kill")


def counted_things(query: str) -> str:
    """The things that a question counts by the first word after "how many".

    Args:
        query: The question.

    Returns:
        "nations" of "how many nations send men"; "" where persons are counted or the word only says which.
    """
    asked = _THINGS.search(query)
    if asked and TIME.fullmatch(f" {asked['noun']}"):
        return str(asked["noun"])
    if asked is None or not (is_past(asked["next"]) or _GIVES.fullmatch(asked["next"])):
        return ""
    noun = str(asked["noun"])
    is_noun = not (PERSON.fullmatch(noun) or OUTCOME.fullmatch(noun) or _NO_THING.fullmatch(noun) or country_of(noun))
    return noun if is_noun else ""


def _of_others(query: str, after: int, outcome: re.Match[str]) -> bool:
    """Whether an outcome is not that of the things asked for, whose noun ends at ``after``: of others after an "and" ("homes
    destroyed and people killed"), of somebody in a time that is asked for, or of who lost them ("seats did the party lose")."""
    between = query[after : outcome.start()]
    noun = query[:after].rsplit(maxsplit=1)[-1]
    joined = re.search(r"[,;]|\band\b", between)
    return bool(joined or TIME.fullmatch(noun) or (outcome.group().lower() == "lose" and between.strip()))


def is_measure_word(word: str) -> bool:
    """Whether a word only says what is counted ("killed", "soldiers", "toll", "many"), not which event is meant."""
    return bool(
        PERSON.fullmatch(word)
        or OUTCOME.fullmatch(word)
        or re.fullmatch(
            r"many|number|counts?|figures?|tolls?|casualt(?:y|ies)|sources?|size|total|altogether", word, re.IGNORECASE
        )
    )


_SAYS = re.compile(
    r"^\W*(?:\w+\s+){0,2}?(?:sa(?:id|ys?)|sp(?:oke|eaks?)|puts?|count(?:ed|s)?|g(?:ave|ives?)|report(?:ed|s)?|announced?|claim(?:ed|s)?|"
    r"told|ha[sd]|have|us(?:ed|ing)|confirmed|began|talked|list(?:ed|s)?|estimate[ds]?)\b",
    re.IGNORECASE,
)


def tells_outcome(text: str, outcome: str) -> bool:
    """Whether a sentence speaks of an outcome at all; of no outcome in particular, every sentence does."""
    return not outcome or any(match.lastgroup == outcome for match in OUTCOME.finditer(text))


def other_persons(before: str, figure: Figure, measure: Measure) -> bool:
    """Whether a figure that names nobody is said of persons other than those asked for.

    Args:
        before: The sentence up to the figure.
        figure: As found.
        measure: What the question wants counted.

    Returns:
        True when the persons last named before it are others and are not the ones who give the figure.
    """
    if figure.counted:
        return False
    named = list(PERSON.finditer(before))
    if not named or str(named[-1].lastgroup) in measure.counted | _ANYONE:
        return False
    if not measure.counted - _ANYONE and named[-1].lastgroup != "attacker":
        return False
    return not _SAYS.match(before[named[-1].end() :])
