"""The events of a conversation that count: a linked list, each link with the state after it.

Taking something back means following a link. Executing a form again after the customer's answer drops what came
since its previous execution, so that a form looks like one action however many questions it asked.
Source: `applied_events` of `rasa/shared/core/trackers.py`.
"""

from __future__ import annotations

from typing import Any

from bot.conversation_state import ConversationState, fold
from bot.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    UserFeaturization,
    UserUttered,
)


class Step:
    """One applied event, and the state after it.

    Of the steps at or below, `mark` is the nearest that decides about loops, `turn` the nearest that a loop's next
    execution drops, and `action` the nearest executed action.
    `notes` is where featurisers keep what they computed for this step.
    """

    __slots__ = ("action", "event", "mark", "notes", "parent", "state", "turn")

    def __init__(self, event: Event, state: ConversationState, parent: Step | None) -> None:
        self.event = event
        self.state = state
        self.parent = parent
        self.mark: Step | None = self if isinstance(event, _LOOP_MARKS) else parent and parent.mark
        self.turn: Step | None = self if isinstance(event, _COLLAPSED) else parent and parent.turn
        self.action: Step | None = self if isinstance(event, ActionExecuted) else parent and parent.action
        self.notes: dict[Any, Any] | None = None

    def note(self, key: Any, value: Any) -> None:
        if self.notes is None:
            self.notes = {}
        self.notes[key] = value


_LOOP_MARKS = (ActionExecuted, UserUttered, UserFeaturization, ActiveLoop, ActionExecutionRejected)
_COLLAPSED = (ActionExecuted, UserUttered, UserFeaturization)


def push(top: Step | None, event: Event, initial: ConversationState) -> Step:
    """The list with one more event; `initial` is the state before the first."""
    return Step(event, fold(top.state if top else initial, event), top)


def before_last(top: Step | None, kind: type[Event]) -> Step | None:
    """What is left when everything from the last event of this kind on is dropped; nothing if there is none."""
    while top:
        parent = top.parent
        if isinstance(top.event, kind):
            return parent
        top = parent
    return None


def runs_again(top: Step | None, loop: str) -> bool:
    """Whether the loop has run before without a break: not for the first time, not after something else."""
    next_action = None
    step = top and top.mark
    while step:
        match step.event:
            case ActiveLoop(name=None):
                return False
            case ActionExecutionRejected(name=name) if name == loop:
                return False
            case UserUttered() if next_action not in (None, loop):
                return False
            case ActionExecuted(name=name):
                if name == loop:
                    return True
                next_action = name
        step = step.parent and step.parent.mark
    return False


def collapse(top: Step | None, loop: str, initial: ConversationState) -> Step | None:
    """Without the messages and actions since the loop's previous execution, which takes the new one's place."""
    kept: list[Event] = []
    while top and top.turn and not (isinstance(top.turn.event, ActionExecuted) and top.turn.event.name == loop):
        if not isinstance(top.event, _COLLAPSED):
            kept.append(top.event)
        top = top.parent
    for event in reversed(kept):
        top = push(top, event, initial)
    return top
