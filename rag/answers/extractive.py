"""Answers with no language model: the sentences that answer, verbatim, each with its mark; or an honest refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rag.answers.abstention import abstain
from rag.answers.antecedents import cite_all
from rag.answers.composition import Composition, quotes_of
from rag.answers.confidence import confidence_features, load_calibration
from rag.answers.conflicts import accounts_beside, differing_figures, other_accounts
from rag.answers.evidence import FEATURES, ScoredSentence, Value, name_share, score_sentences, steps
from rag.answers.holdings import Holdings
from rag.answers.measures import asked_measure, asks_accounts, asks_versions
from rag.answers.offices import held_value, with_holders
from rag.answers.polarity import denies
from rag.answers.several.gather import gather, wanted
from rag.answers.several.plural import row_value, with_rows
from rag.answers.times.datings import asks_day, differing_dates
from rag.answers.times.when import telling_first
from rag.answers.value import find_value, most_exact
from rag.answers.verdict import asked_outcomes, outcome_verdict
from rag.answers.wanted import counts_others, with_unit
from rag.answers.words import content_words
from rag.models.reader import Reading
from rag.reports.date_text import format_day
from rag.search.reranker import PassageReader, read_sentences
from rag.settings import Answering
from rag.types import Answer, Citation, DateRange, Passage, Question, RetrievedPassage

_CLOSE = 0.7
"""A further sentence is quoted when its score is at most this much below the best one: half as likely."""

_COMPOSED = 0.5
"""Confidence at least in a composed answer: sentences of the right days, places and acts were found, which the best one alone
cannot show."""

_COMPLETED = 3
"""Best passages whose whole entries are looked at for other tellings."""

_DENIED_REASON = re.compile(r"\b(?:not|never)\s+(?:\w+\s+)?(?:because|due\s+to|for\s+fear)\b", re.IGNORECASE)
"""Not for this reason: the next sentence has the true one."""

_MARGIN = FEATURES.index("margin")
_NO_FIGURE = frozenset(("who", "when", "where", "why"))
_MULTIPLE = frozenset(("list", "why", "what", "how", "who"))


class ExtractiveAnswerer:
    """Composes an answer from sentences of the retrieved passages.

    Args:
        encode: Turns texts into unit vectors, shape (n, dim).
        sentence_vectors: Stored sentence vectors by passage id.
        idf: Weight of a word, higher for rarer ones.
        settings: Number of sentences, passages read and the threshold.
        reader: Finds the answer's span and says how surely it is one; None answers by sentences and rules.
        beside: The passages of a passage's entry, as far as the question's filters allow; None looks at retrieved ones only.
        of_period: The passages of the question's days, as far as its filters allow; None looks at retrieved ones only.
        holdings: Says what the whole library holds, for the reason of an abstention; None speaks of what was found only.
    """

    def __init__(
        self,
        encode: Callable[[Sequence[str]], NDArray[np.float32]],
        sentence_vectors: Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]],
        idf: Callable[[str], float],
        settings: Answering,
        reader: PassageReader | None = None,
        beside: Callable[[Question, Passage], Sequence[Passage]] | None = None,
        of_period: Callable[[Question], Sequence[Passage]] | None = None,
        holdings: Holdings | None = None,
    ) -> None:
        self._encode = encode
        self._sentence_vectors = sentence_vectors
        self._idf = idf
        self._settings = settings
        self._reader = reader
        self._beside = beside
        self._of_period = of_period
        self._holdings = holdings
        self._calibration = load_calibration(reader is not None)

    def score(
        self,
        question: Question,
        retrieved: Sequence[RetrievedPassage],
        readings: Sequence[Reading] | None = None,
    ) -> list[ScoredSentence]:
        """Sentences of the retrieved passages, most probable first.

        Args:
            question: As understood.
            retrieved: Passages, best first.
            readings: Of the first of them, with a part for each sentence; read here when None.

        Returns:
            All their sentences.
        """
        vectors = self._sentence_vectors([r.passage.id for r in retrieved])
        query_vector = self._encode([question.query])[0]
        weights = self._calibration.ranking
        if self._reader is None:
            return score_sentences(question, retrieved, query_vector, vectors, self._idf, weights)
        if readings is None:
            first = [r.passage for r in retrieved[: self._settings.read_passages]]
            readings = read_sentences(self._reader, question, first, both_wordings=self._settings.both_wordings)
        return score_sentences(question, retrieved, query_vector, vectors, self._idf, weights, readings)

    def answer(
        self,
        question: Question,
        retrieved: Sequence[RetrievedPassage],
        coverage: DateRange | None = None,
        readings: Sequence[Reading] | None = None,
        without: Collection[Citation] = (),
    ) -> Answer:
        """Answer from passages.

        Args:
            question: As understood.
            retrieved: Passages, best first.
            coverage: First and last day the library's reports speak of, for the reason of an abstention.
            readings: As for ``score``.
            without: Sentences that answer something else and are not to be quoted; one other sentence answers then.

        Returns:
            The answer; its ``seconds`` is 0, the caller knows the whole time.
        """
        scored = self.score(question, retrieved, readings)
        if without:
            # a quotation may begin before the sentence that answers, and ends with it
            taken = {(c.report_id, c.end) for c in without}
            scored = [s for s in scored if (s.retrieved.passage.report_id, s.span.end) not in taken]
        fitting = with_unit(question, scored) if self._settings.check_wanted else scored
        kept = tuple(retrieved[: self._settings.passages])
        if self._settings.rows:
            fitting = with_rows(question, fitting)
        # what no report has a single word of was not answered, however sure the reader is of the words of a dated opening
        heard = self._holdings is None or self._holdings.has_any_word(question.query)
        best = self._confidence(question, fitting) if heard else 0.0
        least = self._settings.abstain_below
        if self._settings.offices and (named := with_holders(question, fitting)) != fitting:
            sure = self._confidence(question, named) if heard else 0.0
            # a holder that is not sure enough takes the place of nobody who is
            fitting, best = (fitting, best) if sure < least <= best else (named, sure)
        composed = None if without else self._compose(question, fitting, retrieved, best >= least)
        if composed is not None and max(best, _COMPOSED) >= least:
            return self._from_composition(question, composed, max(best, _COMPOSED), kept)
        if self._settings.check_wanted and fitting and counts_others(question, fitting[0]):
            best = 0.0  # the event is told, and who is asked for are not
        if not fitting or best < least:
            return abstain(question, kept, scored, best, coverage, self._holdings, whole=self._settings.antecedents)
        chosen = self._choose(question, fitting)
        find = row_value if self._settings.rows else find_value
        values = [self._held(question, sentence) or find(question, sentence) for sentence in chosen]
        composed = Composition(values[0].text, quotes_of(zip(chosen, values, strict=True)))
        answer = self._from_composition(question, composed, best, kept)
        return replace(answer, reason=_reported(answer.citations[0])) if question.kind == "when" else answer

    def _from_composition(
        self, question: Question, composed: Composition, confidence: float, kept: tuple[RetrievedPassage, ...]
    ) -> Answer:
        citations = cite_all([(q.passage, q.span) for q in composed.quotes], whole=self._settings.antecedents)
        answer = " ".join(f"{c.quote} [{c.number}]" for c in citations)
        return Answer(
            question=question,
            answer=f"{composed.short}: {answer}" if question.kind == "yes_no" else answer,
            short_answer=composed.short,
            abstained=False,
            reason=composed.remark,
            confidence=confidence,
            citations=citations,
            passages=kept,
            seconds=0.0,
            highlights=tuple((number, span) for number, quote in enumerate(composed.quotes, 1) for span in quote.values),
        )

    def _held(self, question: Question, sentence: ScoredSentence) -> Value | None:
        return held_value(question, sentence) if self._settings.offices else None

    def _confidence(self, question: Question, scored: Sequence[ScoredSentence]) -> float:
        if not scored:
            return 0.0
        return self._calibration.confidence.probability(confidence_features(question, scored, self._idf, self._settings))

    def _compose(
        self, question: Question, scored: Sequence[ScoredSentence], retrieved: Sequence[RetrievedPassage], sure: bool
    ) -> Composition | None:
        """An answer from several sentences, or None when one will do or, where the best is not sure, none do."""
        if self._settings.gather and wanted(question) is not None:
            passages = {r.passage.id: r.passage for r in retrieved}
            if self._of_period is not None:
                passages |= {p.id: p for p in self._of_period(question)}
            gathered = gather(question, scored, list(passages.values()), self._idf, sure=sure)
            if gathered is not None:
                return gathered
        if question.kind == "yes_no":
            if not self._settings.verdict or not asked_outcomes(question):
                return None
            around = self._around(question, retrieved)
            if not sure:  # what befell others elsewhere is no answer
                around = [p for p in around if name_share(question, f"{p.title} {p.place} {p.text}") == 1.0]
            return outcome_verdict(question, scored, around, self._idf)
        if not self._settings.differing or not (sure or asks_accounts(question.query)):
            return None  # figures of another day differ as well: what is not sure is no answer for being told twice
        found = None
        if asks_day(question):
            found = differing_dates(question, scored, self._around(question, retrieved), self._idf)
        if found is None and question.kind not in _NO_FIGURE and asked_measure(question.query) is not None:
            found = differing_figures(question, scored, self._around(question, retrieved), self._idf)
            if found is not None and not sure and len(found.quotes) < 2:
                return None
        if found is None and sure:
            found = other_accounts(question, scored)
            if found is None and asks_versions(question.query):
                found = accounts_beside(question, scored)
        return found

    def _around(self, question: Question, retrieved: Sequence[RetrievedPassage]) -> list[Passage]:
        """The retrieved passages that were read, and the others of the best ones' entries."""
        passages = {r.passage.id: r.passage for r in retrieved[: self._settings.read_passages]}
        if self._beside is not None:
            for r in retrieved[:_COMPLETED]:
                passages |= {p.id: p for p in self._beside(question, r.passage)}
        return list(passages.values())

    def _choose(self, question: Question, scored: Sequence[ScoredSentence]) -> list[ScoredSentence]:
        """The best sentence, and others nearly as good that add something: another event, report or name."""
        if question.kind == "when" and asks_day(question):
            return [most_exact(question, telling_first(question, scored))]
        chosen = [scored[0]]
        if question.kind not in _MULTIPLE:
            return chosen
        for sentence in scored[1:]:
            if len(chosen) >= self._settings.sentences or sentence.score < chosen[0].score - _CLOSE:
                break
            stems = {w.stem for w in content_words(sentence.text)}
            repeats = any(
                len(stems & {w.stem for w in content_words(c.text)}) >= 0.8 * min(len(stems), len(content_words(c.text)))
                for c in chosen
            )
            if not repeats:
                chosen.append(sentence)
        return self._with_reason(question, chosen, scored) if question.kind == "why" else chosen

    def _with_reason(
        self, question: Question, chosen: list[ScoredSentence], scored: Sequence[ScoredSentence]
    ) -> list[ScoredSentence]:
        """The chosen sentences, after the best the one in which its reason goes on; before it where the best denies its own."""
        onward = next((s for s in scored if _goes_on(s, chosen[0])), None)
        if onward is None:
            return chosen
        denied = _DENIED_REASON.search(chosen[0].text) and not denies(question.query)
        told = [onward, chosen[0]] if denied else [chosen[0], onward]
        return [*told, *(s for s in chosen[1:] if s is not onward)][: self._settings.sentences]


def _goes_on(sentence: ScoredSentence, best: ScoredSentence) -> bool:
    """Whether a sentence follows the best one and the reader sees an answer in it: reasons often take two."""
    return steps(best, sentence) == 1 and sentence.features[_MARGIN] > 0


def _reported(citation: Citation) -> str:
    """That the day of an event is not the day it was reported, where they differ."""
    return f"Reported {format_day(citation.date)}." if citation.happened and citation.date else ""
