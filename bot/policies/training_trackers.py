"""Stories and rules as conversations that policies learn from.

A story with checkpoints and `or` stands for several conversations: all paths through the graph of story parts. A
cycle is gone through once more, as Rasa does. Source: `rasa/shared/core/generator.py`, `story_step_builder.py`.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.conversation_state import SHOULD_NOT_BE_SET
from bot.domain import ACTION_LISTEN, RULE_SNIPPET_ACTION, Domain
from bot.errors import Where
from bot.event_json import EVENT_TYPES
from bot.events import ActionExecuted, ActionReverted, ActiveLoop, Event, SlotSet, UserUttered
from bot.policies.states import State, featurise
from bot.stories import (
    ANY_VALUE,
    ActionStep,
    CheckpointStep,
    LoopStep,
    OrStep,
    Rule,
    SlotStep,
    Step,
    Story,
    StoryData,
    UserStep,
)
from bot.tracker import Tracker

_FILLED: dict[str, Any] = {"text": "filled", "list": ["filled"]}
_LISTEN = ActionExecuted(ACTION_LISTEN)
# Steps such as `- action: restart`, which name an event and no action.
_EVENT_STEPS = frozenset({"restart", "rewind", "undo", "pause", "resume", "reset_slots", "session_started", "export"})


@dataclass
class TrainingTracker:
    """A conversation to learn from. `raw_states` are its states as they were while it was told, one for each executed
    action and the last one: Rasa's memoization sees these, in which repeated form executions have not been collapsed.
    Augmented conversations, which are not memorised, go without."""

    name: str
    tracker: Tracker
    is_rule: bool = False
    is_augmented: bool = False
    where: Where | None = None
    raw_states: list[State] = field(default_factory=list)

    def update(self, event: Event) -> None:
        if self.is_augmented:
            self.tracker.update(event)
            return
        if not self.raw_states:
            self.raw_states.append(self._features())
        self.tracker.update(event)
        if event.type_name in ("rewind", "restart"):
            self.raw_states.clear()
        elif isinstance(event, ActionReverted):
            del self.raw_states[-2:]
        elif not isinstance(event, ActionExecuted):
            self.raw_states.pop()
        self.raw_states.append(self._features())

    def copy(self) -> TrainingTracker:
        return replace(self, tracker=self.tracker.branch(), raw_states=self.raw_states[:])

    def _features(self) -> State:
        return featurise(self.tracker.state, self.tracker.domain)

    @property
    def actions(self) -> list[ActionExecuted]:
        """The executed actions that count."""
        return [event for event in self.tracker.applied_events() if isinstance(event, ActionExecuted)]


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a story between checkpoints. `ends` None: the story ends here."""

    name: str
    starts: tuple[CheckpointStep, ...]
    events: tuple[Event, ...]
    end: str | None
    is_rule: bool
    where: Where | None


def training_trackers(
    data: StoryData, domain: Domain, *, augmentation: int = 0, seed: int = 42
) -> list[TrainingTracker]:
    """The conversations that stories and rules stand for.

    With `augmentation`, up to ten times as many more that continue one story with another, for policies that
    generalise; they are marked `is_augmented`, and memoization and rules do not learn from them.
    """
    stories = [part for story in data.stories for part in _parts_of_story(story, domain)]
    told = _tell(stories, domain)
    if augmentation > 0:
        told += _augmented(stories, told, augmentation, random.Random(seed))
    rules = [part for rule in data.rules for part in _parts_of_rule(rule, domain)]
    return told + _tell(rules, domain)


def texts_of_stories(data: StoryData) -> list[str]:
    """The bot texts of end-to-end stories, which are actions."""
    told: list[Story | Rule] = [*data.stories, *data.rules]
    steps = [step for story in told for step in story.steps]
    return list(
        dict.fromkeys(step.text for step in steps if isinstance(step, ActionStep) and not step.name and step.text)
    )


def unsatisfied_checkpoints(data: StoryData) -> list[tuple[str, Where | None]]:
    """Checkpoints that a story starts from and no story leads to."""
    steps = [(story, step) for story in data.stories for step in story.steps]
    named = [(story, step) for story, step in steps if isinstance(step, CheckpointStep)]
    reached = {step.name for story, step in named if not _is_leading(story, step)}
    return [(step.name, step.where) for story, step in named if _is_leading(story, step) and step.name not in reached]


def _is_leading(story: Story | Rule, step: Step) -> bool:
    before = story.steps[: story.steps.index(step)]
    return all(isinstance(other, CheckpointStep) for other in before)


# -- from steps to parts -----------------------------------------------------------------------------------------------


def _parts_of_story(story: Story, domain: Domain) -> Iterator[_Part]:
    return _parts(story.name, story.steps, domain, is_rule=False, where=story.where)


def _parts_of_rule(rule: Rule, domain: Domain) -> Iterator[_Part]:
    snippet = ActionStep(RULE_SNIPPET_ACTION)
    steps = [*rule.condition, *([] if rule.conversation_start else [snippet]), *rule.steps]
    if not rule.wait_for_user_input:
        steps.append(snippet)
    return _parts(rule.name, steps, domain, is_rule=True, where=rule.where)


def _parts(name: str, steps: Sequence[Step], domain: Domain, *, is_rule: bool, where: Where | None) -> Iterator[_Part]:
    """Cut the steps at checkpoints, and multiply them at `or`."""
    starts: list[CheckpointStep] = []
    paths: list[list[Event]] = [[]]
    has_steps = False
    for step in steps:
        if isinstance(step, CheckpointStep):
            if has_steps:
                for path in paths:
                    yield _part(name, starts, path, step.name, is_rule, where)
                starts, paths, has_steps = [CheckpointStep(step.name)], [[]], False
            else:
                starts.append(step)
            continue
        has_steps = True
        choices = [_events_of(option, domain) for option in step.options] if isinstance(step, OrStep) else None
        if choices is None:
            events = _events_of(step, domain)
            for path in paths:
                path.extend(events)
        else:
            paths = [[*path, *choice] for path in paths for choice in choices]
    if has_steps:
        for path in paths:
            yield _part(name, starts, path, None, is_rule, where)


def _part(
    name: str, starts: list[CheckpointStep], events: list[Event], end: str | None, is_rule: bool, where: Where | None
) -> _Part:
    """The part with its implicit events: listening before each message and at the end of the story."""
    told: list[Event] = []
    for event in events:
        if isinstance(event, UserUttered) and not (told and told[-1] == _LISTEN):
            told.append(_LISTEN)
        told.append(event)
    if end is None and not (told and told[-1] == _LISTEN):
        told.append(_LISTEN)
    if not starts:
        _mark_unpredictable(told)
    return _Part(name, tuple(starts), tuple(told), end, is_rule, where)


def _mark_unpredictable(events: list[Event]) -> None:
    """Nothing comes before the first action of a story, so nothing can predict it."""
    for index, event in enumerate(events):
        if isinstance(event, UserUttered):
            return
        if isinstance(event, ActionExecuted) and event is not _LISTEN:
            events[index] = replace(event, unpredictable=True)
            return


def _events_of(step: Step, domain: Domain) -> list[Event]:
    match step:
        case UserStep():
            user = UserUttered.of_story(
                step.intent and step.intent.split("/", 1)[0], text=step.text, entities=step.entities
            )
            slots = domain.slots_for_entities(user.entities)
            return [user, *(SlotSet(name, value) for name, value in slots.items())]
        case ActionStep(name=name, text=text):
            if name in _EVENT_STEPS and not domain.has_action(name or ""):
                return [EVENT_TYPES[name or ""]()]
            return [ActionExecuted(name, action_text=None if name else text)]
        case SlotStep(name=name, value=value):
            slot = domain.all_slots.get(name)
            if isinstance(value, str) and value == ANY_VALUE:
                value = _FILLED.get(slot.type) if slot else None
            return [SlotSet(name, value)]
        case LoopStep(name=name):
            return [ActiveLoop(name)]
        case _:
            return []


# -- from parts to conversations -----------------------------------------------------------------------------------------


def _tell(parts: Sequence[_Part], domain: Domain) -> list[TrainingTracker]:
    """All paths from a start to an end; those that stop at a checkpoint nobody continues count too."""
    by_start: dict[str, list[_Part]] = defaultdict(list)
    for part in parts:
        for start in part.starts:
            by_start[start.name].append(part)
    finished: list[TrainingTracker] = []
    for part in parts:
        if not part.starts:
            _follow(part, _empty(domain, part), by_start, {}, finished)
    return finished


def _follow(
    part: _Part,
    tracker: TrainingTracker,
    by_start: dict[str, list[_Part]],
    visits: dict[int, int],
    finished: list[TrainingTracker],
) -> None:
    _continue(tracker, part, finished)
    if part.end is None:
        finished.append(tracker)
        return
    following = by_start.get(part.end, [])
    if not following:
        finished.append(tracker)
    for other in following:
        times = visits.get(id(other), 0)
        if times < 2 and all(_holds(start, tracker.tracker) for start in other.starts if start.name == part.end):
            _follow(other, _renamed(tracker, other), by_start, {**visits, id(other): times + 1}, finished)


def _continue(tracker: TrainingTracker, part: _Part, finished: list[TrainingTracker]) -> None:
    for event in part.events:
        if event.type_name in ("undo", "rewind", "restart"):
            finished.append(tracker.copy())
        tracker.update(_explicit(event) if part.is_rule else event)


def _explicit(event: Event) -> Event:
    """In a rule, `null` does not mean "unset it" but "it must not be set"."""
    match event:
        case ActiveLoop(name=None):
            return ActiveLoop(SHOULD_NOT_BE_SET)
        case SlotSet(value=None):
            return SlotSet(event.name, SHOULD_NOT_BE_SET)
        case _:
            return event


def _holds(start: CheckpointStep, tracker: Tracker) -> bool:
    return all(tracker.get_slot(condition.name) == condition.value for condition in start.conditions)


def _empty(domain: Domain, part: _Part) -> TrainingTracker:
    tracker = Tracker(part.name, domain, clock=lambda: 0.0)
    return TrainingTracker(part.name, tracker, is_rule=part.is_rule, where=part.where)


def _renamed(tracker: TrainingTracker, part: _Part) -> TrainingTracker:
    copy = tracker.copy()
    if part.name not in copy.name.split(" > "):
        copy.name = f"{copy.name} > {part.name}"
    return copy


def _augmented(
    parts: Sequence[_Part], told: Iterable[TrainingTracker], factor: int, chance: random.Random
) -> list[TrainingTracker]:
    """Conversations that go on with a second and a third story after the first has ended.

    What goes on with what is drawn first, and only what was drawn is told.
    """
    ends = [tracker for tracker in told if tracker.actions and tracker.actions[-1].name == ACTION_LISTEN]
    openings = [number for number, part in enumerate(parts) if not part.starts and part.end is None]
    plans: list[tuple[int, ...]] = []
    current: list[tuple[int, ...]] = [(number,) for number in range(len(ends))]
    for _ in range(3):
        sample = chance.sample(current, min(factor, len(current)))
        current = [(*plan, opening) for plan in sample for opening in openings]
        plans += current
    known: dict[tuple[int, ...], TrainingTracker] = {(number,): tracker for number, tracker in enumerate(ends)}
    return [_told_on(plan, parts, known) for plan in chance.sample(plans, min(factor * 10, len(plans)))]


def _told_on(
    plan: tuple[int, ...], parts: Sequence[_Part], known: dict[tuple[int, ...], TrainingTracker]
) -> TrainingTracker:
    """The conversation of a plan: the number of a told one, then those of the parts that follow."""
    if plan not in known:
        part = parts[plan[-1]]
        longer = _renamed(_told_on(plan[:-1], parts, known), part)
        longer.is_augmented = True
        longer.update(ActionReverted())
        _continue(longer, part, [])
        known[plan] = longer
    return known[plan]


def rule_conversations(trackers: Iterable[TrainingTracker]) -> list[TrainingTracker]:
    return [tracker for tracker in trackers if tracker.is_rule]


def story_conversations(trackers: Iterable[TrainingTracker]) -> list[TrainingTracker]:
    """The stories as they were told, without augmentation."""
    return [tracker for tracker in trackers if not tracker.is_rule and not tracker.is_augmented]


__all__ = [
    "TrainingTracker",
    "rule_conversations",
    "story_conversations",
    "texts_of_stories",
    "training_trackers",
    "unsatisfied_checkpoints",
]
