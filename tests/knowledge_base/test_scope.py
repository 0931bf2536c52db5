"""What a customer can see, however a query is written; and finding out who a customer is."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select, text, update

from knowledge_base import (
    UNSCOPED,
    CustomerScope,
    ShopSession,
    UnscopedQuery,
    find_customer_by_email,
    find_customer_by_name_and_zip,
    find_customer_by_phone,
    normalise_order_id,
)
from knowledge_base.models import (
    Address,
    Base,
    Customer,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    ShipmentEvent,
    Variant,
)
from knowledge_base.sessions import CUSTOMER_OWNED


@pytest.mark.parametrize(
    "typed", ["K1000001", "k1000001", " k 100 0001 ", "Ｋ１０００００１", "#K1000001", "1000001", "K-1000001"]
)
def test_an_order_number_is_found_however_it_is_typed(wei: CustomerScope, typed: str) -> None:
    order = wei.find_order(typed)
    assert order is not None
    assert order.id == "K1000001"


@pytest.mark.parametrize("typed", ["#W2000003", "w2000003", "W 2000003", "2000003", "＃Ｗ２０００００３"])
def test_hash_numbers_are_found_too(wei: CustomerScope, typed: str) -> None:
    order = wei.find_order(typed)
    assert order is not None
    assert order.id == "#W2000003"


@pytest.mark.parametrize("typed", ["K1000009", "1000009", "", "K", "W1000001", "' OR 1=1 --", "订单"])
def test_another_customers_number_is_like_none(wei: CustomerScope, typed: str) -> None:
    assert wei.find_order(typed) is None


def test_order_ids_are_written_as_the_shop_does() -> None:
    assert normalise_order_id("w2378156") == "#W2378156"
    assert normalise_order_id("ｋ１０４８２１３") == "K1048213"
    assert normalise_order_id("1048213") == "1048213"


def test_orders_come_newest_first(wei: CustomerScope) -> None:
    assert [order.id for order in wei.orders()] == ["K1000001", "#W2000003", "K1000002", "K1000005", "K1000004"]
    assert [order.id for order in wei.orders(statuses=["delivered"], limit=1)] == ["K1000002"]
    last = wei.last_order()
    assert last is not None
    assert last.id == "K1000001"


def test_a_parcel_is_found_by_its_own_customer_only(wei: CustomerScope, session: ShopSession) -> None:
    parcel = wei.find_shipment("sf 1234567890123")
    assert parcel is not None
    assert parcel.last_event is not None
    assert (parcel.order_id, parcel.last_event.kind) == ("K1000002", "delivered")
    assert CustomerScope(session, "C2").find_shipment("SF1234567890123") is None


def test_nobody_sees_nothing(session: ShopSession) -> None:
    nobody = CustomerScope(session, None)
    assert nobody.customer() is None
    assert nobody.orders() == []
    assert nobody.payment_methods() == []
    assert nobody.find_order("K1000001") is None


@pytest.mark.parametrize("entity", list(CUSTOMER_OWNED))
def test_a_query_that_forgets_the_scope_is_an_error(session: ShopSession, entity: type[Base]) -> None:
    with pytest.raises(UnscopedQuery, match=entity.__name__):
        session.scalars(select(entity)).all()
    with pytest.raises(UnscopedQuery):
        session.execute(select(func.count()).select_from(entity)).all()


def test_a_query_on_something_else_that_joins_a_customers_table_is_one_too(
    wei: CustomerScope, session: ShopSession
) -> None:
    bought = select(Variant).join(OrderLine, OrderLine.variant_id == Variant.id)
    with pytest.raises(UnscopedQuery, match="OrderLine"):
        session.scalars(bought).all()
    with pytest.raises(UnscopedQuery):
        session.scalars(select(Variant).where(Variant.id.in_(select(OrderLine.variant_id)))).all()
    assert {variant.id for variant in wei.scalars(bought.where(OrderLine.order_id == "K1000009"))} == set()
    with pytest.raises(UnscopedQuery):  # a bare table cannot be limited, so a scope does not help
        session.execute(select(Order.__table__), execution_options={"customer_scope": "C1"}).all()


def test_fetching_by_key_is_an_unscoped_query_too(session: ShopSession) -> None:
    session.expunge_all()
    with pytest.raises(UnscopedQuery):
        session.get(Order, "K1000009")


def test_sql_written_as_text_and_writes_need_a_scope_as_well(wei: CustomerScope, session: ShopSession) -> None:
    with pytest.raises(UnscopedQuery, match="Order"):
        session.execute(text("SELECT * FROM orders"))
    with pytest.raises(UnscopedQuery):  # text cannot be limited, so a scope does not help
        session.execute(text("SELECT * FROM orders"), execution_options={"customer_scope": "C1"})
    with pytest.raises(UnscopedQuery):
        session.execute(update(Order).values(cancel_reason="no longer needed"))
    with pytest.raises(UnscopedQuery):
        session.execute(delete(Address).where(Address.customer_id == "C2"))
    wei.execute(update(Customer).values(email="new@example.com"))
    emails = select(Customer.id).where(Customer.email == "new@example.com")
    assert session.scalars(emails, execution_options=UNSCOPED).all() == ["C1"]


def test_a_scoped_query_cannot_reach_further_than_its_customer(wei: CustomerScope) -> None:
    wei.session.expunge_all()
    everything = wei.scalars(select(Order).where(Order.id.like("%")))
    assert {order.customer_id for order in everything} == {"C1"}
    assert wei.scalars(select(Order).where((Order.id == "K1000009") | (Order.customer_id == "C2"))).all() == []
    assert {line.order_id for line in wei.scalars(select(OrderLine))}.isdisjoint({"K1000009"})
    assert {payment.method_id for payment in wei.scalars(select(Payment))} == {"card1", "gift1"}
    assert len(wei.scalars(select(ShipmentEvent)).all()) == 2
    joined = select(PaymentMethod).join(Customer).where(Customer.email_key == "anna@example.com")
    assert wei.scalars(joined).all() == []


def test_counting_is_scoped_as_well(wei: CustomerScope) -> None:
    count = select(func.count(Order.id))
    assert wei.session.scalar(count, execution_options={"customer_scope": "C1"}) == 5
    assert wei.session.scalar(count, execution_options=UNSCOPED) == 6


def found(customer: Customer | None) -> str | None:
    return customer.id if customer else None


def test_customers_are_found_by_what_they_say(session: ShopSession) -> None:
    assert found(find_customer_by_email(session, " li.wei@example.COM ")) == "C1"
    assert found(find_customer_by_phone(session, "13800138000")) == "C1"
    assert found(find_customer_by_phone(session, "+44 20 7946 0000")) == "C2"
    assert found(find_customer_by_name_and_zip(session, "Wei", "Li", "200001")) == "C1"
    assert found(find_customer_by_name_and_zip(session, "li", "WEI", "200001")) == "C1"
    assert found(find_customer_by_name_and_zip(session, "伟", "李", "200001")) == "C1"
    assert found(find_customer_by_name_and_zip(session, "李伟", "", "２００００１")) == "C1"
    assert found(find_customer_by_name_and_zip(session, "Anna", "Smith", "nw16xe")) == "C2"


def test_a_wrong_or_missing_part_finds_nobody(session: ShopSession) -> None:
    assert find_customer_by_email(session, "") is None
    assert find_customer_by_phone(session, "110") is None
    assert find_customer_by_name_and_zip(session, "Wei", "Li", "") is None
    assert find_customer_by_name_and_zip(session, "Wei", "Li", "200002") is None
    assert find_customer_by_name_and_zip(session, "", "", "200001") is None


def test_two_people_of_one_name_and_place_are_nobody(session: ShopSession) -> None:
    session.add(Customer(id="C3", first_name="Wei", last_name="Li"))
    session.flush()
    session.add(Address(id="A31", customer_id="C3", zip="200001"))
    session.flush()
    assert find_customer_by_name_and_zip(session, "Wei", "Li", "200001") is None
