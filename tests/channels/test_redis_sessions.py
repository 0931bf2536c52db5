"""The sockets of one session on two servers, which meet in a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import websockets

from bot.channels.outbox import MemoryOutbox, Outbox
from bot.channels.redis_sessions import REPLIES_KEPT, RedisOutbox
from bot.server.settings import Settings
from bot.stores.redis_locks import RedisLockOptions
from tests.channels.serving import Echo, Served, serve
from tests.channels.test_socketio import Client
from tests.channels.test_websocket import hello, receive, send

Two = tuple[Served, Served]


@pytest.fixture
def options(redis_port: int) -> RedisLockOptions:
    import redis

    with redis.Redis(port=redis_port) as client:
        client.flushall()
    return RedisLockOptions(port=redis_port)


@contextmanager
def servers(options: RedisLockOptions, **credentials: Any) -> Iterator[Two]:
    settings = Settings(credentials=credentials, redis=options)
    with contextmanager(serve)(Echo(), settings) as here, contextmanager(serve)(Echo(), settings) as there:
        yield here, there


@pytest.fixture
def two(options: RedisLockOptions) -> Iterator[Two]:
    with servers(options) as both:
        yield both


def run(scenario: Awaitable[None]) -> None:
    async def within_a_while() -> None:
        await asyncio.wait_for(scenario, 20)

    asyncio.run(within_a_while())


@pytest.fixture(params=["memory", "redis"])
def make_outbox(request: pytest.FixtureRequest) -> Callable[[], Outbox]:
    if request.param == "memory":
        return MemoryOutbox
    options = request.getfixturevalue("options")
    return lambda: RedisOutbox(options)


def test_an_outbox_numbers_what_it_keeps_and_takes_no_answer_twice(make_outbox: Callable[[], Outbox]) -> None:
    async def scenario() -> None:
        outbox = make_outbox()
        first = await outbox.append(
            "会话", "m1", [{"text": "一", "custom": {"empty": [], "price": 9.90}}, {"text": "二"}]
        )
        assert [frame["seq"] for frame in first] == [1, 2] and first[0]["custom"] == {"empty": [], "price": 9.9}
        await outbox.append("other", "m1", [{"text": "other"}])
        await outbox.append("会话", "", [{"text": "a reminder"}])
        assert [frame["text"] for frame in await outbox.since("会话", 1)] == ["二", "a reminder"]
        assert (await outbox.last_seq("会话"), await outbox.last_seq("nobody")) == (3, 0)
        await outbox.append("silent", "m1", [])
        answered = [await outbox.answered(*asked) for asked in (("会话", "m1"), ("silent", "m1"), ("silent", "m2"))]
        assert answered == [True, True, False]
        await outbox.close()

    run(scenario())


def test_the_oldest_replies_make_room(options: RedisLockOptions) -> None:
    async def scenario() -> None:
        outbox = RedisOutbox(options)
        for number in range(REPLIES_KEPT + 5):
            await outbox.append("a", f"m{number}", [{"text": str(number)}])
        assert [frame["seq"] for frame in await outbox.since("a", 0)] == list(range(6, REPLIES_KEPT + 6))
        assert not await outbox.answered("a", "m4") and await outbox.answered("a", "m5")
        assert await outbox.append("a", "m5", [{"text": "again"}]) == []
        await outbox.close()

    run(scenario())


def test_what_is_said_on_one_worker_is_heard_on_the_other(two: Two) -> None:
    async def scenario() -> None:
        async with websockets.connect(two[0].ws) as here, websockets.connect(two[1].ws) as there:
            session = await hello(here)
            await hello(there, session=session)
            for turn, asking in enumerate([here, there]):
                await send(asking, type="message", id=f"m{turn}", text="你好")
                for number in (2 * turn + 1, 2 * turn + 2):
                    assert (await receive(here, "reply"))["seq"] == (await receive(there, "reply"))["seq"] == number

    run(scenario())


def test_messages_of_one_session_do_not_overtake_each_other_between_workers(two: Two) -> None:
    async def scenario() -> None:
        async with websockets.connect(two[0].ws) as here, websockets.connect(two[1].ws) as there:
            session = await hello(here)
            await hello(there, session=session)
            for number in range(6):
                text = "slow" if number % 3 == 0 else "fast"
                await send((here, there)[number % 2], type="message", id=f"m{number}", text=f"{text} {number}")
                await asyncio.sleep(0.02)
            for socket in (here, there):
                seen = [await receive(socket, "reply") for _ in range(12)]
                assert [frame["seq"] for frame in seen] == list(range(1, 13))
                assert [frame["to"] for frame in seen[::2]] == [f"m{number}" for number in range(6)]

    run(scenario())


def test_a_client_that_comes_back_to_another_worker_gets_what_it_missed(two: Two) -> None:
    async def scenario() -> None:
        async with websockets.connect(two[0].ws) as socket:
            session = await hello(socket)
            await send(socket, type="message", id="m1", text="slow one")
            await receive(socket, "typing")  # and gone in mid-turn
        async with websockets.connect(two[1].ws) as socket:
            await hello(socket, session=session, seq=0)
            assert [(await receive(socket, "reply"))["text"] for _ in range(2)] == ["slow one!", "再见"]
            await send(socket, type="message", id="m1", text="slow one")
            await receive(socket, "ack")
        assert [len(server.assistant.heard) for server in two] == [1, 0]

    run(scenario())


def test_nothing_is_missed_when_workers_stop_hearing_each_other(two: Two, redis_port: int) -> None:
    import redis

    async def scenario() -> None:
        with redis.Redis(port=redis_port) as control:
            async with websockets.connect(two[0].ws) as here, websockets.connect(two[1].ws) as there:
                session = await hello(here)
                await hello(there, session=session)
                assert control.client_kill_filter(_type="pubsub") == 2
                with pytest.raises(websockets.ConnectionClosed):
                    await there.recv()
        async with websockets.connect(two[0].ws) as here, websockets.connect(two[1].ws) as there:
            await hello(here, session=session)
            await hello(there, session=session)
            await send(here, type="message", id="m1", text="hi")
            assert (await receive(there, "reply"))["text"] == "hi!"

    run(scenario())


def test_a_turn_that_cannot_be_delivered_is_an_error_and_its_resend_is_answered(two: Two, redis_port: int) -> None:
    import redis

    async def scenario() -> None:
        async with websockets.connect(two[0].ws) as socket:
            session = await hello(socket)
            with redis.Redis(port=redis_port, db=1) as control:
                control.set(f"socket:{{{session}}}:seq", "no number")
                await send(socket, type="message", id="m1", text="hi")
                assert (await receive(socket, "error"))["id"] == "m1"
                control.delete(f"socket:{{{session}}}:seq")
            await send(socket, type="message", id="m1", text="hi")
            assert (await receive(socket, "reply"))["text"] == "hi!"

    run(scenario())


def test_socket_io_speaks_to_clients_of_other_workers(options: RedisLockOptions) -> None:
    async def scenario(two: Two) -> None:
        client = Client(two[0].url)
        await client.connect(transports=["websocket"])
        await client.emit("session_request", {"session_id": "s"})
        assert await client.next() == ("session_confirm", "s")
        other = Client(two[1].url)
        await other.connect(transports=["websocket"])
        await other.emit("user_uttered", {"session_id": "s", "message": "hi"})
        assert [await client.next() for _ in range(2)] == [("bot_uttered", {"text": text}) for text in ("hi!", "再见")]
        await client.io.disconnect()
        await other.io.disconnect()

    with servers(options, socketio={"session_persistence": True}) as two:
        run(scenario(two))
