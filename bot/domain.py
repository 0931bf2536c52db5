"""The domain: what the assistant can know, do and say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import Where
from bot.slots import Slot

ACTION_LISTEN = "action_listen"
ACTION_RESTART = "action_restart"
ACTION_SESSION_START = "action_session_start"
ACTION_DEFAULT_FALLBACK = "action_default_fallback"
ACTION_DEACTIVATE_LOOP = "action_deactivate_loop"
ACTION_REVERT_FALLBACK_EVENTS = "action_revert_fallback_events"
ACTION_DEFAULT_ASK_AFFIRMATION = "action_default_ask_affirmation"
ACTION_DEFAULT_ASK_REPHRASE = "action_default_ask_rephrase"
ACTION_TWO_STAGE_FALLBACK = "action_two_stage_fallback"
ACTION_UNLIKELY_INTENT = "action_unlikely_intent"
ACTION_BACK = "action_back"
ACTION_EXTRACT_SLOTS = "action_extract_slots"
ACTION_SEND_TEXT = "action_send_text"
ACTION_VALIDATE_SLOT_MAPPINGS = "action_validate_slot_mappings"
RULE_SNIPPET_ACTION = "..."

# In Rasa's order: their position is their index in a prediction.
DEFAULT_ACTIONS = (
    ACTION_LISTEN,
    ACTION_RESTART,
    ACTION_SESSION_START,
    ACTION_DEFAULT_FALLBACK,
    ACTION_DEACTIVATE_LOOP,
    ACTION_REVERT_FALLBACK_EVENTS,
    ACTION_DEFAULT_ASK_AFFIRMATION,
    ACTION_DEFAULT_ASK_REPHRASE,
    ACTION_TWO_STAGE_FALLBACK,
    ACTION_UNLIKELY_INTENT,
    ACTION_BACK,
    ACTION_EXTRACT_SLOTS,
    ACTION_SEND_TEXT,
    RULE_SNIPPET_ACTION,
)
DEFAULT_INTENTS = ("restart", "back", "out_of_scope", "session_start", "nlu_fallback")


@dataclass(frozen=True, slots=True)
class IntentProperties:
    """Which entities count when this intent is featurised: None for all that influence the conversation."""

    use_entities: tuple[str, ...] | None = None
    ignore_entities: tuple[str, ...] = ()
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class EntityProperties:
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    influence_conversation: bool = True
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    required_slots: tuple[str, ...] = ()
    ignored_intents: tuple[str, ...] = ()
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class ResponseCondition:
    slot: str
    value: Any


@dataclass(frozen=True, slots=True)
class ResponseVariation:
    """One way to say a response.

    `rephrase` (from `metadata: {rephrase: true}`) marks it for the GPT. `list_of`/`list_text` (from our key
    `list: {of: FACT, text: LINE}`) append one line for each row of a fact that is a list of rows.
    """

    text: str | None = None
    id: str | None = None
    channel: str | None = None
    conditions: tuple[ResponseCondition, ...] = ()
    buttons: tuple[Mapping[str, Any], ...] = ()
    quick_replies: tuple[Mapping[str, Any], ...] = ()
    elements: tuple[Mapping[str, Any], ...] = ()
    image: str | None = None
    attachment: Any = None
    custom: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    list_of: str | None = None
    list_text: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    where: Where | None = None

    @property
    def rephrase(self) -> bool:
        return bool(self.metadata.get("rephrase"))


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """`expiration_minutes` 0 means that sessions never expire."""

    expiration_minutes: float = 60.0
    carry_over_slots: bool = True


@dataclass(frozen=True, slots=True)
class ActionProperties:
    """`writes`, `confirm` and such are ours; see docs. `send_domain` is Rasa's selective domain."""

    send_domain: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    where: Where | None = None


@dataclass(frozen=True)
class Domain:
    """A whole domain, merged from its files. Mappings keep the order in which names were declared."""

    intents: Mapping[str, IntentProperties] = field(default_factory=dict)
    entities: Mapping[str, EntityProperties] = field(default_factory=dict)
    slots: Mapping[str, Slot] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    responses: Mapping[str, tuple[ResponseVariation, ...]] = field(default_factory=dict)
    actions: Mapping[str, ActionProperties] = field(default_factory=dict)
    e2e_actions: tuple[str, ...] = ()
    session: SessionConfig = SessionConfig()
    store_entities_as_slots: bool = True
