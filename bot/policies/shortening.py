"""Where a conversation may be cut so that what is left could be in memory.

AugmentedMemoizationPolicy forgets the oldest turns one by one, and each time folds what is left anew: slots and forms
of the forgotten part are gone. Folding for every cut would cost the square of the conversation. Cuts are therefore
looked at roughly first: by the slots of the last state, then by the actions, intents and forms of all states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.conversation_state import ConversationState
from bot.domain import ACTION_LISTEN, ACTION_UNLIKELY_INTENT
from bot.events import ActionExecuted, ActiveLoop, AllSlotsReset, Event, SlotSet, UserUttered
from bot.policies.memories import ROOT, Memories
from bot.policies.states import SlotFeatures, StoryStates, featurise
from bot.tracker import Step, Tracker

_Slots = tuple[tuple[str, SlotFeatures], ...]
# What is looked at of a state: its previous action, intent and form.
_Outline = tuple[str | None, str | None, str | None]


class Outlines:
    """What memories look like: the slots that they end with, and the outlines of their states, as a tree too."""

    def __init__(self, memories: Memories) -> None:
        self.endings: set[tuple[str | None, _Slots]] = set()
        self.longest = memories.longest
        self._nodes: dict[tuple[int, _Outline], int] = {}
        self._ends: set[int] = set()
        outline_of = [ROOT]
        for node, before, state in memories.walk():
            edge = (outline_of[before], (state.previous_action, state.intent, state.loop))
            outline_of.append(self._nodes.setdefault(edge, len(self._nodes) + 1))
            if node in memories.found:
                self.endings.add((state.loop, state.slots))
                self._ends.add(outline_of[-1])

    def hold(self, outlines: Iterable[_Outline]) -> bool:
        """Whether some memory looks like this."""
        node: int | None = ROOT
        for outline in outlines:
            node = self.next(node, outline)
            if node is None:
                return False
        return node in self._ends

    def next(self, node: int | None, outline: _Outline) -> int | None:
        """The node of the tree that one more outline leads to; None when no memory goes on like this."""
        return None if node is None else self._nodes.get((node, outline))


@dataclass(slots=True)
class _Moment:
    """The state before an executed action (the current state for the last one), and what it took over from where:
    `*_from` are how many actions ago the message and the form came, counted from the newest."""

    state: ConversationState
    hides: bool
    step: Step | None
    message_from: int = 0
    loop_from: int = 0
    changed: set[str] = field(default_factory=set)
    loop_changed: bool = False
    is_reset: bool = False
    # What is asked of the state for every cut before it.
    action: str | None = field(init=False)
    loop: str | None = field(init=False)
    intent: str | None = field(init=False)
    is_after_listen: bool = field(init=False)
    has_followup: bool = field(init=False)

    def __post_init__(self) -> None:
        state, message = self.state, self.state.latest_message
        self.action, self.loop = state.latest_action_name, state.active_loop.name if state.active_loop else None
        self.intent = None if message.use_text else message.intent_name
        self.is_after_listen = state.latest_action == ACTION_LISTEN
        self.has_followup = bool(state.followup_action)


def starts(tracker: Tracker, history: StoryStates, memories: Outlines, limit: int | None) -> list[Step]:
    """The actions to begin with, oldest first. `limit` is the policy's `max_history`."""
    moments = _moments(tracker, history.seen_slots, _window(memories, limit), limit)
    cuts = list(_cuts_with_known_ending(tracker, history, memories, moments))
    found = [cut for cut in reversed(cuts) if memories.hold(_outline(moments, cut, history, memories, limit))]
    return [step for cut in found if (step := moments[cut].step) is not None]


def events_from(start: Step, tracker: Tracker) -> list[Event]:
    """The applied events from `start` on, oldest first."""
    events = []
    for step in tracker.steps_back():
        events.append(step.event)
        if step is start:
            break
    events.reverse()
    return events


def _window(memories: Outlines, limit: int | None) -> int:
    """How many actions back a cut may lie. Without a limit, hidden turns in between make it more than the states."""
    return limit or 3 * memories.longest + 40


def _moments(tracker: Tracker, seen: frozenset[str], window: int, limit: int | None) -> list[_Moment]:
    """The moments of the window, newest first; moment 0 is now."""
    state = tracker.top.state if tracker.top else tracker.initial_state
    moments = [_Moment(state, False, None)]
    message_open, loop_open = [moments[0]], [moments[0]]
    changed: set[str] = set()
    loop_changed = is_reset = False
    for step in tracker.steps_back():
        match step.event:
            case SlotSet(name=name) if name in seen:
                changed.add(name)
            case AllSlotsReset():
                is_reset = True
            case ActiveLoop():
                loop_changed = True
                _close(loop_open, "loop_from", len(moments))
            case UserUttered():
                _close(message_open, "message_from", len(moments))
            case ActionExecuted() as action:
                before = step.parent.state if step.parent else tracker.initial_state
                moment = _Moment(before, action.hide_rule_turn, step, changed=changed, loop_changed=loop_changed)
                moment.is_reset = is_reset
                moments.append(moment)
                message_open.append(moment)
                loop_open.append(moment)
                changed, loop_changed, is_reset = set(), False, False
                # A conversation that is cut to `max_history` begins where the bot was listening.
                if len(moments) > window + 1 and (limit is None or action.name == ACTION_LISTEN):
                    break
    beyond = len(moments) + 1
    _close(message_open, "message_from", beyond)
    _close(loop_open, "loop_from", beyond)
    return moments


def _close(moments: list[_Moment], name: str, number: int) -> None:
    """These moments took their message or form over from the stretch after action `number`."""
    for moment in moments:
        setattr(moment, name, number)
    moments.clear()


def _cuts_with_known_ending(
    tracker: Tracker, history: StoryStates, memories: Outlines, moments: list[_Moment]
) -> Iterator[int]:
    """The cuts after which the last state has the slots and the form of some memory's last state, newest first."""
    last = history.recent(tracker, 1)[-1]
    born_with = dict(history.without_rule_only(featurise(tracker.initial_state, tracker.domain)).slots)
    now = dict(last.slots)
    set_since: set[str] = set()
    has_loop = False
    for number, moment in enumerate(moments[1:], start=1):
        set_since |= {*born_with, *now} if moment.is_reset else moment.changed
        has_loop = has_loop or moment.loop_changed
        slots = {name: value for name, value in born_with.items() if name not in set_since}
        slots |= {name: value for name, value in now.items() if name in set_since}
        if (last.loop if has_loop else None, tuple(sorted(slots.items()))) in memories.endings:
            yield number


def _outline(
    moments: list[_Moment], cut: int, history: StoryStates, memories: Outlines, limit: int | None
) -> tuple[_Outline, ...]:
    """The outlines of the states that a story policy sees after the cut; () when no memory begins like them."""
    outline: list[_Outline] = [(None, None, None)]
    node = memories.next(ROOT, outline[0])
    hidden = False
    last_action: str | None = None
    for number in range(cut - 1, -1, -1):
        moment = moments[number]
        loop = moment.loop if moment.loop_from <= cut else None
        if not hidden:
            last_action = moment.action
        if not moment.has_followup and moment.action != loop:
            hidden = moment.hides
        if hidden:
            continue
        said = moment.intent if moment.message_from <= cut else None
        intent = said if moment.is_after_listen else outline[-1][1]
        if last_action != ACTION_UNLIKELY_INTENT:
            outline.append((last_action, intent, None if loop in history.rule_only_loops else loop))
            node = memories.next(node, outline[-1])
            if limit is None and node is None:
                return ()
    return tuple(outline[-limit:] if limit else outline)
