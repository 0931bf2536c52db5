"""The customers of `serving.py`: so many at once over REST, or over WebSockets that stay open."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

PATIENCE_SECONDS = 120.0
RAMP_SECONDS = 10.0


@dataclass
class Load:
    """What came of it: how long each answer took, in seconds, and the whole; `silent` turns have no reply."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    silent: int = 0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def figures(self) -> dict[str, Any]:
        return {
            "turns": len(self.latencies),
            "silent_turns": self.silent,
            "turns_per_s": round(self.per_second, 1),
            **{f"p{share}_ms": round(self.percentile_ms(share / 100), 1) for share in (50, 95, 99)},
        }


async def over_rest(url: str, talks: Sequence[Sequence[str]], name: str) -> Load:
    """As many customers as there are talks; each waits for an answer before it says the next thing."""
    load = Load()
    connector = aiohttp.TCPConnector(limit=0)
    patience = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)

    async def customer(session: aiohttp.ClientSession, sender: str, texts: Sequence[str]) -> None:
        for text in texts:
            started = time.perf_counter()
            async with session.post(url, json={"sender": sender, "message": text}) as answer:
                answer.raise_for_status()
                load.silent += not await answer.json()
            load.latencies.append(time.perf_counter() - started)

    async with aiohttp.ClientSession(connector=connector, timeout=patience) as session:
        started = time.perf_counter()
        await asyncio.gather(*(customer(session, f"{name}-{n}", texts) for n, texts in enumerate(talks)))
        load.seconds = time.perf_counter() - started
    return load


@dataclass
class Sockets:
    """What came of open sockets. `lost`: messages never acknowledged, and replies whose number is missing."""

    load: Load
    sent: int
    lost: int
    opened_in_seconds: float


async def over_sockets(
    url: str, texts: Sequence[str], *, sessions: int, every: float, seconds: float, random: random.Random
) -> Sockets:
    """So many sessions stay open for so many seconds; each says something about `every` seconds, each at its own time."""
    load = Load()
    done = Sockets(load, 0, 0, 0.0)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        started = time.perf_counter()
        sockets = []
        for number in range(sessions):
            sockets.append(await http.ws_connect(url))
            await sockets[-1].send_json({"type": "hello", "session": f"socket-{number}", "seq": 0})
            await asyncio.sleep(RAMP_SECONDS / sessions)
        done.opened_in_seconds = time.perf_counter() - started
        begin = time.perf_counter()
        await asyncio.gather(
            *(
                _Customer(socket, [random.choice(texts) for _ in range(int(seconds / every))], done).talk(
                    begin + random.uniform(0, every), every
                )
                for socket in sockets
            )
        )
        load.seconds = time.perf_counter() - begin
        for socket in sockets:
            await socket.close()
    return done


class _Customer:
    """One socket: sends at its times, whether or not it has been answered, and counts what comes back."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, texts: Sequence[str], done: Sockets) -> None:
        self._socket, self._texts, self._done = socket, texts, done
        self._sent: dict[str, float] = {}
        self._numbers: list[int] = []
        self._replied: set[str] = set()
        self._acknowledged = asyncio.Event()

    async def talk(self, begin: float, every: float) -> None:
        reading = asyncio.create_task(self._read())
        for number, text in enumerate(self._texts):
            await asyncio.sleep(max(0.0, begin + number * every - time.perf_counter()))
            message_id = f"m{number}"
            self._sent[message_id] = time.perf_counter()
            self._done.sent += 1
            await self._socket.send_json({"type": "message", "id": message_id, "text": text})
        with suppress(TimeoutError):
            await asyncio.wait_for(self._answered(), PATIENCE_SECONDS)
        reading.cancel()
        missing = max(self._numbers, default=0) - len(set(self._numbers))
        self._done.lost += len(self._sent) + missing

    async def _answered(self) -> None:
        """Returns once every message has been acknowledged."""
        while self._sent:
            self._acknowledged.clear()
            await self._acknowledged.wait()

    async def _read(self) -> None:
        async for message in self._socket:
            frame: dict[str, Any] = json.loads(message.data)
            if frame["type"] == "reply":
                self._numbers.append(frame["seq"])
                self._replied.add(frame["to"])
            elif frame["type"] == "ack":
                self._done.load.latencies.append(time.perf_counter() - self._sent.pop(frame["id"]))
                self._done.load.silent += frame["id"] not in self._replied
                self._acknowledged.set()
            elif frame["type"] == "error":
                raise RuntimeError(f"the server refused a frame: {frame}")
