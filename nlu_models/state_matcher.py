"""The network of the dialogue state tracker: each slot looks into the turn and is matched with its values.

Slot-utterance matching (SUMBT: Lee, Lee and Kim 2019, https://arxiv.org/abs/1907.07421), with four differences that
make it quick. The turn is encoded once, not once for each slot: only the attention of the slots is repeated. Slots and
values are encoded once by the encoder as it was pretrained. Instead of a recurrence over turns, a gate says of each
slot whether the turn states a value, says that any will do, or leaves it as it was (TRADE: Wu et al. 2019,
https://arxiv.org/abs/1905.08743). And beside the cosine counts whether a value's name is written out in the turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from nlu_models.shards import Dropout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from nlu_models.bert import BertEncoder

CARRIED, ANY, STATED = range(3)
"""What the gate says of a slot: as it was; the customer takes any; the turn states a value."""
HEADS = 4
SPEAKERS = 2
"""System and user: whose names of values count, and whose word pieces are told apart."""


@dataclass(frozen=True)
class TurnBatch:
    """Padded tensors of several turns. `b` turns, `l` pieces, `n` names of all slots' values one after the other."""

    ids: Tensor
    """(b, l) int64."""
    speakers: Tensor
    """(b, l) int64: 0 for the system's pieces, 1 for the user's."""
    attended: Tensor
    """(b, l) bool, False for padding."""
    mentions: Tensor
    """(b, n, SPEAKERS) float32: how well each name fits what each of them said (see `state_mentions`)."""


class StateMatcher(nn.Module):
    """An encoder below slots that attend over its output, a gate and the match with values."""

    slots: Tensor
    names: Tensor
    owners: Tensor

    def __init__(
        self, encoder: BertEncoder, slots: Tensor, names: Tensor, owners: Sequence[int], *, frozen: int = 0
    ) -> None:
        """`slots` (s, width) encodes descriptions, `names` (n, width) the values' names, `owners` their slots.

        The lowest `frozen` layers stay as pretrained; who speaks is told to those above.
        """
        super().__init__()
        width = encoder.shape.width
        self.encoder, self.frozen = encoder, frozen
        self.register_buffer("slots", slots)
        self.register_buffer("names", names)
        self.register_buffer("owners", torch.tensor(list(owners), dtype=torch.int64))
        self.speaker = nn.Parameter(torch.zeros(SPEAKERS, width))
        self.query = nn.Linear(width, width)
        self.attention = nn.MultiheadAttention(width, HEADS, batch_first=True)
        self.norm = nn.LayerNorm(width)
        self.dropout = Dropout(0.1)
        self.gate = nn.Sequential(nn.Linear(width + SPEAKERS, width // 2), nn.GELU(), nn.Linear(width // 2, 3))
        self.value = nn.Linear(width, width)
        self.sharpness = nn.Parameter(torch.tensor(10.0))
        self.written = nn.Parameter(torch.tensor([1.0, 4.0]))

    def forward(self, batch: TurnBatch) -> tuple[Tensor, Tensor]:
        """Logits of the gate (b, s, 3) and of each name among the names of its slot (b, n), float32."""
        padded = None if bool(batch.attended.all()) else batch.attended
        below = self.encoder.run(self.encoder.embed(batch.ids), padded, 0, self.frozen)
        hidden = self.encoder.run(below + functional.embedding(batch.speakers, self.speaker), padded, self.frozen)
        queries = self.query(self.slots).expand(len(hidden), -1, -1)
        ignored = None if padded is None else ~padded
        looked, _ = self.attention(queries, hidden, hidden, key_padding_mask=ignored, need_weights=False)
        found = self.dropout(self.norm(looked + queries)).float()
        mentioned = torch.stack([self._of_slot(batch.mentions, slot) for slot in range(len(self.slots))], dim=1)
        gate: Tensor = self.gate(torch.cat([found, mentioned], dim=2))
        meant = functional.normalize(self.value(found), dim=2)[:, self.owners]
        likeness = (meant * self.names).sum(2) * self.sharpness + batch.mentions @ self.written
        return gate.float(), likeness.float()

    def _of_slot(self, mentions: Tensor, slot: int) -> Tensor:
        """How well the best of a slot's names fits what each speaker said, (b, SPEAKERS)."""
        own = mentions[:, self.owners == slot]
        return own.amax(1) if own.shape[1] else own.new_zeros(len(own), SPEAKERS)


def centred(vectors: Tensor, owners: Sequence[int]) -> Tensor:
    """Directions of length 1 (n, width) from the middle of their slot's names: what sets them apart from each other.

    Encoders of many languages put all short texts into one narrow cone, where cosines say little.
    """
    result = vectors.clone()
    belongs = torch.tensor(list(owners), dtype=torch.int64)
    for slot in set(owners):
        own = belongs == slot
        if int(own.sum()) > 1:
            result[own] -= result[own].mean(0)
    return functional.normalize(result, dim=1)
