"""DialogueStateTracker: a conversation as custom code reads and writes it, over a tracker of this framework."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.compat.api.constants import ACTION_LISTEN_NAME
from bot.compat.api.domain import Domain
from bot.compat.api.events import BotUttered, Event, UserUttered, deserialise_events
from bot.compat.api.slots import DomainSlot
from bot.domain import Domain as OwnDomain
from bot.policies.states import RuleOnly, StoryStates, featurise
from bot.tracker import ConversationState, EventVerbosity
from bot.tracker import Tracker as OwnTracker


@dataclass
class TrackerActiveLoop:
    """The loop that is active."""

    name: str | None
    is_interrupted: bool
    rejected: bool
    trigger_message: dict[str, Any] | None


class Dialogue:
    """A conversation's name and events: how tracker stores write it."""

    def __init__(self, name: str, events: list[Event]) -> None:
        self.name = name
        self.events = events

    def as_dict(self) -> dict[str, Any]:
        return {"events": [event.as_dict() for event in self.events], "name": self.name}

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> Dialogue:
        return cls(parameters.get("name", ""), deserialise_events(parameters.get("events", [])))


class DialogueStateTracker:
    """`slots` are those of the domain; without them, the slots of the events."""

    def __init__(
        self,
        sender_id: str,
        slots: Iterable[DomainSlot] | None,
        max_event_history: int | None = None,
        sender_source: str | None = None,
        is_rule_tracker: bool = False,
    ) -> None:
        declared = {slot.name: slot.declared for slot in slots or ()}
        self.own = OwnTracker(sender_id, OwnDomain(slots=declared))
        self.sender_source = sender_source
        self.is_rule_tracker = is_rule_tracker
        self.is_augmented = False
        self._events: list[Event] = []

    @classmethod
    def around(cls, own: OwnTracker, *, is_rule: bool = False, is_augmented: bool = False) -> DialogueStateTracker:
        """A view of a tracker; what is updated here is updated there."""
        tracker = cls(own.sender_id, None, is_rule_tracker=is_rule)
        tracker.own, tracker.is_augmented = own, is_augmented
        return tracker

    @classmethod
    def from_events(
        cls,
        sender_id: str,
        evts: Iterable[Event],
        slots: Iterable[DomainSlot] | None = None,
        max_event_history: int | None = None,
        sender_source: str | None = None,
        domain: Domain | None = None,
    ) -> DialogueStateTracker:
        tracker = cls(sender_id, slots if slots is not None or domain is None else domain.slots)
        for event in evts:
            tracker.update(event)
        return tracker

    @classmethod
    def from_dict(
        cls,
        sender_id: str,
        events_as_dict: Iterable[Mapping[str, Any]],
        slots: Iterable[DomainSlot] | None = None,
        max_event_history: int | None = None,
    ) -> DialogueStateTracker:
        """A tracker of stored events."""
        return cls.from_events(sender_id, deserialise_events(events_as_dict), slots, max_event_history)

    # -- changing ------------------------------------------------------------------------------------------------------

    def update(self, event: Event, domain: Domain | None = None) -> None:
        self.own.update(event.as_own())

    def update_with_events(
        self, new_events: Iterable[Event], domain: Domain | None = None, override_timestamp: bool = True
    ) -> None:
        for event in new_events:
            self.own.update(event.as_own(), now=override_timestamp)

    def recreate_from_dialogue(self, dialogue: Dialogue) -> None:
        """Make the dialogue's events those of this tracker."""
        self.own = OwnTracker(self.own.sender_id, self.own.domain)
        self._events = []
        for event in dialogue.events:
            self.update(event)

    def copy(self) -> DialogueStateTracker:
        return DialogueStateTracker.around(
            self.own.branch(), is_rule=self.is_rule_tracker, is_augmented=self.is_augmented
        )

    # -- events --------------------------------------------------------------------------------------------------------

    @property
    def events(self) -> list[Event]:
        """All events, oldest first; each is made once."""
        known = self._events
        if len(known) > len(self.own.events):  # some have been taken back
            known = self._events = []
        shapes = self.own.event_dicts(EventVerbosity.ALL) or []
        known += deserialise_events(shapes[len(known) :])
        return known

    def applied_events(self) -> list[Event]:
        return deserialise_events(event.as_dict() for event in self.own.applied_events())

    def events_after_latest_restart(self) -> list[Event]:
        return deserialise_events(event.as_dict() for event in self.own.events_after_restart())

    def get_last_event_for(
        self,
        event_type: type[Event] | tuple[type[Event], ...],
        action_names_to_exclude: list[str] | None = None,
        skip: int = 0,
        event_verbosity: EventVerbosity = EventVerbosity.APPLIED,
    ) -> Event | None:
        """The latest event of a type, or an earlier one when some are to be skipped."""
        excluded = action_names_to_exclude or []
        events = self.applied_events() if event_verbosity is EventVerbosity.APPLIED else self.events
        found = [
            event
            for event in reversed(events)
            if isinstance(event, event_type) and getattr(event, "action_name", None) not in excluded
        ]
        return found[skip] if len(found) > skip else None

    def as_dialogue(self) -> Dialogue:
        return Dialogue(self.sender_id, self.events)

    # -- state ---------------------------------------------------------------------------------------------------------

    @property
    def sender_id(self) -> str:
        return self.own.sender_id

    @property
    def slots(self) -> dict[str, DomainSlot]:
        declared, values = self.own.domain.all_slots, self.own.slots
        return {name: DomainSlot(slot, values.get(name)) for name, slot in declared.items()}

    def get_slot(self, key: str) -> Any:
        return self.own.get_slot(key)

    def current_slot_values(self) -> dict[str, Any]:
        return dict(self.own.slots)

    @property
    def latest_message(self) -> UserUttered | None:
        message = self.own.latest_message
        if message.is_empty and message.timestamp is None:
            return None
        event = UserUttered.from_json(message.as_dict())
        event.entities = [dict(entity) for entity in message.entities]
        return event

    @property
    def latest_bot_utterance(self) -> BotUttered | None:
        found = next((step.event for step in self.own.steps_back() if step.event.type_name == "bot"), None)
        return None if found is None else BotUttered(**{k: v for k, v in found.as_dict().items() if k != "event"})

    def get_latest_entity_values(
        self, entity_type: str, entity_role: str | None = None, entity_group: str | None = None
    ) -> Iterable[Any]:
        return iter(self.own.latest_entity_values(entity_type, entity_role, entity_group))

    def get_latest_input_channel(self) -> str | None:
        return self.own.latest_input_channel

    @property
    def latest_action(self) -> dict[str, Any] | None:
        return self.own.state.latest_action_dict()

    @property
    def latest_action_name(self) -> str | None:
        return self.own.latest_action_name

    @property
    def followup_action(self) -> str | None:
        return self.own.followup_action

    @property
    def active_loop(self) -> TrackerActiveLoop | None:
        loop = self.own.active_loop
        return None if loop is None else TrackerActiveLoop(**loop.as_dict())

    @property
    def active_loop_name(self) -> str | None:
        return self.own.active_loop_name

    def is_paused(self) -> bool:
        return self.own.is_paused

    def past_states(
        self,
        domain: Domain,
        omit_unset_slots: bool = False,
        ignore_rule_only_turns: bool = False,
        rule_only_data: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """The states that policies see, one before each action and the current one, in Rasa's shape."""
        if not ignore_rule_only_turns:
            return [
                featurise(state, domain.own, omit_unset_slots=omit_unset_slots, keep_text=True).as_dict()
                for state in self._states()
            ]
        rules = rule_only_data or {}
        only = RuleOnly(frozenset(rules.get("rule_only_slots", ())), frozenset(rules.get("rule_only_loops", ())))
        return [state.as_dict() for state in StoryStates(domain.own, only).recent(self.own, None)]

    def _states(self) -> list[ConversationState]:
        """The conversation before each action that counts, and now; oldest first."""
        steps = [step for step in self.own.steps_back() if step.event.type_name == "action"]
        before = [step.parent.state if step.parent else self.own.initial_state for step in reversed(steps)]
        return [*before, self.own.top.state if self.own.top else self.own.initial_state]

    def current_state(self, event_verbosity: EventVerbosity = EventVerbosity.NONE) -> dict[str, Any]:
        """The tracker's JSON."""
        return self.own.as_dict(event_verbosity)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, DialogueStateTracker)
            and self.sender_id == other.sender_id
            and self.own.events == other.own.events
        )

    __hash__ = None  # type: ignore[assignment]


TrackerWithCachedStates = DialogueStateTracker


def get_trackers_for_conversation_sessions(tracker: DialogueStateTracker) -> list[DialogueStateTracker]:
    """A tracker for each session of a conversation."""
    own = tracker.own
    return [
        DialogueStateTracker.around(OwnTracker.from_events(own.sender_id, events, own.domain))
        for events in own.sessions()
    ]


__all__ = [
    "ACTION_LISTEN_NAME",
    "Dialogue",
    "DialogueStateTracker",
    "EventVerbosity",
    "TrackerActiveLoop",
    "TrackerWithCachedStates",
    "get_trackers_for_conversation_sessions",
]
