"""Which files belong to a project, and what is in each: a file is known by its top-level keys."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.errors import Problem, Severity, Where
from bot.formats.nodes import Mapping, Node, Scalar
from bot.formats.problem_list import ProblemList

YAML_SUFFIXES = (".yml", ".yaml")
TEST_PREFIX = "test_"
OLDEST_VERSION = (3, 0)
LATEST_VERSION = (3, 1)

DOMAIN_KEYS = ("slots", "forms", "actions", "entities", "intents", "responses", "e2e_actions", "session_config")
DATA_KEYS = ("nlu", "stories", "rules", "responses")


def files_below(paths: Iterable[Path], suffixes: tuple[str, ...] = YAML_SUFFIXES) -> Iterator[Path]:
    """The files with these suffixes among and below `paths`, each once, in a stable order; links are followed.

    What lies below in a project of its own (a folder with a config.yml and a domain) belongs to that project.
    """
    seen: set[Path] = set()
    for path in paths:
        for found in _walk(path):
            if found.suffix in suffixes and (real := found.resolve()) not in seen:
                seen.add(real)
                yield found


def is_test_file(path: Path) -> bool:
    return path.name.startswith(TEST_PREFIX)


def is_domain(root: Node | None) -> bool:
    return isinstance(root, Mapping) and any(key in root for key in DOMAIN_KEYS)


def readable_version(root: Mapping, problems: ProblemList) -> bool:
    """Whether the file's `version` can be read; a newer one makes the file be skipped, as in Rasa."""
    node = root.get("version")
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return True
    written = node.text.strip() if isinstance(node, Scalar) else ""
    try:
        found = tuple(int(part) for part in written.split(".")[:2])
    except ValueError:
        found = ()
    if not found:
        problems.warning("version", f"the version '{written}' cannot be read.", node, 'Write version: "3.1".')
        return True
    if found > LATEST_VERSION:
        problems.warning(
            "version", f"the format {written} is newer than 3.1; the file is skipped.", node, 'Write version: "3.1".'
        )
        return False
    if found < OLDEST_VERSION:
        message = f"the format {written} is older than 3.0; the file is read as if it were 3.1."
        problems.append(Problem("version", message, node.where, 'Write version: "3.1".', Severity.INFO))
    return True


def top_level(root: Node | None, path: Path, problems: ProblemList) -> Mapping | None:
    """The file's top level as a mapping; None, with a problem unless it is empty, when it is something else."""
    if isinstance(root, Mapping):
        return root
    if root is not None and not (isinstance(root, Scalar) and root.value is None):
        problems.error("yaml-type", f"the file must be a mapping (`key: value`), not {root.kind}.", Where(str(path)))
    return None


def _walk(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, folders, files in os.walk(path, followlinks=True):
        folders[:] = sorted(name for name in folders if not _is_project(Path(folder) / name))
        yield from (Path(folder) / file for file in sorted(files))


def _is_project(folder: Path) -> bool:
    return (folder / "config.yml").is_file() and ((folder / "domain.yml").is_file() or (folder / "domain").is_dir())
