"""What was bought: orders, their lines, money that moved, parcels and what happened to them."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from knowledge_base.identifiers import order_digits, order_key
from knowledge_base.models.base import Base, Key, Money, Time
from knowledge_base.models.catalogue import Variant
from knowledge_base.models.customers import Customer, PaymentMethod

if TYPE_CHECKING:
    from knowledge_base.models.after_sales import Invoice, Return


class OrderStatus(StrEnum):
    """The states of an order; the words are those of the database and of imports."""

    PENDING = "pending"
    PENDING_MODIFIED = "pending (item modified)"
    PROCESSED = "processed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURN_REQUESTED = "return requested"
    EXCHANGE_REQUESTED = "exchange requested"


class Order(Base):
    """One purchase of one customer."""

    __tablename__ = "orders"
    __table_args__ = (
        Index(None, "customer_id", "placed_at"),
        Index(None, "customer_id", "id_key"),
        Index(None, "customer_id", "id_digits"),
    )

    id: Mapped[Key] = mapped_column(primary_key=True)
    #: The id as customers may type it: letters and digits only ("W2378156"), and digits only ("2378156").
    id_key: Mapped[Key] = mapped_column(default="")
    id_digits: Mapped[Key] = mapped_column(default="")
    customer_id: Mapped[Key] = mapped_column(ForeignKey("customers.id"))
    #: None where the imported data does not say when.
    placed_at: Mapped[Time | None]
    status: Mapped[str] = mapped_column(String(40), index=True)
    #: The address as it was when the order was placed: {"address1", "address2", "city", "state", "country", "zip",
    #: "recipient", "phone"}. A copy: a later change of the customer's address does not move old parcels.
    address: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    shipping_fee: Mapped[Money] = mapped_column(default=Decimal("0.00"))
    discount: Mapped[Money] = mapped_column(default=Decimal("0.00"))
    coupon_code: Mapped[Key | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(200))
    cancelled_at: Mapped[Time | None]
    #: Counts changes: a write that was prepared on an older version fails (StaleDataError) instead of overwriting.
    version: Mapped[int] = mapped_column(default=1)

    customer: Mapped[Customer] = relationship()
    lines: Mapped[list[OrderLine]] = relationship(back_populates="order", order_by="OrderLine.position")
    payments: Mapped[list[Payment]] = relationship(back_populates="order", order_by="Payment.position")
    shipments: Mapped[list[Shipment]] = relationship(back_populates="order", order_by="Shipment.id")
    returns: Mapped[list[Return]] = relationship(back_populates="order", order_by="Return.id")
    invoices: Mapped[list[Invoice]] = relationship(back_populates="order", order_by="Invoice.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  (read by the mapper only)

    @validates("id")
    def _derive_keys(self, _: str, value: str) -> str:
        """Keep the look-up keys in step with the id."""
        self.id_key, self.id_digits = order_key(value), order_digits(value)
        return value

    @property
    def items_total(self) -> Decimal:
        """What the things cost, without shipping and discount."""
        return sum((line.unit_price * line.quantity for line in self.lines), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        """What the order costs: things + shipping - discount."""
        return self.items_total + self.shipping_fee - self.discount

    @property
    def is_pending(self) -> bool:
        """Not yet being packed, whether its items were modified or not."""
        return self.status in (OrderStatus.PENDING, OrderStatus.PENDING_MODIFIED)


class OrderLine(Base):
    """One variant in an order, once or several times."""

    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    order_id: Mapped[Key] = mapped_column(ForeignKey("orders.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    variant_id: Mapped[Key] = mapped_column(ForeignKey("variants.id"), index=True)
    quantity: Mapped[int] = mapped_column(default=1)
    #: What one piece cost on that day.
    unit_price: Mapped[Money]

    order: Mapped[Order] = relationship(back_populates="lines")
    variant: Mapped[Variant] = relationship()


class Payment(Base):
    """Money that moved for an order, to the shop (`payment`) or back (`refund`)."""

    __tablename__ = "payments"

    id: Mapped[Key] = mapped_column(primary_key=True)
    order_id: Mapped[Key] = mapped_column(ForeignKey("orders.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    method_id: Mapped[Key | None] = mapped_column(ForeignKey("payment_methods.id"), index=True)
    #: payment | refund
    kind: Mapped[str] = mapped_column(String(20))
    amount: Mapped[Money]
    at: Mapped[Time | None]
    #: completed | pending | failed
    status: Mapped[str] = mapped_column(String(20), default="completed")
    #: For a pending refund, the day it should have arrived at the latest.
    expected_at: Mapped[Time | None]

    order: Mapped[Order] = relationship(back_populates="payments")
    method: Mapped[PaymentMethod | None] = relationship()


class Shipment(Base):
    """One parcel of an order."""

    __tablename__ = "shipments"

    id: Mapped[Key] = mapped_column(primary_key=True)
    order_id: Mapped[Key] = mapped_column(ForeignKey("orders.id"), index=True)
    tracking_number: Mapped[str] = mapped_column(String(64), index=True)
    carrier: Mapped[str | None] = mapped_column(String(50))
    shipped_at: Mapped[Time | None]
    estimated_at: Mapped[Time | None]
    delivered_at: Mapped[Time | None]
    #: Ids of the order lines inside.
    line_ids: Mapped[list[str]] = mapped_column(JSON, default=list)

    order: Mapped[Order] = relationship(back_populates="shipments")
    events: Mapped[list[ShipmentEvent]] = relationship(back_populates="shipment", order_by="ShipmentEvent.position")

    @property
    def last_event(self) -> ShipmentEvent | None:
        """What happened last to the parcel."""
        return self.events[-1] if self.events else None


class ShipmentEvent(Base):
    """One thing that happened to a parcel."""

    __tablename__ = "shipment_events"

    id: Mapped[Key] = mapped_column(primary_key=True)
    shipment_id: Mapped[Key] = mapped_column(ForeignKey("shipments.id"), index=True)
    #: Counts from the oldest.
    position: Mapped[int] = mapped_column(default=0)
    at: Mapped[Time]
    #: picked_up | in_transit | customs | out_for_delivery | delivered | failed_attempt | exception
    kind: Mapped[str] = mapped_column(String(30))
    place_en: Mapped[str] = mapped_column(String(200), default="")
    place_zh: Mapped[str] = mapped_column(String(200), default="")
    note_en: Mapped[str] = mapped_column(String(500), default="")
    note_zh: Mapped[str] = mapped_column(String(500), default="")

    shipment: Mapped[Shipment] = relationship(back_populates="events")
