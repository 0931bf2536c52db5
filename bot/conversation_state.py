"""What is true at one moment of a conversation, and how an event changes it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain import ACTION_LISTEN, ACTION_SESSION_START
from bot.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SlotSet,
    UserFeaturization,
    UserUttered,
)

logger = logging.getLogger(__name__)

# In rules and while rules are learned: "this slot or loop must not be set".
SHOULD_NOT_BE_SET = "should_not_be_set"
NO_MESSAGE = UserUttered()


@dataclass(frozen=True, slots=True)
class Loop:
    """The active form. `rejected`: it refused the last message; `is_interrupted`: something else was talked about."""

    name: str
    is_interrupted: bool = False
    rejected: bool = False
    trigger_message: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "is_interrupted": self.is_interrupted,
            "rejected": self.rejected,
            "trigger_message": self.trigger_message,
        }


@dataclass(frozen=True, slots=True)
class ConversationState:
    """An immutable state; states share what did not change between them."""

    slots: Mapping[str, Any]
    initial_slots: Mapping[str, Any]
    set_slots: frozenset[str] = frozenset()
    latest_action: str | None = None
    latest_action_text: str | None = None
    latest_message: UserUttered = field(default=NO_MESSAGE)
    active_loop: Loop | None = None
    followup_action: str | None = ACTION_LISTEN
    is_paused: bool = False

    @classmethod
    def initial(cls, slots: Mapping[str, Any]) -> ConversationState:
        return cls(slots=slots, initial_slots=slots)

    @property
    def latest_action_name(self) -> str | None:
        return self.latest_action or self.latest_action_text

    @property
    def active_loop_name(self) -> str | None:
        if self.active_loop is None or self.active_loop.name == SHOULD_NOT_BE_SET:
            return None
        return self.active_loop.name

    @property
    def is_loop_rejected(self) -> bool:
        return self.active_loop is not None and self.active_loop.rejected

    def latest_action_dict(self) -> dict[str, str]:
        if self.latest_action:
            return {"action_name": self.latest_action}
        return {"action_text": self.latest_action_text} if self.latest_action_text else {}

    def latest_message_dict(self) -> dict[str, Any]:
        """NLU's answer for the last message, with the entities that policies added."""
        return self.latest_message.full_parse_data() | {"entities": [dict(e) for e in self.latest_message.entities]}


def fold(state: ConversationState, event: Event) -> ConversationState:
    """The state after an event. Rewinds and undos, which need the history, are the tracker's."""
    change = _CHANGES.get(type(event))
    return change(state, event) if change else state


def _user(state: ConversationState, event: UserUttered) -> ConversationState:
    return replace(state, latest_message=event, followup_action=None)


def _featurization(state: ConversationState, event: UserFeaturization) -> ConversationState:
    if state.latest_action_name != ACTION_LISTEN:
        return state
    message = replace(state.latest_message, use_text=event.use_text_for_featurization)
    return replace(state, latest_message=message)


def _entities(state: ConversationState, event: EntitiesAdded) -> ConversationState:
    if state.latest_action_name != ACTION_LISTEN:
        return state
    known = list(state.latest_message.entities)
    known += [entity for entity in event.entities if entity not in known]
    return replace(state, latest_message=replace(state.latest_message, entities=tuple(known)))


def _slot(state: ConversationState, event: SlotSet) -> ConversationState:
    if event.name not in state.initial_slots:
        logger.error("Tried to set slot '%s', which the domain does not declare.", event.name)
        return state
    slots = {**state.slots, event.name: event.value}
    set_slots = state.set_slots if event.name in state.set_slots else state.set_slots | {event.name}
    return replace(state, slots=slots, set_slots=set_slots)


def _reset_slots(state: ConversationState, event: AllSlotsReset) -> ConversationState:
    return replace(state, slots=state.initial_slots, set_slots=frozenset())


def _action(state: ConversationState, event: ActionExecuted) -> ConversationState:
    loop = state.active_loop
    if state.active_loop_name and loop is not None:
        rejected = loop.rejected and event.name != loop.name
        loop = Loop(loop.name, False, rejected, loop.trigger_message)
    text = None if event.name else event.action_text
    return replace(state, latest_action=event.name, latest_action_text=text, active_loop=loop, followup_action=None)


def _rejected(state: ConversationState, event: ActionExecutionRejected) -> ConversationState:
    if state.active_loop is None or event.name != state.active_loop_name:
        return state
    return replace(state, active_loop=replace(state.active_loop, rejected=True))


def _loop(state: ConversationState, event: ActiveLoop) -> ConversationState:
    if event.name is None:
        return replace(state, active_loop=None)
    return replace(state, active_loop=Loop(event.name, trigger_message=state.latest_message.full_parse_data()))


def _interrupted(state: ConversationState, event: LoopInterrupted) -> ConversationState:
    if state.active_loop is None:
        return state
    return replace(state, active_loop=replace(state.active_loop, is_interrupted=event.is_interrupted))


def _followup(state: ConversationState, event: FollowupAction) -> ConversationState:
    return replace(state, followup_action=event.name)


def _paused(state: ConversationState, event: ConversationPaused) -> ConversationState:
    return replace(state, is_paused=True)


def _resumed(state: ConversationState, event: ConversationResumed) -> ConversationState:
    return replace(state, is_paused=False)


def _restarted(state: ConversationState, event: Restarted) -> ConversationState:
    return replace(ConversationState.initial(state.initial_slots), followup_action=ACTION_SESSION_START)


_CHANGES: dict[type[Event], Callable[[ConversationState, Any], ConversationState]] = {
    UserUttered: _user,
    UserFeaturization: _featurization,
    EntitiesAdded: _entities,
    SlotSet: _slot,
    AllSlotsReset: _reset_slots,
    ActionExecuted: _action,
    ActionExecutionRejected: _rejected,
    ActiveLoop: _loop,
    LoopInterrupted: _interrupted,
    FollowupAction: _followup,
    ConversationPaused: _paused,
    ConversationResumed: _resumed,
    Restarted: _restarted,
}
