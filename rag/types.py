"""The data that travels between the rooms: frozen, slotted, standard library only.

All offsets are 0-based character positions in the stored text of a report, end exclusive, so that
``report.text[start:end]`` is the passage, entry or quotation meant. Dates are ``datetime.date``; ranges include both ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

NO_ANSWER = "The reports do not say."
"""The one sentence that means "no answer": in prompts, in answers, in tests."""

NOT_SUPPORTED = "(not supported by the reports)"
"""Stands after each sentence of a language model that the passages it cites do not carry."""

Day = date
"""The type ``date`` under a name that no field of the same name hides."""

DateKind = Literal["absolute", "partial", "range", "relative"]
ReportFormat = Literal["txt", "md", "html", "pdf", "docx"]
ReportState = Literal["pending", "ready", "removing"]


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """A span of days, both ends included; a single day has ``start == end``."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"date range ends before it starts: {self.start} .. {self.end}")

    @property
    def is_day(self) -> bool:
        return self.start == self.end

    @property
    def days(self) -> int:
        """Number of days covered, at least 1."""
        return (self.end - self.start).days + 1

    def overlaps(self, other: DateRange) -> bool:
        return self.start <= other.end and other.start <= self.end

    def contains(self, other: DateRange) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date expression found in a text, with its place there and what it means.

    Attributes:
        start: First character of the expression.
        end: One past its last character.
        text: The expression as written.
        range: The days it means.
        kind: How it was understood; "relative" ones were resolved against an anchor date.
    """

    start: int
    end: int
    text: str
    range: DateRange
    kind: DateKind


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of a report's stored text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A dated part of a report, or a section of a document that is no dated report.

    Attributes:
        index: Position in the report, 0-based, in the order of the text.
        start: First character (the date that opens it included).
        end: One past its last character.
        on: The days its opening date means; the document's own date for sections; None when there is neither.
        place: The place named at its opening ("Kidal"), or "".
        heading: The section heading of an undated document, or "".
        is_lead: True for the analytical opening of a dated report.
    """

    index: int
    start: int
    end: int
    on: DateRange | None = None
    place: str = ""
    heading: str = ""
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A source document as stored.

    Attributes:
        id: Deterministic, from file name and content.
        name: File name as added; the name users and answer rows see.
        title: Headline or document title; the file name without its ending when it has none.
        country: Country of the headline ("Mali" of "Mali: The ..."), or "".
        published_on: The report's own date, or None.
        text: The stored text that every offset refers to.
        entries: In the order of the text, not overlapping.
        furniture: Site furniture: kept in the text, never indexed.
        format: What the bytes were.
        sha256: Of the original bytes, lower-case hexadecimal.
        size: Of the original, in bytes.
    """

    id: str
    name: str
    title: str
    country: str
    published_on: date | None
    text: str
    entries: tuple[Entry, ...]
    furniture: tuple[Span, ...]
    format: ReportFormat
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The retrievable piece: a character span inside one entry of one report.

    Attributes:
        id: Deterministic, ``<report id>-<start>-<end>``.
        report_id: Of the report.
        report: File name of the report.
        title: Of the report.
        country: Of the report, or "".
        published_on: The report's own date, or None.
        entry: Index of the entry it lies in.
        on: Days of that entry, or None.
        place: Place of that entry, or "".
        is_lead: Whether the entry is the lead.
        start: In the report's stored text.
        end: One past the last character.
        text: ``report.text[start:end]``.
        sentences: Spans of its sentences, in the report's stored text.
        dates: Date expressions inside it, offsets in the report's stored text.
    """

    id: str
    report_id: str
    report: str
    title: str
    country: str
    published_on: Day | None
    entry: int
    on: DateRange | None
    place: str
    is_lead: bool
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...] = ()
    dates: tuple[DateMention, ...] = ()

    @property
    def date(self) -> Day | None:
        """The date shown for it: the entry's (its last day), else the report's."""
        return self.on.end if self.on else self.published_on

    def dates_in(self, span: Span) -> list[DateMention]:
        """Its date expressions that stand whole inside a span of the report's stored text."""
        return [d for d in self.dates if span.start <= d.start and d.end <= span.end]


@dataclass(frozen=True, slots=True)
class Filters:
    """Hard limits the user set; nothing outside them is ever shown.

    Attributes:
        since: Keep passages whose event or entry dates reach this day or later.
        until: Keep passages whose event or entry dates begin on this day or earlier.
        as_of: Keep only what was reported on this day or earlier (entry date and report date).
        reports: File names or ids; empty means all.
        countries: Country names; empty means all.
    """

    since: Day | None = None
    until: Day | None = None
    as_of: Day | None = None
    reports: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self == Filters()


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A word of a question taken for a typing error: as typed, and as the reports write it."""

    typed: str
    used: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood.

    Attributes:
        text: As asked, cleaned of control characters.
        query: The text sent to the indexes: follow-ups made whole, framing words kept.
        kind: What it asks for ("who", "when", "where", "how_many", "why", "yes_no", "what", ...).
        dates: Days it speaks of.
        names: Names and acronyms it speaks of, as written.
        filters: Hard limits.
        history: Earlier turns of the conversation, oldest first.
        understood_as: The question made whole and its typing errors corrected when that differs from ``text``, else "".
        forms: For each name every form, folded, under which reports may hold it (acronym, long name, other spellings, the forms
            of a country), its own first; empty when nothing is known beyond the names themselves.
        corrections: Typing errors corrected in ``query``, in their order.
    """

    text: str
    query: str
    kind: str = "what"
    dates: tuple[DateMention, ...] = ()
    names: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    history: tuple[Turn, ...] = ()
    understood_as: str = ""
    forms: tuple[tuple[str, ...], ...] = ()
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage with its place in a ranking.

    Attributes:
        passage: The passage.
        rank: 1-based.
        score: Higher is better; comparable within one question.
        parts: What the score is made of, by name ("dense", "lexical", "sentence", "date", "name", "kindred").
        best_sentence: The sentence of the passage nearest to the question, or None.
    """

    passage: Passage
    rank: int
    score: float
    parts: dict[str, float] = field(default_factory=dict)
    best_sentence: Span | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A claim's quotation: ``report.text[start:end] == quote``, always.

    Attributes:
        number: The ``n`` of the mark ``[n]`` in the answer, 1-based.
        report: File name of the report.
        report_id: Of the report.
        title: Of the report.
        date: Of the entry quoted, else of the report, or None.
        published_on: The report's own date, or None.
        quote: Verbatim.
        start: In the report's stored text.
        end: One past the last character.
        passage_id: The passage it lies in.
        happened: The days the quote itself tells of where they are not the entry's ("in 2017" in an entry of 2018), else None.
    """

    number: int
    report: str
    report_id: str
    title: str
    date: Day | None
    published_on: Day | None
    quote: str
    start: int
    end: int
    passage_id: str
    happened: DateRange | None = None

    def to_row(self) -> dict[str, Any]:
        """The citation as it stands in answer rows."""
        return {
            "number": self.number,
            "report": self.report,
            "title": self.title,
            "date": self.date.isoformat() if self.date else None,
            "published_on": self.published_on.isoformat() if self.published_on else None,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "passage_id": self.passage_id,
            "happened": [self.happened.start.isoformat(), self.happened.end.isoformat()] if self.happened else None,
        }


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One event in time, told by one report or several.

    Attributes:
        on: Days of the event.
        text: The sentence that tells it, verbatim.
        place: Place of its entry, or "".
        citations: Every telling, the earliest report first, numbered from 1.
    """

    on: DateRange
    text: str
    place: str
    citations: tuple[Citation, ...]

    def to_row(self) -> dict[str, Any]:
        """The row of ``rag timeline --json``."""
        return {
            "from": self.on.start.isoformat(),
            "to": self.on.end.isoformat(),
            "text": self.text,
            "place": self.place,
            "citations": [c.to_row() for c in self.citations],
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check of one sentence, written by a language model, against the passages it cites came to.

    Attributes:
        start: First character of the sentence in ``Answer.answer``.
        end: One past its last, its marks included, ``NOT_SUPPORTED`` after it excluded; equal to ``start`` for a sentence that
            was left out of the answer.
        citations: Numbers of the citations it stands on; empty when nothing carries it.
        supported: Whether the cited passages say it.
        problems: What they do not say, a phrase each ("the number 12", "no passage is cited"); empty when supported.
        similarity: Nearness in content to the passages, 0 to 1.
        left_out: The sentence's words, where it was left out of the answer; else "".
    """

    start: int
    end: int
    citations: tuple[int, ...]
    supported: bool
    problems: tuple[str, ...] = ()
    similarity: float = 0.0
    left_out: str = ""

    def to_row(self, answer: str) -> dict[str, Any]:
        """The verdict as it stands in answer rows, with its sentence: cut from the answer's text, or what was left out of it."""
        return {
            "sentence": self.left_out or answer[self.start : self.end],
            "start": self.start,
            "end": self.end,
            "citations": list(self.citations),
            "supported": self.supported,
            "problems": list(self.problems),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant says, with everything needed to check it.

    Attributes:
        question: As understood.
        answer: One to a few sentences with ``[n]`` marks; for an abstention ``NO_ANSWER`` and the nearest evidence.
        short_answer: The span or composed value; "" when abstained.
        abstained: True when the reports do not say.
        reason: Why it abstained, or a remark about how the answer was made; "" when there is nothing to say.
        confidence: 0 to 1.
        citations: In the order of their numbers. For an abstention, the nearest evidence.
        passages: What was retrieved, best first.
        seconds: From question to answer.
        highlights: Inside the cited quotes, the spans that are the short answer (stored-text offsets, by citation number).
        timings: Seconds by stage ("understand", "retrieve", "read", "answer").
        verdicts: One for each sentence a language model wrote, in order; empty for quotations, which need none.
    """

    question: Question
    answer: str
    short_answer: str
    abstained: bool
    reason: str
    confidence: float
    citations: tuple[Citation, ...]
    passages: tuple[RetrievedPassage, ...]
    seconds: float
    highlights: tuple[tuple[int, Span], ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()

    def to_row(self, question_id: str | int | None = None) -> dict[str, Any]:
        """The answer row of the command line and the HTTP interface (keys are stable; scripts depend on them)."""
        return {
            "id": question_id,
            "question": self.question.text,
            "answer": self.answer,
            "short_answer": self.short_answer,
            "abstained": self.abstained,
            "reason": self.reason,
            "confidence": round(self.confidence, 4),
            "understood_as": self.question.understood_as,
            "corrections": [{"typed": c.typed, "used": c.used} for c in self.question.corrections],
            "citations": [c.to_row() for c in self.citations],
            "verdicts": [v.to_row(self.answer) for v in self.verdicts],
            "passages": [
                {
                    "rank": r.rank,
                    "report": r.passage.report,
                    "date": r.passage.date.isoformat() if r.passage.date else None,
                    "text": r.passage.text,
                    "score": round(r.score, 6),
                    "passage_id": r.passage.id,
                }
                for r in self.passages
            ],
            "seconds": round(self.seconds, 4),
        }
