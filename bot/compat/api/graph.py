"""GraphComponent: what every custom component and policy is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from bot.compat.api.storage import ModelStorage, Resource


@dataclass
class ExecutionContext:
    """About the run in which a component is used. There is no graph here: `graph_schema` is None.

    `node_name` is `train_` or `run_`, the component's name in config.yml and its place in the pipeline.
    """

    graph_schema: Any = field(default=None, repr=False)
    model_id: str | None = None
    should_add_diagnostic_data: bool = False
    is_finetuning: bool = False
    node_name: str | None = None


class GraphComponent(ABC):
    """The interface of Rasa 3's components."""

    @classmethod
    def required_components(cls) -> list[type[Any]]:
        """Kinds of components that must come before this one."""
        return []

    @classmethod
    @abstractmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Any:
        """An untrained component; `config` is the default config with what config.yml says."""

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Any:
        """A trained component, from what it has persisted."""
        return cls.create(config, model_storage, resource, execution_context)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    @staticmethod
    def supported_languages() -> list[str] | None:
        """ISO codes of the languages it works with; None for all."""
        return None

    @staticmethod
    def not_supported_languages() -> list[str] | None:
        return None

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that must be installed."""
        return []

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """What else the trained component depends on, such as a file that it reads."""
        return None


__all__ = ["ExecutionContext", "GraphComponent"]
