"""Policy, and what a policy of a project's own answers.

A policy's `featurizer` gives the states of a conversation; their encoding as tensors is each policy's own affair.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from enum import Enum
from typing import Any

from bot.compat.api.constants import DEFAULT_POLICY_PRIORITY, POLICY_MAX_HISTORY, POLICY_PRIORITY
from bot.compat.api.domain import Domain
from bot.compat.api.events import Event
from bot.compat.api.exceptions import InvalidPolicyConfig
from bot.compat.api.graph import ExecutionContext, GraphComponent
from bot.compat.api.storage import ModelStorage, Resource
from bot.compat.api.trackers import DialogueStateTracker

State = dict[str, Any]
FEATURIZER_FILE = "featurizer.json"


class SupportedData(Enum):
    """What a policy learns from: stories, rules, or both."""

    ML_DATA = 1
    RULE_DATA = 2
    ML_AND_RULE_DATA = 3

    @staticmethod
    def trackers_for_supported_data(
        supported_data: SupportedData, trackers: list[DialogueStateTracker]
    ) -> list[DialogueStateTracker]:
        if supported_data is SupportedData.ML_AND_RULE_DATA:
            return trackers
        wanted = supported_data is SupportedData.RULE_DATA
        return [tracker for tracker in trackers if tracker.is_rule_tracker == wanted]


class PolicyPrediction:
    """`probabilities[i]` belongs to `domain.action_names_or_texts[i]`."""

    def __init__(
        self,
        probabilities: list[float],
        policy_name: str | None,
        policy_priority: int = 1,
        events: list[Event] | None = None,
        optional_events: list[Event] | None = None,
        is_end_to_end_prediction: bool = False,
        is_no_user_prediction: bool = False,
        diagnostic_data: dict[str, Any] | None = None,
        hide_rule_turn: bool = False,
        action_metadata: dict[str, Any] | None = None,
    ) -> None:
        """`events` are applied whichever policy wins, `optional_events` only when this one does."""
        self.probabilities = probabilities
        self.policy_name = policy_name
        self.policy_priority = policy_priority
        self.events = events or []
        self.optional_events = optional_events or []
        self.is_end_to_end_prediction = is_end_to_end_prediction
        self.is_no_user_prediction = is_no_user_prediction
        self.diagnostic_data = diagnostic_data or {}
        self.hide_rule_turn = hide_rule_turn
        self.action_metadata = action_metadata

    @staticmethod
    def for_action_name(
        domain: Domain,
        action_name: str,
        policy_name: str | None = None,
        confidence: float = 1.0,
        action_metadata: dict[str, Any] | None = None,
    ) -> PolicyPrediction:
        """The prediction of one action and no other."""
        probabilities = confidence_scores_for(action_name, confidence, domain)
        return PolicyPrediction(probabilities, policy_name, action_metadata=action_metadata)

    @property
    def max_confidence(self) -> float:
        return max(self.probabilities, default=0.0)

    @property
    def max_confidence_index(self) -> int:
        return list(self.probabilities).index(self.max_confidence)


def confidence_scores_for(action_name: str, value: float, domain: Domain) -> list[float]:
    """Zeros but for one action."""
    scores = [0.0] * domain.num_actions
    scores[domain.index_for_action(action_name)] = value
    return scores


class MessageContainerForCoreFeaturization:
    """Named in signatures only: policies are not given features of end-to-end texts here."""


class SingleStateFeaturizer:
    """Named where a featurizer is made: how states become tensors is each policy's own affair."""


class TrackerFeaturizer:
    """The states of conversations."""

    def __init__(self, state_featurizer: SingleStateFeaturizer | None = None) -> None:
        self.state_featurizer = state_featurizer


class MaxHistoryTrackerFeaturizer(TrackerFeaturizer):
    """The last `max_history` states of conversations; all of them when it is None."""

    def __init__(self, state_featurizer: SingleStateFeaturizer | None = None, max_history: int | None = None) -> None:
        super().__init__(state_featurizer)
        self.max_history = max_history

    def prediction_states(
        self,
        trackers: list[DialogueStateTracker],
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        ignore_rule_only_turns: bool = False,
        rule_only_data: Mapping[str, Any] | None = None,
        ignore_action_unlikely_intent: bool = False,
    ) -> list[list[State]]:
        """The states of each conversation, oldest first."""
        found = [t.past_states(domain, False, ignore_rule_only_turns, rule_only_data) for t in trackers]
        return [states[-self.max_history :] if self.max_history else states for states in found]


class Policy(GraphComponent):
    """The base of policies."""

    @staticmethod
    def supported_data() -> SupportedData:
        return SupportedData.ML_DATA

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        featurizer: MaxHistoryTrackerFeaturizer | None = None,
    ) -> None:
        self.config = config
        self.priority = config.get(POLICY_PRIORITY, DEFAULT_POLICY_PRIORITY)
        self.finetune_mode = execution_context.is_finetuning
        self._featurizer = featurizer or self._standard_featurizer()
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Any:
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Any:
        return cls(config, model_storage, resource, execution_context)

    @property
    def featurizer(self) -> MaxHistoryTrackerFeaturizer:
        return self._featurizer

    def _standard_featurizer(self) -> MaxHistoryTrackerFeaturizer:
        return MaxHistoryTrackerFeaturizer(max_history=self.config.get(POLICY_MAX_HISTORY))

    @abstractmethod
    def train(self, training_trackers: list[DialogueStateTracker], domain: Domain, **kwargs: Any) -> Resource:
        """Learn from stories and rules, and persist what was learnt."""

    @abstractmethod
    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """What to do next."""

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        """The states of a conversation, without rules' own turns for a policy that learns from stories."""
        learns_from_stories = self.supported_data() is SupportedData.ML_DATA
        return self.featurizer.prediction_states(
            [tracker],
            domain,
            use_text_for_last_user_input,
            ignore_rule_only_turns=learns_from_stories,
            rule_only_data=rule_only_data,
        )[0]

    def _default_predictions(self, domain: Domain) -> list[float]:
        return [0.0] * domain.num_actions

    def _prediction(
        self,
        probabilities: list[float],
        events: list[Event] | None = None,
        optional_events: list[Event] | None = None,
        is_end_to_end_prediction: bool = False,
        is_no_user_prediction: bool = False,
        diagnostic_data: dict[str, Any] | None = None,
        action_metadata: dict[str, Any] | None = None,
    ) -> PolicyPrediction:
        return PolicyPrediction(
            probabilities,
            type(self).__name__,
            self.priority,
            events,
            optional_events,
            is_end_to_end_prediction,
            is_no_user_prediction,
            diagnostic_data,
            action_metadata=action_metadata,
        )


__all__ = [
    "FEATURIZER_FILE",
    "InvalidPolicyConfig",
    "MaxHistoryTrackerFeaturizer",
    "MessageContainerForCoreFeaturization",
    "Policy",
    "PolicyPrediction",
    "SingleStateFeaturizer",
    "SupportedData",
    "TrackerFeaturizer",
    "confidence_scores_for",
]
