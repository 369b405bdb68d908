"""The short answer in a sentence that answers: an expression completed to its whole, a date worked out, yes or no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answers.deeds import is_past
from rag.answers.evidence import FEATURES, ScoredSentence, Value, restates
from rag.answers.figures import PERSON, counted_stems, find_figures
from rag.answers.measures import asked_measure, fits
from rag.answers.places import place_told
from rag.answers.spans import NUMBER, QUANTITY, UNIT, is_place
from rag.answers.times.clock import WEEKDAY, find_hour, weekday
from rag.answers.times.when import day_told_beside
from rag.answers.verdict import contradicts
from rag.answers.words import content_words, related, stem
from rag.reports.countries import country_of
from rag.reports.date_text import format_range
from rag.reports.names import find_names, fold
from rag.search.kinds import asks_hour, asks_weekday
from rag.search.terms import holds, without_title
from rag.types import DateMention, DateRange, Question, Span

_NAMES = FEATURES.index("names")
_MONTH_DAYS = 31
_LOOKED_AT = 5
_NEAR = 2.5
"""Scores below the best one within which a sentence still tells the same event: a twelfth as likely."""

_ASKS_EXACT = re.compile(r"\bexact(?:ly)?\b|\bprecise(?:ly)?\b|\b(?:which|what)\s+day\b", re.IGNORECASE)
_LOOKED_AT_EXACT, _NEAR_EXACT = 20, 6.0
"""The same where the exact day is asked for: a week or a month is then hardly an answer."""

_EXPLAINS = re.compile(r"\b[A-Z][A-Z.&-]+\s+\($")
_GOES_ON = re.compile(r"(?:\s+(?:[A-Z][\w'’-]*|of|in|the|for|and|du|de|la|al))+")
"""How a name goes on."""

_COUNTS = re.compile(r"\bhow\s+many\s+(?!of\b)(?P<first>[\w'’-]+)(?:\s+(?P<second>[\w'’-]+))?", re.IGNORECASE)
_ANYBODY = re.compile(r"people|persons?|m[ae]n|members?|victims?|lives", re.IGNORECASE)
_SEVERAL = re.compile(r"\s+(?:[a-z-]+\s+)?(?P<noun>[a-z]+s|men|women|people|police|children)\b(?!\s+(?:of|were|was)\b)")
_JOINED = re.compile(r"\s+(?:[\w'’-]+\s+){0,2}[\w'’-]+\s*(?:,|(?:,\s+)?\s(?:and|or|plus|with))\s+", re.IGNORECASE)
"""What stands between two counts of one list: "100 civilians and five armed men"."""

_OUT_OF = re.compile(r"\bof\s+(?:the\s+)?$", re.IGNORECASE)
_AND_UNIT = re.compile(r"\s+and\s+(?:a\s+half|[\w-]+\s+(?:minutes?|hours?|days?|weeks?|months?|years?))\b", re.IGNORECASE)
"""What goes on with a measure: "two years and six weeks"."""

_TRIM = " \t\n,;:."


def find_value(question: Question, sentence: ScoredSentence) -> Value:
    """The short answer that a sentence gives.

    Args:
        question: As understood.
        sentence: An answering sentence, with what rules and reader found in it.

    Returns:
        The value; never empty.
    """
    if question.kind == "yes_no":
        return Value("No" if contradicts(question.query, sentence.text) else "Yes")
    if question.kind == "when":
        return _when(question, sentence)
    if question.kind in ("how_many", "how_much"):
        return _number(question, sentence)
    if question.kind == "where" and (place := place_told(question, sentence)):
        return place
    if question.kind == "who" and sentence.read is not None and _is_nobody(question, sentence, sentence.read):
        if doer := _doer_inside(question, sentence, sentence.read):
            return _explained(sentence, doer)
        named = sentence.candidate
        if named is not None and not _is_nobody(question, sentence, named.span):
            return _explained(sentence, named.span)
    if sentence.read is not None:
        return _read(sentence, sentence.read)
    if question.kind == "what":
        return Value(_what(question, sentence))
    if sentence.candidate is not None:
        return Value(sentence.candidate.text, sentence.candidate.span)
    return Value(sentence.text.strip())


def _read(sentence: ScoredSentence, span: Span) -> Value:
    """The reader's span without loose punctuation, completed where it cuts a number or a date."""
    passage = sentence.retrieved.passage
    for mention in passage.dates:
        if mention.start < span.end and span.start < mention.end and sentence.span.start <= mention.start:
            span = Span(min(span.start, mention.start), max(span.end, mention.end))
    for number in _numbers(sentence):
        if number.start < span.end and span.start < number.end:
            span = Span(min(span.start, number.start), max(span.end, number.end))
    text = sentence.slice(span)
    left, right = len(text) - len(text.lstrip(_TRIM)), len(text.rstrip(_TRIM))
    if left >= right:
        return Value(sentence.text.strip())
    pointed = Span(span.start + left, span.start + right)
    explained = _whole_name(sentence, pointed)
    span = explained if explained != pointed else _with_names(sentence, pointed)
    if text.count("(") > text.count(")") and sentence.slice(Span(span.start, span.end + 1)).endswith(")"):
        span = Span(span.start, span.end + 1)
    return Value(sentence.slice(span), span)


def _with_names(sentence: ScoredSentence, span: Span) -> Span:
    """A span that cuts a name grown to the whole of it: "Ada" of "Ada Sol" is nobody."""
    for name in find_names(sentence.text):
        end = sentence.span.start + name.end
        start = end - len(without_title(name.text))
        if start < span.start < end or start < span.end < end:
            span = Span(min(span.start, start), max(span.end, end))
    return span


def _whole_name(sentence: ScoredSentence, span: Span) -> Span:
    """A span that is but the opening of what explains a short name is that name, as explained: "Islamic State" in "ISGS (Islamic
    State in the Greater Sahara)"."""
    text, base = sentence.text, sentence.span.start
    start, end = span.start - base, span.end - base
    short, close = _EXPLAINS.search(text[:start]), text.find(")", end)
    if short is None or close <= end or not _GOES_ON.fullmatch(text[end:close]):
        return span
    return Span(base + short.start(), base + close + 1)


def _explained(sentence: ScoredSentence, span: Span) -> Value:
    """A name with the short one before it that it explains: "ISGS (Islamic State in the Greater Sahara)"."""
    base = sentence.span.start
    short = _EXPLAINS.search(sentence.text[: span.start - base])
    if short and sentence.text[span.end - base :].startswith(")"):
        span = Span(base + short.start(), span.end + 1)
    return Value(sentence.slice(span), span)


def _is_nobody(question: Question, sentence: ScoredSentence, span: Span) -> bool:
    """Whether words of a sentence cannot be who is asked for: a name the question gives itself (who did something to somebody is
    not that somebody), or a place."""
    return restates(question, sentence.slice(span)) or is_place(sentence.text, span.start - sentence.span.start)


def _doer_inside(question: Question, sentence: ScoredSentence, span: Span) -> Span | None:
    """The first name in a span that is neither the question's own, nor a country's or its people's, nor a place."""
    base = sentence.span.start
    for name in find_names(sentence.text):
        own = Span(base + name.start, base + name.end)
        if span.start <= own.start < span.end and not country_of(name.text) and not _is_nobody(question, sentence, own):
            return own
    return None


def most_exact(question: Question, scored: Sequence[ScoredSentence]) -> ScoredSentence:
    """For *when*: the sentence that tells the day where the best one tells only its week or month.

    Args:
        question: As understood.
        scored: Sentences, best first; at least one.

    Returns:
        The best sentence, or one nearly as good with a day inside the days of the best and all names that it holds.
    """
    told = _told(scored[0])
    if told is None or not 1 < told.range.days <= _MONTH_DAYS:
        return scored[0]
    forms = [known for known in question.forms if _holds(scored[0], known)]
    exactly = _ASKS_EXACT.search(question.query)
    most, reach = (_LOOKED_AT_EXACT, _NEAR_EXACT) if exactly else (_LOOKED_AT, _NEAR)
    for sentence in scored[1:most]:
        day = _told(sentence)
        # another event has its day too: further off only what tells of the same names
        of_same = bool(question.names) and sentence.features[_NAMES] >= scored[0].features[_NAMES]
        near = sentence.score >= scored[0].score - (reach if of_same else _NEAR)
        if near and day and day.range.is_day and told.range.contains(day.range) and all(_holds(sentence, f) for f in forms):
            return sentence
    return scored[0]


def _holds(sentence: ScoredSentence, forms: Sequence[str]) -> bool:
    text = fold(sentence.text)
    return any(holds(text, form) for form in forms)


def _told(sentence: ScoredSentence) -> DateMention | None:
    """The date in a sentence that answers *when*: where the reader points, else where the rules do."""
    inside = sentence.retrieved.passage.dates_in(sentence.span)
    if sentence.read is not None:
        met = [d for d in inside if d.start < sentence.read.end and sentence.read.start < d.end]
        if met:
            return met[0]
    if sentence.candidate is not None:
        return next((d for d in inside if d.start == sentence.candidate.span.start), None)
    return None


def _when(question: Question, sentence: ScoredSentence) -> Value:
    passage = sentence.retrieved.passage
    if asks_hour(question.query):
        at, base = sentence.read or sentence.span, sentence.span.start
        if hour := find_hour(sentence.text, at.start - base, at.end - base):
            span = Span(base + hour[0], base + hour[1])
            return Value(sentence.slice(span), span)
    beside, told, by_weekday = day_told_beside(question, sentence), _told(sentence), asks_weekday(question.query)
    if by_weekday and not beside and not (told and told.range.is_day) and (named := WEEKDAY.search(sentence.text)):
        return Value(named.group(), Span(sentence.span.start + named.start(), sentence.span.start + named.end()))
    if beside:
        return Value(_day(question, beside.on), beside.span)
    if told:
        return Value(_day(question, told.range), Span(told.start, told.end)) if by_weekday else _dated(told)
    if passage.on is not None:
        return Value(_day(question, passage.on))
    return _read(sentence, sentence.read) if sentence.read is not None else Value(sentence.text.strip())


def _day(question: Question, day: DateRange) -> str:
    """A day in words, with its weekday where that is asked for."""
    name = weekday(day) if asks_weekday(question.query) else ""
    return f"{name}, {format_range(day)}" if name else format_range(day)


def _dated(mention: DateMention) -> Value:
    """A date as written when that says it all, else the days it means ("the next day" tells a reader nothing)."""
    span, days = Span(mention.start, mention.end), format_range(mention.range)
    if mention.kind != "relative" and re.search(r"\b(?:19|20)\d\d\b", mention.text):
        return Value(mention.text, span)
    # "the middle of November" says more than the days it is taken for
    vague = " to " in days and not re.search(r"\d", mention.text)
    return Value(f"{' '.join(mention.text.split())} ({days})" if vague else days, span)


def _number(question: Question, sentence: ScoredSentence) -> Value:
    """The number the reader points at, with its qualifier, and with its unit where a measure is asked for; else the words that
    tell as much without one ("no soldiers", "a week"). The rules' number stands in only where the reader points at neither."""
    if sentence.read is not None:
        read = _of_what_is_counted(question, sentence, sentence.read)
        for number in _numbers(sentence):
            if number.start < read.end and read.start < number.end:
                text, base = sentence.text, sentence.span.start
                unit = UNIT.match(text, number.end - base) if question.kind == "how_much" else None
                more = _AND_UNIT.match(text, unit.end()) if unit else None
                number = Span(number.start, base + (more or unit).end()) if unit else number
                return Value(sentence.slice(number), number)
        if QUANTITY.search(sentence.slice(read)) or not _stands_in(question, sentence):
            return _read(sentence, read)
    if sentence.candidate is not None:
        return Value(sentence.candidate.text, sentence.candidate.span)
    return Value(sentence.text.strip())


def _of_what_is_counted(question: Question, sentence: ScoredSentence, read: Span) -> Span:
    """The one number of a sentence before what the question counts, where the number that the reader points at counts something
    else in so many words: "some 100 civilians and five armed men" has a hundred civilians. A number alone may well be of them."""
    measure = asked_measure(question.query)
    asked = None if question.kind != "how_many" or (measure and measure.outcome) else _COUNTS.search(question.query)
    noun = (
        next((w for w in (asked["first"], asked["second"]) if w and (w.endswith("s") or PERSON.fullmatch(w))), "")
        if asked
        else ""
    )
    if not noun or (PERSON.fullmatch(noun) and _ANYBODY.fullmatch(noun)):
        return read
    numbers, text, base = _numbers(sentence), sentence.text, sentence.span.start
    met = [n for n in numbers if n.start < read.end and read.start < n.end]
    others = _SEVERAL.match(text, met[0].end - base) if len(met) == 1 else None
    known = {w.stem for w in content_words(question.query)}
    if others is None or known & {w.stem for w in content_words(others.group())} or is_past(others["noun"]):
        return read
    counted = [n for n in numbers if stem(noun) in counted_stems(text, n.start - base, n.end - base)]
    right = [n for n in counted if not _OUT_OF.search(text[: n.start - base])]
    if len(right) != 1:
        return read
    first, second = sorted((right[0], met[0]), key=lambda n: n.start)
    return right[0] if _JOINED.fullmatch(text, first.end - base, second.start - base) else read


def _stands_in(question: Question, sentence: ScoredSentence) -> bool:
    """Whether the number that the rules find may be the one asked for: nothing it counts goes against the question."""
    if sentence.candidate is None or question.kind != "how_many":
        return False  # a measure is told with its unit, which the rules do not compare
    measure = asked_measure(question.query)
    start, end = (at - sentence.span.start for at in (sentence.candidate.span.start, sentence.candidate.span.end))
    figures = [f for f in find_figures(sentence.text, sentence.dates) if f.start < end and start < f.end] if measure else []
    return max((fits(measure, f, sentence.text) for f in figures if measure), default=0.5) > 0


def _numbers(sentence: ScoredSentence) -> list[Span]:
    """Number expressions of a sentence that are not parts of its dates, stored-text offsets."""
    base = sentence.span.start
    spans = [Span(base + m.start(), base + m.end()) for m in NUMBER.finditer(sentence.text)]
    dates = sentence.retrieved.passage.dates
    return [s for s in spans if not any(d.start < s.end and s.start < d.end for d in dates)]


def _what(question: Question, sentence: ScoredSentence) -> str:
    """For "what": the clause of the sentence that the question does not already say, else the sentence."""
    asked = frozenset(w.stem for w in content_words(question.query))
    text = sentence.text
    words = content_words(text)
    known = [related(w.stem, asked) > 0 for w in words]
    if not any(known) or all(known):
        return text.strip()
    # The longest run of words the question does not hold, next to one it does.
    runs: list[tuple[int, int]] = []
    start = None
    for i, is_known in enumerate([*known, True]):
        if not is_known and start is None:
            start = i
        elif is_known and start is not None:
            runs.append((start, i))
            start = None
    first, last = max(runs, key=lambda run: (run[1] - run[0], -run[0]))
    return text[words[first].start : words[last - 1].end].strip(" ,;:.")
