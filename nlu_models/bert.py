"""The BERT encoder stack, run layer by layer, from the weights of any BERT-shaped Hugging Face model.

Own forward pass instead of transformers' for four reasons: the lower layers can be run once and their output kept
while only the upper ones are trained; nothing is computed for padding, which is more than half of a batch of whatever
customers say at one moment; the projections of query, key and value are one matrix product; and one short message costs
a third of the Python overhead. The result equals `transformers.BertModel` (see the tests).
Devlin et al. 2019, https://arxiv.org/abs/1810.04805.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from nlu_models.shards import Dropout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

ARCHITECTURES = ("bert", "roberta", "xlm-roberta", "camembert")


@dataclass(frozen=True)
class BertShape:
    """The numbers that define the network."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    first_position: int
    """0 for BERT; RoBERTa counts positions from its padding id + 1."""
    epsilon: float
    activation: str = "gelu"

    @classmethod
    def from_config(cls, config: Any) -> BertShape:
        """Read a Hugging Face configuration object."""
        offset = 0 if config.model_type == "bert" else config.pad_token_id + 1
        return cls(
            width=config.hidden_size,
            layers=config.num_hidden_layers,
            heads=config.num_attention_heads,
            inner=config.intermediate_size,
            positions=config.max_position_embeddings - offset,
            first_position=offset,
            epsilon=config.layer_norm_eps,
            activation=config.hidden_act,
        )

    def to_dict(self) -> dict[str, Any]:
        """For a saved model's JSON."""
        return asdict(self)


class Packing:
    """Between padded texts (batch, length, width) and their pieces alone, one after the other (pieces, width).

    On a GPU padding stays: there many small operations cost more than one with something to spare.
    """

    def __init__(self, attended: Tensor | None, batch: int, length: int) -> None:
        """`attended` (batch, length), False for padding; None when nothing is padded."""
        self._padded = (batch, length)
        self._places: Tensor | None = None
        self.mask: Tensor | None = None
        """(batch, 1, 1, length) where padding stays."""
        self.runs = [(batch, length)]
        """How many texts of which length come one after the other."""
        if attended is not None and attended.device.type != "cpu":
            self.mask = attended[:, None, None, :]
        elif attended is not None:
            self._places = attended.flatten().nonzero()[:, 0]
            lengths = attended.sum(1).tolist()
            self.runs = [(len(list(texts)), length) for length, texts in groupby(lengths)]
        self.sizes = [texts * length for texts, length in self.runs]
        """How many pieces each run has."""

    def pack(self, padded: Tensor) -> Tensor:
        """(batch, length, width) to (pieces, width)."""
        rows = padded.flatten(0, 1)
        return rows if self._places is None else rows.index_select(0, self._places)

    def spread(self, pieces: Tensor) -> Tensor:
        """(pieces, width) to (batch, length, width), zeros where there was padding."""
        batch, length = self._padded
        if self._places is not None:
            pieces = pieces.new_zeros(batch * length, pieces.shape[1]).index_copy(0, self._places, pieces)
        return pieces.view(batch, length, -1)


class BertLayer(nn.Module):
    """Self-attention and feed-forward with residuals, post-normalised as in the original BERT."""

    def __init__(self, shape: BertShape) -> None:
        super().__init__()
        width = shape.width
        self.heads, self.gelu, self.dropout = shape.heads, _gelu_kind(shape.activation), Dropout(0.0)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.attended_norm = nn.LayerNorm(width, eps=shape.epsilon)
        self.expand = nn.Linear(width, shape.inner)
        self.contract = nn.Linear(shape.inner, width)
        self.output_norm = nn.LayerNorm(width, eps=shape.epsilon)

    def forward(self, hidden: Tensor, packing: Packing) -> Tensor:
        """`hidden` (pieces, width) of all texts, one after the other."""
        attended = []
        runs = self.query_key_value(hidden).split(packing.sizes)
        for run, (texts, length) in zip(runs, packing.runs, strict=True):
            query, key, value = run.view(texts, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
            each = functional.scaled_dot_product_attention(query, key, value, attn_mask=packing.mask)
            attended.append(each.transpose(1, 2).reshape(texts * length, -1))
        mixed = self.attended(torch.cat(attended) if len(attended) > 1 else attended[0])
        hidden = self.attended_norm(hidden + self.dropout(mixed))
        inner = self.contract(functional.gelu(self.expand(hidden), approximate=self.gelu))
        output: Tensor = self.output_norm(hidden + self.dropout(inner))
        return output


class BertEncoder(nn.Module):
    """Embeddings and layers. The word table stays frozen and may be kept in half precision: rows are cast when read."""

    words: Tensor

    def __init__(self, shape: BertShape, words: Tensor) -> None:
        """`words` is the (vocabulary, width) embedding table; it is kept as it is, not copied."""
        super().__init__()
        self.shape = shape
        self.register_buffer("words", words, persistent=False)
        self.positions = nn.Parameter(torch.zeros(shape.positions, shape.width), requires_grad=False)
        self.embedding_norm = nn.LayerNorm(shape.width, eps=shape.epsilon).requires_grad_(False)
        self.layers = nn.ModuleList(BertLayer(shape) for _ in range(shape.layers))

    @property
    def depth(self) -> int:
        """How many layers there are."""
        return len(self.layers)

    def embed(self, ids: Tensor) -> Tensor:
        """Token ids (batch, length) to the input of layer 0 (batch, length, width), in the layers' dtype."""
        words = functional.embedding(ids, self.words).to(self.positions.dtype)
        embedded: Tensor = self.embedding_norm(words + self.positions[: ids.shape[1]])
        return embedded

    def run(self, hidden: Tensor, attended: Tensor | None, first: int = 0, last: int | None = None) -> Tensor:
        """Layers `first` up to `last` (exclusive) on (batch, length, width); the result is zero at padding.

        `attended` (batch, length) is boolean; None means no padding.
        """
        packing = Packing(attended, *hidden.shape[:2])
        pieces = packing.pack(hidden)
        for layer in self.layers[first:last]:
            pieces = layer(pieces, packing)
        return packing.spread(pieces)

    def forward(self, ids: Tensor, attended: Tensor | None) -> Tensor:
        """Hidden states of the last layer, (batch, length, width)."""
        return self.run(self.embed(ids), attended)


def from_state(shape: BertShape, state: Mapping[str, Tensor]) -> BertEncoder:
    """Build the encoder from a Hugging Face state dict (with or without a ``bert.``/``roberta.`` prefix).

    Raises `KeyError` naming the first weight that is missing.
    """
    prefix = next((each for each in ("bert.", "roberta.") if f"{each}embeddings.word_embeddings.weight" in state), "")
    ours: dict[str, Tensor] = {}
    types = state[f"{prefix}embeddings.token_type_embeddings.weight"].float()
    positions = state[f"{prefix}embeddings.position_embeddings.weight"].float()
    # Only one segment is ever used here, so its type vector belongs to every position.
    ours["positions"] = positions[shape.first_position :] + types[0]
    ours |= _renamed(state, f"{prefix}embeddings.LayerNorm", "embedding_norm")
    for index in range(shape.layers):
        theirs, mine = f"{prefix}encoder.layer.{index}", f"layers.{index}"
        parts = [f"{theirs}.attention.self.{part}" for part in ("query", "key", "value")]
        for kind in ("weight", "bias"):
            ours[f"{mine}.query_key_value.{kind}"] = torch.cat([state[f"{part}.{kind}"].float() for part in parts])
        ours |= _renamed(state, f"{theirs}.attention.output.dense", f"{mine}.attended")
        ours |= _renamed(state, f"{theirs}.attention.output.LayerNorm", f"{mine}.attended_norm")
        ours |= _renamed(state, f"{theirs}.intermediate.dense", f"{mine}.expand")
        ours |= _renamed(state, f"{theirs}.output.dense", f"{mine}.contract")
        ours |= _renamed(state, f"{theirs}.output.LayerNorm", f"{mine}.output_norm")
    return assemble(shape, state[f"{prefix}embeddings.word_embeddings.weight"], ours)


def assemble(shape: BertShape, words: Tensor, state: Mapping[str, Tensor]) -> BertEncoder:
    """An encoder that holds these very tensors, named as `BertEncoder` names them."""
    with torch.device("meta"):  # no time spent on random weights that are replaced at once
        encoder = BertEncoder(shape, words)
    encoder.load_state_dict(state, assign=True)
    encoder.words = words
    encoder.positions.requires_grad_(False)
    encoder.embedding_norm.requires_grad_(False)
    return encoder


def _renamed(state: Mapping[str, Tensor], theirs: str, mine: str) -> dict[str, Tensor]:
    return {f"{mine}.{kind}": state[f"{theirs}.{kind}"].float() for kind in ("weight", "bias")}


def _gelu_kind(activation: str) -> str:
    kinds = {"gelu": "none", "gelu_new": "tanh", "gelu_pytorch_tanh": "tanh"}
    if activation not in kinds:
        raise ValueError(f"hidden_act {activation!r} is not supported; expected one of {', '.join(kinds)}")
    return kinds[activation]
