"""Small changes to questions and contexts that make the training data look like our material and like hurried users."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import date, timedelta

from rag.reports.date_text import format_day
from rag.reports.sentences import split_sentences

_PLACES = tuple(
    "In the north|In the northeast|In the south|In the east|In the west|In the center|Outside the capital|In the capital|"
    "On the border|Along the coast|In the southeast (near the border)|In the north (outside the capital)".split("|")
)

_PAIRS = (
    "first/last before/after largest/smallest most/least north/south east/west northern/southern highest/lowest best/worst "
    "more/less increase/decrease won/lost early/late begin/end start/end began/ended started/ended minimum/maximum always/never "
    "old/new oldest/newest mother/father killed/rescued arrested/released captured/lost"
)
_OPPOSITES = {word: pair.split("/")[1 - i] for pair in reversed(_PAIRS.split()) for i, word in enumerate(pair.split("/"))}

_LEAST_LEFT = 60
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][\w'-]+(?: [A-Z][\w'-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_POLAR = re.compile(
    r"^(when|where|who|what|which \w+|how many \w+) (was|is|were|are|did|does|do|has|have|had|can|will|would) (.+?)\??$",
    re.IGNORECASE,
)


def dated_prefix(rng: random.Random) -> str:
    """An entry's opening in our reports, such as "April 6, 2018: In the north "."""
    day = date(1995, 1, 1) + timedelta(days=rng.randrange(11500))
    text = f"{format_day(day)}: "
    return text + (rng.choice(_PLACES) + ", " if rng.random() < 0.5 else "")


def hurried(question: str, rng: random.Random) -> str:
    """The question as a hurried user types it: sometimes lower-cased, without its mark, or with one typo."""
    roll = rng.random()
    if roll < 0.10:
        question = question.lower()
    if rng.random() < 0.12:
        question = question.rstrip("? ")
    if rng.random() < 0.04:
        question = typo(question, rng)
    return question


def typo(text: str, rng: random.Random) -> str:
    """The text with one letter dropped, doubled or swapped with the next, inside a word of five letters or more."""
    words = list(re.finditer(r"[a-zA-Z]{5,}", text))
    if not words:
        return text
    word = rng.choice(words)
    i = rng.randrange(word.start() + 1, word.end() - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:i] + text[i + 1 :]
    if kind == 1:
        return text[:i] + text[i] + text[i:]
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def unanswerable(question: str, other: str, rng: random.Random) -> str | None:
    """A question its own context no longer answers: a word turned to its opposite, or another text's name or number put in.

    Args:
        question: A question its context answers.
        other: Another text, to take names and numbers from.
        rng: Chooses.

    Returns:
        The changed question, or None when nothing in it can be changed.
    """
    changed: list[str] = []
    for word in re.finditer(r"[A-Za-z]+", question):
        opposite = _OPPOSITES.get(word.group())
        if opposite:
            changed.append(question[: word.start()] + opposite + question[word.end() :])
    for pattern in (_NAME, _NUMBER):
        theirs = [match.group() for match in pattern.finditer(other) if match.group() not in question]
        for match in pattern.finditer(question):
            if theirs:
                changed.append(question[: match.start()] + rng.choice(theirs) + question[match.end() :])
    return rng.choice(changed) if changed else None


def without_answer(context: str, answers: Sequence[str]) -> str | None:
    """A context without the sentences that hold an answer: still about the right thing, with the thing asked for left out.

    Args:
        context: That answers.
        answers: All answer texts.

    Returns:
        What is left, or None when that is less than ``_LEAST_LEFT`` characters or nothing had to go.
    """
    lowered = [answer.lower() for answer in answers]
    spans = split_sentences(context)
    kept = [s for s in spans if not any(answer in context[s.start : s.end].lower() for answer in lowered)]
    left = " ".join(context[s.start : s.end] for s in kept)
    return left if len(kept) < len(spans) and len(left) >= _LEAST_LEFT else None


def polar(question: str, answer: str) -> str | None:
    """A yes/no question from a question and an answer: "When was it built?" with "1990" gives "Was it built in 1990?".

    Args:
        question: One that begins with a question word and an auxiliary.
        answer: What completes it; the wrong answer makes a question whose answer is no.

    Returns:
        The question, or None when the form does not allow it.
    """
    match = _POLAR.match(question)
    if not match or len(answer.split()) > 6:
        return None
    word, auxiliary, rest = match.group(1).lower(), match.group(2), match.group(3)
    if word == "when":
        text = (
            f"{auxiliary} {rest} {'' if answer.lower().startswith(('in ', 'on ', 'at ', 'from ', 'during ')) else 'in '}{answer}"
        )
    elif word == "where":
        text = f"{auxiliary} {rest} {'' if answer.lower().startswith(('in ', 'on ', 'at ', 'from ', 'near ')) else 'in '}{answer}"
    elif word.startswith(("who", "which", "how many")):
        noun = f" {word.split()[-1]}" if word.startswith("how many") else ""
        text = f"{auxiliary} {answer}{noun} {rest}"
    elif auxiliary.lower() in ("did", "does", "do"):
        text = f"{auxiliary} {rest} {answer}"
    else:
        text = f"{auxiliary} {answer} {rest}"
    return text[0].upper() + text[1:] + "?"
