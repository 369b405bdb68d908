"""Answers with no language model: the sentences that answer, verbatim, each with its mark; or an honest refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.answers.citations import cite, nearest
from rag.answers.evidence import DEFAULT_MODEL, LogisticModel, ScoredSentence, name_share, score_sentences
from rag.answers.words import content_words, related
from rag.settings import Answering
from rag.types import NO_ANSWER, Answer, Citation, DateRange, Question, RetrievedPassage, Span

_NEGATION = frozenset("no not never none neither nor without denied cannot n't failed".split())
_MULTIPLE = frozenset(("list", "why", "what", "how", "who"))


class ExtractiveAnswerer:
    """Composes an answer from sentences of the retrieved passages.

    Args:
        encode: Turns texts into unit vectors, shape (n, dim).
        sentence_vectors: Stored sentence vectors by passage id.
        idf: Weight of a word, higher for rarer ones.
        settings: Number of sentences and the threshold.
        model: Probability of an answering sentence.
    """

    def __init__(
        self,
        encode: Callable[[Sequence[str]], NDArray[np.float32]],
        sentence_vectors: Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]],
        idf: Callable[[str], float],
        settings: Answering,
        model: LogisticModel = DEFAULT_MODEL,
    ) -> None:
        self._encode = encode
        self._sentence_vectors = sentence_vectors
        self._idf = idf
        self._settings = settings
        self._model = model

    def score(self, question: Question, retrieved: Sequence[RetrievedPassage]) -> list[ScoredSentence]:
        """Sentences of the retrieved passages, most probable first."""
        vectors = self._sentence_vectors([r.passage.id for r in retrieved])
        return score_sentences(question, retrieved, self._encode([question.query])[0], vectors, self._idf, self._model)

    def answer(self, question: Question, retrieved: Sequence[RetrievedPassage], coverage: DateRange | None = None) -> Answer:
        """Answer from passages.

        Args:
            question: As understood.
            retrieved: Passages, best first.
            coverage: First and last day the library's reports speak of, for the reason of an abstention.

        Returns:
            The answer; its ``seconds`` is 0, the caller knows the whole time.
        """
        scored = self.score(question, retrieved)
        kept = tuple(retrieved[: self._settings.passages])
        best = scored[0].probability if scored else 0.0
        if not scored or best < self._settings.abstain_below:
            return self._abstain(question, kept, scored, best, coverage)
        chosen = self._choose(question, scored)
        citations, highlights = [], []
        for number, sentence in enumerate(chosen, 1):
            citations.append(cite(sentence.retrieved.passage, sentence.span, number))
            if sentence.candidate:
                highlights.append((number, sentence.candidate.span))
        answer = " ".join(f"{c.quote} [{c.number}]" for c in citations)
        short = short_answer(question, chosen)
        if question.kind == "yes_no":
            answer = f"{short}: {answer}"
        return Answer(
            question=question,
            answer=answer,
            short_answer=short,
            abstained=False,
            reason="",
            confidence=best,
            citations=tuple(citations),
            passages=kept,
            seconds=0.0,
            highlights=tuple(highlights),
        )

    def _choose(self, question: Question, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
        """The best sentence, and others nearly as good that add something: another event, report or name."""
        chosen = [scored[0]]
        if question.kind not in _MULTIPLE:
            return chosen
        for sentence in scored[1:]:
            if len(chosen) >= self._settings.sentences:
                break
            stems = {w.stem for w in content_words(sentence.text)}
            repeats = any(
                len(stems & {w.stem for w in content_words(c.text)}) >= 0.8 * min(len(stems), len(content_words(c.text)))
                for c in chosen
            )
            close = sentence.probability >= max(self._settings.abstain_below, 0.85 * chosen[0].probability)
            if close and not repeats:
                chosen.append(sentence)
        return chosen

    def _abstain(
        self,
        question: Question,
        kept: tuple[RetrievedPassage, ...],
        scored: Sequence[ScoredSentence],
        confidence: float,
        coverage: DateRange | None,
    ) -> Answer:
        near = cite(scored[0].retrieved.passage, scored[0].span, 1) if scored else nearest(kept)
        answer = NO_ANSWER
        if near is not None:
            where = f"{near.report}, {format_day(near.date)}" if near.date else near.report
            answer = f"{NO_ANSWER} The nearest they come ({where}): {near.quote} [1]"
        return Answer(
            question=question,
            answer=answer,
            short_answer="",
            abstained=True,
            reason=_reason(question, kept, near, coverage),
            confidence=confidence,
            citations=(near,) if near else (),
            passages=kept,
            seconds=0.0,
        )


def short_answer(question: Question, chosen: Sequence[ScoredSentence]) -> str:
    """The value asked for: an expression of the best sentence, a date worked out, yes or no, or the sentence itself.

    Args:
        question: As understood.
        chosen: Answering sentences, best first; at least one.

    Returns:
        The short answer, never empty.
    """
    best = chosen[0]
    passage = best.retrieved.passage
    if question.kind == "yes_no":
        return "No" if _negated(question.query) != _negated(best.text) else "Yes"
    if question.kind == "when":
        if best.candidate:
            mention = next((d for d in passage.dates if d.start == best.candidate.span.start), None)
            relative = mention is not None and (mention.kind == "relative" or not any(ch.isdigit() for ch in mention.text))
            return format_range(mention.range) if mention and relative else best.candidate.text
        if passage.on:
            return format_range(passage.on)
    if best.candidate and question.kind != "what":
        return best.candidate.text
    if question.kind == "what":
        return _what(question, best)
    return best.text.strip()


def _what(question: Question, best: ScoredSentence) -> str:
    """For "what": the clause of the sentence that the question does not already say, else the sentence."""
    asked = frozenset(w.stem for w in content_words(question.query))
    text = best.text
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


def _negated(text: str) -> bool:
    lowered = text.lower().replace("n't", " n't").split()
    return any(word.strip(".,;:!?\"'“”()") in _NEGATION for word in lowered)


def format_day(day: date) -> str:
    """A day as the reports write it: "April 6, 2018"."""
    return f"{day:%B} {day.day}, {day.year}"


def format_range(span: DateRange) -> str:
    """A range in words: a day, a whole month or year by its name, else both ends."""
    if span.is_day:
        return format_day(span.start)
    first = span.start.day == 1
    if first and span.start.month == 1 and (span.end.month, span.end.day) == (12, 31) and span.start.year == span.end.year:
        return str(span.start.year)
    if first and (span.start.year, span.start.month) == (span.end.year, span.end.month) and span.days >= 28:
        return f"{span.start:%B %Y}"
    return f"{format_day(span.start)} to {format_day(span.end)}"


def _reason(question: Question, kept: Sequence[RetrievedPassage], near: Citation | None, coverage: DateRange | None) -> str:
    """Why nothing is answered, in one line: no reports, nothing with these names, not these days, or only something near."""
    if not kept:
        return "No report matches." if question.filters.is_empty else "No report matches within the filters."
    if question.dates and coverage:
        wanted = question.dates[0].range
        if not wanted.overlaps(coverage):
            covered = f"{format_day(coverage.start)} to {format_day(coverage.end)}"
            return f"The reports cover {covered}; the question asks about {question.dates[0].text}."
    missing = [
        n
        for n in question.names
        if all(name_share(_only(question, n), r.passage.title + " " + r.passage.text) == 0 for r in kept)
    ]
    if missing:
        return f"Nothing about {', '.join(missing)} was found."
    if question.dates and near and near.date and not question.dates[0].range.overlaps(DateRange(near.date, near.date)):
        return f"Nothing was found for {question.dates[0].text}; the nearest is of {format_day(near.date)}."
    return "The passages found do not answer it clearly enough."


def _only(question: Question, name: str) -> Question:
    from dataclasses import replace

    return replace(question, names=(name,))


__all__ = ["ExtractiveAnswerer", "Span", "format_day", "format_range", "short_answer"]
