"""DefaultV1Recipe: the decorator that says what kind of component a class is."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from bot.compat.api.exceptions import RasaException
from bot.compat.api.graph import GraphComponent

_Class = TypeVar("_Class", bound=type[Any])


class DefaultV1RecipeRegisterException(RasaException):
    """What is registered is no GraphComponent."""


@enum.unique
class ComponentType(enum.Enum):
    """What a component does, and so when it is called."""

    MESSAGE_TOKENIZER = 0
    MESSAGE_FEATURIZER = 1
    INTENT_CLASSIFIER = 2
    ENTITY_EXTRACTOR = 3
    POLICY_WITHOUT_END_TO_END_SUPPORT = 4
    POLICY_WITH_END_TO_END_SUPPORT = 5
    MODEL_LOADER = 6


@dataclass
class RegisteredComponent:
    """A registered class, and what the decorator was given."""

    clazz: type[Any]
    types: set[Any]
    is_trainable: bool
    model_from: str | None = None


_Types = ComponentType | Iterable[ComponentType]


class DefaultV1Recipe:
    """The registry behind `@DefaultV1Recipe.register`."""

    ComponentType = ComponentType
    name = "default.v1"
    _registered: ClassVar[dict[type[Any], RegisteredComponent]] = {}

    @classmethod
    def register(
        cls,
        component_types: _Types,
        is_trainable: bool,
        model_from: str | None = None,
    ) -> Callable[[_Class], _Class]:
        """`model_from` names the component whose `provide()` gives the argument `model`."""
        types = {component_types} if isinstance(component_types, ComponentType) else set(component_types)

        def decorate(registered: _Class) -> _Class:
            if not issubclass(registered, GraphComponent):
                message = f"'{registered.__name__}' cannot be registered: it is no subclass of GraphComponent."
                raise DefaultV1RecipeRegisterException(message)
            cls._registered[registered] = RegisteredComponent(registered, types, is_trainable, model_from)
            return registered

        return decorate

    @classmethod
    def registered(cls, component: type[Any]) -> RegisteredComponent | None:
        """What was registered for exactly this class."""
        return cls._registered.get(component)


__all__ = ["DefaultV1Recipe", "DefaultV1RecipeRegisterException"]
