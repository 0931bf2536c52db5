"""Tasks of simulated customers: who they are and what should have been done in the end.

A file has one JSON object a line, as in tau-bench (Yao et al. 2024, arXiv:2406.12045): `user_id`, `actions` (a list of
`{"name": …, "arguments": {…}}`), and optionally `id` and `instruction`, the story that may say how the customer
identifies themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import UsageError

ID, CUSTOMER, ACTIONS = "id", "user_id", "actions"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An operation by its name and the arguments that it should be done with."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One customer's errand."""

    id: str
    customer_id: str
    wanted: tuple[Wanted, ...]
    instruction: str = ""


def read_tasks(path: Path) -> list[Task]:
    """The tasks of a JSON-lines file. Raises UsageError, with file:line, for a line that is none."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}.")
    tasks: list[Task] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            tasks.append(_task(json.loads(line), default=f"{path.stem}-{number}"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise UsageError(
                f"{path}:{number}: this is no task ({why}); a task is "
                '{"user_id": …, "actions": [{"name": …, "arguments": {…}}]}.'
            ) from error
    if not tasks:
        raise UsageError(f"there are no tasks in {path}.")
    return tasks


def _task(shape: Mapping[str, Any], *, default: str) -> Task:
    wanted = tuple(Wanted(str(action["name"]), dict(action["arguments"])) for action in shape[ACTIONS])
    return Task(str(shape.get(ID, default)), str(shape[CUSTOMER]), wanted, str(shape.get("instruction") or ""))
