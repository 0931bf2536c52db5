"""Reminders: one that is due at once, one that is cancelled, and what is said when one is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, ReminderCancelled, ReminderScheduled
from rasa_sdk.executor import CollectingDispatcher

Domain = dict[str, Any]


class ActionSetReminder(Action):  # type: ignore[misc]
    """Schedules the call of whom the message names, a moment from now."""

    def name(self) -> str:
        return "action_set_reminder"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        due = datetime.now(UTC) + timedelta(milliseconds=50)
        entities = tracker.latest_message["entities"]
        return [ReminderScheduled("EXTERNAL_call", due, entities, name="call", kill_on_user_message=False)]


class ActionForgetReminders(Action):  # type: ignore[misc]
    """Cancels all of them."""

    def name(self) -> str:
        return "action_forget_reminders"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        return [ReminderCancelled()]


class ActionRemind(Action):  # type: ignore[misc]
    """Says whom to call."""

    def name(self) -> str:
        return "action_remind"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain) -> list[EventType]:
        dispatcher.utter_message(text=f"Call {tracker.get_slot('person') or 'them'}!")
        return []
