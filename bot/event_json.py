"""Events from their JSON."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from bot.errors import did_you_mean
from bot.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AgentUttered,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    Restarted,
    SessionEnded,
    SessionStarted,
    SlotSet,
    StoryExported,
    UserFeaturization,
    UserUtteranceReverted,
    UserUttered,
)

_KINDS: tuple[type[Event], ...] = (
    UserUttered,
    BotUttered,
    AgentUttered,
    UserFeaturization,
    EntitiesAdded,
    SlotSet,
    AllSlotsReset,
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    LoopInterrupted,
    FollowupAction,
    Restarted,
    SessionStarted,
    SessionEnded,
    UserUtteranceReverted,
    ActionReverted,
    ConversationPaused,
    ConversationResumed,
    StoryExported,
    ReminderScheduled,
    ReminderCancelled,
)
EVENT_TYPES: dict[str, type[Event]] = {kind.type_name: kind for kind in _KINDS}


def event_from_dict(shape: Mapping[str, Any]) -> Event:
    """The event of its JSON. Raises ValueError for a name that is no event's."""
    name = shape.get("event", "")
    common: dict[str, Any] = {"timestamp": shape.get("timestamp"), "metadata": shape.get("metadata") or {}}
    if name == "user":
        parse_data = shape.get("parse_data") or {}
        channel, message_id = shape.get("input_channel"), shape.get("message_id")
        return UserUttered.of(shape.get("text"), parse_data, input_channel=channel, message_id=message_id, **common)
    if name == "form":  # Rasa before 2.0
        return ActiveLoop(name=shape.get("name"), **common)
    if name == "form_validation":
        return LoopInterrupted(is_interrupted=not shape.get("validate", True), **common)
    if name == "entities":
        return EntitiesAdded(entities=tuple(shape.get("entities") or ()), **common)
    kind = EVENT_TYPES.get(name)
    if kind is None:
        raise ValueError(f"There is no event '{name}'. {did_you_mean(name, EVENT_TYPES)}".rstrip())
    given = {key: shape[key] for key in kind.json_fields if shape.get(key) is not None}
    if kind is ReminderScheduled:
        given.setdefault("name", uuid.uuid4().hex)  # it must be possible to tell two reminders apart
    return kind(**given, **common)


def events_from_dicts(shapes: Iterable[Mapping[str, Any]]) -> list[Event]:
    """The events of a list of JSON objects; those that are not events (have no key `event`) are left out, as Rasa does."""
    return [event_from_dict(shape) for shape in shapes if "event" in shape]
