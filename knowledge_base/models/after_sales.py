"""What comes after the purchase: returns and exchanges, invoices, tickets, and the record of every write."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from knowledge_base.models.base import Base, Key, Money, Time
from knowledge_base.models.catalogue import Variant
from knowledge_base.models.customers import PaymentMethod
from knowledge_base.models.orders import Order, OrderLine


class Return(Base):
    """Things that go back to the shop, for money (`return`) or for other variants (`exchange`)."""

    __tablename__ = "returns"

    id: Mapped[Key] = mapped_column(primary_key=True)
    order_id: Mapped[Key] = mapped_column(ForeignKey("orders.id"), index=True)
    #: return | exchange
    kind: Mapped[str] = mapped_column(String(20))
    #: requested | approved | in_transit | received | refunded | exchanged | rejected
    status: Mapped[str] = mapped_column(String(20))
    requested_at: Mapped[Time | None]
    #: What the customer gets back; for an exchange to something dearer, None.
    refund_amount: Mapped[Money | None]
    #: For an exchange: new price minus old price (negative: the customer gets money back).
    price_difference: Mapped[Money | None]
    refund_method_id: Mapped[Key | None] = mapped_column(ForeignKey("payment_methods.id"))
    refunded_at: Mapped[Time | None]

    order: Mapped[Order] = relationship(back_populates="returns")
    refund_method: Mapped[PaymentMethod | None] = relationship()
    lines: Mapped[list[ReturnLine]] = relationship(back_populates="parent", order_by="ReturnLine.id")


class ReturnLine(Base):
    """One order line (or some pieces of it) that goes back."""

    __tablename__ = "return_lines"

    id: Mapped[Key] = mapped_column(primary_key=True)
    return_id: Mapped[Key] = mapped_column(ForeignKey("returns.id"), index=True)
    line_id: Mapped[Key] = mapped_column(ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str | None] = mapped_column(String(300))
    new_variant_id: Mapped[Key | None] = mapped_column(ForeignKey("variants.id"))

    parent: Mapped[Return] = relationship(back_populates="lines")
    line: Mapped[OrderLine] = relationship()
    new_variant: Mapped[Variant | None] = relationship()


class Invoice(Base):
    """An invoice of an order, asked for (no `issued_at` yet) or issued."""

    __tablename__ = "invoices"

    id: Mapped[Key] = mapped_column(primary_key=True)
    order_id: Mapped[Key] = mapped_column(ForeignKey("orders.id"), index=True)
    #: personal | company
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(300), default="")
    tax_number: Mapped[str | None] = mapped_column(String(50))
    amount: Mapped[Money]
    requested_at: Mapped[Time | None]
    issued_at: Mapped[Time | None]
    url: Mapped[str | None] = mapped_column(String(500))

    order: Mapped[Order] = relationship(back_populates="invoices")


class Ticket(Base):
    """Something a human has to look at: a complaint, or a conversation handed over with its summary."""

    __tablename__ = "tickets"
    __table_args__ = (Index(None, "status", "created_at"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    #: complaint | handover | parcel | payment | account
    kind: Mapped[str] = mapped_column(String(20))
    #: open | closed
    status: Mapped[str] = mapped_column(String(20), default="open")
    customer_id: Mapped[Key | None] = mapped_column(ForeignKey("customers.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(String(200), index=True)
    order_id: Mapped[Key | None] = mapped_column(ForeignKey("orders.id"))
    language: Mapped[str | None] = mapped_column(String(5))
    summary: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Time]
    closed_at: Mapped[Time | None]


class Operation(Base):
    """One write that was done for a customer: exactly one row for each, and none without."""

    __tablename__ = "operations"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64), index=True)
    #: The arguments by the names of the operation, normalised ("#W2378156", not "w2378156").
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: What came of it, as shown to the customer; a repeated call gets this back.
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    customer_id: Mapped[Key | None] = mapped_column(ForeignKey("customers.id"), index=True)
    conversation_id: Mapped[str | None] = mapped_column(String(200), index=True)
    idempotency_key: Mapped[str] = mapped_column(String(200), unique=True)
    at: Mapped[Time]
