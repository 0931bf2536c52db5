"""Changing items of an order that has not been packed to other variants of the same products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from knowledge_base.models import Order, OrderLine, OrderStatus, Variant
from knowledge_base.scope import CustomerScope
from knowledge_base.services import stock
from knowledge_base.services.checks import require_order, require_pending
from knowledge_base.services.money import charge, derived_id, refund
from knowledge_base.services.proposal import Execution, Plan
from knowledge_base.services.swap import plan_swap


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
    swap = plan_swap(
        scope,
        order,
        "modify_pending_order_items",
        item_ids,
        new_item_ids,
        payment_method_id,
        new_status=OrderStatus.PENDING_MODIFIED,
    )

    def apply(execution: Execution) -> dict[str, Any]:
        stock.put_back(scope.session, [line.variant for line in swap.lines])
        stock.take(scope.session, swap.variants)
        for number, (line, variant) in enumerate(zip(swap.lines, swap.variants, strict=True)):
            _replace_piece(order, line, variant, derived_id("L", f"{execution.idempotency_key}:{number}"))
        order.status = OrderStatus.PENDING_MODIFIED
        expected = None
        if swap.difference > 0:
            charge(execution, order, swap.method, swap.difference)
        elif swap.difference < 0:
            expected = refund(execution, order, swap.method, -swap.difference)
        return {"refund_expected_at": expected.isoformat() if expected else None}

    return Plan(swap.proposal, apply)


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
