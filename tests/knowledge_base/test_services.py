"""Each operation on each state: what it changes, what it refuses, and that it happens once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from knowledge_base import CustomerScope, KnowledgeBase, OperationRefused, ShopRules, ShopSession, services
from knowledge_base.models import Operation, Order, PaymentMethod, Variant
from knowledge_base.sessions import UNSCOPED

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def operations(session: ShopSession) -> list[Operation]:
    return list(session.scalars(select(Operation).order_by(Operation.id), execution_options=UNSCOPED))


def own(scope: CustomerScope, order_id: str) -> Order:
    order = scope.find_order(order_id)
    assert order is not None
    return order


def method(scope: CustomerScope, key: str) -> PaymentMethod:
    found = scope.payment_method(key)
    assert found is not None
    scope.session.refresh(found)
    return found


def refused(scope: CustomerScope, name: str, **arguments: Any) -> str:
    with pytest.raises(OperationRefused) as caught:
        services.propose(scope, name, arguments)
    with pytest.raises(OperationRefused) as again:
        services.perform(scope, name, arguments, idempotency_key=f"key {name}")
    assert again.value.code == caught.value.code
    assert operations(scope.session) == []
    return caught.value.code


def test_cancelling_refunds_the_original_method_and_restocks(wei: CustomerScope) -> None:
    proposal = services.propose(wei, "cancel_pending_order", {"order_id": "k1000001", "reason": "Ordered by mistake"})
    assert (proposal.amount, proposal.direction, proposal.refund_days) == (Decimal("397.00"), "refund", (5, 7))
    assert proposal.arguments == {"order_id": "K1000001", "reason": "ordered by mistake"}
    assert own(wei, "K1000001").status == "pending"

    result = services.perform(
        wei,
        "cancel_pending_order",
        {"order_id": "K1000001", "reason": "ordered by mistake"},
        idempotency_key="a",
        conversation_id="chat",
    )
    order = own(wei, "K1000001")
    assert (order.status, order.cancel_reason, order.cancelled_at) == ("cancelled", "ordered by mistake", NOW)
    refund = order.payments[-1]
    assert (refund.kind, refund.amount, refund.method_id, refund.status) == (
        "refund",
        Decimal("397.00"),
        "card1",
        "pending",
    )
    # Seven business days after a Friday are nine days and a weekend: the second Tuesday.
    assert refund.expected_at == NOW + timedelta(days=11)
    assert result.created == {"refund_expected_at": (NOW + timedelta(days=11)).isoformat()}
    lamp = wei.session.get_one(Variant, "V21")
    wei.session.refresh(lamp)
    assert lamp.stock == 12
    (row,) = operations(wei.session)
    assert (row.name, row.arguments, row.customer_id, row.conversation_id, row.at) == (
        "cancel_pending_order",
        proposal.arguments,
        "C1",
        "chat",
        NOW,
    )


def test_a_gift_card_gets_its_money_back_at_once(wei: CustomerScope) -> None:
    services.perform(
        wei, "cancel_pending_order", {"order_id": "K1000004", "reason": "no longer needed"}, idempotency_key="a"
    )
    assert method(wei, "gift1").balance == Decimal("50.00")
    assert own(wei, "K1000004").payments[-1].status == "completed"


def test_a_repeated_key_does_nothing_and_returns_the_first_result(wei: CustomerScope) -> None:
    first = services.perform(
        wei, "cancel_pending_order", {"order_id": "K1000004", "reason": "no longer needed"}, idempotency_key="a"
    )
    again = services.perform(
        wei, "cancel_pending_order", {"order_id": "K1000004", "reason": "no longer needed"}, idempotency_key="a"
    )
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.operation_id, again.proposal, again.created) == (first.operation_id, first.proposal, first.created)
    assert method(wei, "gift1").balance == Decimal("50.00")
    assert len(operations(wei.session)) == 1


def test_a_key_of_somebody_else_or_of_another_operation_is_refused(wei: CustomerScope) -> None:
    services.perform(wei, "transfer_to_human", {"summary": "客户要人工"}, idempotency_key="a")
    for scope, name, arguments in (
        (CustomerScope(wei.session, "C2"), "transfer_to_human", {"summary": "x"}),
        (wei, "open_ticket", {"kind": "complaint", "summary": "x"}),
    ):
        with pytest.raises(OperationRefused, match="idempotency_key_reused"):
            services.perform(scope, name, arguments, idempotency_key="a")


@pytest.mark.parametrize(
    ("order_id", "reason", "code"),
    [
        ("K1000002", "no longer needed", "order_not_pending"),
        ("#W2000003", "no longer needed", "order_not_pending"),
        ("K1000009", "no longer needed", "order_not_found"),
        ("K7777777", "no longer needed", "order_not_found"),
        ("K1000001", "我就是想取消", "reason_not_accepted"),
    ],
)
def test_what_cannot_be_cancelled(wei: CustomerScope, order_id: str, reason: str, code: str) -> None:
    assert refused(wei, "cancel_pending_order", order_id=order_id, reason=reason) == code


def test_another_customers_order_is_refused_in_the_words_of_one_that_does_not_exist(wei: CustomerScope) -> None:
    refusals = []
    for order_id in ("K1000009", "K7777777"):
        with pytest.raises(OperationRefused) as caught:
            services.propose(wei, "cancel_pending_order", {"order_id": order_id, "reason": "no longer needed"})
        refusals.append(str(caught.value).replace(order_id, "…"))
    assert refusals[0] == refusals[1]


def test_nobody_verified_can_only_call_a_human(session: ShopSession) -> None:
    nobody = CustomerScope(session, None)
    assert (
        refused(nobody, "cancel_pending_order", order_id="K1000001", reason="no longer needed") == "customer_required"
    )
    ticket = services.perform(
        nobody, "transfer_to_human", {"summary": "想找人工"}, idempotency_key="t", conversation_id="chat"
    )
    assert str(ticket.created["ticket_id"]).startswith("T")


def test_modifying_items_charges_the_difference_once(wei: CustomerScope) -> None:
    arguments = {
        "order_id": "K1000001",
        "item_ids": ["V12", "V21"],
        "new_item_ids": ["V13", "V22"],
        "payment_method_id": "gift1",
    }
    proposal = services.propose(wei, "modify_pending_order_items", arguments)
    assert (proposal.amount, proposal.direction) == (Decimal("30.00"), "charge")
    assert [(item.name_zh, item.new_name_zh) for item in proposal.items] == [
        ("亚麻连衣裙（红色，M）", "亚麻连衣裙（黑色，M）"),
        ("台灯（黑色）", "台灯（红色）"),
    ]
    services.perform(wei, "modify_pending_order_items", arguments, idempotency_key="m")
    order = own(wei, "K1000001")
    assert order.status == "pending (item modified)"
    lines = [(line.variant_id, line.quantity, line.unit_price) for line in order.lines]
    assert lines == [("V13", 1, Decimal("239.00")), ("V21", 1, Decimal("89.00")), ("V22", 1, Decimal("99.00"))]
    assert method(wei, "gift1").balance == Decimal("0.00")
    assert [wei.session.get_one(Variant, key).stock for key in ("V12", "V13", "V21", "V22")] == [4, 0, 11, None]
    for name, more in (
        ("cancel_pending_order", {"reason": "no longer needed"}),
        ("modify_pending_order_items", arguments),
    ):
        with pytest.raises(OperationRefused, match="order_already_modified"):
            services.propose(wei, name, {**more, "order_id": "K1000001"})


@pytest.mark.parametrize(
    ("items", "new", "payment", "code"),
    [
        ([], [], "card1", "no_items"),
        (["V12"], ["V13", "V11"], "card1", "item_count_mismatch"),
        (["V31"], ["V31"], "card1", "item_not_in_order"),
        (["V12", "V12"], ["V13", "V13"], "card1", "item_not_in_order"),
        (["V12"], ["V99"], "card1", "variant_not_found"),
        (["V12"], ["V21"], "card1", "variant_of_other_product"),
        (["V12"], ["V14"], "card1", "variant_unavailable"),
        (["V12"], ["V13"], "card2", "payment_method_not_found"),
        (["V12", "V21", "V21"], ["V13", "V22", "V22"], "gift1", "gift_card_insufficient"),
    ],
)
def test_items_that_cannot_be_modified(
    wei: CustomerScope, items: list[str], new: list[str], payment: str, code: str
) -> None:
    arguments = {"item_ids": items, "new_item_ids": new, "payment_method_id": payment}
    assert refused(wei, "modify_pending_order_items", order_id="K1000001", **arguments) == code


def test_like_for_like_is_a_rule_of_the_shop(wei: CustomerScope) -> None:
    arguments = {"order_id": "K1000002", "item_ids": ["V11"], "new_item_ids": ["V11"], "payment_method_id": "card1"}
    assert services.propose(wei, "exchange_delivered_order_items", arguments).amount == 0
    wei.session.info["rules"] = ShopRules(like_for_like=False)
    assert refused(wei, "exchange_delivered_order_items", **arguments) == "variant_unchanged"


def test_changing_the_payment_charges_the_new_and_refunds_the_old(wei: CustomerScope) -> None:
    services.perform(
        wei,
        "modify_pending_order_payment",
        {"order_id": "K1000004", "payment_method_id": "paypal1"},
        idempotency_key="p",
    )
    order = own(wei, "K1000004")
    assert order.status == "pending"
    moved = [(payment.kind, payment.method_id, payment.amount) for payment in order.payments[1:]]
    assert moved == [("payment", "paypal1", Decimal("20.00")), ("refund", "gift1", Decimal("20.00"))]
    assert method(wei, "gift1").balance == Decimal("50.00")
    assert refused_code(wei, "K1000004", "paypal1") == "payment_method_unchanged"
    assert refused_code(wei, "K1000001", "gift1") == "gift_card_insufficient"


def refused_code(scope: CustomerScope, order_id: str, payment_method_id: str) -> str:
    with pytest.raises(OperationRefused) as caught:
        services.propose(
            scope, "modify_pending_order_payment", {"order_id": order_id, "payment_method_id": payment_method_id}
        )
    return caught.value.code


def test_changing_the_address_of_an_order_leaves_the_customers_own(wei: CustomerScope) -> None:
    services.perform(
        wei,
        "modify_pending_order_address",
        {"order_id": "K1000001", "address1": "人民路1号", "city": "北京市", "state": "北京"},
        idempotency_key="ad",
    )
    address = own(wei, "K1000001").address
    assert (address["address1"], address["city"], address["country"], address["recipient"]) == (
        "人民路1号",
        "北京市",
        "中国",
        "李伟",
    )
    assert wei.addresses()[0].city == "上海市"


def test_an_address_needs_its_parts_and_has_to_differ(wei: CustomerScope, session: ShopSession) -> None:
    assert refused(wei, "modify_user_address", address1="人民路1号") == "address_incomplete"
    same = {"address1": "中山路88号", "address2": "3栋502", "city": "上海市", "zip": "200001"}
    assert refused(wei, "modify_user_address", **same) == "address_unchanged"
    anna = CustomerScope(session, "C2")
    with pytest.raises(OperationRefused) as caught:
        services.propose(anna, "modify_user_address", {"address1": "2 Baker St", "city": "London"})
    assert caught.value.params == {"missing": ["country", "zip"]}


def test_the_customers_address_changes(wei: CustomerScope) -> None:
    services.perform(
        wei,
        "modify_user_address",
        {"address1": "人民路1号", "city": "北京市", "state": "北京", "zip": "100000"},
        idempotency_key="u",
    )
    address = wei.addresses()[0]
    assert (address.address1, address.address2, address.city, address.zip) == ("人民路1号", "", "北京市", "100000")


def test_returning_gives_back_what_was_paid_for_the_items(wei: CustomerScope) -> None:
    result = services.perform(
        wei,
        "return_delivered_order_items",
        {"order_id": "K1000005", "item_ids": ["V12"], "payment_method_id": "gift1"},
        idempotency_key="r",
    )
    order = own(wei, "K1000005")
    assert order.status == "return requested"
    (parcel,) = wei.returns("K1000005")
    assert (parcel.id, parcel.kind, parcel.status) == (result.created["return_id"], "return", "requested")
    # 200 of 300, less its share of the discount of 30.
    assert (parcel.refund_amount, parcel.refund_method_id) == (Decimal("180.00"), "gift1")
    # Nothing has moved yet: the parcel has to arrive first.
    assert method(wei, "gift1").balance == Decimal("30.00")
    with pytest.raises(OperationRefused, match="return_already_requested"):
        services.perform(
            wei,
            "return_delivered_order_items",
            {"order_id": "K1000005", "item_ids": ["V22"], "payment_method_id": "gift1"},
            idempotency_key="r2",
        )


def test_a_refund_goes_only_to_the_original_method_or_a_gift_card(wei: CustomerScope) -> None:
    arguments = {"order_id": "K1000002", "item_ids": ["V11"]}
    code = refused(wei, "return_delivered_order_items", **arguments, payment_method_id="paypal1")
    assert code == "refund_method_not_allowed"
    assert refused(
        wei, "return_delivered_order_items", order_id="K1000001", item_ids=["V12"], payment_method_id="card1"
    ) == ("order_not_delivered")


def test_exchanging_two_pieces_of_one_line(wei: CustomerScope) -> None:
    services.perform(
        wei,
        "exchange_delivered_order_items",
        {
            "order_id": "K1000002",
            "item_ids": ["V21", "V21"],
            "new_item_ids": ["V22", "V22"],
            "payment_method_id": "card1",
            "reason": "颜色不喜欢",
        },
        idempotency_key="x",
    )
    (parcel,) = wei.returns("K1000002")
    assert parcel.price_difference == Decimal("20.00")
    assert [(line.quantity, line.new_variant_id, line.reason) for line in parcel.lines] == [(2, "V22", "颜色不喜欢")]
    assert own(wei, "K1000002").status == "exchange requested"


def test_an_invoice_is_asked_for_once(wei: CustomerScope) -> None:
    result = services.perform(wei, "request_invoice", {"order_id": "K1000002"}, idempotency_key="i")
    (invoice,) = wei.invoices("K1000002")
    assert (invoice.id, invoice.amount, invoice.title) == (result.created["invoice_id"], Decimal("377.00"), "Wei Li")
    with pytest.raises(OperationRefused, match="invoice_exists"):
        services.perform(wei, "request_invoice", {"order_id": "K1000002"}, idempotency_key="i2")
    with pytest.raises(OperationRefused) as caught:
        services.perform(
            wei,
            "request_invoice",
            {"order_id": "K1000001", "kind": "company", "title": "某某公司"},
            idempotency_key="i3",
        )
    assert caught.value.params == {"missing": ["tax_number"]}


def test_a_failed_operation_leaves_no_trace(shop: KnowledgeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    from knowledge_base.services import stock

    def break_down(*_: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(stock, "put_back", break_down)
    with shop.transaction() as session:
        scope = CustomerScope(session, "C1")
        with pytest.raises(RuntimeError), shop.session():
            services.perform(
                scope,
                "cancel_pending_order",
                {"order_id": "K1000004", "reason": "no longer needed"},
                idempotency_key="a",
            )
    with shop.transaction() as session:
        count = session.scalar(select(func.count()).select_from(Operation), execution_options=UNSCOPED)
        scope = CustomerScope(session, "C1")
        assert (count, own(scope, "K1000004").status, method(scope, "gift1").balance) == (
            0,
            "pending",
            Decimal("30.00"),
        )


def test_an_unknown_operation_is_named_with_the_nearest_one(wei: CustomerScope) -> None:
    with pytest.raises(ValueError, match="did you mean 'cancel_pending_order'"):
        services.propose(wei, "cancel_order_pending", {})


def test_a_conversation_has_one_ticket_for_one_matter(wei: CustomerScope) -> None:
    nobody = CustomerScope(wei.session, None)
    said = {"kind": "complaint", "summary": "包装太差"}
    first = services.perform(nobody, "open_ticket", said, idempotency_key="1", conversation_id="chat")
    again = services.perform(
        wei, "open_ticket", said | {"summary": "还少了一件"}, idempotency_key="2", conversation_id="chat"
    )
    human = services.perform(
        wei, "transfer_to_human", {"summary": "请转人工"}, idempotency_key="3", conversation_id="chat"
    )
    assert {first.created["ticket_id"]} == {again.created["ticket_id"], human.created["ticket_id"]}
    (ticket,) = wei.tickets()
    assert (ticket.kind, ticket.summary.splitlines()) == ("complaint", ["包装太差", "还少了一件", "请转人工"])
    assert ticket.customer_id == wei.customer_id


def test_another_conversation_customer_order_or_day_has_a_ticket_of_its_own(wei: CustomerScope) -> None:
    broken = {"kind": "parcel", "summary": "摔坏了", "order_id": "K1000005"}

    def opened(scope: CustomerScope, key: str, chat: str = "chat", **changed: str) -> str:
        result = services.perform(scope, "open_ticket", broken | changed, idempotency_key=key, conversation_id=chat)
        return str(result.created["ticket_id"])

    first = opened(wei, "1")
    wei.session.flush()
    others = {opened(wei, "2", "other"), opened(wei, "3", order_id="K1000002"), opened(wei, "4", kind="question")}
    assert first not in others and len(others) == 3
    wei.session.info["clock"] = lambda: NOW + timedelta(days=2)
    assert opened(wei, "5") not in others | {first}


@pytest.mark.parametrize(
    ("name", "order_id", "code"),
    [
        ("cancel_pending_order", "K1000001", None),
        ("cancel_pending_order", "K1000002", "order_not_pending"),
        ("return_delivered_order_items", "K1000001", "order_not_delivered"),
        ("request_invoice", "K1000001", None),
    ],
)
def test_whether_an_operation_is_open_to_an_order_is_known_first(
    wei: CustomerScope, name: str, order_id: str, code: str | None
) -> None:
    refusal = services.why_not(name, own(wei, order_id))
    assert (refusal and refusal.code) == code


def test_an_order_with_an_invoice_gets_no_second_one(wei: CustomerScope) -> None:
    services.perform(wei, "request_invoice", {"order_id": "K1000002"}, idempotency_key="i")
    refusal = services.why_not("request_invoice", own(wei, "K1000002"))
    assert refusal is not None and refusal.code == "invoice_exists"
