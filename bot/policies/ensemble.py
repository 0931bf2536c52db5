"""Which policy's prediction is taken. Source: `rasa/core/policies/ensemble.py` of Rasa 3.6.21."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain import ACTION_LISTEN, Domain
from bot.errors import UsageError
from bot.events import ActionExecuted, ActionExecutionRejected, UserFeaturization
from bot.policies.base import Policy, Prediction
from bot.policies.rule import RulePolicy
from bot.policies.states import RuleOnly
from bot.tracker import Tracker


class Ensemble:
    """Asks all policies and picks one answer.

    An action that has just refused to run counts for nothing. Predictions made without looking at the message win
    over others, those made from its text over those from its intent; then confidence decides, then priority.
    """

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.policies = tuple(policies)
        self._by_priority = sorted(range(len(policies)), key=lambda i: -policies[i].config.priority)
        self._rule_only = next((p.rule_only for p in policies if isinstance(p, RulePolicy)), RuleOnly())

    @property
    def is_heavy(self) -> bool:
        """Whether a policy runs a model, so that predicting belongs in a worker thread."""
        return any(policy.is_heavy for policy in self.policies)

    def predict(self, tracker: Tracker, domain: Domain) -> Prediction:
        """The prediction to follow, with the events of all policies."""
        predictions = self._predictions(tracker, domain)
        best = _best(predictions)
        events = [event for prediction in predictions for event in prediction.events]
        events += best.optional_events
        if tracker.latest_action_name == ACTION_LISTEN:
            events.append(UserFeaturization(best.is_end_to_end))
        return replace(best, events=tuple(events), optional_events=())

    def _predictions(self, tracker: Tracker, domain: Domain) -> list[Prediction]:
        """The answers of all policies that could matter, in the order of the config."""
        rejected = _rejected_action(tracker)
        index = domain.action_index(rejected) if rejected is not None and domain.has_action(rejected) else None
        answers: dict[int, Prediction] = {}
        for number in self._by_priority:
            policy = self.policies[number]
            if policy.yields_to_certainty and any(_is_beyond(a, policy.config.priority) for a in answers.values()):
                continue
            prediction = policy.predict(tracker, domain, self._rule_only)
            answers[number] = prediction if index is None else _without(prediction, index)
        return [answers[number] for number in sorted(answers)]


def _is_beyond(prediction: Prediction, priority: int) -> bool:
    """Whether nothing that a certain policy of this priority says could win against the prediction."""
    return prediction.is_no_user_prediction or (prediction.confidence >= 1.0 and prediction.priority > priority)


def _best(predictions: Sequence[Prediction]) -> Prediction:
    if not predictions:
        raise UsageError("There is no policy to decide what to do next; config.yml lists none under `policies`.")
    has_no_user = any(prediction.is_no_user_prediction for prediction in predictions)
    has_end_to_end = any(prediction.is_end_to_end for prediction in predictions)
    eligible = [p for p in predictions if p.is_no_user_prediction == has_no_user]
    if not has_no_user:
        eligible = [p for p in eligible if p.is_end_to_end == has_end_to_end]
    return max(eligible, key=lambda p: (p.confidence, p.priority))


def _without(prediction: Prediction, index: int) -> Prediction:
    probabilities = list(prediction.probabilities)
    probabilities[index] = 0.0
    return replace(prediction, probabilities=tuple(probabilities))


def _rejected_action(tracker: Tracker) -> str | None:
    for event in tracker.events_back():
        if isinstance(event, ActionExecutionRejected):
            return event.name
        if isinstance(event, ActionExecuted):
            return None
    return None
