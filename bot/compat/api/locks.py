"""LockStore: how a project of its own keeps two messages of one conversation apart, by tickets."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

from bot.compat.api.constants import DEFAULT_LOCK_LIFETIME
from bot.compat.api.exceptions import RasaException

LOCK_LIFETIME = int(os.environ.get("TICKET_LOCK_LIFETIME", 0)) or DEFAULT_LOCK_LIFETIME


class LockError(RasaException):
    """A conversation's lock could not be had."""


@dataclass
class Ticket:
    """A place in the queue, until `expires` (seconds since the epoch)."""

    number: int
    expires: float

    def has_expired(self) -> bool:
        return time.time() > self.expires


class TicketLock:
    """The queue of a conversation: the first ticket is being served."""

    def __init__(self, conversation_id: str, tickets: deque[Ticket] | None = None) -> None:
        self.conversation_id = conversation_id
        self.tickets = tickets or deque()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TicketLock:
        tickets = (Ticket(**json.loads(ticket)) for ticket in data.get("tickets", []))
        return cls(data["conversation_id"], deque(tickets))

    def dumps(self) -> str:
        tickets = [json.dumps(asdict(ticket)) for ticket in self.tickets]
        return json.dumps({"conversation_id": self.conversation_id, "tickets": tickets})

    def issue_ticket(self, lifetime: float) -> int:
        self.remove_expired_tickets()
        number = self.tickets[-1].number + 1 if self.tickets else 0
        self.tickets.append(Ticket(number, time.time() + lifetime))
        return number

    @property
    def now_serving(self) -> int:
        self.remove_expired_tickets()
        return self.tickets[0].number if self.tickets else 0

    def is_locked(self, ticket_number: int) -> bool:
        return self.now_serving != ticket_number

    def is_someone_waiting(self) -> bool:
        return bool(self.tickets)

    def remove_expired_tickets(self) -> None:
        self.tickets = deque(ticket for ticket in self.tickets if not ticket.has_expired())

    def remove_ticket_for(self, ticket_number: int) -> None:
        self.tickets = deque(ticket for ticket in self.tickets if ticket.number != ticket_number)


class LockStore:
    """Subclasses write `get_lock`, `save_lock` and `delete_lock`."""

    def get_lock(self, conversation_id: str) -> TicketLock | None:
        raise NotImplementedError

    def save_lock(self, lock: TicketLock) -> None:
        raise NotImplementedError

    def delete_lock(self, conversation_id: str) -> None:
        raise NotImplementedError

    @staticmethod
    def create_lock(conversation_id: str) -> TicketLock:
        return TicketLock(conversation_id)

    def get_or_create_lock(self, conversation_id: str) -> TicketLock:
        return self.get_lock(conversation_id) or self.create_lock(conversation_id)

    def issue_ticket(self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME) -> int:
        lock = self.get_or_create_lock(conversation_id)
        ticket = lock.issue_ticket(lock_lifetime)
        self.save_lock(lock)
        return ticket

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncIterator[TicketLock]:
        """Hold the lock of a conversation; raises LockError when the ticket expires before it is served."""
        ticket = self.issue_ticket(conversation_id, lock_lifetime)
        try:
            yield await self._acquire_lock(conversation_id, ticket, wait_time_in_seconds)
        finally:
            self.cleanup(conversation_id, ticket)

    async def _acquire_lock(self, conversation_id: str, ticket: int, wait_time_in_seconds: float) -> TicketLock:
        while lock := self.get_lock(conversation_id):
            if not lock.is_locked(ticket):
                return lock
            await asyncio.sleep(wait_time_in_seconds)
            self.update_lock(conversation_id)
        raise LockError(f"Could not acquire lock for conversation_id '{conversation_id}'.")

    def update_lock(self, conversation_id: str) -> None:
        """Let expired tickets go."""
        lock = self.get_lock(conversation_id)
        if lock:
            lock.remove_expired_tickets()
            self.save_lock(lock)

    def is_someone_waiting(self, conversation_id: str) -> bool:
        lock = self.get_lock(conversation_id)
        return lock is not None and lock.is_someone_waiting()

    def finish_serving(self, conversation_id: str, ticket_number: int) -> None:
        lock = self.get_lock(conversation_id)
        if lock:
            lock.remove_ticket_for(ticket_number)
            self.save_lock(lock)

    def cleanup(self, conversation_id: str, ticket_number: int) -> None:
        self.finish_serving(conversation_id, ticket_number)
        if not self.is_someone_waiting(conversation_id):
            self.delete_lock(conversation_id)


class InMemoryLockStore(LockStore):
    """Keeps locks in this process."""

    def __init__(self) -> None:
        self.conversation_locks: dict[str, TicketLock] = {}

    def get_lock(self, conversation_id: str) -> TicketLock | None:
        return self.conversation_locks.get(conversation_id)

    def save_lock(self, lock: TicketLock) -> None:
        self.conversation_locks[lock.conversation_id] = lock

    def delete_lock(self, conversation_id: str) -> None:
        self.conversation_locks.pop(conversation_id, None)


__all__ = ["LOCK_LIFETIME", "InMemoryLockStore", "LockError", "LockStore", "Ticket", "TicketLock"]
