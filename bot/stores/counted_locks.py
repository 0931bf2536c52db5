"""Locks that know how many messages are on their way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from bot.stores.base import LockStore


class CountedLocks:
    """The locks of `inner`, and whether anybody holds one or waits for one through this object."""

    def __init__(self, inner: LockStore) -> None:
        self.inner = inner
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def lock(self, sender_id: str) -> AbstractAsyncContextManager[None]:
        self._open += 1
        self._idle.clear()
        return self._counted(self.inner.lock(sender_id))

    async def idle(self) -> None:
        """Returns when no message is on its way any more."""
        await self._idle.wait()

    async def close(self) -> None:
        await self.inner.close()

    @asynccontextmanager
    async def _counted(self, lock: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        try:
            async with lock:
                yield
        finally:
            self._open -= 1
            if not self._open:
                self._idle.set()
