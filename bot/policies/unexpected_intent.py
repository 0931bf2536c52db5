"""UnexpecTEDIntentPolicy: says so when a customer's intent is one that no story leads to expect.

It learns which intents follow in which situations, and for each intent how well it has to fit at least. The action that
it predicts, `action_unlikely_intent`, does nothing by itself: rules and stories say what happens after it.
Source: `rasa/core/policies/unexpected_intent_policy.py` of Rasa 3.6.21.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from bot.domain import ACTION_UNLIKELY_INTENT, Domain
from bot.events import ActionExecuted, UserUttered
from bot.policies.base import Prediction, scores
from bot.policies.dialogue_model import DialogueModel, Labels, Progress, Situation
from bot.policies.featurizer import INTENT
from bot.policies.options import PolicyConfig
from bot.policies.states import RuleOnly, State, StoryStates, told_states
from bot.policies.ted_options import UnexpecTEDIntentConfig
from bot.policies.training_trackers import TrainingTracker
from bot.registry import register
from bot.tracker import Tracker

logger = logging.getLogger(__name__)

_QUANTILES = "quantiles.json"
_TOLERANCES = tuple(percent / 100 for percent in range(0, 100, 5))


@register("policy", "UnexpecTEDIntentPolicy")
class UnexpecTEDIntentPolicy:
    """Predicts `action_unlikely_intent` with certainty, or nothing."""

    Config: ClassVar[type[PolicyConfig]] = UnexpecTEDIntentConfig
    learns_from_rules: ClassVar[bool] = False
    learns_from_augmented: ClassVar[bool] = True
    is_heavy: ClassVar[bool] = True
    yields_to_certainty: ClassVar[bool] = True

    def __init__(self, config: UnexpecTEDIntentConfig) -> None:
        self.config = config
        self._model: DialogueModel | None = None
        self._quantiles: dict[str, list[float]] = {}
        self._history: StoryStates | None = None
        self._history_of: tuple[Domain, RuleOnly] | None = None

    def train(
        self, trackers: Sequence[TrainingTracker], domain: Domain, progress: Progress = lambda done: None
    ) -> None:
        """Learn which intents follow in which situations; stories with messages or replies as texts are left out."""
        expected: dict[Situation, dict[str, None]] = defaultdict(dict)
        for tracker in trackers:
            if not tracker.is_rule and not _has_texts(tracker.tracker):
                for states, intent in _intents(tracker.tracker, self.config.history):
                    if intent in domain.all_intents:
                        expected[states][intent] = None
        self._model, self._quantiles = None, {}
        if not expected:
            logger.warning("There are no stories: UnexpecTEDIntentPolicy has nothing to learn and predicts nothing.")
            return
        examples = [(states, tuple(intents)) for states, intents in expected.items()]
        labels = Labels(tuple(domain.all_intents), name_part=INTENT)
        self._model = DialogueModel.learn(examples, labels, domain, self.config, multi_label=True, progress=progress)
        found = self._model.similarities([states for states, _ in examples])
        self._quantiles = quantiles([intents for _, intents in examples], found)

    def predict(self, tracker: Tracker, domain: Domain, rule_only: RuleOnly) -> Prediction:
        return self.predict_batch([tracker], domain, rule_only)[0]

    def predict_batch(self, trackers: Sequence[Tracker], domain: Domain, rule_only: RuleOnly) -> list[Prediction]:
        asked = [self._asked(tracker, domain, rule_only) for tracker in trackers]
        situations = [each[1] for each in asked if each]
        answers = iter(self._model.similarities(situations) if self._model and situations else ())
        nothing = Prediction(type(self).__name__, scores(domain, {}), self.config.priority)
        return [self._prediction(each[0], next(answers), domain) if each else nothing for each in asked]

    def _asked(self, tracker: Tracker, domain: Domain, rule_only: RuleOnly) -> tuple[str, Situation] | None:
        """The intent to judge and the conversation before it; None when there is nothing to judge."""
        intent = _intent_just_said(tracker)
        if self._model is None or intent is None or intent not in self._model.labels:
            return None
        situation = self._before_message(tracker, self._model, self._story_states(domain, rule_only))
        return (intent, situation) if situation else None

    def _prediction(self, intent: str, similarities: dict[str, float], domain: Domain) -> Prediction:
        threshold = self._threshold(intent)
        is_unlikely = (
            threshold is not None
            and intent not in self.config.ignore_intents_list
            and similarities[intent] < threshold
            and intent != max(similarities, key=lambda each: similarities[each])
        )
        return Prediction(
            type(self).__name__,
            scores(domain, {ACTION_UNLIKELY_INTENT: 1.0} if is_unlikely else {}),
            self.config.priority,
            why=f"no story leads to expect '{intent}' here" if is_unlikely else "",
            metadata=self._metadata(intent, similarities),
        )

    def _before_message(self, tracker: Tracker, model: DialogueModel, history: StoryStates) -> Situation:
        """The conversation before the customer said what is being judged."""
        limit = self.config.history or model.longest
        states = history.recent(tracker, limit + 1)
        if states and states[-1].is_after_listen:
            del states[-1]
        return tuple(states[-limit:])

    def _threshold(self, intent: str) -> float | None:
        """How well an intent has to fit; None for intents that no story has."""
        found = self._quantiles.get(intent)
        return found[min(int(self.config.tolerance * len(found)), len(found) - 1)] if found else None

    def _metadata(self, intent: str, similarities: dict[str, float]) -> dict[str, Any]:
        """Rasa's: the intent that was said, and those that fit best."""
        ranking = sorted(similarities, key=lambda each: -similarities[each])
        ranking = ranking[: self.config.ranking_length or None]
        return {
            "query_intent": self._candidate(intent, similarities[intent]),
            "ranking": [self._candidate(each, similarities[each]) for each in ranking],
        }

    def _candidate(self, intent: str, score: float) -> dict[str, Any]:
        threshold = self._threshold(intent)
        severity = None if threshold is None else threshold - score
        return {"name": intent, "score": score, "threshold": threshold, "severity": severity}

    def _story_states(self, domain: Domain, rule_only: RuleOnly) -> StoryStates:
        if self._history is None or self._history_of != (domain, rule_only):
            self._history, self._history_of = StoryStates(domain, rule_only), (domain, rule_only)
        return self._history

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._model is not None:
            self._model.save(folder)
            (folder / _QUANTILES).write_text(json.dumps(self._quantiles, ensure_ascii=False), encoding="utf-8")

    def load(self, folder: Path, domain: Domain) -> None:
        self._model = DialogueModel.load(folder)
        if self._model is not None:
            self._quantiles = json.loads((folder / _QUANTILES).read_text(encoding="utf-8"))


def quantiles(right: Sequence[Sequence[str]], found: Sequence[dict[str, float]]) -> dict[str, list[float]]:
    """Thresholds of each intent for tolerances 0, 0.05, … 0.95: what that share of the situations in which the intent
    is wrong exceeds, but never more than it has where it is right."""
    import numpy as np

    fits: dict[str, list[float]] = defaultdict(list)
    misfits: dict[str, list[float]] = defaultdict(list)
    every = dict.fromkeys(intent for intents in right for intent in intents)
    for intents, similarities in zip(right, found, strict=True):
        for intent in every:
            (fits if intent in intents else misfits)[intent].append(similarities[intent])
    thresholds: dict[str, list[float]] = {}
    for intent in every:
        least = min(fits[intent])
        wrong = misfits.get(intent)
        steps = np.quantile(wrong, [1 - t for t in _TOLERANCES], method="lower").tolist() if wrong else []
        thresholds[intent] = [min(least, step) for step in steps] or [least] * len(_TOLERANCES)
    return thresholds


def _intents(tracker: Tracker, max_history: int | None) -> Iterator[tuple[Situation, str]]:
    """What is said in a story: the states up to the moment when the bot began to listen, and the intent."""
    states: list[State] = []
    for event, before in told_states(tracker):
        if before is not None:
            states.append(before)
        elif isinstance(event, UserUttered) and states:
            yield tuple(states[-max_history:] if max_history else states), event.intent_name or ""


def _has_texts(tracker: Tracker) -> bool:
    return any(
        event.intent_name is None if isinstance(event, UserUttered) else event.name is None
        for event, _ in told_states(tracker)
    )


def _intent_just_said(tracker: Tracker) -> str | None:
    """The intent of the last message, when nothing has been done about it yet."""
    for step in tracker.steps_back():
        if isinstance(step.event, ActionExecuted):
            return None
        if isinstance(step.event, UserUttered):
            return step.event.intent_name
    return None
