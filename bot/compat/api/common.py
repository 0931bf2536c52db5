"""Helpers of `rasa.shared.utils.common` and `rasa.utils.common`."""

from __future__ import annotations

import copy
import importlib
import inspect
import shutil
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from bot.compat.api.exceptions import RasaException


def class_from_module_path(module_path: str, lookup_path: str | None = None) -> type[Any]:
    """The class at a dotted path; ImportError when there is none, RasaException when it is no class."""
    module_name, _, name = module_path.rpartition(".")
    found = getattr(importlib.import_module(module_name or lookup_path or ""), name, None)
    if found is None:
        raise ImportError(f"Cannot retrieve class from path {module_path}.")
    if not inspect.isclass(found):
        raise RasaException(f"{module_path} is no class but {type(found)}.")
    return found


def module_path_from_instance(inst: Any) -> str:
    return f"{type(inst).__module__}.{type(inst).__name__}"


def all_subclasses(cls: type[Any]) -> list[type[Any]]:
    """All subclasses that are known and not abstract."""
    direct = cls.__subclasses__()
    return [c for sub in direct for c in (sub, *all_subclasses(sub)) if not inspect.isabstract(c)]


def lazy_property(function: Callable[[Any], Any]) -> Any:
    """A property that is computed once."""
    name = f"_lazy_{function.__name__}"

    def get(self: Any) -> Any:
        if not hasattr(self, name):
            setattr(self, name, function(self))
        return getattr(self, name)

    return property(get)


def arguments_of(func: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(func).parameters)


def minimal_kwargs(
    kwargs: dict[str, Any], func: Callable[..., Any], excluded_keys: Iterable[str] | None = None
) -> dict[str, Any]:
    """Those of `kwargs` that the function takes."""
    excluded = set(excluded_keys or ())
    taken = arguments_of(func)
    return {key: value for key, value in kwargs.items() if key in taken and key not in excluded}


def transform_collection_to_sentence(collection: Collection[str]) -> str:
    """["A", "B", "C"] → "A, B and C"."""
    items = list(map(str, collection))
    return " and ".join([*([", ".join(items[:-1])] if items[1:] else []), *items[-1:]])


def override_defaults(defaults: dict[str, Any] | None, custom: dict[str, Any] | None) -> dict[str, Any]:
    """The default config with the given one over it; options that are dicts are merged."""
    config = copy.deepcopy(defaults) if defaults else {}
    for key, value in (custom or {}).items():
        if isinstance(config.get(key), dict):
            config[key].update(value)
        else:
            config[key] = value
    return config


def copy_directory(source: Path, destination: Path) -> None:
    shutil.copytree(source, destination, dirs_exist_ok=True)


__all__ = [
    "all_subclasses",
    "arguments_of",
    "class_from_module_path",
    "copy_directory",
    "lazy_property",
    "minimal_kwargs",
    "module_path_from_instance",
    "override_defaults",
    "transform_collection_to_sentence",
]
