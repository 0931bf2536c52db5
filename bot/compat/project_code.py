"""Classes of a project's own code, by the dotted path that config.yml, endpoints.yml or credentials.yml gives."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
import traceback
from pathlib import Path
from typing import Any

from bot.compat.hook import serving_rasa
from bot.errors import Problem, ProjectError, UsageError, Where, did_you_mean

OWN_PACKAGES = frozenset({"bot", "nlu_models", "knowledge_base"})
# The projects' folders on `sys.path`: a package of one must not be found for another.
_FOLDERS: set[str] = set()


def load_class(dotted: str, root: Path, where: Where | None = None) -> type[Any]:
    """The class at `package.module.Class` below the project's folder; nothing else that can be imported is.

    Raises ProjectError, at `where`, when there is none, or when its module cannot be imported.
    """
    module_name, _, name = dotted.rpartition(".")
    file = root.joinpath(*module_name.split("."))
    if not file.with_suffix(".py").is_file() and not (file / "__init__.py").is_file():
        hint = "Write the path of a class below the project's folder, as `package.module.Class`."
        raise problem(f"there is no module '{module_name}' in {root}, for '{dotted}'.", where, hint)
    try:
        with serving_rasa():
            module = _import(root, module_name)
    except UsageError:
        raise
    except Exception as error:  # whatever the project's code does while it is imported
        raise failure(f"'{dotted}' cannot be imported", error, root, where) from error
    found = getattr(module, name, None)
    if not inspect.isclass(found):
        classes = [key for key, value in vars(module).items() if inspect.isclass(value)]
        raise problem(f"'{module_name}' has no class '{name}'.", where, did_you_mean(name, classes))
    return found


def source_of(dotted: str, root: Path) -> str:
    """A hash of the Python files that a class may depend on: those of its package, or beside its module."""
    top = root / dotted.split(".")[0]
    files = top.rglob("*.py") if top.is_dir() else root.glob("*.py")
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def problem(message: str, where: Where | None, hint: str = "") -> ProjectError:
    """The error of one problem with custom code."""
    return ProjectError([Problem("custom-code", message, where, hint)])


def failure(what: str, error: Exception, root: Path, where: Where | None) -> ProjectError:
    """What custom code raised, with the last line of it that was reached."""
    last = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_below(frame.filename, root)][-1:]
    places = tuple(("raised here", Where(frame.filename, frame.lineno or 0)) for frame in last)
    message = f"{what}: {type(error).__name__}: {error}"
    return ProjectError([Problem("custom-code", message, where, related=places)])


def _import(root: Path, name: str) -> Any:
    """Import a module of this project, even when another project's of the same name was imported before."""
    top = name.split(".")[0]
    loaded = [module for module in sys.modules if module == top or module.startswith(f"{top}.")]
    if not all(_lies_below(sys.modules[module], root) for module in loaded):
        if top in OWN_PACKAGES:
            raise UsageError(f"the project's package '{top}' has the name of one of Kefu's: give it another name.")
        for module in loaded:
            del sys.modules[module]
    folder = str(root.resolve())
    sys.path[:] = [folder, *(place for place in sys.path if place != folder and place not in _FOLDERS)]
    _FOLDERS.add(folder)
    importlib.invalidate_caches()
    return importlib.import_module(name)


def _lies_below(module: Any, root: Path) -> bool:
    file = getattr(module, "__file__", None)
    places = [file] if file else list(getattr(module, "__path__", []))
    return all(_is_below(place, root) for place in places)


def _is_below(place: str, root: Path) -> bool:
    return root.resolve() in Path(place).resolve().parents
