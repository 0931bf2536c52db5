"""The BERT encoder stack, run layer by layer, from the weights of any BERT-shaped Hugging Face model.

Own forward pass instead of transformers' for three reasons: the lower layers can be run once and their output kept
while only the upper ones are trained; the projections of query, key and value are one matrix product; and one short
message costs a third of the Python overhead. The result equals `transformers.BertModel` (see the tests).
Devlin et al. 2019, https://arxiv.org/abs/1810.04805.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
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


@dataclass(frozen=True)
class Layout:
    """How the pieces of a batch (batch, length) are the rows of a matrix. `rows` are their numbers in the flat batch, by
    which the matrix has none for padding; None where it has one for each."""

    batch: int
    length: int
    mask: Tensor | None
    """(batch, 1, 1, length), True where attended; None for everywhere."""
    rows: Tensor | None

    @classmethod
    def of(cls, hidden: Tensor, attended: Tensor | None, *, packed: bool) -> Layout:
        """`packed` leaves padding out: only attention needs it, and on a CPU it costs as much as text does."""
        batch, length = hidden.shape[:2]
        if attended is None:
            return cls(batch, length, None, None)
        rows = attended.flatten().nonzero().squeeze(1) if packed else None
        return cls(batch, length, attended[:, None, None, :], rows)

    def pack(self, padded: Tensor) -> Tensor:
        """(batch, length, n) to (rows, n)."""
        flat = padded.reshape(self.batch * self.length, -1)
        return flat if self.rows is None else flat.index_select(0, self.rows)

    def spread(self, packed: Tensor) -> Tensor:
        """(rows, n) to (batch, length, n), zero where there is padding."""
        if self.rows is not None:
            packed = packed.new_zeros(self.batch * self.length, packed.shape[1]).index_copy_(0, self.rows, packed)
        return packed.view(self.batch, self.length, -1)


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

    def forward(self, hidden: Tensor, layout: Layout) -> Tensor:
        """`hidden` (rows, width)."""
        split = layout.spread(self.query_key_value(hidden)).view(layout.batch, layout.length, 3, self.heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=layout.mask)
        mixed = self.attended(layout.pack(mixed.transpose(1, 2)))
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
        """Layers `first` up to `last` (exclusive). `attended` (batch, length) is boolean; None means no padding."""
        layout = Layout.of(hidden, attended, packed=hidden.device.type == "cpu")
        rows = layout.pack(hidden)
        for layer in self.layers[first:last]:
            rows = layer(rows, layout)
        return layout.spread(rows)

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
