"""Ten thousand frames that no client of ours would send: garbage, huge, deep, of wrong types, out of order, binary."""

import asyncio
import json
import random
from typing import Any

import pytest
import websockets

from tests.channels.serving import Served
from tests.channels.test_websocket import hello, receive, send

FRAMES = 10_000
EACH = 250
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**400,
    1.5,
    "",
    "长" * 200,
    "\ud800",
    "a b",
    [],
    {},
    [[]],
    {"type": "hello"},
)


def frame(chance: random.Random) -> str | bytes:
    match chance.randrange(7):
        case 0:
            return chance.randbytes(chance.randrange(200))
        case 1:
            return "".join(chr(chance.randrange(1, 0xD800)) for _ in range(chance.randrange(100)))
        case 2:
            return json.dumps({"type": "message", "id": "m", "text": "x" * chance.choice((70_000, 200_000))})
        case 3:
            return "[" * 20_000 + "]" * 20_000
        case 4:
            kind = chance.choice(("hello", "message", "ping", "ack", 7, None))
            keys = ("session", "seq", "id", "text", "metadata", "token")
            return json.dumps({"type": kind} | {key: chance.choice(VALUES) for key in keys if chance.random() < 0.6})
        case 5:
            whole = json.dumps({"type": "message", "id": "m1", "text": "你好"})
            return whole[: chance.randrange(len(whole))]
        case _:
            return json.dumps({"type": chance.choice(("hello", "message", "ping")), "text": "hi", "seq": 10**30})


@pytest.mark.slow
def test_no_frame_breaks_the_server_and_the_next_customer_is_answered(served: Served) -> None:
    chance = random.Random(6)

    async def one_client() -> None:
        async with websockets.connect(served.ws) as socket:
            reading = asyncio.create_task(_drain(socket))
            for _ in range(EACH):
                await socket.send(frame(chance))
            await socket.close()
            assert socket.close_code == 1000  # it was the client that ended it
            reading.cancel()

    async def scenario() -> None:
        for _ in range(FRAMES // EACH):
            await one_client()
        async with websockets.connect(served.ws) as socket:
            await hello(socket)
            await send(socket, type="message", id="last", text="你好")
            assert (await receive(socket, "reply"))["text"] == "你好!"

    asyncio.run(asyncio.wait_for(scenario(), 300))


async def _drain(socket: Any) -> None:
    async for _ in socket:
        pass
