"""What is handed out and what is taken away: everything of one customer, and nothing of another."""

from __future__ import annotations

import json

from sqlalchemy import select

from knowledge_base import CustomerScope, ShopSession
from knowledge_base.identity import find_customer_by_email
from knowledge_base.models import Address, Operation, Ticket
from knowledge_base.privacy import (
    PERSONAL,
    REMOVED,
    conversations_of,
    export_customer,
    find_customer,
    forget_customer,
    orders_under_way,
)
from knowledge_base.sessions import CUSTOMER_OWNED
from tests.knowledge_base.conftest import NOW

#: Tables of customers without a field that tells who somebody is.
IMPERSONAL = {"order_lines", "payments", "shipment_events"}


def with_traces(session: ShopSession) -> None:
    """An operation and a ticket that hold what the customer has told."""
    told = {"order_id": "K1000001", "address1": "中山路88号", "reason": "ordered by mistake"}
    session.add(
        Operation(
            name="cancel_pending_order",
            arguments=told,
            result={"name": "李伟"},
            customer_id="C1",
            conversation_id="web-1",
            idempotency_key="k1",
            at=NOW,
        )
    )
    session.add(
        Ticket(
            id="T1", kind="handover", customer_id="C1", conversation_id="web-2", summary="李伟 is angry", created_at=NOW
        )
    )
    session.flush()


def test_every_table_of_customers_is_thought_of() -> None:
    assert {entity.__tablename__ for entity in CUSTOMER_OWNED} == {e.__tablename__ for e in PERSONAL} | IMPERSONAL


def test_everything_of_one_customer_is_handed_out(session: ShopSession) -> None:
    with_traces(session)
    found = export_customer(session, "C1")
    assert {"customers", "addresses", "orders", "order_lines", "payments", "operations", "tickets"} <= set(found)
    text = json.dumps(found, ensure_ascii=False)
    assert "中山路88号" in text and "Baker St" not in text and "Anna" not in text
    assert conversations_of(session, "C1") == {"web-1", "web-2"}
    assert conversations_of(session, "C2") == set()


def test_a_forgotten_customer_is_nowhere_to_be_recognised(session: ShopSession) -> None:
    with_traces(session)
    customer = CustomerScope(session, "C1").customer()
    assert customer is not None and customer.email is not None
    email, before = customer.email, export_customer(session, "C1")
    others = export_customer(session, "C2")
    forget_customer(session, "C1")
    session.flush()
    session.expire_all()
    after = export_customer(session, "C1")
    text = json.dumps(after, ensure_ascii=False)
    for personal in ("李伟", "李", "中山路", "13800138000", email, "4412", "200001", "by mistake", "web-1"):
        assert personal not in text, personal
    assert find_customer_by_email(session, email) is None
    assert {name: len(rows) for name, rows in after.items()} == {name: len(rows) for name, rows in before.items()}
    assert after["payments"] == before["payments"] and after["order_lines"] == before["order_lines"]
    assert after["operations"][0]["arguments"] == {"order_id": "K1000001"}
    assert after["tickets"][0]["summary"] == REMOVED
    assert export_customer(session, "C2") == others
    assert forget_customer(session, "C1") == {}


def test_a_customer_is_found_by_what_they_write_from(session: ShopSession) -> None:
    for text in ("C2", "Anna@Example.com", "+44 20 7946 0000", "020 7946 0000"):
        found = find_customer(session, text)
        assert found is None or found.id == "C2"
    assert find_customer(session, "anna@example.com") is not None
    assert find_customer(session, "nobody") is None


def test_orders_that_have_not_arrived_are_named(session: ShopSession) -> None:
    statuses = {order.id: order.status for order in CustomerScope(session, "C1").orders()}
    under_way = set(orders_under_way(session, "C1"))
    assert under_way == {key for key, status in statuses.items() if status in ("pending", "processed", "shipped")}
    assert session.scalars(select(Address).execution_options(customer_scope="C1")).all()
