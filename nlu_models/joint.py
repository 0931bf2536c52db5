"""One network for both questions: what does the customer want, and which words say what.

JointBERT (Chen, Zhuo and Wang 2019, https://arxiv.org/abs/1902.10909) with mean pooling for the intent, units that may
be parts of a word piece, composite labels (see `labels`) and a CRF.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from nlu_models.crf import ConditionalRandomField
from nlu_models.intent_heads import intent_head
from nlu_models.shards import Dropout
from nlu_models.tokens import PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from nlu_models.bert import BertEncoder
    from nlu_models.labels import Labels
    from nlu_models.tokens import Encoded

TAGGER_WIDTH = 256


@dataclass(frozen=True)
class Batch:
    """Padded tensors of several texts. `b` texts, `l` pieces, `u` units (at least one, for shape's sake)."""

    ids: Tensor
    """(b, l) int64."""
    attended: Tensor
    """(b, l) bool, False for padding."""
    pieces: Tensor
    """(b, u) int64: the piece of each unit."""
    parts: Tensor
    """(b, u) int64: the vocabulary id of each unit's own text."""
    places: Tensor
    """(b, u) int64: place of each unit inside its piece."""
    present: Tensor
    """(b, u) bool, False for padding."""

    @property
    def mask(self) -> Tensor | None:
        """`attended`, or None when nothing is padded (attention is faster then)."""
        return None if bool(self.attended.all()) else self.attended


def collate(encoded: Sequence[Encoded], *, pad: int, device: torch.device) -> Batch:
    """Pad texts to the longest of them."""
    length = max(len(each.ids) for each in encoded)
    units = max(1, *(len(each.units) for each in encoded)) if len(encoded) > 1 else max(1, len(encoded[0].units))

    def padded(rows: list[Sequence[int]], width: int, filler: int) -> Tensor:
        return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows]).to(device)

    lengths = torch.tensor([len(each.ids) for each in encoded])
    counts = torch.tensor([len(each.units) for each in encoded])
    return Batch(
        ids=padded([each.ids for each in encoded], length, pad),
        attended=(torch.arange(length) < lengths[:, None]).to(device),
        pieces=padded([each.pieces for each in encoded], units, 0),
        parts=padded([each.parts for each in encoded], units, pad),
        places=padded([each.places for each in encoded], units, 0),
        present=(torch.arange(units) < counts[:, None]).to(device),
    )


class CompositeLinear(nn.Module):
    """A linear layer whose classes' weights are sums over their parts' weights."""

    membership: Tensor

    def __init__(self, width: int, membership: Tensor) -> None:
        """`membership` is (classes, parts) of zeros and ones."""
        super().__init__()
        self.register_buffer("membership", membership, persistent=False)
        self.weight = nn.Parameter(torch.empty(membership.shape[1], width).normal_(std=0.02))
        self.bias = nn.Parameter(torch.zeros(membership.shape[0]))

    def forward(self, features: Tensor) -> Tensor:
        """(..., width) to (..., classes)."""
        return functional.linear(features, self.membership @ self.weight, self.bias)


class JointModel(nn.Module):
    """An encoder below an intent head and a tagger; either is left out when the labels have none of its kind."""

    temperature: Tensor

    def __init__(self, encoder: BertEncoder, labels: Labels, *, dropout: float = 0.1) -> None:
        super().__init__()
        width = encoder.shape.width
        self.encoder, self.labels, self.dropout = encoder, labels, Dropout(dropout)
        self.intents = intent_head(width, labels) if labels.intents else None
        self.tagger = Tagger(width, labels, dropout=dropout) if labels.entities else None
        self.register_buffer("temperature", torch.ones(()))

    def intent_logits(self, hidden: Tensor, batch: Batch) -> Tensor:
        """Last hidden states (b, l, width) to uncalibrated logits of its head, float32."""
        if self.intents is None:
            raise RuntimeError("this model was trained without intents")
        logits: Tensor = self.intents(mean_pool(hidden, batch.attended))
        return logits

    def emissions(self, hidden: Tensor, batch: Batch) -> Tensor:
        """Last hidden states (b, l, width) to tag scores (b, u, tags), float32."""
        if self.tagger is None:
            raise RuntimeError("this model was trained without entities")
        with torch.no_grad():
            parts = functional.embedding(batch.parts, self.encoder.words).to(hidden.dtype)
        emissions: Tensor = self.tagger(hidden, parts, batch)
        return emissions.float()


class Tagger(nn.Module):
    """Scores for each unit from its piece in context, its own characters and its place in the piece; then a CRF."""

    def __init__(self, width: int, labels: Labels, *, dropout: float) -> None:
        super().__init__()
        self.context = nn.Linear(width, TAGGER_WIDTH)
        self.own = nn.Linear(width, TAGGER_WIDTH, bias=False)
        self.place = nn.Embedding(PLACES, TAGGER_WIDTH)
        nn.init.zeros_(self.place.weight)
        self.dropout = Dropout(dropout)
        self.tags = CompositeLinear(TAGGER_WIDTH, labels.tag_parts())
        self.crf = ConditionalRandomField(*labels.transitions())

    def forward(self, hidden: Tensor, parts: Tensor, batch: Batch) -> Tensor:
        """`hidden` (b, l, width) and the word vectors of the units' `parts` (b, u, width) to (b, u, tags)."""
        index = batch.pieces[..., None].expand(-1, -1, hidden.shape[2])
        context = self.context(self.dropout(hidden.gather(1, index)))
        features = functional.gelu(context + self.own(self.dropout(parts)) + self.place(batch.places))
        scores: Tensor = self.tags(self.dropout(features))
        return scores


def mean_pool(hidden: Tensor, attended: Tensor) -> Tensor:
    """Average over the attended pieces: (b, l, width) and (b, l) to (b, width), in float32."""
    weights = attended[..., None].float()
    return (hidden.float() * weights).sum(1) / weights.sum(1)
