"""From records to rows: ids that files leave out, look-up keys, and what belongs to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from knowledge_base.identifiers import email_key, name_key, order_digits, order_key, phone_key
from knowledge_base.importing.records import (
    AddressRecord,
    CustomerRecord,
    OrderRecord,
    PaymentMethodRecord,
    ProductRecord,
    Record,
    VariantRecord,
)

Row = dict[str, Any]


@dataclass
class Rows:
    """Rows by table, and of which parents the children in a table are complete."""

    by_table: dict[str, list[Row]] = field(default_factory=dict)
    #: Child table → ids of parents whose children are all here: others of theirs are gone.
    complete: dict[str, list[str]] = field(default_factory=dict)

    def add(self, table: str, row: Row) -> None:
        """Note a row."""
        self.by_table.setdefault(table, []).append(row)

    def close(self, table: str, parent_id: str) -> None:
        """Note that all children of this parent in this table are here."""
        self.complete.setdefault(table, []).append(parent_id)


def add_record(rows: Rows, table: str, record: Record, *, currency: str) -> None:
    """Add the rows of one record of a file: its own and its children's."""
    match record:
        case ProductRecord():
            _product(rows, record, currency)
        case VariantRecord():
            rows.add("variants", _variant(record, record.product_id or "", currency))
        case CustomerRecord():
            _customer(rows, record)
        case AddressRecord():
            rows.add("addresses", _own(record) | {"id": record.id or f"{record.customer_id}-a1"})
        case PaymentMethodRecord():
            rows.add("payment_methods", _own(record))
        case OrderRecord():
            _order(rows, record, currency)
        case _:
            rows.add(table, _own(record))


def _own(record: Record, *children: str) -> Row:
    return {name: getattr(record, name) for name in type(record).model_fields if name not in children}


def _variant(record: VariantRecord, product_id: str, currency: str) -> Row:
    return _own(record) | {"product_id": product_id, "currency": record.currency or currency}


def _product(rows: Rows, record: ProductRecord, currency: str) -> None:
    rows.add("products", _own(record, "variants"))
    if record.variants is not None:
        rows.close("variants", record.id)
        for variant in record.variants:
            rows.add("variants", _variant(variant, record.id, currency))


def _customer(rows: Rows, record: CustomerRecord) -> None:
    keys = {
        "email_key": email_key(record.email),
        "phone_key": phone_key(record.phone),
        "name_key": name_key(record.first_name, record.last_name),
    }
    rows.add("customers", _own(record, "addresses", "payment_methods") | keys)
    if record.addresses is not None:
        rows.close("addresses", record.id)
        for number, address in enumerate(record.addresses, start=1):
            ids = {"id": address.id or f"{record.id}-a{number}", "customer_id": record.id}
            rows.add("addresses", _own(address) | ids)
    for method in record.payment_methods or []:
        rows.add("payment_methods", _own(method) | {"customer_id": record.id})


def _order(rows: Rows, record: OrderRecord, currency: str) -> None:
    children = ("lines", "payments", "shipments", "returns", "invoices")
    rows.add(
        "orders",
        _own(record, *children)
        | {
            "id_key": order_key(record.id),
            "id_digits": order_digits(record.id),
            "currency": record.currency or currency,
            "address": record.address.model_dump(),
        },
    )
    lines = line_ids(record)
    parent = {"order_id": record.id}
    if record.lines is not None:
        rows.close("order_lines", record.id)
        for position, line in enumerate(record.lines):
            rows.add("order_lines", _own(line) | parent | {"id": lines[position], "position": position})
    if record.payments is not None:
        rows.close("payments", record.id)
        for position, payment in enumerate(record.payments):
            ids = {"id": payment.id or f"{record.id}-p{position + 1}", "position": position}
            rows.add("payments", _own(payment) | parent | ids)
    _shipments(rows, record, lines)
    _returns(rows, record)
    if record.invoices is not None:
        rows.close("invoices", record.id)
        for invoice in record.invoices:
            rows.add("invoices", _own(invoice) | parent)


def line_ids(record: OrderRecord) -> list[str]:
    """The id of each line of an order, made from the order's where the file has none."""
    return [line.id or f"{record.id}-{number}" for number, line in enumerate(record.lines or [], start=1)]


def _shipments(rows: Rows, record: OrderRecord, lines: list[str]) -> None:
    if record.shipments is None:
        return
    rows.close("shipments", record.id)
    # Some shops say what is in a parcel by variant: that means the line of it.
    by_variant: Mapping[str, str] = {line.variant_id: key for line, key in zip(record.lines or [], lines, strict=True)}
    for number, shipment in enumerate(record.shipments, start=1):
        key = shipment.id or f"{record.id}-s{number}"
        inside = [by_variant.get(entry, entry) for entry in shipment.line_ids]
        own = _own(shipment, "events") | {"id": key, "order_id": record.id, "line_ids": inside}
        rows.add("shipments", own | {"tracking_number": order_key(shipment.tracking_number)})
        rows.close("shipment_events", key)
        for position, event in enumerate(sorted(shipment.events, key=lambda event: event.at)):
            ids = {"id": f"{key}-e{position + 1}", "shipment_id": key, "position": position}
            rows.add("shipment_events", _own(event) | ids)


def _returns(rows: Rows, record: OrderRecord) -> None:
    if record.returns is None:
        return
    rows.close("returns", record.id)
    for parcel in record.returns:
        rows.add("returns", _own(parcel, "lines") | {"order_id": record.id})
        rows.close("return_lines", parcel.id)
        for number, line in enumerate(parcel.lines, start=1):
            rows.add("return_lines", _own(line) | {"id": f"{parcel.id}-{number}", "return_id": parcel.id})
