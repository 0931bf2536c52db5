"""Calling a human: hand-overs, complaints, and whatever else the bot cannot settle."""

from __future__ import annotations

from typing import Any

from knowledge_base.models import Ticket
from knowledge_base.scope import CustomerScope
from knowledge_base.services.checks import require_order
from knowledge_base.services.money import derived_id
from knowledge_base.services.proposal import Execution, Plan, Proposal
from knowledge_base.services.refusals import OperationRefused

TICKET_KINDS = ("complaint", "handover", "parcel", "payment", "account", "question")


def plan_transfer_to_human(scope: CustomerScope, summary: str) -> Plan:
    """The conversation goes to a human with its summary. Possible without a verified customer."""
    return _plan(scope, "transfer_to_human", {"summary": summary}, "handover", summary, None)


def plan_open_ticket(scope: CustomerScope, kind: str, summary: str, order_id: str | None = None) -> Plan:
    """A ticket of this kind for a human to look at, about an order or not. Possible without a verified customer."""
    if kind not in TICKET_KINDS:
        raise OperationRefused("ticket_kind_unknown", {"kind": kind, "accepted": list(TICKET_KINDS)})
    order = require_order(scope, order_id) if order_id else None
    arguments = {"kind": kind, "summary": summary, **({"order_id": order.id} if order else {})}
    return _plan(scope, "open_ticket", arguments, kind, summary, order.id if order else None)


def _plan(
    scope: CustomerScope, name: str, arguments: dict[str, Any], kind: str, summary: str, order_id: str | None
) -> Plan:
    if not summary.strip():
        raise OperationRefused("summary_missing")

    def apply(execution: Execution) -> dict[str, Any]:
        ticket = Ticket(
            id=derived_id("T", execution.idempotency_key, digits=8),
            kind=kind,
            customer_id=scope.customer_id,
            conversation_id=execution.conversation_id,
            order_id=order_id,
            summary=summary.strip(),
            created_at=execution.now,
        )
        scope.session.add(ticket)
        return {"ticket_id": ticket.id}

    return Plan(Proposal(name=name, arguments=arguments, customer_id=scope.customer_id, order_id=order_id), apply)
