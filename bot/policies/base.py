"""What a policy is, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from bot.domain import Domain
from bot.events import Event
from bot.policies.options import PolicyConfig
from bot.policies.states import RuleOnly
from bot.policies.training_trackers import TrainingTracker
from bot.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a policy would do next.

    `probabilities[i]` belongs to `domain.action_names[i]`. `events` are applied whichever policy wins,
    `optional_events` only when this one does. `is_no_user_prediction`: made without looking at the message, and
    before all others; `is_end_to_end`: made from the message's text. `why` names the rule or story, with its place.
    """

    policy: str | None
    probabilities: tuple[float, ...]
    priority: int = 1
    events: tuple[Event, ...] = ()
    optional_events: tuple[Event, ...] = ()
    is_no_user_prediction: bool = False
    is_end_to_end: bool = False
    hide_rule_turn: bool = False
    why: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def confidence(self) -> float:
        return max(self.probabilities, default=0.0)

    @property
    def index(self) -> int:
        """The index of the most probable action; the first one of equals, as in Rasa."""
        return self.probabilities.index(self.confidence) if self.probabilities else 0

    def action(self, domain: Domain) -> str:
        return domain.action_names[self.index]


def certain(domain: Domain, action: str, *, policy: str | None, confidence: float = 1.0, why: str = "") -> Prediction:
    """The prediction of one action and no other. Raises UsageError when the domain has no such action."""
    return Prediction(policy, scores(domain, {action: confidence}), why=why)


def scores(domain: Domain, by_action: dict[str, float]) -> tuple[float, ...]:
    """Zeros but for the given actions."""
    values = [0.0] * len(domain.action_names)
    for action, score in by_action.items():
        values[domain.action_index(action)] = score
    return tuple(values)


class Policy(Protocol):
    """A policy. The class is registered with `@register("policy", "Name")` and has a light constructor."""

    Config: ClassVar[type[PolicyConfig]]
    learns_from_rules: ClassVar[bool]
    is_heavy: ClassVar[bool]  # predicts with a model: the assistant runs it in a worker thread

    @property
    def config(self) -> PolicyConfig: ...

    @property
    def yields_to_certainty(self) -> bool:
        """Never more than certain, adds no events: need not be asked after a certain one."""
        ...

    def __init__(self, config: Any) -> None: ...

    def train(self, trackers: Sequence[TrainingTracker], domain: Domain) -> None: ...

    def predict(self, tracker: Tracker, domain: Domain, rule_only: RuleOnly) -> Prediction: ...

    def save(self, folder: Path) -> None: ...

    def load(self, folder: Path, domain: Domain) -> None: ...


@runtime_checkable
class Batched(Protocol):
    """A policy whose model answers for several conversations in little more time than for one."""

    def predict_batch(self, trackers: Sequence[Tracker], domain: Domain, rule_only: RuleOnly) -> list[Prediction]:
        """What `predict` says of each."""
        ...


@runtime_checkable
class Generalising(Protocol):
    """A policy for conversations that no story tells. It also learns from stories that go on with other stories, and
    takes long enough to say how far it is (0 to 1)."""

    learns_from_augmented: ClassVar[bool]

    def train(
        self, trackers: Sequence[TrainingTracker], domain: Domain, progress: Callable[[float], None] = ...
    ) -> None: ...
