"""TEDPolicy: what to do next, learned from the stories by a transformer, so that it also knows what to do in
conversations that no story tells word for word.

Source: `rasa/core/policies/ted_policy.py` of Rasa 3.6.21, with its options and its featurisation. It differs in the
texts of end-to-end stories, which count as bags of words (`bot.policies.ngrams`), and in that it finds no entities.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import ClassVar

from bot.domain import ACTION_LISTEN, Domain
from bot.events import EXTERNAL_MESSAGE_PREFIX, ActionExecuted
from bot.policies.base import Prediction, scores
from bot.policies.dialogue_model import DialogueModel, Labels, Progress, Situation
from bot.policies.featurizer import INTENT, TEXT
from bot.policies.options import PolicyConfig
from bot.policies.states import RuleOnly, State, StoryStates, told_states
from bot.policies.ted_options import TEDConfig
from bot.policies.training_trackers import TrainingTracker
from bot.registry import register
from bot.tracker import Tracker

logger = logging.getLogger(__name__)


@register("policy", "TEDPolicy")
class TEDPolicy:
    """Predicts every action with a confidence; the confidences sum to 1."""

    Config: ClassVar[type[PolicyConfig]] = TEDConfig
    learns_from_rules: ClassVar[bool] = False
    learns_from_augmented: ClassVar[bool] = True
    is_heavy: ClassVar[bool] = True

    def __init__(self, config: TEDConfig) -> None:
        self.config = config
        self._model: DialogueModel | None = None
        self._history: StoryStates | None = None
        self._history_of: tuple[Domain, RuleOnly] | None = None

    @property
    def yields_to_certainty(self) -> bool:
        """What is predicted from a text goes before everything that is predicted from an intent, however certain."""
        return not self._reads_text

    @property
    def _reads_text(self) -> bool:
        return self._model is not None and TEXT in self._model.used_parts

    @property
    def _reads_text_only(self) -> bool:
        return self._model is not None and self._reads_text and INTENT not in self._model.used_parts

    def train(
        self, trackers: Sequence[TrainingTracker], domain: Domain, progress: Progress = lambda done: None
    ) -> None:
        """Learn from every step of every story, and of stories told one after another."""
        told = (example for t in trackers if not t.is_rule for example in examples(t.tracker, self.config.history))
        different = dict.fromkeys((states, action) for states, action in told if domain.has_action(action))
        self._model = None
        if not different:
            logger.warning("There are no stories: TEDPolicy has nothing to learn and predicts nothing.")
            return
        labels = Labels(domain.action_names, texts=frozenset(domain.e2e_actions))
        situations = [(states, (action,)) for states, action in different]
        self._model = DialogueModel.learn(situations, labels, domain, self.config, progress=progress)

    def predict(self, tracker: Tracker, domain: Domain, rule_only: RuleOnly) -> Prediction:
        return self.predict_batch([tracker], domain, rule_only)[0]

    def predict_batch(self, trackers: Sequence[Tracker], domain: Domain, rule_only: RuleOnly) -> list[Prediction]:
        name, model = type(self).__name__, self._model
        if model is None:
            return [Prediction(name, scores(domain, {}), self.config.priority) for _ in trackers]
        history = self._story_states(domain, rule_only)
        asked = [self._situations(tracker, model, history) for tracker in trackers]
        answers = iter(model.similarities([situation for situations in asked for situation in situations]))
        return [self._prediction(list(islice(answers, len(situations))), domain) for situations in asked]

    def _prediction(self, found: Sequence[dict[str, float]], domain: Domain) -> Prediction:
        chosen, by_text = self._choose([_softmax(each) for each in found], found)
        confidences = {action: value for action, value in self._ranked(chosen).items() if domain.has_action(action)}
        return Prediction(
            type(self).__name__,
            scores(domain, confidences),
            self.config.priority,
            is_end_to_end=by_text,
            why=f"learned from stories, by the {'text' if by_text else 'intent'} of the last message",
        )

    def _situations(self, tracker: Tracker, model: DialogueModel, history: StoryStates) -> list[Situation]:
        """The conversation as the intent of the last message has it, and, after a message, as its text has it."""
        limit = self.config.history or model.longest
        found = [tuple(history.recent(tracker, limit, use_text=self._reads_text_only))]
        if self._reads_text and not self._reads_text_only and _is_said_in_words(tracker):
            by_text = tuple(history.recent(tracker, limit, use_text=True))
            if TEXT in model.featurizer.turn(by_text[-1]):
                found.append(by_text)
        return found

    def _choose(
        self, confidences: Sequence[dict[str, float]], similarities: Sequence[Mapping[str, float]]
    ) -> tuple[dict[str, float], bool]:
        """The confidences to take, and whether they come from the text: Rasa's rule."""
        if len(confidences) > 1 and (
            max(confidences[1].values()) > self.config.e2e_confidence_threshold
            and max(similarities[1].values()) > max(similarities[0].values())
        ):
            return confidences[1], True
        return confidences[0], self._reads_text_only

    def _ranked(self, confidences: dict[str, float]) -> dict[str, float]:
        """The `ranking_length` best; the others count for nothing."""
        length = self.config.ranking_length
        if not 0 < length < len(confidences):
            return confidences
        best = sorted(confidences, key=lambda action: -confidences[action])[:length]
        whole = sum(confidences[action] for action in best) if self.config.renormalize_confidences else 1.0
        return {action: confidences[action] / whole for action in best}

    def _story_states(self, domain: Domain, rule_only: RuleOnly) -> StoryStates:
        if self._history is None or self._history_of != (domain, rule_only):
            self._history, self._history_of = StoryStates(domain, rule_only), (domain, rule_only)
        return self._history

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self._model is not None:
            self._model.save(folder)

    def load(self, folder: Path, domain: Domain) -> None:
        self._model = DialogueModel.load(folder)


def examples(tracker: Tracker, max_history: int | None) -> Iterator[tuple[Situation, str]]:
    """The states before each action of a story that can be predicted, and the action.

    Rasa takes the states as they were while the story was told and the actions that are left once repeated executions
    of a form count as one; where a form runs again, the two do not match. Here, as when predicting, they do.
    """
    states: list[State] = []
    for event, before in told_states(tracker):
        if isinstance(event, ActionExecuted) and before is not None:
            states.append(before)
            if not event.unpredictable:
                yield tuple(states[-max_history:] if max_history else states), event.name_or_text


def _is_said_in_words(tracker: Tracker) -> bool:
    """Whether the last thing that happened is a message in the customer's own words: no payload, no reminder."""
    text = tracker.latest_message.text or ""
    return tracker.latest_action_name == ACTION_LISTEN and not text.startswith(("/", EXTERNAL_MESSAGE_PREFIX))


def _softmax(similarities: Mapping[str, float]) -> dict[str, float]:
    most = max(similarities.values())
    powers = {label: math.exp(value - most) for label, value in similarities.items()}
    whole = sum(powers.values())
    return {label: power / whole for label, power in powers.items()}
