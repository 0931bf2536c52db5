"""Asking for what is missing, with the real possibilities as buttons, and asking for the yes before a change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import orders, spoken
from actions.catalogue import replacements as other_variants
from actions.catalogue import wanted as as_wanted
from actions.choices import lines_of, possible_methods, replacement, unknown_options
from actions.operations import OPERATIONS
from actions.pieces import names_of, told_pieces
from actions.turn import Turn, focus, listed, own, shop
from knowledge_base.models import Order, Variant
from knowledge_base.scope import CustomerScope
from knowledge_base.services import propose


def button(title: str, **entity: str) -> dict[str, str]:
    """A button that gives one entity as the answer."""
    name, value = next(iter(entity.items()))
    return {"title": title, "payload": f'/inform{{"{name}": "{value}"}}'}


class ActionAskOrderId(Action):  # type: ignore[misc]
    """Shows the orders that the running form can be about."""

    def name(self) -> str:
        return "action_ask_order_id"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        operation = OPERATIONS[turn.form or "order_details_form"]
        with shop() as session:
            scope = own(session, turn)
            found = orders.candidates(scope, turn, operation)[: orders.MAX_LISTED]
            rows = [orders.as_row(order, turn.language) for order in found]
            objects = [orders.as_object(order) for order in found]
        if not rows:
            dispatcher.utter_message(response="utter_ask_order_id")
            return []
        buttons = [button(f"{row['order_id']} · {row['summary']}", order_number=row["order_id"]) for row in rows]
        dispatcher.utter_message(response="utter_which_order", orders=rows, buttons=buttons)
        return listed(objects)


class ActionAskItemIds(Action):  # type: ignore[misc]
    """Shows what is in the order."""

    def name(self) -> str:
        return "action_ask_item_ids"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        with shop() as session:
            order = _order(own(session, turn), turn)
            rows = [orders.line_row(line, turn.language) for line in order.lines]
            buttons = [
                button(f"{row['name']} {row['options']}".strip(), item_id=line.id)
                for row, line in zip(rows, order.lines, strict=True)
            ]
            objects = [orders.line_as_object(line) for line in order.lines]
        dispatcher.utter_message(response="utter_which_items", order_id=order.id, items=rows, buttons=buttons)
        return listed(objects)


class ActionAskNewItemIds(Action):  # type: ignore[misc]
    """Shows which other variants of the item can be had."""

    def name(self) -> str:
        return "action_ask_new_item_ids"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        with shop() as session:
            scope = own(session, turn)
            order = _order(scope, turn)
            lines = lines_of(order, turn.slot("item_ids") or [])
            told = told_pieces(session, order, turn, hidden=names_of(scope))
            line = next((line for line in lines if replacement(session, line, turn, told) is None), lines[0])
            missing = unknown_options(session, [line], turn)
            others = [v for v in line.variant.product.variants if v.id != line.variant_id and v.can_supply()]
            wanted = [
                v for v in told.variants(line) or other_variants(session, line.variant, as_wanted(turn)) if v in others
            ]
            shown = (wanted or others)[:8]
            item = spoken.variant(line.variant, turn.language)
            rows = [
                {
                    "options": variant.text("display", turn.language),
                    "price": spoken.money(variant.price, variant.currency, turn.language),
                }
                for variant in shown
            ]
            buttons = [button(row["options"], variant_id=v.id) for row, v in zip(rows, shown, strict=True)]
            objects = [variant_as_object(variant) for variant in shown]
        if not rows:
            dispatcher.utter_message(response="utter_no_other_variant", item=item)
            return []
        if missing:
            dispatcher.utter_message(response="utter_no_such_option", item=item, wanted=" ".join(missing))
        dispatcher.utter_message(response="utter_which_new_item", item=item, variants=rows, buttons=buttons)
        return listed(objects)


class ActionAskPaymentMethodId(Action):  # type: ignore[misc]
    """Shows the customer's own payment methods that can be meant."""

    def name(self) -> str:
        return "action_ask_payment_method_id"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        service = OPERATIONS[turn.form or "return_form"].service
        with shop() as session:
            scope = own(session, turn)
            order = _order(scope, turn)
            methods = possible_methods(scope, order, service)
            rows = [{"label": spoken.payment_method(method, turn.language)} for method in methods]
            buttons = [
                button(row["label"], payment_method_id=method.id) for row, method in zip(rows, methods, strict=True)
            ]
            objects: list[dict[str, Any]] = [
                {"entity": "payment_method_id", "value": method.id, "names": [row["label"]]}
                for row, method in zip(rows, methods, strict=True)
            ]
        is_refund = service == "return_delivered_order_items"
        response = "utter_which_refund_method" if is_refund else "utter_which_payment"
        dispatcher.utter_message(response=response, order_id=order.id, methods=rows, buttons=buttons)
        return listed(objects)


class ActionAskConfirm(Action):  # type: ignore[misc]
    """Says what would be done, and keeps it: only a yes to exactly this does it."""

    def name(self) -> str:
        return "action_ask_confirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        operation = OPERATIONS[turn.form or ""]
        arguments = operation.arguments({slot: turn.slot(slot) for slot in tracker.slots})
        with shop() as session:
            scope = own(session, turn)
            proposal = propose(scope, operation.service or "", arguments)
            facts = spoken.proposal(scope, proposal, turn.language)
            order = orders.as_object(_order(scope, turn))
        if "new_item_ids" in operation.slots:
            dispatcher.utter_message(response=f"utter_difference_{proposal.direction or 'none'}", **facts)
        dispatcher.utter_message(response=operation.proposal, **facts)
        kept: Mapping[str, Any] = {
            "arguments": arguments,
            "occasion": turn.message_id,
            "facts": facts,
            "language": turn.language,
        }
        # "Yes, do it" points at what was just proposed, whatever was looked at in between.
        return [SlotSet("proposal", dict(kept)), SlotSet("confirm", None), *focus(order)]


def variant_as_object(variant: Variant) -> dict[str, Any]:
    """A variant as something that the customer can point at."""
    names = [variant.display_en, variant.display_zh, *map(str, variant.options.values())]
    return {"entity": "variant_id", "value": variant.id, "names": names, "price": float(variant.price)}


def _order(scope: CustomerScope, turn: Turn) -> Order:
    order = scope.find_order(str(turn.slot("order_id")))
    if order is None:
        raise LookupError(f"order {turn.slot('order_id')} has gone while it was being talked about")
    return order
