"""An assistant that does what it is told, with a real tracker, for tests of the evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain import ActionProperties, Domain
from bot.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from bot.message import Entity, Message, Reply
from bot.slots import Slot
from bot.tracker import Tracker

DOMAIN = Domain(
    slots={"city": Slot("city")},
    actions={name: ActionProperties() for name in ("utter_greet", "utter_bye", "action_x")},
)


def user(text: str, intent: str, entities: Sequence[Entity] = ()) -> UserUttered:
    shapes = [entity.as_dict() for entity in entities]
    return UserUttered.of(text, {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": shapes})


def does(*names: str) -> list[Event]:
    return [ActionExecuted(name) for name in (*names, "action_listen")]


class Scripted:
    """Answers each text with the events that the script has for it; what is not in the script raises."""

    def __init__(self, script: Mapping[str, Sequence[Event]]) -> None:
        self.script = script
        self.trackers: dict[str, Tracker] = {}

    async def handle(self, message: Message) -> Sequence[Reply]:
        tracker = await self.tracker(message.sender_id)
        if not tracker.events:
            tracker.update_all(does("action_session_start"))
        events = self.script[message.text]
        tracker.update_all(events)
        return [event.as_reply() for event in events if isinstance(event, BotUttered)]

    async def tracker(self, sender_id: str) -> Tracker:
        return self.trackers.setdefault(sender_id, Tracker(sender_id, DOMAIN))


__all__ = ["BotUttered", "Scripted", "SlotSet", "does", "user"]
