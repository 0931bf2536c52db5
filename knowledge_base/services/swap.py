"""What changing and exchanging items have in common: pieces of an order become other variants of the same products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from knowledge_base.models import Order, OrderLine, OrderStatus, PaymentMethod, Variant
from knowledge_base.rules import rules_of
from knowledge_base.scope import CustomerScope
from knowledge_base.services.checks import item_change, pick_lines, pick_replacements, require_method
from knowledge_base.services.money import ZERO, refund_days, require_balance
from knowledge_base.services.proposal import Proposal, method_facts


@dataclass(frozen=True)
class Swap:
    """A validated swap: a line and its new variant for each piece. `difference` is what the new pieces cost more than
    the old ones did (negative: less), which the method pays or gets."""

    lines: tuple[OrderLine, ...]
    variants: tuple[Variant, ...]
    method: PaymentMethod
    difference: Decimal
    proposal: Proposal


def plan_swap(
    scope: CustomerScope,
    order: Order,
    name: str,
    item_ids: Sequence[str],
    new_item_ids: Sequence[str],
    payment_method_id: str,
    *,
    new_status: OrderStatus,
) -> Swap:
    """Check the pieces, their replacements and the payment, and say what the operation `name` would change."""
    lines = pick_lines(order, item_ids)
    variants = pick_replacements(scope, lines, new_item_ids)
    method = require_method(scope, payment_method_id)
    pairs = list(zip(lines, variants, strict=True))
    difference = sum((variant.price - line.unit_price for line, variant in pairs), ZERO)
    require_balance(method, difference, order.currency)
    proposal = Proposal(
        name=name,
        arguments={
            "order_id": order.id,
            "item_ids": [line.variant_id for line in lines],
            "new_item_ids": [variant.id for variant in variants],
            "payment_method_id": method.id,
        },
        customer_id=scope.customer_id,
        order_id=order.id,
        currency=order.currency,
        amount=abs(difference),
        direction="charge" if difference > 0 else "refund" if difference < 0 else None,
        refund_days=refund_days(rules_of(scope.session).refund_days, method) if difference < 0 else None,
        items=tuple(item_change(line, variant) for line, variant in pairs),
        changes={"status": (order.status, str(new_status))},
        new_status=new_status,
        **method_facts(method),
    )
    return Swap(tuple(lines), tuple(variants), method, difference, proposal)
