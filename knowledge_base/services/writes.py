"""Every write by its own name and arguments. Each does what `perform` does; see there for keys and errors."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge_base.scope import CustomerScope
from knowledge_base.services.ledger import perform
from knowledge_base.services.proposal import OperationResult


def cancel_pending_order(
    scope: CustomerScope,
    order_id: str,
    reason: str,
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Cancel an order that has not been packed; reasons: see ShopRules.cancel_reasons."""
    arguments = {
        "order_id": order_id,
        "reason": reason,
    }
    return perform(
        scope, "cancel_pending_order", arguments, idempotency_key=idempotency_key, conversation_id=conversation_id
    )


def modify_pending_order_items(
    scope: CustomerScope,
    order_id: str,
    item_ids: Sequence[str],
    new_item_ids: Sequence[str],
    payment_method_id: str,
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Change items of an order that has not been packed to other variants of the same products, once."""
    arguments = {
        "order_id": order_id,
        "item_ids": item_ids,
        "new_item_ids": new_item_ids,
        "payment_method_id": payment_method_id,
    }
    return perform(
        scope, "modify_pending_order_items", arguments, idempotency_key=idempotency_key, conversation_id=conversation_id
    )


def modify_pending_order_address(
    scope: CustomerScope,
    order_id: str,
    address1: str,
    address2: str | None = None,
    city: str | None = None,
    state: str | None = None,
    country: str | None = None,
    zip: str | None = None,
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Send an order that has not been packed elsewhere."""
    arguments = {
        "order_id": order_id,
        "address1": address1,
        "address2": address2,
        "city": city,
        "state": state,
        "country": country,
        "zip": zip,
    }
    return perform(
        scope,
        "modify_pending_order_address",
        arguments,
        idempotency_key=idempotency_key,
        conversation_id=conversation_id,
    )


def modify_pending_order_payment(
    scope: CustomerScope,
    order_id: str,
    payment_method_id: str,
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Pay an order that has not been packed in another way."""
    arguments = {
        "order_id": order_id,
        "payment_method_id": payment_method_id,
    }
    return perform(
        scope,
        "modify_pending_order_payment",
        arguments,
        idempotency_key=idempotency_key,
        conversation_id=conversation_id,
    )


def return_delivered_order_items(
    scope: CustomerScope,
    order_id: str,
    item_ids: Sequence[str],
    payment_method_id: str,
    reason: str | None = None,
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Ask to send delivered items back for their price."""
    arguments = {
        "order_id": order_id,
        "item_ids": item_ids,
        "payment_method_id": payment_method_id,
        "reason": reason,
    }
    return perform(
        scope,
        "return_delivered_order_items",
        arguments,
        idempotency_key=idempotency_key,
        conversation_id=conversation_id,
    )


def exchange_delivered_order_items(
    scope: CustomerScope,
    order_id: str,
    item_ids: Sequence[str],
    new_item_ids: Sequence[str],
    payment_method_id: str,
    reason: str | None = None,
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Ask to exchange delivered items for other variants of the same products."""
    arguments = {
        "order_id": order_id,
        "item_ids": item_ids,
        "new_item_ids": new_item_ids,
        "payment_method_id": payment_method_id,
        "reason": reason,
    }
    return perform(
        scope,
        "exchange_delivered_order_items",
        arguments,
        idempotency_key=idempotency_key,
        conversation_id=conversation_id,
    )


def modify_user_address(
    scope: CustomerScope,
    address1: str,
    address2: str | None = None,
    city: str | None = None,
    state: str | None = None,
    country: str | None = None,
    zip: str | None = None,
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Change the customer's default address."""
    arguments = {
        "address1": address1,
        "address2": address2,
        "city": city,
        "state": state,
        "country": country,
        "zip": zip,
    }
    return perform(
        scope, "modify_user_address", arguments, idempotency_key=idempotency_key, conversation_id=conversation_id
    )


def transfer_to_human(
    scope: CustomerScope,
    summary: str,
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Hand the conversation over to a human."""
    arguments = {
        "summary": summary,
    }
    return perform(
        scope, "transfer_to_human", arguments, idempotency_key=idempotency_key, conversation_id=conversation_id
    )


def open_ticket(
    scope: CustomerScope,
    kind: str,
    summary: str,
    order_id: str | None = None,
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Open a ticket for a human; kinds: tickets.TICKET_KINDS."""
    arguments = {
        "kind": kind,
        "summary": summary,
        "order_id": order_id,
    }
    return perform(scope, "open_ticket", arguments, idempotency_key=idempotency_key, conversation_id=conversation_id)


def request_invoice(
    scope: CustomerScope,
    order_id: str,
    kind: str = "personal",
    title: str | None = None,
    tax_number: str | None = None,
    *,
    idempotency_key: str,
    conversation_id: str | None = None,
) -> OperationResult:
    """Ask for an invoice of an order."""
    arguments = {
        "order_id": order_id,
        "kind": kind,
        "title": title,
        "tax_number": tax_number,
    }
    return perform(
        scope, "request_invoice", arguments, idempotency_key=idempotency_key, conversation_id=conversation_id
    )
