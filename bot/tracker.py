"""The tracker: a conversation as the fold of its events.

Two folds run side by side, as in Rasa 3.6: the *live* state takes every event as it comes; the *applied* events
are those that still count once rewinds, undos, restarts and repeated executions of a form are taken into account
(policies see only these). Both grow by one step per event: the applied events are a linked list whose links hold
the state after them, so that taking something back means following a link, and a turn costs the same however long
the conversation is. Source of the semantics: `rasa/shared/core/trackers.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from itertools import islice
from typing import Any

from bot.applied_events import Step, before_last, collapse, push, runs_again
from bot.conversation_state import ConversationState, Loop, fold
from bot.domain import ACTION_LISTEN, ACTION_SESSION_START, Domain, matches_entity
from bot.event_json import events_from_dicts
from bot.event_log import EventLog
from bot.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
)
from bot.message import Reply

__all__ = ["ConversationState", "EventVerbosity", "Loop", "Mark", "Step", "Tracker"]

Clock = Callable[[], float]


class EventVerbosity(Enum):
    """Which events a tracker's JSON holds."""

    NONE = 1
    APPLIED = 2
    AFTER_RESTART = 3
    ALL = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A point to which a tracker can be rolled back."""

    length: int
    state: ConversationState
    top: Step | None
    loop_names: frozenset[str]
    restarted_at: int
    session_at: int


class Tracker:
    """One conversation. `update` is the only way to change it."""

    def __init__(
        self,
        sender_id: str,
        domain: Domain,
        *,
        clock: Clock = time.time,
        event_metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """`event_metadata` (model and assistant ids) is added to the metadata of all new events."""
        self.sender_id = sender_id
        self.domain = domain
        self._log = EventLog()
        self._clock = clock
        self._event_metadata = dict(event_metadata or {})
        self._initial = ConversationState.initial(domain.initial_slots)
        self.state = self._initial
        self.top: Step | None = None
        self._loop_names: frozenset[str] = frozenset()
        self._restarted_at = 0
        self._session_at = 0
        self._messages: dict[str, int] = {}

    @classmethod
    def from_events(
        cls,
        sender_id: str,
        events: Iterable[Event],
        domain: Domain,
        *,
        clock: Clock = time.time,
        event_metadata: Mapping[str, Any] | None = None,
    ) -> Tracker:
        """A tracker of events that have happened; `event_metadata` is for those that will."""
        tracker = cls(sender_id, domain, clock=clock)
        tracker.update_all(events)
        tracker._event_metadata = dict(event_metadata or {})
        return tracker

    @classmethod
    def from_dicts(
        cls,
        sender_id: str,
        shapes: Iterable[Mapping[str, Any]],
        domain: Domain,
        *,
        clock: Clock = time.time,
        event_metadata: Mapping[str, Any] | None = None,
    ) -> Tracker:
        """A tracker of stored events."""
        events = events_from_dicts(shapes)
        return cls.from_events(sender_id, events, domain, clock=clock, event_metadata=event_metadata)

    # -- changing ------------------------------------------------------------------------------------------------

    def update(self, event: Event, *, now: bool = False) -> None:
        """Take up one event; `now` gives it the current time even when it brings one."""
        event = self._stamped(event, now)
        self._log.append(event)
        if isinstance(event, UserUttered) and event.message_id:
            self._messages[event.message_id] = len(self._log) - 1
        elif isinstance(event, ActionExecuted) and event.name == ACTION_SESSION_START:
            self._session_at = len(self._log) - 1
        match event:
            case Restarted() | SessionStarted():
                self.top = None
                self.state = fold(self._initial, event)
                if isinstance(event, Restarted):
                    self._restarted_at = len(self._log)
            case ActionReverted():
                self.top = before_last(self.top, ActionExecuted)
                self.state = self._applied_state
            case UserUtteranceReverted():
                self.top = before_last(before_last(self.top, UserUttered), ActionExecuted)
                self.state = self._applied_state
            case _:
                self._apply(event)

    def update_all(self, events: Iterable[Event], *, now: bool = False) -> None:
        for event in events:
            self.update(event, now=now)

    def clear_followup_action(self) -> None:
        self.state = replace(self.state, followup_action=None)

    def mark(self) -> Mark:
        return Mark(len(self._log), self.state, self.top, self._loop_names, self._restarted_at, self._session_at)

    def roll_back(self, mark: Mark) -> None:
        """Forget all events since `mark`."""
        for event in islice(self._log.back(), len(self._log) - mark.length):
            if isinstance(event, UserUttered) and event.message_id:
                self._messages.pop(event.message_id, None)
        self._log.truncate(mark.length)
        self.state, self.top = mark.state, mark.top
        self._loop_names, self._restarted_at, self._session_at = mark.loop_names, mark.restarted_at, mark.session_at

    def branch(self, events: Iterable[Event] = (), *, after_restart: bool = False) -> Tracker:
        """A tracker that goes on from here with other events; this one stays as it is.

        `after_restart` leaves out the events before the latest restart, which change nothing.
        """
        start = self._restarted_at if after_restart else 0
        return self._going_on_with(self._log.copy(start), start, events)

    def temporary(self, events: Iterable[Event] = (), *, after_restart: bool = False) -> Tracker:
        """Like `branch`, at a cost that does not grow with the conversation; not to be used once this one goes on."""
        start = self._restarted_at if after_restart else 0
        return self._going_on_with(self._log.lend(start), start, events)

    def _going_on_with(self, log: EventLog, start: int, events: Iterable[Event]) -> Tracker:
        """A tracker in this one's state, whose log are this one's events from `start` on."""
        other = Tracker(self.sender_id, self.domain, clock=self._clock, event_metadata=self._event_metadata)
        other._log = log
        other._restarted_at = self._restarted_at - start
        other._session_at = max(0, self._session_at - start)
        other.state, other.top, other._loop_names = self.state, self.top, self._loop_names
        other.update_all(events)
        return other

    def _stamped(self, event: Event, now: bool) -> Event:
        missing = {key: value for key, value in self._event_metadata.items() if key not in event.metadata}
        if missing:
            event = replace(event, metadata={**event.metadata, **missing})
        if now or event.timestamp is None:
            event = replace(event, timestamp=self._clock())
        return event

    @property
    def _applied_state(self) -> ConversationState:
        return self.top.state if self.top else self._initial

    def _apply(self, event: Event) -> None:
        if isinstance(event, ActiveLoop) and event.name and event.name not in self._loop_names:
            self._add_loop_name(event.name)
        before = self.state
        self.state = fold(before, event)
        if isinstance(event, ActionExecuted) and event.name in self._loop_names and runs_again(self.top, event.name):
            self.top = collapse(self.top, event.name, self._initial)
        elif before is self._applied_state:
            self.top = Step(event, self.state, self.top)
        else:
            self.top = push(self.top, event, self._initial)
        if isinstance(event, ActionExecuted):
            self._share_equal_states()

    def _share_equal_states(self) -> None:
        """Let the two folds be one again once they say the same."""
        applied = self._applied_state
        if self.state is not applied and self.state.latest_message is applied.latest_message and self.state == applied:
            self.state = applied

    def _add_loop_name(self, name: str) -> None:
        """Rasa looks for loops in the whole conversation: earlier executions count from now on as the loop's."""
        self._loop_names |= {name}
        runs = [event for event in self.events if isinstance(event, ActionExecuted) and event.name == name]
        if len(runs) > 1:
            self.top = None
            for event in self.events[:-1]:
                self._apply_again(event)

    def _apply_again(self, event: Event) -> None:
        """What an event of before does to the applied events, now that more is known about loops."""
        match event:
            case Restarted() | SessionStarted():
                self.top = None
            case ActionReverted():
                self.top = before_last(self.top, ActionExecuted)
            case UserUtteranceReverted():
                self.top = before_last(before_last(self.top, UserUttered), ActionExecuted)
            case ActionExecuted(name=str(name)) if name in self._loop_names and runs_again(self.top, name):
                self.top = collapse(self.top, name, self._initial)
            case _:
                self.top = push(self.top, event, self._initial)

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def events(self) -> list[Event]:
        """All events, oldest first."""
        return self._log.events

    @property
    def initial_state(self) -> ConversationState:
        """The state before any event."""
        return self._initial

    @property
    def slots(self) -> Mapping[str, Any]:
        return self.state.slots

    def get_slot(self, name: str) -> Any:
        return self.state.slots.get(name)

    @property
    def latest_message(self) -> UserUttered:
        return self.state.latest_message

    @property
    def active_loop(self) -> Loop | None:
        return self.state.active_loop

    @property
    def active_loop_name(self) -> str | None:
        return self.state.active_loop_name

    @property
    def latest_action_name(self) -> str | None:
        return self.state.latest_action_name

    @property
    def followup_action(self) -> str | None:
        return self.state.followup_action

    @property
    def is_paused(self) -> bool:
        return self.state.is_paused

    @property
    def latest_input_channel(self) -> str | None:
        return next((event.input_channel for event in self._log.back() if isinstance(event, UserUttered)), None)

    def latest_entity_values(self, name: str | None, role: str | None = None, group: str | None = None) -> list[Any]:
        """The values of the last message's entities of exactly this type, role and group."""
        found = self.latest_message.entities
        return [entity.get("value") for entity in found if matches_entity(entity, name, role, group)]

    def steps_back(self) -> Iterator[Step]:
        """The applied events, newest first."""
        step = self.top
        while step:
            yield step
            step = step.parent

    def applied_events(self) -> list[Event]:
        """The events that count, oldest first."""
        events = [step.event for step in self.steps_back()]
        events.reverse()
        return events

    def events_after_restart(self) -> list[Event]:
        return self.events[self._restarted_at :]

    def events_back(self) -> Iterator[Event]:
        """All events since the latest restart, newest first."""
        return islice(self._log.back(), len(self._log) - self._restarted_at)

    def last_applied(self, kind: type[Event]) -> Event | None:
        return next((step.event for step in self.steps_back() if isinstance(step.event, kind)), None)

    def replies_to(self, message_id: str) -> list[Reply] | None:
        """What was answered to a message, None when the message has not been seen."""
        start = self._messages.get(message_id)
        if start is None:
            return None
        replies = []
        for event in self.events[start + 1 :]:
            if isinstance(event, UserUttered) and event.message_id != message_id:
                break
            if isinstance(event, BotUttered):
                replies.append(event.as_reply())
        return replies

    def latest_session(self) -> list[Event]:
        """The events since the latest session began; all of them when there was one session at most."""
        return self.events[self._session_at :]

    @property
    def has_earlier_sessions(self) -> bool:
        return self._session_at > 0

    def sessions(self) -> list[list[Event]]:
        """The events, split where a session starts."""
        parts: list[list[Event]] = [[]]
        for event in self.events:
            if isinstance(event, ActionExecuted) and event.name == ACTION_SESSION_START and parts[-1]:
                parts.append([])
            parts[-1].append(event)
        return parts

    # -- JSON ----------------------------------------------------------------------------------------------------

    def as_dict(self, verbosity: EventVerbosity = EventVerbosity.NONE) -> dict[str, Any]:
        """The tracker's state as Rasa sends it to action servers and over HTTP."""
        state = self.state
        last = next(self._log.back(), None)
        return {
            "sender_id": self.sender_id,
            "slots": dict(state.slots),
            "latest_message": state.latest_message_dict(),
            "latest_event_time": last.timestamp if last else None,
            "followup_action": state.followup_action,
            "paused": state.is_paused,
            "events": self.event_dicts(verbosity),
            "latest_input_channel": self.latest_input_channel,
            "active_loop": state.active_loop.as_dict() if state.active_loop else {},
            "latest_action": state.latest_action_dict(),
            "latest_action_name": state.latest_action_name,
        }

    def event_dicts(self, verbosity: EventVerbosity = EventVerbosity.ALL) -> list[dict[str, Any]] | None:
        """The events as JSON objects; each is made once, the list is the caller's."""
        match verbosity:
            case EventVerbosity.ALL:
                return self.dicts_since(0)
            case EventVerbosity.AFTER_RESTART:
                return self.dicts_since(self._restarted_at)
            case EventVerbosity.APPLIED:
                return [event.as_dict() for event in self.applied_events()]
            case _:
                return None

    def dicts_since(self, length: int) -> list[dict[str, Any]]:
        """The JSON objects of the events that came after the first `length`; each is made once, the list is new."""
        return self._log.dicts(length)

    def make_dicts(self) -> None:
        """Make the JSON of all events now, so that another thread can read it while this one waits."""
        self._log.dicts(len(self._log))

    def dicts_back(self) -> Iterator[dict[str, Any]]:
        """The JSON objects of all events, newest first."""
        return self._log.dicts_back()

    def __repr__(self) -> str:
        waiting = "waiting" if self.latest_action_name == ACTION_LISTEN else f"after {self.latest_action_name}"
        return f"<Tracker {self.sender_id!r}: {len(self._log)} events, {waiting}>"
