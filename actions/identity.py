"""Who is writing: the customer is known when what they tell matches one account in the database."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import ValidationAction

from actions.turn import Turn, shop
from knowledge_base.identity import find_customer_by_email, find_customer_by_name_and_zip, find_customer_by_phone
from knowledge_base.models import Customer
from knowledge_base.sessions import ShopSession

IDENTITY_ENTITIES = ("email", "phone", "person_name")


class ActionValidateSlotMappings(ValidationAction):  # type: ignore[misc]
    """Runs after every message: verifies the customer as soon as an account matches what they have told."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn = Turn(tracker)
        if not (turn.said(*IDENTITY_ENTITIES) or turn.value("address", role="postcode")) or turn.customer_id:
            return []
        with shop() as session:
            customer = identify(session, turn)
            if customer is None:
                return []
            name = customer.name(turn.language)
        dispatcher.utter_message(response="utter_verified", name=name)
        # The postcode has told who it is; no parcel is meant to go there.
        return [SlotSet("customer_id", customer.id), SlotSet("customer_name", name), SlotSet("zip", None)]


def identify(session: ShopSession, turn: Turn) -> Customer | None:
    """The one customer who fits the e-mail address, the phone number, or the name together with the postcode."""
    email, phone, name, zip_code = (turn.slot(slot) for slot in ("email", "phone", "person_name", "zip"))
    if email and (customer := find_customer_by_email(session, str(email))):
        return customer
    if phone and (customer := find_customer_by_phone(session, str(phone))):
        return customer
    if name and zip_code:
        first, _, last = str(name).partition(" ")
        return find_customer_by_name_and_zip(session, first, last, str(zip_code))
    return None
