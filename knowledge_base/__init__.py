"""The shop's data: products, customers, orders, what can be done to them, and how they are found.

from knowledge_base import CustomerScope, open_from_environment, services

with open_from_environment().session() as session:
    scope = CustomerScope(session, customer_id)
    order = scope.find_order("K1048213")
"""

from knowledge_base.database import KnowledgeBase, connect, is_conflict
from knowledge_base.environment import open_from_environment
from knowledge_base.identifiers import normalise_order_id
from knowledge_base.identity import find_customer_by_email, find_customer_by_name_and_zip, find_customer_by_phone
from knowledge_base.rules import ShopRules
from knowledge_base.scope import CustomerScope
from knowledge_base.services.refusals import OperationRefused
from knowledge_base.sessions import UNSCOPED, ShopSession, UnscopedQuery

__all__ = [
    "UNSCOPED",
    "CustomerScope",
    "KnowledgeBase",
    "OperationRefused",
    "ShopRules",
    "ShopSession",
    "UnscopedQuery",
    "connect",
    "find_customer_by_email",
    "find_customer_by_name_and_zip",
    "find_customer_by_phone",
    "is_conflict",
    "normalise_order_id",
    "open_from_environment",
]
