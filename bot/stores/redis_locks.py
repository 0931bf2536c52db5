"""Locks in Redis, so that several workers do not answer one conversation at once.

A ticket lock in Rasa's format: the key `lock:SENDER` holds `{"conversation_id", "tickets": ['{"number", "expires"}']}`,
and the ticket with the lowest number is served. Rasa reads, changes and writes it in three steps, between which two
workers can take the same ticket; here each step is one script, which Redis runs whole. Source: `rasa/core/lock.py` and
`rasa/core/lock_store.py`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from bot.stores.base import LockError
from bot.stores.memory import MemoryLockStore
from bot.stores.redis_client import RedisOptions, connect, prefixed

logger = logging.getLogger(__name__)

PREFIX = "lock:"
LIFETIME_SECONDS = 60.0
_SHORTEST_WAIT, _LONGEST_WAIT = 0.01, 0.25

_READ = """
local now, live, last = tonumber(ARGV[1]), {}, -1
local raw = redis.call('GET', KEYS[1])
if raw then
  for _, text in ipairs(cjson.decode(raw).tickets) do
    local ticket = cjson.decode(text)
    if ticket.expires >= now then
      live[#live + 1] = text
      last = ticket.number
    end
  end
end
"""
_WRITE = """
if #live == 0 then
  redis.call('DEL', KEYS[1])
else
  local text = cjson.encode({conversation_id = ARGV[2], tickets = live})
  redis.call('SET', KEYS[1], text, 'PX', ARGV[3])
end
"""
# Takes a ticket that expires at ARGV[4]; its text. Numbers begin anew once all tickets have gone, the text is unique.
_TAKE = (
    _READ
    + """
local ticket = string.format('{"number": %d, "expires": %s}', last + 1, ARGV[4])
live[#live + 1] = ticket
"""
    + _WRITE
    + "return ticket"
)
# How many tickets come before ticket ARGV[2]; -1 when it is not there any more.
_AHEAD = (
    _READ
    + """
for index, text in ipairs(live) do
  if text == ARGV[2] then return index - 1 end
end
return -1
"""
)
# Gives ticket ARGV[4] back.
_GIVE_BACK = (
    _READ
    + """
for index, text in ipairs(live) do
  if text == ARGV[4] then
    table.remove(live, index)
    break
  end
end
"""
    + _WRITE
)


class RedisLockOptions(RedisOptions):
    """As in Rasa, locks lie in another database than conversations."""

    db: int = 1


def default_lifetime() -> float:
    """Seconds after which a ticket expires, from the variable TICKET_LOCK_LIFETIME."""
    return float(os.environ.get("TICKET_LOCK_LIFETIME") or 0) or LIFETIME_SECONDS


class RedisLockStore:
    """Serves the messages of a conversation one at a time, over all workers, in the order in which they came.

    A ticket expires `lifetime` seconds after it was taken: the conversation goes on when a worker has died. Whoever is
    still waiting then gets a LockError. The clocks of the workers should agree to within a few seconds.
    """

    def __init__(
        self,
        options: RedisLockOptions,
        *,
        client: Any = None,
        lifetime: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._redis: Any = client or connect(options)
        self._prefix = prefixed(PREFIX, options.key_prefix)
        self._lifetime = default_lifetime() if lifetime is None else lifetime
        self._clock = clock
        self._here = MemoryLockStore()
        self._take = self._redis.register_script(_TAKE)
        self._ahead = self._redis.register_script(_AHEAD)
        self._give_back = self._redis.register_script(_GIVE_BACK)

    def lock(self, sender_id: str) -> AbstractAsyncContextManager[None]:
        return self._locked(sender_id)

    async def close(self) -> None:
        await self._redis.aclose()

    @asynccontextmanager
    async def _locked(self, sender_id: str) -> AsyncIterator[None]:
        from redis.exceptions import RedisError

        key = self._prefix + sender_id
        try:
            ticket = await self._ticket(key, sender_id)
        except RedisError as error:
            raise LockError(f"no lock for the conversation '{sender_id}': {error}") from error
        try:
            try:
                await self._served(key, ticket, sender_id)
            except RedisError as error:
                raise LockError(f"no lock for the conversation '{sender_id}': {error}") from error
            yield
        finally:
            try:
                await self._return(key, ticket, sender_id)
            except RedisError as error:
                # The turn is done and stored; the ticket expires by itself.
                logger.warning("The lock of the conversation '%s' was not given back: %s", sender_id, error)

    async def _ticket(self, key: str, sender_id: str) -> bytes:
        # One after the other: over several connections, a later message could be faster to take its ticket.
        async with self._here.lock(sender_id):
            now = self._clock()
            ticket: bytes = await self._take(keys=[key], args=[now, sender_id, self._kept(), now + self._lifetime])
            return ticket

    async def _served(self, key: str, ticket: bytes, sender_id: str) -> None:
        """Wait until no ticket comes before this one."""
        wait = _SHORTEST_WAIT
        while ahead := int(await self._ahead(keys=[key], args=[self._clock(), ticket])):
            if ahead < 0:
                raise LockError(
                    f"a message of the conversation '{sender_id}' waited longer than {self._lifetime:g} seconds for "
                    "those before it and is not answered. TICKET_LOCK_LIFETIME sets another time."
                )
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)

    async def _return(self, key: str, ticket: bytes, sender_id: str) -> None:
        await self._give_back(keys=[key], args=[self._clock(), sender_id, self._kept(), ticket])

    def _kept(self) -> int:
        """Milliseconds after which Redis may drop the key: when every ticket has expired, with some grace."""
        return int((self._lifetime + 60) * 1000)
