"""Sentence boundaries by rule: fast, with no model, careful with abbreviations, initials, decimals and quotes.

A sentence ends at ``.``, ``!``, ``?`` or an ellipsis, with the quotes and brackets that close after it, where white space
and a new beginning follow; at a blank line; and at a line that is a list item of its own. A single line end does not end one
(texts from PDF are wrapped).
"""

from __future__ import annotations

import re

from rag.types import Span

_CLOSERS = "\"'”’»)]"
_END = re.compile(
    # possessive and never begun inside a run: a line of a million dots must stay linear
    rf"(?<![.!?…])(?P<stop>[.!?…]++)(?P<close>[{re.escape(_CLOSERS)}]{{0,3}})(?=(?P<space>\s{{1,8}})(?P<next>\S))"
    r"|(?P<blank>\n[ \t\r\f\v\xa0]*+\n)|(?P<item>\n(?=[ \t]{0,8}(?:[-*•–]|\d{1,2}[.)])\s))"
)
_TITLES = frozenset(
    "mr mrs ms dr prof gen col maj capt lt cmdr adm sgt cpl brig sen rep gov pres hon rev fr st ste mt ft sr jr gens cols mm mme "
    "no nos vs art fig sec para pp vol ed eds approx ca cf al dept univ".split()
)
"""Never end a sentence when a word follows."""
_MAYBE = frozenset(
    "etc inc ltd co corp bros jan feb mar apr jun jul aug sep sept oct nov dec km kg a.m p.m u.s u.n e.u u.k d.c u.s.a e.g "
    "i.e".split()
)
"""End a sentence only when what follows clearly begins one."""
_NEVER = frozenset("e.g i.e a.k.a viz incl".split())
_STARTERS = frozenset(
    "the a an in on at it he she they we this that these those there but and or so as after before when while since if for "
    "from by with "
    "no not most many some several all both two three four five six seven eight nine ten its his her their our one another other "
    "what who where why how however meanwhile although despite during until although because then now also only even such "
    "each any".split()
)
_WORD_BEFORE = re.compile(r"[^\s(\[\"“‘«]{1,24}\Z")


def split_sentences(text: str, base: int = 0) -> list[Span]:
    """Split a text into sentences.

    Args:
        text: Any text.
        base: Added to every offset, for a text that is a piece of a longer one.

    Returns:
        Spans in order, not overlapping, trimmed of white space, together covering every other character.
    """
    spans: list[Span] = []
    start = 0
    for match in _END.finditer(text):
        if match["stop"] and not _ends(text, match):
            continue
        _add(spans, text, start, match.end(), base)
        start = match.end()
    _add(spans, text, start, len(text), base)
    return spans


def _add(spans: list[Span], text: str, start: int, end: int, base: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        first = start + len(piece) - len(piece.lstrip())
        spans.append(Span(base + first, base + first + len(stripped)))


def _ends(text: str, match: re.Match[str]) -> bool:
    following = match["next"]
    if following.islower():
        # "Mr. Smith said." she added: lower case never begins a sentence here
        return False
    if match["stop"] != "." or match["close"]:
        return True
    before = text[max(0, match.start() - 24) : match.start()]
    found = _WORD_BEFORE.search(before)
    word = found[0].lower() if found else ""
    if following.isdigit() and word in ("no", "nos", "art", "sec", "fig", "p", "pp", "vol", "para", "ca", "approx"):
        return False
    if word in _NEVER:
        return False
    if word == "no":
        return True
    if word in _TITLES:
        return False
    single_letter = len(word) == 1 and word.isalpha() and found is not None and found[0].isupper()
    if single_letter or word in _MAYBE or re.fullmatch(r"(?:[a-z]\.)+[a-z]", word):
        return _begins(text, match)
    return not (word.isdigit() and len(word) <= 2 and _list_number(text, match.start() - len(word)))


def _begins(text: str, match: re.Match[str]) -> bool:
    """Whether the word after an abbreviation is one that opens sentences ("U.S. The", not "U.S. Army")."""
    at = match.end() + len(match["space"])
    word = re.match(r"[^\W\d_]+", text[at : at + 16])
    return ("\n" in match["space"] and match["space"].count("\n") > 1) or (word is not None and word[0].lower() in _STARTERS)


def _list_number(text: str, at: int) -> bool:
    """Whether the number at ``at`` stands alone at the start of its line, as in a numbered list."""
    line = text.rfind("\n", max(0, at - 12), at)
    return not text[line + 1 : at].strip() if line >= 0 else at <= 8 and not text[:at].strip()
