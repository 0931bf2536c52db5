"""Conversations and locks in this process: for tests, `bot shell` and a single worker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from bot.stores.base import MakeTracker
from bot.tracker import Tracker


class MemoryTrackerStore:
    """Keeps the trackers themselves, so that loading one costs nothing. They are gone when the process ends.

    As in Rasa, only the latest session of a conversation is kept once it goes on.
    """

    def __init__(self) -> None:
        self._trackers: dict[str, Tracker] = {}

    async def load(self, sender_id: str, make: MakeTracker) -> Tracker:
        present = self._trackers.get(sender_id)
        fresh = make(sender_id, ())
        if present is None:
            return fresh
        if present.domain is fresh.domain and not present.has_earlier_sessions:
            return present
        return make(sender_id, present.latest_session())

    async def load_full(self, sender_id: str, make: MakeTracker) -> Tracker:
        return self._trackers.get(sender_id) or make(sender_id, ())

    async def save(self, tracker: Tracker, *, session: Any = None) -> None:
        self._trackers[tracker.sender_id] = tracker

    def forget(self, sender_id: str) -> None:
        """The assistant has rolled the tracker itself back: there is nothing else to drop."""

    async def event_dicts(self, sender_id: str) -> list[dict[str, Any]]:
        tracker = self._trackers.get(sender_id)
        return tracker.dicts_since(0) if tracker else []

    async def sender_ids(self) -> list[str]:
        return list(self._trackers)

    async def delete(self, sender_id: str) -> None:
        self._trackers.pop(sender_id, None)

    async def close(self) -> None:
        return None


class MemoryLockStore:
    """A fair lock for each conversation that has messages on their way."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: dict[str, int] = defaultdict(int)

    def lock(self, sender_id: str) -> AbstractAsyncContextManager[None]:
        return self._locked(sender_id)

    @asynccontextmanager
    async def _locked(self, sender_id: str) -> AsyncIterator[None]:
        self._waiting[sender_id] += 1
        try:
            async with self._locks[sender_id]:
                yield
        finally:
            self._waiting[sender_id] -= 1
            if not self._waiting[sender_id]:
                del self._waiting[sender_id], self._locks[sender_id]

    async def close(self) -> None:
        return None
