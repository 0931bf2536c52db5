"""A pretrained encoder with its tokenizer, loaded by name and cut to what a project's languages need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlu_models import tokens, weights
from nlu_models.errors import ModelError
from nlu_models.hugging_face import hugging_face
from nlu_models.tokens import PieceTokenizer

if TYPE_CHECKING:
    from torch import Tensor

    from nlu_models.bert import BertEncoder


@dataclass(frozen=True)
class PretrainedEncoder:
    """A frozen word table below trainable layers, and the tokenizer whose ids index it."""

    name: str
    network: BertEncoder
    tokenizer: PieceTokenizer


def load_encoder(
    name: str,
    *,
    texts: Iterable[str] | None = None,
    max_length: int = 128,
    progress: weights.Progress = weights.no_progress,
) -> PretrainedEncoder:
    """Load the encoder `name` (see `weights.resolve`) on the CPU in float32.

    With `texts`, pieces of scripts they do not use are left out (see `tokens.prune`): the multilingual table shrinks
    from 250,000 rows to about 103,000 for Chinese and English, and is kept in float16.
    Raises `WeightsError` when it cannot be had, `ModelError` when its architecture is not a BERT's.
    """
    import torch

    from nlu_models import bert

    folder = weights.resolve(name, progress=progress)
    shape = _shape(name, folder)
    tokenizer = PieceTokenizer.from_folder(folder, max_length=min(max_length, shape.positions))
    kept: list[int] | None = None
    if texts is not None:
        tokenizer, kept = tokens.prune(tokenizer, texts)
    network = bert.from_state(shape, _state(folder))
    if kept is not None:  # otherwise the table stays memory-mapped: only the rows that texts use are ever read
        network.words = network.words[torch.tensor(kept)].to(torch.float16)
    return PretrainedEncoder(name, network.eval(), tokenizer)


def _shape(name: str, folder: Path) -> Any:
    from nlu_models.bert import ARCHITECTURES, BertShape

    config = hugging_face().AutoConfig.from_pretrained(folder)
    if config.model_type not in ARCHITECTURES:
        raise ModelError(
            f"{name} is a {config.model_type} model; as a joint encoder one of {', '.join(ARCHITECTURES)} is expected"
        )
    return BertShape.from_config(config)


def _state(folder: Path) -> dict[str, Tensor]:
    """All weights in `folder`, memory-mapped where the format allows."""
    import torch
    from safetensors.torch import load_file

    files = sorted(folder.glob("*.safetensors"))
    state: dict[str, Tensor] = {}
    for file in files:
        state |= load_file(str(file))
    if not files:
        for file in sorted(folder.glob("pytorch_model*.bin")):
            state |= torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    if not state:
        raise ModelError(f"{folder} holds no weights (*.safetensors or pytorch_model*.bin)")
    # Checkpoints of 2019 name the normalisation's parameters as TensorFlow did.
    return {key.replace(".gamma", ".weight").replace(".beta", ".bias"): value for key, value in state.items()}
