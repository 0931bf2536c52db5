"""What the customer's own orders say: parcels, contents, refunds; invoices and parcel problems."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import cards, orders, spoken, told
from actions.operations import LATER, cleared
from actions.turn import Turn, focus, listed, own, shop
from actions.writing import resume
from knowledge_base import labels
from knowledge_base.models import Order, Shipment
from knowledge_base.scope import CustomerScope
from knowledge_base.services import OperationRefused, idempotency_key, perform


class ActionAboutOrder(Action, ABC):  # type: ignore[misc]
    """Says something of the order that the form found; the order stays what is being talked about."""

    is_open_to_all = True
    """Whether the same is said of the other orders that the message named."""

    @property
    @abstractmethod
    def action(self) -> str:
        """The action's name in the domain."""

    def name(self) -> str:
        return self.action

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        with shop() as session:
            scope = own(session, turn)
            order = scope.find_order(str(turn.slot("order_id"))) if turn.slot("order_id") else None
            if order is None:
                return resume(turn)
            events = self.tell(dispatcher, turn, scope, order)
            if self.is_open_to_all:
                others = [scope.find_order(order_id) for order_id in turn.slot(LATER) or ()]
                events += [event for other in others if other for event in self.tell(dispatcher, turn, scope, other)]
            return [*events, SlotSet(LATER, None), *focus(orders.as_object(order)), *resume(turn)]

    @abstractmethod
    def tell(self, dispatcher: CollectingDispatcher, turn: Turn, scope: CustomerScope, order: Order) -> list[EventType]:
        """Say it; the returned events are added to the conversation."""


class ActionTrackOrder(ActionAboutOrder):
    action = "action_track_order"

    def tell(self, dispatcher: CollectingDispatcher, turn: Turn, scope: CustomerScope, order: Order) -> list[EventType]:
        tell_parcels(dispatcher, turn, order)
        return []


def tell_parcels(dispatcher: CollectingDispatcher, turn: Turn, order: Order) -> None:
    """Where the order is, and each of its parcels."""
    language = turn.language
    row = orders.as_row(order, language)
    parcels = [parcel for parcel in order.shipments if parcel.last_event]
    if len(parcels) > 1:
        dispatcher.utter_message(response="utter_order_status", **row)
        rows = [parcel_row(parcel, language) for parcel in parcels]
        dispatcher.utter_message(response="utter_parcels", count=len(parcels), parcels=rows)
    elif not parcels:
        waiting = order.status in orders.NOT_SHIPPED
        dispatcher.utter_message(response="utter_not_shipped_yet" if waiting else "utter_order_status", **row)
    elif parcels[0].delivered_at:
        facts = parcel_row(parcels[0], language)
        facts |= {"order_id": order.id, "place": facts["last_place"]}
        dispatcher.utter_message(response="utter_order_delivered", **facts)
    else:
        facts = parcel_row(parcels[0], language)
        dispatcher.utter_message(response="utter_shipment_status", order_id=order.id, **facts)
    cards.draw_way(dispatcher, turn, order, parcels)


def parcel_row(parcel: Shipment, language: str) -> dict[str, Any]:
    """A parcel as facts."""
    last = parcel.last_event
    assert last is not None
    return {
        "carrier": labels.label("carrier", parcel.carrier, language),
        "tracking_number": parcel.tracking_number,
        "status": labels.label("shipment_event", last.kind, language),
        "last_event": last.text("note", language) or labels.label("shipment_event", last.kind, language),
        "last_place": last.text("place", language),
        "last_time": spoken.time(last.at, language),
        "estimated": spoken.date(parcel.estimated_at, language),
        "delivered_on": spoken.date(parcel.delivered_at, language),
    }


class ActionOrderDetails(ActionAboutOrder):
    action = "action_order_details"

    def tell(self, dispatcher: CollectingDispatcher, turn: Turn, scope: CustomerScope, order: Order) -> list[EventType]:
        language = turn.language
        rows = [orders.line_row(line, language) for line in order.lines]
        dispatcher.utter_message(response="utter_order_details", items=rows, **orders.as_row(order, language))
        paid = next((payment.method_id for payment in order.payments if payment.kind == "payment"), None)
        dispatcher.utter_message(
            response="utter_order_total",
            total=spoken.money(order.total, order.currency, language),
            shipping=spoken.money(order.shipping_fee, order.currency, language),
            discount=spoken.money(order.discount, order.currency, language),
            method=spoken.method(scope, paid, language),
            address=spoken.address(order.address, language),
        )
        return listed([orders.line_as_object(line) for line in order.lines])


class ActionRefundStatus(ActionAboutOrder):
    action = "action_refund_status"

    def tell(self, dispatcher: CollectingDispatcher, turn: Turn, scope: CustomerScope, order: Order) -> list[EventType]:
        refunds = scope.refunds(order.id)
        for refund in refunds:
            dispatcher.utter_message(
                response="utter_refund_state",
                order_id=order.id,
                amount=spoken.money(refund.amount, order.currency, turn.language),
                status=labels.label("payment_status", refund.status, turn.language),
                method=spoken.method(scope, refund.method_id, turn.language),
            )
        if not refunds:
            waiting = next(iter(scope.returns(order.id)), None)
            if waiting is None:
                dispatcher.utter_message(response="utter_no_refund", order_id=order.id)
            else:
                state = labels.label("return_status", waiting.status, turn.language)
                dispatcher.utter_message(
                    response="utter_return_state", order_id=order.id, return_id=waiting.id, status=state
                )
        return []


class ActionListOrders(Action):  # type: ignore[misc]
    """The customer's latest orders."""

    def name(self) -> str:
        return "action_list_orders"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        if turn.customer_id is None:
            return resume(turn)
        with shop() as session:
            found = own(session, turn).orders(limit=orders.MAX_LISTED)
            rows = [orders.as_row(order, turn.language) for order in found]
            objects = [orders.as_object(order) for order in found]
        if not rows:
            dispatcher.utter_message(response="utter_no_orders")
            return resume(turn)
        dispatcher.utter_message(response="utter_order_list_intro", count=len(rows), orders=rows)
        return [*listed(objects), *resume(turn)]


class ActionRequestInvoice(ActionAboutOrder):
    """An invoice is asked for only by its order's owner and changes no money, so the form's answers are the consent."""

    action = "action_request_invoice"
    is_open_to_all = False
    _TAX_WORDS = re.compile(r"tax (?:number|id)|(?:发票)?抬头|發票抬頭|抬頭|税号|稅號|统一社会信用代码", re.IGNORECASE)

    def tell(self, dispatcher: CollectingDispatcher, turn: Turn, scope: CustomerScope, order: Order) -> list[EventType]:
        title = str(turn.slot("invoice_title") or "")
        if not title:
            return []
        arguments: dict[str, Any] = {"order_id": order.id, "kind": "personal"}
        if not told.is_personal(title):
            number = told.TAX_NUMBER.search(title)
            name = self._TAX_WORDS.sub("", told.TAX_NUMBER.sub("", title)).strip(" ,，;；:：")
            arguments |= {"title": name or title, "tax_number": number.group() if number else None}
            arguments["kind"] = "company" if number else "personal"
        key = idempotency_key(turn.tracker.sender_id, "request_invoice", arguments, turn.message_id)
        try:
            sender = turn.tracker.sender_id
            result = perform(scope, "request_invoice", arguments, idempotency_key=key, conversation_id=sender)
        except OperationRefused as refusal:
            facts = spoken.refusal(refusal.params, turn.language)
            dispatcher.utter_message(response=f"utter_refused_{refusal.code}", **facts)
        else:
            made_out_to = result.proposal["arguments"]["title"]
            invoice_id = result.created["invoice_id"]
            dispatcher.utter_message(
                response="utter_invoice_sent", order_id=order.id, invoice_id=invoice_id, title=made_out_to
            )
        return cleared()


class ActionFileParcelProblem(ActionAboutOrder):
    """A case for a human: the parcel came broken, short, wrong, or not at all. What is still on its way is said first:
    half of an order may be missing because it travels in two parcels."""

    action = "action_file_parcel_problem"
    is_open_to_all = False

    def tell(self, dispatcher: CollectingDispatcher, turn: Turn, scope: CustomerScope, order: Order) -> list[EventType]:
        if any(parcel.last_event and not parcel.delivered_at for parcel in order.shipments):
            tell_parcels(dispatcher, turn, order)
        summary = first_text_of(turn, "missing_or_damaged_parcel")
        arguments = {"kind": "parcel", "summary": summary, "order_id": order.id}
        key = idempotency_key(turn.tracker.sender_id, "open_ticket", arguments, turn.message_id)
        sender = turn.tracker.sender_id
        result = perform(scope, "open_ticket", arguments, idempotency_key=key, conversation_id=sender)
        ticket_id = result.created["ticket_id"]
        dispatcher.utter_message(response="utter_parcel_problem_filed", order_id=order.id, ticket_id=ticket_id)
        return [SlotSet("problem", summary)]


def first_text_of(turn: Turn, intent: str) -> str:
    """What the customer wrote when they last said this."""
    for event in reversed(turn.tracker.events):
        if event.get("event") == "user" and (event.get("parse_data", {}).get("intent") or {}).get("name") == intent:
            return str(event.get("text") or intent)
    return turn.text or intent
