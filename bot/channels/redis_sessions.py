"""Sessions of sockets that may land on any worker: replies are numbered, kept and handed around in Redis."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bot.channels.fan_out import Hear
from bot.channels.outbox import Frame
from bot.stores.redis_client import RedisOptions, connect, prefixed

log = logging.getLogger(__name__)

PREFIX = "socket:"
REPLIES_KEPT = 200
KEPT_SECONDS = 7 * 24 * 3600
_HEARTBEAT_SECONDS = 10

# KEYS: the newest number, the replies, the messages that were answered. ARGV: for how long they are kept, how many of
# them, the message's id, the replies as JSON. A message that was answered already gets nothing more.
_APPEND = """
local id = ARGV[3]
if id ~= '' and redis.call('ZSCORE', KEYS[3], id) then return {} end
local numbered = {}
for index = 4, #ARGV do
  local text = '{"seq":' .. redis.call('INCR', KEYS[1]) .. ',' .. string.sub(ARGV[index], 2)
  redis.call('RPUSH', KEYS[2], text)
  numbered[#numbered + 1] = text
end
redis.call('LTRIM', KEYS[2], -tonumber(ARGV[2]), -1)
if id ~= '' then
  local now = redis.call('TIME')
  redis.call('ZADD', KEYS[3], now[1] * 1000000 + now[2], id)
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -tonumber(ARGV[2]) - 1)
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[1]) end
return numbered
"""


class RedisOutbox:
    """What has been sent in each session, for all workers; kept for a week after the last reply."""

    def __init__(self, options: RedisOptions, *, client: Any = None) -> None:
        self._redis: Any = client or connect(options)
        self._prefix = prefixed(PREFIX, options.key_prefix)
        self._append = self._redis.register_script(_APPEND)

    async def append(self, session: str, message_id: str, replies: Sequence[Frame]) -> Sequence[Frame]:
        texts = [json.dumps(reply, ensure_ascii=False, default=str) for reply in replies]
        arguments: list[str | int] = [KEPT_SECONDS, REPLIES_KEPT, message_id, *texts]
        return [json.loads(text) for text in await self._append(keys=self._keys(session), args=arguments)]

    async def answered(self, session: str, message_id: str) -> bool:
        return await self._redis.zscore(self._keys(session)[2], message_id) is not None

    async def since(self, session: str, seq: int) -> Sequence[Frame]:
        frames = [json.loads(text) for text in await self._redis.lrange(self._keys(session)[1], 0, -1)]
        return [frame for frame in frames if frame["seq"] > seq]

    async def last_seq(self, session: str) -> int:
        return int(await self._redis.get(self._keys(session)[0]) or 0)

    async def close(self) -> None:
        await self._redis.aclose()

    def _keys(self, session: str) -> list[str]:
        # In a cluster the braces keep the keys of a session together.
        name = f"{self._prefix}{{{session}}}"
        return [f"{name}:seq", f"{name}:replies", f"{name}:answered"]


class RedisFanOut:
    """Publishes through Redis, to this worker too, so that all of them hear the same order.

    Redis keeps nothing for a worker that has lost its connection: `missed` then lets its clients come back and get from
    the outbox what was said meanwhile.
    """

    def __init__(self, options: RedisOptions) -> None:
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        self._redis: Any = connect(options)
        # Without retries: the client would connect again by itself, and nobody would know that frames are missing.
        listening = {"retry": Retry(NoBackoff(), 0), "socket_timeout": None, "socket_keepalive": True}
        self._listener: Any = connect(options, health_check_interval=_HEARTBEAT_SECONDS, **listening)
        self._prefix = prefixed(PREFIX, options.key_prefix)
        self._subscribers: Counter[str] = Counter()
        self._confirmed: dict[str, asyncio.Event] = {}
        self._changing = asyncio.Lock()
        self._pubsub: Any = None
        self._reading: asyncio.Task[None] | None = None

    def listen(self, hear: Hear, missed: Callable[[], Awaitable[None]]) -> None:
        self._hear, self._missed = hear, missed

    async def subscribe(self, session: str) -> None:
        async with self._changing:
            confirmed = self._confirmed.get(session) or await self._begin(session)
            self._subscribers[session] += 1
        await confirmed.wait()

    async def _begin(self, session: str) -> asyncio.Event:
        """Set once Redis says that the session is heard."""
        if self._pubsub is None:
            self._pubsub = self._listener.pubsub()
        confirmed = self._confirmed[session] = asyncio.Event()
        try:
            await self._pubsub.subscribe(self._prefix + session)
        except BaseException:
            del self._confirmed[session]
            raise
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(self._pubsub))
        return confirmed

    async def unsubscribe(self, session: str) -> None:
        async with self._changing:
            self._subscribers[session] -= 1
            if self._subscribers[session] > 0:
                return
            del self._subscribers[session]
            if self._confirmed.pop(session, None) is not None and self._pubsub is not None:
                await self._pubsub.unsubscribe(self._prefix + session)

    async def publish(self, session: str, frame: Frame) -> None:
        await self._redis.publish(self._prefix + session, json.dumps(frame, ensure_ascii=False, default=str))

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            await pubsub.aclose()
        await self._listener.aclose()
        await self._redis.aclose()

    async def _read(self, pubsub: Any) -> None:
        from redis.exceptions import RedisError

        try:
            while True:
                message = await pubsub.get_message(timeout=_HEARTBEAT_SECONDS)
                if message is not None:
                    await self._take(message)
        except (RedisError, OSError) as error:
            log.warning("The connection to Redis over which workers hear each other was lost: %s", error)
            self._pubsub = self._reading = None
            for confirmed in self._confirmed.values():
                confirmed.set()
            self._confirmed.clear()
            await self._missed()

    async def _take(self, message: dict[str, Any]) -> None:
        session = message["channel"].decode().removeprefix(self._prefix)
        if message["type"] == "subscribe" and session in self._confirmed:
            self._confirmed[session].set()
        elif message["type"] == "message":
            await self._hear(session, json.loads(message["data"]))
