"""Ways a run may differ: plain searches to be compared with, and each part of the program switched off in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.types import EvalQuestion


@dataclass(frozen=True, slots=True)
class Variant:
    """A part switched off, or another way to search.

    Attributes:
        name: As the table shows it.
        overrides: Dotted settings that differ from the run's.
        what: What it shows, in a few words.
        kinds: Kinds of question the part is there for, which alone are asked; empty for all.
    """

    name: str
    overrides: Mapping[str, Any]
    what: str = ""
    kinds: tuple[str, ...] = ()

    @property
    def searches(self) -> bool:
        """Whether passages may come in another order than as set."""
        return any(key.startswith(("search.", "understanding.", "answering.reader")) for key in self.overrides)

    def touched(self, questions: Sequence[EvalQuestion]) -> list[EvalQuestion]:
        """Questions of its kinds; all where there are none of these, as in a user's own file."""
        return [q for q in questions if q.kind in self.kinds] or list(questions)


_ALONE: dict[str, Any] = {f"search.{part}_weight": 0.0 for part in ("date", "name", "kindred", "reader")}
BASELINES = (
    Variant("full text only", {"search.fusion": "lexical", **_ALONE}, "SQLite FTS5 with bm25, no vectors"),
    Variant("dense only", {"search.fusion": "dense", **_ALONE}, "passage vectors, no words"),
    Variant("RRF", {"search.fusion": "rrf", **_ALONE}, "reciprocal rank fusion of the two"),
)
"""Plain ways to search the same passages; retrieval is measured, answers are not."""

ABLATIONS = (
    Variant(
        "no score fusion (RRF)",
        {"search.fusion": "rrf", "search.reader_weight": 0.0},
        "ranks joined; sentences, dates and names are not weighed, nothing is reranked: scores of ranks are too small for it",
    ),
    Variant("no full text", {"search.lexical_weight": 0.0}, "full-text candidates stay, their score counts nothing"),
    Variant("no sentence vectors", {"search.sentence_weight": 0.0}, ""),
    Variant("no passage vectors", {"search.passage_weight": 0.0}, ""),
    Variant("no date evidence", {"search.date_weight": 0.0}, ""),
    Variant("no name evidence", {"search.name_weight": 0.0}, ""),
    Variant("no words near in meaning", {"search.kindred_weight": 0.0}, '"wages" does not meet "salary"'),
    Variant("names by capitals alone", {"understanding.names": False}, ""),
    Variant(
        "event days not looked up", {"understanding.event_dates": False}, "the day after the raid has no date", ("temporal",)
    ),
    Variant("follow-ups read alone", {"understanding.follow_ups": False}, "", ("follow_up",)),
    Variant("searches not worded as questions", {"understanding.wording": False}, "", ("how_many", "typo")),
    Variant("typing errors left in", {"understanding.typos": False}, "", ("typo", "paraphrase")),
    Variant("no reranking", {"search.reader_weight": 0.0}, "the reader answers, the order of passages stays"),
    Variant("no reader", {"answering.reader": False}, "sentences picked by rules"),
    Variant("no intervals", {"answering.intervals": False}, "the time between two events is read, not counted", ("temporal",)),
    Variant("no order of events", {"answering.extremes": False}, "the first raid is any raid", ("temporal",)),
    Variant("who read as it stands", {"answering.both_wordings": False}, "not also as which group did it", ("who",)),
    Variant("no parts", {"answering.parts": False}, "a question for two things is asked as one", ("multi_entry",)),
    Variant(
        "nothing gathered", {"answering.gather": False}, "lists and counts come from the best sentences", ("list", "multi_entry")
    ),
    Variant("no rows", {"answering.rows": False}, "one thing of a row is as good as all", ("list", "multi_entry", "what", "who")),
    Variant(
        "no offices",
        {"answering.offices": False},
        "any person is as good as the minister asked for",
        ("who", "list", "multi_entry"),
    ),
    Variant("no verdict", {"answering.verdict": False}, "yes or no by the best sentence alone", ("yes_no",)),
    Variant(
        "one figure shown",
        {"answering.differing": False},
        "differing figures of one event are not looked for",
        ("conflict",),
    ),
    Variant("pronouns left open", {"answering.antecedents": False}, "“It was a Monday.” is quoted without what it speaks of"),
    Variant("one sentence quoted", {"answering.sentences": 1}, ""),
    Variant("days not checked", {"answering.check_dates": False}, "another day's event does not lower confidence"),
    Variant("names not checked", {"answering.check_names": False}, "nor does an entry without the question's names"),
    Variant("what is wanted not checked", {"answering.check_wanted": False}, "nor a sentence without name, doer, number or day"),
    Variant("never declines", {"answering.abstain_below": 0.0}, "threshold 0"),
)
"""Each part switched off, all else as set. A new part adds its row here, with the kinds of question it is there for."""
