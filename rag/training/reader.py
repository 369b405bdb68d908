"""Train the reader: ``python -m rag.training.reader --data DIR --out DIR [--minutes N] [--seed N] [--resume]``.

The learning rate follows the share of the budget that is spent, so that a run limited by time always anneals to zero. Every batch
is a function of the seed and its number; a run stopped anywhere goes on from its last checkpoint with ``--resume``.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from rag.errors import RagError, UsageError
from rag.models.reader import Calibration, Reader
from rag.models.weights import check_packaged, packaged_folder
from rag.models.windows import plain_tokenizer
from rag.training.batches import Batches
from rag.training.data import WRITTEN_SHARE, Encode, Item, Mix, load_mix, read_items, sample
from rag.training.model import ReaderModel, build_model, loss_of
from rag.training.running import TorchScorer, collate
from rag.training.scoring import measure
from rag.training.written import FOLDER, read_written

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run does; stored with its checkpoints.

    Attributes:
        minutes: Wall-clock budget; ignored when ``steps`` is given.
        steps: Steps of the whole run; 0 lets the clock decide.
        seed: Of data order, augmentation and initial heads.
        rate: Highest learning rate of the backbone.
        head_rate: Highest learning rate of the heads.
        warm_up: Share of the budget in which the rate rises.
        lora: Rank of adapters; 0 trains all layers.
        dropout: Of hidden states.
        batch_tokens: Most word pieces of a batch, padding included.
        weight_decay: Of matrices.
        written_share: Share of the written questions in a pass, at least 0, less than 1.
        first_chunk: Where in the order of the seed to begin: a run with the seed of one before, after the chunks that one read,
            sees what is new and mines nothing again.
        bf16: Multiply in bfloat16, keep weights and sums in float32; for processors and GPUs that can.
    """

    minutes: float = 90.0
    steps: int = 0
    seed: int = 17
    rate: float = 2e-4
    head_rate: float = 6e-4
    warm_up: float = 0.04
    lora: int = 0
    dropout: float = 0.05
    batch_tokens: int = 3600
    weight_decay: float = 0.01
    written_share: float = WRITTEN_SHARE
    first_chunk: int = 0
    bf16: bool = False


class Trainer:
    """One run: model, optimizer, place in the data, clock."""

    def __init__(self, model: ReaderModel, batches: Batches, recipe: Recipe, device: str = "cpu") -> None:
        self.model = model.to(device)
        self.batches = batches
        self.recipe = recipe
        self.device = device
        self.step = 0
        self.place = (recipe.first_chunk, 0)
        self.spent_s = 0.0
        heads = {id(p) for part in (model.span, model.pool, model.relevance, model.form) for p in part.parameters()}
        groups: dict[tuple[bool, bool], list[Tensor]] = {}
        for parameter in model.parameters():
            if parameter.requires_grad:
                groups.setdefault((id(parameter) in heads, parameter.ndim > 1), []).append(parameter)
        self.optimizer = torch.optim.AdamW(
            [
                {
                    "params": parameters,
                    "top": recipe.head_rate if head else recipe.rate,
                    "weight_decay": recipe.weight_decay if matrix else 0.0,
                }
                for (head, matrix), parameters in groups.items()
            ],
            lr=recipe.rate,
            fused=True,
        )

    @property
    def progress(self) -> float:
        """Share of the budget spent, 0 to 1."""
        if self.recipe.steps:
            return min(1.0, self.step / self.recipe.steps)
        return min(1.0, self.spent_s / (60 * self.recipe.minutes))

    def run(self, on_step: Any = None) -> None:
        """Train until the budget is spent.

        Args:
            on_step: Called after each step with the loss and its parts.

        Raises:
            UsageError: The loss is no longer a number.
        """
        started = time.monotonic() - self.spent_s
        parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        self.model.train()
        for chunk, done, groups in self.batches.after(*self.place):
            if self.progress >= 1:
                break
            share = self.progress
            factor = (
                min(1.0, share / self.recipe.warm_up) if share < self.recipe.warm_up else (1 - share) / (1 - self.recipe.warm_up)
            )
            for group in self.optimizer.param_groups:
                group["lr"] = group["top"] * max(factor, 0.002)
            # Dropout is drawn from the step's own seed: a resumed run draws what the uninterrupted one would have.
            torch.manual_seed(self.recipe.seed * 1_000_003 + self.step)
            with torch.autocast(self.device.split(":")[0], dtype=torch.bfloat16, enabled=self.recipe.bf16):
                loss, parts = loss_of(self.model, collate(groups, self.device))
            value = float(loss.detach())
            if not math.isfinite(value):
                raise UsageError(f"training diverged at step {self.step} (loss {value}); lower --rate and start again")
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            self.optimizer.step()
            self.step += 1
            self.place = (chunk, done)
            self.spent_s = time.monotonic() - started
            if on_step:
                # Measuring and saving belong to the budget too: the run ends when it was asked to.
                on_step(value, parts)
                self.spent_s = time.monotonic() - started
                self.model.train()

    def save(self, path: Path) -> None:
        """Write a checkpoint in one step: a killed run leaves the old one or the new one."""
        state = {
            "model": {name: p.detach() for name, p in self.model.state_dict().items()},
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "place": self.place,
            "spent_s": self.spent_s,
            "recipe": asdict(self.recipe),
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        os.replace(partial, path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint.

        Args:
            path: As ``save`` wrote it.

        Raises:
            UsageError: There is none, or it was made by another recipe.
        """
        if not path.is_file():
            raise UsageError(f"{path}: no checkpoint to resume from; start without --resume")
        state = torch.load(path, weights_only=True, map_location=self.device)
        mine = asdict(self.recipe)
        differs = [key for key, value in state["recipe"].items() if mine.get(key) != value and key not in ("minutes", "bf16")]
        if differs:
            raise UsageError(f"{path}: made with other settings ({', '.join(differs)}); give the same ones or another --out")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.place, self.spent_s = state["step"], tuple(state["place"]), state["spent_s"]


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m rag.training.reader", description="Train the reader.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training files (*.jsonl.gz)")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the log")
    parser.add_argument(
        "--eval", type=Path, default=None, help="a *.jsonl.gz file to measure on while training; never trained on"
    )
    parser.add_argument(
        "--written",
        type=Path,
        default=FOLDER,
        help="folder of written reports with questions (default: those beside this file)",
    )
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint in --out")
    parser.add_argument("--init", type=Path, default=None, help="begin with the weights of a reader.safetensors")
    parser.add_argument(
        "--mine", action="store_true", help="mine similar passages by meaning too, with the shipped embedder (minutes more)"
    )
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checkpoint-minutes", type=float, default=10.0)
    for name, default in asdict(Recipe()).items():
        option = "--" + name.replace("_", "-")
        if isinstance(default, bool):
            parser.add_argument(option, action="store_true")
        else:
            parser.add_argument(option, type=type(default), default=default)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: Command line without the program's name; ``sys.argv`` when None.

    Returns:
        Exit code: 0 done, 2 when it could not start or go on.
    """
    options = parse(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        train(options)
    except RagError as error:
        logger.error("%s", error)
        return 2
    return 0


def train(options: argparse.Namespace) -> None:
    """Train as the options say and leave ``checkpoint.pt`` and ``log.jsonl`` in the output folder."""
    torch.set_num_threads(options.threads)
    recipe = Recipe(**{name: getattr(options, name) for name in asdict(Recipe())})
    folder = packaged_folder()
    check_packaged(folder)
    tokenizer = plain_tokenizer(folder / "tokenizer.json")
    mix = load_mix(
        options.data,
        recipe.seed,
        _encoder() if options.mine else None,
        written=read_written(options.written),
        written_share=recipe.written_share,
        kept_at=options.out / "mined.json",
    )
    torch.manual_seed(recipe.seed)
    model = build_model(folder, lora=recipe.lora, dropout=recipe.dropout)
    if options.init:
        from safetensors.torch import load_file

        weights = {name: value.float() for name, value in load_file(options.init).items()}
        # Frozen embeddings are not in the file; anything it holds that the model does not have is another model's.
        if model.load_state_dict(weights, strict=False).unexpected_keys or not weights:
            raise UsageError(f"{options.init}: not the weights of this reader; leave out --init, or --lora")
    trainer = Trainer(model, Batches(mix, tokenizer, recipe.seed, recipe.batch_tokens), recipe, options.device)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.out / "checkpoint.pt"
    if options.resume:
        trainer.load(checkpoint)
    samples = _samples(options.eval, mix)
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    logger.info("%d trained weights, %d chunks a pass, from step %d", trainable, trainer.batches.n_chunks(), trainer.step)
    progress = _Progress(trainer, tokenizer, samples, checkpoint, options.out / "log.jsonl", options.checkpoint_minutes)
    trainer.run(progress)
    progress.checkpoint()


def _encoder() -> Encode:
    from rag.models.embedder import load_embedder
    from rag.settings import Settings

    return load_embedder(Settings.load()).encode


def _samples(path: Path | None, mix: Mix) -> dict[str, dict[str, list[Item]]]:
    """What is measured while training: sets by prefix, each with its own answerable questions."""
    held_out = {name: sample(items, 120) for name, items in mix.held_out.items() if not name.startswith("written_")}
    # A question and its pair stand at the same place of two lists, so the same ones are drawn.
    written = {
        name.removeprefix("written_"): sample(items, 400) for name, items in mix.held_out.items() if name.startswith("written_")
    }
    read = {"": {"eval": sample(read_items(path), 300)}} if path else {}
    return read | {"held_out.": held_out, "written.": written}


class _Progress:
    """Writes a line every 50 steps and a measured checkpoint every few minutes."""

    def __init__(
        self,
        trainer: Trainer,
        tokenizer: Any,
        samples: dict[str, dict[str, list[Item]]],
        checkpoint: Path,
        log: Path,
        every_minutes: float,
    ) -> None:
        self._trainer, self._tokenizer, self._samples = trainer, tokenizer, samples
        self._checkpoint, self._log, self._every_s = checkpoint, log, 60 * every_minutes
        self._saved_at = time.monotonic()
        self._losses: list[float] = []

    def __call__(self, loss: float, parts: dict[str, float]) -> None:
        self._losses.append(loss)
        if self._trainer.step % 50 == 0:
            mean = sum(self._losses) / len(self._losses)
            self._losses.clear()
            self._write({"loss": round(mean, 4), **{name: round(value, 3) for name, value in parts.items()}})
        if time.monotonic() - self._saved_at > self._every_s:
            self.checkpoint()

    def checkpoint(self) -> None:
        self._trainer.save(self._checkpoint)
        scorer = TorchScorer(self._trainer.model, device=self._trainer.device, bf16=self._trainer.recipe.bf16)
        reader = Reader(scorer, self._tokenizer, Calibration())
        self._write({f"{prefix}{name}": v for prefix, part in self._samples.items() for name, v in measure(reader, part).items()})
        self._saved_at = time.monotonic()

    def _write(self, values: dict[str, float]) -> None:
        trainer = self._trainer
        row = {"step": trainer.step, "chunk": trainer.place[0], "minutes": round(trainer.spent_s / 60, 2), **values}
        logger.info("%s", json.dumps(row))
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
