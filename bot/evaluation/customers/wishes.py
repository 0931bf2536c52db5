"""What a customer knows of their errand: not ids, but the rows that they stand for, as people see them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.errors import UsageError
from bot.evaluation.customers.tasks import Task, Wanted
from knowledge_base import CustomerScope, ShopSession
from knowledge_base.models import Attribute, Order, Variant

ADDRESS = ("address1", "address2", "city", "state", "country", "zip")


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing of an order: what it is called in each language, its options, and what it is to become."""

    item_id: str
    product: Mapping[str, str]
    options: Mapping[str, str]
    shown: Mapping[str, str]
    is_only_one: bool
    """Whether the order has no other thing of this product."""
    new_item_id: str | None = None
    new_options: Mapping[str, str] | None = None
    new_shown: Mapping[str, str] | None = None

    @property
    def changed(self) -> dict[str, str]:
        """The new options that differ from the old ones."""
        return {name: value for name, value in (self.new_options or {}).items() if self.options.get(name) != value}


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay, as its owner knows it."""

    id: str
    kind: str
    brand: str
    last_four: str
    is_only_one: bool
    """Whether the customer has no other of this kind."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One operation, as the customer would describe it."""

    name: str
    order_id: str
    pieces: tuple[Piece, ...] = ()
    method: Method | None = None
    reason: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Self:
    """What the customer tells of themselves."""

    name: str
    email: str
    zip: str
    tells: str | None
    """`email` or `name_zip` when the task says how they identify themselves."""


def self_of(session: ShopSession, task: Task) -> Self:
    """The customer of a task. Raises UsageError when the shop has no such customer."""
    scope = CustomerScope(session, task.customer_id)
    row = scope.customer()
    if row is None:
        raise UsageError(f"task {task.id}: the knowledge base has no customer {task.customer_id!r}.")
    zip_code = next((address.zip for address in scope.addresses() if address.zip), "")
    tells = "email" if re.search(r"email is \S+@", task.instruction) else None
    tells = tells or ("name_zip" if "zip code is" in task.instruction else None)
    return Self(f"{row.first_name} {row.last_name}", row.email or "", zip_code, tells if row.email else "name_zip")


def wish_of(session: ShopSession, task: Task, wanted: Wanted) -> Wish:
    """A wanted operation in rows. Raises UsageError when it names what the shop does not have."""
    arguments = wanted.arguments
    scope = CustomerScope(session, task.customer_id)
    order = scope.find_order(str(arguments.get("order_id")))
    if order is None:
        raise UsageError(f"task {task.id}: the customer has no order {arguments.get('order_id')!r}.")
    method_id = arguments.get("payment_method_id")
    parts = [str(arguments[name]) for name in ADDRESS if arguments.get(name)]
    return Wish(
        wanted.name,
        order.id,
        pieces=_pieces(session, task, order, arguments),
        method=_method(scope, task, str(method_id)) if method_id else None,
        reason=arguments.get("reason"),
        address=", ".join(parts) or None,
    )


def attributes_of(session: ShopSession) -> dict[tuple[str, str], Attribute]:
    """How options are called, by name and value."""
    return {(row.name, row.value): row for row in session.scalars(select(Attribute))}


def _pieces(session: ShopSession, task: Task, order: Order, arguments: Mapping[str, Any]) -> tuple[Piece, ...]:
    old_ids = [str(item_id) for item_id in arguments.get("item_ids") or ()]
    new_ids = [str(item_id) for item_id in arguments.get("new_item_ids") or ()]
    products = [line.variant.product_id for line in order.lines]
    pieces: list[Piece] = []
    for index, item_id in enumerate(old_ids):
        old = _variant(session, task, item_id)
        new = _variant(session, task, new_ids[index]) if new_ids else None
        pieces.append(
            Piece(
                item_id,
                {"en": old.product.text("name", "en"), "zh": old.product.text("name", "zh")},
                dict(old.options),
                {"en": old.display_en, "zh": old.display_zh},
                products.count(old.product_id) == 1,
                new.id if new else None,
                dict(new.options) if new else None,
                {"en": new.display_en, "zh": new.display_zh} if new else None,
            )
        )
    return tuple(pieces)


def _variant(session: ShopSession, task: Task, item_id: str) -> Variant:
    variant = session.get(Variant, item_id)
    if variant is None:
        raise UsageError(f"task {task.id}: the knowledge base has no item {item_id!r}.")
    return variant


def _method(scope: CustomerScope, task: Task, method_id: str) -> Method:
    rows = scope.payment_methods()
    row = next((row for row in rows if row.id == method_id), None)
    if row is None:
        raise UsageError(f"task {task.id}: the customer has no payment method {method_id!r}.")
    brand = re.sub(r"\d+", "", row.label or "").strip()
    return Method(row.id, row.kind, brand, row.last_four or "", sum(other.kind == row.kind for other in rows) == 1)
