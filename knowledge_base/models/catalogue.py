"""What the shop sells: categories, attribute values, products and their variants, and what people said of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from knowledge_base.models.base import Base, Key, Money, Time


class Category(Base):
    """A shelf of the shop; shelves nest."""

    __tablename__ = "categories"

    id: Mapped[Key] = mapped_column(primary_key=True)
    parent_id: Mapped[Key | None] = mapped_column(ForeignKey("categories.id"), index=True)
    name_en: Mapped[str] = mapped_column(String(200), default="")
    name_zh: Mapped[str] = mapped_column(String(200), default="")
    synonyms_en: Mapped[list[str]] = mapped_column(JSON, default=list)
    synonyms_zh: Mapped[list[str]] = mapped_column(JSON, default=list)

    parent: Mapped[Category | None] = relationship(remote_side=[id])


class Attribute(Base):
    """One value of one attribute ("colour" = "red") and what people call both in either language."""

    __tablename__ = "attributes"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(100), primary_key=True)
    name_en: Mapped[str] = mapped_column(String(100), default="")
    name_zh: Mapped[str] = mapped_column(String(100), default="")
    value_en: Mapped[str] = mapped_column(String(100), default="")
    value_zh: Mapped[str] = mapped_column(String(100), default="")
    synonyms_en: Mapped[list[str]] = mapped_column(JSON, default=list)
    synonyms_zh: Mapped[list[str]] = mapped_column(JSON, default=list)


class Product(Base):
    """A kind of thing for sale. What is bought is one of its variants."""

    __tablename__ = "products"

    id: Mapped[Key] = mapped_column(primary_key=True)
    category_id: Mapped[Key | None] = mapped_column(ForeignKey("categories.id"), index=True)
    brand: Mapped[str | None] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(300), default="")
    name_zh: Mapped[str] = mapped_column(String(300), default="")
    synonyms_en: Mapped[list[str]] = mapped_column(JSON, default=list)
    synonyms_zh: Mapped[list[str]] = mapped_column(JSON, default=list)
    description_en: Mapped[str] = mapped_column(Text, default="")
    description_zh: Mapped[str] = mapped_column(Text, default="")
    #: [{"key", "label_en", "label_zh", "value_en", "value_zh"}, ...]: what the catalogue states of every variant.
    facts: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    #: Ids of products that go with this one.
    complements: Mapped[list[str]] = mapped_column(JSON, default=list)
    image: Mapped[str | None] = mapped_column(String(500))

    category: Mapped[Category | None] = relationship()
    variants: Mapped[list[Variant]] = relationship(back_populates="product", order_by="Variant.id")

    def fact(self, key: str) -> dict[str, str] | None:
        """The stated fact with this key ("material", "battery_life"), if the catalogue has it."""
        return next((fact for fact in self.facts if fact.get("key") == key), None)


class Variant(Base):
    """One thing that can be bought: a product in one combination of options."""

    __tablename__ = "variants"
    __table_args__ = (CheckConstraint("stock >= 0", name="stock_not_negative"), Index(None, "product_id", "price"))

    id: Mapped[Key] = mapped_column(primary_key=True)
    product_id: Mapped[Key] = mapped_column(ForeignKey("products.id"))
    #: {"colour": "red", "size": "M"}: attribute name to canonical value.
    options: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    #: The options as a customer reads them ("red, M" / "红色，M"), made from the attributes on import.
    display_en: Mapped[str] = mapped_column(String(500), default="")
    display_zh: Mapped[str] = mapped_column(String(500), default="")
    price: Mapped[Money]
    list_price: Mapped[Money | None]
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    #: Whether the shop sells it at all at the moment.
    available: Mapped[bool] = mapped_column(default=True)
    #: Pieces on hand; None where the shop does not count them (then `available` alone decides).
    stock: Mapped[int | None]
    #: When a sold-out variant is expected back.
    available_from: Mapped[Time | None]

    product: Mapped[Product] = relationship(back_populates="variants")

    def can_supply(self, quantity: int = 1) -> bool:
        """Whether `quantity` pieces can be bought now."""
        return self.available and (self.stock is None or self.stock >= quantity)


class Review(Base):
    """What a customer wrote about a product. Text from outside: shown as a quotation, never as the shop's own word."""

    __tablename__ = "reviews"

    id: Mapped[Key] = mapped_column(primary_key=True)
    product_id: Mapped[Key] = mapped_column(ForeignKey("products.id"), index=True)
    customer_id: Mapped[Key | None] = mapped_column(ForeignKey("customers.id"), index=True)
    rating: Mapped[int] = mapped_column(CheckConstraint("rating BETWEEN 1 AND 5", name="rating_1_to_5"))
    body_en: Mapped[str] = mapped_column(Text, default="")
    body_zh: Mapped[str] = mapped_column(Text, default="")
    written_at: Mapped[Time | None]


class Coupon(Base):
    """A code that lowers a price."""

    __tablename__ = "coupons"

    code: Mapped[Key] = mapped_column(primary_key=True)
    #: percent | fixed | free_shipping
    kind: Mapped[str] = mapped_column(String(20))
    #: Per cent for `percent`, an amount for `fixed`, 0 for `free_shipping`.
    value: Mapped[Money]
    min_spend: Mapped[Money | None]
    category_id: Mapped[Key | None] = mapped_column(ForeignKey("categories.id"))
    valid_from: Mapped[Time | None]
    valid_until: Mapped[Time | None]
    new_customers_only: Mapped[bool] = mapped_column(default=False)
    description_en: Mapped[str] = mapped_column(Text, default="")
    description_zh: Mapped[str] = mapped_column(Text, default="")

    def is_valid(self, at: datetime, spend: Decimal | None = None) -> bool:
        """Whether the code can be used at this moment, for this spend if one is given."""
        if self.valid_from is not None and at < self.valid_from:
            return False
        if self.valid_until is not None and at > self.valid_until:
            return False
        return spend is None or self.min_spend is None or spend >= self.min_spend


class Article(Base):
    """One answer of the FAQ or the shop's policies, with the ways people ask for it."""

    __tablename__ = "articles"

    id: Mapped[Key] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    topic: Mapped[str] = mapped_column(String(100), default="", index=True)
    title_en: Mapped[str] = mapped_column(String(300), default="")
    title_zh: Mapped[str] = mapped_column(String(300), default="")
    questions_en: Mapped[list[str]] = mapped_column(JSON, default=list)
    questions_zh: Mapped[list[str]] = mapped_column(JSON, default=list)
    body_en: Mapped[str] = mapped_column(Text, default="")
    body_zh: Mapped[str] = mapped_column(Text, default="")

    def questions(self, language: str) -> list[str]:
        """The ways people ask for it in this language."""
        found: Any = self.questions_zh if language.lower().startswith("zh") else self.questions_en
        return list(found)
