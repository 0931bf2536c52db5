"""Events: the immutable facts of a conversation, with Rasa's names and JSON shapes.

The field names are the JSON keys. `timestamp` is seconds since the epoch; None means "now" and is filled in by
the tracker that takes the event up. Source: `rasa/shared/core/events.py` of Rasa 3.6.21.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from bot.message import Entity, Message, Reply, Understanding

EXTERNAL_MESSAGE_PREFIX = "EXTERNAL: "
IS_EXTERNAL = "is_external"
# Beside the intent `faq`: which of its responses is meant, such as `faq/ask_hours`.
FULL_RETRIEVAL = "full_retrieval_intent_name"
STAMPS = frozenset({"model_id", "assistant_id"})
"""What is written into the metadata of every event, beside what belongs to the event itself."""


@dataclass(frozen=True, slots=True)
class Event:
    """What all events have. Two events are equal when they say the same, whenever they were said."""

    timestamp: float | None = field(default=None, kw_only=True, compare=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, kw_only=True, compare=False)

    type_name: ClassVar[str] = ""
    json_fields: ClassVar[tuple[str, ...]] = ()

    def as_dict(self) -> dict[str, Any]:
        """The event's JSON, as it stands in trackers, requests to action servers and Rasa's `events` table."""
        shape: dict[str, Any] = {"event": self.type_name, "timestamp": self.timestamp}
        if self.metadata:
            shape["metadata"] = dict(self.metadata)
        for name in self.json_fields:
            shape[name] = getattr(self, name)
        return shape


@dataclass(frozen=True, slots=True)
class UserUttered(Event):
    """The customer has said something.

    `parse_data` is NLU's whole answer. `entities` starts as NLU's and grows by `EntitiesAdded`. `use_text` says
    whether the text (True) or the intent (False) decided the next action; None while both could.
    """

    text: str | None = None
    parse_data: Mapping[str, Any] = field(default_factory=dict, compare=False)
    input_channel: str | None = field(default=None, compare=False)
    message_id: str | None = field(default=None, compare=False)
    entities: tuple[Mapping[str, Any], ...] = ()
    intent_name: str | None = None
    use_text: bool | None = field(default=None, compare=False)

    type_name: ClassVar[str] = "user"

    @property
    def intent(self) -> Mapping[str, Any]:
        return self.parse_data.get("intent") or {}

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.intent_name and not self.entities

    def as_dict(self) -> dict[str, Any]:
        shape = Event.as_dict(self)
        shape |= {
            "text": self.text,
            "parse_data": self.full_parse_data(),
            "input_channel": self.input_channel,
            "message_id": self.message_id,
            "metadata": dict(self.metadata),
        }
        return shape

    def full_parse_data(self) -> dict[str, Any]:
        """`parse_data` with the keys that are always there."""
        always: dict[str, Any] = {
            "intent": {},
            "entities": [],
            "text": self.text,
            "message_id": self.message_id,
            "metadata": {key: value for key, value in self.metadata.items() if key not in STAMPS},
        }
        return always | dict(self.parse_data)

    @classmethod
    def of(
        cls,
        text: str | None,
        parse_data: Mapping[str, Any],
        *,
        timestamp: float | None = None,
        metadata: Mapping[str, Any] | None = None,
        input_channel: str | None = None,
        message_id: str | None = None,
    ) -> UserUttered:
        """An event whose intent and entities are those of `parse_data`."""
        intent_name = (parse_data.get("intent") or {}).get("name")
        return cls(
            text=text,
            parse_data=parse_data,
            input_channel=input_channel,
            message_id=message_id,
            entities=tuple(parse_data.get("entities") or ()),
            intent_name=intent_name,
            use_text=True if text and not intent_name else False if intent_name and not text else None,
            timestamp=timestamp,
            metadata=metadata or {},
        )

    @classmethod
    def from_understanding(cls, message: Message, understanding: Understanding) -> UserUttered:
        """The event of a message that has been understood."""
        parse_data = understanding.as_dict()
        full = parse_data.pop(FULL_RETRIEVAL, None)
        if full:
            parse_data["intent"][FULL_RETRIEVAL] = full
        return cls.of(
            message.text,
            parse_data,
            metadata=dict(message.metadata),
            input_channel=message.input_channel,
            message_id=message.message_id or None,
        )

    @classmethod
    def external(
        cls, intent: str, entities: Iterable[Mapping[str, Any]] = (), *, input_channel: str | None = None
    ) -> UserUttered:
        """A reminder or another event from outside, which acts as if the customer had said `intent`."""
        parse_data = {"intent": {"name": intent}, "entities": list(entities)}
        text = EXTERNAL_MESSAGE_PREFIX + intent
        return cls.of(text, parse_data, input_channel=input_channel, metadata={IS_EXTERNAL: True})

    @classmethod
    def of_story(cls, intent: str | None, *, text: str | None = None, entities: Iterable[Entity] = ()) -> UserUttered:
        """A user step of a story or rule."""
        shapes = [
            {"entity": entity.entity, "value": "" if entity.value is None else entity.value}
            | ({"role": entity.role} if entity.role else {})
            | ({"group": entity.group} if entity.group else {})
            for entity in entities
        ]
        name, _, key = (intent or "").partition("/")
        shape: dict[str, Any] = {"name": name or None, "confidence": 1.0}
        if key:
            shape[FULL_RETRIEVAL] = intent
        return cls.of(text, {"intent": shape, "entities": shapes})

    def understanding(self) -> Understanding:
        """What NLU had made of it."""
        return Understanding.from_dict(self.full_parse_data())


@dataclass(frozen=True, slots=True)
class BotUttered(Event):
    """The bot has said something. `reply` is the same with its act and facts; it is not stored."""

    text: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    reply: Reply | None = field(default=None, compare=False, repr=False)

    type_name: ClassVar[str] = "bot"
    json_fields: ClassVar[tuple[str, ...]] = ("text", "data")

    def as_dict(self) -> dict[str, Any]:
        return Event.as_dict(self) | {"data": dict(self.data), "metadata": dict(self.metadata)}

    @classmethod
    def of_reply(cls, reply: Reply, *, utter_action: str | None = None, **metadata: Any) -> BotUttered:
        """The event of a reply, in the shape that Rasa gives it."""
        data = {
            "elements": [dict(element) for element in reply.elements] or None,
            "quick_replies": [dict(quick_reply) for quick_reply in reply.quick_replies] or None,
            "buttons": [dict(button) for button in reply.buttons] or None,
            # Rasa repeats the image as attachment; clients of stored events rely on it.
            "attachment": reply.attachment or reply.image,
            "image": reply.image,
            "custom": dict(reply.custom) or None,
        }
        metadata |= dict(reply.metadata)
        metadata |= {"utter_action": utter_action} if utter_action else {}
        return cls(text=reply.text, data=data, reply=reply, metadata=metadata)

    def as_reply(self) -> Reply:
        """The reply to send; rebuilt from the event when it was stored in the meantime."""
        if self.reply is not None:
            return self.reply
        image, attachment = self.data.get("image"), self.data.get("attachment")
        return Reply(
            text=self.text,
            buttons=tuple(self.data.get("buttons") or ()),
            quick_replies=tuple(self.data.get("quick_replies") or ()),
            elements=tuple(self.data.get("elements") or ()),
            image=image,
            attachment=None if attachment == image else attachment,
            custom=self.data.get("custom") or {},
            metadata={key: value for key, value in self.metadata.items() if key not in STAMPS},
            origin="stored",
        )


@dataclass(frozen=True, slots=True)
class AgentUttered(Event):
    """A human agent has said something."""

    text: str | None = None
    data: Any = None

    type_name: ClassVar[str] = "agent"
    json_fields: ClassVar[tuple[str, ...]] = ("text", "data")


@dataclass(frozen=True, slots=True)
class UserFeaturization(Event):
    """Says whether text or intent of the last message decided the action that follows."""

    use_text_for_featurization: bool | None = False

    type_name: ClassVar[str] = "user_featurization"
    json_fields: ClassVar[tuple[str, ...]] = ("use_text_for_featurization",)


@dataclass(frozen=True, slots=True)
class EntitiesAdded(Event):
    """Adds entities to the last message, found by a policy after NLU."""

    entities: tuple[Mapping[str, Any], ...] = ()

    type_name: ClassVar[str] = "entities"

    def as_dict(self) -> dict[str, Any]:
        return Event.as_dict(self) | {"entities": [dict(entity) for entity in self.entities]}


@dataclass(frozen=True, slots=True)
class SlotSet(Event):
    name: str = ""
    value: Any = None

    type_name: ClassVar[str] = "slot"
    json_fields: ClassVar[tuple[str, ...]] = ("name", "value")


@dataclass(frozen=True, slots=True)
class AllSlotsReset(Event):
    type_name: ClassVar[str] = "reset_slots"


@dataclass(frozen=True, slots=True)
class ActionExecuted(Event):
    """An action has run; `action_text` instead of `name` is the bot's text of an end-to-end story.

    `hide_rule_turn` hides the turn from policies that learn from stories alone. `unpredictable` marks, in training,
    the first action of a story, which nothing precedes.
    """

    name: str | None = None
    policy: str | None = None
    confidence: float | None = None
    action_text: str | None = None
    hide_rule_turn: bool = field(default=False, compare=False)
    unpredictable: bool = field(default=False, compare=False)

    type_name: ClassVar[str] = "action"
    json_fields: ClassVar[tuple[str, ...]] = ("name", "policy", "confidence", "action_text", "hide_rule_turn")

    def __post_init__(self) -> None:
        if self.name is None and self.action_text is None:
            raise ValueError("an executed action needs a name or, in end-to-end stories, a text")

    @property
    def name_or_text(self) -> str:
        return self.name or self.action_text or ""


@dataclass(frozen=True, slots=True)
class ActionExecutionRejected(Event):
    """An action has refused to run: the next prediction must be another one."""

    name: str = ""
    policy: str | None = field(default=None, compare=False)
    confidence: float | None = field(default=None, compare=False)

    type_name: ClassVar[str] = "action_execution_rejected"
    json_fields: ClassVar[tuple[str, ...]] = ("name", "policy", "confidence")


@dataclass(frozen=True, slots=True)
class ActiveLoop(Event):
    """A form or another loop begins (`name`) or ends (None)."""

    name: str | None = None

    type_name: ClassVar[str] = "active_loop"
    json_fields: ClassVar[tuple[str, ...]] = ("name",)


@dataclass(frozen=True, slots=True)
class LoopInterrupted(Event):
    """The loop is run again after something else was talked about: it asks, but validates nothing."""

    is_interrupted: bool = False

    type_name: ClassVar[str] = "loop_interrupted"
    json_fields: ClassVar[tuple[str, ...]] = ("is_interrupted",)


@dataclass(frozen=True, slots=True)
class FollowupAction(Event):
    """The next action is this one, whatever the policies say."""

    name: str = ""

    type_name: ClassVar[str] = "followup"
    json_fields: ClassVar[tuple[str, ...]] = ("name",)


@dataclass(frozen=True, slots=True)
class Restarted(Event):
    type_name: ClassVar[str] = "restart"


@dataclass(frozen=True, slots=True)
class SessionStarted(Event):
    type_name: ClassVar[str] = "session_started"


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """Sent by action servers newer than Rasa 3.6; it changes nothing here."""

    type_name: ClassVar[str] = "session_ended"


@dataclass(frozen=True, slots=True)
class UserUtteranceReverted(Event):
    """Takes back the last message of the customer and all that followed from it."""

    type_name: ClassVar[str] = "rewind"


@dataclass(frozen=True, slots=True)
class ActionReverted(Event):
    """Takes back the last action and what it brought about."""

    type_name: ClassVar[str] = "undo"


@dataclass(frozen=True, slots=True)
class ConversationPaused(Event):
    """The bot keeps silent, so that a human can take over."""

    type_name: ClassVar[str] = "pause"


@dataclass(frozen=True, slots=True)
class ConversationResumed(Event):
    type_name: ClassVar[str] = "resume"


@dataclass(frozen=True, slots=True)
class StoryExported(Event):
    type_name: ClassVar[str] = "export"


@dataclass(frozen=True, slots=True)
class ReminderScheduled(Event):
    """Triggers `intent` at `date_time` (ISO 8601), unless the customer writes first and `kill_on_user_msg` is set."""

    intent: str = ""
    date_time: str = ""
    entities: Any = None
    name: str | None = None
    kill_on_user_msg: bool = True

    type_name: ClassVar[str] = "reminder"
    json_fields: ClassVar[tuple[str, ...]] = ("intent", "date_time", "entities", "name", "kill_on_user_msg")


@dataclass(frozen=True, slots=True)
class ReminderCancelled(Event):
    """Cancels the reminders that match all of what is given; all reminders when nothing is given."""

    name: str | None = None
    intent: str | None = None
    entities: Any = None

    type_name: ClassVar[str] = "cancel_reminder"
    json_fields: ClassVar[tuple[str, ...]] = ("name", "intent", "entities")


def with_certain_intent(event: UserUttered) -> UserUttered:
    """The same message with its intent taken for certain, for a customer who has confirmed it."""
    intent = dict(event.intent) | {"confidence": 1.0}
    return replace(event, parse_data=dict(event.parse_data) | {"intent": intent}, timestamp=None)
