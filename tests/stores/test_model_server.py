"""A model server is asked for what is new, and only for that."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import httpx
import pytest

from bot.stores.model_server import ModelServer, ModelServerOptions


class Served:
    """A model server with one model."""

    def __init__(self, content: bytes = b"one", etag: str = "v1") -> None:
        self.content, self.etag, self.status = content, etag, 200
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.status == 200 and request.headers.get("if-none-match") == self.etag:
            return httpx.Response(304)
        headers = {"ETag": self.etag, "filename": "../20260101-shop.tar.gz"}
        return httpx.Response(self.status, content=self.content, headers=headers)


def server_of(served: Served, folder: Path, **options: object) -> ModelServer:
    given = ModelServerOptions.model_validate({"url": "http://models/latest", **options})
    return ModelServer(given, folder, transport=httpx.MockTransport(served))


class Uses:
    def __init__(self) -> None:
        self.contents: list[bytes] = []
        self.used: asyncio.Queue[bytes] = asyncio.Queue()

    async def __call__(self, path: Path) -> None:
        content = await asyncio.to_thread(path.read_bytes)
        if content == b"broken":
            raise ValueError("no model")
        self.contents.append(content)
        self.used.put_nowait(content)


def test_each_model_is_fetched_once(tmp_path: Path) -> None:
    served, uses = Served(), Uses()
    server = server_of(served, tmp_path)

    async def pull() -> list[bool]:
        answers = [await server.pull(uses), await server.pull(uses)]
        served.content, served.etag = b"two", "v2"
        return [*answers, await server.pull(uses)]

    assert asyncio.run(pull()) == [True, False, True]
    assert uses.contents == [b"one", b"two"]
    assert [path.name for path in tmp_path.iterdir()] == ["20260101-shop.tar.gz"], "below the folder, and nothing else"


def test_rasas_ways_of_saying_who_asks(tmp_path: Path) -> None:
    served = Served()
    server = server_of(
        served, tmp_path, token="t", token_name="key", params={"tag": "x"}, headers={"a": "b"},
        basic_auth={"username": "u", "password": "p"},
    )  # fmt: skip
    asyncio.run(server.fetch())
    (request,) = served.asked
    assert dict(request.url.params) == {"tag": "x", "key": "t"}
    assert (request.headers["a"], request.headers["authorization"]) == ("b", "Basic dTpw")
    assert "if-none-match" not in request.headers


@pytest.mark.parametrize("status", [204, 304, 404, 500])
def test_without_a_model_nothing_changes(status: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    served, uses = Served(), Uses()
    served.status = status
    with caplog.at_level(logging.WARNING):
        assert asyncio.run(server_of(served, tmp_path).pull(uses)) is False
    assert (str(status) in caplog.text) == (status >= 400)
    assert uses.contents == []


def test_a_server_that_is_not_there_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = ModelServer(ModelServerOptions(url="http://127.0.0.1:1/"), tmp_path)
    with caplog.at_level(logging.WARNING):
        assert asyncio.run(server.fetch()) is None
    assert "http://127.0.0.1:1/" in caplog.text


def test_a_model_that_cannot_be_used_is_asked_for_again(tmp_path: Path) -> None:
    served, uses = Served(b"broken"), Uses()
    server = server_of(served, tmp_path)

    async def pull() -> list[bool]:
        first = await server.pull(uses)
        served.content = b"mended"
        return [first, await server.pull(uses)]

    assert asyncio.run(pull()) == [False, True]
    assert uses.contents == [b"mended"]


def test_it_keeps_asking(tmp_path: Path) -> None:
    served, uses = Served(), Uses()
    server = server_of(served, tmp_path, wait_time_between_pulls=0.01)

    async def follow() -> None:
        pulling = asyncio.create_task(server.keep_pulling(uses))
        for content, etag in ((b"two", "v2"), (b"three", "v3")):
            await uses.used.get()
            served.content, served.etag = content, etag
        await uses.used.get()
        pulling.cancel()

    asyncio.run(asyncio.wait_for(follow(), 20))
    assert uses.contents == [b"one", b"two", b"three"]
