"""Events with Rasa's constructors and attributes. Each has the same JSON as its counterpart in `bot.events`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from bot import events as own
from bot.event_json import event_from_dict

Metadata = dict[str, Any] | None


class Event:
    """`keys` are the attributes that have another name in the JSON. Equal events say the same at whatever time."""

    type_name: ClassVar[str] = ""
    keys: ClassVar[Mapping[str, str]] = {}
    timestamp: float | None
    metadata: Metadata

    def as_dict(self) -> dict[str, Any]:
        return self.as_own().as_dict()

    def as_own(self) -> own.Event:
        """The event of this framework."""
        said = {self.keys.get(name, name): value for name, value in vars(self).items()}
        return event_from_dict({"event": self.type_name, **said})

    @staticmethod
    def from_parameters(parameters: Mapping[str, Any], default: type[Event] | None = None) -> Event | None:
        """The event of its JSON; None for a name that is no event's."""
        kind = _KINDS.get(parameters.get("event", ""), default)
        return kind.from_json(parameters) if kind is not None else None

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> Event:
        names = {cls.keys.get(name, name): name for name in cls.__dataclass_fields__}  # type: ignore[attr-defined]
        event: Event = cls(**{name: shape[key] for key, name in names.items() if key in shape})
        return event

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Event) and self.as_own() == other.as_own()

    def __hash__(self) -> int:
        return hash(self.type_name)


@dataclass(eq=False)
class UserUttered(Event):
    type_name: ClassVar[str] = "user"

    text: str | None = None
    intent: dict[str, Any] = field(default_factory=dict)
    entities: list[dict[str, Any]] = field(default_factory=list)
    parse_data: dict[str, Any] = field(default_factory=dict)
    timestamp: float | None = None
    input_channel: str | None = None
    message_id: str | None = None
    metadata: Metadata = None
    use_text_for_featurization: bool | None = None

    def __post_init__(self) -> None:
        self.intent = self.intent or self.parse_data.get("intent") or {}
        self.entities = self.entities or list(self.parse_data.get("entities") or ())
        says = {"text": self.text, "intent": self.intent, "entities": self.entities}
        self.parse_data = {**says, "message_id": self.message_id, "metadata": self.metadata or {}, **self.parse_data}

    @property
    def intent_name(self) -> str | None:
        return self.intent.get("name")

    @property
    def full_retrieval_intent_name(self) -> str | None:
        return self.intent.get("full_retrieval_intent_name")

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> UserUttered:
        said: dict[str, Any] = {name: shape.get(name) for name in ("text", "input_channel", "message_id")}
        metadata, timestamp = shape.get("metadata"), shape.get("timestamp")
        return cls(**said, parse_data=dict(shape.get("parse_data") or {}), metadata=metadata, timestamp=timestamp)


@dataclass(eq=False)
class BotUttered(Event):
    type_name: ClassVar[str] = "bot"

    text: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    metadata: Metadata = None
    timestamp: float | None = None


@dataclass(eq=False)
class SlotSet(Event):
    type_name: ClassVar[str] = "slot"
    keys: ClassVar[Mapping[str, str]] = {"key": "name"}

    key: str
    value: Any = None
    timestamp: float | None = None
    metadata: Metadata = None


@dataclass(eq=False)
class ActionExecuted(Event):
    type_name: ClassVar[str] = "action"
    keys: ClassVar[Mapping[str, str]] = {"action_name": "name"}

    action_name: str | None = None
    policy: str | None = None
    confidence: float | None = None
    timestamp: float | None = None
    metadata: Metadata = None
    action_text: str | None = None
    hide_rule_turn: bool = False


@dataclass(eq=False)
class ActionExecutionRejected(Event):
    type_name: ClassVar[str] = "action_execution_rejected"
    keys: ClassVar[Mapping[str, str]] = {"action_name": "name"}

    action_name: str
    policy: str | None = None
    confidence: float | None = None
    timestamp: float | None = None
    metadata: Metadata = None


@dataclass(eq=False)
class ActiveLoop(Event):
    type_name: ClassVar[str] = "active_loop"

    name: str | None = None
    timestamp: float | None = None
    metadata: Metadata = None


@dataclass(eq=False)
class LoopInterrupted(Event):
    type_name: ClassVar[str] = "loop_interrupted"

    is_interrupted: bool = False
    timestamp: float | None = None
    metadata: Metadata = None


@dataclass(eq=False)
class FollowupAction(Event):
    type_name: ClassVar[str] = "followup"

    name: str
    timestamp: float | None = None
    metadata: Metadata = None


@dataclass(eq=False)
class EntitiesAdded(Event):
    type_name: ClassVar[str] = "entities"

    entities: list[dict[str, Any]]
    timestamp: float | None = None
    metadata: Metadata = None


@dataclass(eq=False)
class DefinePrevUserUtteredFeaturization(Event):
    type_name: ClassVar[str] = "user_featurization"

    use_text_for_featurization: bool | None
    timestamp: float | None = None
    metadata: Metadata = None


@dataclass(eq=False)
class AgentUttered(Event):
    type_name: ClassVar[str] = "agent"

    text: str | None = None
    data: Any = None
    timestamp: float | None = None
    metadata: Metadata = None


@dataclass(eq=False)
class ReminderScheduled(Event):
    type_name: ClassVar[str] = "reminder"
    keys: ClassVar[Mapping[str, str]] = {
        "trigger_date_time": "date_time",
        "kill_on_user_message": "kill_on_user_msg",
    }

    intent: str
    trigger_date_time: Any = None
    entities: Any = None
    name: str | None = None
    kill_on_user_message: bool = True
    timestamp: float | None = None
    metadata: Metadata = None

    def __post_init__(self) -> None:
        self.name = self.name or uuid.uuid4().hex
        if isinstance(self.trigger_date_time, datetime):
            self.trigger_date_time = self.trigger_date_time.isoformat()


@dataclass(eq=False)
class ReminderCancelled(Event):
    type_name: ClassVar[str] = "cancel_reminder"

    name: str | None = None
    intent: str | None = None
    entities: Any = None
    timestamp: float | None = None
    metadata: Metadata = None


@dataclass(eq=False)
class _Bare(Event):
    """An event that says nothing but its name."""

    timestamp: float | None = None
    metadata: Metadata = None


class Restarted(_Bare):
    type_name = "restart"


class SessionStarted(_Bare):
    type_name = "session_started"


class AllSlotsReset(_Bare):
    type_name = "reset_slots"


class UserUtteranceReverted(_Bare):
    type_name = "rewind"


class ActionReverted(_Bare):
    type_name = "undo"


class ConversationPaused(_Bare):
    type_name = "pause"


class ConversationResumed(_Bare):
    type_name = "resume"


class StoryExported(_Bare):
    type_name = "export"


def deserialise_events(serialized_events: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Events of their JSON; what is none is left out."""
    found = (Event.from_parameters(shape) for shape in serialized_events)
    return [event for event in found if event is not None]


__all__ = [
    "ActionExecuted",
    "ActionExecutionRejected",
    "ActionReverted",
    "ActiveLoop",
    "AgentUttered",
    "AllSlotsReset",
    "BotUttered",
    "ConversationPaused",
    "ConversationResumed",
    "DefinePrevUserUtteredFeaturization",
    "EntitiesAdded",
    "Event",
    "FollowupAction",
    "LoopInterrupted",
    "ReminderCancelled",
    "ReminderScheduled",
    "Restarted",
    "SessionStarted",
    "SlotSet",
    "StoryExported",
    "UserUtteranceReverted",
    "UserUttered",
    "deserialise_events",
]
_KINDS: dict[str, type[Event]] = {
    kind.type_name: kind
    for kind in tuple(globals().values())
    if isinstance(kind, type) and issubclass(kind, Event) and kind.type_name
}
