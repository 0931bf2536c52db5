"""The session class of the shop: it knows the time, and it refuses to read customers' rows without saying whose.

Rows that belong to a customer are read through `CustomerScope` (scope.py). A bare `select(Order)` in an action would
see everybody's orders, so this session raises `UnscopedQuery` for it: forgetting the scope is an error that a test
finds at once, not a leak. Imports, migrations and administration say UNSCOPED on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

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

#: Execution options for a statement that may see every customer's rows; for imports and administration only.
UNSCOPED: dict[str, Any] = {"customer_scope": "*"}

_SCOPE = "customer_scope"


def _of_order(customer_id: str, entity: Any) -> ColumnElement[bool]:
    return entity.order_id.in_(_own_orders(customer_id))  # type: ignore[no-any-return]


def _own_orders(customer_id: str) -> Any:
    from sqlalchemy import select

    return select(Order.id).where(Order.customer_id == customer_id)


def _criteria(customer_id: str) -> dict[type[Base], ColumnElement[bool]]:
    """Which rows of each customer-owned table are this customer's."""
    from sqlalchemy import select

    shipments = select(Shipment.id).where(_of_order(customer_id, Shipment))
    returns = select(Return.id).where(_of_order(customer_id, Return))
    return {
        Customer: Customer.id == customer_id,
        Address: Address.customer_id == customer_id,
        PaymentMethod: PaymentMethod.customer_id == customer_id,
        Order: Order.customer_id == customer_id,
        OrderLine: _of_order(customer_id, OrderLine),
        Payment: _of_order(customer_id, Payment),
        Shipment: _of_order(customer_id, Shipment),
        ShipmentEvent: ShipmentEvent.shipment_id.in_(shipments),
        Return: _of_order(customer_id, Return),
        ReturnLine: ReturnLine.return_id.in_(returns),
        Invoice: _of_order(customer_id, Invoice),
        Ticket: Ticket.customer_id == customer_id,
        Operation: Operation.customer_id == customer_id,
    }


#: Every table whose rows belong to a customer.
CUSTOMER_OWNED: frozenset[type[Base]] = frozenset(_criteria(""))


class UnscopedQuery(RuntimeError):  # noqa: N818  (named after the query)
    """A statement would have read customers' rows without saying whose they are."""


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
    """Limit a SELECT on customers' tables to its scope; refuse it if it names none.

    Loads of a relationship or of expired columns start from a row that was already seen, so they pass.
    """
    if not state.is_select or state.is_relationship_load or state.is_column_load:
        return
    owned = [mapper.class_ for mapper in state.all_mappers if mapper.class_ in CUSTOMER_OWNED]
    if not owned:
        return
    scope = state.execution_options.get(_SCOPE)
    if scope == "*":
        return
    if scope is None:
        names = ", ".join(sorted({entity.__name__ for entity in owned}))
        raise UnscopedQuery(
            f"a query on {names} does not say whose rows it wants: read through "
            f"CustomerScope(session, customer_id), or pass execution_options=UNSCOPED in an import or admin tool"
        )
    criteria = _criteria(scope)
    state.statement = state.statement.options(
        *(
            with_loader_criteria(entity, criteria[entity], propagate_to_loaders=False, include_aliases=True)
            for entity in set(owned)
        )
    )
