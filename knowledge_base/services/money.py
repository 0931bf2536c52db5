"""Moving money for an order: what was paid how, charges, refunds, and gift cards, whose balance moves at once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm.attributes import flag_modified

from knowledge_base.models import Order, Payment, PaymentMethod
from knowledge_base.rules import rules_of
from knowledge_base.services.proposal import Execution
from knowledge_base.services.refusals import OperationRefused

ZERO = Decimal("0.00")


def paid_by_method(order: Order) -> dict[str, Decimal]:
    """What the shop holds of the order by payment method: payments minus refunds, methods at zero left out.

    Failed payments do not count; pending ones do, because they are on their way.
    """
    held: dict[str, Decimal] = {}
    for payment in order.payments:
        if payment.method_id is None or payment.status == "failed":
            continue
        sign = 1 if payment.kind == "payment" else -1
        held[payment.method_id] = held.get(payment.method_id, ZERO) + sign * payment.amount
    return {method: amount for method, amount in held.items() if amount > 0}


def original_methods(order: Order) -> list[str]:
    """The ways the order is paid now, the first one first; what it was paid by if all went back."""
    held = list(paid_by_method(order))
    return held or [payment.method_id for payment in order.payments if payment.method_id][:1]


def require_balance(method: PaymentMethod, needed: Decimal, currency: str) -> None:
    """Refuse a gift card that does not hold `needed`; other methods always pass."""
    if method.is_gift_card and (method.balance or ZERO) < needed:
        raise OperationRefused(
            "gift_card_insufficient",
            {
                "payment_method_id": method.id,
                "balance": str(method.balance or ZERO),
                "needed": str(needed),
                "currency": currency,
            },
        )


def charge(execution: Execution, order: Order, method: PaymentMethod, amount: Decimal) -> None:
    """Take `amount` (> 0) from this method. A gift card is charged only if it still holds enough."""
    if method.is_gift_card:
        taken = execution.scope.execute(
            update(PaymentMethod)
            .where(PaymentMethod.id == method.id, PaymentMethod.balance >= amount)
            .values(balance=PaymentMethod.balance - amount)
            .returning(PaymentMethod.balance)
        ).first()
        if taken is None:
            execution.scope.session.refresh(method)
            require_balance(method, amount, order.currency)
    _record(execution, order, method.id, "payment", amount, "completed", None)


def refund(execution: Execution, order: Order, method: PaymentMethod, amount: Decimal) -> datetime | None:
    """Give `amount` (> 0) back to this method. Returns when it arrives at the latest, None if it is there at once."""
    expected: datetime | None = None
    if method.is_gift_card:
        execution.scope.execute(
            update(PaymentMethod)
            .where(PaymentMethod.id == method.id)
            .values(balance=PaymentMethod.balance + amount)
            .returning(PaymentMethod.balance)
        )
    else:
        expected = add_business_days(execution.now, rules_of(execution.scope.session).refund_days[1])
    _record(execution, order, method.id, "refund", amount, "pending" if expected else "completed", expected)
    return expected


def refund_days(execution_rules_days: tuple[int, int], method: PaymentMethod) -> tuple[int, int]:
    """Business days until a refund to this method arrives: none for a gift card."""
    return (0, 0) if method.is_gift_card else execution_rules_days


def add_business_days(start: datetime, days: int) -> datetime:
    """The moment `days` working days (Monday to Friday) after `start`."""
    moment = start
    while days > 0:
        moment += timedelta(days=1)
        if moment.weekday() < 5:
            days -= 1
    return moment


def derived_id(prefix: str, key: str, *, digits: int | None = None) -> str:
    """An id that follows from the idempotency key, so that a turn that is run again makes the same rows."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{prefix}{int(digest, 16) % 10**digits:0{digits}d}" if digits else f"{prefix}{digest[:20]}"


def touch(order: Order) -> None:
    """Count a change of the order even if only rows around it change, so that two changes at once collide."""
    flag_modified(order, "status")


def _record(
    execution: Execution,
    order: Order,
    method_id: str,
    kind: str,
    amount: Decimal,
    status: str,
    expected_at: datetime | None,
) -> None:
    position = max((payment.position for payment in order.payments), default=-1) + 1
    order.payments.append(
        Payment(
            id=derived_id("PM", f"{execution.idempotency_key}:{position}"),
            position=position,
            method_id=method_id,
            kind=kind,
            amount=amount,
            at=execution.now,
            status=status,
            expected_at=expected_at,
        )
    )
