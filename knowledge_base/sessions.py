"""The session class of the shop: it knows the time, and it refuses to touch customers' rows without saying whose.

Rows that belong to a customer are read through `CustomerScope` (scope.py). A bare `select(Order)` in an action would
see everybody's orders and a bare `update(Order)` would change them, so this session raises `UnscopedQuery` for both,
and for SQL written as text: forgetting the scope is an error that a test finds at once, not a leak. Imports,
migrations and administration say UNSCOPED on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, TextClause, TextualSelect, event, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors

from knowledge_base.models import (
    Address,
    Base,
    Customer,
    Invoice,
    Operation,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Return,
    ReturnLine,
    Shipment,
    ShipmentEvent,
    Ticket,
)

Clock = Callable[[], datetime]
Criterion = Callable[[str], ColumnElement[bool]]

#: Execution options for a statement that may see every customer's rows; for imports and administration only.
UNSCOPED: dict[str, Any] = {"customer_scope": "*"}

_SCOPE = "customer_scope"


def _of_order(entity: Any) -> Criterion:
    return lambda customer_id: entity.order_id.in_(select(Order.id).where(Order.customer_id == customer_id))


def _of(entity: Any) -> Criterion:
    return lambda customer_id: entity.customer_id == customer_id


def _of_parent(column: Any, parent: Any) -> Criterion:
    return lambda customer_id: column.in_(select(parent.id).where(_of_order(parent)(customer_id)))


#: Every table whose rows belong to a customer, and which of them are a given customer's.
CUSTOMER_OWNED: dict[type[Base], Criterion] = {
    Customer: lambda customer_id: Customer.id == customer_id,
    Address: _of(Address),
    PaymentMethod: _of(PaymentMethod),
    Order: _of(Order),
    OrderLine: _of_order(OrderLine),
    Payment: _of_order(Payment),
    Shipment: _of_order(Shipment),
    ShipmentEvent: _of_parent(ShipmentEvent.shipment_id, Shipment),
    Return: _of_order(Return),
    ReturnLine: _of_parent(ReturnLine.return_id, Return),
    Invoice: _of_order(Invoice),
    Ticket: _of(Ticket),
    Operation: _of(Operation),
}


class UnscopedQuery(RuntimeError):  # noqa: N818  (named after the query)
    """A statement would have read or changed customers' rows without saying whose they are."""


class ShopSession(Session):
    """A SQLAlchemy session with the shop's clock and the guard of customers' rows."""

    @property
    def now(self) -> datetime:
        """The time of the injected clock, in UTC."""
        clock: Clock = self.info.get("clock", utc_now)
        return clock()


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


@event.listens_for(ShopSession, "do_orm_execute")
def _guard_customers_rows(state: ORMExecuteState) -> None:
    """Limit a SELECT, UPDATE or DELETE on customers' tables to its scope; refuse it if it names none.

    Loads of a relationship or of expired columns start from a row that was already seen, so they pass. New rows do,
    too: they show nothing.
    """
    if state.is_insert or state.is_relationship_load or state.is_column_load:
        return
    scope = state.execution_options.get(_SCOPE)
    if scope == "*":
        return
    owned, plain = _customers_tables(state.statement)
    if not owned:
        return
    if scope is None or plain:
        names = ", ".join(sorted(entity.__name__ for entity in owned))
        raise UnscopedQuery(
            f"a query on {names} does not say whose rows it wants: use the mapped classes through "
            f"CustomerScope(session, customer_id), or pass execution_options=UNSCOPED in an import or admin tool"
        )
    state.statement = state.statement.options(
        *(
            with_loader_criteria(
                entity, CUSTOMER_OWNED[entity](scope), propagate_to_loaders=False, include_aliases=True
            )
            for entity in owned
        )
    )


def _customers_tables(statement: Any) -> tuple[set[type[Base]], bool]:
    """The customer-owned classes a statement touches anywhere, and whether it names one of their tables without the
    class (then nothing can be added to limit it)."""
    if isinstance(statement, TextClause | TextualSelect):
        named = {_ENTITIES[word] for word in re.findall(r"\w+", str(statement).lower()) if word in _ENTITIES}
        return named, bool(named)
    owned: set[type[Base]] = set()
    mapped: set[type[Base]] = set()
    for element in visitors.iterate(statement):
        table = element.table if isinstance(element, Column) else element
        entity = _ENTITIES.get(table.name) if isinstance(table, Table) else None
        if entity is not None:
            owned.add(entity)
            if "parententity" in element._annotations:  # it came from the class
                mapped.add(entity)
    return owned, owned != mapped


_ENTITIES = {entity.__tablename__: entity for entity in CUSTOMER_OWNED}
