"""The network of `nlu_models.dialogue`: features of turns to one vector for a dialogue, features of labels to theirs.

Turns are counted back from the latest one, so that what happens now is always at position 0. Only the latest turn's
vector is needed, which is why the last transformer layer computes no other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlu_models.dialogue import DialogueConfig, Part, Row, Turn


@dataclass
class Packed:
    """Dialogues as tensors. `rows[p]` (rows, columns) holds the different feature vectors of part p, row 0 is "says
    nothing"; `index` (dialogues, turns, parts) points into them, latest turn first; `present` (dialogues, turns)."""

    rows: list[Tensor]
    index: Tensor
    present: Tensor

    def select(self, numbers: Tensor) -> Packed:
        """Some of the dialogues, without turns that none of them has."""
        present = self.present[numbers]
        turns = int(present.sum(1).max())
        return Packed(self.rows, self.index[numbers, :turns], present[:, :turns])


def pack(parts: Sequence[Part], dialogues: Sequence[Sequence[Turn]]) -> Packed:
    """Equal feature vectors are kept once: an epoch's cost does not depend on how wide they are."""
    known: list[dict[Row, int]] = [{(): 0} for _ in parts]
    longest = max(map(len, dialogues))
    index = torch.zeros(len(dialogues), longest, len(parts), dtype=torch.int32)
    present = torch.zeros(len(dialogues), longest, dtype=torch.bool)
    for number, turns in enumerate(dialogues):
        places = [
            [rows.setdefault(_known(turn, part), len(rows)) for part, rows in zip(parts, known, strict=True)]
            for turn in reversed(turns)
        ]
        index[number, : len(turns)] = torch.tensor(places, dtype=torch.int32).view(len(turns), len(parts))
        present[number, : len(turns)] = True
    return Packed([dense(list(rows), part.columns) for part, rows in zip(parts, known, strict=True)], index, present)


def _known(turn: Turn, part: Part) -> Row:
    """The row without columns that the network has not been made for."""
    row = turn.get(part.name, ())
    return row if all(column < part.columns for column, _ in row) else tuple(e for e in row if e[0] < part.columns)


def dense(rows: Sequence[Row], columns: int) -> Tensor:
    """The rows as a matrix."""
    matrix = torch.zeros(len(rows), columns)
    for number, row in enumerate(rows):
        for column, value in row:
            matrix[number, column] = value
    return matrix


def dropout(share: float) -> nn.Module:
    """Dropout that costs nothing when there is none."""
    return nn.Dropout(share) if share > 0 else nn.Identity()


class ThinLinear(nn.Module):
    """A linear layer of which only some connections exist, each output having one at least; `DialogueNetwork.thin`
    has to be called after every change of the weights."""

    mask: Tensor

    def __init__(self, inputs: int, outputs: int, density: float, *, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(outputs, inputs)))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        diagonal = torch.arange(outputs)[:, None] % inputs == torch.arange(inputs)[None, :] % outputs
        self.register_buffer("mask", (diagonal | (torch.rand(outputs, inputs) < density)).float(), persistent=False)

    def forward(self, values: Tensor) -> Tensor:
        return functional.linear(values, self.weight, self.bias)


class PartEncoder(nn.Module):
    """Makes the rows of one part dense; those of a group get the group's width."""

    def __init__(self, part: Part, config: DialogueConfig, *, drop: float) -> None:
        super().__init__()
        self.input = nn.Linear(part.columns, part.width)
        nn.init.xavier_uniform_(self.input.weight)
        nn.init.zeros_(self.input.bias)
        widths = [part.width, *part.hidden, *([config.encoding] if part.group else [])]
        self.layers = nn.ModuleList(ThinLinear(before, after, config.density) for before, after in pairwise(widths))
        self.drop = dropout(drop)
        self.width = widths[-1]

    def forward(self, rows: Tensor) -> Tensor:
        values: Tensor = self.drop(self.input(self.drop(rows)))
        for layer in self.layers:
            values = functional.gelu(layer(values))
        return values


class Layer(nn.Module):
    """A transformer layer, normalised before rather than after. `only_first` gives the first position alone."""

    def __init__(self, config: DialogueConfig, *, only_first: bool) -> None:
        super().__init__()
        units, density = config.units, config.density
        self.heads, self.only_first, self.drop_attention = config.heads, only_first, config.drop_attention
        self.before_attention = nn.LayerNorm(units, eps=1e-6)
        self.query = ThinLinear(units, units, density, bias=False)
        self.key = ThinLinear(units, units, density, bias=False)
        self.value = ThinLinear(units, units, density, bias=False)
        self.output = ThinLinear(units, units, density)
        self.before_widening = nn.LayerNorm(units, eps=1e-6)
        self.widen = ThinLinear(units, 4 * units, density)
        self.narrow = ThinLinear(4 * units, units, density)
        self.drop = dropout(config.drop_dialogue)

    def forward(self, values: Tensor, present: Tensor | None) -> Tensor:
        """`values` (b, turns, units), `present` (b, turns)."""
        source = self.before_attention(values)
        if self.only_first:
            values = values[:, :1]
        query, key, value = (
            layer(taken).view(len(taken), -1, self.heads, taken.shape[-1] // self.heads).transpose(1, 2)
            for layer, taken in ((self.query, source[:, : values.shape[1]]), (self.key, source), (self.value, source))
        )
        attended = functional.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=None if present is None else present[:, None, None, :],
            dropout_p=self.drop_attention if self.training else 0.0,
        )
        values = values + self.drop(self.output(attended.transpose(1, 2).flatten(2)))
        wide = self.drop(functional.gelu(self.widen(self.before_widening(values))))
        narrowed: Tensor = self.drop(self.narrow(wide))
        return values + narrowed


class DialogueNetwork(nn.Module):
    """Vectors of dialogues (`forward`) and of labels (`embed_labels`), of the same width.

    `labels` are the features of each label in the parts `label_parts`, which all have a group.
    """

    def __init__(
        self, parts: Sequence[Part], label_parts: Sequence[Part], labels: Sequence[Turn], config: DialogueConfig
    ) -> None:
        super().__init__()
        self.parts, self.label_parts, self.labels, self.config = tuple(parts), tuple(label_parts), list(labels), config
        drop = config.drop_input
        self.encoders = nn.ModuleList(PartEncoder(part, config, drop=drop) for part in parts)
        self.label_encoders = nn.ModuleList(PartEncoder(part, config, drop=0.0) for part in label_parts)
        self.drop = dropout(config.drop_dialogue)
        groups = {part.group for part in parts if part.group}
        width = len(groups) * config.encoding + sum(part.width for part in parts if not part.group)
        self.embed = ThinLinear(width, config.units, config.density)
        self.layers = nn.ModuleList(
            Layer(config, only_first=number == config.layers - 1) for number in range(config.layers)
        )
        self.norm = nn.LayerNorm(config.units, eps=1e-6)
        self.embed_dialogue = nn.Linear(config.units, config.embedding)
        self.embed_label = nn.Linear(config.encoding, config.embedding)
        for layer in (self.embed_dialogue, self.embed_label):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
        self.thin()
        self._label_rows = [dense([label.get(part.name, ()) for label in labels], part.columns) for part in label_parts]

    def forward(self, batch: Packed) -> Tensor:
        """(b, embedding)."""
        return self.summarise(self.embed_turns(batch), batch.present)

    def embed_turns(self, batch: Packed) -> Tensor:
        """Each turn by itself, whatever its place in a dialogue: (b, turns, units)."""
        return self.embed(self._encode(batch)) * math.sqrt(self.config.units)  # type: ignore[no-any-return]

    def summarise(self, turns: Tensor, present: Tensor | None) -> Tensor:
        """Dialogues of embedded turns (b, turns, units), latest first, to (b, embedding). `present` (b, turns) may be
        None when no dialogue is shorter than another."""
        values = self.drop(turns + positions(turns.shape[1], self.config.units))
        for layer in self.layers:
            values = layer(values, present)
        return self.embed_dialogue(functional.gelu(self.norm(values[:, 0])))  # type: ignore[no-any-return]

    def _encode(self, batch: Packed) -> Tensor:
        """All parts of each turn (b, turns, width): groups first, in the order of their first part."""
        groups: dict[str, Tensor] = {}
        others: list[Tensor] = []
        for number, (part, encoder) in enumerate(zip(self.parts, self.encoders, strict=True)):
            where, rows = batch.index[:, :, number], batch.rows[number]
            if len(rows) > where.numel():
                used, where = torch.unique(where, return_inverse=True)
                rows, says = rows[used], used > 0
            else:
                says = torch.arange(len(rows)) > 0
            vectors = functional.embedding(where, encoder(rows) * says[:, None])
            if part.group is None:
                others.append(vectors)
            else:
                vectors = self.drop(vectors)
                groups[part.group] = groups[part.group] + vectors if part.group in groups else vectors
        return torch.cat([*groups.values(), *others], dim=-1)

    def embed_labels(self) -> Tensor:
        """(labels, embedding)."""
        encoded = torch.zeros(len(self.labels), self.config.encoding)
        for encoder, rows in zip(self.label_encoders, self._label_rows, strict=True):
            encoded = encoded + self.drop(encoder(rows)) * (rows != 0).any(1, keepdim=True)
        return self.embed_label(encoded)  # type: ignore[no-any-return]

    def similarity(self, these: Tensor, others: Tensor) -> Tensor:
        """(n, embedding), (m, embedding) to (n, m)."""
        if self.config.similarity == "cosine":
            these, others = functional.normalize(these, dim=-1), functional.normalize(others, dim=-1)
        return these @ others.T

    def thin(self) -> None:
        """Set the weights of connections that do not exist to zero."""
        layers = [layer for layer in self.modules() if isinstance(layer, ThinLinear)]
        with torch.no_grad():
            torch._foreach_mul_([layer.weight for layer in layers], [layer.mask for layer in layers])

    def regularised(self) -> Iterator[Tensor]:
        """The weights that are kept small, as in Rasa: all but those inside the transformer's layers."""
        for encoder in (*self.encoders, *self.label_encoders):
            assert isinstance(encoder, PartEncoder)
            yield encoder.input.weight
            for layer in encoder.layers:
                assert isinstance(layer, ThinLinear)
                yield layer.weight
        yield self.embed.weight
        yield self.embed_dialogue.weight
        yield self.embed_label.weight


@lru_cache(128)
def positions(turns: int, units: int) -> Tensor:
    """Sines at even, cosines at odd units (turns, units). Source: Vaswani et al., Attention Is All You Need, 3.5."""
    with torch.inference_mode(False):  # what is kept may be used in training too
        unit = torch.arange(units)
        angles = torch.arange(turns)[:, None] / torch.pow(10_000.0, 2 * (unit // 2) / units)
        return torch.where(unit % 2 == 0, angles.sin(), angles.cos())
