"""Paying an order that has not been packed in another way."""

from __future__ import annotations

from typing import Any

from knowledge_base.rules import rules_of
from knowledge_base.scope import CustomerScope
from knowledge_base.services.checks import require_method, require_one_payment, require_order
from knowledge_base.services.money import charge, refund, refund_days, require_balance, touch
from knowledge_base.services.proposal import Execution, Plan, Proposal, method_facts
from knowledge_base.services.refusals import OperationRefused


def plan_modify_pending_order_payment(scope: CustomerScope, order_id: str, payment_method_id: str) -> Plan:
    """The new method pays the whole amount, the old one gets it back; a gift card must hold all of it."""
    order = require_order(scope, order_id)
    old, amount = require_one_payment(order)
    method = require_method(scope, payment_method_id)
    if old.id == method.id:
        raise OperationRefused("payment_method_unchanged", {"payment_method_id": method.id})
    require_balance(method, amount, order.currency)
    proposal = Proposal(
        name="modify_pending_order_payment",
        arguments={"order_id": order.id, "payment_method_id": method.id},
        customer_id=scope.customer_id,
        order_id=order.id,
        currency=order.currency,
        amount=amount,
        direction="charge",
        refund_days=refund_days(rules_of(scope.session).refund_days, old),
        changes={"payment_method_id": (old.id, method.id)},
        **method_facts(method),
    )

    def apply(execution: Execution) -> dict[str, Any]:
        charge(execution, order, method, amount)
        expected = refund(execution, order, old, amount)
        touch(order)
        return {"refund_expected_at": expected.isoformat() if expected else None}

    return Plan(proposal, apply)
