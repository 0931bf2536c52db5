"""Components by the name used in config.yml, and what a component is.

Built-ins enter through the same entry-point group (`kefu.components`) as third parties: an entry point names a
module; importing it registers its components. Nothing is imported before a name is asked for. What a component can be
told may be offered apart (`kefu.options`), so that a project is checked without loading what its components are made of.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

ENTRY_POINT_GROUP = "kefu.components"
OPTIONS_GROUP = "kefu.options"
KINDS = ("nlu", "policy", "slot")

_Class = TypeVar("_Class", bound=type[Any])
_registered: dict[str, dict[str, type[Any]]] = {kind: {} for kind in KINDS}


def register(kind: str, *names: str) -> Callable[[_Class], _Class]:
    """Register a class under the names that config.yml may use for it."""

    def decorate(component: _Class) -> _Class:
        for name in names:
            present = _registered[kind].get(name)
            if present is not None and present.__qualname__ != component.__qualname__:
                raise ValueError(f"{kind} component '{name}' is registered twice: {present!r} and {component!r}")
            _registered[kind][name] = component
        return component

    return decorate


def names(kind: str) -> list[str]:
    """All names of a kind, without importing what is behind them."""
    return sorted(_registered[kind].keys() | {point.name for point in _entry_points(kind)})


def get(kind: str, name: str) -> type[Any]:
    """The class registered under `name`; raises KeyError when there is none."""
    if name not in _registered[kind]:
        for point in _entry_points(kind):
            if point.name == name:
                importlib.import_module(point.module)
    return _registered[kind][name]


def options(kind: str, name: str) -> type[Any] | None:
    """The pydantic class of a component's options, None when it has none; raises KeyError for an unknown name."""
    for point in _entry_points(kind, OPTIONS_GROUP):
        if point.name == name:
            offered: type[Any] = point.load()
            return offered
    return getattr(get(kind, name), "Config", None)


@cache
def _entry_points(kind: str, group: str = ENTRY_POINT_GROUP) -> tuple[EntryPoint, ...]:
    """What installed packages offer; kept, because looking through all of them takes a tenth of a second."""
    return tuple(entry_points(group=f"{group}.{kind}"))
