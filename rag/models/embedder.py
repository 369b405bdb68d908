"""The embedder: texts to unit vectors, by ONNX Runtime where there is a sound export, else by sentence-transformers."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from rag.errors import ModelError
from rag.models.export import RECIPE, cache_folders, ensure_export
from rag.models.onnx import Lazy, OnnxModel, Vectors
from rag.models.weights import (
    PACKAGED,
    PACKAGED_DIM,
    PACKAGED_MAX_LENGTH,
    PACKAGED_SHA256,
    Weights,
    check_packaged,
    find_weights,
    folder_digest,
    prepare_environment,
)
from rag.settings import Settings

logger = logging.getLogger(__name__)

ProgressCall = Callable[[int, int], None]


class Embedder(Protocol):
    """Turns texts into unit vectors; nothing heavy happens before the first ``encode``."""

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits over weights, arithmetic and length; vectors of different ones never share an index."""
        ...

    def encode(self, texts: Sequence[str], progress: ProgressCall | None = None) -> Vectors:
        """Embed texts.

        Args:
            texts: Any number, in any order; what goes beyond the model's length is not read.
            progress: Called with how many are done and how many there are.

        Returns:
            float32 of shape ``(len(texts), dim)``, unit length.
        """
        ...


def load_embedder(settings: Settings) -> Embedder:
    """Choose the embedder the settings ask for; models are loaded at their first use.

    Args:
        settings: ``models.*`` and ``home`` are read.

    Returns:
        An embedder, safe to use from several threads.

    Raises:
        ModelError: There is no such model, or the back end cannot run it.
    """
    options = settings.models
    prepare_environment(options.hub)
    weights = find_weights(options.embedder, options.hub)
    if options.backend == "onnx-int8" and not weights.packaged:
        raise ModelError(f"models.backend = onnx-int8 runs {PACKAGED} only; set models.backend = auto for {weights.name}")
    if options.backend == "torch" or not weights.packaged:
        return TorchEmbedder(weights, settings)
    return PackagedEmbedder(weights, settings)


class PackagedEmbedder:
    """all-MiniLM-L6-v2 in int8; where no sound export can be had and the back end is "auto", in fp32 by torch."""

    dim = PACKAGED_DIM

    def __init__(self, weights: Weights, settings: Settings) -> None:
        """Remember what to load.

        Args:
            weights: The packaged ones.
            settings: For cache folder, threads and back end.
        """
        self._weights = weights
        self._settings = settings
        # The export is settled before any vector is made, so that the fingerprint tells the truth about them.
        self._export = Lazy(self._settle)
        self._model = Lazy(self._load)

    @property
    def fingerprint(self) -> str:
        """See ``Embedder``; int8 and fp32 differ. The very first call on a machine may make the export (about 20 s)."""
        return _fingerprint(PACKAGED_SHA256, RECIPE if self._export.get() else "fp32", PACKAGED_MAX_LENGTH)

    def encode(self, texts: Sequence[str], progress: ProgressCall | None = None) -> Vectors:
        """See ``Embedder``."""
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        vectors: Vectors = self._model.get().encode(texts, progress)
        return vectors

    def _settle(self) -> Any:
        try:
            return ensure_export(cache_folders(self._settings.home))
        except ModelError as error:
            if self._settings.models.backend == "onnx-int8":
                raise
            logger.warning("%s is slower than it could be: running on sentence-transformers, because %s", PACKAGED, error)
            return None

    def _load(self) -> Any:
        path = self._export.get()
        if path is None:
            return TorchEmbedder(self._weights, self._settings)
        assert self._weights.folder is not None  # the packaged model has one
        tokenizer = self._weights.folder / "tokenizer.json"
        return OnnxModel(path, tokenizer, PACKAGED_DIM, PACKAGED_MAX_LENGTH, self._settings.models.threads)


class TorchEmbedder:
    """Any sentence-transformers model, in fp32 on the processor."""

    def __init__(self, weights: Weights, settings: Settings) -> None:
        """Remember what to load.

        Args:
            weights: Which model.
            settings: For threads, batch size and whether the hub may be asked.
        """
        self._weights = weights
        self._settings = settings
        self._model = Lazy(self._load)
        self._digest = Lazy(self._make_digest)

    @property
    def dim(self) -> int:
        """See ``Embedder``; loads the model unless it is the packaged one."""
        return PACKAGED_DIM if self._weights.packaged else int(self._model.get().get_embedding_dimension())

    @property
    def fingerprint(self) -> str:
        """See ``Embedder``; loads the model unless it is the packaged one."""
        if self._weights.packaged:
            return _fingerprint(PACKAGED_SHA256, "fp32", PACKAGED_MAX_LENGTH)
        return _fingerprint(self._digest.get(), "fp32", int(self._model.get().max_seq_length or 0))

    def encode(self, texts: Sequence[str], progress: ProgressCall | None = None) -> Vectors:
        """See ``Embedder``. Texts of like length share a batch, so that little padding is computed."""
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        model = self._model.get()
        size = self._settings.models.batch_size
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            batch = [texts[row] for row in rows]
            vectors[rows] = model.encode(batch, batch_size=size, normalize_embeddings=True, show_progress_bar=False)
            if progress:
                progress(start + len(rows), len(texts))
        return vectors

    def _load(self) -> Any:
        hub = self._settings.models.hub
        prepare_environment(hub)
        if self._weights.packaged and self._weights.folder is not None:
            check_packaged(self._weights.folder)
        import torch
        from sentence_transformers import SentenceTransformer

        if self._settings.models.threads:
            torch.set_num_threads(self._settings.models.threads)
        source = str(self._weights.folder or self._weights.name)
        try:
            model = SentenceTransformer(source, device="cpu", local_files_only=not hub, trust_remote_code=False)
        except Exception as error:  # whatever the model's files make the libraries raise
            line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise ModelError(
                f"{source}: not loadable as a sentence-transformers model ({line}); check models.embedder"
            ) from error
        return model

    def _make_digest(self) -> str:
        if self._weights.folder is not None:
            return folder_digest(self._weights.folder)
        commit = getattr(self._model.get()[0].auto_model.config, "_commit_hash", None)
        return f"{self._weights.name}@{commit}"


def _fingerprint(weights: str, arithmetic: str, max_length: int) -> str:
    return hashlib.sha256(f"{weights}|{arithmetic}|{max_length}|mean|unit".encode()).hexdigest()[:16]
