"""What policies can be told in config.yml, apart from what they are made of: a project is checked without loading that."""

from __future__ import annotations

from pydantic import BaseModel

from bot.domain import ACTION_DEFAULT_FALLBACK


class PolicyConfig(BaseModel, extra="allow"):
    """Options that all policies have. `priority` decides between predictions of equal confidence."""

    priority: int = 1
    max_history: int | None = None


class MemoizationConfig(PolicyConfig):
    """`max_history`: how many states must match; None: the whole conversation."""

    priority: int = 3
    use_nlu_confidence_as_score: bool = False


class RuleConfig(PolicyConfig):
    """`core_fallback_action_name` is predicted with `core_fallback_threshold` as its confidence when no rule applies.

    `restrict_rules` allows one user message in a rule. `check_for_contradictions` compares rules and stories with one
    another while training.
    """

    priority: int = 4
    core_fallback_threshold: float = 0.3
    core_fallback_action_name: str = ACTION_DEFAULT_FALLBACK
    enable_fallback_prediction: bool = True
    restrict_rules: bool = True
    check_for_contradictions: bool = True
    use_nlu_confidence_as_score: bool = False
