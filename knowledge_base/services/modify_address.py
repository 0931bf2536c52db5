"""Sending an order that has not been packed elsewhere, and changing where a customer lives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowledge_base.models import ADDRESS_FIELDS, Address
from knowledge_base.rules import rules_of
from knowledge_base.scope import CustomerScope
from knowledge_base.services.checks import require_order, require_pending
from knowledge_base.services.money import derived_id
from knowledge_base.services.proposal import Execution, Plan, Proposal
from knowledge_base.services.refusals import OperationRefused


def plan_modify_pending_order_address(
    scope: CustomerScope,
    order_id: str,
    address1: str,
    address2: str | None = None,
    city: str | None = None,
    state: str | None = None,
    country: str | None = None,
    zip: str | None = None,
) -> Plan:
    """The order goes to the new address; the customer's own address stays."""
    order = require_order(scope, order_id)
    require_pending(order)
    old = {name: str(order.address.get(name) or "") for name in ADDRESS_FIELDS}
    new = _complete(scope, old, (address1, address2, city, state, country, zip))

    def apply(execution: Execution) -> dict[str, Any]:
        order.address = {**order.address, **new}
        return {}

    proposal = Proposal(
        name="modify_pending_order_address",
        arguments={"order_id": order.id, **new},
        customer_id=scope.customer_id,
        order_id=order.id,
        currency=order.currency,
        changes={"address": (old, new)},
    )
    return Plan(proposal, apply)


def plan_modify_user_address(
    scope: CustomerScope,
    address1: str,
    address2: str | None = None,
    city: str | None = None,
    state: str | None = None,
    country: str | None = None,
    zip: str | None = None,
) -> Plan:
    """The customer's default address changes; orders that exist keep theirs."""
    if scope.customer_id is None:
        raise OperationRefused("customer_required")
    current = next(iter(scope.addresses()), None)
    old = {name: str(getattr(current, name) if current else "") for name in ADDRESS_FIELDS}
    new = _complete(scope, old, (address1, address2, city, state, country, zip))

    def apply(execution: Execution) -> dict[str, Any]:
        address = current
        if address is None:
            address = Address(
                id=derived_id("AD", execution.idempotency_key), customer_id=scope.customer_id, is_default=True
            )
            scope.session.add(address)
        for name, value in new.items():
            setattr(address, name, value)
        return {"address_id": address.id}

    proposal = Proposal(
        name="modify_user_address",
        arguments=dict(new),
        customer_id=scope.customer_id,
        changes={"address": (old, new)},
    )
    return Plan(proposal, apply)


def _complete(scope: CustomerScope, old: Mapping[str, str], parts: tuple[str | None, ...]) -> dict[str, str]:
    """The whole new address. The country stays if none is given, and so does the state within the same city."""
    new = {name: " ".join((value or "").split()) for name, value in zip(ADDRESS_FIELDS, parts, strict=True)}
    new["country"] = new["country"] or old["country"]
    if not new["state"] and new["city"].casefold() == old["city"].casefold():
        new["state"] = old["state"]
    optional = {"address2", "state"}
    if new["country"].casefold() in rules_of(scope.session).countries_without_zip:
        optional.add("zip")
    missing = [name for name in ADDRESS_FIELDS if name not in optional and not new[name]]
    if missing:
        raise OperationRefused("address_incomplete", {"missing": missing})
    if new == old:
        raise OperationRefused("address_unchanged")
    return new
