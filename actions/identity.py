"""Who is writing: the customer is known when what they tell matches one account in the database."""

from __future__ import annotations

import re
from itertools import pairwise
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


_ZIP = re.compile(r"(?<![\d#A-Za-z])\d{5,6}(?!\d)")
_NAME_WORD = re.compile(r"[A-Z][a-zA-Z'-]+|[a-z]{2,}")
_MOST_NAMES = 24


def _tells_who(turn: Turn) -> bool:
    return (
        _ZIP.search(turn.text) is not None
        or turn.said(*IDENTITY_ENTITIES)
        or turn.value("address", role="postcode") is not None
    )


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
        if customer := find_customer_by_name_and_zip(session, first, last, str(zip_code)):
            return customer
    return _spelled_out(session, turn.text)


def _spelled_out(session: ShopSession, text: str) -> Customer | None:
    """The customer whose postcode stands in the text and whose name is two words of it that follow each other."""
    words = _NAME_WORD.findall(text)
    pairs = sorted(dict.fromkeys(pairwise(words)), key=lambda pair: not (pair[0][0].isupper() and pair[1][0].isupper()))
    for code in _ZIP.findall(text)[:2]:
        for first, last in pairs[:_MOST_NAMES]:
            if customer := find_customer_by_name_and_zip(session, first, last, code):
                return customer
    return None
