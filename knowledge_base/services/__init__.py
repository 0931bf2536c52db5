"""What can be done to a shop's data for a customer: propose it, perform it, or learn why not."""

from knowledge_base.services.ledger import OPERATIONS, idempotency_key, perform, propose, why_not
from knowledge_base.services.proposal import ItemChange, OperationResult, Proposal, variant_name
from knowledge_base.services.refusals import REFUSALS, OperationRefused

__all__ = [
    "OPERATIONS",
    "REFUSALS",
    "ItemChange",
    "OperationRefused",
    "OperationResult",
    "Proposal",
    "idempotency_key",
    "perform",
    "propose",
    "variant_name",
    "why_not",
]
