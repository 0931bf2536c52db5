"""What policies see of a conversation: one `State` for each executed action, and the current one.

Source: `get_active_state` and `states_for_tracker_history` of `rasa/shared/core/domain.py`, and
`rasa/core/featurizers/tracker_featurizers.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation_state import SHOULD_NOT_BE_SET, ConversationState
from bot.domain import ACTION_LISTEN, ACTION_UNLIKELY_INTENT, RULE_SNIPPET_ACTION, Domain
from bot.events import ActionExecuted, UserUttered
from bot.tracker import Step, Tracker

SlotFeatures = tuple[float, ...] | str


@dataclass(frozen=True, slots=True)
class State:
    """The features before an action. `slots` holds only slots that say something, by name; values are their features
    or `should_not_be_set`. A state without a previous action is the start of a conversation."""

    intent: str | None = None
    text: str | None = None
    entities: tuple[str, ...] = ()
    action: str | None = None
    action_text: str | None = None
    loop: str | None = None
    slots: tuple[tuple[str, SlotFeatures], ...] = ()

    @property
    def previous_action(self) -> str | None:
        return self.action or self.action_text

    @property
    def is_after_listen(self) -> bool:
        return self.action == ACTION_LISTEN

    @property
    def is_rule_snippet(self) -> bool:
        return self.action == RULE_SNIPPET_ACTION

    @property
    def active_loop(self) -> str | None:
        return None if self.loop == SHOULD_NOT_BE_SET else self.loop

    def as_dict(self) -> dict[str, Any]:
        """Rasa's shape of a state; rules are ranked by the length of its JSON."""
        user: dict[str, Any] = {"intent": self.intent} if self.intent else {}
        user |= {"text": self.text} if self.text else {}
        user |= {"entities": list(self.entities)} if self.entities else {}
        previous = (
            {"action_name": self.action}
            if self.action
            else {"action_text": self.action_text}
            if self.action_text
            else {}
        )
        slots = {name: value if isinstance(value, str) else list(value) for name, value in self.slots}
        loop = {"name": self.loop} if self.loop else {}
        shape = {"user": user, "slots": slots, "prev_action": previous, "active_loop": loop}
        return {key: value for key, value in shape.items() if value}

    @classmethod
    def from_dict(cls, shape: Mapping[str, Any]) -> State:
        user, previous = shape.get("user", {}), shape.get("prev_action", {})
        slots = shape.get("slots", {})
        return cls(
            intent=user.get("intent"),
            text=user.get("text"),
            entities=tuple(user.get("entities", ())),
            action=previous.get("action_name"),
            action_text=previous.get("action_text"),
            loop=shape.get("active_loop", {}).get("name"),
            slots=tuple((name, v if isinstance(v, str) else tuple(v)) for name, v in sorted(slots.items())),
        )


def json_key(states: Iterable[State]) -> str:
    """The states as Rasa writes them where it looks rules up."""
    return json.dumps([state.as_dict() for state in states], sort_keys=True)


@dataclass(frozen=True)
class RuleOnly:
    """Slots and loops that occur in rules and in no story; policies that learn from stories do not see them."""

    slots: frozenset[str] = frozenset()
    loops: frozenset[str] = frozenset()


def featurise(
    state: ConversationState, domain: Domain, *, omit_unset_slots: bool = False, keep_text: bool = False
) -> State:
    """The features of one state.

    A message that has both an intent and a text counts by its intent, unless `keep_text`. `omit_unset_slots` leaves
    out slots that still have the value they were born with.
    """
    message = state.latest_message
    text = message.text if message.text and message.use_text is not False else None
    intent = message.intent_name if not message.use_text else None
    entities = domain.entity_features(message.intent_name, message.entities) if not message.use_text else ()
    if text and intent and not keep_text:
        text = None
    slots: list[tuple[str, SlotFeatures]] = []
    for slot in domain.featurised_slots:
        if omit_unset_slots and slot.name not in state.set_slots:
            continue
        value = state.slots.get(slot.name)
        if value == SHOULD_NOT_BE_SET:
            slots.append((slot.name, SHOULD_NOT_BE_SET))
        else:
            features = slot.features(value)
            if any(features):
                slots.append((slot.name, features))
    return State(
        intent=intent,
        text=text,
        entities=entities,
        action=state.latest_action,
        action_text=state.latest_action_text,
        loop=state.active_loop.name if state.active_loop else None,
        slots=tuple(sorted(slots)),
    )


def _current(tracker: Tracker) -> State:
    """The features of the current state, with the message's text beside its intent; computed once for all policies."""
    top = tracker.top
    known: State | None = top.notes.get("current") if top and top.notes else None
    if known is None:
        known = featurise(top.state if top else tracker.initial_state, tracker.domain, keep_text=True)
        if top:
            top.note("current", known)
    return known


def _with_one_input(features: State, *, use_text: bool) -> State:
    """The state a prediction is made in: directly after a message, by its text or by its intent and entities."""
    if features.is_after_listen:
        if use_text:
            return replace(features, intent=None, entities=())
        return replace(features, text=None)
    return replace(features, text=None) if features.intent else features


def recent_states(tracker: Tracker, length: int, *, use_text: bool = False) -> list[State]:
    """The last `length` states of a conversation, rules' own turns included; oldest first."""
    states = [_with_one_input(_current(tracker), use_text=use_text)]
    action = tracker.top and tracker.top.action
    while action and len(states) < length:
        states.append(_before(action, tracker))
        action = action.parent and action.parent.action
    states.reverse()
    return states


def _before(action: Step, tracker: Tracker) -> State:
    """The state before an action was executed; computed once."""
    known: State | None = action.notes.get("state") if action.notes else None
    if known is None:
        before = action.parent.state if action.parent else tracker.initial_state
        known = featurise(before, tracker.domain)
        action.note("state", known)
    return known


def told_states(tracker: Tracker) -> list[tuple[ActionExecuted | UserUttered, State | None]]:
    """The messages and executed actions that count, oldest first, each action with the state before it.

    As when predicting, it is as if `action_unlikely_intent` had never happened.
    """
    told: list[tuple[ActionExecuted | UserUttered, State | None]] = []
    unlikely: State | None = None
    for step in reversed(list(tracker.steps_back())):
        if isinstance(step.event, UserUttered):
            told.append((step.event, None))
        elif isinstance(step.event, ActionExecuted):
            before = unlikely or _before(step, tracker)
            unlikely = before if step.event.name == ACTION_UNLIKELY_INTENT else None
            if unlikely is None:
                told.append((step.event, before))
    return told


@dataclass(frozen=True, slots=True)
class _StoryHistory:
    """The states that a policy that learns from stories has seen so far, as a linked list."""

    last: State | None = None
    earlier: _StoryHistory | None = None
    length: int = 0
    hidden: bool = False
    last_action: tuple[str | None, str | None] = (None, None)


class StoryStates:
    """The states of a conversation without the turns that only rules handle, and without unlikely-intent turns."""

    def __init__(self, domain: Domain, rule_only: RuleOnly) -> None:
        self._rule_only = rule_only
        self.rule_only_loops = rule_only.loops
        self.seen_slots = frozenset(slot.name for slot in domain.featurised_slots) - rule_only.slots

    def recent(self, tracker: Tracker, length: int | None, *, use_text: bool = False) -> list[State]:
        """The last `length` states (all when None), oldest first; the last message by its text or by its intent."""
        top = tracker.top
        history = self._after(top and top.action, tracker)
        state = top.state if top else tracker.initial_state
        history = self._extended(history, state, hides=False, features=_current(tracker))
        states: list[State] = []
        link: _StoryHistory | None = history
        while link and link.last is not None and (length is None or len(states) < length):
            if link.last.action != ACTION_UNLIKELY_INTENT:
                states.append(link.last)
            link = link.earlier
        states.reverse()
        if states:
            states[-1] = _with_one_input(states[-1], use_text=use_text)
        return states

    def count(self, tracker: Tracker) -> int:
        """How many states the conversation has, at most (the current one included)."""
        return self._after(tracker.top and tracker.top.action, tracker).length + 1

    def count_before(self, action: Step, tracker: Tracker) -> int:
        """How many states there were up to the one before `action`."""
        return self._after(action, tracker).length

    def _after(self, action: Step | None, tracker: Tracker) -> _StoryHistory:
        """The history up to and including the state before `action`; kept with the action."""
        missing: list[Step] = []
        history = _StoryHistory()
        while action:
            known: _StoryHistory | None = action.notes.get(self) if action.notes else None
            if known is not None:
                history = known
                break
            missing.append(action)
            action = action.parent and action.parent.action
        for step in reversed(missing):
            before = step.parent.state if step.parent else tracker.initial_state
            hides = isinstance(step.event, ActionExecuted) and step.event.hide_rule_turn
            history = self._extended(history, before, hides=hides, features=_before(step, tracker))
            step.note(self, history)
        return history

    def _extended(
        self, history: _StoryHistory, state: ConversationState, *, hides: bool, features: State
    ) -> _StoryHistory:
        hidden, last_action = history.hidden, history.last_action
        if not hidden:
            last_action = (state.latest_action, state.latest_action_text)
        # Neither a follow-up action nor a form on its way changes whether the turn is hidden.
        if not state.followup_action and state.latest_action_name != state.active_loop_name:
            hidden = hides
        if hidden:
            return replace(history, hidden=hidden, last_action=last_action)
        if history.last is not None and not features.is_after_listen:
            user = history.last
            features = replace(features, intent=user.intent, text=user.text, entities=user.entities)
        if any(last_action):
            features = replace(features, action=last_action[0], action_text=last_action[1])
        features = self.without_rule_only(features)
        return _StoryHistory(
            features, history if history.last is not None else None, history.length + 1, hidden, last_action
        )

    def without_rule_only(self, features: State) -> State:
        """The features without slots and loops that no story mentions."""
        rule_only = self._rule_only
        if features.loop in rule_only.loops:
            features = replace(features, loop=None)
        if rule_only.slots and any(name in rule_only.slots for name, _ in features.slots):
            slots = tuple(slot for slot in features.slots if slot[0] not in rule_only.slots)
            features = replace(features, slots=slots)
        return features
