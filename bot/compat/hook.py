"""Imports of `rasa` while a project's own code is loaded or called, where no real `rasa` is installed.

Served modules live in `sys.modules` only inside `serving_rasa()`: outside, `import rasa` fails as it always did.
Their contents are the modules of `bot.compat.api`, made once, so that a class is the same class each time.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import FrameType, ModuleType
from typing import Any

from bot.compat.paths import API, OF_RASA_2, PACKAGES, RASA_VERSION, SERVED
from bot.errors import did_you_mean

ROOT = "rasa"


class NotServedError(ImportError):
    """Something of `rasa` that is not served here. The message says what is, and who asked, with file and line."""


@contextmanager
def serving_rasa() -> Iterator[None]:
    """Make `import rasa...` work for what runs inside. May be entered again, and from several threads."""
    _DOOR.open()
    try:
        yield
    finally:
        _DOOR.close()


class _Door:
    """Opened by the first who enters, closed by the last who leaves."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._inside = 0
        self._finder = _Finder()

    def open(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1 and ROOT not in sys.modules and not _is_installed():
                sys.meta_path.insert(0, self._finder)

    def close(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._finder in sys.meta_path:
                sys.meta_path.remove(self._finder)
                for name in [name for name in sys.modules if _is_rasa(name)]:
                    del sys.modules[name]


class _Finder(MetaPathFinder):
    """Finds what is served, and says of everything else below `rasa` that it is not."""

    def __init__(self) -> None:
        self._loader = _Loader()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not _is_rasa(fullname):
            return None
        if fullname not in SERVED and fullname not in PACKAGES:
            since = " It belongs to Rasa 2: see Rasa's migration guide for Rasa 3." if fullname in OF_RASA_2 else ""
            raise _not_served(f"there is no '{fullname}' here.{since}", fullname, sorted(SERVED), "Served are")
        return ModuleSpec(fullname, self._loader, is_package=fullname in PACKAGES)


class _Loader(Loader):
    """Gives each served path its module: always the same one."""

    def __init__(self) -> None:
        self._made: dict[str, ModuleType] = {}

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._made.setdefault(spec.name, _Served(spec.name))

    def exec_module(self, module: ModuleType) -> None:
        if "__served__" in vars(module):
            return
        contents: dict[str, Any] = {"__version__": RASA_VERSION} if module.__name__ == ROOT else {}
        if module.__name__ in SERVED:
            source = importlib.import_module(f"{API}.{SERVED[module.__name__]}")
            contents = {name: getattr(source, name) for name in source.__all__}
        vars(module).update(contents)
        vars(module)["__served__"] = tuple(contents)


class _Served(ModuleType):
    """A served module: a name that it does not have is named together with those that it has."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        path = f"{self.__name__}.{name}"
        if path in SERVED or path in PACKAGES:
            return importlib.import_module(path)
        names = [*self.__dict__.get("__served__", ()), *_below(self.__name__)]
        raise _not_served(f"'{self.__name__}' has no '{name}' here.", name, names, "It has")


def _not_served(what: str, name: str, served: Sequence[str], lead: str) -> NotServedError:
    known = did_you_mean(name, served, limit=3) or f"{lead}: {', '.join(served)}."
    why = "Kefu runs this project without Rasa, with only what custom code usually imports of it."
    return NotServedError(f"{_who_asked()}: {what} {known} {why}", name=name)


def _who_asked() -> str:
    """File and line of the import, or of the attribute, that was asked for."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (frame.f_code.co_filename in (__file__,) or _is_importlib(frame)):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _is_importlib(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith("<frozen importlib") or frame.f_globals.get("__name__") == "importlib"


def _below(package: str) -> list[str]:
    """The names of what is served directly below a package."""
    paths = [path for path in (*PACKAGES, *SERVED) if path.startswith(f"{package}.")]
    return sorted({path.removeprefix(f"{package}.").split(".")[0] for path in paths})


def _is_rasa(name: str) -> bool:
    return name == ROOT or name.startswith(f"{ROOT}.")


def _is_installed() -> bool:
    """Whether a real `rasa` can be imported; a folder of that name without an `__init__.py` is none."""
    spec = find_spec(ROOT)
    return spec is not None and spec.origin is not None


_DOOR = _Door()
