"""What rows refer to: a record that names something unknown is bad, and says which name."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from sqlalchemy import select

from knowledge_base.importing.records import (
    AddressRecord,
    CategoryRecord,
    CouponRecord,
    CustomerRecord,
    OrderRecord,
    PaymentMethodRecord,
    ProductRecord,
    Record,
    ReviewRecord,
    VariantRecord,
)
from knowledge_base.importing.rows import line_ids
from knowledge_base.models import Category, Customer, PaymentMethod, Product, Variant
from knowledge_base.sessions import UNSCOPED, ShopSession


class References:
    """The ids that exist: in the database, and in the records accepted so far."""

    def __init__(self, session: ShopSession) -> None:
        def ids(column: object) -> set[str]:
            return set(session.scalars(select(column), execution_options=UNSCOPED))  # type: ignore[call-overload]

        self.known: dict[str, set[str]] = {
            "categories": ids(Category.id),
            "products": ids(Product.id),
            "variants": ids(Variant.id),
            "customers": ids(Customer.id),
        }
        owners = select(PaymentMethod.id, PaymentMethod.customer_id)
        self.owner_of_method: dict[str, str] = dict(session.execute(owners, execution_options=UNSCOPED).all())

    def accept(self, table: str, record: Record) -> None:
        """Note the ids that a good record brings."""
        match record:
            case ProductRecord():
                self.known["products"].add(record.id)
                self.known["variants"].update(variant.id for variant in record.variants or [])
            case CustomerRecord():
                self.known["customers"].add(record.id)
                self.owner_of_method.update({method.id: record.id for method in record.payment_methods or []})
            case PaymentMethodRecord():
                self.owner_of_method[record.id] = record.customer_id or ""
            case CategoryRecord() | VariantRecord():
                self.known[table].add(record.id)

    def missing(self, record: Record) -> list[str]:
        """One sentence for everything the record names that does not exist."""
        return list(self._missing(record))

    def _missing(self, record: Record) -> Iterator[str]:
        match record:
            case ProductRecord() | CouponRecord():
                yield from self._known("category_id", "categories", record.category_id)
            case VariantRecord() | ReviewRecord():
                yield from self._required("product_id", "products", record.product_id)
                if isinstance(record, ReviewRecord):
                    yield from self._known("customer_id", "customers", record.customer_id)
            case AddressRecord() | PaymentMethodRecord():
                yield from self._required("customer_id", "customers", record.customer_id)
            case OrderRecord():
                yield from self._order(record)

    def _order(self, record: OrderRecord) -> Iterator[str]:
        yield from self._known("customer_id", "customers", record.customer_id)
        for number, line in enumerate(record.lines or []):
            yield from self._known(f"lines.{number}.variant_id", "variants", line.variant_id)
        for number, payment in enumerate(record.payments or []):
            yield from self._method(f"payments.{number}.method_id", payment.method_id, record.customer_id)
        lines = set(line_ids(record))
        for number, parcel in enumerate(record.returns or []):
            place = f"returns.{number}"
            yield from self._method(f"{place}.refund_method_id", parcel.refund_method_id, record.customer_id)
            for index, returned in enumerate(parcel.lines):
                if returned.line_id not in lines:
                    yield f"{place}.lines.{index}.line_id: the order has no line {returned.line_id!r}"
                yield from self._known(f"{place}.lines.{index}.new_variant_id", "variants", returned.new_variant_id)

    def _method(self, place: str, method_id: str | None, customer_id: str) -> Iterator[str]:
        if method_id is None:
            return
        owner = self.owner_of_method.get(method_id)
        if owner is None:
            yield f"{place}: there is no payment method {method_id!r}"
        elif owner != customer_id:
            yield f"{place}: payment method {method_id!r} belongs to another customer"

    def _required(self, place: str, table: str, value: str | None) -> Iterator[str]:
        if value is None:
            yield f"{place}: is missing"
        yield from self._known(place, table, value)

    def _known(self, place: str, table: str, value: str | None) -> Iterator[str]:
        if value is None or value in self.known[table]:
            return
        near = get_close_matches(value, list(self.known[table])[:2000], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        yield f"{place}: there is no {value!r} in {table}{hint}"
