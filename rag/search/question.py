"""Words -> Question: cleaned, its kind, the days and names it speaks of, and a follow-up made whole."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rag.errors import UsageError
from rag.reports.names import find_names
from rag.search.corrections import correct
from rag.search.followup import make_whole
from rag.search.kinds import question_kind
from rag.search.lexicon import Lexicon
from rag.search.periods import question_days
from rag.search.terms import name_forms
from rag.search.wording import as_question
from rag.settings import Understanding
from rag.types import DateRange, Filters, Question, Turn

MAX_CHARACTERS = 2000
"""Longest question answered; what is longer is a document, not a question."""

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def clean_question(text: str) -> str:
    """Normalise a question's spaces and drop control and invisible characters.

    Args:
        text: As typed.

    Returns:
        One line of text.

    Raises:
        UsageError: Nothing is left, or it is longer than ``MAX_CHARACTERS``.
    """
    kept = "".join(
        " " if character in "\t\r\n\f\v" else character
        for character in unicodedata.normalize("NFC", text)
        if character in "\t\r\n\f\v" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )
    cleaned = " ".join(kept.split())
    if not _WORD.search(cleaned):
        raise UsageError("the question is empty; ask something like: who attacked the camp in Kidal in April 2018")
    if len(cleaned) > MAX_CHARACTERS:
        raise UsageError(f"the question has {len(cleaned):,} characters, {MAX_CHARACTERS:,} at most are read; shorten it")
    return cleaned


def understand(
    text: str,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
    today: date | None = None,
    lexicon: Lexicon | None = None,
    coverage: DateRange | None = None,
    options: Understanding | None = None,
) -> Question:
    """Read a question.

    Args:
        text: As typed.
        history: Earlier turns, oldest first; used when the question cannot stand alone.
        filters: Hard limits the user set.
        today: Anchor of "last week" and the like in the question; without it they are not dated.
        lexicon: What the library knows of words and names; without it names are told by their capitals and nothing is corrected.
        coverage: First and last day the library speaks of; without it days without a year mean nothing.
        options: Which parts are switched on; all when None.

    Returns:
        The question as understood.

    Raises:
        UsageError: It is empty or too long.
    """
    cleaned = clean_question(text)
    options = options or Understanding()
    corrected, corrections = correct(cleaned, lexicon) if lexicon and options.typos else (cleaned, ())
    earlier = history if options.follow_ups else ()
    whole = make_whole(corrected, earlier, lexicon.names if lexicon and options.names else find_names)[:MAX_CHARACTERS]
    if options.wording and whole == corrected:
        whole = as_question(corrected)
    filters = filters or Filters()
    asked = question_days(whole, coverage, today)
    if asked.as_of:
        filters = replace(filters, as_of=min(asked.as_of, filters.as_of) if filters.as_of else asked.as_of)
    found = lexicon.names(whole) if lexicon and options.names else find_names(whole)
    names = tuple(dict.fromkeys(name.text for name in found))
    kind = question_kind(corrected)
    return Question(
        text=cleaned,
        query=whole,
        kind=kind if kind != "what" else question_kind(whole),
        dates=asked.dates,
        names=names,
        filters=filters,
        history=tuple(history),
        understood_as=whole if whole != cleaned else "",
        forms=tuple(name_forms(name, lexicon.book) for name in names) if lexicon else (),
        corrections=corrections,
    )
