"""Sentence embeddings: `SentenceEncoder.encode(texts)` gives one unit vector each, near for near meanings.

Mean pooling and L2 normalisation, as both packaged encoders were trained (Wang et al. 2024,
https://arxiv.org/abs/2402.05672; Reimers and Gurevych 2019, https://arxiv.org/abs/1908.10084). Loaded encoders are
shared by the whole process.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nlu_models import weights
from nlu_models.devices import Placement, place
from nlu_models.encoder import PretrainedEncoder, load_encoder
from nlu_models.sampling import sorted_batches

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT = "multilingual-e5-small"
BATCH = 32

_loaded: dict[tuple[str, str, str], SentenceEncoder] = {}
_loading = threading.Lock()


class SentenceEncoder:
    """Turns texts into vectors of `width` numbers. Safe to call from several threads."""

    def __init__(self, encoder: PretrainedEncoder, placement: Placement) -> None:
        self.placement = placement
        self.tokenizer = encoder.tokenizer
        self.prefix = prefix_of(encoder.name)
        self.network = encoder.network.to(placement.device).eval()

    @property
    def width(self) -> int:
        """Length of every vector: 384 for both packaged encoders."""
        return self.network.shape.width

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors (len(texts), width) of length 1, so that a dot product is the cosine similarity.

        Texts beyond the encoder's length count by their beginning. The prefix an encoder was trained with ("query: "
        for the e5 family, on both sides since texts are compared with their like) is added here.
        """
        import numpy as np
        import torch

        from nlu_models.joint import collate, mean_pool

        vectors = np.zeros((len(texts), self.width), np.float32)
        if not texts:
            return vectors
        encoded = self.tokenizer.encode([self.prefix + text for text in texts])
        for batch in sorted_batches([len(each.ids) for each in encoded], BATCH):
            with torch.inference_mode(), self.placement.autocast():
                padded = collate([encoded[i] for i in batch], pad=self.tokenizer.pad, device=self.placement.device)
                pooled = mean_pool(self.network(padded.ids, padded.mask), padded.attended)
                vectors[batch] = torch.nn.functional.normalize(pooled, dim=1).cpu().numpy()
        return vectors


def load_sentence_encoder(
    name: str = DEFAULT,
    *,
    device: str = "auto",
    dtype: str = "auto",
    progress: weights.Progress = weights.no_progress,
) -> SentenceEncoder:
    """The sentence encoder `name` (see `weights.resolve`), loaded once in this process.

    Raises `WeightsError` when it cannot be had.
    """
    key = (name, device, dtype)
    with _loading:
        if key not in _loaded:
            encoder = load_encoder(name, max_length=512, progress=progress)
            _loaded[key] = SentenceEncoder(encoder, place(device, dtype))
        return _loaded[key]


def prefix_of(name: str) -> str:
    """What an encoder of this name wants before every text."""
    return "query: " if "e5-" in name.lower() and "instruct" not in name.lower() else ""
