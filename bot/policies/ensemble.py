"""Which policy's prediction is taken. Source: `rasa/core/policies/ensemble.py` of Rasa 3.6.21."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain import ACTION_LISTEN, Domain
from bot.errors import UsageError
from bot.events import ActionExecuted, ActionExecutionRejected, UserFeaturization
from bot.policies.base import Batched, Policy, Prediction
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

    @property
    def is_batched(self) -> bool:
        """Whether all of its models answer for many conversations at once."""
        return all(isinstance(policy, Batched) for policy in self.policies if policy.is_heavy)

    def predict(self, tracker: Tracker, domain: Domain) -> Prediction:
        """The prediction to follow, with the events of all policies."""
        return self.predict_batch([tracker], domain)[0]

    def predict_batch(self, trackers: Sequence[Tracker], domain: Domain) -> list[Prediction]:
        """The predictions for several conversations; one forward pass of each model for all of them."""
        found = self._predictions(trackers, domain)
        return [_together(tracker, predictions) for tracker, predictions in zip(trackers, found, strict=True)]

    def _predictions(self, trackers: Sequence[Tracker], domain: Domain) -> list[list[Prediction]]:
        """For each tracker the answers of all policies that could matter, in the order of the config."""
        rejected = [_rejected_index(tracker, domain) for tracker in trackers]
        answers: list[dict[int, Prediction]] = [{} for _ in trackers]
        for number in self._by_priority:
            policy = self.policies[number]
            asked = [
                place
                for place, known in enumerate(answers)
                if not policy.yields_to_certainty
                or not any(_is_beyond(answer, policy.config.priority) for answer in known.values())
            ]
            found = _ask(policy, [trackers[place] for place in asked], domain, self._rule_only)
            for place, prediction in zip(asked, found, strict=True):
                index = rejected[place]
                answers[place][number] = prediction if index is None else _without(prediction, index)
        return [[known[number] for number in sorted(known)] for known in answers]


def _ask(policy: Policy, trackers: Sequence[Tracker], domain: Domain, rule_only: RuleOnly) -> list[Prediction]:
    if isinstance(policy, Batched):
        return policy.predict_batch(trackers, domain, rule_only)
    return [policy.predict(tracker, domain, rule_only) for tracker in trackers]


def _together(tracker: Tracker, predictions: Sequence[Prediction]) -> Prediction:
    """The best prediction, with the events of all."""
    best = _best(predictions)
    events = [event for prediction in predictions for event in prediction.events]
    events += best.optional_events
    if tracker.latest_action_name == ACTION_LISTEN:
        events.append(UserFeaturization(best.is_end_to_end))
    return replace(best, events=tuple(events), optional_events=())


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


def _rejected_index(tracker: Tracker, domain: Domain) -> int | None:
    """The action that has just refused to run."""
    for event in tracker.events_back():
        if isinstance(event, ActionExecutionRejected):
            return domain.action_index(event.name) if domain.has_action(event.name) else None
        if isinstance(event, ActionExecuted):
            return None
    return None
