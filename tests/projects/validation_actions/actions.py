"""Everything that rasa_sdk lets a form ask of a project: validation, extraction, slots that depend on others."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker, ValidationAction
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

Domain = dict[str, Any]


class ValidateComplaintForm(FormValidationAction):  # type: ignore[misc]
    """Order numbers have seven digits; who writes of damage is asked for a photo."""

    def name(self) -> str:
        return "validate_complaint_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> list[str]:
        is_damaged = "broken" in (tracker.get_slot("complaint") or "")
        return [*domain_slots, "photo"] if is_damaged else domain_slots

    def validate_order_number(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> dict[str, Any]:
        if str(value).isdigit() and len(str(value)) == 7:
            return {"order_number": value}
        dispatcher.utter_message(response="utter_wrong_number", order_number=value)
        return {"order_number": None}

    def validate_complaint(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> dict[str, Any]:
        return {"complaint": str(value).strip().lower()}


class ValidateSlotMappings(ValidationAction):  # type: ignore[misc]
    """Slots outside of forms: an urgency lies between 0 and 1."""

    def validate_urgency(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> dict[str, Any]:
        return {"urgency": max(0.0, min(1.0, float(value)))}


class ActionWeighWords(Action):  # type: ignore[misc]
    """A custom mapping: how many exclamation marks a message has."""

    def name(self) -> str:
        return "action_weigh_words"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        return [SlotSet("urgency", tracker.latest_message["text"].count("!") / 2)]


class ActionAskPhoto(Action):  # type: ignore[misc]
    """Asks in place of a response."""

    def name(self) -> str:
        return "action_ask_complaint_form_photo"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        dispatcher.utter_message(text=f"A photo of order {tracker.get_slot('order_number')}, please.")
        return []
