"""What the shop knows of one customer: all of it to hand out, and what a person is known by to take away.

Forgetting leaves the rows of orders, payments and operations, which a shop must keep for its books, and empties every
field by which somebody could be recognised in them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect, select

from knowledge_base.identity import find_customer_by_email, find_customer_by_phone
from knowledge_base.models import (
    Address,
    Base,
    Customer,
    Invoice,
    Operation,
    Order,
    OrderStatus,
    PaymentMethod,
    Return,
    ReturnLine,
    Shipment,
    Ticket,
)
from knowledge_base.scope import CustomerScope
from knowledge_base.sessions import CUSTOMER_OWNED, ShopSession

Blank = Callable[[Any], Any]
REMOVED = "[removed]"
#: What may stay of an operation's arguments and result: what was done to which things, not for whom or why.
KEPT_ARGUMENTS = ("order_id", "item_ids", "new_item_ids", "payment_method_id", "return_id", "invoice_id", "refund")


def _nothing(_: Any) -> None:
    return None


def _empty(_: Any) -> str:
    return ""


def _country(address: dict[str, Any]) -> dict[str, Any]:
    return {"country": address["country"]} if address.get("country") else {}


def _impersonal(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if name in KEPT_ARGUMENTS}


#: The fields of each table that tell who somebody is, and what becomes of them.
PERSONAL: dict[type[Base], dict[str, Blank]] = {
    Customer: {
        "first_name": _empty, "last_name": _empty, "name_zh": _nothing, "email": _nothing, "phone": _nothing,
    },
    Address: {
        "label": _nothing, "recipient": _nothing, "address1": _empty, "address2": _empty, "city": _empty,
        "state": _empty, "zip": _empty, "phone": _nothing,
    },
    PaymentMethod: {"label": _nothing, "last_four": _nothing, "details": lambda _: {}},
    Order: {"address": _country, "cancel_reason": _nothing},
    Shipment: {"tracking_number": _empty},
    Return: {},
    ReturnLine: {"reason": _nothing},
    Invoice: {"title": _empty, "tax_number": _nothing, "url": _nothing},
    Ticket: {"summary": lambda _: REMOVED, "conversation_id": _nothing},
    Operation: {"arguments": _impersonal, "result": _impersonal, "conversation_id": _nothing},
}  # fmt: skip

#: An order in one of these states still needs its address.
UNDER_WAY = (OrderStatus.PENDING, OrderStatus.PENDING_MODIFIED, OrderStatus.PROCESSED, OrderStatus.SHIPPED)


def find_customer(session: ShopSession, text: str) -> Customer | None:
    """The customer with this id, e-mail address or phone number."""
    by_id = CustomerScope(session, text).customer()
    return by_id or find_customer_by_email(session, text) or find_customer_by_phone(session, text)


def export_customer(session: ShopSession, customer_id: str) -> dict[str, list[dict[str, Any]]]:
    """Every row that belongs to a customer, by table, as JSON values."""
    scope = CustomerScope(session, customer_id)
    found = {entity.__tablename__: list(scope.scalars(select(entity))) for entity in CUSTOMER_OWNED}
    return {name: [_as_dict(row) for row in rows] for name, rows in found.items() if rows}


def conversations_of(session: ShopSession, customer_id: str) -> set[str]:
    """The conversations in which something was done or asked for this customer."""
    scope = CustomerScope(session, customer_id)
    rows = [*scope.scalars(select(Operation)), *scope.scalars(select(Ticket))]
    return {row.conversation_id for row in rows if row.conversation_id}


def orders_under_way(session: ShopSession, customer_id: str) -> list[str]:
    """The numbers of orders that have not arrived yet."""
    return [order.id for order in CustomerScope(session, customer_id).orders(statuses=UNDER_WAY)]


def forget_customer(session: ShopSession, customer_id: str) -> dict[str, int]:
    """Empty every personal field of a customer's rows; how many rows were changed, by table."""
    scope = CustomerScope(session, customer_id)
    changed: dict[str, int] = {}
    # Customers last: as long as they are there by name, a run that was cut off can be told again whom it means.
    for entity in sorted(PERSONAL, key=lambda each: each is Customer):
        rows = list(scope.scalars(select(entity)))
        changed[entity.__tablename__] = sum(_blank(row, PERSONAL[entity]) for row in rows)
        session.flush()
    return {name: count for name, count in changed.items() if count}


def _blank(row: Base, fields: dict[str, Blank]) -> bool:
    before = {name: getattr(row, name) for name in fields}
    after = {name: blank(before[name]) for name, blank in fields.items()}
    for name, value in after.items():
        setattr(row, name, value)
    return before != after


def _as_dict(row: Base) -> dict[str, Any]:
    return {column.key: _json(getattr(row, column.key)) for column in inspect(type(row)).column_attrs}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
