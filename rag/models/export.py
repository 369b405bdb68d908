"""The packaged embedder as an int8 ONNX file: made once, checked against fp32, kept in a cache.

``python -m rag.models.export`` prepares the cache ahead of the first question; otherwise the first use does it in a child
process, so that the process that answers never imports torch. An export that is not close enough to fp32 is recorded as
refused, and the embedder then runs on sentence-transformers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.models.weights import (
    PACKAGED,
    PACKAGED_DIM,
    PACKAGED_MAX_LENGTH,
    PACKAGED_SHA256,
    check_packaged,
    packaged_folder,
    prepare_environment,
)

logger = logging.getLogger(__name__)

RECIPE = "int8-1"
"""Names how the export is made; a change of graph or quantisation gets a new one, and with it new vectors everywhere."""

MIN_MEAN_COSINE = 0.99
MIN_COSINE = 0.97
EXPORT_TIMEOUT_S = 600

_MODEL = "model.onnx"
_MANIFEST = "manifest.json"
_OPSET = 17

# Texts of every length a library holds, one word to more than the model reads, with figures, dates, accents and no sense.
_SAMPLES = (
    "Ambush",
    "Who led the talks?",
    "April 6, 2018",
    "How many soldiers were killed near the border in October 2017?",
    "The ceasefire held for nine days.",
    "Élections législatives: le président a annoncé un report d'un mois.",
    "Flooding closed the road to the north, and about 1,200 people waited two nights for trucks carrying grain and medicine.",
    "The ministry said 14 of the 31 detainees had been released without charge; lawyers put the figure at nine.",
    "In late 2016 the mission received six helicopters, a field hospital and a company of engineers, all of them on loan.",
    "An engine failure, not hostile fire, brought down the aircraft, according to the preliminary report published in Lyon.",
    "wheat prices rose 12.5 percent; rice 3 percent; fuel unchanged",
    "The treaty, signed in 1992 and amended twice since, obliges both states to notify each other before any exercise of more "
    "than 3,000 troops within 50 kilometres of the line. Neither did so this spring. Observers counted four such exercises, "
    "the largest of them with tanks, and the commission met only after the last had ended.",
    "Vaccination teams reached 83 of 97 villages. In the others they were turned back at checkpoints, or the tracks were wet. "
    "Each team has a nurse, a driver and an interpreter; the pay is late. Measles cases fell from 410 in March to 75 in June. "
    * 3,
    "x7 ;; -- 000 ?? lorem qwv",
    "The court heard the appeal behind closed doors and reserved its judgment until September. " * 40,
)


def cache_folders(home: Path | None) -> list[Path]:
    """Where exports may lie, best first: the user's cache folder, shared by all libraries, then the library's own folder."""
    import platformdirs

    folders = [Path(platformdirs.user_cache_dir("ask-the-reports", appauthor=False)) / "models"]
    if home is not None:
        folders.append(home / "models")
    return folders


def export_name() -> str:
    """Folder name of the export: changes with the weights and with the recipe."""
    return f"{PACKAGED}-{PACKAGED_SHA256[:12]}-{RECIPE}"


def find_export(folders: Sequence[Path]) -> Path | None:
    """The first sound export among cache folders.

    Args:
        folders: As ``cache_folders`` gives them.

    Returns:
        The ONNX file, its content checked against the manifest, or None when no folder has one.

    Raises:
        ModelError: An export was made and refused for being too far from fp32.
    """
    for folder in folders:
        place = folder / export_name()
        try:
            manifest = json.loads((place / _MANIFEST).read_text(encoding="utf-8"))
            if not manifest["sound"]:
                raise ModelError(f"{place}: the int8 export was refused ({manifest['reason']}); delete the folder to try again")
            with (place / _MODEL).open("rb") as file:
                sound = hashlib.file_digest(file, "sha256").hexdigest() == manifest["sha256"]
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("%s: unreadable export ignored (%s)", place, error)
            continue
        if sound:
            return place / _MODEL
        logger.warning("%s: damaged export ignored; it is made again", place)
    return None


def ensure_export(folders: Sequence[Path]) -> Path:
    """Find the export, or make it in a child process in the first folder that can be written.

    Args:
        folders: As ``cache_folders`` gives them.

    Returns:
        The ONNX file.

    Raises:
        ModelError: It could not be made, or was refused.
    """
    found = find_export(folders)
    if found:
        return found
    folder = _first_writable(folders)
    logger.info("preparing the embedder once (about 20 s) in %s", folder)
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    command = [sys.executable, "-m", "rag.models.export", "--folder", str(folder)]
    try:
        done = subprocess.run(
            command, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, timeout=EXPORT_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelError(f"the embedder could not be exported ({error}); run: python -m rag.models.export") from error
    found = find_export([folder])
    if found is None:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ModelError(f"the embedder could not be exported ({last}); run: python -m rag.models.export")
    return found


def export_packaged(folder: Path) -> Path:
    """Export, quantise and check the packaged model in this process; does nothing where a sound export lies.

    Processes that do this at the same time wait for each other; readers never see half an export.

    Args:
        folder: Cache folder; made if missing.

    Returns:
        The ONNX file.

    Raises:
        ModelError: The weights are not the published ones, the export is too far from fp32, or it cannot be read back.
    """
    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{export_name()}.lock"):
        found = find_export([folder])
        if found:
            return found
        with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as scratch:
            draft = Path(scratch) / export_name()
            draft.mkdir()
            manifest = _make(draft)
            (draft / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
            place = folder / export_name()
            shutil.rmtree(place, ignore_errors=True)  # a damaged one, seen above
            draft.replace(place)
    found = find_export([folder])
    if found is None:
        raise ModelError(f"{folder}: the export is not readable after it was written; check the disk")
    return found


def _make(draft: Path) -> dict[str, Any]:
    prepare_environment(hub=False)
    source = packaged_folder()
    check_packaged(source)
    with warnings.catch_warnings():
        # The TorchScript exporter warns that it is the old one (the new one needs onnxscript) and that traced sizes become
        # constants; the check below runs other sizes than the traced ones.
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer

        # Eager attention: its graph is plain matrix products, which the quantiser knows.
        model = SentenceTransformer(
            str(source), device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
        )
        expected = model.encode(list(_SAMPLES), normalize_embeddings=True, show_progress_bar=False)
        full = draft / "fp32.onnx"
        export_graph(_pooled(model[0].auto_model), full, {"embedding": {0: "batch"}})
    quantise(full, draft / _MODEL)
    full.unlink()

    from rag.models.onnx import OnnxModel

    tokenizer = source / "tokenizer.json"
    found = OnnxModel(draft / _MODEL, tokenizer, PACKAGED_DIM, PACKAGED_MAX_LENGTH).encode(_SAMPLES)
    cosines = (found * expected).sum(axis=1)
    mean, least = float(cosines.mean()), float(cosines.min())
    reason = f"cosine to fp32: mean {mean:.4f}, least {least:.4f}; needed {MIN_MEAN_COSINE} and {MIN_COSINE}"
    with (draft / _MODEL).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"sound": mean >= MIN_MEAN_COSINE and least >= MIN_COSINE, "reason": reason, "sha256": digest, "recipe": RECIPE}


def _pooled(backbone: Any) -> Any:
    """The transformer with mean pooling over real tokens and normalisation, as sentence-transformers does after it."""
    import torch

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.backbone = backbone

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            hidden = self.backbone(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, p=2, dim=1)

    return Pooled().eval()


def export_graph(module: Any, path: Path, outputs: dict[str, dict[int, str]]) -> None:
    """Write a torch module over a BERT-like backbone as ONNX.

    Args:
        module: In eval mode; ``forward(input_ids, attention_mask, token_type_ids)``, each of shape (batch, length).
        path: File to write.
        outputs: Names of what it returns, in order, with their variable axes.
    """
    import torch

    ids = torch.tensor([[101, 7592, 2088, 102, 0], [101, 2054, 2003, 2009, 102]])
    mask = (ids != 0).long()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {name: {0: "batch", 1: "length"} for name in names} | outputs
    with torch.no_grad():
        torch.onnx.export(
            module,
            (ids, mask, torch.zeros_like(ids)),
            str(path),
            input_names=names,
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=_OPSET,
            dynamo=False,
        )


def quantise(source: Path, target: Path) -> None:
    """Write an int8 copy of an fp32 ONNX file.

    Signed weights, one scale a column: 2.2 times the tokens of fp32 per CPU second at cosine 0.994, where unsigned ones gave 1.3
    times and one scale a matrix cosine 0.957. The reduced range (7 bits) costs 0.001 of cosine and no time, and keeps processors
    without VNNI from overflowing, so the same file is right everywhere.

    Args:
        source: fp32 model.
        target: File to write.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    from onnxruntime.quantization import QuantType, quantize_dynamic

    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # the quantiser recommends a preprocessing step on the root logger at every call
    try:
        quantize_dynamic(source, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    finally:
        root.setLevel(level)


def _first_writable(folders: Sequence[Path]) -> Path:
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError as error:
            logger.debug("%s: not writable (%s)", folder, error)
    raise ModelError(f"no folder for the exported embedder can be written ({', '.join(map(str, folders))}); free one of them")


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare the cache; the command behind ``python -m rag.models.export``.

    Args:
        arguments: Command line without the program's name; ``sys.argv`` when None.

    Returns:
        0 when a sound export is in place, 1 otherwise.
    """
    parser = argparse.ArgumentParser(
        prog="python -m rag.models.export", description="Prepare the embedder ahead of its first use."
    )
    parser.add_argument("--folder", type=Path, help="cache folder (default: the user's)")
    folder: Path | None = parser.parse_args(arguments).folder
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        path = export_packaged(folder or _first_writable(cache_folders(None)))
    except (ModelError, OSError) as error:
        logger.error("%s", error)
        return 1
    logger.info("%s is ready", path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
