"""Two things asked for side by side: "killed in X versus killed in Y", "names of the A and the B", "who ... and the one who ...".

Each becomes a question of its own. Rules of English alone; ``coordination`` has those that a preposition opens.
"""

from __future__ import annotations

import re

from rag.answers.several.coordination import VERSUS, with_year
from rag.reports.dates import find_dates
from rag.search.kinds import AUXILIARIES, OUTCOMES, QUESTION_WORD, question_kind

_F = re.IGNORECASE
_VERSUS = re.compile(
    r"^(?:(?P<about>[^:?]{3,80}):\s+)?(?P<first>[^:?]+?),?\s+" + VERSUS + r"\s+"
    r"(?P<second>[^,?]+?)(?P<tail>,[^?]*)?$",
    _F,
)
_WHOLE = re.compile(rf"\b(?:{OUTCOMES})\b", _F)
"""What befell somebody: a side that says it can be asked for by itself."""

_THE_ONE = re.compile(
    r"^(?P<lead>.*?\b(?:the|which|what)\s+[\w'’-]+(?:\s+[\w'’-]+){0,4}?)\s+(?P<first>(?:who|whom|that|which)\s+.+?),?\s+"
    r"and\s+(?:the|that|which)\s+(?:one|other)\s+(?P<second>(?:who|whom|that|which)\s+.+)$",
    _F,
)
_OF_BOTH = re.compile(
    r"^(?:(?:(?:what|which)\s+(?:are|were)\s+(?:the\s+)?|give\s+(?:me\s+)?(?:the\s+)?|the\s+)?)"
    r"(?P<asked>names|dates|days|places|locations|sizes|tolls|leaders|nationalities)\s+of\s+"
    r"(?P<first>the\s+.+?),?\s+and\s+(?:of\s+)?(?P<second>the\s+.+)$",
    _F,
)
_SCENE = re.compile(
    r"^[^?]*?\b(?:were|are|had|saw|was|is)\s+(?P<first>the\s+[^.?]+?)\s+and\s+(?P<second>the\s+[^.?]+?)\.\s+"
    r"(?P<ask>(?:who|what|which|where|when|how)\b[^?]*?)\s+each\b(?P<rest>[^?]*)$",
    _F,
)
_CHANGE = re.compile(
    r"^(?P<before>.*?)\bhow\s+(?:did|has|have|had)\s+(?P<asked>.{1,80}?)\s+(?:changed?|developed?|gr[eo]wn?|r[io]sen?|f[ae]ll(?:en)?|shr[iau]nk|"
    r"evolved?|varied|vary)\s+(?:between|from)\s+(?P<first>.{1,60}?)\s+(?:and|to)\s+(?P<second>.{1,60})$",
    _F,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATED_PAIR = re.compile(r"^(?P<head>[^,?:]{6,}?)[,:]\s+(?P<first>[^,?]+?)\s+and\s+(?P<second>[^,?]+)$", _F)
_MOST_WORDS = 6
"""Words of one of two dated things after a comma: "may 2017 raid and october 2017 raid"."""

_COMPARES = re.compile(r"\b(?:more|fewer|less|than|those|why)\b", _F)
_SUBJECT = re.compile(rf"\b(?:{AUXILIARIES})\s+(?:the|which|what)\b[^,]*$", _F)
_TAIL = re.compile(r"\b(?:in|at|on|near|of|from|by|with|to|for|against|between|outside|around)\s+\S+(?:\s+\S+){0,3}$", _F)
"""A noun after a preposition at the end, to which what follows "and" may belong."""

_DESCRIBES = re.compile(r"(?:[a-z]+ed|built|held|led|lost|hit|between|from|since|after|before)\b", _F)


def paired(query: str) -> list[tuple[str, str]]:
    """The questions that a question for two things side by side stands for.

    Args:
        query: As understood.

    Returns:
        Two questions, each with what sets it apart; nothing where it asks for one.
    """
    text = query.strip().rstrip("?!. ")
    if question_kind(text) == "yes_no":
        return []
    for found in (_versus(text), _the_one(text), _of_both(text), _of_scene(text), _changed(text), _dated(text)):
        if found:
            return found
    return []


def _versus(text: str) -> list[tuple[str, str]]:
    match = _VERSUS.match(text)
    if match is None or _COMPARES.search(text):
        return []
    if not all(_WHOLE.search(match[side]) and len(match[side].split()) > 2 for side in ("first", "second")):
        return []
    about = f", {match['about']}" if match["about"] else ""
    return [(f"{with_year(match[side], text)}{about}", match[side]) for side in ("first", "second")]


def _the_one(text: str) -> list[tuple[str, str]]:
    match = _THE_ONE.match(text)
    if match is not None and _SUBJECT.search(match["lead"]):
        return []  # "when were the man who ... and the one who ... caught": the verb belongs to both
    return [(f"{match['lead']} {match[side]}?", match[side]) for side in ("first", "second")] if match else []


def _of_both(text: str) -> list[tuple[str, str]]:
    match = _OF_BOTH.match(text)
    if match is None or min(len(match[side].split()) for side in ("first", "second")) < 3:
        return []
    tail = _TAIL.search(match["first"])
    if tail is not None and not find_dates(tail[0]):
        return []  # "the groups in the north and the east"
    if match["asked"].lower() in ("days", "dates"):
        return [(f"when was {match[side]}?", match[side]) for side in ("first", "second")]
    if match["asked"].lower() == "leaders":
        return [(f"who was the leader of {match[side]}?", match[side]) for side in ("first", "second")]
    asked = re.sub(r"ies$", "y", match["asked"]) if match["asked"].endswith("ies") else match["asked"].removesuffix("s")
    return [(f"what was the {asked} of {match[side]}?", match[side]) for side in ("first", "second")]


def _of_scene(text: str) -> list[tuple[str, str]]:
    match = _SCENE.match(text)
    return [(f"{match['ask']} {match[side]}{match['rest']}?", match[side]) for side in ("first", "second")] if match else []


def _changed(text: str) -> list[tuple[str, str]]:
    match = _CHANGE.match(text)
    if match is None:
        return []
    found = []
    sides = match["first"], match["second"]
    if all(_YEAR.fullmatch(side) for side in sides) and sides[0] >= sides[1]:
        return []  # "from 2000 to 1950" of something
    for side in sides:
        days = find_dates(f"in {side}" if _YEAR.fullmatch(side) else side)
        if len(days) != 1 or len(days[0].text) < len(re.sub(r"^the\s+", "", side.strip())):
            return []
        found.append((f"{match['before']}what was {match['asked']} {'on' if days[0].range.is_day else 'in'} {side}?", side))
    return found


def _dated(text: str) -> list[tuple[str, str]]:
    match = _DATED_PAIR.match(text)
    if match is None or find_dates(match["head"]) or QUESTION_WORD.search(text):
        return []
    if any(_DESCRIBES.match(match[side]) for side in ("first", "second")):
        return []
    if any(len(match[side].split()) > _MOST_WORDS or len(find_dates(match[side])) != 1 for side in ("first", "second")):
        return []
    # days alone are taken apart with the years they share
    if any(find_dates(match[side])[0].text == match[side].strip() for side in ("first", "second")):
        return []
    return [(f"{match['head']}, {match[side]}", match[side]) for side in ("first", "second")]
