"""Who is writing: the customer is known when what they tell matches one account in the database."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import ValidationAction

from actions.offers import ANSWERS, OFFERED
from actions.turn import NOT_UNDERSTOOD, Turn, messages_back, shop
from knowledge_base.identity import find_customer_by_email, find_customer_by_name_and_zip, find_customer_by_phone
from knowledge_base.models import Customer
from knowledge_base.sessions import ShopSession

IDENTITY_ENTITIES = ("email", "phone", "person_name")


class ActionValidateSlotMappings(ValidationAction):  # type: ignore[misc]
    """Runs after every message: verifies the customer as soon as an account matches what they have told, and lets go
    of an offer that the message does not answer."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        is_over = turn.slot(OFFERED) and turn.intent not in (*ANSWERS, NOT_UNDERSTOOD)
        over = [SlotSet(OFFERED, None)] if is_over else []
        if turn.customer_id or not _tells_who(turn):
            return over
        with shop() as session:
            customer = identify(session, turn)
            if customer is None:
                return over
            name = customer.name(turn.language)
        dispatcher.utter_message(response="utter_verified", name=name)
        # The postcode has told who it is; no parcel is meant to go there.
        return [*over, SlotSet("customer_id", customer.id), SlotSet("customer_name", name), SlotSet("zip", None)]


class ActionGuessLanguage(Action):  # type: ignore[misc]
    """Asked of a message that shows no language, while none has shown one: the customer's account may."""

    def name(self) -> str:
        return "action_guess_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        has_shown = any(message.get("parse_data", {}).get("language") for message in messages_back(tracker))
        if has_shown or turn.customer_id or not _tells_who(turn):
            return []
        with shop() as session:
            customer = identify(session, turn)
            return [SlotSet("language", customer.language)] if customer else []


def _tells_who(turn: Turn) -> bool:
    return turn.said(*IDENTITY_ENTITIES) or turn.value("address", role="postcode") is not None


def identify(session: ShopSession, turn: Turn) -> Customer | None:
    """The one customer who fits the e-mail address, the phone number, or the name together with the postcode."""
    email, phone, name = (turn.value(told) or turn.slot(told) for told in IDENTITY_ENTITIES)
    zip_code = turn.value("address", role="postcode") or turn.slot("zip")
    if email and (customer := find_customer_by_email(session, str(email))):
        return customer
    if phone and (customer := find_customer_by_phone(session, str(phone))):
        return customer
    if name and zip_code:
        first, _, last = str(name).partition(" ")
        return find_customer_by_name_and_zip(session, first, last, str(zip_code))
    return None
