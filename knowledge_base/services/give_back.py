"""Returning and exchanging what has arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from knowledge_base.models import Order, OrderLine, OrderStatus, Return, ReturnLine, Variant
from knowledge_base.rules import rules_of
from knowledge_base.scope import CustomerScope
from knowledge_base.services import stock
from knowledge_base.services.checks import (
    item_change,
    pick_lines,
    require_delivered,
    require_method,
    require_order,
)
from knowledge_base.services.money import derived_id, original_methods, refund_days
from knowledge_base.services.proposal import Execution, Plan, Proposal, method_facts
from knowledge_base.services.refusals import OperationRefused
from knowledge_base.services.swap import plan_swap


def plan_return_delivered_order_items(
    scope: CustomerScope,
    order_id: str,
    item_ids: Sequence[str],
    payment_method_id: str,
    reason: str | None = None,
) -> Plan:
    """The items go back for their price; the money goes the way it came or to a gift card, once they have arrived."""
    order = require_order(scope, order_id)
    require_delivered(order)
    lines = pick_lines(order, item_ids)
    method = require_method(scope, payment_method_id)
    originals = original_methods(order)
    if not method.is_gift_card and method.id not in originals:
        facts = {"payment_method_id": method.id, "original_id": originals[0] if originals else None}
        raise OperationRefused("refund_method_not_allowed", facts)
    amount = _worth(order, lines)
    proposal = Proposal(
        name="return_delivered_order_items",
        arguments={
            "order_id": order.id,
            "item_ids": [line.variant_id for line in lines],
            "payment_method_id": method.id,
        },
        customer_id=scope.customer_id,
        order_id=order.id,
        currency=order.currency,
        amount=amount,
        direction="refund",
        refund_days=refund_days(rules_of(scope.session).refund_days, method),
        items=tuple(item_change(line) for line in lines),
        changes={"status": (order.status, str(OrderStatus.RETURN_REQUESTED))},
        new_status=OrderStatus.RETURN_REQUESTED,
        **method_facts(method),
    )

    def apply(execution: Execution) -> dict[str, Any]:
        order.status = OrderStatus.RETURN_REQUESTED
        parcel = _open(execution, order, "return", lines, [None] * len(lines), reason)
        parcel.refund_amount = amount
        parcel.refund_method_id = method.id
        return {"return_id": parcel.id}

    return Plan(proposal, apply)


def plan_exchange_delivered_order_items(
    scope: CustomerScope,
    order_id: str,
    item_ids: Sequence[str],
    new_item_ids: Sequence[str],
    payment_method_id: str,
    reason: str | None = None,
) -> Plan:
    """The items go back and the new ones are sent; the price difference is settled once they have arrived."""
    order = require_order(scope, order_id)
    require_delivered(order)
    swap = plan_swap(
        scope,
        order,
        "exchange_delivered_order_items",
        item_ids,
        new_item_ids,
        payment_method_id,
        new_status=OrderStatus.EXCHANGE_REQUESTED,
    )

    def apply(execution: Execution) -> dict[str, Any]:
        stock.take(scope.session, swap.variants)
        order.status = OrderStatus.EXCHANGE_REQUESTED
        parcel = _open(execution, order, "exchange", swap.lines, swap.variants, reason)
        parcel.price_difference = swap.difference
        parcel.refund_amount = -swap.difference if swap.difference < 0 else None
        parcel.refund_method_id = swap.method.id
        return {"return_id": parcel.id}

    return Plan(swap.proposal, apply)


def _worth(order: Order, lines: Sequence[OrderLine]) -> Decimal:
    """What the customer paid for these pieces: their price less their share of the order's discount.

    Shipping is not given back.
    """
    price = sum((line.unit_price for line in lines), Decimal("0.00"))
    whole = order.items_total
    if not order.discount or not whole:
        return price
    share = min(order.discount, whole) * price / whole
    return price - share.quantize(Decimal("0.01"))


def _open(
    execution: Execution,
    order: Order,
    kind: str,
    lines: Sequence[OrderLine],
    variants: Sequence[Variant | None],
    reason: str | None,
) -> Return:
    """A new return with one row for each line and new variant."""
    key = execution.idempotency_key
    parcel = Return(id=derived_id("R", key, digits=9), kind=kind, status="requested", requested_at=execution.now)
    order.returns.append(parcel)
    for number, ((line, variant), quantity) in enumerate(Counter(zip(lines, variants, strict=True)).items()):
        parcel.lines.append(
            ReturnLine(
                id=derived_id("RL", f"{key}:{number}"),
                line=line,
                quantity=quantity,
                reason=reason,
                new_variant_id=variant.id if variant else None,
            )
        )
    return parcel
