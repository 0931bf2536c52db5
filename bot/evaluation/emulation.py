"""Custom actions that nobody runs: what a test story writes after an action stands in for it, as in Rasa's own tests."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.actions.base import CustomAnswer
from bot.actions.local import LocalActions
from bot.domain import Domain
from bot.evaluation.turns import ExpectedTurn
from bot.stories import ANY_VALUE, ActionStep, SlotStep
from bot.tracker import Tracker

if TYPE_CHECKING:
    from bot.project import Project

_PATIENCE_SECONDS = 1.0


def needs_emulation(project: Project) -> bool:
    """Whether nobody runs the project's actions: no package of actions here, and no action server that answers."""
    endpoint = project.endpoints.action_endpoint
    if endpoint is None or not endpoint.url:
        return LocalActions.load(project.root) is None
    address = urlsplit(endpoint.url)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((address.hostname or "localhost", port), timeout=_PATIENCE_SECONDS).close()
    except OSError:
        return True
    return False


class StoryActions:
    """Answers every action with the slots that the current turn of the story sets right after it; it says nothing."""

    def __init__(self) -> None:
        self._left: list[tuple[str, list[Mapping[str, Any]]]] = []

    def expect(self, turn: ExpectedTurn) -> None:
        """The turn that comes now."""
        self._left = []
        for step in turn.steps:
            if isinstance(step, ActionStep) and step.name:
                self._left.append((step.name, []))
            elif isinstance(step, SlotStep) and step.value != ANY_VALUE and self._left:
                self._left[-1][1].append({"event": "slot", "name": step.name, "value": step.value})

    async def run(self, name: str, tracker: Tracker, domain: Domain) -> CustomAnswer:
        for index, (action, events) in enumerate(self._left):
            if action == name:
                del self._left[: index + 1]
                return CustomAnswer(events=events)
        return CustomAnswer()

    async def close(self) -> None:
        return None
