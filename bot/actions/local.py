"""The project's own actions, run in this process.

They are found as `rasa run actions` finds them: all subclasses of `rasa_sdk.Action` in the package or module
`actions`. They are run by rasa_sdk's own executor, so that they cannot tell the difference; each in a worker thread,
since an action may well wait for a database.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import pkgutil
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bot.actions.base import ActionFailedError, ActionRejected, CustomAnswer
from bot.actions.domain_json import domain_json
from bot.domain import Domain
from bot.errors import did_you_mean
from bot.tracker import Tracker

if TYPE_CHECKING:
    from rasa_sdk.executor import ActionExecutor

_threads = threading.local()


class LocalActions:
    """Actions in this process, by name."""

    def __init__(self, executor: ActionExecutor) -> None:
        self._executor = executor

    @property
    def names(self) -> list[str]:
        return sorted(self._executor.actions)

    @classmethod
    def load(cls, root: Path, package: str = "actions") -> LocalActions | None:
        """The actions of a project folder; None when it has no such package. What fails to import raises as it is."""
        if not (root / package).is_dir() and not (root / f"{package}.py").is_file():
            return None
        from rasa_sdk import Action
        from rasa_sdk.executor import ActionExecutor

        from bot.actions.sdk_tracker import reads_later

        _import(root, package)
        executor = ActionExecutor()
        for action in sorted(_subclasses(Action), key=lambda c: (c.__module__, c.__qualname__)):
            is_ours = action.__module__ == package or action.__module__.startswith(f"{package}.")
            if is_ours and not inspect.isabstract(action) and _is_current(action):
                executor.register_action(action)
        executor.actions = {name: reads_later(run) for name, run in executor.actions.items()}
        return cls(executor)

    async def run(self, name: str, tracker: Tracker, domain: Domain) -> CustomAnswer:
        """See `bot.actions.base.CustomActions`."""
        if name not in self._executor.actions:
            raise ActionFailedError(f"There is no action '{name}'. {did_you_mean(name, self.names)}".rstrip())
        from bot.actions.sdk_tracker import Unread

        tracker.make_dicts()
        call = {
            "next_action": name,
            "sender_id": tracker.sender_id,
            "tracker": tracker.as_dict() | {"events": Unread(tracker)},
            "domain": domain_json(domain),
        }
        return await asyncio.to_thread(self._run, call)

    def _run(self, call: dict[str, Any]) -> CustomAnswer:
        from rasa_sdk.interfaces import ActionExecutionRejection

        try:
            result = _thread_loop().run_until_complete(self._executor.run(call))
        except ActionExecutionRejection as rejection:
            raise ActionRejected(call["next_action"], str(rejection)) from rejection
        return CustomAnswer(result.events, result.responses) if result else CustomAnswer()

    async def close(self) -> None:
        return None


def _thread_loop() -> asyncio.AbstractEventLoop:
    """An event loop of this worker thread, for actions whose `run` is a coroutine."""
    loop: asyncio.AbstractEventLoop | None = getattr(_threads, "loop", None)
    if loop is None or loop.is_closed():
        loop = _threads.loop = asyncio.new_event_loop()
    return loop


def _import(root: Path, package: str) -> None:
    """Import the package of this project, even when another project's of the same name was imported before."""
    folder = str(root.resolve())
    present = sys.modules.get(package)
    if present is not None and not _lies_below(present, root):
        for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
            del sys.modules[name]
    if folder in sys.path:
        sys.path.remove(folder)
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    _import_all(importlib.import_module(package))


def _import_all(module: ModuleType) -> None:
    for found in pkgutil.iter_modules(getattr(module, "__path__", []), prefix=f"{module.__name__}."):
        imported = importlib.import_module(found.name)
        if found.ispkg:
            _import_all(imported)


def _lies_below(module: ModuleType, root: Path) -> bool:
    places = [module.__file__] if module.__file__ else list(getattr(module, "__path__", []))
    return any(root.resolve() in Path(place).resolve().parents for place in places if place)


def _subclasses(kind: type[Any]) -> set[type[Any]]:
    direct = set(kind.__subclasses__())
    return direct | {found for one in direct for found in _subclasses(one)}


def _is_current(action: type[Any]) -> bool:
    """Whether the class is the one that its module holds now, not a leftover of another project."""
    module = sys.modules.get(action.__module__)
    return module is not None and inspect.getmodule(action.run) is not None and _find(module, action) is action


def _find(module: ModuleType, action: type[Any]) -> Any:
    found: Any = module
    for part in action.__qualname__.split("."):
        found = getattr(found, part, None)
    return found
