"""Written reports with questions: pairs of entries of which one answers, and batches that hold both."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.models.weights import packaged_folder
from rag.models.windows import plain_tokenizer
from rag.training.batches import Batches
from rag.training.data import WRITTEN_SHARE, Mix, load_mix
from rag.training.model import FORMS
from rag.training.written import FOLDER, WRITTEN, read_written

ENTRIES = [
    "March 6, 2011: In the north (outside Tolmé) gunmen on motorcycles shot nine guards at the post. They left by the river.",
    "March 4, 2011: The mayor of Ansa is still missing. His deputy has closed the market.",
]
REPORT: dict[str, Any] = {
    "title": "Varenne: The River Posts Fall Silent",
    "date": "2011-03-09",
    "entries": ENTRIES,
    "questions": [
        {"q": "how many guards were shot", "kind": "span", "entry": 0, "answers": ["nine guards", "nine"]},
        {"q": "Was the mayor freed?", "kind": "no", "entry": 1, "quote": "still missing"},
        {
            "q": "who sent the gunmen",
            "kind": "none",
            "near": 0,
            "why": "not told",
            "old": "by the river.",
            "new": "by the river to report to Captain Orr.",
            "answers": ["Captain Orr"],
        },
        {"q": "who closed the post", "kind": "none", "near": 0, "why": "nobody"},
    ],
}


def _write(folder: Path, *reports: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "made.jsonl").write_text("".join(json.dumps(r) + "\n" for r in reports), encoding="utf-8")
    return folder


def test_unanswered_question_is_read_as_a_pair_of_entries(tmp_path: Path) -> None:
    [written] = read_written(_write(tmp_path / "w", REPORT))
    spans = {i.question: i.context[slice(*i.span)] for i in written.items if i.span}
    assert spans == {
        "how many guards were shot": "nine",
        "Was the mayor freed?": "still missing",
        "who sent the gunmen": "Captain Orr",
    }
    paired = next(i for i in written.items if i.question == "who sent the gunmen")
    assert written.similar[paired.id] == [(REPORT["title"], ENTRIES[0])]
    assert paired.context != ENTRIES[0]
    plain = next(i for i in written.items if i.question == "how many guards were shot")
    assert written.similar[plain.id] == [(REPORT["title"], ENTRIES[1])]
    assert [FORMS[i.form] for i in written.items] == ["span", "no", "span"]


def test_twin_of_an_unanswered_question_for_yes_or_no_shows_which(tmp_path: Path) -> None:
    asked = REPORT["questions"][2] | {"q": "Were the gunmen sent by an officer?", "twin_kind": "yes"}
    [written] = read_written(_write(tmp_path / "w", REPORT | {"questions": [asked]}))
    assert [FORMS[i.form] for i in written.items] == ["yes"]


@pytest.mark.parametrize(
    "change",
    [{"entry": 7}, {"answers": ["twelve"]}, {"kind": "maybe"}, {"kind": "none", "near": 0, "old": "by the sea.", "new": "x"}],
)
def test_faulty_line_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    row = REPORT | {"questions": [REPORT["questions"][0] | change]}
    with pytest.raises(UsageError, match="line 1"):
        read_written(_write(tmp_path / "w", row))


def test_written_questions_make_up_their_share_and_each_stands_with_an_entry_that_does_not_answer(tmp_path: Path) -> None:
    rows = [
        {"id": str(i), "source": "squad11_made", "title": "", "context": f"It is {i} miles long.",
         "question": f"How long is {i}?", "answers": [{"text": str(i), "start": 6}], "is_impossible": False}
        for i in range(100, 160)
    ]  # fmt: skip
    with gzip.open(tmp_path / "made.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    written = [w for w in read_written(_write(tmp_path / "w", REPORT)) if not w.held_out]
    mix = load_mix(tmp_path, 1, mine=False, written=written)
    own = [item for item in mix.positives if item.source == WRITTEN]
    assert len(own) / len(mix.positives) == pytest.approx(WRITTEN_SHARE, abs=0.03)
    tokenizer = plain_tokenizer(packaged_folder() / "tokenizer.json")
    only_written = Mix(own, [], mix.similar)
    _, _, groups = next(Batches(only_written, tokenizer, 1, 10**6).after(0, 0))
    contrasted = [group for group in groups if any(target.form == 3 for target in group)]
    assert len(contrasted) > 0.8 * len(groups)
    assert {target.form for group in groups for target in group} == {0, 2, 3}


def test_held_out_reports_measure_each_question_with_and_without_its_answer(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "made.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(
            json.dumps(
                {"id": "1", "source": "squad11_made", "title": "", "context": "It is long.", "question": "Is it?",
                 "answers": [{"text": "long", "start": 6}], "is_impossible": False}
            )
            + "\n"
        )  # fmt: skip
    reports = read_written(_write(tmp_path / "w", *(REPORT | {"title": f"Report {n}"} for n in range(60))))
    assert any(w.held_out for w in reports)
    mix = load_mix(tmp_path, 1, mine=False, written=reports)
    titles = {item.title for item in mix.held_out["written_answerable"]}
    assert titles
    assert not titles & {item.title for item in mix.positives}
    told, untold = mix.held_out["written_answerable"], mix.held_out["written_unanswerable"]
    assert [i.question for i in told] == [i.question for i in untold]
    assert all(i.span is None for i in untold)


def test_shipped_reports_are_sound_and_are_no_part_of_corpus_or_questions() -> None:
    reports = read_written()
    assert sum(len(w.items) for w in reports) > 5000
    assert 0.04 < sum(w.held_out for w in reports) / len(reports) < 0.12
    corpus = "\n".join(
        path.read_text(encoding="utf-8", errors="ignore") for path in (FOLDER.parents[2] / "corpus").glob("*.[tmh][xdt]*")
    )
    assert len(corpus) > 100_000
    assert not [w.items[0].title for w in reports if any(item.context[60:140] in corpus for item in w.items)]
