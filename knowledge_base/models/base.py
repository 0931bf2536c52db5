"""What every table shares: the declarative base, money, UTC times and text in two languages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import DateTime, Dialect, MetaData, Numeric, String
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

#: Names of constraints are fixed, so that migrations can address them on every database.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

LANGUAGES = ("en", "zh")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as UTC. SQLite has no time zones, so the zone is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: their zone would have to be guessed."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time without a time zone: {value.isoformat()}; use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time back with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class MoneyAmount(TypeDecorator[Decimal]):
    """An amount of money with two decimals. SQLite has no decimals, so it keeps whole cents there."""

    impl = Numeric(12, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Integer cents on SQLite (exact, sortable, summable), NUMERIC(12, 2) elsewhere."""
        from sqlalchemy import BigInteger

        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(12, 2))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        """Round to cents; on SQLite, count them."""
        if value is None:
            return None
        amount = Decimal(value).quantize(Decimal("0.01"))
        return int(amount * 100) if dialect.name == "sqlite" else amount

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Give a Decimal with two decimals back."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return (Decimal(int(value)) / 100).quantize(Decimal("0.01"))
        return Decimal(value).quantize(Decimal("0.01"))


Key = Annotated[str, mapped_column(String(64))]
Money = Annotated[Decimal, mapped_column(MoneyAmount())]
Time = Annotated[datetime, mapped_column(UtcDateTime())]


class Base(DeclarativeBase):
    """The declarative base of the shop's tables."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)

    def __repr__(self) -> str:
        keys = ", ".join(f"{column.name}={getattr(self, column.name)!r}" for column in self.__table__.primary_key)
        return f"{type(self).__name__}({keys})"

    def text(self, field: str, language: str) -> str:
        """The text of a bilingual field, e.g. `product.text("name", "zh")`.

        Falls back to the other language where this one is empty: a name in the wrong language helps a customer more
        than none. Raises AttributeError if the field is not bilingual.
        """
        wanted = "zh" if language.lower().startswith("zh") else "en"
        other = "en" if wanted == "zh" else "zh"
        value = getattr(self, f"{field}_{wanted}") or getattr(self, f"{field}_{other}")
        return str(value or "")
