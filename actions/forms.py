"""The forms' validation: one class a form, all of one kind. What differs is declared in operations.py."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import offers, told
from actions.filling import REQUESTED_SLOT, Filling
from actions.operations import OPERATIONS, Operation, cleared, left, started_by, waits
from actions.turn import NOT_UNDERSTOOD, Turn, own, shop

# What can answer a form's question. Anything else is for the rules, and the form asks again afterwards.
ANSWERS = frozenset({"inform", "affirm", "deny", NOT_UNDERSTOOD})
# What is said in passing gets a word in passing, so that the form's question is the last one.
ASIDES: Mapping[str | None, str] = {
    "greet": "utter_greet_briefly",
    "thanks": "utter_welcome_briefly",
    "chitchat": "utter_chitchat_briefly",
}


class ValidateForm(Action, ABC):  # type: ignore[misc]
    """Checks what was said against the database, and leaves when the customer has started something else.

    While something that writes is under way, a question that only reads (where is my parcel?) is answered and the
    operation is taken up again; another operation takes its place.
    """

    @property
    @abstractmethod
    def form(self) -> str:
        """The form's name in the domain."""

    def name(self) -> str:
        return f"validate_{self.form}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, operation = Turn(tracker), OPERATIONS[self.form]
        was_asked = turn.form == self.form and turn.slot(REQUESTED_SLOT) is not None
        if not _belongs(turn, operation):
            if not was_asked:
                turn = Turn(tracker, is_elsewhere=True)
            elif not told.is_told(turn):
                if _answers_offer(turn):
                    return _offer_answered(turn, operation)
                other = started_by(turn.intent)
                if other is not None:
                    return [*_left_for(other, operation, turn), ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]
                if turn.intent in ASIDES:
                    dispatcher.utter_message(response=ASIDES[turn.intent])
                    return _asked_again(turn)
                if _is_dropped(turn):
                    dispatcher.utter_message(response="utter_dropped")
                    return [*left(self.form), FollowupAction("action_listen")]
                if turn.intent not in ANSWERS:
                    return _not_answered(turn, operation)
        if was_asked and turn.slot(REQUESTED_SLOT) == "customer_id" and turn.customer_id is not None:
            turn = turn.with_earlier(self.form)  # what was asked for before it was known by whom
        with shop() as session:
            return Filling(operation, turn, own(session, turn), dispatcher).events()


def _belongs(turn: Turn, operation: Operation) -> bool:
    """Whether the message begins this operation, or changes it: asked of another order it begins something else."""
    return turn.intent == operation.intents[0] or (
        turn.intent in operation.intents and not turn.said("order_number") and turn.form == operation.form
    )


def _not_answered(turn: Turn, operation: Operation) -> list[EventType]:
    """Leaves the message to the rules, and takes back what it filled in passing; after them the form asks again."""
    if turn.was_passed_on:
        return []
    filled = [SlotSet(slot, turn.before(slot)) for slot in operation.slots if turn.slot(slot) != turn.before(slot)]
    return [*filled, ActionExecutionRejected(operation.form)]


def _answers_offer(turn: Turn) -> bool:
    """Whether a yes or no is to what was offered in between. What would be changed is asked after that, so that there
    it is the answer to the form."""
    is_answer = turn.intent in offers.ANSWERS and not turn.entities
    return is_answer and bool(turn.slot(offers.OFFERED)) and turn.slot(REQUESTED_SLOT) != "confirm"


def _offer_answered(turn: Turn, operation: Operation) -> list[EventType]:
    if turn.intent == "affirm":
        return [*left(operation.form), FollowupAction("action_take_up_offer")]
    return [SlotSet(offers.OFFERED, None), *_asked_again(turn)]


def _asked_again(turn: Turn) -> list[EventType]:
    """Events that end the turn with the form's question. A slot event says that the message was dealt with."""
    asked = turn.slot(REQUESTED_SLOT)
    return [SlotSet(asked, turn.before(asked)), SlotSet(REQUESTED_SLOT, asked)]


def _is_dropped(turn: Turn) -> bool:
    """Whether a question that is not answered by yes or no is answered by no, and nothing else."""
    others = [entity for entity in turn.entities if entity["entity"] != "mention"]
    return turn.intent == "deny" and not others and turn.slot(REQUESTED_SLOT) != "confirm"


def _left_for(other: str, operation: Operation, turn: Turn) -> list[EventType]:
    """Events that begin another form. An operation waits while something is read; another operation takes its place,
    and goes on with what both need."""
    begins = FollowupAction(other)
    if OPERATIONS[other].service is None:
        if other == "refund_status_form" and not turn.said("order_number"):
            begins = FollowupAction("action_answer_question")  # how refunds are made, not where one is
        elif operation.service is None:
            return [begins]
        return [*waits(operation.form, turn.before("order_id")), begins]
    if turn.slot("suspended_form") == other:
        order_id = turn.value("order_number") or turn.slot("suspended_order_id")
        return [SlotSet("order_id", order_id), *waits(None), begins]
    both = {*operation.slots} & {*OPERATIONS[other].slots} - {"confirm"}
    return [*cleared(but=both), *waits(None), begins]


class ValidateTrackOrderForm(ValidateForm):
    form = "track_order_form"


class ValidateOrderDetailsForm(ValidateForm):
    form = "order_details_form"


class ValidateListOrdersForm(ValidateForm):
    form = "list_orders_form"


class ValidateRefundStatusForm(ValidateForm):
    form = "refund_status_form"


class ValidateInvoiceForm(ValidateForm):
    form = "invoice_form"


class ValidateParcelProblemForm(ValidateForm):
    form = "parcel_problem_form"


class ValidateCancelOrderForm(ValidateForm):
    form = "cancel_order_form"


class ValidateReturnForm(ValidateForm):
    form = "return_form"


class ValidateExchangeForm(ValidateForm):
    form = "exchange_form"


class ValidateChangeItemsForm(ValidateForm):
    form = "change_items_form"


class ValidateChangeAddressForm(ValidateForm):
    form = "change_address_form"


class ValidateChangePaymentForm(ValidateForm):
    form = "change_payment_form"
