"""The reader: a question and passages in; where each passage answers, how surely, and how relevant it is.

Runs on ONNX Runtime and tokenizers alone. The weights are shipped in ``weights/reader`` beside this file, made by
``rag.training``; without them ``load_reader`` gives None and answers are composed of sentences. Text is data, whatever it says.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError
from rag.models.onnx import Lazy, n_threads, open_session
from rag.models.weights import prepare_environment
from rag.models.windows import Scores, Window, best_span, best_spans_within, heading, make_window, plain_tokenizer, slide
from rag.settings import Settings

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).parent / "weights" / "reader"
MODEL, TOKENIZER, MANIFEST = "model.int8.onnx", "tokenizer.json", "manifest.json"
OUTPUTS = ("start", "end", "relevance", "form")

WindowScores = tuple[Scores, Scores, float, Scores]
"""Start and end scores of each word piece, relevance, and the scores of the forms span, yes, no and none."""

Parts = Sequence[tuple[int, int]]
"""Character spans in a passage's text, in order."""

Scorer = Callable[[Sequence[Window]], list[WindowScores]]

_CACHED_PASSAGES = 4096
_MAX_HEADING_TOKENS = 24


class Readable(Protocol):
    """What is read of a passage."""

    @property
    def text(self) -> str:
        """The passage; readings give character offsets in it."""
        ...

    @property
    def title(self) -> str:
        """Of its report, or ""."""
        ...

    @property
    def date(self) -> date | None:
        """Its day, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage that belongs to no report."""

    text: str
    title: str = ""
    date: date | None = None


@dataclass(frozen=True, slots=True)
class PartReading:
    """The best span inside one part of a passage.

    Attributes:
        start: First character in the passage's text.
        end: One past the last.
        margin: Its score less the score of "no answer" in the window that sees it.
    """

    start: int
    end: int
    margin: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one passage. Scores are log-odds without a fixed scale; they compare across passages.

    Attributes:
        passage_index: Place of the passage among those given, 0-based.
        start: First character of the best span in the passage's text.
        end: One past its last character; equal to ``start`` when the passage has no words.
        span_score: Of that span.
        null_score: Of there being no answer in the part of the passage where the span lies.
        relevance: Whether the passage answers the question at all; the highest of its windows.
        forms: Scores of the answer's form: span, yes, no, none.
        answerable: Calibrated chance that the span answers the question, 0 to 1.
        parts: For each part asked for, its best span; None where there is none.
    """

    passage_index: int
    start: int
    end: int
    span_score: float
    null_score: float
    relevance: float
    forms: tuple[float, float, float, float]
    answerable: float
    parts: tuple[PartReading | None, ...] = ()

    @property
    def margin(self) -> float:
        """How far the span is above no answer."""
        return self.span_score - self.null_score


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic regression from margin and relevance to the chance of an answer, fitted on held-out articles.

    Attributes:
        margin: Weight of the span score less the null score.
        relevance: Weight of the relevance.
        bias: Added.
    """

    margin: float = 1.0
    relevance: float = 0.0
    bias: float = 0.0

    def chance(self, margin: float, relevance: float) -> float:
        """The chance of an answer, 0 to 1."""
        x = self.margin * margin + self.relevance * relevance + self.bias
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, x))))


class Reader:
    """Reads passages for a question; safe to use from several threads."""

    def __init__(self, scorer: Scorer, tokenizer: Any, calibration: Calibration, *, room: int = 176, overlap: int = 64) -> None:
        """Join the parts.

        Args:
            scorer: Runs the model.
            tokenizer: A ``tokenizers.Tokenizer`` that neither cuts nor pads.
            calibration: Of the no-answer decision.
            room: Most word pieces of a passage in one window.
            overlap: Word pieces that neighbouring windows share.
        """
        self._scorer = scorer
        self._tokenizer = tokenizer
        self._calibration = calibration
        self._room, self._overlap = room, overlap
        self._cache: OrderedDict[str, tuple[list[int], npt.NDArray[np.int32]]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, question: str, passages: Sequence[Readable], parts: Sequence[Parts] = ()) -> list[Reading]:
        """Read each passage for the question.

        Args:
            question: As asked.
            passages: The candidates, in any order.
            parts: For each passage, character spans in its text whose own best spans are wanted too; empty for none.

        Returns:
            One reading for each passage, in the order given.
        """
        return self.read_pairs([(question, passage) for passage in passages], parts)

    def read_pairs(self, pairs: Sequence[tuple[str, Readable]], parts: Sequence[Parts] = ()) -> list[Reading]:
        """Read each passage for its own question.

        Args:
            pairs: Questions with passages.
            parts: As for ``read``.

        Returns:
            One reading for each pair; ``passage_index`` is its place.
        """
        asked: dict[str, list[int]] = {}
        windows: list[Window] = []
        owners: list[int] = []
        for i, (question, passage) in enumerate(pairs):
            if question not in asked:
                asked[question] = self._tokenizer.encode(question, add_special_tokens=False).ids
            ids, _ = self._tokens(passage.text)
            head, _ = self._tokens(heading(passage.title, passage.date))
            for start, end in slide(len(ids), self._room, self._overlap):
                windows.append(make_window(asked[question], head[:_MAX_HEADING_TOKENS], ids, start, end))
                owners.append(i)
        best: dict[int, tuple[float, float, float, int, int, Scores]] = {}
        highest = [-math.inf] * len(pairs)
        pieces = [self._pieces(passage.text, parts[i]) if parts else [] for i, (_, passage) in enumerate(pairs)]
        inner: list[list[tuple[float, int, int] | None]] = [[None] * len(p) for p in pieces]
        for window, owner, (starts, ends, relevance, forms) in zip(windows, owners, self._scorer(windows), strict=True):
            highest[owner] = max(highest[owner], relevance)
            first, last, span, null = (
                best_span(starts, ends, window) if window.n else (0, -1, -math.inf, float(starts[0] + ends[0]))
            )
            if owner not in best or span - null > best[owner][0]:
                best[owner] = (span - null, span, null, first, last, forms)
            for n, found in enumerate(best_spans_within(starts, ends, window, pieces[owner])):
                known = inner[owner][n]
                if found is not None and (known is None or found[2] - null > known[0]):
                    inner[owner][n] = (found[2] - null, found[0], found[1])
        return [self._reading(i, pair[1].text, best[i], highest[i], inner[i]) for i, pair in enumerate(pairs)]

    def _pieces(self, text: str, parts: Parts) -> list[tuple[int, int]]:
        """Character spans of a text as ranges of its word pieces."""
        _, offsets = self._tokens(text)
        firsts = np.searchsorted(offsets[:, 1], [start for start, _ in parts], side="right")
        lasts = np.searchsorted(offsets[:, 0], [end for _, end in parts], side="left")
        return [(int(a), int(b)) for a, b in zip(firsts, lasts, strict=True)]

    def _reading(
        self,
        index: int,
        text: str,
        best: tuple[float, float, float, int, int, Scores],
        relevance: float,
        inner: Sequence[tuple[float, int, int] | None],
    ) -> Reading:
        margin, span, null, first, last, forms = best
        _, offsets = self._tokens(text)
        start, end = (int(offsets[first, 0]), int(offsets[last, 1])) if last >= first else (0, 0)
        chance = self._calibration.chance(margin, relevance)
        four = (float(forms[0]), float(forms[1]), float(forms[2]), float(forms[3]))
        parts = tuple(None if p is None else PartReading(int(offsets[p[1], 0]), int(offsets[p[2], 1]), p[0]) for p in inner)
        return Reading(index, start, end, span, null, relevance, four, chance, parts)

    def _tokens(self, text: str) -> tuple[list[int], npt.NDArray[np.int32]]:
        with self._lock:
            known = self._cache.get(text)
            if known is not None:
                self._cache.move_to_end(text)
                return known
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        known = (encoded.ids, np.array(encoded.offsets, dtype=np.int32).reshape(-1, 2))
        with self._lock:
            self._cache[text] = known
            while len(self._cache) > _CACHED_PASSAGES:
                self._cache.popitem(last=False)
        return known


class OnnxScorer:
    """Runs an exported reader, one window a run.

    The int8 graph scales each run's activations by their largest value: windows that shared a batch would change each other's
    scores. Runs of one window spread over threads are also as fast as batches on a CPU.
    """

    def __init__(self, model: Path, threads: int = 0) -> None:
        """Remember the model; it is opened at the first call.

        Args:
            model: ONNX file with the outputs ``OUTPUTS``.
            threads: Windows run at once; 0 means one for each core.
        """
        self._session = Lazy(lambda: open_session(model))
        self._threads = n_threads(threads)

    def __call__(self, windows: Sequence[Window]) -> list[WindowScores]:
        """Scores of each window, in the order given."""
        session = self._session.get()
        # Longest first: no thread is left alone with a long window at the end.
        order = sorted(range(len(windows)), key=lambda i: -len(windows[i].ids))
        run = _Run(session)
        done: Iterable[WindowScores]
        if self._threads == 1 or len(windows) < 2:
            done = map(run, (windows[i] for i in order))
        else:
            with ThreadPoolExecutor(min(self._threads, len(windows)), thread_name_prefix="read") as pool:
                done = list(pool.map(run, (windows[i] for i in order)))
        scores = dict(zip(order, done, strict=True))
        return [scores[i] for i in range(len(windows))]


class _Run:
    def __init__(self, session: Any) -> None:
        self._session = session

    def __call__(self, window: Window) -> WindowScores:
        ids = np.array([window.ids], dtype=np.int64)
        types = (np.arange(ids.shape[1]) >= window.n_question).astype(np.int64)[None]
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
        start, end, relevance, form = self._session.run(list(OUTPUTS), feed)
        return start[0], end[0], float(relevance[0]), form[0]


def load_reader(settings: Settings, folder: Path = FOLDER) -> Reader | None:
    """Load the shipped reader; the model itself is opened at the first reading.

    Args:
        settings: ``models.threads`` is read.
        folder: Of the weights.

    Returns:
        The reader, or None when no weights are there.

    Raises:
        ModelError: The weights are there and are not the ones the manifest names.
    """
    if not (folder / MODEL).is_file():
        logger.info("no reader weights in %s; answers are composed of sentences", folder)
        return None
    prepare_environment(settings.models.hub)
    manifest = check_manifest(folder)
    scorer = OnnxScorer(folder / MODEL, settings.models.threads)
    try:
        calibration = Calibration(**manifest["calibration"])
        room, overlap = int(manifest["room"]), int(manifest["overlap"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder / MANIFEST}: not a reader's manifest ({error}); reinstall the program") from error
    return Reader(scorer, plain_tokenizer(folder / TOKENIZER), calibration, room=room, overlap=overlap)


def check_manifest(folder: Path) -> dict[str, Any]:
    """Compare the files of a reader with its manifest.

    Args:
        folder: Of the weights.

    Returns:
        The manifest.

    Raises:
        ModelError: A file is missing, unreadable or another one.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        sums: dict[str, str] = {name: manifest["sha256"][name] for name in (MODEL, TOKENIZER)}
        for name, expected in sums.items():
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != expected:
                have, want = found[:12], expected[:12]
                raise ModelError(
                    f"{folder / name}: not the reader's file (SHA-256 {have}..., expected {want}...); reinstall the program"
                )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder}: the reader's files cannot be checked ({error}); reinstall the program") from error
    return manifest
