"""What an operation would do, as facts to show before the customer says yes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from knowledge_base.models import PaymentMethod, Variant
from knowledge_base.scope import CustomerScope


@dataclass(frozen=True)
class ItemChange:
    """One piece (or several of the same) that becomes another variant, or goes back (`new_*` empty).

    Prices are of one piece, in the order's currency.
    """

    line_id: str
    item_id: str
    name_en: str
    name_zh: str
    price: Decimal
    quantity: int = 1
    new_item_id: str | None = None
    new_name_en: str | None = None
    new_name_zh: str | None = None
    new_price: Decimal | None = None


@dataclass(frozen=True)
class Proposal:
    """A validated operation that has not been done.

    `arguments` are normalised and JSON-ready: passing them to the operation does exactly this. `amount` is money the
    customer gets back if `direction` is "refund", or pays if it is "charge"; 0.00 with direction None otherwise.
    Refunds to a gift card arrive at once (`refund_days` (0, 0)), all others within those of `ShopRules.refund_days`.
    """

    name: str
    arguments: dict[str, Any]
    customer_id: str | None
    order_id: str | None = None
    currency: str | None = None
    amount: Decimal = Decimal("0.00")
    direction: str | None = None
    payment_method_id: str | None = None
    payment_method_kind: str | None = None
    payment_method_label: str | None = None
    refund_days: tuple[int, int] | None = None
    items: tuple[ItemChange, ...] = ()
    #: Other fields that change: name to (before, after).
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    new_status: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The proposal as JSON: money as strings with two decimals."""
        return {name: _json(getattr(self, name)) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class OperationResult:
    """An operation that was done. `replayed` says that an earlier call with the same key had done it already."""

    name: str
    operation_id: int
    idempotency_key: str
    proposal: dict[str, Any]
    #: What came into being: {"ticket_id": …}, {"return_id": …}, {"refund_expected_at": …}.
    created: dict[str, Any]
    replayed: bool


@dataclass(frozen=True)
class Execution:
    """What the last step of an operation is given."""

    scope: CustomerScope
    idempotency_key: str
    conversation_id: str | None
    now: datetime


#: Does what the proposal says and returns what came into being.
Apply = Callable[[Execution], dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """A proposal together with the way to carry it out."""

    proposal: Proposal
    apply: Apply


def variant_name(variant: Variant, language: str) -> str:
    """How a variant is called to a customer: "Linen dress (red, M)" / 亚麻连衣裙（红色，M）."""
    name, options = variant.product.text("name", language), variant.text("display", language)
    if not options:
        return name
    return f"{name}（{options}）" if language.lower().startswith("zh") else f"{name} ({options})"


def method_facts(method: PaymentMethod) -> dict[str, Any]:
    """The payment method as the fields of a proposal."""
    label = method.label or (f"{method.kind} {method.last_four}" if method.last_four else None)
    return {
        "payment_method_id": method.id,
        "payment_method_kind": method.kind,
        "payment_method_label": label,
    }


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, ItemChange):
        return {name: _json(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_json(item) for item in value]
    return value
