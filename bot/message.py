"""What comes in and what goes out: Message, Understanding, Reply and their parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """What a customer sent. `message_id` is the client's, so that a resend is recognised."""

    text: str
    sender_id: str = "default"
    message_id: str = ""
    input_channel: str = "cmdline"
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intent:
    name: str | None
    confidence: float = 1.0

    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "confidence": self.confidence}


@dataclass(frozen=True, slots=True)
class Entity:
    """A part of the message that means something. `start`/`end` are character offsets into the text, end exclusive."""

    entity: str
    value: Any
    start: int | None = None
    end: int | None = None
    role: str | None = None
    group: str | None = None
    extractor: str | None = None
    confidence: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Rasa's JSON shape; keys without a value are left out."""
        shape: dict[str, Any] = {"entity": self.entity, "value": self.value}
        optional = {
            "start": self.start,
            "end": self.end,
            "role": self.role,
            "group": self.group,
            "extractor": self.extractor,
            "confidence_entity": self.confidence,
        }
        shape |= {key: value for key, value in optional.items() if value is not None}
        return shape | dict(self.extra)

    @classmethod
    def from_dict(cls, shape: Mapping[str, Any]) -> Entity:
        known = {"entity", "value", "start", "end", "role", "group", "extractor", "confidence_entity"}
        return cls(
            entity=shape["entity"],
            value=shape.get("value"),
            start=shape.get("start"),
            end=shape.get("end"),
            role=shape.get("role"),
            group=shape.get("group"),
            extractor=shape.get("extractor"),
            confidence=shape.get("confidence_entity"),
            extra={key: value for key, value in shape.items() if key not in known},
        )


@dataclass(frozen=True, slots=True)
class Understanding:
    """What NLU made of a message. `language` is an ISO 639 code, None when the text does not tell ("M", "123").

    `notes` are what components leave for later ones (tokens, features); they are no part of the result.
    """

    text: str
    intent: Intent = Intent(None, 0.0)
    entities: tuple[Entity, ...] = ()
    ranking: tuple[Intent, ...] = ()
    language: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Rasa's `parse_data`."""
        shape: dict[str, Any] = {
            "text": self.text,
            "intent": self.intent.as_dict(),
            "entities": [entity.as_dict() for entity in self.entities],
            "intent_ranking": [intent.as_dict() for intent in self.ranking],
        }
        if self.language:
            shape["language"] = self.language
        return shape | dict(self.extra)

    @classmethod
    def from_dict(cls, shape: Mapping[str, Any]) -> Understanding:
        known = {"text", "intent", "entities", "intent_ranking", "language"}
        intent = shape.get("intent") or {}
        return cls(
            text=shape.get("text") or "",
            intent=Intent(intent.get("name"), float(intent.get("confidence") or 0.0)),
            entities=tuple(Entity.from_dict(entity) for entity in shape.get("entities") or ()),
            ranking=tuple(
                Intent(i.get("name"), float(i.get("confidence") or 0.0)) for i in shape.get("intent_ranking") or ()
            ),
            language=shape.get("language"),
            extra={key: value for key, value in shape.items() if key not in known},
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that may be said, and where it came from: a slot, or the action that read it from the database."""

    name: str
    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class DialogueAct:
    """What is to be said, before it is worded: the response's name and its facts."""

    name: str
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out. `origin` says who worded it (`template`, `gpt`, `action`), `why` says why it was that one."""

    text: str | None = None
    buttons: tuple[Mapping[str, Any], ...] = ()
    quick_replies: tuple[Mapping[str, Any], ...] = ()
    elements: tuple[Mapping[str, Any], ...] = ()
    image: str | None = None
    attachment: Any = None
    custom: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    act: DialogueAct | None = None
    origin: str = "template"
    why: str = ""
