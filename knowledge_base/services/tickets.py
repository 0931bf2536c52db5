"""Calling a human: hand-overs, complaints, and whatever else the bot cannot settle."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from knowledge_base.models import Ticket
from knowledge_base.scope import CustomerScope
from knowledge_base.services.checks import require_order
from knowledge_base.services.money import derived_id
from knowledge_base.services.proposal import Execution, Plan, Proposal
from knowledge_base.services.refusals import OperationRefused
from knowledge_base.sessions import UNSCOPED

TICKET_KINDS = ("complaint", "handover", "parcel", "payment", "account", "question")
#: How long what a conversation says still belongs to the ticket that it has opened.
SAME_MATTER = timedelta(days=1)


def plan_transfer_to_human(scope: CustomerScope, summary: str) -> Plan:
    """The conversation goes to a human with its summary; with the ticket it has opened already, if there is one.

    Possible without a verified customer.
    """
    return _plan(scope, "transfer_to_human", {"summary": summary}, "handover", summary, None)


def plan_open_ticket(scope: CustomerScope, kind: str, summary: str, order_id: str | None = None) -> Plan:
    """A ticket of this kind for a human to look at, about an order or not. Possible without a verified customer.

    What a conversation adds to a ticket that is still open, of the same kind and about the same order, goes into it.
    """
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
        ticket = _opened_before(execution, kind, order_id)
        if ticket is not None:
            ticket.summary = f"{ticket.summary}\n{summary.strip()}"
            ticket.customer_id = ticket.customer_id or scope.customer_id
            return {"ticket_id": ticket.id}
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


def _opened_before(execution: Execution, kind: str, order_id: str | None) -> Ticket | None:
    """The open ticket of this conversation that is about the same matter; a hand-over is about whatever came last."""
    if execution.conversation_id is None:
        return None
    recent = (
        select(Ticket)
        .where(
            Ticket.conversation_id == execution.conversation_id,
            Ticket.status == "open",
            Ticket.created_at >= execution.now - SAME_MATTER,
        )
        .order_by(Ticket.created_at.desc())
    )
    if kind != "handover":
        recent = recent.where(Ticket.kind == kind, Ticket.order_id == order_id)
    customer_id = execution.scope.customer_id
    tickets = execution.scope.session.scalars(recent, execution_options=UNSCOPED)
    # On a shared device the conversation's last customer may have been another one.
    return next((ticket for ticket in tickets if ticket.customer_id in (None, customer_id)), None)
