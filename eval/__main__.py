"""``python -m eval`` and ``rag eval``: ask the questions, print the scorecard, save it, compare it, fail where it fell.

Exit codes: 0 done, 1 a gate failed or some inputs did (each named), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import collection as outside
from eval import markdown, page, workbench
from eval.comparison import Comparison, compare, failures_under, parse_gate, regressions
from eval.datasets import open_collection
from eval.evalset import FOLDER, load_questions, shipped_files
from eval.quickstart import Quickstart
from eval.runner import (
    Run,
    add_withheld,
    ask_all,
    run_ablations,
    run_baselines,
    search_all,
    spread,
)
from eval.scorecard import Scorecard, build, corpus_hash, load_results
from eval.scoring import Located, Shelf, locate_evidence
from eval.summary import Summary
from eval.types import EvalQuestion, QuestionResult
from eval.variants import ABLATIONS, BASELINES
from rag.assistant import Assistant
from rag.errors import LibraryError, RagError, SettingsError, UsageError
from rag.settings import Settings

if TYPE_CHECKING:
    from eval.judging import Judge

DONE, FAILED, USAGE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """A scorecard, and what was wrong with the inputs."""

    card: Scorecard
    refused: tuple[str, ...] = ()


def main(argv: Sequence[str] | None = None) -> int:
    """Run an evaluation.

    Args:
        argv: Arguments without the program's name; those of the process when None.

    Returns:
        The exit code.
    """
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    if options.background:
        workbench.run_in_background()
    if options.debug:
        return _run(options)
    try:
        return _run(options)
    except KeyboardInterrupt:
        workbench.note("stopped")
        return 130
    except (RagError, OSError) as error:
        print(f"eval: {error}", file=sys.stderr)
        return USAGE if isinstance(error, UsageError | SettingsError) else FAILED


def _run(options: argparse.Namespace) -> int:
    gates = [parse_gate(text) for text in options.fail_under]
    failures_under({}, gates)  # an unknown metric is told before the work, not after it
    if options.fail_on_regression is not None and options.compare is None:
        raise UsageError("--fail-on-regression needs --compare OLD.json")
    before = load_results(options.compare) if options.compare else None
    settings = Settings.load(_overrides(options), file=options.config)
    outcome = _evaluate_dataset(options, settings) if options.dataset else _evaluate_questions(options, settings)
    return _finish(options, outcome, before, gates)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rag eval",
        description="Ask questions with known answers, print a scorecard. Without arguments: the shipped questions over corpus/.",
    )
    parser.add_argument("--questions", nargs="+", type=Path, default=[], metavar="FILE", help="question files (JSON lines)")
    parser.add_argument("--split", choices=("dev", "test", "all"), default="all", help="questions of this split only")
    parser.add_argument("--home", metavar="DIR", help="ask this library as it is (default for your own questions: RAG_HOME)")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="ask an evaluation library made equal to this folder")
    parser.add_argument("--dataset", metavar="KIND:PATH", help="an outside collection: squad:PATH or beir:DIR")
    parser.add_argument("--limit", type=int, metavar="N", help="ask a sample of so many questions, the same at every run")
    parser.add_argument("--json", type=Path, metavar="OUT", help="save the scorecard")
    parser.add_argument("--html", type=Path, metavar="OUT", help="save the scorecard as a page")
    parser.add_argument("--markdown", type=Path, metavar="OUT", help="save what is printed")
    parser.add_argument("--compare", type=Path, metavar="OLD", help="compare with a saved scorecard, question by question")
    parser.add_argument(
        "--fail-under",
        action="append",
        default=[],
        metavar="M=V",
        help="exit 1 when metric M (0 to 1) is worse than V (repeatable)",
    )
    parser.add_argument(
        "--fail-on-regression",
        type=float,
        nargs="?",
        const=1.0,
        metavar="POINTS",
        help="with --compare: exit 1 when a metric lost more than so many points (default 1)",
    )
    parser.add_argument(
        "--ablation", action=argparse.BooleanOptionalAction, help="each part switched off (default: shipped questions)"
    )
    parser.add_argument(
        "--baselines", action=argparse.BooleanOptionalAction, help="plain ways to search (default: shipped questions)"
    )
    parser.add_argument(
        "--ablation-answers",
        type=int,
        default=40,
        metavar="N",
        help="questions each variant answers, of the kinds its part is there for (default 40, 0: all)",
    )
    parser.add_argument(
        "--ablation-rankings",
        type=int,
        default=160,
        metavar="N",
        help="questions each variant that searches otherwise ranks passages for (default 160, 0: all)",
    )
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="any setting, see `rag settings`")
    parser.add_argument("--llm", metavar="NAME", help="language model that writes the answers, as for `rag ask`")
    parser.add_argument("--judge", metavar="NAME", help="language model that judges them besides (LlamaIndex's evaluators)")
    parser.add_argument(
        "--judge-url", default="", metavar="URL", help="the judge's server, where it is not that of --llm (generation.url)"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file (rag.toml)")
    parser.add_argument("--background", action="store_true", help="give way to other programs, tell progress as JSON lines")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    return parser


def _overrides(options: argparse.Namespace) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for item in options.set:
        key, equals, value = item.partition("=")
        if not equals:
            raise UsageError(f"--set {item}: write it as KEY=VALUE; `rag settings` lists the keys")
        values[key.strip()] = value.strip()
    if options.home is not None:
        values["home"] = options.home
    if options.llm is not None:
        values["llm"] = options.llm
    if options.limit is not None and options.limit < 1:
        raise UsageError("--limit must be at least 1")
    return values


# --- the project's and the user's own questions ------------------------------------------------------------------------------


def _evaluate_questions(options: argparse.Namespace, settings: Settings) -> Outcome:
    began = time.perf_counter()
    files = options.questions or shipped_files(options.split)
    shipped = all(path.resolve().parent == FOLDER.resolve() for path in files)
    questions = load_questions(files, options.split)
    if options.limit is not None and options.limit < len(questions):
        questions = _sampled(questions, options.limit)
    if not questions:
        raise UsageError("no questions to ask; give --questions FILE, or another --split")
    corpus = options.corpus or (settings.corpus if shipped and options.home is None else None)
    if corpus is not None and options.home is None:
        settings = settings.changed({"home": workbench.corpus_home(corpus, settings)})
    refused = [f"{r.name}: {r.reason}" for r in workbench.prepare(settings, corpus)]

    fingerprint = settings.fingerprint()
    judge = _judge(options, settings)
    with Assistant(settings) as assistant:
        shelf = Shelf(assistant.show)
        located = locate_evidence(questions, shelf)
        names = _ready(assistant)
        corpus_key = corpus_hash((name, shelf.report(name).sha256) for name in names)
        assistant.warm()
        with workbench.bar("questions", len(questions)) as tick:
            results = ask_all(assistant, questions, located, shelf, tick, written=bool(settings.llm))
    title = " + ".join(path.stem for path in files) + (f" over {corpus.name}" if corpus else f" over {settings.home.name}")
    if settings.llm:
        title += f", written by {settings.llm}"
    if judge is not None:
        results, ended = _judged(results, judge)
        title += f", judged by {judge.metadata.model_name} (judge.* are its opinions)"
        refused += [ended] if ended else []
    # The other runs are of the program itself: no language model is asked for them.
    settings = settings.changed({"llm": ""})
    if any(r.abstained and r.answerable for r in results):
        with Assistant(settings.changed({"answering.abstain_below": 0.0})) as unbounded:
            results = add_withheld(unbounded, results, questions)
    card = build(
        results,
        baselines=_baselines(settings, questions, located, shelf, names) if _wanted(options.baselines, shipped) else (),
        ablation=_ablation(settings, questions, located, shelf, options.ablation_answers, options.ablation_rankings)
        if _wanted(options.ablation, shipped)
        else (),
        settings=fingerprint,
        corpus=corpus_key,
        title=title,
        problems=located.problems,
    )
    with Assistant(settings) as assistant:
        after = corpus_hash((name, assistant.show(name).sha256) for name in _ready(assistant))
    if after != corpus_key:
        # Another process synced or added meanwhile: rows of one table would speak of different libraries.
        raise LibraryError(f"{settings.home}: the library changed during the evaluation; run it again")
    return Outcome(replace(card, seconds=time.perf_counter() - began), tuple(refused))


def _judge(options: argparse.Namespace, settings: Settings) -> Judge | None:
    """The judge, ready before the first question is asked; with an address of its own where the writer's is not meant for it."""
    if not options.judge:
        return None
    from eval.judging import Judge

    generation = settings.generation
    same = not settings.llm or settings.llm.partition("/")[0] == options.judge.partition("/")[0]
    url = options.judge_url or (generation.url if same else "")
    return Judge(options.judge, generation.model_copy(update={"url": url}))


def _judged(results: list[QuestionResult], judge: Judge) -> tuple[list[QuestionResult], str]:
    from eval.judging import judged

    try:
        with workbench.bar("judging", len(results)) as tick:
            return judged(results, judge, tick)
    finally:
        judge.close()


def _ready(assistant: Assistant) -> list[str]:
    return [row.name for row in assistant.list() if row.state == "ready"]


def _wanted(flag: bool | None, shipped: bool) -> bool:
    return shipped if flag is None else flag


def _sampled(questions: Sequence[EvalQuestion], limit: int) -> list[EvalQuestion]:
    import random

    from eval.datasets import SEED

    chosen = random.Random(SEED).sample(range(len(questions)), limit)
    return [questions[i] for i in sorted(chosen)]


def _baselines(
    settings: Settings, questions: Sequence[EvalQuestion], located: Located, shelf: Shelf, names: Sequence[str]
) -> list[Run]:
    with workbench.bar("LlamaIndex quickstart", len(questions)) as tick, Assistant(settings) as assistant:
        quickstart = Quickstart([shelf.report(name) for name in names], assistant.embedder)
        plain = search_all(quickstart.search, questions, located.evidence, tick)
    runs = [Run(quickstart.name, tuple(plain), {}, quickstart.what, answers=False)]
    with workbench.bar("baselines", len(BASELINES) * len(questions)) as tick:
        return runs + run_baselines(Assistant, settings, questions, located, tick)


def _ablation(
    settings: Settings, questions: Sequence[EvalQuestion], located: Located, shelf: Shelf, answered: int, ranked: int
) -> list[Run]:
    total = sum(len(spread(variant.touched(questions), answered)) for variant in ABLATIONS)
    with workbench.bar("ablation", total) as tick:
        return run_ablations(Assistant, settings, questions, located, shelf, answered=answered, tick=tick, ranked=ranked)


# --- outside collections -----------------------------------------------------------------------------------------------------


def _evaluate_dataset(options: argparse.Namespace, settings: Settings) -> Outcome:
    began = time.perf_counter()
    collection = open_collection(options.dataset, options.limit)
    home = Path(options.home) if options.home else workbench.cache_folder() / outside.library_name(collection, settings)
    settings = settings.changed({"home": home})
    workbench.note(f"{collection.name}: {len(collection.documents)} documents, {len(collection.queries)} questions")
    with Assistant(settings) as assistant, workbench.steps() as step:
        outside.build_library(collection, settings, assistant.embedder, step)
    with workbench.bar("search", (1 + len(BASELINES)) * len(collection.queries)) as tick:
        searched, *others = outside.search_collection(Assistant, settings, collection, tick)
    read: list[QuestionResult] = []
    if collection.is_reading:
        forced = settings.changed({"answering.abstain_below": 0.0})
        with workbench.bar("reading", len(collection.queries)) as tick, Assistant(forced) as assistant:
            read = outside.read_collection(assistant, settings.answering.abstain_below, collection, tick)
    card = build(
        outside.joined(searched.results, read),
        baselines=others,
        settings=settings.fingerprint(),
        corpus=home.name.rpartition("-")[2],
        title=collection.name,
        answers=collection.is_reading,
    )
    card = replace(card, overall=_reading(card.overall), seconds=time.perf_counter() - began)
    return Outcome(card)


def _reading(summary: Summary) -> Summary:
    """The summary with the abstention's numbers under the names a SQuAD file's are known by."""
    renamed = {"abstention.auroc": "reading.auroc"}

    def name(key: str) -> str:
        return renamed.get(key, key)

    return Summary(
        {name(key): value for key, value in summary.metrics.items()},
        {name(key): ends for key, ends in summary.intervals.items()},
        {name(key): count for key, count in summary.n.items()},
    )


# --- what comes out ----------------------------------------------------------------------------------------------------------


def _finish(
    options: argparse.Namespace, outcome: Outcome, before: list[QuestionResult] | None, gates: Sequence[tuple[str, float]]
) -> int:
    card = outcome.card
    comparison: Comparison | None = compare(card.results, before) if before is not None else None
    text = markdown.render(card) + ("\n\n" + markdown.render_comparison(comparison) if comparison else "") + "\n"
    if options.json:
        data = card.to_json()
        if comparison is not None:
            data["comparison"] = {change.name: change.to_json() for change in comparison.changes}
        _write(options.json, json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    if options.html:
        _write(options.html, page.render(card, comparison))
    if options.markdown:
        _write(options.markdown, text)
    print(text, end="")
    failed = [f"--fail-under: {line}" for line in failures_under(card.overall.metrics, gates)]
    if comparison is not None and options.fail_on_regression is not None:
        failed += [f"--fail-on-regression: {line}" for line in regressions(comparison.changes, options.fail_on_regression)]
    failed += [f"left out: {line}" for line in card.problems]
    failed += [f"refused: {line}" for line in outcome.refused]
    for line in failed:
        print(f"eval: {line}", file=sys.stderr)
    return FAILED if failed else DONE


def _write(path: Path, text: str) -> None:
    """Write a file in one step: a reader never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
