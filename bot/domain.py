"""The domain: what the assistant can know, do and say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bot.errors import UsageError, Where, did_you_mean
from bot.slots import REQUESTED_SLOT, SESSION_STARTED_METADATA, Slot

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
ACTION_VALIDATE_SLOT_MAPPINGS = "action_validate_slot_mappings"
RULE_SNIPPET_ACTION = "..."
KNOWLEDGE_BASE_ACTION = "action_query_knowledge_base"
UTTER_PREFIX = "utter_"

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
    RULE_SNIPPET_ACTION,
    ACTION_EXTRACT_SLOTS,
)
DEFAULT_INTENTS = ("restart", "back", "out_of_scope", "session_start", "nlu_fallback")
KNOWLEDGE_BASE_SLOTS = (
    "knowledge_base_listed_objects",
    "knowledge_base_last_object",
    "knowledge_base_last_object_type",
)


@dataclass(frozen=True, slots=True)
class IntentProperties:
    """Which entities count when this intent is featurised: None for all that influence the conversation.

    `ignore_entities` that are written out (`ignore_given`) replace the default of ignoring those entities that have
    `influence_conversation: false`.
    """

    use_entities: tuple[str, ...] | None = None
    ignore_entities: tuple[str, ...] = ()
    ignore_given: bool = field(default=False, kw_only=True)
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

    @cached_property
    def retrieval_intents(self) -> frozenset[str]:
        """Intents such as `faq`, whose responses `utter_faq/KEY` are picked by a response selector."""
        named = (name.removeprefix(UTTER_PREFIX).split("/", 1)[0] for name in self.responses if "/" in name)
        return frozenset(named)

    @cached_property
    def all_slots(self) -> Mapping[str, Slot]:
        """The declared slots, and those that every assistant has."""
        slots = dict(self.slots)
        if self.forms:
            slots.setdefault(REQUESTED_SLOT, Slot(REQUESTED_SLOT, influence_conversation=False))
        if KNOWLEDGE_BASE_ACTION in self.actions:
            for name in KNOWLEDGE_BASE_SLOTS:
                slots.setdefault(name, Slot(name, influence_conversation=False))
        slots[SESSION_STARTED_METADATA] = Slot(SESSION_STARTED_METADATA, type="any", influence_conversation=False)
        return slots

    @cached_property
    def initial_slots(self) -> Mapping[str, Any]:
        """The value of each slot when a conversation starts."""
        return {name: slot.initial_value for name, slot in self.all_slots.items()}

    @cached_property
    def featurised_slots(self) -> tuple[Slot, ...]:
        """The slots that policies see."""
        return tuple(slot for slot in self.all_slots.values() if slot.features(slot.initial_value))

    @cached_property
    def all_intents(self) -> Mapping[str, IntentProperties]:
        """The declared intents, and the default ones."""
        return dict(self.intents) | {name: IntentProperties() for name in DEFAULT_INTENTS if name not in self.intents}

    @cached_property
    def user_actions(self) -> tuple[str, ...]:
        """The declared actions and the responses, which are actions too; without forms."""
        return tuple(dict.fromkeys([*self.actions, *sorted(self.responses)]))

    @cached_property
    def action_names(self) -> tuple[str, ...]:
        """All actions in Rasa's order; the place of an action is its index in a prediction."""
        users = [name for name in self.user_actions if name not in DEFAULT_ACTIONS]
        forms = [name for name in self.forms if name not in self.actions]
        return tuple(dict.fromkeys([*DEFAULT_ACTIONS, *users, *forms, *self.e2e_actions]))

    @cached_property
    def _action_indices(self) -> Mapping[str, int]:
        return {name: index for index, name in enumerate(self.action_names)}

    def has_action(self, name: str) -> bool:
        return name in self._action_indices

    def action_index(self, name: str) -> int:
        """The index of an action in a prediction; raises UsageError when there is no such action."""
        index = self._action_indices.get(name)
        if index is None:
            raise UsageError(f"The domain has no action '{name}'. {did_you_mean(name, self.action_names)}".rstrip())
        return index

    def overrides_default(self, name: str) -> bool:
        """Whether the project has its own version of a default action."""
        return name in self.actions or name in self.responses or name in self.forms

    def required_slots(self, form: str) -> tuple[str, ...]:
        return self.forms[form].required_slots if form in self.forms else ()

    def needs_domain(self, action: str) -> bool:
        """Whether the action gets the domain even when the action server is given it selectively."""
        properties = self.actions.get(action)
        return properties is not None and (properties.send_domain or action.startswith("validate_"))

    @cached_property
    def _used_entities(self) -> Mapping[str, frozenset[str]]:
        return {name: self._entities_used_by(properties) for name, properties in self.all_intents.items()}

    def _entities_used_by(self, intent: IntentProperties) -> frozenset[str]:
        silent = {name for name, properties in self.entities.items() if not properties.influence_conversation}
        used = set(self.entities) - silent if intent.use_entities is None else set(intent.use_entities)
        ignored = set(intent.ignore_entities) or silent
        return frozenset(self._with_roles_and_groups(used) - self._with_roles_and_groups(ignored))

    def _with_roles_and_groups(self, names: Iterable[str]) -> set[str]:
        labels = set(names)
        for name in tuple(labels):
            properties = self.entities.get(name)
            if properties is not None:
                labels.update(f"{name}#{label}" for label in (*properties.roles, *properties.groups))
        return labels

    def entity_features(self, intent: str | None, entities: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
        """The names of the entities (`city`, `city#from` for roles and groups) that count with this intent, sorted."""
        labels = set()
        for entity in entities:
            name = entity.get("entity")
            labels.add(name)
            labels.update(f"{name}#{entity[key]}" for key in ("role", "group") if key in entity)
        used = self._used_entities.get(intent or "")
        return tuple(sorted(label for label in labels if label and (used is None or label in used)))

    def slots_for_entities(self, entities: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """The slots that the entities of a story's user step set, as Rasa does while it reads stories."""
        if not self.store_entities_as_slots:
            return {}
        entities = list(entities)
        filled: dict[str, Any] = {}
        for slot in self.all_slots.values() if entities else ():
            values = [
                entity.get("value")
                for mapping in slot.mappings
                if mapping.type == "from_entity"
                and not (mapping.conditions and mapping.conditions[0].active_loop is not None)
                for entity in entities
                if matches_entity(entity, mapping.entity, mapping.role, mapping.group)
            ]
            if values:
                filled[slot.name] = values if slot.type == "list" else values[-1]
        return filled


def matches_entity(entity: Mapping[str, Any], name: str | None, role: str | None, group: str | None) -> bool:
    """Whether an entity has exactly this type, role and group."""
    return entity.get("entity") == name and entity.get("role") == role and entity.get("group") == group
