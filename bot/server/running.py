"""The assistant that is being served, and its exchange for another while messages come in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.message import Message, Reply

if TYPE_CHECKING:
    from bot.assistant import Assistant, Push


class NotLoadedError(Exception):
    """No model is loaded: it was unloaded, or there has never been one."""


class Running:
    """Holds the assistant. A turn that has begun ends with the assistant that it began with."""

    def __init__(self, assistant: Assistant | None, *, load: Callable[[Path], Assistant] | None = None) -> None:
        """`load` makes an assistant from a model archive, for `PUT /model`."""
        self._assistant = assistant
        self._load = load
        self._push: Push | None = None
        self.training_jobs = 0

    def speak_through(self, push: Push) -> None:
        """Send what reminders say through `push`, now and after every exchange."""
        self._push = push
        if self._assistant is not None:
            self._assistant.push = push

    @property
    def assistant(self) -> Assistant:
        if self._assistant is None:
            raise NotLoadedError
        return self._assistant

    @property
    def is_loaded(self) -> bool:
        return self._assistant is not None

    async def handle(self, message: Message, *, output_channel: str | None = None) -> Sequence[Reply]:
        return await self.assistant.handle(message, output_channel=output_channel)

    async def warm_up(self) -> None:
        """Load what the first answers do not need; see `Assistant.warm_up`."""
        warm_up = getattr(self._assistant, "warm_up", None)
        if warm_up is not None:
            await warm_up()

    async def swap(self, model: Path) -> None:
        """Load another model beside the one that serves, then let new turns begin with it."""
        if self._load is None:
            raise NotLoadedError
        assistant = await asyncio.to_thread(self._load, model)
        assistant.push = self._push
        self._assistant = assistant

    def unload(self) -> None:
        self._assistant = None

    async def close(self) -> None:
        if self._assistant is not None:
            await self._assistant.close()
