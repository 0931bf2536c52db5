"""Slots: what the assistant remembers, how each becomes features, and how each is filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import registry
from bot.errors import Where

TYPES = ("text", "bool", "float", "categorical", "list", "any")
MAPPING_TYPES = (
    "from_entity",
    "from_intent",
    "from_trigger_intent",
    "from_text",
    "from_language",
    "from_state",
    "custom",
)
OTHER = "__other__"

REQUESTED_SLOT = "requested_slot"
SESSION_STARTED_METADATA = "session_started_metadata"


@dataclass(frozen=True, slots=True)
class MappingCondition:
    """One of a mapping's `conditions`. `active_loop` None means that no loop may be active."""

    active_loop: str | None
    requested_slot: str | None = None


@dataclass(frozen=True, slots=True)
class SlotMapping:
    """One way to fill a slot; the first of a slot's mappings that gives a value wins.

    Two are ours. `from_language`: the slot takes the language of the customer's message when the message shows one.
    `from_state`: it takes what a trained state tracker finds (see `bot.nlu.state_tracker`).
    """

    type: str
    entity: str | None = None
    role: str | None = None
    group: str | None = None
    intents: tuple[str, ...] = ()
    not_intents: tuple[str, ...] = ()
    value: Any = None
    action: str | None = None
    conditions: tuple[MappingCondition, ...] = ()
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of the domain. `values` are those of a categorical slot; `type` may be a dotted class path."""

    name: str
    type: str = "text"
    initial_value: Any = None
    influence_conversation: bool = True
    mappings: tuple[SlotMapping, ...] = ()
    values: tuple[str, ...] = ()
    min_value: float = 0.0
    max_value: float = 1.0
    extra: Mapping[str, Any] = field(default_factory=dict)
    where: Where | None = None

    def features(self, value: Any) -> tuple[float, ...]:
        """The features that policies see, as Rasa defines them for each type; () when the slot has no influence."""
        if not self.influence_conversation:
            return ()
        match self.type:
            case "text":
                return (1.0 if value is not None else 0.0,)
            case "list":
                return (1.0 if value else 0.0,)
            case "bool":
                truth = _truth(value)
                return (0.0, 0.0) if truth is None else (1.0, 1.0 if truth else 0.0)
            case "float":
                return self._float_features(value)
            case "categorical":
                return self._categorical_features(value)
            case "any":
                return ()
            case _:
                return self._own_features(value)

    def _own_features(self, value: Any) -> tuple[float, ...]:
        """Those of a type of the project's own, which is registered when the project is loaded."""
        try:
            found: tuple[float, ...] = registry.get("slot", self.type).features(self, value)
        except KeyError:
            return ()
        return found

    def _float_features(self, value: Any) -> tuple[float, ...]:
        try:
            number = max(self.min_value, min(self.max_value, float(value)))
        except (TypeError, ValueError):
            return (0.0, 0.0)
        span = abs(self.max_value - self.min_value)
        return (1.0, (number - self.min_value) / span if span > 0 else 0.0)

    def _categorical_features(self, value: Any) -> tuple[float, ...]:
        values = [*self.values, *([] if OTHER in self.values else [OTHER])]
        if value is None:
            return tuple(0.0 for _ in values)
        text = str(value).lower()
        chosen = text if text in values else OTHER
        return tuple(1.0 if candidate == chosen else 0.0 for candidate in values)


def _truth(value: Any) -> bool | None:
    """What Rasa takes a value for: numbers are true when they are 1; None for what is neither true nor false."""
    if isinstance(value, bool | int | float):
        return value == 1
    if not isinstance(value, str):
        return None
    if value.isnumeric():
        return float(value) == 1.0
    return {"true": True, "false": False}.get(value.strip().lower())
