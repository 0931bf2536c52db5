"""The actions that change something. Each does what was proposed and confirmed, once, and says what came of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import spoken
from actions.offers import offer
from actions.operations import LATER, OPERATIONS, cleared, waits
from actions.turn import Turn, own, shop
from knowledge_base.services import OperationRefused, idempotency_key, perform, propose


class ActionWrite(Action, ABC):  # type: ignore[misc]
    """Runs the form's service with the arguments that the customer said yes to, and no others."""

    @property
    @abstractmethod
    def form(self) -> str:
        """The form that gathered and confirmed what is to be done."""

    @property
    @abstractmethod
    def action(self) -> str:
        """The action's name in the domain."""

    def name(self) -> str:
        return self.action

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, operation = Turn(tracker), OPERATIONS[self.form]
        proposal = turn.slot("proposal")
        if not proposal:
            return []
        if turn.slot("confirm") is not True:
            if turn.slot("confirm") is False:
                dispatcher.utter_message(response="utter_not_confirmed")
            return cleared()
        service, arguments = operation.service or "", proposal["arguments"]
        key = idempotency_key(tracker.sender_id, service, arguments, proposal["occasion"])
        try:
            with shop() as session:
                scope, facts = own(session, turn), proposal["facts"]
                if proposal["language"] != turn.language:
                    facts = spoken.proposal(scope, propose(scope, service, arguments), turn.language)
                result = perform(scope, service, arguments, idempotency_key=key, conversation_id=tracker.sender_id)
        except OperationRefused as refusal:
            why = spoken.refusal(refusal.params, turn.language)
            dispatcher.utter_message(response=f"utter_refused_{refusal.code}", **why)
            return cleared()
        done: Mapping[str, Any] = {**facts, **result.created}
        dispatcher.utter_message(response=operation.done, **done)
        return [*cleared(), *next_order(dispatcher, turn)]


class ActionCancelOrder(ActionWrite):
    form, action = "cancel_order_form", "action_cancel_order"


class ActionReturnItems(ActionWrite):
    form, action = "return_form", "action_return_items"


class ActionExchangeItems(ActionWrite):
    form, action = "exchange_form", "action_exchange_items"


class ActionChangeOrderItems(ActionWrite):
    form, action = "change_items_form", "action_change_order_items"


class ActionChangeAddress(ActionWrite):
    form, action = "change_address_form", "action_change_address"


class ActionChangePayment(ActionWrite):
    form, action = "change_payment_form", "action_change_payment"


class ActionClearOperation(Action):  # type: ignore[misc]
    """Forgets what was gathered for an operation that the customer has dropped."""

    def name(self) -> str:
        return "action_clear_operation"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        dispatcher.utter_message(response="utter_dropped")
        return [*cleared(), *waits(None)]


def next_order(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Events that come back to the other order which the customer named when this one was begun."""
    for order_id in turn.slot(LATER) or ():
        return offer(dispatcher, turn, "track_order", order_id=order_id, response="utter_offer_other_order")
    return []


def resume(turn: Turn) -> list[EventType]:
    """Events that take up the operation which waited while a question in between was answered."""
    waiting = turn.slot("suspended_form")
    if not waiting:
        return []
    return [SlotSet("order_id", turn.slot("suspended_order_id")), *waits(None), FollowupAction(waiting)]
