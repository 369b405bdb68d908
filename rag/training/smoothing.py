"""What is done to a trained reader before it is quantised, so that int8 stays near fp32.

Activations are quantised with one scale a tensor, so a few large channels cost the others their precision. Each linear layer's
input channels are divided by a factor and its weights for them multiplied by it, which changes nothing in fp32 and evens the
channels out (after SmoothQuant: Xiao et al. 2022, https://arxiv.org/abs/2211.10438). The table of word pieces gets one int8 scale
a row.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from rag.training.model import ReaderModel

STRENGTH = 0.75
"""Share of the channels' unevenness moved to the weights; the margins then moved by 0.25, without smoothing by 0.41."""


class RowInt8Embedding(nn.Module):
    """An embedding table in int8 with one scale a row; equal to the table within half a step of each row's largest value."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("table", torch.round(weight / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        """Vectors of the word pieces."""
        return self.table[ids].float() * self.scale[ids]


class SmoothedLinear(nn.Module):
    """A linear layer whose input channels are divided first; computes what the layer it was made of computed."""

    def __init__(self, base: nn.Linear, factor: Tensor) -> None:
        super().__init__()
        self.register_buffer("inverse", 1 / factor)
        self.linear = nn.Linear(base.in_features, base.out_features)
        self.linear.weight.data = base.weight.data * factor
        self.linear.bias.data = base.bias.data

    def forward(self, x: Tensor) -> Tensor:
        """The layer's output."""
        return self.linear(x * self.inverse)


def smooth(model: ReaderModel, run: Callable[[ReaderModel], object], strength: float = STRENGTH) -> None:
    """Prepare a model for quantisation, in place; its fp32 scores stay the same but for the rounding of the embeddings.

    Args:
        model: In eval mode, without adapters.
        run: Runs the model over text of the usual kind, to see its activations.
        strength: 0 leaves the activations as they are, 1 makes all channels equally large.
    """
    layers = {name: module for name, module in model.backbone.encoder.named_modules() if isinstance(module, nn.Linear)}
    largest: dict[str, Tensor] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def see(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            top = inputs[0].detach().abs().reshape(-1, inputs[0].shape[-1]).amax(0)
            largest[name] = torch.maximum(largest[name], top) if name in largest else top

        return see

    hooks = [layer.register_forward_pre_hook(watch(name)) for name, layer in layers.items()]
    try:
        run(model)
    finally:
        for hook in hooks:
            hook.remove()
    # Layers that read the same activations share a factor, so that the exporter can share the division.
    together: dict[str, list[str]] = {}
    for name in layers:
        head, _, last = name.rpartition(".")
        together.setdefault(f"{head}.input" if last in ("query", "key", "value") else name, []).append(name)
    for names in together.values():
        top = largest[names[0]].clamp(min=1e-3)
        factor = (top / top.mean()) ** strength
        for name in names:
            parent, _, last = name.rpartition(".")
            setattr(model.backbone.encoder.get_submodule(parent), last, SmoothedLinear(layers[name], factor))
    model.backbone.embeddings.word_embeddings = RowInt8Embedding(model.backbone.embeddings.word_embeddings.weight.detach())
