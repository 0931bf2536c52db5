"""Policies that recall what the stories say, word for word.

Source: `rasa/core/policies/memoization.py` and `MaxHistoryTrackerFeaturizer` of Rasa 3.6.21.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from bot.domain import ACTION_UNLIKELY_INTENT, Domain
from bot.policies.base import Prediction, scores
from bot.policies.memories import ROOT, Memories, Memory
from bot.policies.options import MemoizationConfig, PolicyConfig
from bot.policies.shortening import Outlines, events_from, starts
from bot.policies.states import RuleOnly, State, StoryStates
from bot.policies.training_trackers import TrainingTracker, story_conversations
from bot.registry import register
from bot.tracker import Tracker


@register("policy", "MemoizationPolicy")
class MemoizationPolicy:
    """Predicts what a story did in exactly the same situation, with certainty, and nothing otherwise."""

    Config: ClassVar[type[PolicyConfig]] = MemoizationConfig
    learns_from_rules: ClassVar[bool] = False
    is_heavy: ClassVar[bool] = False
    yields_to_certainty: ClassVar[bool] = True

    def __init__(self, config: MemoizationConfig) -> None:
        self.config = config
        self._memory = Memories()
        self._longest = 0
        self._outlines: Outlines | None = None
        self._history: StoryStates | None = None
        self._history_of: tuple[Domain, RuleOnly] | None = None

    def train(self, trackers: Sequence[TrainingTracker], domain: Domain) -> None:
        """Memorise every step of every story; situations in which stories disagree are forgotten."""
        self._memory = Memories()
        for tracker in story_conversations(trackers):
            self._learn(tracker)
        self._longest, self._outlines = self._memory.longest, None

    def _learn(self, tracker: TrainingTracker) -> None:
        source, window, node = _source(tracker), self.config.max_history, ROOT
        # As when predicting, it is as if `action_unlikely_intent` had never happened.
        told = [state for state in tracker.raw_states if state.action != ACTION_UNLIKELY_INTENT]
        for index, action in enumerate(action for action in tracker.actions if action.name != ACTION_UNLIKELY_INTENT):
            states = told[index : index + 1]
            if window:
                node, states = ROOT, told[max(index + 1 - window, 0) : index + 1]
            for state in states:
                node = self._memory.grow(node, state)
            if not action.unpredictable:
                self._memory.remember(node, Memory(action.name_or_text, source))

    def predict(self, tracker: Tracker, domain: Domain, rule_only: RuleOnly) -> Prediction:
        memory = self._recall(tracker, self._story_states(domain, rule_only))
        name = type(self).__name__
        if memory is None or not domain.has_action(memory.action):
            return Prediction(name, scores(domain, {}), self.config.priority)
        score = 1.0
        if self.config.use_nlu_confidence_as_score:
            score = float(tracker.latest_message.intent.get("confidence", 1.0))
        probabilities = scores(domain, {memory.action: score})
        return Prediction(name, probabilities, self.config.priority, why=memory.source)

    def _recall(self, tracker: Tracker, history: StoryStates) -> Memory | None:
        # One state more than the longest memory has: a conversation that is longer still matches nothing.
        limit = self.config.max_history or self._longest + 1
        return self._memory.recall(history.recent(tracker, limit))

    def _story_states(self, domain: Domain, rule_only: RuleOnly) -> StoryStates:
        if self._history is None or self._history_of != (domain, rule_only):
            self._history, self._history_of = StoryStates(domain, rule_only), (domain, rule_only)
        return self._history

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "memorized_turns.json").write_text(
            json.dumps(self._memory.as_dict(), ensure_ascii=False), encoding="utf-8"
        )

    def load(self, folder: Path, domain: Domain) -> None:
        shape = json.loads((folder / "memorized_turns.json").read_text(encoding="utf-8"))
        self._memory = Memories.from_dict(shape)
        self._longest, self._outlines = self._memory.longest, None


@register("policy", "AugmentedMemoizationPolicy")
class AugmentedMemoizationPolicy(MemoizationPolicy):
    """Memoization that, when it remembers nothing, forgets the oldest turns one by one and looks again."""

    def _recall(self, tracker: Tracker, history: StoryStates) -> Memory | None:
        found = super()._recall(tracker, history)
        return found or self._recall_shortened(tracker, history)

    def _recall_shortened(self, tracker: Tracker, history: StoryStates) -> Memory | None:
        if self._outlines is None:
            self._outlines = Outlines(self._memory)
        for start in starts(tracker, history, self._outlines, self.config.max_history):
            shorter = Tracker.from_events(tracker.sender_id, events_from(start, tracker), tracker.domain)
            found = super()._recall(shorter, history)
            if found:
                return found
        return None


def examples(tracker: TrainingTracker, max_history: int | None) -> Iterable[tuple[tuple[State, ...], str]]:
    """What to learn from a story: the states before each action that can be predicted, and the action."""
    for index, action in enumerate(tracker.actions, start=1):
        if action.unpredictable:
            continue
        start = max(index - max_history, 0) if max_history else 0
        yield tuple(tracker.raw_states[start:index]), action.name_or_text


def _source(tracker: TrainingTracker) -> str:
    return f"story '{tracker.name}'" + (f" ({tracker.where})" if tracker.where else "")
