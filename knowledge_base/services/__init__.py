"""What can be done to a shop's data for a customer: propose, perform, and each operation by its name."""

from knowledge_base.services.ledger import OPERATIONS, idempotency_key, perform, propose, why_not
from knowledge_base.services.proposal import ItemChange, OperationResult, Proposal, variant_name
from knowledge_base.services.refusals import REFUSALS, OperationRefused
from knowledge_base.services.writes import (
    cancel_pending_order,
    exchange_delivered_order_items,
    modify_pending_order_address,
    modify_pending_order_items,
    modify_pending_order_payment,
    modify_user_address,
    open_ticket,
    request_invoice,
    return_delivered_order_items,
    transfer_to_human,
)

__all__ = [
    "OPERATIONS",
    "REFUSALS",
    "ItemChange",
    "OperationRefused",
    "OperationResult",
    "Proposal",
    "cancel_pending_order",
    "exchange_delivered_order_items",
    "idempotency_key",
    "modify_pending_order_address",
    "modify_pending_order_items",
    "modify_pending_order_payment",
    "modify_user_address",
    "open_ticket",
    "perform",
    "propose",
    "request_invoice",
    "return_delivered_order_items",
    "transfer_to_human",
    "variant_name",
    "why_not",
]
