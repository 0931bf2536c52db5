"""The shop's tables as SQLAlchemy classes, one file a subject."""

from knowledge_base.models.after_sales import Invoice, Operation, Return, ReturnLine, Ticket
from knowledge_base.models.base import Base
from knowledge_base.models.catalogue import Article, Attribute, Category, Coupon, Product, Review, Variant
from knowledge_base.models.customers import ADDRESS_FIELDS, Address, Customer, PaymentMethod
from knowledge_base.models.orders import Order, OrderLine, OrderStatus, Payment, Shipment, ShipmentEvent
from knowledge_base.models.search_index import SearchDocument, SearchState, SearchVector

__all__ = [
    "ADDRESS_FIELDS",
    "Address",
    "Article",
    "Attribute",
    "Base",
    "Category",
    "Coupon",
    "Customer",
    "Invoice",
    "Operation",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Payment",
    "PaymentMethod",
    "Product",
    "Return",
    "ReturnLine",
    "Review",
    "SearchDocument",
    "SearchState",
    "SearchVector",
    "Shipment",
    "ShipmentEvent",
    "Ticket",
    "Variant",
]
