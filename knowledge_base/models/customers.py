"""Who buys: customers, their addresses and their ways to pay."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from knowledge_base.identifiers import email_key, name_key, phone_key
from knowledge_base.models.base import Base, Key, Money

#: The parts of an address, in the argument names of the operations.
ADDRESS_FIELDS = ("address1", "address2", "city", "state", "country", "zip")


class Customer(Base):
    """A person with an account."""

    __tablename__ = "customers"

    id: Mapped[Key] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(String(100), default="")
    last_name: Mapped[str] = mapped_column(String(100), default="")
    name_zh: Mapped[str | None] = mapped_column(String(100), index=True)
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(50))
    #: E-mail, names and phone as they are looked up: lower case, digits only (see identifiers.py).
    email_key: Mapped[str | None] = mapped_column(String(200), index=True)
    phone_key: Mapped[str | None] = mapped_column(String(50), index=True)
    name_key: Mapped[str] = mapped_column(String(200), default="", index=True)
    language: Mapped[str] = mapped_column(String(5), default="en")
    member_level: Mapped[str | None] = mapped_column(String(50))

    addresses: Mapped[list[Address]] = relationship(back_populates="customer", order_by="Address.id")
    payment_methods: Mapped[list[PaymentMethod]] = relationship(back_populates="customer", order_by="PaymentMethod.id")

    @validates("email", "phone", "first_name", "last_name")
    def _derive_keys(self, field: str, value: str | None) -> str | None:
        """Keep the look-up keys in step with what they are made from."""
        if field == "email":
            self.email_key = email_key(value)
        elif field == "phone":
            self.phone_key = phone_key(value)
        else:
            first = value if field == "first_name" else self.first_name
            last = value if field == "last_name" else self.last_name
            self.name_key = name_key(first, last)
        return value

    @property
    def default_address(self) -> Address | None:
        """The address orders go to unless another is given."""
        return next((address for address in self.addresses if address.is_default), None) or next(
            iter(self.addresses), None
        )

    def name(self, language: str) -> str:
        """How to address this person: 李伟 in Chinese where known, first and last name otherwise."""
        if language.lower().startswith("zh") and self.name_zh:
            return self.name_zh
        return f"{self.first_name} {self.last_name}".strip() or (self.name_zh or "")


class Address(Base):
    """A place a customer has things sent to."""

    __tablename__ = "addresses"

    id: Mapped[Key] = mapped_column(primary_key=True)
    customer_id: Mapped[Key] = mapped_column(ForeignKey("customers.id"), index=True)
    label: Mapped[str | None] = mapped_column(String(100))
    recipient: Mapped[str | None] = mapped_column(String(200))
    address1: Mapped[str] = mapped_column(String(300), default="")
    address2: Mapped[str] = mapped_column(String(300), default="")
    city: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[str] = mapped_column(String(100), default="")
    country: Mapped[str] = mapped_column(String(100), default="")
    zip: Mapped[str] = mapped_column(String(20), default="", index=True)
    phone: Mapped[str | None] = mapped_column(String(50))
    is_default: Mapped[bool] = mapped_column(default=False)

    customer: Mapped[Customer] = relationship(back_populates="addresses")

    def as_dict(self) -> dict[str, Any]:
        """The address as it is copied into an order."""
        fields = {name: getattr(self, name) for name in ADDRESS_FIELDS}
        return {**fields, "recipient": self.recipient, "phone": self.phone}


class PaymentMethod(Base):
    """A way a customer can pay. No card number is kept, only its last four digits."""

    __tablename__ = "payment_methods"
    __table_args__ = (CheckConstraint("balance >= 0", name="balance_not_negative"),)

    id: Mapped[Key] = mapped_column(primary_key=True)
    customer_id: Mapped[Key] = mapped_column(ForeignKey("customers.id"), index=True)
    #: credit_card | paypal | gift_card | alipay | wechat_pay
    kind: Mapped[str] = mapped_column(String(30))
    label: Mapped[str | None] = mapped_column(String(100))
    last_four: Mapped[str | None] = mapped_column(String(4))
    #: What is left on a gift card; None for everything else.
    balance: Mapped[Money | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    customer: Mapped[Customer] = relationship(back_populates="payment_methods")

    @property
    def is_gift_card(self) -> bool:
        """Gift cards hold a balance, are refunded at once and can take any refund."""
        return self.kind == "gift_card"
