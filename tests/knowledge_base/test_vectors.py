"""Meanings as vectors: of texts and of words, followed when the catalogue changes, compared as bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from knowledge_base import KnowledgeBase, ShopSession
from knowledge_base.models import Product
from knowledge_base.search import Embedder, WordEmbedder, embed_missing, is_embedded, refresh
from knowledge_base.search.vectors import nearest

TOPICS = (("lamp", "light", "灯"), ("dress", "gown", "裙"), ("linen", "亚麻"), ("desk", "台"), ("floor", "落地"))


class Recorder:
    """An encoder by topics that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: list[str]) -> np.ndarray[Any, Any]:
        self.asked += texts
        rows = [[float(any(word in text.lower() for word in topic)) for topic in TOPICS] + [0.2] for text in texts]
        return np.array(rows, dtype=np.float32)


def of_texts(recorder: Recorder) -> Embedder:
    return Embedder("topics", recorder)


def of_words(recorder: Recorder) -> WordEmbedder:
    return WordEmbedder(Embedder("topics", recorder))


def refs(session: ShopSession, query: str, embedder: Embedder | WordEmbedder, limit: int = 3) -> list[str]:
    return [ref for ref, _ in nearest(session, "product", query, embedder, limit=limit)]


@pytest.mark.parametrize("kind", [of_texts, of_words])
def test_the_nearest_come_first_in_either_language(
    session: ShopSession, kind: Callable[[Recorder], Embedder | WordEmbedder]
) -> None:
    encoder = kind(Recorder())
    assert refs(session, "a gown of linen", encoder)[0] == "P1"
    assert refs(session, "desk light", encoder)[0] == "P2"
    assert refs(session, "落地灯", encoder)[0] == "P3"


def test_words_are_embedded_once_and_kept_in_the_database(shop: KnowledgeBase) -> None:
    first, second = Recorder(), Recorder()
    with shop.session() as session:
        embed_missing(session, "product", of_words(first))
    assert {"linen", "lamp", "台灯"} <= set(first.asked)
    assert len(first.asked) == len(set(first.asked))
    with shop.session() as session:  # another process
        encoder = of_words(second)
        assert refs(session, "linen lamp", encoder)
        assert second.asked == []
        refs(session, "linen gown", encoder)
        assert second.asked == []
        for _ in range(2):
            assert refs(session, "gown", encoder)[0] == "P1"
        assert second.asked == ["gown"]  # the shop's own word for it would be dress


def test_whether_products_are_embedded_is_known(session: ShopSession) -> None:
    encoder = of_words(Recorder())
    assert not is_embedded(session, "product", encoder)
    embed_missing(session, "product", encoder)
    assert is_embedded(session, "product", encoder) and not is_embedded(session, "article", encoder)


def test_only_what_is_new_is_embedded(session: ShopSession) -> None:
    recorder = Recorder()
    encoder = of_texts(recorder)
    assert embed_missing(session, "product", encoder) == 3
    assert embed_missing(session, "product", encoder) == 0
    session.get_one(Product, "P1").name_en = "Ball gown"
    session.get_one(Product, "P2").description_en = "Of words that are not embedded."
    session.flush()
    refresh(session, products=["P1", "P2"])
    assert refs(session, "gown", encoder)[0] == "P1"
    assert [text.split(".")[0] for text in recorder.asked[3:]] == ["Ball gown", "gown"]


def test_what_is_deleted_is_no_longer_near(session: ShopSession) -> None:
    encoder = of_texts(Recorder())
    session.add(Product(id="OLD", name_en="Floor light"))
    session.flush()
    refresh(session, products=["OLD"])
    assert refs(session, "floor light", encoder) == ["OLD", "P3", "P2"]
    session.delete(session.get_one(Product, "OLD"))
    session.flush()
    refresh(session, products=["OLD"])
    assert refs(session, "floor light", encoder) == ["P3", "P2", "P1"]


def test_many_new_products_wait_for_the_index(session: ShopSession) -> None:
    recorder = Recorder()
    encoder = of_texts(recorder)
    embed_missing(session, "product", encoder)
    session.add_all(Product(id=f"N{number}", name_en=f"Night light {number}") for number in range(450))
    session.flush()
    refresh(session, products=[f"N{number}" for number in range(450)])
    before = len(recorder.asked)
    assert refs(session, "light", encoder)
    assert len(recorder.asked) == before + 1  # the query; a customer does not wait for the rest
    assert embed_missing(session, "product", encoder) == 450
    assert {"N0", "N449"} <= set(refs(session, "light", encoder, limit=453))


def test_what_is_rolled_back_is_no_longer_near(shop: KnowledgeBase) -> None:
    encoder = of_texts(Recorder())
    with pytest.raises(RuntimeError), shop.session() as session:
        session.get_one(Product, "P1").name_en = "Gown gown gown"
        session.get_one(Product, "P2").name_en = "Floor lamp"
        session.flush()
        refresh(session, products=["P1", "P2"])
        refs(session, "floor lamp", encoder)
        raise RuntimeError("changed my mind")
    with shop.session() as session:
        session.get_one(Product, "P3").description_en = "Another change, another revision of the same number."
        session.flush()
        refresh(session, products=["P3"])
        assert refs(session, "desk", encoder)[0] == "P2"


def test_a_byte_a_number_is_enough(session: ShopSession) -> None:
    random = np.random.default_rng(7)
    made: dict[str, Any] = {}

    def embed(texts: list[str]) -> np.ndarray[Any, Any]:
        rows = [made.setdefault(text, random.standard_normal(384)) for text in texts]
        return np.array(rows, dtype=np.float32)

    encoder = Embedder("random", embed)
    found = nearest(session, "product", "anything", encoder, limit=3)
    query = made.pop("anything")
    exact = sorted(query @ vector / np.linalg.norm(query) / np.linalg.norm(vector) for vector in made.values())[::-1]
    assert [cosine for _, cosine in found] == pytest.approx(exact, abs=0.003)
