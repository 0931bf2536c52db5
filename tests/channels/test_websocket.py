import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection


def talk(served: Any, scenario: Callable[[ClientConnection], Awaitable[None]]) -> None:
    async def run() -> None:
        async with websockets.connect(served.ws) as socket:
            await scenario(socket)

    asyncio.run(asyncio.wait_for(run(), 10))


async def send(socket: ClientConnection, **frame: Any) -> None:
    await socket.send(json.dumps(frame))


async def receive(socket: ClientConnection, kind: str) -> dict[str, Any]:
    """The next frame of a kind; others are passed over."""
    while True:
        frame: dict[str, Any] = json.loads(await socket.recv())
        if frame["type"] == kind:
            return frame


async def hello(socket: ClientConnection, **frame: Any) -> str:
    await send(socket, type="hello", **frame)
    return str((await receive(socket, "session"))["session"])


def test_a_message_is_answered_by_typing_replies_and_an_acknowledgement(served: Any) -> None:
    async def scenario(socket: ClientConnection) -> None:
        session = await hello(socket)
        await send(socket, type="message", id="m1", text="你好")
        frames = [json.loads(await socket.recv()) for _ in range(5)]
        assert frames == [
            {"type": "typing", "on": True, "to": "m1"},
            {"type": "reply", "to": "m1", "text": "你好!", "seq": 1},
            {"type": "reply", "to": "m1", "text": "再见", "seq": 2},
            {"type": "ack", "id": "m1"},
            {"type": "typing", "on": False},
        ]
        assert (served.assistant.heard[0].sender_id, served.assistant.heard[0].message_id) == (session, "m1")

    talk(served, scenario)


def test_a_reply_in_the_making_is_shown_before_it_and_never_after(served: Any) -> None:
    async def scenario(socket: ClientConnection) -> None:
        await hello(socket)
        await send(socket, type="message", id="m1", text="drafts")
        frames = [json.loads(await socket.recv()) for _ in range(4)]
        assert frames[1:3] == [
            {"type": "draft", "to": "m1", "text": "One."},
            {"type": "draft", "to": "m1", "text": "One. Two."},
        ]
        assert frames[3]["type"] == "reply"

    talk(served, scenario)


def test_a_resend_is_acknowledged_and_not_handled_again(served: Any) -> None:
    async def scenario(socket: ClientConnection) -> None:
        await hello(socket)
        for _ in range(2):
            await send(socket, type="message", id="m1", text="hi")
            await receive(socket, "ack")
        await send(socket, type="message", id="m2", text="hi")
        assert (await receive(socket, "reply"))["seq"] == 3
        assert len(served.assistant.heard) == 2

    talk(served, scenario)


def test_a_client_that_comes_back_gets_what_it_missed(served: Any) -> None:
    async def scenario() -> None:
        async with websockets.connect(served.ws) as socket:
            session = await hello(socket)
            await send(socket, type="message", id="m1", text="slow one")
            await receive(socket, "typing")  # and gone in mid-turn, with nothing received
        async with websockets.connect(served.ws) as socket:
            await hello(socket, session=session, seq=0)
            assert [(await receive(socket, "reply"))["text"] for _ in range(2)] == ["slow one!", "再见"]
            await send(socket, type="message", id="m1", text="slow one")
            await receive(socket, "ack")
        async with websockets.connect(served.ws) as socket:
            await hello(socket, session=session, seq=1)
            assert (await receive(socket, "reply"))["seq"] == 2
        assert len(served.assistant.heard) == 1

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_two_tabs_of_a_session_both_see_the_replies(served: Any) -> None:
    async def scenario() -> None:
        async with websockets.connect(served.ws) as one, websockets.connect(served.ws) as two:
            session = await hello(one)
            await hello(two, session=session)
            await send(one, type="message", id="m1", text="hi")
            assert (await receive(two, "reply"))["text"] == (await receive(one, "reply"))["text"] == "hi!"

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_messages_of_a_session_keep_their_order_and_sessions_do_not_wait_for_each_other(served: Any) -> None:
    async def scenario() -> None:
        async with websockets.connect(served.ws) as one, websockets.connect(served.ws) as two:
            await hello(one)
            await hello(two)
            await send(one, type="message", id="m1", text="slow")
            await send(one, type="message", id="m2", text="fast")
            await send(two, type="message", id="m1", text="other")
            await receive(two, "ack")
            assert [(await receive(one, "ack"))["id"] for _ in range(2)] == ["m1", "m2"]
        assert [message.text for message in served.assistant.heard if message.text != "other"] == ["slow", "fast"]

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_a_failed_turn_is_an_error_and_the_conversation_goes_on(served: Any) -> None:
    async def scenario(socket: ClientConnection) -> None:
        await hello(socket)
        await send(socket, type="message", id="m1", text="fail")
        error = await receive(socket, "error")
        assert (error["code"], error["id"]) == ("failed", "m1")
        await send(socket, type="message", id="m2", text="hi")
        assert (await receive(socket, "reply"))["text"] == "hi!"

    talk(served, scenario)


def test_garbage_is_answered_and_the_connection_stays(served: Any) -> None:
    async def scenario(socket: ClientConnection) -> None:
        for garbage in ("", "x", "[]", b"\x00\xff", json.dumps({"type": "message"}), "x" * 70_000):
            await socket.send(garbage)
            assert json.loads(await socket.recv())["type"] == "error"
        await send(socket, type="ping")
        assert await receive(socket, "pong")

    talk(served, scenario)


def test_too_many_waiting_messages_are_refused_honestly(served: Any) -> None:
    async def scenario(socket: ClientConnection) -> None:
        await hello(socket)
        for number in range(25):
            await send(socket, type="message", id=f"m{number}", text="slow" if number == 0 else "hi")
        assert (await receive(socket, "error"))["code"] == "busy"

    talk(served, scenario)


def test_a_server_that_began_anew_sends_all_it_has(served: Any) -> None:
    async def scenario(socket: ClientConnection) -> None:
        session = await hello(socket)
        await send(socket, type="message", id="m1", text="hi")
        await receive(socket, "ack")
        await hello(socket, session=session, seq=99)
        assert (await receive(socket, "reply"))["seq"] == 1

    talk(served, scenario)
