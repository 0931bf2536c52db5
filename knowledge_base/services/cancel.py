"""Cancelling an order that has not been packed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from knowledge_base.models import OrderStatus, PaymentMethod
from knowledge_base.rules import rules_of
from knowledge_base.scope import CustomerScope
from knowledge_base.services import stock
from knowledge_base.services.checks import require_order, require_pending
from knowledge_base.services.money import paid_by_method, refund, refund_days
from knowledge_base.services.proposal import Execution, Plan, Proposal, method_facts
from knowledge_base.services.refusals import OperationRefused


def plan_cancel_pending_order(scope: CustomerScope, order_id: str, reason: str) -> Plan:
    """Status becomes cancelled; everything paid goes back the way it came, to a gift card at once."""
    order = require_order(scope, order_id)
    require_pending(order)
    rules = rules_of(scope.session)
    accepted = " ".join(reason.casefold().split())
    if accepted not in rules.cancel_reasons:
        raise OperationRefused("reason_not_accepted", {"reason": reason, "accepted": list(rules.cancel_reasons)})
    held = paid_by_method(order)
    methods = {payment.method_id: payment.method for payment in order.payments if payment.method is not None}
    refunds: list[tuple[PaymentMethod, Decimal]] = [(methods[method_id], amount) for method_id, amount in held.items()]
    amount = sum(held.values(), Decimal("0.00"))
    proposal = Proposal(
        name="cancel_pending_order",
        arguments={"order_id": order.id, "reason": accepted},
        customer_id=scope.customer_id,
        order_id=order.id,
        currency=order.currency,
        amount=amount,
        direction="refund" if amount else None,
        refund_days=max((refund_days(rules.refund_days, method) for method, _ in refunds), default=None),
        changes={"status": (order.status, str(OrderStatus.CANCELLED))},
        new_status=OrderStatus.CANCELLED,
        **(method_facts(refunds[0][0]) if len(refunds) == 1 else {}),
    )

    def apply(execution: Execution) -> dict[str, Any]:
        order.status = OrderStatus.CANCELLED
        order.cancel_reason = accepted
        order.cancelled_at = execution.now
        expected = [refund(execution, order, method, part) for method, part in refunds]
        stock.put_back(scope.session, [line.variant for line in order.lines for _ in range(line.quantity)])
        latest = max((moment for moment in expected if moment is not None), default=None)
        return {"refund_expected_at": latest.isoformat() if latest else None}

    return Plan(proposal, apply)
