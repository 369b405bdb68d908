"""``python -m eval.bench mutations``: how many false sentences the check catches, and how many true ones it doubts.

The sentences are made by ``eval.mutations`` of the reports in ``corpus/``; no language model takes part.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval import workbench
from eval.mutations import Case, Mutator, parted
from eval.paraphrases import load_paraphrases
from rag.answers.writing.checking import Checker, Finding
from rag.assistant import Assistant
from rag.reports.acronyms import AcronymPair
from rag.settings import Settings

TARGETS = {"number": 0.9, "date": 0.9, "actor": 0.9, "place": 0.9, "citation": 0.9, "negation": 0.6}
"""Least share caught, by kind."""

MOST_FALSE_ALARMS = 0.05
"""Greatest share of true sentences doubted."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table.

    Attributes:
        kind: What was changed, or "true".
        source: See ``eval.mutations.Case``; "all" for the sum of a kind.
        n: Sentences.
        doubted: Of these, how many the check found unsupported.
    """

    kind: str
    source: str
    n: int
    doubted: int

    @property
    def share(self) -> float:
        return self.doubted / self.n if self.n else 0.0


def table(checked: Sequence[tuple[Case, Finding]]) -> list[Row]:
    """Rows by kind and source, each kind's sum first, the true sentences last."""
    found = {id(case): finding for case, finding in checked}
    rows: list[Row] = []
    for kind, source, cases in parted(case for case, _ in checked):
        name = kind or "true"
        if not any(r.kind == name for r in rows):
            whole = [c for c, _ in checked if c.kind == kind]
            rows.append(Row(name, "all", len(whole), sum(not found[id(c)].supported for c in whole)))
        rows.append(Row(name, source, len(cases), sum(not found[id(c)].supported for c in cases)))
    return rows


def failures(rows: Sequence[Row]) -> list[str]:
    """What misses its target, a line each."""
    whole = {r.kind: r for r in rows if r.source == "all"}
    missed = [f"{k}: {whole[k].share:.3f} caught, {t} wanted" for k, t in TARGETS.items() if k in whole and whole[k].share < t]
    if "true" in whole and whole["true"].share > MOST_FALSE_ALARMS:
        missed.append(f"true: {whole['true'].share:.3f} doubted, at most {MOST_FALSE_ALARMS} wanted")
    return missed


def main() -> int:
    """Run the bench; exit code 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench mutations", description=__doc__)
    parser.add_argument("--half", choices=("dev", "test"), default="test", help="reports of this split (dev tuned the check)")
    parser.add_argument("--each", type=int, default=60, metavar="N", help="sentences of each kind and source (default 60)")
    parser.add_argument("--json", type=Path, metavar="OUT", help="save the table, with every sentence that went wrong")
    options = parser.parse_args(sys.argv[1:])
    settings = Settings.load()
    corpus = settings.corpus
    settings = settings.changed({"home": workbench.corpus_home(corpus, settings)})
    workbench.prepare(settings, corpus)
    with Assistant(settings) as assistant:
        catalog = assistant.library.catalog
        passages = catalog.passages(sorted(catalog.live_ids()))
        vectors = {key: both[0] for key, both in catalog.vectors(list(passages), assistant.library.model).items()}
        pairs = [AcronymPair(short, long) for short, long in catalog.acronyms()]
        ordered = [passages[key] for key in sorted(passages)]
        cases = Mutator(ordered, vectors, pairs, load_paraphrases()).cases(options.each, options.half)
        checker: Checker = assistant.pipeline.checker
        began = time.perf_counter()
        with workbench.bar("sentences", len(cases)) as tick:
            checked = []
            for case in cases:
                checked.append((case, checker.check(case.sentence, [passages[key] for key in case.cited])))
                tick()
    rows = table(checked)
    milliseconds = 1000 * (time.perf_counter() - began) / max(1, len(cases))
    print("| changed | new value from | n | doubted |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.kind} | {row.source} | {row.n} | {row.share:.1%} |")
    print(f"\n{len(cases)} sentences of the {options.half} reports, {milliseconds:.0f} ms each")
    if options.json:
        wrong = [
            {**asdict(case), "problems": [p.text for p in finding.problems]}
            for case, finding in checked
            if finding.supported != case.is_true
        ]
        data = {"rows": [{**asdict(r), "share": r.share} for r in rows], "wrong": wrong, "ms": milliseconds}
        options.json.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    missed = failures(rows)
    for line in missed:
        print(f"eval.bench mutations: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
