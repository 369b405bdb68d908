"""The reader as a PyTorch module: the MiniLM backbone with four small heads, and what it is trained for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

FORMS = ("span", "yes", "no", "none")
"""What kind of answer a window gives, in the order of the form head."""


class LoraLinear(nn.Module):
    """A frozen linear layer with a trained low-rank update (Hu et al. 2021, https://arxiv.org/abs/2106.09685)."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)
        self.down = nn.Parameter(torch.empty(rank, base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))
        self.scale = 2.0

    def forward(self, x: Tensor) -> Tensor:
        """The layer's output with the update added."""
        return self.base(x) + (x @ self.down.T) @ self.up.T * self.scale

    def merged(self) -> nn.Linear:
        """A plain layer that computes the same."""
        self.base.weight.data += self.up.data @ self.down.data * self.scale
        return self.base


class ReaderModel(nn.Module):
    """Question and passage in; span, relevance and form scores out."""

    def __init__(self, backbone: nn.Module, hidden: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.span = nn.Linear(hidden, 2)
        self.pool = nn.Linear(hidden, hidden)
        self.relevance = nn.Linear(hidden, 1)
        self.form = nn.Linear(hidden, len(FORMS))
        for layer in (self.span, self.pool, self.relevance, self.form):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Score a batch.

        Args:
            ids: Word pieces (n, length).
            mask: 1 for word pieces, 0 for padding (n, length).
            types: 0 for the question, 1 for the passage (n, length).

        Returns:
            Start and end scores (n, length), relevance (n,) and form scores (n, 4).
        """
        hidden = self.backbone(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state.float()
        # The heads stay in float32 when the backbone multiplies in bfloat16: their scores are compared across passages.
        with torch.autocast(hidden.device.type, enabled=False):
            span = self.span(hidden)
            pooled = torch.tanh(self.pool(hidden[:, 0]))
            return span[..., 0], span[..., 1], self.relevance(pooled).squeeze(-1), self.form(pooled)


def build_model(folder: Path, *, lora: int = 0, dropout: float = 0.1, config: Any = None) -> ReaderModel:
    """The reader before training.

    Args:
        folder: Of the backbone's weights; not read when ``config`` is given.
        lora: Rank of the adapters on all linear layers; 0 trains the layers themselves. Embeddings are frozen either way.
        dropout: Of hidden states.
        config: A ``transformers.BertConfig`` for a backbone with random weights, for tests.

    Returns:
        The model.
    """
    from transformers import BertModel

    # Eager attention: on CPUs the backward pass of the fused one takes longer than all of the layers' matrix products.
    options = {"add_pooling_layer": False, "attn_implementation": "eager"}
    if config is None:
        dropouts = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": 0.0}
        backbone = BertModel.from_pretrained(str(folder), local_files_only=True, **options, **dropouts)
    else:
        config._attn_implementation = "eager"
        backbone = BertModel(config, add_pooling_layer=False)
    model = ReaderModel(backbone, backbone.config.hidden_size)
    # The table of word pieces is half of the weights; frozen it costs no optimizer step and keeps rare words where they were.
    backbone.embeddings.requires_grad_(False)
    backbone.embeddings.token_type_embeddings.requires_grad_(True)
    if lora:
        for layer in backbone.encoder.layer:
            for parent, name in list(_linears(layer)):
                setattr(parent, name, LoraLinear(getattr(parent, name), lora))
            layer.requires_grad_(False)
            for module in layer.modules():
                if isinstance(module, LoraLinear):
                    module.down.requires_grad_(True)
                    module.up.requires_grad_(True)
    return model


def _linears(layer: nn.Module) -> list[tuple[nn.Module, str]]:
    return [
        (parent, name) for parent in layer.modules() for name, child in parent.named_children() if isinstance(child, nn.Linear)
    ]


def merge_lora(model: ReaderModel) -> None:
    """Fold adapters into their layers, in place; nothing happens without adapters."""
    for layer in model.backbone.encoder.layer:
        for parent in list(layer.modules()):
            for name, child in list(parent.named_children()):
                if isinstance(child, LoraLinear):
                    setattr(parent, name, child.merged())


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of whole groups, padded to one length.

    Attributes:
        ids: Word pieces (n, length).
        mask: 1 for word pieces (n, length).
        types: 1 for the passage (n, length).
        allowed: Where a span may start or end: passage tokens and the first token, which means none (n, length).
        start: Target start (n,); 0 for none.
        end: Target end, inclusive (n,).
        group: Number of each window's group, ascending from 0 (n,).
        form: Index in ``FORMS`` (n,).
    """

    ids: Tensor
    mask: Tensor
    types: Tensor
    allowed: Tensor
    start: Tensor
    end: Tensor
    group: Tensor
    form: Tensor


def loss_of(model: ReaderModel, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """The training objective of a batch.

    Each window's span against its own null, the span against all tokens of its group (shared normalisation: Clark and Gardner
    2018, https://arxiv.org/abs/1710.10723), relevance alone and within the group, and the form.

    Args:
        model: The model.
        batch: The batch.

    Returns:
        The loss, and its parts as numbers.
    """
    starts, ends, relevance, forms = model(batch.ids, batch.mask, batch.types)
    blocked = ~batch.allowed
    starts, ends = starts.masked_fill(blocked, -1e4), ends.masked_fill(blocked, -1e4)
    answered = batch.start > 0
    span = (functional.cross_entropy(starts, batch.start) + functional.cross_entropy(ends, batch.end)) / 2
    n_groups = int(batch.group[-1]) + 1
    shared = starts.new_zeros(())
    ranked = starts.new_zeros(())
    if bool(answered.any()):
        rows = answered.nonzero().squeeze(1)
        for scores, targets in ((starts, batch.start), (ends, batch.end)):
            inner = scores.clone()
            inner[:, 0] = -1e4
            norm = _logsumexp_by_group(torch.logsumexp(inner, 1), batch.group, n_groups)
            shared = shared + (norm[batch.group[rows]] - scores[rows, targets[rows]]).mean() / 2
        norm = _logsumexp_by_group(relevance, batch.group, n_groups)
        ranked = (norm[batch.group[rows]] - relevance[rows]).mean()
    relevant = functional.binary_cross_entropy_with_logits(relevance, answered.float())
    form = functional.cross_entropy(forms, batch.form)
    total = span + 0.5 * shared + 0.5 * relevant + 0.3 * ranked + 0.2 * form
    parts = {"span": span, "shared": shared, "relevance": relevant, "ranked": ranked, "form": form}
    return total, {name: float(value.detach()) for name, value in parts.items()}


def _logsumexp_by_group(values: Tensor, group: Tensor, n_groups: int) -> Tensor:
    values = values.float()
    top = values.new_full((n_groups,), -1e9).scatter_reduce(0, group, values.detach(), "amax")
    total = values.new_zeros(n_groups).index_add(0, group, torch.exp(values - top[group]))
    return torch.log(total) + top
