"""Handing frames to everybody who is connected to a session, on whichever worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.channels.outbox import Frame

Hear = Callable[[str, Frame], Awaitable[None]]
"""Takes a session and one of its frames."""


class FanOut(Protocol):
    """The workers' common air. The frames of a session are heard in the order in which they were published."""

    def listen(self, hear: Hear, missed: Callable[[], Awaitable[None]]) -> None:
        """Frames of sessions that are subscribed to go to `hear`. `missed` is called when some may have been lost."""
        ...

    async def subscribe(self, session: str) -> None:
        """What is published once this has returned is heard. Each call is undone by one of `unsubscribe`."""
        ...

    async def unsubscribe(self, session: str) -> None: ...

    async def publish(self, session: str, frame: Frame) -> None: ...

    async def close(self) -> None: ...


class LocalFanOut:
    """There is one worker: it hears itself."""

    def listen(self, hear: Hear, missed: Callable[[], Awaitable[None]]) -> None:
        self._hear = hear

    async def subscribe(self, session: str) -> None:
        return None

    async def unsubscribe(self, session: str) -> None:
        return None

    async def publish(self, session: str, frame: Frame) -> None:
        await self._hear(session, frame)

    async def close(self) -> None:
        return None
