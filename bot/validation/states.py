"""Stories and rules as decisions: in which situation which action comes next.

The situations are those that Rasa's MemoizationPolicy and RulePolicy compare: what the user said last, the previous
action, the features of the slots and the active form, at each decision since the story began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.domain import ACTION_LISTEN, RULE_SNIPPET_ACTION, Domain
from bot.errors import Where
from bot.stories import ANY_VALUE, ActionStep, CheckpointStep, LoopStep, OrStep, Rule, SlotStep, Step, Story, UserStep

NOT_SET = "should_not_be_set"
_MAX_PATHS = 64  # of one story through its `or` steps and checkpoints

Feature = tuple[str, str]
State = frozenset[tuple[Feature, object]]


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """The states since a story began, the present one first. Equal histories of one Walker are the same object."""

    state: State
    before: History | None = None

    def __iter__(self) -> Iterator[State]:
        history: History | None = self
        while history is not None:
            yield history.state
            history = history.before


@dataclass(frozen=True, slots=True)
class Decision:
    """What had happened, and the action that follows."""

    history: History
    action: str
    where: Where | None
    block: Story | Rule


@dataclass(frozen=True, slots=True)
class _Path:
    """A way through a story, as far as it has been walked."""

    history: History | None = None
    user: State = frozenset()
    previous: str | None = None
    slots: tuple[tuple[str, object], ...] = ()
    loop: str | None = None

    @property
    def present(self) -> State:
        now: set[tuple[Feature, object]] = set(self.user)
        now |= {(("slots", name), value) for name, value in self.slots}
        if self.previous is not None:
            now.add((("previous", "action"), self.previous))
        if self.loop is not None:
            now.add((("loop", "name"), self.loop))
        return frozenset(now)


class Walker:
    """Walks through stories and rules of one domain.

    Without `initial_slots` only slots that are set in the story count, as RulePolicy sees it.
    """

    def __init__(self, domain: Domain, *, initial_slots: bool = True) -> None:
        self.domain = domain
        self.featurised = {slot.name: slot for slot in domain.featurised_slots}
        self.decisions: list[Decision] = []
        self.unmet: list[tuple[Story, CheckpointStep]] = []
        self.histories: dict[tuple[History | None, State], History] = {}
        initial = {name: self._features(name, slot.initial_value) for name, slot in self.featurised.items()}
        known = sorted((name, value) for name, value in initial.items() if value is not None)
        self.start = _Path(slots=tuple(known) if initial_slots else ())

    def rule(self, rule: Rule) -> list[Decision]:
        """The decisions of a rule, in its order."""
        self.decisions = []
        paths = [self.start]
        for condition in rule.condition:
            paths = [self._remember(path, condition) for path in paths]
        if not rule.conversation_start:
            paths = [replace(path, previous=RULE_SNIPPET_ACTION) for path in paths]
        for path in self._walk(rule, rule.steps, paths):
            if rule.wait_for_user_input and path.previous != ACTION_LISTEN:
                self._decide(rule, path, ACTION_LISTEN, rule.steps[-1].where if rule.steps else rule.where)
        return self.decisions

    def stories(self, stories: Iterable[Story]) -> list[Decision]:
        """The decisions of all stories, those after a checkpoint once for each way that leads there."""
        self.decisions = []
        self.unmet = []
        reached: dict[str, list[_Path]] = {}
        waiting: dict[str, list[Story]] = {}
        missing: dict[int, set[str]] = {}
        ready: list[Story] = []
        for story in stories:
            names = {checkpoint.name for checkpoint in _leading(story.steps)}
            missing[id(story)] = names
            for name in names:
                waiting.setdefault(name, []).append(story)
            if not names:
                ready.append(story)
        while ready:
            for story in ready:
                self._begin(story, reached)
            ready = []
            for name in [name for name in waiting if name in reached]:
                for story in waiting.pop(name):
                    missing[id(story)].discard(name)
                    if not missing[id(story)]:
                        ready.append(story)
        return self.decisions

    def _begin(self, story: Story, reached: dict[str, list[_Path]]) -> None:
        """Walks a story when all that leads to it has been walked."""
        leading = list(_leading(story.steps))
        paths = [self.start]
        for checkpoint in leading:
            paths = [path for path in reached[checkpoint.name] if self._meets(path, checkpoint.conditions)]
            if reached[checkpoint.name] and not paths:
                self.unmet.append((story, checkpoint))
        rest = story.steps[len(leading) :]
        for path in self._walk(story, rest, paths[:_MAX_PATHS], reached):
            ends_open = bool(rest) and isinstance(rest[-1], CheckpointStep)
            if rest and not ends_open and path.previous != ACTION_LISTEN:
                self._decide(story, path, ACTION_LISTEN, rest[-1].where)

    def _walk(
        self,
        block: Story | Rule,
        written: Iterable[Step],
        paths: list[_Path],
        reached: dict[str, list[_Path]] | None = None,
    ) -> list[_Path]:
        for step in written:
            match step:
                case UserStep():
                    paths = [self._hear(block, path, step) for path in paths]
                case ActionStep():
                    name = step.name or step.text or ""
                    paths = [self._decide(block, path, name, step.where) for path in paths]
                case SlotStep() | LoopStep():
                    paths = [self._remember(path, step, in_rule=isinstance(block, Rule)) for path in paths]
                case OrStep():
                    branches = [self._walk(block, [option], paths) for option in step.options]
                    paths = [path for branch in branches for path in branch][:_MAX_PATHS]
                case CheckpointStep():
                    if reached is not None:
                        reached.setdefault(step.name, []).extend(paths)
        return paths

    def _hear(self, block: Story | Rule, path: _Path, step: UserStep) -> _Path:
        if path.previous != ACTION_LISTEN:
            path = self._decide(block, path, ACTION_LISTEN, step.where)
        entities = [entity.as_dict() for entity in step.entities]
        intent = step.intent.partition("/")[0] if step.intent else None
        said: set[tuple[Feature, object]] = (
            {(("user", "intent"), intent)} if intent else {(("user", "text"), step.text)}
        )
        if counted := self.domain.entity_features(intent, entities):
            said.add((("user", "entities"), counted))
        path = replace(path, user=frozenset(said))
        for name, value in self.domain.slots_for_entities(entities).items():
            path = self._set(path, name, self._features(name, value))
        return path

    def _decide(self, block: Story | Rule, path: _Path, action: str, where: Where | None) -> _Path:
        present = path.present
        history = self.histories.setdefault((path.history, present), History(present, path.history))
        self.decisions.append(Decision(history, action, where, block))
        return replace(path, history=history, previous=action)

    def _remember(self, path: _Path, step: SlotStep | LoopStep, *, in_rule: bool = True) -> _Path:
        absent = NOT_SET if in_rule else None
        if isinstance(step, LoopStep):
            return replace(path, loop=step.name if step.name is not None else absent)
        features = self._features(step.name, step.value)
        return self._set(path, step.name, absent if features is None else features)

    def _set(self, path: _Path, name: str, value: object) -> _Path:
        if name not in self.featurised:
            return path
        slots = {key: known for key, known in path.slots if key != name}
        if value is not None:
            slots[name] = value
        return replace(path, slots=tuple(sorted(slots.items(), key=lambda entry: entry[0])))

    def _features(self, name: str, value: object) -> object:
        """The slot's features as policies see them; None when it is unset or has none."""
        slot = self.featurised.get(name)
        if slot is None:
            return None
        if value == ANY_VALUE:
            value = {"text": "filled", "list": ["filled"]}.get(slot.type)
        features = slot.features(value)
        return features if any(features) else None

    def _meets(self, path: _Path, conditions: Iterable[SlotStep]) -> bool:
        now = dict(path.slots)
        return all(
            condition.name not in self.featurised
            or now.get(condition.name) == self._features(condition.name, condition.value)
            for condition in conditions
        )


def matches(wanted: State, found: Mapping[Feature, object]) -> bool:
    """Whether a state has everything that a rule's state asks for, and nothing that it forbids."""
    for feature, value in wanted:
        present = found.get(feature)
        if value == NOT_SET:
            if present is not None and present != NOT_SET:
                return False
        elif present != value:
            return False
    return True


def _leading(written: Iterable[Step]) -> Iterator[CheckpointStep]:
    for step in written:
        if not isinstance(step, CheckpointStep):
            return
        yield step
