"""Make the shipped reader of a checkpoint: ``python -m rag.training.export --run DIR --data DIR --eval DIR --to DIR``.

The weights are written as int8 ONNX, compared with fp32, calibrated on one half of the held-out questions and measured on the
other and on the evaluation files; the manifest holds checksums, calibration and scores.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rag.errors import ModelError, RagError, UsageError
from rag.models.export import export_graph, quantise
from rag.models.reader import MANIFEST, MODEL, OUTPUTS, TOKENIZER, Calibration, OnnxScorer, Reader
from rag.models.weights import PACKAGED, PACKAGED_SHA256, packaged_folder
from rag.models.windows import plain_tokenizer
from rag.training.card import CARD, card
from rag.training.data import load_mix, sample
from rag.training.measuring import agreement, evaluation_samples, fit_calibration, measure_all
from rag.training.model import ReaderModel, build_model, merge_lora
from rag.training.running import TorchScorer
from rag.training.scoring import measure
from rag.training.scoring import read_items as answer_items
from rag.training.smoothing import smooth
from rag.training.written import read_written

logger = logging.getLogger(__name__)

ROOM, OVERLAP = 176, 64
MAX_MB = 25.0
MAX_F1_LOSS = 0.01
"""Most F1 the int8 model may lose against fp32 on the same questions."""


class _Exported(nn.Module):
    """The model under the input names of the export."""

    def __init__(self, model: ReaderModel) -> None:
        super().__init__()
        self._model = model

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        scores: tuple[Tensor, Tensor, Tensor, Tensor] = self._model(input_ids, attention_mask, token_type_ids)
        return scores


def load_checkpoint(path: Path) -> tuple[ReaderModel, dict[str, Any]]:
    """The model of a training run, adapters folded in, and what else its checkpoint tells.

    Args:
        path: A ``checkpoint.pt``.

    Returns:
        The model in eval mode; ``step``, ``spent_s`` and ``recipe``.

    Raises:
        UsageError: There is no checkpoint.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no checkpoint; train with python -m rag.training.reader first")
    state = torch.load(path, weights_only=True, map_location="cpu")
    model = build_model(packaged_folder(), lora=state["recipe"]["lora"])
    model.load_state_dict(state["model"])
    merge_lora(model)
    return model.eval(), {name: state[name] for name in ("step", "spent_s", "recipe")}


def write_onnx(model: ReaderModel, folder: Path, run: Callable[[ReaderModel], object] | None = None) -> tuple[Path, Path]:
    """Write ``fp32.onnx`` and the int8 model into a folder.

    Args:
        model: In eval mode.
        folder: Exists.
        run: Runs a model over text of the usual kind; given, the int8 model is smoothed first (``rag.training.smoothing``).

    Returns:
        The fp32 and the int8 file.
    """
    model.backbone.set_attn_implementation("eager")  # plain matrix products, which the quantiser knows
    full, small = folder / "fp32.onnx", folder / MODEL
    _write_graph(model, full)
    if run is None:
        quantise(full, small)
        return full, small
    smoothed = copy.deepcopy(model)
    smooth(smoothed, run)
    _write_graph(smoothed, folder / "smoothed.onnx")
    quantise(folder / "smoothed.onnx", small)
    return full, small


def _write_graph(model: ReaderModel, path: Path) -> None:
    axes = {"start": {0: "batch", 1: "length"}, "end": {0: "batch", 1: "length"}, "relevance": {0: "batch"}, "form": {0: "batch"}}
    with warnings.catch_warnings():
        # The TorchScript exporter warns that it is the old one; the new one needs a package more.
        warnings.simplefilter("ignore")
        export_graph(_Exported(model).eval(), path, {name: axes[name] for name in OUTPUTS})


def export(options: argparse.Namespace) -> dict[str, Any]:
    """Write the reader into ``options.to`` and measure it.

    Args:
        options: The command line.

    Returns:
        The manifest.

    Raises:
        ModelError: The int8 model is too large or too far from fp32.
    """
    model, state = load_checkpoint(options.run / "checkpoint.pt")
    if options.blend:
        blend(model, options.blend, options.share)
    tokenizer_file = packaged_folder() / "tokenizer.json"
    tokenizer = plain_tokenizer(tokenizer_file)
    mix = load_mix(options.data, state["recipe"]["seed"], mine=False, written=read_written())
    with tempfile.TemporaryDirectory() as scratch:
        usual = sample(mix.positives, 100)

        def run(any_model: ReaderModel) -> None:
            answer_items(usual, Reader(TorchScorer(any_model), tokenizer, Calibration()))

        full_file, small_file = write_onnx(model, Path(scratch), run)
        full, small = (
            Reader(OnnxScorer(f), tokenizer, Calibration(), room=ROOM, overlap=OVERLAP) for f in (full_file, small_file)
        )
        fit = {kind: [reading for _, reading in answer_items(items[::2], small)] for kind, items in mix.held_out.items()}
        calibration = fit_calibration(
            [*fit["answerable"], *fit["written_answerable"]], [*fit["adversarial"], *fit["similar"], *fit["written_unanswerable"]]
        )
        small = Reader(OnnxScorer(small_file), tokenizer, calibration, room=ROOM, overlap=OVERLAP)
        full = Reader(OnnxScorer(full_file), tokenizer, calibration, room=ROOM, overlap=OVERLAP)
        scores, counts = measure_all(small, mix.held_out, options.eval, options.sample)
        compared = evaluation_samples(options.eval, 300)["squad11_dev32"]
        near = agreement(full, small, compared["answerable"])
        losses = {name: measure(reader, compared)["answerable.f1"] for name, reader in (("fp32", full), ("int8", small))}
        near = {key: round(value, 4) for key, value in near.items()} | {f"f1_{name}": value for name, value in losses.items()}
        near["n"] = len(compared["answerable"])
        logger.info("int8 against fp32: %s", json.dumps(near))
        if losses["fp32"] - losses["int8"] > MAX_F1_LOSS:
            raise ModelError(
                f"int8 loses {losses['fp32'] - losses['int8']:.3f} F1 against fp32 (at most {MAX_F1_LOSS}); nothing was written"
            )
        if small_file.stat().st_size / 1e6 + tokenizer_file.stat().st_size / 1e6 > MAX_MB:
            raise ModelError(f"the int8 reader is larger than {MAX_MB:.0f} MB; nothing was written")
        options.to.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(small_file, options.to / MODEL)
        shutil.copyfile(tokenizer_file, options.to / TOKENIZER)
    manifest = {
        "backbone": PACKAGED,
        "backbone_sha256": PACKAGED_SHA256,
        "sha256": {name: hashlib.sha256((options.to / name).read_bytes()).hexdigest() for name in (MODEL, TOKENIZER)},
        "room": ROOM,
        "overlap": OVERLAP,
        "calibration": asdict(calibration),
        "recipe": state["recipe"]
        | {"steps_done": state["step"], "minutes_spent": round(state["spent_s"] / 60, 1)}
        | ({"share": options.share} if options.blend else {}),
        "int8": near,
        "scores": scores,
        "n": counts,
    }
    _write(options.to / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    _write(options.to / CARD, card(manifest))
    if options.weights:
        save_weights(model, options.weights)
    return manifest


def blend(model: ReaderModel, earlier: Path, share: float) -> None:
    """Take a weighted mean of a run's weights and those it began with, in place.

    What the run learned of its own sort of text is mostly kept, and what it forgot of others comes back (after Wortsman et al.
    2022, https://arxiv.org/abs/2109.01903).

    Args:
        model: Of the run, without adapters.
        earlier: ``reader.safetensors`` that the run began with.
        share: Of the run's weights, 0 to 1.
    """
    from safetensors.torch import load_file

    weights = model.state_dict()
    mixed = {name: share * weights[name] + (1 - share) * value.float() for name, value in load_file(earlier).items()}
    model.load_state_dict(weights | mixed)


def save_weights(model: ReaderModel, path: Path) -> None:
    """Write what training changed as float16 safetensors, for ``--init``; the frozen embeddings stay with the backbone."""
    from safetensors.torch import save_file

    kept = {
        name: p.detach().half().contiguous()
        for name, p in model.state_dict().items()
        if not name.startswith("backbone.embeddings.") or "token_type" in name
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(kept, path)


def _write(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: Command line without the program's name; ``sys.argv`` when None.

    Returns:
        Exit code: 0 done, 2 when the reader could not be made.
    """
    parser = argparse.ArgumentParser(
        prog="python -m rag.training.export", description="Make the shipped reader of a training run."
    )
    parser.add_argument("--run", type=Path, required=True, help="output folder of the training run")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training files, for the held-out questions")
    parser.add_argument("--eval", type=Path, required=True, help="folder of the evaluation files")
    parser.add_argument("--to", type=Path, required=True, help="folder of the reader")
    parser.add_argument("--weights", type=Path, default=None, help="also write the trained weights as float16 safetensors")
    parser.add_argument("--blend", type=Path, default=None, help="mix in the weights of an earlier reader.safetensors")
    parser.add_argument("--share", type=float, default=0.8, help="with --blend: share of the run's own weights (default 0.8)")
    parser.add_argument("--sample", type=int, default=0, help="most questions of each evaluation kind; 0 takes all")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        export(options)
    except RagError as error:
        logger.error("%s", error)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
