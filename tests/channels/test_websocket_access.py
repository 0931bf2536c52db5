"""Who may connect to `/ws`, and how much they may say."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import websockets
from websockets.exceptions import InvalidStatus

from bot.channels.websocket_options import read_websocket_options
from bot.errors import UsageError
from bot.server.settings import Settings
from tests.channels.serving import Echo, Served, serve
from tests.channels.test_websocket import hello, receive, send

KEY = "a-secret-that-is-long-enough-for-hs256"
OPTIONS = {"token_key": KEY, "origins": ["https://shop.example"], "per_session": "3/hour"}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Served]:
    yield from serve(Echo(), Settings(credentials={"websocket": OPTIONS}))


def token(key: str = KEY, **claims: Any) -> str:
    return jwt.encode({"sub": "li", "customer_id": "C1001", "exp": time.time() + 60, **claims}, key)


def connect(served: Served, origin: str = "https://shop.example") -> Any:
    return websockets.connect(served.ws, origin=websockets.Origin(origin))


def test_a_token_says_whose_session_it_is_and_nobody_else_can(guarded: Served) -> None:
    async def scenario() -> None:
        async with connect(guarded) as socket:
            assert await hello(socket, session="wang", token=token()) == "li"
            claims = {"customer_id": "C9999"}
            await send(socket, type="message", id="m1", text="我的订单", metadata={"claims": claims, "page": "/"})
            await receive(socket, "ack")

    asyncio.run(asyncio.wait_for(scenario(), 10))
    heard = guarded.assistant.heard[-1]
    assert heard.sender_id == "li"
    assert (heard.metadata["claims"]["customer_id"], heard.metadata["page"]) == ("C1001", "/")


@pytest.mark.parametrize(
    "bad",
    [None, "", "garbage", token("another-key-that-is-long-enough-too"), token(exp=1), token(sub=None)],
    ids=["none", "empty", "garbage", "forged", "expired", "nobody"],
)
def test_without_a_valid_token_nothing_is_heard(guarded: Served, bad: str | None) -> None:
    async def scenario() -> None:
        async with connect(guarded) as socket:
            await send(socket, type="hello", session="li", token=bad)
            assert (await receive(socket, "error"))["code"] == "unauthorized"
            await send(socket, type="message", id="m9", text="forged", session="li")
            assert (await receive(socket, "error"))["code"] == "unauthorized"

    asyncio.run(asyncio.wait_for(scenario(), 10))
    assert "forged" not in [message.text for message in guarded.assistant.heard]


def test_pages_of_other_origins_cannot_connect(guarded: Served) -> None:
    async def scenario() -> None:
        with pytest.raises(InvalidStatus):
            await connect(guarded, "https://evil.example").__aenter__()

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_who_says_too_much_is_told_so(guarded: Served) -> None:
    async def scenario() -> None:
        async with connect(guarded) as socket:
            await hello(socket, token=token(sub="chatty"))
            for number in range(4):
                await send(socket, type="message", id=f"m{number}", text="hi")
            error = await receive(socket, "error")
            assert (error["code"], error["id"]) == ("busy", "m3")

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_options_that_do_not_exist_or_fit_are_named() -> None:
    with pytest.raises(UsageError, match="orgins"):
        read_websocket_options({"orgins": ["https://shop.example"]})
    with pytest.raises(UsageError, match="per_address"):
        read_websocket_options({"per_address": "many"})
