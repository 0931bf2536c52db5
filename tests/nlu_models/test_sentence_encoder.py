from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from nlu_models import sentence_encoder
from nlu_models.devices import place
from nlu_models.encoder import PretrainedEncoder
from nlu_models.sentence_encoder import SentenceEncoder, load_sentence_encoder, prefix_of


def test_vectors_have_length_one_and_do_not_depend_on_their_batch(new_encoder: Callable[[], PretrainedEncoder]) -> None:
    encoder = SentenceEncoder(new_encoder(), place("cpu", "float32"))
    texts = ["where is my order", "我的快递到哪了", "", "😀", "快" * 5000]
    vectors = encoder.encode(texts)
    assert vectors.shape == (5, encoder.width) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert np.allclose(encoder.encode([text])[0], vector, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.width)


def test_an_encoder_is_loaded_once_in_a_process(
    new_encoder: Callable[[], PretrainedEncoder], monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[str] = []

    def fake(name: str, **options: object) -> PretrainedEncoder:
        loads.append(name)
        return new_encoder()

    monkeypatch.setattr(sentence_encoder, "load_encoder", fake)
    monkeypatch.setattr(sentence_encoder, "_loaded", {})
    assert load_sentence_encoder("tiny") is load_sentence_encoder("tiny")
    assert loads == ["tiny"]


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("multilingual-e5-small", "query: "),
        ("intfloat/e5-base-v2", "query: "),
        ("all-MiniLM-L6-v2", ""),
        ("intfloat/multilingual-e5-large-instruct", ""),
    ],
)
def test_the_e5_family_gets_its_prefix(name: str, prefix: str) -> None:
    assert prefix_of(name) == prefix
