"""Writing rows: new ones are inserted, known ones updated, children that are gone removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Table, and_, bindparam, delete, insert, select, update

from knowledge_base.importing.problems import ImportReport
from knowledge_base.importing.rows import Row, Rows
from knowledge_base.models import Base
from knowledge_base.sessions import UNSCOPED, ShopSession

#: Tables in the order of writing: what is referred to comes first.
ORDER = (
    "categories",
    "attributes",
    "products",
    "variants",
    "customers",
    "addresses",
    "payment_methods",
    "coupons",
    "orders",
    "order_lines",
    "payments",
    "shipments",
    "shipment_events",
    "returns",
    "return_lines",
    "invoices",
    "reviews",
    "articles",
)
#: Children that vanish when their parent comes again without them, with the column of the parent; deepest first.
_REMOVABLE = (
    ("return_lines", "return_id"),
    ("shipment_events", "shipment_id"),
    ("returns", "order_id"),
    ("shipments", "order_id"),
    ("invoices", "order_id"),
    ("payments", "order_id"),
    ("order_lines", "order_id"),
    ("addresses", "customer_id"),
)
_CHUNK = 500


def write(session: ShopSession, rows: Rows, report: ImportReport) -> None:
    """Write all rows in the session's transaction."""
    _remove_gone(session, rows)
    for name in ORDER:
        if rows.by_table.get(name):
            _upsert(session, Base.metadata.tables[name], rows.by_table[name], report)
    session.expire_all()


def _remove_gone(session: ShopSession, rows: Rows) -> None:
    """Remove children whose parent was imported without them. Variants stay (orders name them) but are not sold."""
    orders = rows.complete.get("shipments", [])
    if orders:
        _remove_events_of_gone(session, rows, "shipment_events", "shipment_id", "shipments", orders)
    orders = rows.complete.get("returns", [])
    if orders:
        _remove_events_of_gone(session, rows, "return_lines", "return_id", "returns", orders)
    for name, parent_column in _REMOVABLE:
        table = Base.metadata.tables[name]
        keep = {row["id"] for row in rows.by_table.get(name, [])}
        for parents in _chunks(rows.complete.get(name, [])):
            gone = _ids_of(session, table, table.c[parent_column], parents) - keep
            for ids in _chunks(sorted(gone)):
                if name == "order_lines":
                    returned = Base.metadata.tables["return_lines"]
                    session.execute(delete(returned).where(returned.c.line_id.in_(ids)), execution_options=UNSCOPED)
                session.execute(delete(table).where(table.c.id.in_(ids)), execution_options=UNSCOPED)
    variants = Base.metadata.tables["variants"]
    keep = {row["id"] for row in rows.by_table.get("variants", [])}
    for parents in _chunks(rows.complete.get("variants", [])):
        gone = _ids_of(session, variants, variants.c.product_id, parents) - keep
        for ids in _chunks(sorted(gone)):
            session.execute(update(variants).where(variants.c.id.in_(ids)).values(available=False))


def _remove_events_of_gone(
    session: ShopSession, rows: Rows, children: str, column: str, parents: str, order_ids: Sequence[str]
) -> None:
    """Remove the children of parcels and returns that are themselves gone."""
    table, parent = Base.metadata.tables[children], Base.metadata.tables[parents]
    keep = {row["id"] for row in rows.by_table.get(parents, [])}
    for chunk in _chunks(order_ids):
        gone = _ids_of(session, parent, parent.c.order_id, chunk) - keep
        for ids in _chunks(sorted(gone)):
            session.execute(delete(table).where(table.c[column].in_(ids)), execution_options=UNSCOPED)


def _ids_of(session: ShopSession, table: Table, column: Any, values: Sequence[str]) -> set[str]:
    return set(session.scalars(select(table.c.id).where(column.in_(values)), execution_options=UNSCOPED))


def _upsert(session: ShopSession, table: Table, rows: list[Row], report: ImportReport) -> None:
    keys = [column.name for column in table.primary_key.columns]
    existing: set[tuple[Any, ...]] = set()
    for chunk in _chunks(rows):
        first = table.c[keys[0]]
        wanted = select(*table.primary_key.columns).where(first.in_({row[keys[0]] for row in chunk}))
        found = session.execute(wanted, execution_options=UNSCOPED)
        existing.update(tuple(row) for row in found)
    new = [row for row in rows if tuple(row[key] for key in keys) not in existing]
    known = [row for row in rows if tuple(row[key] for key in keys) in existing]
    if new:
        session.execute(insert(table), new)
    if known:
        values: dict[str, Any] = {name: bindparam(f"v_{name}") for name in known[0] if name not in keys}
        if "version" in table.c:
            values["version"] = table.c.version + 1
        statement = update(table).where(and_(*(table.c[key] == bindparam(f"k_{key}") for key in keys))).values(values)
        session.connection().execute(
            statement,
            [{(f"k_{name}" if name in keys else f"v_{name}"): value for name, value in row.items()} for row in known],
        )
    report.count(table.name, added=len(new), updated=len(known))


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
