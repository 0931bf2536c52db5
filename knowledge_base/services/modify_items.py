"""Changing items of an order that has not been packed to other variants of the same products."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from knowledge_base.models import Order, OrderLine, OrderStatus, PaymentMethod, Variant
from knowledge_base.rules import rules_of
from knowledge_base.scope import CustomerScope
from knowledge_base.services import stock
from knowledge_base.services.checks import (
    item_change,
    pick_lines,
    pick_replacements,
    require_method,
    require_order,
    require_pending,
)
from knowledge_base.services.money import charge, derived_id, refund, refund_days, require_balance
from knowledge_base.services.proposal import Execution, Plan, Proposal, method_facts


def plan_modify_pending_order_items(
    scope: CustomerScope,
    order_id: str,
    item_ids: Sequence[str],
    new_item_ids: Sequence[str],
    payment_method_id: str,
) -> Plan:
    """Each item becomes the new one at today's price; the difference is charged to or refunded by the method.

    It can be done once: afterwards the order can be neither modified nor cancelled.
    """
    order = require_order(scope, order_id)
    require_pending(order)
    lines = pick_lines(order, item_ids)
    variants = pick_replacements(scope, lines, new_item_ids)
    method = require_method(scope, payment_method_id)
    difference = price_difference(lines, variants)
    require_balance(method, difference, order.currency)
    proposal = Proposal(
        name="modify_pending_order_items",
        arguments={
            "order_id": order.id,
            "item_ids": [line.variant_id for line in lines],
            "new_item_ids": [variant.id for variant in variants],
            "payment_method_id": method.id,
        },
        items=tuple(item_change(line, variant) for line, variant in zip(lines, variants, strict=True)),
        changes={"status": (order.status, str(OrderStatus.PENDING_MODIFIED))},
        new_status=OrderStatus.PENDING_MODIFIED,
        **difference_facts(scope, order, method, difference),
    )

    def apply(execution: Execution) -> dict[str, Any]:
        stock.put_back(scope.session, [line.variant for line in lines])
        stock.take(scope.session, variants)
        for number, (line, variant) in enumerate(zip(lines, variants, strict=True)):
            _replace_piece(order, line, variant, derived_id("L", f"{execution.idempotency_key}:{number}"))
        order.status = OrderStatus.PENDING_MODIFIED
        expected = None
        if difference > 0:
            charge(execution, order, method, difference)
        elif difference < 0:
            expected = refund(execution, order, method, -difference)
        return {"refund_expected_at": expected.isoformat() if expected else None}

    return Plan(proposal, apply)


def price_difference(lines: Sequence[OrderLine], variants: Sequence[Variant]) -> Decimal:
    """What the new pieces cost more than the old ones did (negative: less)."""
    return sum(
        (variant.price - line.unit_price for line, variant in zip(lines, variants, strict=True)), Decimal("0.00")
    )


def difference_facts(scope: CustomerScope, order: Order, method: PaymentMethod, difference: Decimal) -> dict[str, Any]:
    """The fields of a proposal that say who pays the price difference to whom."""
    direction = "charge" if difference > 0 else "refund" if difference < 0 else None
    days = refund_days(rules_of(scope.session).refund_days, method) if difference < 0 else None
    return {
        "customer_id": scope.customer_id,
        "order_id": order.id,
        "currency": order.currency,
        "amount": abs(difference),
        "direction": direction,
        "refund_days": days,
        **method_facts(method),
    }


def _replace_piece(order: Order, line: OrderLine, variant: Variant, new_line_id: str) -> None:
    """One piece of the line becomes the variant; a line of several keeps the rest."""
    if line.quantity == 1:
        line.variant = variant
        line.unit_price = variant.price
        return
    line.quantity -= 1
    position = max(other.position for other in order.lines) + 1
    order.lines.append(
        OrderLine(id=new_line_id, position=position, variant=variant, quantity=1, unit_price=variant.price)
    )
