"""Rows of the database as facts for a reader: names, money, dates and addresses in their language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from knowledge_base import labels
from knowledge_base.models import Order, PaymentMethod, Variant
from knowledge_base.scope import CustomerScope
from knowledge_base.services import ItemChange, Proposal, variant_name


@cache
def settings() -> dict[str, Any]:
    """What shop.yml says."""
    loaded: dict[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("shop.yml"))
    return loaded


def meanings() -> dict[str, dict[str, str]]:
    """For each intent, how a button calls it in each language."""
    titles: dict[str, dict[str, str]] = settings()["meanings"]
    return titles


def reason(kind: str, language: str, **facts: str) -> str:
    """Why something is recommended."""
    return str(settings()["reasons"][kind][language]).format(**facts)


def reasons(several: Sequence[str], language: str) -> str:
    """Reasons behind what they are given for; nothing without any."""
    return (" – " + ", ".join(several) if language != "zh" else " – " + "，".join(several)) if several else ""


def hours(language: str) -> str:
    """When humans answer."""
    return str(settings()["human_hours"][language])


def money(amount: Decimal, currency: str, language: str) -> str:
    return labels.format_money(amount, currency, language)


def date(moment: datetime | None, language: str) -> str:
    return labels.format_date(moment, language, timezone=settings()["timezone"]) if moment else ""


def time(moment: datetime | None, language: str) -> str:
    return labels.format_datetime(moment, language, timezone=settings()["timezone"]) if moment else ""


def status(code: str, language: str) -> str:
    return labels.label("order_status", code, language)


def variant(row: Variant, language: str) -> str:
    return variant_name(row, language)


def payment_method(row: PaymentMethod, language: str) -> str:
    """A way to pay as its owner knows it: kind and last digits."""
    kind = labels.label("payment_method", row.kind, language)
    return f"{kind} {row.last_four}" if row.last_four else kind


def method(scope: CustomerScope, payment_method_id: str | None, language: str) -> str:
    """The customer's own payment method, or that it is the original one where it is not known."""
    row = scope.payment_method(payment_method_id) if payment_method_id else None
    if row is not None:
        return payment_method(row, language)
    return "原支付方式" if language == "zh" else "the original payment method"


def address(parts: Mapping[str, Any], language: str) -> str:
    """An address in one line, in the order that its reader expects."""
    return labels.format_address(dict(parts), language)


def summary(order: Order, language: str) -> str:
    """What is in the order, in a few words: the first thing and how many more."""
    names = [line.variant.product.text("name", language) for line in order.lines]
    if not names:
        return ""
    more = len(names) - 1
    if not more:
        return names[0]
    return f"{names[0]}等 {len(names)} 种" if language == "zh" else f"{names[0]} and {more} more"


def proposal(scope: CustomerScope, proposed: Proposal, language: str) -> dict[str, Any]:
    """What an operation would change, as the facts of its response."""
    facts: dict[str, Any] = {
        "amount": money(proposed.amount, proposed.currency or "", language),
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
    old = _counted((getattr(change, f"name_{language}"), change.quantity) for change in changes)
    new = _counted((getattr(change, f"new_name_{language}") or "", change.quantity) for change in changes)
    return {"items": joint.join(old), "item": joint.join(old), "new_item": joint.join(new)}


def _counted(pieces: Iterable[tuple[str, int]]) -> list[str]:
    """Each name once, with how many there are of it."""
    counts: Counter[str] = Counter()
    for name, quantity in pieces:
        counts[name] += quantity
    return [f"{name} × {count}" if count > 1 else name for name, count in counts.items() if name]


_AMOUNTS = frozenset({"balance", "needed"})
"""The parameters of refusals that are sums of money, in figures."""


def refusal(params: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Why an operation was refused, as the facts of its response `utter_refused_CODE`."""
    facts = {name: value for name, value in params.items() if isinstance(value, str | int)}
    currency = str(params.get("currency") or "CNY")
    facts |= {name: money(Decimal(params[name]), currency, language) for name in _AMOUNTS & params.keys()}
    if "status" in facts:
        facts["status"] = status(str(facts["status"]), language)
    return facts
