"""Stories and rules as data: what a person wrote, step by step, with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import Where
from bot.message import Entity

ANY_VALUE = "__any_value__"  # `slot_was_set: [name]` without a value


@dataclass(frozen=True, slots=True)
class UserStep:
    """`intent:`, with `entities:`; `user:` text in tests and end-to-end stories (then `intent` may be None)."""

    intent: str | None
    entities: tuple[Entity, ...] = ()
    text: str | None = None
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class ActionStep:
    """`action: name`, or `bot: text` of an end-to-end story (then `name` is None)."""

    name: str | None
    text: str | None = None
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class SlotStep:
    """One slot of `slot_was_set`; `value` is ANY_VALUE for a bare name."""

    name: str
    value: Any = ANY_VALUE
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class LoopStep:
    """`active_loop: name`, None for `active_loop: null`."""

    name: str | None
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class CheckpointStep:
    name: str
    conditions: tuple[SlotStep, ...] = ()
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class OrStep:
    """`or:` between user messages or between slot values."""

    options: tuple[UserStep | SlotStep, ...]
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class DatabaseCheck:
    """Rows of `table` whose columns equal `where`: at least one, or exactly `count`, and each has the values `has`."""

    table: str
    where: Mapping[str, Any] = field(default_factory=dict)
    has: Mapping[str, Any] = field(default_factory=dict)
    count: int | None = None


@dataclass(frozen=True, slots=True)
class CheckStep:
    """In test stories only, and ours: what the replies since the last user message say, and what the database holds.

    Of each tuple in `reply_contains` one text at least must be in the replies; none of `reply_lacks` may be.
    """

    reply_contains: tuple[tuple[str, ...], ...] = ()
    reply_lacks: tuple[str, ...] = ()
    database: tuple[DatabaseCheck, ...] = ()
    where: Where | None = None


Step = UserStep | ActionStep | SlotStep | LoopStep | CheckpointStep | OrStep | CheckStep


@dataclass(frozen=True, slots=True)
class Story:
    name: str
    steps: tuple[Step, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. `condition` holds SlotStep and LoopStep; a value of None there means "must not be set"."""

    name: str
    steps: tuple[Step, ...]
    condition: tuple[SlotStep | LoopStep, ...] = ()
    conversation_start: bool = False
    wait_for_user_input: bool = True
    metadata: Mapping[str, Any] = field(default_factory=dict)
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class StoryData:
    stories: tuple[Story, ...] = ()
    rules: tuple[Rule, ...] = ()
