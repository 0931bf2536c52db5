"""The one place through which rows that belong to a customer are read.

An order of somebody else is not found in exactly the way an order that does not exist is not found: the same query,
the same index, the same None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Result, ScalarResult, Select, UpdateBase, select
from sqlalchemy.orm import selectinload

from knowledge_base.identifiers import order_digits, order_key
from knowledge_base.models import (
    Address,
    Base,
    Customer,
    Invoice,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Return,
    ReturnLine,
    Shipment,
    Ticket,
    Variant,
)
from knowledge_base.sessions import ShopSession

Row = TypeVar("Row", bound=Base)

#: What a look at an order nearly always needs, loaded in a fixed number of queries.
_ORDER_PARTS = (
    selectinload(Order.lines).joinedload(OrderLine.variant).joinedload(Variant.product),
    selectinload(Order.payments).joinedload(Payment.method),
    selectinload(Order.shipments).selectinload(Shipment.events),
    selectinload(Order.returns).selectinload(Return.lines).joinedload(ReturnLine.line),
)


class CustomerScope:
    """What one verified customer may see. With `customer_id=None` (nobody verified) that is nothing."""

    def __init__(self, session: ShopSession, customer_id: str | None) -> None:
        self.session = session
        self.customer_id = customer_id

    def __repr__(self) -> str:
        return f"CustomerScope(customer_id={self.customer_id!r})"

    def scalars(self, statement: Select[Row]) -> ScalarResult[Row]:
        """Run a SELECT that sees only this customer's rows of customer-owned tables."""
        return self.session.scalars(statement, execution_options=self._options)

    def execute(self, statement: UpdateBase) -> Result[Any]:
        """Run an UPDATE or DELETE that reaches only this customer's rows of customer-owned tables."""
        return self.session.execute(statement, execution_options=self._options)

    @property
    def _options(self) -> dict[str, Any]:
        # The empty id belongs to nobody: without a customer the same query runs and finds nothing.
        return {"customer_scope": self.customer_id or ""}

    def customer(self) -> Customer | None:
        """The customer's own account."""
        return self.scalars(select(Customer)).one_or_none()

    def orders(self, *, statuses: Sequence[str] = (), limit: int | None = None) -> list[Order]:
        """The customer's orders, newest first; those without a date last, by id."""
        statement = select(Order).options(*_ORDER_PARTS)
        if statuses:
            statement = statement.where(Order.status.in_(statuses))
        statement = statement.order_by(Order.placed_at.is_(None), Order.placed_at.desc(), Order.id)
        return list(self.scalars(statement.limit(limit)))

    def find_order(self, text: str) -> Order | None:
        """The customer's order with this number, however it is typed ("w2378156", "ｋ104 8213", "1048213").

        Digits alone match whatever letter the order has; a wrong letter does not match. None if the customer has no
        such order, or more than one.
        """
        key = order_key(text)
        column = Order.id_digits if key.isdigit() else Order.id_key
        wanted = order_digits(text) if key.isdigit() else key
        found = self.scalars(select(Order).where(column == wanted).options(*_ORDER_PARTS).limit(2)).all()
        return found[0] if len(found) == 1 else None

    def last_order(self) -> Order | None:
        """The newest order."""
        return next(iter(self.orders(limit=1)), None)

    def find_shipment(self, tracking_number: str) -> Shipment | None:
        """The customer's parcel with this carrier's number."""
        statement = select(Shipment).where(Shipment.tracking_number == order_key(tracking_number))
        return self.scalars(statement.options(selectinload(Shipment.events)).limit(1)).one_or_none()

    def payment_methods(self) -> list[PaymentMethod]:
        """The ways the customer can pay."""
        return list(self.scalars(select(PaymentMethod).order_by(PaymentMethod.id)))

    def payment_method(self, payment_method_id: str) -> PaymentMethod | None:
        """One way to pay, if it is the customer's own."""
        return self.scalars(select(PaymentMethod).where(PaymentMethod.id == payment_method_id)).one_or_none()

    def addresses(self) -> list[Address]:
        """The customer's addresses, the default one first."""
        return list(self.scalars(select(Address).order_by(Address.is_default.desc(), Address.id)))

    def refunds(self, order_id: str | None = None) -> list[Payment]:
        """Money on its way back or back already, newest first; of one order or of all."""
        statement = select(Payment).where(Payment.kind == "refund").options(selectinload(Payment.method))
        return self._of_order(statement, Payment, order_id, Payment.at.desc())

    def returns(self, order_id: str | None = None) -> list[Return]:
        """Returns and exchanges, newest first; of one order or of all."""
        statement = select(Return).options(selectinload(Return.lines).joinedload(ReturnLine.line))
        return self._of_order(statement, Return, order_id, Return.requested_at.desc())

    def invoices(self, order_id: str | None = None) -> list[Invoice]:
        """Invoices, asked for and issued; of one order or of all."""
        return self._of_order(select(Invoice), Invoice, order_id, Invoice.id)

    def tickets(self) -> list[Ticket]:
        """Complaints and hand-overs, newest first."""
        return list(self.scalars(select(Ticket).order_by(Ticket.created_at.desc())))

    def _of_order(self, statement: Select[Any], entity: Any, order_id: str | None, order: Any) -> list[Any]:
        if order_id is not None:
            statement = statement.where(entity.order_id == order_id)
        return list(self.scalars(statement.order_by(order)))
