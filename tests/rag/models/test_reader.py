"""Reading passages: with a scripted scorer whose arithmetic is obvious, a tiny exported model, and the shipped weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models.reader import (
    FOLDER,
    MANIFEST,
    MODEL,
    TOKENIZER,
    Calibration,
    Excerpt,
    OnnxScorer,
    Reader,
    WindowScores,
    check_manifest,
    load_reader,
)
from rag.models.weights import packaged_folder
from rag.models.windows import CLS, SEP, Window, best_span, heading, make_window, plain_tokenizer, slide
from rag.settings import Settings


class WordScorer:
    """Scores 5 wherever one of its words stands, 0 elsewhere and for no answer."""

    def __init__(self, tokenizer: Any, *words: str) -> None:
        self.wanted = {i for word in words for i in tokenizer.encode(word, add_special_tokens=False).ids}
        self.seen: list[Window] = []

    def __call__(self, windows: Sequence[Window]) -> list[WindowScores]:
        self.seen += windows
        found: list[WindowScores] = []
        for window in windows:
            hit = np.array([5.0 if i in self.wanted else 0.0 for i in window.ids], dtype=np.float32)
            hit[: window.n_question] = 0
            found.append((hit, hit, float(hit.max()), np.zeros(4, dtype=np.float32)))
        return found


class CountingTokenizer:
    """Counts how often each text is cut into word pieces."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self.calls: list[str] = []

    def encode(self, text: str, **options: Any) -> Any:
        self.calls.append(text)
        return self._tokenizer.encode(text, **options)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return plain_tokenizer(packaged_folder() / "tokenizer.json")


def _reader(tokenizer: Any, *words: str, room: int = 176, overlap: int = 64) -> tuple[Reader, WordScorer]:
    scorer = WordScorer(tokenizer, *words)
    return Reader(scorer, tokenizer, Calibration(), room=room, overlap=overlap), scorer


@pytest.mark.parametrize(
    "text",
    [
        "The convoy stopped in Gao on Monday.",
        "Élodie’s “convoy”—the first—stopped in Gao.",
        "\n  stopped \t in   Gao\n",
        "北京 said Gao; naïve coöperation 🚚 ended",
    ],
)
def test_span_is_verbatim_whatever_the_characters(tokenizer: Any, text: str) -> None:
    reader, _ = _reader(tokenizer, "gao")
    (reading,) = reader.read("Where did it stop?", [Excerpt(text)])
    assert text[reading.start : reading.end] == "Gao"
    assert reading.margin == 10.0


def test_readings_keep_the_order_of_the_passages(tokenizer: Any) -> None:
    reader, _ = _reader(tokenizer, "gao")
    passages = [
        Excerpt("Nothing here, though it is the longest passage of the three by far."),
        Excerpt("In Gao."),
        Excerpt("Gao fell."),
    ]
    readings = reader.read("Where?", passages)
    assert [reading.passage_index for reading in readings] == [0, 1, 2]
    assert [passages[i].text[r.start : r.end] for i, r in enumerate(readings) if r.relevance > 0] == ["Gao", "Gao"]
    assert readings[0].answerable < readings[1].answerable == readings[2].answerable


def test_answer_at_the_end_of_a_long_passage_is_found(tokenizer: Any) -> None:
    text = "The road was closed again. " * 60 + "It reopened in Gao."
    reader, scorer = _reader(tokenizer, "gao", room=40, overlap=10)
    (reading,) = reader.read("Where?", [Excerpt(text)])
    assert text[reading.start : reading.end] == "Gao"
    assert len(scorer.seen) > 5
    assert all(window.n <= 40 for window in scorer.seen)


def test_word_of_the_heading_is_never_the_answer(tokenizer: Any) -> None:
    reader, scorer = _reader(tokenizer, "gao")
    (reading,) = reader.read("Where?", [Excerpt("The road was closed.", title="Gao: The Road", date=date(2018, 4, 6))])
    assert scorer.wanted & set(scorer.seen[0].ids)
    assert reading.margin == 0.0
    assert 0 <= reading.start < reading.end <= len("The road was closed.")


def test_passage_without_words_gives_an_empty_span(tokenizer: Any) -> None:
    reader, _ = _reader(tokenizer, "gao")
    for text in ("", " \n "):
        (reading,) = reader.read("Where?", [Excerpt(text)])
        assert reading.start == reading.end
        assert reading.answerable < 1e-6


def test_no_passages_give_no_readings(tokenizer: Any) -> None:
    reader, _ = _reader(tokenizer)
    assert reader.read("Where?", []) == []


def test_passage_is_cut_into_word_pieces_once(tokenizer: Any) -> None:
    counting = CountingTokenizer(tokenizer)
    reader = Reader(WordScorer(tokenizer, "gao"), counting, Calibration())
    passage = Excerpt("The road to Gao.", title="Roads")
    for question in ("Where?", "Which road?", "Where?"):
        reader.read(question, [passage, passage])
    assert counting.calls.count(passage.text) == 1


def test_overlong_question_leaves_room_for_the_passage(tokenizer: Any) -> None:
    reader, scorer = _reader(tokenizer, "gao")
    (reading,) = reader.read("why " * 2000, [Excerpt("The road to Gao.")])
    assert (reading.start, reading.end) == (12, 15)
    assert len(scorer.seen[0].ids) < 70


@pytest.mark.parametrize(
    ("n", "room", "overlap"), [(0, 10, 3), (10, 10, 3), (11, 10, 3), (100, 10, 3), (57, 20, 19), (30, 10, 15)]
)
def test_windows_cover_everything_and_overlap(n: int, room: int, overlap: int) -> None:
    parts = slide(n, room, overlap)
    assert parts[0][0] == 0
    assert parts[-1][1] == n
    assert all(end - start <= room for start, end in parts)
    assert all(later[0] < earlier[1] for earlier, later in pairwise(parts))
    assert {i for start, end in parts for i in range(start, end)} == set(range(n))


def test_best_span_never_runs_backwards_and_never_too_long() -> None:
    window = make_window([7], [], list(range(50)), 0, 50)
    start, end = np.zeros(len(window.ids), dtype=np.float32), np.zeros(len(window.ids), dtype=np.float32)
    start[window.first + 45], end[window.first + 2] = 9, 9
    first, last, score, null = best_span(start, end, window)
    assert first <= last < first + 30
    assert (score, null) == (9.0, 0.0)


def test_window_is_question_then_heading_then_passage() -> None:
    window = make_window([1, 2], [3], [4, 5, 6], 1, 3)
    assert window.ids == (CLS, 1, 2, SEP, 3, 5, 6, SEP)
    assert window.ids[window.first : window.first + window.n] == (5, 6)
    assert window.n_question == 4


def test_heading_names_title_and_day() -> None:
    assert heading("Mali: Raids", date(2018, 4, 6)) == "Mali: Raids (April 6, 2018)."
    assert heading("", date(2018, 4, 6)) == "(April 6, 2018)."
    assert heading("Mali: Raids", None) == "Mali: Raids."
    assert heading(" ", None) == ""


def test_chance_rises_with_margin_and_relevance_and_never_overflows() -> None:
    calibration = Calibration(margin=0.5, relevance=0.3, bias=-1)
    assert calibration.chance(4, 0) > calibration.chance(2, 0)
    assert calibration.chance(2, 3) > calibration.chance(2, 0)
    assert 0 <= calibration.chance(-1e30, 0) < calibration.chance(1e30, 0) <= 1


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path, Path]:
    """A reader with a small random backbone: the PyTorch model, its fp32 export, its int8 export."""
    import torch
    from transformers import BertConfig

    from rag.training.export import write_onnx
    from rag.training.model import build_model

    torch.manual_seed(3)
    config = BertConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128)
    model = build_model(Path(), config=config).eval()
    return model, *write_onnx(model, tmp_path_factory.mktemp("tiny"))


def _windows(tokenizer: Any) -> list[Window]:
    asked = tokenizer.encode("Where did the convoy stop?", add_special_tokens=False).ids
    texts = ["It stopped in Gao.", "The convoy of 31 trucks stopped twice on its way to the north, once in Gao. " * 3, "No."]
    pieces = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    return [make_window(asked, [], ids, 0, len(ids)) for ids in pieces]


@pytest.mark.integration
def test_exported_model_scores_like_the_trained_one(tiny: tuple[Any, Path, Path], tokenizer: Any) -> None:
    from rag.training.running import TorchScorer

    model, full, small = tiny
    windows = _windows(tokenizer)
    expected = TorchScorer(model)(windows)
    for file, tolerance in ((full, 1e-4), (small, 0.15)):
        for found, wanted in zip(OnnxScorer(file)(windows), expected, strict=True):
            for one, other in zip(found, wanted, strict=True):
                np.testing.assert_allclose(one, other, atol=tolerance)


@pytest.mark.integration
def test_int8_scores_do_not_depend_on_company_or_threads(tiny: tuple[Any, Path, Path], tokenizer: Any) -> None:
    windows = _windows(tokenizer)
    alone = [OnnxScorer(tiny[2], threads=1)([window])[0] for window in windows]
    for together in (OnnxScorer(tiny[2], threads=2)(windows), OnnxScorer(tiny[2], threads=1)(windows)):
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one[0], other[0])
            assert one[2] == other[2]


def _settings() -> Settings:
    return Settings.load(env={})


def test_without_weights_there_is_no_reader(tmp_path: Path) -> None:
    assert load_reader(_settings(), tmp_path) is None
    assert load_reader(_settings(), tmp_path / "nothing") is None


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in (MODEL, TOKENIZER, MANIFEST):
        shutil.copyfile(FOLDER / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", [MODEL, TOKENIZER])
def test_changed_file_is_refused(copied: Path, name: str) -> None:
    data = bytearray((copied / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copied / name).write_bytes(bytes(data))
    with pytest.raises(ModelError, match="not the reader's file"):
        load_reader(_settings(), copied)


def test_manifest_that_is_missing_or_no_manifest_is_refused(copied: Path) -> None:
    for content in (None, "{", "[]", json.dumps({"sha256": {}})):
        (copied / MANIFEST).unlink(missing_ok=True)
        if content is not None:
            (copied / MANIFEST).write_text(content, encoding="utf-8")
        with pytest.raises(ModelError, match="cannot be checked"):
            load_reader(_settings(), copied)


def test_manifest_without_calibration_is_refused(copied: Path) -> None:
    manifest = json.loads((copied / MANIFEST).read_text(encoding="utf-8"))
    del manifest["calibration"]
    (copied / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError, match="not a reader's manifest"):
        load_reader(_settings(), copied)


def test_shipped_files_are_sound_and_small() -> None:
    manifest = check_manifest(FOLDER)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 25_000_000
    card = (FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert manifest["sha256"][MODEL][:12] in card


@pytest.mark.integration
def test_shipped_reader_answers_and_prefers_the_passage_that_answers() -> None:
    reader = load_reader(_settings())
    assert reader is not None
    passages = [
        Excerpt("The river rose again on Sunday, and the ferry did not run. Schools in the district stayed closed for two days."),
        Excerpt(
            "On Friday the ferry sank near Osto with 41 people on board. Fishermen saved 38 of them, the harbor master said."
        ),
        Excerpt("The ministry will buy new buses next year."),
    ]
    readings = reader.read("How many people were on board the ferry?", passages)
    best = max(readings, key=lambda reading: reading.answerable)
    assert best.passage_index == 1
    assert passages[1].text[best.start : best.end].startswith("41")
    assert readings[2].answerable < 0.5
