"""Asking for an invoice."""

from __future__ import annotations

from typing import Any

from knowledge_base.models import Invoice
from knowledge_base.scope import CustomerScope
from knowledge_base.services.checks import require_no_invoice, require_order
from knowledge_base.services.money import derived_id
from knowledge_base.services.proposal import Execution, Plan, Proposal
from knowledge_base.services.refusals import OperationRefused

INVOICE_KINDS = ("personal", "company")


def plan_request_invoice(
    scope: CustomerScope,
    order_id: str,
    kind: str = "personal",
    title: str | None = None,
    tax_number: str | None = None,
) -> Plan:
    """An invoice of the order's total; a company's needs its name and tax number, a person's is made out to them."""
    order = require_order(scope, order_id)
    require_no_invoice(order)
    if kind not in INVOICE_KINDS:
        raise OperationRefused("invoice_kind_unknown", {"kind": kind, "accepted": list(INVOICE_KINDS)})
    customer = scope.customer()
    name = (title or "").strip()
    if kind == "personal" and not name and customer is not None:
        name = customer.name(customer.language)
    given = {"title": name, "tax_number": (tax_number or "").strip()}
    needed = ("title", "tax_number") if kind == "company" else ("title",)
    missing = [field for field in needed if not given[field]]
    if missing:
        raise OperationRefused("invoice_details_missing", {"missing": missing})

    def apply(execution: Execution) -> dict[str, Any]:
        invoice = Invoice(
            id=derived_id("INV-", execution.idempotency_key, digits=10),
            kind=kind,
            title=given["title"],
            tax_number=given["tax_number"] or None,
            amount=order.total,
            requested_at=execution.now,
        )
        order.invoices.append(invoice)
        return {"invoice_id": invoice.id}

    proposal = Proposal(
        name="request_invoice",
        arguments={"order_id": order.id, "kind": kind, **{field: value or None for field, value in given.items()}},
        customer_id=scope.customer_id,
        order_id=order.id,
        currency=order.currency,
        amount=order.total,
    )
    return Plan(proposal, apply)
