"""Building policies from config.yml, and what they learn from."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot import registry
from bot.domain import Domain
from bot.errors import Problem, ProjectError, did_you_mean
from bot.policies import training_trackers as generator
from bot.policies.base import Policy
from bot.policies.training_trackers import TrainingTracker
from bot.stories import StoryData

if TYPE_CHECKING:
    from bot.formats.config import ComponentSpec
    from bot.project import Project

# Where the built-in policies are; imported when a config names them.
BUILT_IN = {
    "RulePolicy": "bot.policies.rule",
    "MemoizationPolicy": "bot.policies.memoization",
    "AugmentedMemoizationPolicy": "bot.policies.memoization",
    "TEDPolicy": "bot.policies.ted",
    "UnexpecTEDIntentPolicy": "bot.policies.unexpected_intent",
}


def build_policy(spec: ComponentSpec) -> Policy:
    """The untrained policy of a config's entry; raises ProjectError for unknown names and options out of range."""
    name = spec.name.rsplit(".", 1)[-1] if spec.name.startswith("rasa.") else spec.name
    policy_class = _find(name)
    if policy_class is None:
        hint = did_you_mean(name, [*BUILT_IN, *registry.names("policy")])
        raise ProjectError([Problem("unknown-component", f"there is no policy '{spec.name}'.", spec.where, hint)])
    try:
        config = policy_class.Config.model_validate(dict(spec.options))
    except ValidationError as error:
        raise ProjectError(_config_problem(spec, issue) for issue in error.errors()) from error
    policy: Policy = policy_class(config)
    return policy


def build_policies(specs: Sequence[ComponentSpec]) -> list[Policy]:
    return [build_policy(spec) for spec in specs]


def training_trackers(project: Project, *, augmentation: int = 0) -> list[TrainingTracker]:
    """The conversations that a project's stories and rules stand for."""
    return generator.training_trackers(project.stories, project.domain, augmentation=augmentation)


def train(stories: StoryData, domain: Domain, specs: Sequence[ComponentSpec], *, augmentation: int = 0) -> list[Policy]:
    """Trained policies for stories and rules, in the order of the config."""
    trackers = generator.training_trackers(stories, domain, augmentation=augmentation)
    policies = build_policies(specs)
    for policy in policies:
        policy.train(trackers, domain)
    return policies


def _find(name: str) -> type[Any] | None:
    if name in BUILT_IN and importlib.util.find_spec(BUILT_IN[name]):
        importlib.import_module(BUILT_IN[name])
    try:
        return registry.get("policy", name)
    except KeyError:
        return None


def _config_problem(spec: ComponentSpec, issue: Any) -> Problem:
    option = ".".join(str(part) for part in issue["loc"])
    where = spec.option_places.get(option.split(".")[0], spec.where)
    return Problem("config-option", f"the option '{option}' of {spec.name}: {issue['msg']}.", where)
