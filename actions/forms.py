"""The forms' validation: one class a form, all of one kind. What differs is declared in operations.py."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.filling import REQUESTED_SLOT, Filling
from actions.operations import OPERATIONS, Operation, cleared, started_by
from actions.turn import Turn, own, shop

# What can answer a form's question. Anything else is for the rules, and the form asks again afterwards.
ANSWERS = frozenset({"inform", "affirm", "deny", "nlu_fallback"})


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
        if was_asked and turn.intent not in operation.intents:
            other = started_by(turn.intent)
            if other is not None:
                return self._switch(operation, other)
            if turn.intent not in ANSWERS:
                return []
        with shop() as session:
            return Filling(operation, turn, own(session, turn), dispatcher).events()

    def _switch(self, operation: Operation, other: str) -> list[EventType]:
        """Leave for another form; come back when that one only reads."""
        comes_back = operation.service is not None and OPERATIONS[other].service is None
        kept = [SlotSet("suspended_form", self.form)] if comes_back else cleared()
        return [*kept, ActiveLoop(None), SlotSet(REQUESTED_SLOT, None), FollowupAction(other)]


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
