"""Meaning for the search of the knowledge base: its embedder, by our sentence encoder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from knowledge_base.search import Embedder, Entries, WordEmbedder, is_embedded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge_base.sessions import ShopSession

# How near unrelated texts are, and texts that mean the same: without their languages' centres this depends little on
# the encoder.
_UNRELATED, _THE_SAME = 0.1, 0.5


@cache
def embedder(encoder: str) -> Embedder:
    """The embedder by an encoder's name (see `nlu_models.weights`); the encoder is loaded at its first use."""

    def embed(texts: list[str]) -> NDArray[np.float32]:
        from nlu_models.sentence_encoder import load_sentence_encoder

        return load_sentence_encoder(encoder).encode(texts)

    def entries(vectors: NDArray[np.float32], owners: Sequence[int], texts: Sequence[str]) -> Entries:
        from nlu_models.entry_index import EntryIndex

        return EntryIndex.of(vectors, owners, texts)

    return Embedder(encoder, embed, floor=_UNRELATED, full=_THE_SAME, entries=entries)


@cache
def word_embedder(encoder: str) -> WordEmbedder:
    """The embedder of products: by the vectors that an encoder gives to their words."""
    return WordEmbedder(embedder(encoder))


def products_embedder(session: ShopSession, encoder: str) -> WordEmbedder | None:
    """The embedder of products, if the shop's products have been embedded (`bot kb index`)."""
    made = word_embedder(encoder)
    return made if is_embedded(session, "product", made) else None
