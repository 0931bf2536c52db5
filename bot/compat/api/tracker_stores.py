"""TrackerStore: where a project of its own keeps conversations.

A store may be written with `async def` or, as older ones are, with plain methods.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bot.compat.api.brokers import EventBroker
from bot.compat.api.domain import Domain
from bot.compat.api.events import ActionExecuted
from bot.compat.api.exceptions import RasaException
from bot.compat.api.trackers import (
    ACTION_LISTEN_NAME,
    Dialogue,
    DialogueStateTracker,
    get_trackers_for_conversation_sessions,
)


class TrackerDeserialisationException(RasaException):
    """What was stored is no tracker."""


class TrackerStore:
    """Subclasses write `save`, `retrieve` and `keys`."""

    def __init__(self, domain: Domain | None, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        self.domain = domain or Domain.empty()
        self.event_broker = event_broker
        self.max_event_history: int | None = None

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the conversation as it is now."""
        raise NotImplementedError(f"The tracker store {type(self).__name__} cannot save.")

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The latest session of a conversation; None when there is no such conversation."""
        raise NotImplementedError(f"The tracker store {type(self).__name__} cannot retrieve.")

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """The conversation with all of its sessions."""
        return await self.retrieve(conversation_id)

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations."""
        raise NotImplementedError(f"The tracker store {type(self).__name__} does not list its conversations.")

    async def exists(self, conversation_id: str) -> bool:
        return await self.retrieve(conversation_id) is not None

    def init_tracker(self, sender_id: str) -> DialogueStateTracker:
        """A tracker without events."""
        return DialogueStateTracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> DialogueStateTracker:
        tracker = self.init_tracker(sender_id)
        if append_action_listen:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        await self.save(tracker)
        return tracker

    async def get_or_create_tracker(
        self, sender_id: str, max_event_history: int | None = None, append_action_listen: bool = True
    ) -> DialogueStateTracker:
        self.max_event_history = max_event_history
        return await self.retrieve(sender_id) or await self.create_tracker(sender_id, append_action_listen)

    async def stream_events(self, tracker: DialogueStateTracker) -> None:
        """Publish the events that are not stored yet, where the store was given a broker."""
        if self.event_broker is None:
            return
        stored = await self.retrieve(tracker.sender_id)
        for event in tracker.events[len(stored.events) if stored else 0 :]:
            self.event_broker.publish({"sender_id": tracker.sender_id, **event.as_dict()})

    def deserialise_tracker(self, sender_id: str, serialised_tracker: str | bytes) -> DialogueStateTracker:
        """The tracker of what `serialise_tracker` has written."""
        tracker = self.init_tracker(sender_id)
        try:
            tracker.recreate_from_dialogue(Dialogue.from_parameters(json.loads(serialised_tracker)))
        except UnicodeDecodeError as error:
            raise TrackerDeserialisationException(f"The tracker of '{sender_id}' is not JSON.") from error
        return tracker


class SerializedTrackerAsText:
    """For stores that keep a conversation as one text."""

    @staticmethod
    def serialise_tracker(tracker: DialogueStateTracker) -> str:
        return json.dumps(tracker.as_dialogue().as_dict())


class SerializedTrackerAsDict:
    """For stores that keep a conversation as one document."""

    @staticmethod
    def serialise_tracker(tracker: DialogueStateTracker) -> dict[str, Any]:
        return {**tracker.as_dialogue().as_dict(), "sender_id": tracker.sender_id}


class InMemoryTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Keeps conversations in `store`, as text."""

    def __init__(self, domain: Domain | None, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        self.store: dict[str, str] = {}
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        self.store[tracker.sender_id] = self.serialise_tracker(tracker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        tracker = await self.retrieve_full_tracker(sender_id)
        return get_trackers_for_conversation_sessions(tracker)[-1] if tracker else None

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        stored = self.store.get(conversation_id)
        return self.deserialise_tracker(conversation_id, stored) if stored else None

    async def keys(self) -> Iterable[str]:
        return self.store.keys()


__all__ = [
    "InMemoryTrackerStore",
    "SerializedTrackerAsDict",
    "SerializedTrackerAsText",
    "TrackerDeserialisationException",
    "TrackerStore",
]
