"""Policies of a project's own: subclasses of `rasa.core.policies.policy.Policy`, in this framework's ensemble."""

from __future__ import annotations

import inspect
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from bot.compat.api.common import override_defaults
from bot.compat.api.domain import Domain as RasaDomain
from bot.compat.api.events import Event as RasaEvent
from bot.compat.api.graph import ExecutionContext
from bot.compat.api.policies import Policy as RasaPolicy
from bot.compat.api.policies import PolicyPrediction
from bot.compat.api.storage import LocalModelStorage, Resource
from bot.compat.api.trackers import DialogueStateTracker
from bot.compat.hook import serving_rasa
from bot.compat.project_code import failure, load_class, problem, source_of
from bot.domain import Domain
from bot.events import Event
from bot.formats.config import ComponentSpec
from bot.policies.base import Policy, Prediction
from bot.policies.options import PolicyConfig
from bot.policies.states import RuleOnly
from bot.policies.training_trackers import TrainingTracker
from bot.tracker import Tracker


class CustomPolicyConfig(PolicyConfig):
    """The policy's own options; `code` is a hash of its source, so that a changed policy is trained again."""

    code: str = ""


class CustomPolicy:
    """Runs a policy class of the project's own. It is called by one thread at a time."""

    Config: ClassVar[type[PolicyConfig]] = CustomPolicyConfig
    learns_from_rules: ClassVar[bool] = True
    is_heavy: ClassVar[bool] = True  # nobody knows what it does, so it may not block the event loop
    yields_to_certainty: ClassVar[bool] = False

    def __init__(self, config: Any, policy_class: type[Any], spec: ComponentSpec, root: Path) -> None:
        self.config: PolicyConfig = config
        self._class, self._spec, self._root = policy_class, spec, root
        self._lock = threading.Lock()
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._instance: Any = None

    def train(self, trackers: Sequence[TrainingTracker], domain: Domain) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="kefu-")
        folder = Path(self._scratch.name)
        learner = self._make("create", folder)
        told = [
            DialogueStateTracker.around(told.tracker, is_rule=told.is_rule, is_augmented=told.is_augmented)
            for told in trackers
        ]
        self._guarded(learner.train, training_trackers=told, domain=RasaDomain(domain))
        self._instance = None

    def predict(self, tracker: Tracker, domain: Domain, rule_only: RuleOnly) -> Prediction:
        rules = {"rule_only_slots": sorted(rule_only.slots), "rule_only_loops": sorted(rule_only.loops)}
        asked = {
            "tracker": DialogueStateTracker.around(tracker.branch()),
            "domain": RasaDomain(domain),
            "rule_only_data": rules,
        }
        predict = self._loaded().predict_action_probabilities
        taken = inspect.signature(predict).parameters
        with self._lock, serving_rasa():
            found = predict(**{name: value for name, value in asked.items() if name in taken})
        return _prediction(found, type(self._instance).__name__, len(domain.action_names))

    def save(self, folder: Path) -> None:
        if self._scratch is not None:
            shutil.copytree(self._scratch.name, folder, dirs_exist_ok=True)

    def load(self, folder: Path, domain: Domain) -> None:
        self._instance = self._make("load", folder)

    def _loaded(self) -> Any:
        """The instance; one that has just learnt is loaded from what it has persisted."""
        if self._instance is None:
            assert self._scratch is not None, "neither trained nor loaded"
            self._instance = self._make("load", Path(self._scratch.name))
        return self._instance

    def _make(self, constructor: str, folder: Path) -> Any:
        purpose = "train" if constructor == "create" else "run"
        with serving_rasa():
            options = override_defaults(self._class.get_default_config(), dict(self._spec.options))
        return self._guarded(
            getattr(self._class, constructor),
            config=options,
            model_storage=LocalModelStorage(folder),
            resource=Resource(f"train_{self._spec.name}"),
            execution_context=ExecutionContext(node_name=f"{purpose}_{self._spec.name}"),
        )

    def _guarded(self, function: Callable[..., Any], **arguments: Any) -> Any:
        try:
            with serving_rasa():
                return function(**arguments)
        except Exception as error:
            what = f"'{self._spec.name}' has failed in {getattr(function, '__name__', function)}"
            raise failure(what, error, self._root, self._spec.where) from error


def make_policy(spec: ComponentSpec, *, root: Path) -> Policy:
    """The untrained policy of a class path. Raises ProjectError."""
    policy_class = load_class(spec.name, root, spec.where)
    if not issubclass(policy_class, RasaPolicy):
        raise problem(f"'{spec.name}' is no subclass of rasa.core.policies.policy.Policy.", spec.where)
    with serving_rasa():
        defaults = policy_class.get_default_config()
    given = {**defaults, **spec.options}
    config = CustomPolicyConfig(**{k: v for k, v in given.items() if v is not None}, code=source_of(spec.name, root))
    return CustomPolicy(config, policy_class, spec, root)


def _prediction(found: PolicyPrediction, name: str, actions: int) -> Prediction:
    """The prediction of this framework, with a probability for each action; those left out are not predicted."""
    probabilities = [float(probability) for probability in found.probabilities][:actions]
    return Prediction(
        found.policy_name or name,
        (*probabilities, *[0.0] * (actions - len(probabilities))),
        found.policy_priority,
        events=_own(found.events),
        optional_events=_own(found.optional_events),
        is_no_user_prediction=found.is_no_user_prediction,
        is_end_to_end=found.is_end_to_end_prediction,
        hide_rule_turn=found.hide_rule_turn,
        metadata=found.action_metadata or {},
    )


def _own(events: Sequence[RasaEvent]) -> tuple[Event, ...]:
    return tuple(event.as_own() for event in events)
