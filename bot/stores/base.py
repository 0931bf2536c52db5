"""Where conversations are kept, and how two messages of one conversation are kept apart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from typing import Any, Protocol

from bot.events import Event
from bot.message import Reply
from bot.tracker import Tracker

# Makes a tracker of a sender's events: the assistant's, with its domain, clock and ids.
MakeTracker = Callable[[str, Iterable[Event]], Tracker]

keeping: ContextVar[Callable[[Sequence[Reply], Any], Awaitable[None]] | None] = ContextVar("keeping", default=None)
"""Whoever waits for a turn's replies can store them in its transaction: called with them and the SQLAlchemy session,
once an attempt. Not called where the conversations are not in the database of the turn's transaction."""


class ConversationChanged(Exception):  # noqa: N818 - not an error: the turn is done again
    """Somebody else has added to the conversation since it was loaded."""


class LockError(Exception):
    """A message could not be handled because the conversation stayed locked, or the lock store could not be reached."""


class TrackerStore(Protocol):
    """Keeps conversations."""

    async def load(self, sender_id: str, make: MakeTracker) -> Tracker:
        """The conversation's latest session; an empty tracker for a new conversation."""
        ...

    async def load_full(self, sender_id: str, make: MakeTracker) -> Tracker:
        """The conversation with all of its sessions."""
        ...

    async def save(self, tracker: Tracker, *, session: Any = None) -> None:
        """Store the new events, in the transaction of `session` if one is given (an SQLAlchemy session).

        Raises ConversationChanged when the conversation has gone on elsewhere.
        """
        ...

    def forget(self, sender_id: str) -> None:
        """Drop what is remembered of a conversation, after a transaction that was not committed."""
        ...

    async def event_dicts(self, sender_id: str) -> list[dict[str, Any]]:
        """The JSON of all events of a conversation, as stored; for `bot export`."""
        ...

    async def sender_ids(self) -> list[str]: ...

    async def delete(self, sender_id: str) -> None: ...

    async def close(self) -> None: ...


class LockStore(Protocol):
    """Lets one message of a conversation be handled at a time, in the order in which they came."""

    def lock(self, sender_id: str) -> AbstractAsyncContextManager[None]: ...

    async def close(self) -> None: ...
