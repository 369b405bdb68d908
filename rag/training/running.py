"""Running the reader in PyTorch: windows padded to batches, and scores of windows as ONNX Runtime would give them."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from rag.models.reader import WindowScores
from rag.models.windows import Window
from rag.training.batches import Target
from rag.training.model import Batch, ReaderModel


def collate(groups: Sequence[Sequence[Target]], device: str = "cpu") -> Batch:
    """Pad the windows of whole groups to one length."""
    targets = [target for group in groups for target in group]
    longest = max(len(target.window.ids) for target in targets)
    ids = torch.zeros(len(targets), longest, dtype=torch.long)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    allowed = torch.zeros(len(targets), longest, dtype=torch.bool)
    for row, target in enumerate(targets):
        window = target.window
        ids[row, : len(window.ids)] = torch.tensor(window.ids)
        mask[row, : len(window.ids)] = 1
        types[row, window.n_question : len(window.ids)] = 1
        allowed[row, window.first : window.first + window.n] = True
        allowed[row, 0] = True
    number = [i for i, group in enumerate(groups) for _ in group]
    columns = [torch.tensor([getattr(target, name) for target in targets]) for name in ("start", "end", "form")]
    return Batch(*(t.to(device) for t in (ids, mask, types, allowed, columns[0], columns[1], torch.tensor(number), columns[2])))


class TorchScorer:
    """Runs the model in PyTorch, as ``rag.models.reader.Scorer`` asks."""

    def __init__(self, model: ReaderModel, *, device: str = "cpu", bf16: bool = False, batch_tokens: int = 6000) -> None:
        self._model, self._device, self._bf16, self._batch_tokens = model, device, bf16, batch_tokens

    @torch.no_grad()
    def __call__(self, windows: Sequence[Window]) -> list[WindowScores]:
        """Scores of each window, in the order given."""
        self._model.eval()
        order = sorted(range(len(windows)), key=lambda i: len(windows[i].ids))
        found: dict[int, WindowScores] = {}
        while order:
            n = max(1, self._batch_tokens // len(windows[order[-1]].ids))
            part, order = order[-n:], order[:-n]
            batch = collate([[Target(windows[i], 0, 0, 0)] for i in part], self._device)
            with torch.autocast(self._device.split(":")[0], dtype=torch.bfloat16, enabled=self._bf16):
                starts, ends, relevance, forms = self._model(batch.ids, batch.mask, batch.types)
            for row, i in enumerate(part):
                n_ids = len(windows[i].ids)
                found[i] = (
                    starts[row, :n_ids].float().cpu().numpy(), ends[row, :n_ids].float().cpu().numpy(),
                    float(relevance[row]), forms[row].float().cpu().numpy(),
                )  # fmt: skip
        return [found[i] for i in range(len(windows))]
