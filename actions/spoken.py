"""Rows of the database as facts for a reader: names, money, dates and addresses in their language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.orders import summary
from knowledge_base import labels
from knowledge_base.models import PaymentMethod, Variant
from knowledge_base.scope import CustomerScope
from knowledge_base.services import ItemChange, Proposal, variant_name


def variant(row: Variant, language: str) -> str:
    return variant_name(row, language)


def method(scope: CustomerScope, payment_method_id: str | None, language: str) -> str:
    """How the customer's payment method is called."""
    row: PaymentMethod | None = scope.payment_method(payment_method_id) if payment_method_id else None
    if row is not None:
        return labels.payment_method(row, language)
    return "原支付方式" if language == "zh" else "the original payment method"


def address(parts: Mapping[str, Any], language: str) -> str:
    """An address in one line, in the order that its reader expects."""
    if language == "zh":
        line = "".join(str(parts.get(key) or "") for key in ("state", "city", "address1", "address2"))
        return f"{line} {parts.get('zip') or ''}".strip()
    keys = ("address1", "address2", "city", "state", "zip", "country")
    return ", ".join(str(parts[key]) for key in keys if parts.get(key))


def proposal(scope: CustomerScope, proposed: Proposal, language: str) -> dict[str, Any]:
    """What an operation would change, as the facts of its response."""
    facts: dict[str, Any] = {
        "amount": labels.money(proposed.amount, proposed.currency or "", language),
        "method": method(scope, proposed.payment_method_id, language),
    }
    if proposed.order_id:
        order = scope.find_order(proposed.order_id)
        facts |= {"order_id": proposed.order_id, "summary": summary(order, language) if order else ""}
    if proposed.items:
        facts |= _items(proposed.items, language)
    if "address" in proposed.changes:
        facts["address"] = address(proposed.changes["address"][1], language)
    return facts


def _items(changes: tuple[ItemChange, ...], language: str) -> dict[str, str]:
    joint = "、" if language == "zh" else " and "
    old = [_counted(getattr(change, f"name_{language}"), change.quantity) for change in changes]
    new = [_counted(getattr(change, f"new_name_{language}") or "", change.quantity) for change in changes]
    return {"items": joint.join(old), "item": joint.join(old), "new_item": joint.join(filter(None, new))}


def _counted(name: str, quantity: int) -> str:
    return f"{name} × {quantity}" if quantity > 1 and name else name
