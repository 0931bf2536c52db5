"""What several operations check before they propose anything."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from knowledge_base.models import Order, OrderLine, OrderStatus, PaymentMethod, Variant
from knowledge_base.rules import rules_of
from knowledge_base.scope import CustomerScope
from knowledge_base.services.money import paid_by_method
from knowledge_base.services.proposal import ItemChange, variant_name
from knowledge_base.services.refusals import OperationRefused


def require_order(scope: CustomerScope, order_id: str) -> Order:
    """The customer's own order; anybody else's is as unknown as one that does not exist."""
    if scope.customer_id is None:
        raise OperationRefused("customer_required")
    order = scope.find_order(order_id)
    if order is None:
        raise OperationRefused("order_not_found", {"order_id": order_id})
    return order


def require_pending(order: Order) -> None:
    """The order can still be changed."""
    facts = {"order_id": order.id, "status": order.status}
    if order.status == OrderStatus.CANCELLED:
        raise OperationRefused("order_cancelled", facts)
    if order.status == OrderStatus.PENDING_MODIFIED:
        raise OperationRefused("order_already_modified", facts)
    if order.status != OrderStatus.PENDING:
        raise OperationRefused("order_not_pending", facts)


def require_delivered(order: Order) -> None:
    """The order has arrived, and nothing of it is on its way back."""
    facts = {"order_id": order.id, "status": order.status}
    if order.status in (OrderStatus.RETURN_REQUESTED, OrderStatus.EXCHANGE_REQUESTED):
        raise OperationRefused("return_already_requested", facts)
    if order.status == OrderStatus.CANCELLED:
        raise OperationRefused("order_cancelled", facts)
    if order.status != OrderStatus.DELIVERED:
        raise OperationRefused("order_not_delivered", facts)


def require_one_payment(order: Order) -> tuple[PaymentMethod, Decimal]:
    """The order can still be changed and is paid in one way: that way, and how much."""
    require_pending(order)
    held = paid_by_method(order)
    if len(held) > 1:
        raise OperationRefused("order_paid_in_parts", {"order_id": order.id})
    for payment in order.payments:
        if payment.method is not None and payment.method_id in held:
            return payment.method, held[payment.method_id]
    raise OperationRefused("order_not_paid", {"order_id": order.id})


def require_no_invoice(order: Order) -> None:
    """An invoice can be asked for: the order stands, and there is none yet."""
    if order.status == OrderStatus.CANCELLED:
        raise OperationRefused("order_cancelled", {"order_id": order.id, "status": order.status})
    for invoice in order.invoices:
        raise OperationRefused("invoice_exists", {"order_id": order.id, "invoice_id": invoice.id})


def require_method(scope: CustomerScope, payment_method_id: str) -> PaymentMethod:
    """The customer's own payment method."""
    method = scope.payment_method(payment_method_id)
    if method is None:
        raise OperationRefused("payment_method_not_found", {"payment_method_id": payment_method_id})
    return method


def pick_lines(order: Order, item_ids: Sequence[str]) -> list[OrderLine]:
    """The line of each item, one piece for each id (variant or line id); twice the same id means two pieces."""
    if not item_ids:
        raise OperationRefused("no_items", {"order_id": order.id})
    left = {line.id: line.quantity for line in order.lines}
    picked: list[OrderLine] = []
    for item_id in item_ids:
        line = next((line for line in order.lines if item_id in (line.variant_id, line.id) and left[line.id] > 0), None)
        if line is None:
            raise OperationRefused("item_not_in_order", {"order_id": order.id, "item_id": item_id})
        left[line.id] -= 1
        picked.append(line)
    return picked


def pick_replacements(scope: CustomerScope, lines: Sequence[OrderLine], new_item_ids: Sequence[str]) -> list[Variant]:
    """The new variant of each piece: of the same product, to be had in that number, and another one than before
    unless the shop exchanges like for like."""
    if len(lines) != len(new_item_ids):
        raise OperationRefused("item_count_mismatch", {"items": len(lines), "new_items": len(new_item_ids)})
    chosen: list[Variant] = []
    for line, new_item_id in zip(lines, new_item_ids, strict=True):
        variant = scope.session.get(Variant, new_item_id)
        if variant is None:
            raise OperationRefused("variant_not_found", {"item_id": new_item_id})
        if variant.product_id != line.variant.product_id:
            facts = {"item_id": line.variant_id, "new_item_id": new_item_id}
            raise OperationRefused("variant_of_other_product", facts)
        if variant.id == line.variant_id and not rules_of(scope.session).like_for_like:
            raise OperationRefused("variant_unchanged", {"item_id": new_item_id})
        chosen.append(variant)
        if not variant.can_supply(sum(other.id == variant.id for other in chosen)):
            names = {"name_en": variant_name(variant, "en"), "name_zh": variant_name(variant, "zh")}
            raise OperationRefused("variant_unavailable", {"item_id": variant.id, **names})
    return chosen


def item_change(line: OrderLine, variant: Variant | None = None) -> ItemChange:
    """One piece of a line as a fact of a proposal, with what it becomes."""
    return ItemChange(
        line_id=line.id,
        item_id=line.variant_id,
        name_en=variant_name(line.variant, "en"),
        name_zh=variant_name(line.variant, "zh"),
        price=line.unit_price,
        new_item_id=variant.id if variant else None,
        new_name_en=variant_name(variant, "en") if variant else None,
        new_name_zh=variant_name(variant, "zh") if variant else None,
        new_price=variant.price if variant else None,
    )
