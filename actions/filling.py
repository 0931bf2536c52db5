"""Filling an operation's slots from what the customer says, against what the database has.

One pass over the slots in their order: each is taken from this message if the message says it, kept if it still fits,
worked out if there is only one possibility, and asked for otherwise. A correction of an earlier slot therefore makes
the later ones be checked again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn

from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import choices, spoken, told
from actions.identity import IDENTITY_ENTITIES
from actions.offers import not_understood, offer
from actions.operations import CHANGE_ITEMS, CHANGE_PAYMENT, EXCHANGE, LATER, OPERATIONS, Operation, cleared
from actions.orders import candidates
from actions.pieces import Told, names_of, told_pieces
from actions.turn import REFERENCE_RESOLVER, Turn
from knowledge_base.models import Order
from knowledge_base.scope import CustomerScope
from knowledge_base.services import OperationRefused, Proposal, propose

REQUESTED_SLOT = "requested_slot"
_REST_OF_ADDRESS = ("state", "country", "zip")
_LATEST = re.compile(
    r"\b(last|latest|most recent|newest)\b|上一?[单个次]|最近|最新|最后|刚[才刚]?[下买拍]", re.IGNORECASE
)
_LATEST_ORDER = re.compile(
    r"\b(?:last|latest|most recent|newest) (?:order|purchase)\b|(?:上一?|最近那?一?|最新那?一?)[单單]", re.IGNORECASE
)
_ANSWERS = frozenset({"inform", "affirm", "deny"})

# Which slot a refusal asks for again; any other refusal ends the operation.
_BLAMED = {
    "reason_not_accepted": "reason",
    "no_items": "item_ids",
    "item_not_in_order": "item_ids",
    "item_count_mismatch": "new_item_ids",
    "variant_not_found": "new_item_ids",
    "variant_of_other_product": "new_item_ids",
    "variant_unchanged": "new_item_ids",
    "variant_unavailable": "new_item_ids",
    "payment_method_not_found": "payment_method_id",
    "payment_method_unchanged": "payment_method_id",
    "gift_card_insufficient": "payment_method_id",
    "refund_method_not_allowed": "payment_method_id",
    "address_incomplete": "address1",
    "address_unchanged": "address1",
}


_STATE_FORBIDS = frozenset({"order_not_pending", "order_not_delivered"})
"""The refusals that an operation has its own words for."""


class Stop(Exception):  # noqa: N818  (it is no error)
    """The operation cannot go on; why has been said. `events` note what has been offered instead."""

    def __init__(self, events: list[EventType] | None = None) -> None:
        super().__init__()
        self.events = events or []


class Filling:
    """One pass over an operation's slots. `events()` gives what changed and which slot is asked for next."""

    def __init__(
        self, operation: Operation, turn: Turn, scope: CustomerScope, dispatcher: CollectingDispatcher
    ) -> None:
        self.operation = operation
        self.turn = turn
        self.scope = scope
        self.dispatcher = dispatcher
        self.say = dispatcher.utter_message
        self.order: Order | None = None
        self.values: dict[str, Any] = {slot: turn.slot(slot) for slot in (*operation.slots, *_REST_OF_ADDRESS)}
        self.told = Told()
        self._asked_again = False
        self._blamed: str | None = None

    def events(self) -> list[EventType]:
        if self.turn.customer_id is None:
            return self._ask_who()
        try:
            missing = self._fill()
        except Stop as stop:
            ended = [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None), SlotSet("order_id", None), *cleared()]
            return [*ended, *stop.events]
        changed = [SlotSet(slot, value) for slot, value in self.values.items() if value != self.turn.slot(slot)]
        if missing and not changed and not self._asked_again and self._is_an_answer_to(missing):
            changed = not_understood(self.dispatcher, self.turn)
            self._asked_again = True
        if not changed and (self._asked_again or self.turn.intent in self.operation.intents):
            # A slot event tells the form that the message was dealt with; otherwise other rules would answer it.
            changed = [SlotSet(missing or "confirm", self.values.get(missing or "confirm"))]
        return [*changed, SlotSet(REQUESTED_SLOT, missing)]

    def _ask_who(self) -> list[EventType]:
        asked = SlotSet(REQUESTED_SLOT, "customer_id")
        if self.turn.said(*IDENTITY_ENTITIES):
            if self.turn.said("person_name") and not self.turn.slot("zip"):
                return [SlotSet("customer_id", None), asked]
            self.say(response="utter_customer_not_found")
            return [SlotSet("email", None), SlotSet("phone", None), SlotSet("customer_id", None), asked]
        if self.turn.slot(REQUESTED_SLOT) == "customer_id" and self._is_an_answer_to("customer_id"):
            return [SlotSet("customer_id", None), asked]
        return [asked]

    def _is_an_answer_to(self, slot: str) -> bool:
        return self.turn.slot(REQUESTED_SLOT) == slot and self.turn.intent in _ANSWERS

    def _fill(self) -> str | None:
        """Fill what can be filled; the first slot that is still missing, None when nothing is."""
        for slot in self.operation.slots:
            self.values[slot] = self._resolvers[slot](self)
            if self.values[slot] is None:
                self._note_payment_method()
                return self._blamed or slot
        return None

    def _note_payment_method(self) -> None:
        """A payment method that is told before its turn is not asked for again."""
        if "payment_method_id" in self.operation.slots and self.turn.said("payment_method", "payment_method_id"):
            told_now = choices.payment_method(self.scope.payment_methods(), self.turn)
            self.values["payment_method_id"] = told_now or self.values["payment_method_id"]

    # Each resolver gives the slot's value, or None when it has to be asked for.

    def _order_id(self) -> str | None:
        self.order = self._find_order()
        if self.order is None:
            return None
        said = filter(None, (self.scope.find_order(str(number)) for number in self.turn.values("order_number")))
        later = [order.id for order in said if order is not self.order]
        self.values[LATER] = later or self.turn.slot(LATER)
        return self.order.id

    def _find_order(self) -> Order | None:
        said = self.turn.value("order_number")
        wanted = self._of_tracking_number() or said or self._of_bare_number() or self.values["order_id"]
        talked_of: Order | None = None
        if wanted:
            order = self.scope.find_order(str(wanted))
            if order is None:
                self.say(response="utter_order_not_found", order_id=str(wanted))
                self._asked_again = True
                return None
            if said or self._goes_on_with_the_order() or self.operation.why_not(order) is None:
                return self._allowed(order)
            talked_of = order
        if talked_of is not None and self.turn.said("mention") and not self._means_the_latest():
            return self._allowed(talked_of)
        if self._means_the_latest() and (latest := self.scope.last_order()):
            return self._allowed(latest)
        return self._only_candidate(talked_of)

    def _goes_on_with_the_order(self) -> bool:
        """Whether this operation takes the place of another one that is about the same order."""
        other = OPERATIONS.get(self.turn.form_before or "")
        return (
            other is not None
            and other.service is not None
            and other.form != self.operation.form
            and not self.turn.said("product", "mention")
        )

    def _allowed(self, order: Order) -> Order:
        """The order, when the operation is open to it."""
        refusal = self.operation.why_not(order)
        if refusal is not None:
            self._refuse(order, refusal)
        return order

    def _of_tracking_number(self) -> str | None:
        """The order of a parcel's number; a number that is all digits may have been read as something else."""
        numbers = [n for kind in ("tracking_number", "phone", "order_number") for n in self.turn.values(kind)]
        shipments = (self.scope.find_shipment(str(number)) for number in numbers)
        return next((shipment.order_id for shipment in shipments if shipment), None)

    def _of_bare_number(self) -> str | None:
        """The order whose number was read as a phone's, both being digits."""
        found = (self.scope.find_order(str(number)) for number in self.turn.values("phone"))
        return next((order.id for order in found if order), None)

    def _means_the_latest(self) -> bool:
        resolved = any(entity.get("extractor") == REFERENCE_RESOLVER for entity in self.turn.entities)
        mentioned = any(_LATEST.search(str(mention)) for mention in self.turn.values("mention"))
        return not resolved and (mentioned or _LATEST_ORDER.search(self.turn.text) is not None)

    def _only_candidate(self, talked_of: Order | None) -> Order | None:
        found = candidates(self.scope, self.turn, self.operation)
        if found:
            return found[0] if len(found) == 1 else None
        latest = self.scope.last_order()
        if latest is None:
            self.say(response="utter_no_orders")
            raise Stop
        if talked_of is None:
            self.say(response="utter_no_eligible_order")
            raise Stop([] if self.turn.said("product", "mention") else self._offered_instead(latest))
        return self._allowed(talked_of)

    def _refuse(self, order: Order, refusal: OperationRefused) -> NoReturn:
        """Say why not, and offer what can be done to an order in this state."""
        code, facts = refusal.code, spoken.refusal(refusal.params, self.turn.language)
        if code in _STATE_FORBIDS:
            self._swap_instead(order)
        self.say(response=self.operation.refusal if code in _STATE_FORBIDS else f"utter_refused_{code}", **facts)
        raise Stop([*self._offered_instead(order), SlotSet("order_id", order.id)]) from refusal

    def _offered_instead(self, order: Order) -> list[EventType]:
        return offer(self.dispatcher, self.turn, self.operation.offers(order), order_id=order.id)

    def _item_ids(self) -> list[str] | None:
        assert self.order is not None
        self.told = told_pieces(self.scope.session, self.order, self.turn, hidden=names_of(self.scope))
        return choices.items(self.scope.session, self.order, self.turn, self.told, current=self.values["item_ids"])

    def _new_item_ids(self) -> list[str] | None:
        assert self.order is not None
        lines = choices.lines_of(self.order, self.values["item_ids"])
        current = self.values["new_item_ids"]
        found = choices.replacements(self.scope.session, lines, self.turn, self.told, current=current)
        return found if found is None or self._can_be_had(found) else None

    def _can_be_had(self, new_item_ids: list[str]) -> bool:
        """Whether nothing speaks against what the things are to become; else why not is said before anything is asked."""
        method = next(iter(self.scope.payment_methods()), None)
        known = {"new_item_ids": new_item_ids, "payment_method_id": method.id if method else None}
        try:
            propose(self.scope, self.operation.service or "", self.operation.arguments(self.values | known))
        except OperationRefused as refusal:
            if _BLAMED.get(refusal.code) != "new_item_ids":
                return True
            self.say(response=f"utter_refused_{refusal.code}", **spoken.refusal(refusal.params, self.turn.language))
            self._asked_again = True
            return False
        return True

    def _swap_instead(self, order: Order) -> None:
        """Things that are to become others are changed before they are sent and exchanged after, whatever it was taken
        for: "the black one instead, paid by gift card" is no change of payment."""
        if self.operation.form not in (CHANGE_PAYMENT, CHANGE_ITEMS, EXCHANGE):
            return
        told = told_pieces(self.scope.session, order, self.turn, hidden=names_of(self.scope))
        open_to = [form for form in (CHANGE_ITEMS, EXCHANGE) if OPERATIONS[form].why_not(order) is None]
        if told.wanted and open_to and self.operation.form not in open_to:
            method = choices.payment_method(self.scope.payment_methods(), self.turn)
            goes_on = [SlotSet("order_id", order.id), SlotSet("payment_method_id", method)]
            raise Stop([*goes_on, FollowupAction(open_to[0])])

    def _payment_method_id(self) -> str | None:
        assert self.order is not None
        if self.operation.form == CHANGE_PAYMENT:
            self._swap_instead(self.order)
        methods = choices.possible_methods(self.scope, self.order, self.operation.service)
        said = choices.payment_method(self.scope.payment_methods(), self.turn)
        chosen = said or self.values["payment_method_id"]
        if chosen is None and len(methods) == 1 and self.operation.service != "modify_pending_order_payment":
            return methods[0].id
        return chosen if chosen in {method.id for method in self.scope.payment_methods()} else None

    def _reason(self) -> str | None:
        """The shop's word for the reason. Unasked, only one that is stated counts: "I don't want it" may have several."""
        code, told = self.turn.value("reason_code"), self.turn.value("reason")
        was_asked = self.turn.slot(REQUESTED_SLOT) == "reason"
        if code is not None:
            return str(code)
        if told is None and was_asked and self.turn.intent == "inform" and not self.turn.entities:
            told = self.turn.text
        stated = (
            choices.stated_reason(self.turn.text, is_asked=was_asked) if was_asked or self._asks_to_cancel() else None
        )
        if stated is None and was_asked and told is not None:
            stated = choices.cancel_reason(str(told))
        return stated or self.values["reason"]

    def _asks_to_cancel(self) -> bool:
        return self.turn.intent == "cancel_order" or self.turn.said("reason")

    def _address1(self) -> str | None:
        """The street; what the same message says of the rest of the address is taken with it."""
        parts = told.address(self.turn.text) if told.wants_address(self.turn) else None
        if parts is not None:
            self.values |= parts
        elif self.turn.slot(REQUESTED_SLOT) == "address1" and (code := told.postcode(self.turn.text)):
            self.values |= {"address1": self.turn.before("address1"), "zip": code}
        elif self.turn.said("order_number", *IDENTITY_ENTITIES) and not self.turn.said("address"):
            self.values["address1"] = self.turn.before("address1")  # it was asked for, and something else was told
        street: str | None = self.values["address1"]
        return street

    def _invoice_title(self) -> str | None:
        if self.turn.slot(REQUESTED_SLOT) != "invoice_title":
            return None
        if self.turn.intent in ("affirm", "deny") and not told.is_told(self.turn):
            return None
        return self.turn.text or None

    def _confirm(self) -> bool | None:
        """The customer's answer, as long as it is an answer to what would be done now."""
        arguments = self.operation.arguments(self.values)
        shown = self.turn.slot("proposal") or {}
        proposal = self._propose(arguments)
        if proposal is None:
            return None
        answered = self.values["confirm"]
        return answered if answered is not None and shown.get("arguments") == arguments else None

    def _propose(self, arguments: Mapping[str, Any]) -> Proposal | None:
        assert self.operation.service is not None
        try:
            return propose(self.scope, self.operation.service, arguments)
        except OperationRefused as refusal:
            blamed = _BLAMED.get(refusal.code)
            if blamed not in self.operation.slots:
                assert self.order is not None
                self._refuse(self.order, refusal)
            self.say(response=f"utter_refused_{refusal.code}", **spoken.refusal(refusal.params, self.turn.language))
            if refusal.code != "address_incomplete":  # what there is of it stays
                self.values[blamed] = None
            self._blamed = blamed
            self._asked_again = True
            return None

    _resolvers: ClassVar[Mapping[str, Callable[[Filling], Any]]] = {
        "order_id": _order_id,
        "item_ids": _item_ids,
        "new_item_ids": _new_item_ids,
        "payment_method_id": _payment_method_id,
        "reason": _reason,
        "address1": _address1,
        "city": lambda self: self.values["city"],
        "invoice_title": _invoice_title,
        "confirm": _confirm,
    }
