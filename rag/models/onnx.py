"""A sentence embedder on ONNX Runtime and tokenizers alone: 0.4 s to import where sentence-transformers takes 12 s."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

_BLOCK = 256


def open_session(path: Path) -> Any:
    """Open an ONNX file for runs on one thread each; several runs may go on at once.

    Args:
        path: The ONNX file.

    Returns:
        An ``onnxruntime.InferenceSession``.
    """
    # Its telemetry is on unless the environment says so before the first import; nothing here may contact a host.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Parallel runs of one thread each beat one run of many threads (17,300 against 9,800 tokens/s on 2 cores).
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def open_tokenizer(path: Path, max_length: int) -> Any:
    """Open a ``tokenizer.json`` that cuts texts to a length and pads nothing.

    Args:
        path: The tokenizer file.
        max_length: Most word pieces, the two special ones included.

    Returns:
        A ``tokenizers.Tokenizer``.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(max_length=max_length)
    tokenizer.no_padding()
    return tokenizer


def n_threads(setting: int) -> int:
    """Threads to use: the setting, or one for each core this process may run on when it is 0."""
    if setting:
        return setting
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class OnnxModel:
    """An exported embedder: texts in, unit vectors out.

    Every text is a run of its own. The int8 graph scales each run's activations by their largest value, so texts that share a
    batch change each other's vectors (cosine down to 0.97), and the same text would be embedded differently from day to day.
    Single runs spread over threads are also faster on passages: 8,700 against 6,700 tokens per CPU second in batches of 32,
    because nothing is padded and a text stays in the caches. (Short sentences alone would gain 15 % in batches.)
    """

    def __init__(self, model: Path, tokenizer: Path, dim: int, max_length: int, threads: int = 0) -> None:
        """Load the model.

        Args:
            model: ONNX file with the output ``embedding``.
            tokenizer: Its ``tokenizer.json``.
            dim: Length of its vectors.
            max_length: Word pieces read of a text; the rest is cut off.
            threads: Texts embedded at once; 0 means one for each core.
        """
        self.dim = dim
        self._session = open_session(model)
        self._tokenizer = open_tokenizer(tokenizer, max_length)
        self._threads = n_threads(threads)
        self._inputs = {entry.name for entry in self._session.get_inputs()}

    def encode(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> Vectors:
        """Embed texts, each independently of the others; equal texts are run once.

        Args:
            texts: Any number of texts, in any order.
            progress: Called with how many distinct texts are done and how many there are.

        Returns:
            Shape ``(len(texts), dim)``, unit length.
        """
        distinct = list(dict.fromkeys(texts))
        place = {text: row for row, text in enumerate(distinct)}
        vectors = np.empty((len(distinct), self.dim), dtype=np.float32)
        for done, vector in enumerate(self._map(distinct)):
            vectors[done] = vector
            if progress:
                progress(done + 1, len(distinct))
        return vectors[[place[text] for text in texts]] if len(distinct) < len(texts) else vectors

    def _map(self, texts: list[str]) -> Iterable[Vectors]:
        workers = min(self._threads, len(texts))
        if workers <= 1:
            yield from map(self._embed, texts)
            return
        with ThreadPoolExecutor(workers, thread_name_prefix="embed") as pool:
            # In blocks, so that an interrupted run ends soon and a large one does not queue everything at once.
            for start in range(0, len(texts), _BLOCK):
                yield from pool.map(self._embed, texts[start : start + _BLOCK])

    def _embed(self, text: str) -> Vectors:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        vector: Vectors = self._session.run(["embedding"], {name: feed[name] for name in self._inputs})[0][0]
        return vector


class Lazy:
    """Builds a value once, at its first use, whichever thread comes first."""

    def __init__(self, build: Callable[[], Any]) -> None:
        """Remember how to build.

        Args:
            build: Called at most once unless it raises.
        """
        self._build = build
        self._lock = threading.Lock()
        self._value: Any = None
        self._built = False

    def get(self) -> Any:
        """The value; built now when this is the first call."""
        with self._lock:
            if not self._built:
                self._value = self._build()
                self._built = True
        return self._value
