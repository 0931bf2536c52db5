"""Meaning for the search of the knowledge base: its embedder, by our sentence encoder."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from knowledge_base.search import Embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Cosines of unrelated sentences lie around 0.8 with the e5 encoders and around 0 with others.
_FLOORS = {"e5": 0.8}


@cache
def embedder(encoder: str) -> Embedder:
    """The embedder by an encoder's name (see `nlu_models.weights`); the encoder is loaded at its first use."""

    def embed(texts: list[str]) -> NDArray[np.float32]:
        from nlu_models.sentence_encoder import load_sentence_encoder

        return load_sentence_encoder(encoder).encode(texts)

    floor = next((floor for family, floor in _FLOORS.items() if family in encoder.lower()), 0.0)
    return Embedder(encoder, embed, floor=floor)
