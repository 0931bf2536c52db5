"""Which of the customer's orders is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rapidfuzz import fuzz, utils

from actions import spoken
from actions.operations import Operation
from actions.turn import Turn
from knowledge_base.linking import is_called, own_names
from knowledge_base.models import Order, OrderLine, OrderStatus, Variant
from knowledge_base.scope import CustomerScope

NOT_SHIPPED = frozenset({OrderStatus.PENDING, OrderStatus.PENDING_MODIFIED, OrderStatus.PROCESSED})
MAX_LISTED = 5
_NAME_MATCH = 75.0


def candidates(scope: CustomerScope, turn: Turn, operation: Operation) -> list[Order]:
    """The customer's orders that an operation can be done to, newest first: those with the things that the customer
    names in this message, and of these those in the states that it is mostly meant for, where there are any."""
    orders = [order for order in scope.orders() if operation.why_not(order) is None]
    if operation.is_only_for_preferred:  # what has not been sent can't have arrived broken
        orders = [order for order in orders if order.status in operation.preferred]
    words = [*turn.values("product", any_role=True), *turn.values("colour", any_role=True)]
    fitting = [order for order in orders if words and any(line_fits(line, words) for line in order.lines)]
    orders = fitting or orders
    return [order for order in orders if order.status in operation.preferred] or orders


def line_fits(line: OrderLine, words: Sequence[str]) -> bool:
    """Whether every word names this line: its product in either language, or its options."""
    return all(_named(str(word), line.variant) for word in words)


def _named(word: str, variant: Variant) -> bool:
    names = own_names(variant.product)
    shown = [*names, variant.display_en, variant.display_zh]
    return is_called(names, word) or any(
        fuzz.partial_ratio(word, name, processor=utils.default_process) >= _NAME_MATCH for name in shown if name
    )


def as_row(order: Order, language: str) -> dict[str, Any]:
    """The order as facts, formatted for a reader of this language."""
    return {
        "order_id": order.id,
        "status": spoken.status(order.status, language),
        "placed_on": spoken.date(order.placed_at, language),
        "total": spoken.money(order.total, order.currency, language),
        "summary": spoken.summary(order, language),
        "count": sum(line.quantity for line in order.lines),
    }


def as_object(order: Order) -> dict[str, Any]:
    """The order as something that the customer can point at."""
    names = [name for line in order.lines for name in _line_names(line)]
    return {
        "entity": "order_number",
        "value": order.id,
        "names": names,
        "price": float(order.total),
        "date": order.placed_at.isoformat() if order.placed_at else None,
    }


def line_as_object(line: OrderLine) -> dict[str, Any]:
    """One line of an order as something that the customer can point at."""
    return {"entity": "item_id", "value": line.id, "names": _line_names(line), "price": float(line.unit_price)}


def _line_names(line: OrderLine) -> list[str]:
    variant = line.variant
    return [name for name in (*_product_names(variant), variant.display_en, variant.display_zh) if name]


def _product_names(variant: Variant) -> list[str]:
    return [variant.product.name_en, variant.product.name_zh]


def line_row(line: OrderLine, language: str) -> dict[str, Any]:
    """A line as facts."""
    return {
        "name": line.variant.product.text("name", language),
        "options": line.variant.text("display", language),
        "quantity": line.quantity,
        "price": spoken.money(line.unit_price, line.order.currency, language),
    }
