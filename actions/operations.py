"""What the shop can do for a customer, declared: which form gathers what, for which orders, and which service does it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk.events import ActiveLoop, EventType, SlotSet

from knowledge_base.models import Order, OrderStatus
from knowledge_base.services import OperationRefused, why_not

LATER = "later_order_ids"
"""The slot of the other orders that the same message named; their turn comes when this one is done."""
CHANGE_ITEMS, CHANGE_PAYMENT, EXCHANGE = "change_items_form", "change_payment_form", "exchange_form"
OPERATION_SLOTS = (
    LATER,
    "item_ids",
    "new_item_ids",
    "payment_method_id",
    "reason",
    "address1",
    "city",
    "state",
    "country",
    "zip",
    "invoice_title",
    "problem",
    "proposal",
    "confirm",
)


@dataclass(frozen=True)
class Operation:
    """One thing to do. `slots` are asked for in this order once the customer is known.

    The first of `intents` starts it; the others, said while it is under way, belong to it and do not switch away.

    `service` is the writing service of the knowledge base, None for what only reads. `asks_first` is the service
    whose conditions an order must meet, where that is another one. `preferred` are the order states that are meant
    when the customer does not say which order; with `is_only_for_preferred` no others are. `refusal` is said of an order in a state that does not allow it, and
    then what `instead` has for that state is offered: the intent that begins something else.
    """

    form: str
    intents: tuple[str, ...]
    slots: tuple[str, ...]
    preferred: frozenset[OrderStatus] = frozenset()
    is_only_for_preferred: bool = False
    refusal: str = ""
    instead: Mapping[OrderStatus, str] = field(default_factory=dict)
    service: str | None = None
    asks_first: str | None = None
    proposal: str = ""
    done: str = ""

    def why_not(self, order: Order) -> OperationRefused | None:
        """Why this can't be done to the order; None when it can."""
        service = self.asks_first or self.service
        return why_not(service, order) if service else None

    def offers(self, order: Order) -> str:
        """The intent that is offered when this can't be done to the order."""
        status = OrderStatus(order.status)
        return self.instead.get(status) or _INSTEAD_OF_ANY.get(status, "human_handoff")

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The service's arguments: the gathered slots, without the confirmation."""
        names = [slot for slot in self.slots if slot != "confirm"]
        if "address1" in names:
            names += ["state", "country", "zip"]
        return _with_district({name: values.get(name) for name in names})


_DISTRICT = re.compile(r"[区區县縣旗镇鎮乡鄉路街](?!$)|(?<!自治)(?<!行政)[区區]$|[县縣旗镇鎮乡鄉路街]$")


def _with_district(arguments: dict[str, Any]) -> dict[str, Any]:
    """A Chinese address's district is written before its street and is no province: 西湖区文三路90号."""
    region, street = str(arguments.get("state") or ""), str(arguments.get("address1") or "")
    if not street or not _DISTRICT.search(region):
        return arguments
    return arguments | {"state": None, "address1": street if street.startswith(region) else region + street}


_UNDER_WAY = frozenset({OrderStatus.PENDING, OrderStatus.PENDING_MODIFIED, OrderStatus.PROCESSED, OrderStatus.SHIPPED})
_INSTEAD_OF_ANY = {OrderStatus.CANCELLED: "refund_status", OrderStatus.RETURN_REQUESTED: "refund_status"}
_WAIT_FOR_IT = {OrderStatus.SHIPPED: "track_order", OrderStatus.PROCESSED: "track_order"}

OPERATIONS: Mapping[str, Operation] = {
    operation.form: operation
    for operation in (
        Operation("track_order_form", ("track_order",), ("order_id",), preferred=_UNDER_WAY),
        Operation("order_details_form", ("order_details",), ("order_id",)),
        Operation("list_orders_form", ("list_orders",), ()),
        Operation(
            "refund_status_form",
            ("refund_status",),
            ("order_id",),
            preferred=frozenset({OrderStatus.RETURN_REQUESTED, OrderStatus.CANCELLED}),
        ),
        Operation("invoice_form", ("invoice_request",), ("order_id", "invoice_title"), asks_first="request_invoice"),
        Operation(
            "parcel_problem_form",
            ("missing_or_damaged_parcel",),
            ("order_id",),
            preferred=frozenset({OrderStatus.DELIVERED, OrderStatus.SHIPPED}),
            is_only_for_preferred=True,
        ),
        Operation(
            "cancel_order_form",
            ("cancel_order",),
            ("order_id", "reason", "confirm"),
            refusal="utter_cannot_cancel",
            instead=_WAIT_FOR_IT | {OrderStatus.DELIVERED: "return_item"},
            service="cancel_pending_order",
            proposal="utter_propose_cancel",
            done="utter_cancel_done",
        ),
        Operation(
            "return_form",
            ("return_item", "change_payment"),
            ("order_id", "item_ids", "payment_method_id", "confirm"),
            refusal="utter_cannot_return",
            instead=_WAIT_FOR_IT | {OrderStatus.PENDING: "cancel_order"},
            service="return_delivered_order_items",
            proposal="utter_propose_return",
            done="utter_return_done",
        ),
        Operation(
            EXCHANGE,
            ("exchange_item", "change_order_items", "change_payment"),
            ("order_id", "item_ids", "new_item_ids", "payment_method_id", "confirm"),
            refusal="utter_cannot_exchange",
            instead=_WAIT_FOR_IT | {OrderStatus.PENDING: "change_order_items"},
            service="exchange_delivered_order_items",
            proposal="utter_propose_exchange",
            done="utter_exchange_done",
        ),
        Operation(
            CHANGE_ITEMS,
            ("change_order_items", "exchange_item", "change_payment"),
            ("order_id", "item_ids", "new_item_ids", "payment_method_id", "confirm"),
            refusal="utter_cannot_change",
            instead=_WAIT_FOR_IT | {OrderStatus.DELIVERED: "exchange_item"},
            service="modify_pending_order_items",
            proposal="utter_propose_change_items",
            done="utter_items_changed",
        ),
        Operation(
            "change_address_form",
            ("change_address",),
            ("order_id", "address1", "city", "confirm"),
            refusal="utter_cannot_change",
            service="modify_pending_order_address",
            proposal="utter_propose_address",
            done="utter_address_changed",
        ),
        Operation(
            CHANGE_PAYMENT,
            ("change_payment",),
            ("order_id", "payment_method_id", "confirm"),
            refusal="utter_cannot_change",
            service="modify_pending_order_payment",
            proposal="utter_propose_payment",
            done="utter_payment_changed",
        ),
    )
}


def started_by(intent: str | None) -> str | None:
    """The form that an intent starts, None when it starts none."""
    return next((form for form, operation in OPERATIONS.items() if operation.intents[0] == intent), None)


def cleared(*, but: Collection[str] = ()) -> list[EventType]:
    """Events that forget what was gathered for an operation, but for the slots that another one goes on with."""
    return [SlotSet(slot, None) for slot in OPERATION_SLOTS if slot not in but]


def left(form: str | None) -> list[EventType]:
    """Events that end the running form, when there is one, and forget what it gathered."""
    if form is None:
        return []
    return [ActiveLoop(None), SlotSet("requested_slot", None), *waits(None), *cleared()]


def waits(form: str | None, order_id: str | None = None) -> list[EventType]:
    """Events that note which form, about which order, goes on after a question in between; None: no form does."""
    return [SlotSet("suspended_form", form), SlotSet("suspended_order_id", order_id)]
