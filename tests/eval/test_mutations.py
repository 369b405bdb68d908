"""False sentences made of true ones, and the check that must catch them, on reports of the corpus with the packaged embedder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from eval.bench.mutations import Row, failures, table
from eval.mutations import KINDS, Case, Mutator
from eval.paraphrases import half, load_paraphrases
from rag.answers.writing.checking import Checker, Finding
from rag.answers.writing.items import Problem
from rag.models.embedder import load_embedder
from rag.reports.acronyms import AcronymPair
from rag.reports.files import extract
from rag.reports.names import find_acronyms
from rag.reports.parser import parse_report
from rag.reports.splitter import split_report
from rag.search.terms import NameBook, name_forms
from rag.settings import Settings
from rag.types import Passage

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
REPORTS = 8


@dataclass(frozen=True, slots=True)
class Made:
    passages: list[Passage]
    vectors: Mapping[str, NDArray[np.float32]]
    sentences: Mapping[str, NDArray[np.float32]]
    acronyms: list[AcronymPair]
    checker: Checker

    def cases(self, each: int) -> list[Case]:
        return Mutator(self.passages, self.vectors, self.acronyms, load_paraphrases()).cases(each, "test")


@pytest.fixture(scope="module")
def made() -> Made:
    settings = Settings.load({}, env={})
    passages: list[Passage] = []
    acronyms: list[AcronymPair] = []
    for path in sorted(p for p in CORPUS.glob("*.txt") if half(p.name) == "test")[:REPORTS]:
        data = path.read_bytes()
        report = parse_report(extract(data, path.name, settings.limits), path.name, hashlib.sha256(data).hexdigest(), len(data))
        passages += split_report(report, settings.splitting)
        acronyms += find_acronyms(report.text)
    embedder = load_embedder(settings)
    sentences = {p.id: embedder.encode([p.text[s.start - p.start : s.end - p.start] for s in p.sentences]) for p in passages}
    means = {key: rows.sum(axis=0) / np.linalg.norm(rows.sum(axis=0)) for key, rows in sentences.items()}
    book = NameBook([(a.short, a.long) for a in acronyms])
    checker = Checker(
        embedder.encode, lambda ids: {i: sentences[i] for i in ids}, lambda word: 1.0, lambda name: name_forms(name, book)
    )
    return Made(passages, means, sentences, acronyms, checker)


@pytest.mark.integration
def test_the_check_catches_what_it_must_and_doubts_little_else(made: Made) -> None:
    passages = {p.id: p for p in made.passages}
    checked = [(c, made.checker.check(c.sentence, [passages[i] for i in c.cited])) for c in made.cases(20)]
    rows = table(checked)
    assert sum(r.n for r in rows if r.source == "all" and r.kind != "true") >= 200
    assert {r.kind for r in rows} == {*KINDS, "true"}
    assert failures(rows) == []


@pytest.mark.integration
def test_cases_are_the_same_at_every_run_and_false_ones_differ_from_the_truth(made: Made) -> None:
    cases = made.cases(5)
    assert cases == made.cases(5)
    for case in cases:
        if case.kind == "citation":
            assert case.sentence == case.original
        elif case.kind:
            assert case.sentence != case.original


def test_every_paraphrase_quotes_its_report() -> None:
    for item in load_paraphrases():
        if item.report.endswith((".txt", ".md")):
            text = (CORPUS / item.report).read_bytes().decode("utf-8", errors="replace")
            assert item.quote in " ".join(text.split()), item


def test_the_table_sums_kinds_and_names_what_misses_its_target() -> None:
    good, bad = Finding(()), Finding((Problem("number", "the number 3"),))
    cases = [Case("number", source, str(n), ("p",), "r.txt", "x") for n in range(4) for source in ("elsewhere", "same passage")]
    true = Case("", "verbatim", "x", ("p",), "r.txt", "x")
    rows = table([*((c, bad if c.source == "elsewhere" else good) for c in cases), (true, bad)])
    assert rows[0] == Row("number", "all", 8, 4)
    assert [r.share for r in rows] == [0.5, 1.0, 0.0, 1.0, 1.0]
    assert [line.partition(":")[0] for line in failures(rows)] == ["number", "true"]
