"""Doing an operation exactly once, with one row in `operations`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from knowledge_base.database import is_conflict
from knowledge_base.models import Operation, Order
from knowledge_base.scope import CustomerScope
from knowledge_base.services.cancel import plan_cancel_pending_order
from knowledge_base.services.checks import (
    require_delivered,
    require_no_invoice,
    require_one_payment,
    require_pending,
)
from knowledge_base.services.give_back import plan_exchange_delivered_order_items, plan_return_delivered_order_items
from knowledge_base.services.invoices import plan_request_invoice
from knowledge_base.services.modify_address import plan_modify_pending_order_address, plan_modify_user_address
from knowledge_base.services.modify_items import plan_modify_pending_order_items
from knowledge_base.services.modify_payment import plan_modify_pending_order_payment
from knowledge_base.services.proposal import Execution, OperationResult, Plan, Proposal
from knowledge_base.services.refusals import OperationRefused
from knowledge_base.services.tickets import plan_open_ticket, plan_transfer_to_human
from knowledge_base.sessions import UNSCOPED

#: Every operation by name, as the function that validates it and prepares it.
OPERATIONS: Mapping[str, Callable[..., Plan]] = {
    "cancel_pending_order": plan_cancel_pending_order,
    "modify_pending_order_items": plan_modify_pending_order_items,
    "modify_pending_order_address": plan_modify_pending_order_address,
    "modify_pending_order_payment": plan_modify_pending_order_payment,
    "return_delivered_order_items": plan_return_delivered_order_items,
    "exchange_delivered_order_items": plan_exchange_delivered_order_items,
    "modify_user_address": plan_modify_user_address,
    "transfer_to_human": plan_transfer_to_human,
    "open_ticket": plan_open_ticket,
    "request_invoice": plan_request_invoice,
}

#: What each operation on an order needs of the order itself, whatever else is asked for.
ORDER_CHECKS: Mapping[str, Callable[[Order], object]] = {
    "cancel_pending_order": require_pending,
    "modify_pending_order_items": require_pending,
    "modify_pending_order_address": require_pending,
    "modify_pending_order_payment": require_one_payment,
    "return_delivered_order_items": require_delivered,
    "exchange_delivered_order_items": require_delivered,
    "request_invoice": require_no_invoice,
}


def why_not(name: str, order: Order) -> OperationRefused | None:
    """Why an operation is not open to this order, before anything else of it is known; None when it is."""
    try:
        ORDER_CHECKS[name](order)
    except OperationRefused as refusal:
        return refusal
    return None


def propose(scope: CustomerScope, name: str, arguments: Mapping[str, Any]) -> Proposal:
    """Validate an operation and say what it would change, without writing.

    Raises OperationRefused if it cannot be done, ValueError for a name that is no operation, TypeError for arguments
    it does not take.
    """
    return _planner(name)(scope, **arguments).proposal


def perform(
    scope: CustomerScope,
    name: str,
    arguments: Mapping[str, Any],
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Do an operation, once for each key: called again with the same key it returns what it did the first time.

    The row in `operations` and everything it changes are one savepoint of the session's transaction. Raises as
    `propose` does; StaleDataError if the order was changed meanwhile (see database.is_conflict).
    """
    planner = _planner(name)
    done = _done_before(scope, name, idempotency_key)
    if done is not None:
        return done
    plan = planner(scope, **arguments)
    execution = Execution(scope, idempotency_key, conversation_id, scope.session.now)
    operation = Operation(
        name=name,
        arguments=plan.proposal.arguments,
        customer_id=scope.customer_id,
        conversation_id=conversation_id,
        idempotency_key=idempotency_key,
        at=execution.now,
        result={},
    )
    try:
        with scope.session.begin_nested():
            scope.session.add(operation)
            scope.session.flush()
            created = plan.apply(execution)
            operation.result = {"proposal": plan.proposal.as_dict(), "created": created}
    except IntegrityError as error:
        done = _done_before(scope, name, idempotency_key) if is_conflict(error) else None
        if done is None:
            raise
        return done
    return _result(operation, replayed=False)


def idempotency_key(conversation_id: str, name: str, arguments: Mapping[str, Any], occasion: str) -> str:
    """A key for one confirmed proposal; `occasion` tells two equal proposals apart (the confirming message's id)."""
    content = json.dumps([conversation_id, name, arguments, occasion], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


def _planner(name: str) -> Callable[..., Plan]:
    planner = OPERATIONS.get(name)
    if planner is None:
        near = get_close_matches(name, OPERATIONS, n=1)
        raise ValueError(f"no such operation: {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return planner


def _done_before(scope: CustomerScope, name: str, key: str) -> OperationResult | None:
    """What this key did earlier. A key of another customer or another operation is refused."""
    statement = select(Operation).where(Operation.idempotency_key == key)
    operation = scope.session.scalars(statement, execution_options=UNSCOPED).one_or_none()
    if operation is None:
        return None
    if (operation.name, operation.customer_id) != (name, scope.customer_id):
        raise OperationRefused("idempotency_key_reused", {"idempotency_key": key})
    return _result(operation, replayed=True)


def _result(operation: Operation, *, replayed: bool) -> OperationResult:
    return OperationResult(
        name=operation.name,
        operation_id=operation.id,
        idempotency_key=operation.idempotency_key,
        proposal=operation.result.get("proposal", {}),
        created=operation.result.get("created", {}),
        replayed=replayed,
    )
